/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel in another place of physical memory, for as long as one function
 * runs: its image is copied, page tables of their own map the copy where the
 * image was, and every CPU goes over to them. The virtual addresses are the same,
 * so nothing is relocated; all other memory, that of the image, its page tables
 * and stacks included, is used by nobody meanwhile.
 */
#ifndef ASM_ELSEWHERE_H
#define ASM_ELSEWHERE_H

#include <lib/types.h>

struct page;

/**
 * elsewhere_prepare() - find the place
 * @alloc: gives pages for it, NULL when there are none
 * Return: 0, -ENOMEM, or -E2BIG when the image is larger than a run of pages can be.
 */
int elsewhere_prepare(struct page *(*alloc)(unsigned int order));

/**
 * elsewhere_call() - all CPUs move, this one calls @fn, all move back
 * @fn: may touch the kernel's static data and, through the direct map, all RAM; nothing else: no
 *      vmalloc area, no device, nothing that its caller has on the stack. What it changes of
 *      static data is kept. Memory other than that must be as it was when it returns.
 * Return: false when another CPU did not come.
 * Context: a thread on the boot CPU that holds no lock. Interrupts are off all the time; an NMI would be the end.
 */
bool elsewhere_call(void (*fn)(void));

/** elsewhere_finish() - give the place back, also after a prepare that failed */
void elsewhere_finish(void);

/** flush_caches() - what was written goes to memory, and is read from there again */
static inline void flush_caches(void)
{
	__asm__ volatile("wbinvd" : : : "memory");
}

#endif
