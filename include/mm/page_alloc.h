/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The page allocator: runs of 2^order page frames, from buddy lists per zone,
 * single pages through a list per CPU.
 *
 * Command line: init_on_free clears pages when they are freed; page_poison fills
 * them with a pattern instead and reports, on the next allocation, a page that
 * was written to in between.
 */
#ifndef MM_PAGE_ALLOC_H
#define MM_PAGE_ALLOC_H

#include <mm/page.h>

#define MAX_ORDER	11		/* orders 0 to 10: up to 4 MiB */

typedef unsigned int gfp_t;

#define __GFP_HIGH	1u		/* may use the reserve below the watermark */
#define __GFP_ZERO	2u		/* contents are zeros */
#define __GFP_DMA32	4u		/* below 4 GiB */
#define __GFP_NOGROW	8u		/* only from what is initialised; for the code that initialises */
#define __GFP_NOWARN	16u		/* no report when there is none: the caller can do without */
#define GFP_KERNEL	0u		/* leaves the reserve alone */
#define GFP_ATOMIC	__GFP_HIGH	/* for who cannot do without: interrupts, the way out of low memory */
#define GFP_DMA32	__GFP_DMA32

/**
 * alloc_pages() - take 2^@order contiguous page frames
 * @gfp:   GFP_KERNEL or GFP_ATOMIC, with __GFP_ZERO or GFP_DMA32 or both
 * @order: log2 of the number of pages, 0 <= @order < MAX_ORDER
 * From the CPU's node as long as it has some, then from the nearest that has. A
 * node's memory below 4 GiB is used only when it has none above, or with GFP_DMA32.
 * Return: first page of the run, aligned to its size; contents undefined unless
 * __GFP_ZERO. NULL when no run is free; the first failure, and after it the second,
 * fourth, eighth and so on, reports who holds what.
 * Context: any; takes zone->lock with interrupts off. Never sleeps.
 */
struct page *alloc_pages(gfp_t gfp, unsigned int order);

/**
 * alloc_pages_node() - the same, from node @nid rather than from the CPU's
 * @nid: NUMA_NO_NODE: as alloc_pages(); there is no such node: NULL
 */
struct page *alloc_pages_node(unsigned int nid, gfp_t gfp, unsigned int order);

/**
 * __free_pages() - give back a run
 * @page, @order: as allocated; anything else (twice, a part, a wrong order) is
 * reported and the run is not freed. NULL does nothing.
 * Context: any.
 */
void __free_pages(struct page *page, unsigned int order);

/** get_free_page() - one page as a pointer into the direct map, NULL when there is none */
static inline void *get_free_page(gfp_t gfp)
{
	struct page *page = alloc_pages(gfp, 0);

	return page ? page_address(page) : NULL;
}

/** free_page() - what get_free_page() gave; NULL does nothing */
static inline void free_page(void *va)
{
	if (va)
		__free_pages(virt_to_page(va), 0);
}

/**
 * page_alloc_set_node() - this CPU is on node @nid, and takes pages from there first,
 * or from the nearest node with RAM. Each CPU says so once, before it allocates.
 */
void page_alloc_set_node(unsigned int nid);

/**
 * drain_local_pages() - empty this CPU's lists into the buddy lists
 * drain_all_pages() - those of all CPUs; context as for smp_call_function_many()
 */
void drain_local_pages(void);
void drain_all_pages(void);

/**
 * nr_free_pages() - free now, all zones: buddy lists, CPU lists and what is not initialised yet
 * nr_deferred_pages() - the last of the three
 */
unsigned long nr_free_pages(void);
unsigned long nr_deferred_pages(void);

#endif
