/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Kernel addresses for pages that lie anywhere: memory too large for one run of
 * frames, and what devices have at physical addresses. A page behind each area
 * stays unmapped, so that running over its end faults.
 *
 * Unmapping clears the page tables at once. Addresses and pages are used again
 * only after a flush of the TLB, which is done for many areas together.
 *
 * Context of all functions here: as for flush_tlb_kernel(), which any of them may call.
 */
#ifndef MM_VMALLOC_H
#define MM_VMALLOC_H

#include <mm/page_alloc.h>

/**
 * vmalloc() - @size bytes, contiguous for the kernel only, in whole pages
 * Return: page aligned, contents undefined; NULL when @size is 0 or memory or
 * addresses run out. Context: after mm_init(); may take long.
 */
void *vmalloc(size_t size);

/** vfree() - what vmalloc() gave; NULL does nothing; anything else is reported */
void vfree(void *va);

/** vmap() - show @nr pages one after the other; they stay the caller's. NULL as for vmalloc() */
void *vmap(struct page *const *pages, unsigned long nr);

/** vunmap() - what vmap() gave; the pages may be reused as soon as vm_flush() has been called */
void vunmap(void *va);

/**
 * ioremap() - map physical memory of any kind, with the largest pages that fit
 * @cache: _PAGE_CACHE_WB, _PAGE_CACHE_WC or _PAGE_CACHE_UC
 * Context: after paging_init().
 * Return: NULL when @size is 0, no CPU address is meant, or memory or addresses run out.
 */
void *ioremap(phys_addr_t pa, u64 size, u64 cache);

/** iounmap() - what ioremap() gave; NULL does nothing */
void iounmap(const void *va);

/** vm_flush() - after it nothing that was unmapped is in a TLB */
void vm_flush(void);

#endif
