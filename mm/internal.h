/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of mm/ and by nobody else. */
#ifndef MM_INTERNAL_H
#define MM_INTERNAL_H

#include <asm/percpu.h>
#include <kernel/spinlock.h>
#include <mm/numa.h>
#include <mm/page_alloc.h>

/*
 * A block is the unit in which memory goes from memblock to the buddy lists: the
 * largest run, so that the buddy of any run in a block is in the same block. A
 * section is as much memory as one 2 MiB page of struct pages describes.
 */
#define BLOCK_PAGES	(1UL << (MAX_ORDER - 1))
#define SECTION_PAGES	(SZ_2M / sizeof(struct page))
#define BACKING_PAGES	(SZ_2M / PAGE_SIZE)		/* of a section's struct pages */

enum zone_type { ZONE_DMA32, ZONE_NORMAL, NR_ZONES };

#define ZONE_DMA32_END	PHYS_PFN(SZ_4G)

struct free_area {
	struct list_head	runs;		/* page->list of PAGE_BUDDY pages */
	unsigned long		nr;
};

struct zone {
	struct spinlock		lock;		/* guards area, nr_free, managed */
	struct free_area	area[MAX_ORDER];
	unsigned long		nr_free;	/* pages in area */
	unsigned long		managed;	/* pages handed to area so far */
	unsigned long		min;		/* free pages kept for __GFP_HIGH */
	unsigned long		low;		/* fewer free: initialise more */
	u8			node, type;	/* enum zone_type */

	/* guarded by grow_lock, as is a change of managed */
	unsigned long		start_pfn, end_pfn;	/* around all RAM of the zone; other nodes' may lie between */
	unsigned long		next_pfn;	/* blocks below are initialised */
	unsigned long		ahead_start, ahead_end;	/* blocks that are so before next_pfn gets there; none when equal */
	unsigned long		section_end;	/* of the section next_pfn is in, once it was entered */
	unsigned long		backing;	/* first of the pages that hold its struct pages, 0: see grow_block() */
	unsigned long		deferred;	/* free pages from next_pfn on, less those of backing and ahead */
	unsigned long		backing_pages;	/* of what was deferred, used for struct pages */
	unsigned long		lost;		/* free pages whose struct pages could not be backed */
	bool			held;		/* nothing is initialised: memory from next_pfn on is under test */
};

#define MAX_ZONES	(MAX_NUMNODES * NR_ZONES)

/*
 * Outer to zone->lock. Guards, once mm_init() is done, the way of memory from memblock
 * to the zones: memblock's lists, what zones have deferred, and the page tables of the
 * array of struct pages, in which zones share tables. Only __GFP_NOGROW requests under it.
 */
extern struct spinlock grow_lock;

/* The zones of node 0, then those of node 1... A block belongs to one of them, sections may be shared. */
extern struct zone zones[MAX_ZONES];
extern const char *const zone_names[NR_ZONES];

#define for_each_zone(zone) \
	for ((zone) = zones; (zone) < zones + nr_nodes * NR_ZONES; (zone)++)

static inline struct zone *node_zone(unsigned int nid, enum zone_type type)
{
	return &zones[nid * NR_ZONES + type];
}

/** page_alloc_init() - empty zones; page_poison and init_on_free from the command line */
void page_alloc_init(const char *cmdline);

/** zone_add_pages() - pages [@pfn, @end) of one block, their struct pages zeroed, become free */
void zone_add_pages(struct zone *zone, unsigned long pfn, unsigned long end);

/** zones_set_ranges() - divide memblock's RAM among the zones, all of it deferred */
void zones_set_ranges(void);

/**
 * zone_grow() - initialise the next block of @zone that has free memory
 * Return: whether there was one. Context: any, not under zone->lock.
 */
bool zone_grow(struct zone *zone);

/** page_alloc_node() - the node this CPU's lists are for */
unsigned int page_alloc_node(void);

/** page_initialised() - whether RAM at @pfn has reached the page allocator, so that its struct page is valid */
bool page_initialised(unsigned long pfn);

/** section_backing() - first of the BACKING_PAGES that hold struct pages of the section being initialised; 0: none */
unsigned long section_backing(unsigned long pfn);

/** deferred_table_alloc() - a page of the block this CPU is initialising, 0: none; interrupts off */
phys_addr_t deferred_table_alloc(void);

/** zones_hold_deferred() - what is not initialised stays so until it is let go: the caller writes to it */
void zones_hold_deferred(bool hold);

/**
 * zone_next_deferred() - free pages at or after *@pfn and below @end that are not initialised yet
 * Context: while they are held. Return: how many in a row, the first of them in *@pfn; 0: none.
 */
unsigned long zone_next_deferred(const struct zone *zone, unsigned long *pfn, unsigned long end);

/**
 * zone_retire_deferred() - a page that is free, held and not initialised is never used: memblock has it as MEM_BAD
 * page_retire() - the same for a page allocated as a single one
 * Return: 0, or -ENOMEM when memblock's list is full; the page is as it was then.
 */
int zone_retire_deferred(struct zone *zone, unsigned long pfn);
int page_retire(struct page *page);

/** split_page() - an allocated run becomes single pages, each to be freed on its own */
void split_page(struct page *page, unsigned int order);

/* Allocated pages that the books know by name; all others are "other". */
enum mem_count {
	MEM_TABLE_PAGES, MEM_STRUCT_PAGES, MEM_SLAB_PAGES, MEM_VMALLOC_PAGES,
	MEM_ANON_PAGES, MEM_FILE_PAGES,		/* of programs alone, and of files */
	NR_MEM_COUNTS
};

DECLARE_PER_CPU(long, mem_counts[NR_MEM_COUNTS]);	/* the sum of all CPUs is meant */

/** mem_count() - @pages more, or fewer, are allocated for @what; any context */
static inline void mem_count(enum mem_count what, long pages)
{
	this_cpu_add(mem_counts[what], pages);
}

/** mem_counted() - pages allocated for @what; what other CPUs do meanwhile may be missed */
unsigned long mem_counted(enum mem_count what);

extern struct page *zero_page;		/* what a program reads where it has not written yet */

/** vma_caches_init() - kmem caches of mm/vma.c */
void vma_caches_init(void);

/** user_page_alloc() - a page for a program, one reference, contents undefined; NULL: no memory */
struct page *user_page_alloc(gfp_t gfp);

/** mem_books_each() - every line of the memory table that is not zero, with its pages */
void mem_books_each(void (*line)(const char *name, unsigned long pages));

/** slab_each_largest() - the caches that hold most pages, at most @most of them, largest first; takes no lock */
void slab_each_largest(void (*line)(const char *name, unsigned long pages), unsigned int most);

/** vmalloc_lazy_pages() - unmapped, and not free yet for want of a flush; takes no lock */
unsigned long vmalloc_lazy_pages(void);

/** out_of_memory() - an allocation has failed: say who holds what, not too often; any context */
void out_of_memory(gfp_t gfp, unsigned int order, unsigned int nid);

/** mem_books_open() - the books begin: what the firmware gave; prints and checks them */
void mem_books_open(u64 ram_bytes);

/** page_table_alloc() - the alloc function of struct pgtable, from mm_init() on */
phys_addr_t page_table_alloc(void);

#endif
