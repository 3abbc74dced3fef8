/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * struct page: what the kernel knows of one page frame. They form one array in
 * virtual memory, indexed by frame number, at vmemmap_base; it is backed where
 * there is RAM that the page allocator has begun to use (mm/deferred.c), and
 * nowhere else.
 */
#ifndef MM_PAGE_H
#define MM_PAGE_H

#include <asm/page.h>
#include <lib/list.h>

/* Zeroed means reserved, so that a fresh piece of the array is right as it is. */
enum page_state {
	PAGE_RESERVED,			/* never given to the allocator, or not the first page of a run */
	PAGE_BUDDY,			/* first page of a free run in zone->area[order] */
	PAGE_PCP,			/* on a CPU's list of free pages */
	PAGE_USED,			/* first page of an allocated run */
	PAGE_SLAB,			/* any page of a slab */
};

struct page {
	u8		state;		/* enum page_state */
	u8		order;		/* of the run this page is the first of */
	u8		poisoned;	/* page_poison: free, and filled with the pattern */
	u8		zone;		/* by node and kind: where a run that was ever taken goes back to; its first page */
	u16		inuse;		/* slab, first page: objects not on its free list */
	u16		free;		/* slab, first page: index of the first free object */
	union {
		struct list_head list;	/* PAGE_BUDDY: of the area; slab, first page: of the cache */
		struct page	*next;	/* PAGE_PCP */
		struct page	*head;	/* slab, other pages: the first page */
	};
	struct kmem_cache *cache;	/* slab, all pages */
};

static_assert(sizeof(struct page) == 32, "a section's part of the array is one 2 MiB page");

#define PFN_PHYS(pfn)	((phys_addr_t)(pfn) << PAGE_SHIFT)
#define PHYS_PFN(pa)	((unsigned long)((pa) >> PAGE_SHIFT))

static inline struct page *pfn_to_page(unsigned long pfn)
{
	return (struct page *)vmemmap_base + pfn;
}

static inline unsigned long page_to_pfn(const struct page *page)
{
	return page - (const struct page *)vmemmap_base;
}

/** virt_to_page() - of an address in the direct map; no other kind */
static inline struct page *virt_to_page(const void *va)
{
	return pfn_to_page(((unsigned long)va - page_offset_base) >> PAGE_SHIFT);
}

/** page_address() - where the direct map shows the page */
static inline void *page_address(const struct page *page)
{
	return __va(PFN_PHYS(page_to_pfn(page)));
}

#endif
