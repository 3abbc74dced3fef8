/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Pages and the virtual layout, that of Linux (mm.rst). The bases of the big
 * regions are variables: they differ between 4 and 5 page-table levels.
 */
#ifndef ASM_PAGE_H
#define ASM_PAGE_H

#include <lib/const.h>

#define PAGE_SHIFT	12
#define PAGE_SIZE	(_AC(1, UL) << PAGE_SHIFT)
#define PAGE_MASK	(~(PAGE_SIZE - 1))

#define __START_KERNEL_map	_AC(0xffffffff80000000, UL)
#define KERNEL_IMAGE_SIZE	SZ_1G		/* room for image and KASLR above it */
#define LOAD_PHYSICAL_ADDR	_AC(0x1000000, UL)
#define KERNEL_LINK_ADDR	(__START_KERNEL_map + LOAD_PHYSICAL_ADDR)
#define KERNEL_ALIGN		SZ_2M

#define __PAGE_OFFSET_BASE_L4	_AC(0xffff888000000000, UL)
#define __PAGE_OFFSET_BASE_L5	_AC(0xff11000000000000, UL)
#define __VMALLOC_BASE_L4	_AC(0xffffc90000000000, UL)
#define __VMALLOC_BASE_L5	_AC(0xffa0000000000000, UL)
#define VMALLOC_SIZE		_AC(0x8000000000, UL)	/* one top-level entry, which is there before any process has a copy of it */
#define __VMEMMAP_BASE_L4	_AC(0xffffea0000000000, UL)
#define __VMEMMAP_BASE_L5	_AC(0xffd4000000000000, UL)

/* runtime regions of EFI, where Linux has them, so that a kexec from one kernel to the other keeps them */
#define EFI_VA_START		_AC(0xffffffff00000000, UL)	/* addresses are taken from here down */
#define EFI_VA_END		_AC(0xffffffef00000000, UL)

/* First address no program has, with 5 levels too: the last page below the hole between the halves stays free. */
#define TASK_SIZE	(_AC(0x800000000000, UL) - PAGE_SIZE)

#ifdef LANTERN_SAN			/* gaps around variables, and calls to check them */
#define INIT_STACK_SIZE		_AC(0x10000, UL)
#else
#define INIT_STACK_SIZE		_AC(0x4000, UL)
#endif

#ifndef __ASSEMBLY__
#include <lib/types.h>

extern unsigned long page_offset_base;	/* virtual address of physical 0 */
extern unsigned long vmalloc_base;	/* first byte of the vmalloc and ioremap area */
extern unsigned long vmemmap_base;	/* struct page of physical page 0 */
extern unsigned long phys_base;		/* physical address of __START_KERNEL_map */

/** __va() - where the direct map shows a physical address */
#define __va(pa)	((void *)((unsigned long)(pa) + page_offset_base))

/** __pa() - physical address of a pointer into the direct map or the kernel image */
static inline phys_addr_t __pa_fn(unsigned long va)
{
	return va >= __START_KERNEL_map ? va - __START_KERNEL_map + phys_base
					: va - page_offset_base;
}
#define __pa(va)	__pa_fn((unsigned long)(va))

#endif
#endif
