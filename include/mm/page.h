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
#include <kernel/spinlock.h>
#include <lib/list.h>

/* Zeroed means reserved, so that a fresh piece of the array is right as it is. */
enum page_state {
	PAGE_RESERVED,			/* never given to the allocator, or not the first page of a run */
	PAGE_BUDDY,			/* first page of a free run in zone->area[order] */
	PAGE_PCP,			/* on a CPU's list of free pages */
	PAGE_USED,			/* first page of an allocated run */
	PAGE_SLAB,			/* any page of a slab */
	PAGE_FILE,			/* of a file: freed only after a grace period, see <mm/filemap.h> */
};

struct address_space;

struct page {
	u8		state;		/* enum page_state */
	u8		order;		/* of the run this page is the first of */
	u8		poisoned;	/* page_poison: free, and filled with the pattern */
	u8		zone;		/* by node and kind: where a run that was ever taken goes back to; its first page */
	union {
		struct {
			u16	inuse;	/* slab, first page: objects not on its free list */
			u16	free;	/* slab, first page: index of the first free object */
		};
		u32	refcount;	/* pages of users and files: who maps or holds it; 0: nobody any more. atomic */
	};
	union {
		struct {
			union {
				struct list_head list;	/* PAGE_BUDDY: of the area; slab, first page: of the cache */
				struct page	*next;	/* PAGE_PCP */
				struct page	*head;	/* slab, other pages: the first page */
				struct {
					struct address_space *mapping;	/* file it is a page of; NULL: anonymous, or cut off */
					unsigned long	index;	/* in the file, in pages */
				};
			};
			struct kmem_cache *cache;	/* slab, all pages */
		};
		struct spinlock	ptl;	/* of a page table: guards its entries */
	};
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

/* get_page() - one more reference to a page of a user or a file that is referenced. Context: any */
static inline void get_page(struct page *page)
{
	__atomic_fetch_add(&page->refcount, 1, __ATOMIC_RELAXED);
}

/** get_page_unless_zero() - the same where it may be on its way out: whether it was not */
static inline bool get_page_unless_zero(struct page *page)
{
	u32 count = __atomic_load_n(&page->refcount, __ATOMIC_RELAXED);

	do {
		if (!count)
			return false;
	} while (!__atomic_compare_exchange_n(&page->refcount, &count, count + 1, true, __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

/** page_release() - nobody has it any more; put_page() calls it */
void page_release(struct page *page);

/** put_page() - one reference less; the last one frees the page. Context: any but NMI */
static inline void put_page(struct page *page)
{
	if (!__atomic_sub_fetch(&page->refcount, 1, __ATOMIC_ACQ_REL))
		page_release(page);
}

/** page_address() - where the direct map shows the page */
static inline void *page_address(const struct page *page)
{
	return __va(PFN_PHYS(page_to_pfn(page)));
}

#endif
