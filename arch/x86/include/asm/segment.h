/* SPDX-License-Identifier: BSD-2-Clause */
/* Selectors of the GDT. Values that loaders and SYSCALL/SYSRET depend on. */
#ifndef ASM_SEGMENT_H
#define ASM_SEGMENT_H

#define GDT_ENTRY_KERNEL32_CS		1
#define GDT_ENTRY_KERNEL_CS		2
#define GDT_ENTRY_KERNEL_DS		3
#define GDT_ENTRY_DEFAULT_USER32_CS	4
#define GDT_ENTRY_DEFAULT_USER_DS	5
#define GDT_ENTRY_DEFAULT_USER_CS	6
#define GDT_ENTRY_TSS			8	/* two slots */
#define GDT_ENTRY_CPU			15	/* its limit is the number of the CPU, for user mode */
#define GDT_ENTRIES			16

#define __KERNEL32_CS	(GDT_ENTRY_KERNEL32_CS * 8)
#define __KERNEL_CS	(GDT_ENTRY_KERNEL_CS * 8)	/* boot.rst: __BOOT_CS */
#define __KERNEL_DS	(GDT_ENTRY_KERNEL_DS * 8)	/* boot.rst: __BOOT_DS */
#define __USER32_CS	(GDT_ENTRY_DEFAULT_USER32_CS * 8 + 3)
#define __USER_DS	(GDT_ENTRY_DEFAULT_USER_DS * 8 + 3)
#define __USER_CS	(GDT_ENTRY_DEFAULT_USER_CS * 8 + 3)

#define __CPU_SEG	(GDT_ENTRY_CPU * 8 + 3)

/* Data that can be read in user mode, base 0; the limit in bytes, up to 64 KiB, is to be added */
#define GDT_DESC_LIMIT	0x0040f10000000000

/* Flat descriptors, SDM 3A 3.4.5: base 0, limit 4 GiB, present, accessed */
#define GDT_DESC_CODE32	0x00cf9b000000ffff
#define GDT_DESC_CODE64	0x00af9b000000ffff
#define GDT_DESC_DATA	0x00cf93000000ffff

#ifndef __ASSEMBLY__
#include <asm/percpu.h>
#include <lib/types.h>
DECLARE_PER_CPU(u64, gdt_page[GDT_ENTRIES]);	/* head64.c */
#endif

#endif
