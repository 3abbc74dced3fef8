/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How memory gets from memblock to the buddy lists: block by block, when the
 * lists run low. The boot initialises the first block only, so its length does
 * not depend on how much RAM there is.
 *
 * Each zone has a cursor, next_pfn. Below it every block with RAM has its struct
 * pages, and its free pages are the buddy lists'; from it on memblock's lists say
 * what is free. On entering a section the cursor sets 2 MiB of the section's own
 * free memory aside for its struct pages, mapped as one page and cleared block by
 * block. A section with less than half of it free is not worth that, and one that
 * two nodes share has no owner: there each block pays for its own struct pages with
 * 4 KiB pages. Holes cost nothing.
 *
 * Blocks of a reservation whose pages somebody is to have as they are come before
 * their turn. The cursor leaves them out; where it has not entered their section yet,
 * that one is of those whose blocks pay for themselves.
 */
#include "internal.h"
#include <asm/init_64.h>
#include <asm/percpu.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/memblock.h>

#define BLOCK_BACKING	(BLOCK_PAGES * sizeof(struct page) / PAGE_SIZE)	/* of a block */

static_assert(BLOCK_PAGES * sizeof(struct page) % PAGE_SIZE == 0, "blocks share no page of struct pages");
static_assert(ZONE_DMA32_END % SECTION_PAGES == 0, "zones of a node share no section");

struct spinlock grow_lock;

/* The zone's free pages at or after *@pfn and below @end: first of them in *@pfn. Return: how many in a row, 0: none. */
static unsigned long next_free(const struct zone *zone, unsigned long *pfn, unsigned long end)
{
	struct memblock_region r;
	phys_addr_t at;

	for (at = PFN_PHYS(*pfn); memblock_next_free(at, PFN_PHYS(end), &r); at = r.base + r.size)
		if (r.nid == zone->node) {
			*pfn = PHYS_PFN(r.base);
			return PHYS_PFN(r.size);
		}
	return 0;
}

static unsigned long count_free(const struct zone *zone, unsigned long pfn, unsigned long end)
{
	unsigned long nr, sum = 0;

	for (; (nr = next_free(zone, &pfn, end)); pfn += nr)
		sum += nr;
	return sum;
}

/* From the first to the last RAM of its node. */
static void set_range(struct zone *zone, unsigned long pfn, unsigned long end)
{
	struct memblock_region r;
	phys_addr_t at;

	zone->start_pfn = zone->end_pfn = pfn;
	for (at = PFN_PHYS(pfn); memblock_next_ram(at, PFN_PHYS(end), &r); at = r.base + r.size) {
		if (r.nid != zone->node)
			continue;
		if (zone->start_pfn == zone->end_pfn)
			zone->start_pfn = PHYS_PFN(r.base);
		zone->end_pfn = PHYS_PFN(r.base + r.size);
	}
	zone->next_pfn = zone->start_pfn;
	zone->deferred = count_free(zone, zone->start_pfn, zone->end_pfn);
}

void zones_set_ranges(void)
{
	unsigned long end = PHYS_PFN(memblock_end());
	struct zone *zone;

	for_each_zone(zone)
		if (zone->type == ZONE_DMA32)
			set_range(zone, 0, min(end, ZONE_DMA32_END));
		else
			set_range(zone, ZONE_DMA32_END, max(end, ZONE_DMA32_END));
}

/* ---------------------------------------------------------------- struct pages, under grow_lock */

/* The block that this CPU is about to initialise. When the lists are empty its page tables come from itself. */
struct growth {
	struct zone	*zone;			/* NULL: none */
	unsigned long	*pfn, end;		/* of the block, not taken yet */
};

static DEFINE_PER_CPU(struct growth, growth);

phys_addr_t deferred_table_alloc(void)
{
	struct growth *g = this_cpu_ptr(&growth);

	if (!g->zone || !next_free(g->zone, g->pfn, g->end))
		return 0;
	g->zone->deferred--;
	g->zone->backing_pages++;
	return PFN_PHYS((*g->pfn)++);
}

static bool map_struct_pages(unsigned long pfn, unsigned long backing, unsigned long nr_backing)
{
	return !pgtable_map(&kernel_pgtable, (unsigned long)pfn_to_page(pfn), PFN_PHYS(backing),
			    nr_backing << PAGE_SHIFT, PAGE_KERNEL);
}

static bool shared_with_other_node(const struct zone *zone, unsigned long pfn, unsigned long end)
{
	struct memblock_region r;
	phys_addr_t at;

	for (at = PFN_PHYS(pfn); memblock_next_ram(at, PFN_PHYS(end), &r); at = r.base + r.size)
		if (r.nid != zone->node)
			return true;
	return false;
}

/* The highest 2 MiB of free memory in a section that is worth it, 0 if there is none. */
static unsigned long find_section_backing(const struct zone *zone, unsigned long pfn, unsigned long end)
{
	unsigned long nr, found = 0;

	if (zone->ahead_start < end && zone->ahead_end > pfn)	/* part of it is mapped already */
		return 0;
	if (count_free(zone, pfn, end) < SECTION_PAGES / 2 || shared_with_other_node(zone, pfn, end))
		return 0;
	for (; (nr = next_free(zone, &pfn, end)); pfn += nr)
		if (ALIGN_DOWN(pfn + nr, BACKING_PAGES) >= pfn + BACKING_PAGES)
			found = ALIGN_DOWN(pfn + nr, BACKING_PAGES) - BACKING_PAGES;
	return found;
}

static void enter_section(struct zone *zone, unsigned long pfn)
{
	unsigned long start = ALIGN_DOWN(pfn, SECTION_PAGES);

	zone->section_end = start + SECTION_PAGES;
	zone->backing = find_section_backing(zone, start, zone->section_end);
	if (zone->backing && !map_struct_pages(start, zone->backing, BACKING_PAGES))
		zone->backing = 0;
	if (zone->backing) {
		zone->deferred -= BACKING_PAGES;
		zone->backing_pages += BACKING_PAGES;
	}
}

/*
 * Back the struct pages of one block, from its own free pages as long as there
 * are any; *@used, at first @block, moves past the pages taken. A block that cannot be backed is
 * left alone for good: its free memory is lost, and counted as in use.
 */
static bool back_block(struct zone *zone, unsigned long block, unsigned long *used)
{
	unsigned long i, backing;
	struct page *page;

	for (i = 0; i < BLOCK_BACKING; i++) {
		if (next_free(zone, used, block + BLOCK_PAGES)) {
			backing = (*used)++;
			zone->deferred--;
			zone->backing_pages++;
		} else {
			page = alloc_pages_node(zone->node, GFP_ATOMIC | __GFP_NOGROW, 0);
			if (!page)
				return false;
			page->state = PAGE_RESERVED;	/* for good */
			backing = page_to_pfn(page);
			mem_count(MEM_STRUCT_PAGES, 1);
		}
		if (!map_struct_pages(block + i * (PAGE_SIZE / sizeof(struct page)), backing, 1))
			return false;
	}
	return true;
}

static void add_piece(struct zone *zone, unsigned long pfn, unsigned long end)
{
	if (pfn >= end)
		return;
	zone_add_pages(zone, pfn, end);
	zone->deferred -= end - pfn;
}

/* Free pages of a block, less those that hold the section's struct pages. */
static void add_free(struct zone *zone, unsigned long pfn, unsigned long end)
{
	if (!zone->backing) {
		add_piece(zone, pfn, end);
		return;
	}
	add_piece(zone, pfn, min(end, zone->backing));
	add_piece(zone, max(pfn, zone->backing + BACKING_PAGES), end);
}

/* Struct pages for the block; *@pfn, at first @block, moves past what of it they take. */
static bool map_block(struct zone *zone, unsigned long block, unsigned long *pfn)
{
	bool mapped;

	*this_cpu_ptr(&growth) = (struct growth){ zone, pfn, block + BLOCK_PAGES };
	if (block >= zone->section_end && block < zone->next_pfn)	/* it is its turn */
		enter_section(zone, block);
	mapped = (zone->backing && block < zone->section_end) || back_block(zone, block, pfn);
	this_cpu_ptr(&growth)->zone = NULL;
	if (!mapped)	/* what was backed of it was not cleared, and shall not look as if it were */
		pgtable_unmap(&kernel_pgtable, (unsigned long)pfn_to_page(block), BLOCK_PAGES * sizeof(struct page));
	return mapped;
}

/* Return: free pages that came in. */
static unsigned long grow_block(struct zone *zone, unsigned long block)
{
	unsigned long nr, pfn = block, had = zone->managed;

	if (!map_block(zone, block, &pfn)) {
		nr = count_free(zone, pfn, block + BLOCK_PAGES);
		zone->deferred -= nr;
		zone->lost += nr;
		return 0;
	}
	memset(pfn_to_page(block), 0, BLOCK_PAGES * sizeof(struct page));
	for (; (nr = next_free(zone, &pfn, block + BLOCK_PAGES)); pfn += nr)
		add_free(zone, pfn, pfn + nr);
	return zone->managed - had;
}

/* The first block from *@pfn on with RAM in it, free or not: what is reserved may be freed later. *@pfn moves past it. */
static bool find_block(const struct zone *zone, unsigned long *pfn, unsigned long *block)
{
	phys_addr_t at = PFN_PHYS(*pfn);
	struct memblock_region r;

	for (; memblock_next_ram(at, PFN_PHYS(zone->end_pfn), &r); at = r.base + r.size)
		if (r.nid == zone->node) {
			*block = ALIGN_DOWN(PHYS_PFN(r.base), BLOCK_PAGES);
			*pfn = *block + BLOCK_PAGES;
			return true;
		}
	return false;
}

static bool was_ahead(const struct zone *zone, unsigned long pfn)
{
	return pfn >= zone->ahead_start && pfn < zone->ahead_end;
}

static bool next_block(struct zone *zone, unsigned long *block)
{
	do
		if (!find_block(zone, &zone->next_pfn, block))
			return false;
	while (was_ahead(zone, *block));
	return true;
}

bool zone_grow(struct zone *zone)
{
	unsigned long flags, block, grown = 0;

	if (!zone->deferred)
		return false;
	flags = spin_lock_irqsave(&grow_lock);
	while (!grown && !zone->held && next_block(zone, &block))
		grown = grow_block(zone, block);
	spin_unlock_irqrestore(&grow_lock, flags);
	return grown;
}

/* Return: whether there was a block. */
static bool zone_step(struct zone *zone)
{
	unsigned long flags = spin_lock_irqsave(&grow_lock), block;
	bool more = zone->deferred && !zone->held && next_block(zone, &block);

	if (more)
		grow_block(zone, block);
	spin_unlock_irqrestore(&grow_lock, flags);
	return more;
}

bool deferred_init_step(void)
{
	unsigned int n, z;

	for (n = 0; n < nr_nodes; n++)
		for (z = NR_ZONES; z-- > 0; )
			if (zone_step(node_zone(numa_nearest(page_alloc_node(), n), z)))
				return true;
	return false;
}

/* ---------------------------------------------------------------- memory under test */

void zones_hold_deferred(bool hold)
{
	unsigned long flags = spin_lock_irqsave(&grow_lock);
	struct zone *zone;

	for_each_zone(zone)
		zone->held = hold;
	spin_unlock_irqrestore(&grow_lock, flags);
}

/* Whether @pfn is in [@start, @stop). *@end moves down to where that changes. */
static bool within(unsigned long pfn, unsigned long start, unsigned long stop, unsigned long *end)
{
	if (pfn < stop)
		*end = min(*end, pfn < start ? start : stop);
	return pfn >= start && pfn < stop;
}

/* The section's struct pages, and blocks that came ahead, lie in memory that memblock still has as free: step over them. */
unsigned long zone_next_deferred(const struct zone *zone, unsigned long *pfn, unsigned long end)
{
	unsigned long backing_end = zone->backing ? zone->backing + BACKING_PAGES : 0, stop, nr;
	bool taken;

	end = min(end, zone->end_pfn);
	for (*pfn = max(*pfn, zone->next_pfn); *pfn < end; *pfn = stop) {
		stop = end;
		taken = within(*pfn, zone->backing, backing_end, &stop);
		taken |= within(*pfn, zone->ahead_start, zone->ahead_end, &stop);
		nr = taken ? 0 : next_free(zone, pfn, stop);
		if (nr)
			return nr;
	}
	return 0;
}

int zone_retire_deferred(struct zone *zone, unsigned long pfn)
{
	unsigned long flags = spin_lock_irqsave(&grow_lock);
	int err = memblock_reserve(PFN_PHYS(pfn), PAGE_SIZE, MEM_BAD);

	if (!err)
		zone->deferred--;
	spin_unlock_irqrestore(&grow_lock, flags);
	return err;
}

/* ---------------------------------------------------------------- what was reserved */

static bool had_its_turn(const struct zone *zone, unsigned long pfn)
{
	return pfn < zone->next_pfn || was_ahead(zone, pfn);
}

/* Struct pages of what had its turn, unless back_block() failed there. */
static bool initialised(const struct zone *zone, unsigned long pfn)
{
	struct pgtable_path path;

	pgtable_lookup(&kernel_pgtable, (unsigned long)pfn_to_page(pfn), &path);
	return had_its_turn(zone, pfn) && path.leaf_level;
}

/* The zone whose cursor goes through a page of RAM. */
static struct zone *zone_at(unsigned long pfn)
{
	struct memblock_region r;

	if (!memblock_next_ram(PFN_PHYS(pfn), PFN_PHYS(pfn + 1), &r))
		return zones;
	return node_zone(r.nid, pfn < ZONE_DMA32_END ? ZONE_DMA32 : ZONE_NORMAL);
}

bool page_initialised(unsigned long pfn)
{
	return initialised(zone_at(pfn), pfn);
}

unsigned long section_backing(unsigned long pfn)
{
	return zone_at(pfn)->backing;
}

static void free_reserved_pages(struct zone *zone, unsigned long pfn, unsigned long nr)
{
	unsigned long end, stop = pfn + nr;

	for (; pfn < stop; pfn = end) {
		end = min(ALIGN_DOWN(pfn, BLOCK_PAGES) + BLOCK_PAGES, stop);
		if (initialised(zone, pfn))
			zone_add_pages(zone, pfn, end);
		else if (!had_its_turn(zone, pfn))
			zone->deferred += end - pfn;
		else
			zone->lost += end - pfn;
	}
}

/* Pages of all zones in [@pfn, @end), as far as memblock has them as free now. */
static unsigned long free_in_zones(unsigned long pfn, unsigned long end)
{
	unsigned long nr, freed = 0;
	struct zone *zone;

	for_each_zone(zone) {
		unsigned long at = max(pfn, zone->start_pfn), zone_end = min(end, zone->end_pfn);

		for (; at < zone_end && (nr = next_free(zone, &at, zone_end)); at += nr, freed += nr)
			free_reserved_pages(zone, at, nr);
	}
	return freed;
}

unsigned long free_reserved_range(phys_addr_t start, phys_addr_t stop)
{
	unsigned long pfn = PHYS_PFN(ALIGN(start, PAGE_SIZE)), end = PHYS_PFN(stop), flags, freed = 0;

	if (pfn >= end)
		return 0;
	flags = spin_lock_irqsave(&grow_lock);
	if (!memblock_free(PFN_PHYS(pfn), PFN_PHYS(end - pfn)))
		freed = free_in_zones(pfn, end);
	spin_unlock_irqrestore(&grow_lock, flags);
	return freed;
}

/* ---------------------------------------------------------------- reserved pages that are kept */

#define LISTS_ENOUGH	128	/* pages in the lists: the struct pages of a block that has no free page come from there */

/* One block more is initialised on the way from where that was last done to @pfn. Return: whether there was one. */
static bool step_ahead(unsigned long pfn)
{
	unsigned long flags, block;
	struct zone *zone;
	bool more;

	while (nr_free_pages() - nr_deferred_pages() < LISTS_ENOUGH && deferred_init_step())
		;
	flags = spin_lock_irqsave(&grow_lock);
	zone = zone_at(pfn);
	if (zone->ahead_end <= zone->next_pfn)		/* the cursor is past it */
		zone->ahead_start = zone->ahead_end = ALIGN_DOWN(pfn, BLOCK_PAGES);
	more = !zone->held && !had_its_turn(zone, pfn) && pfn >= zone->ahead_start &&
	       find_block(zone, &zone->ahead_end, &block);
	if (more)
		grow_block(zone, block);
	spin_unlock_irqrestore(&grow_lock, flags);
	return more;
}

/* Pages of one block. */
static bool adopt_pages(unsigned long pfn, unsigned long end)
{
	struct zone *zone = zone_at(pfn);
	unsigned long at;

	if (!initialised(zone, pfn) || !memblock_is_memory(PFN_PHYS(pfn), PFN_PHYS(end - pfn)) ||
	    memblock_free(PFN_PHYS(pfn), PFN_PHYS(end - pfn)))
		return false;
	for (at = pfn; at < end; at++) {
		pfn_to_page(at)->state = PAGE_USED;
		pfn_to_page(at)->zone = zone - zones;
	}
	spin_lock(&zone->lock);
	zone->managed += end - pfn;
	spin_unlock(&zone->lock);
	return true;
}

static bool adopt_in_block(unsigned long pfn, unsigned long end)
{
	unsigned long flags;
	bool adopted;

	while (!page_initialised(pfn) && step_ahead(pfn))
		;
	flags = spin_lock_irqsave(&grow_lock);
	adopted = adopt_pages(pfn, end);
	spin_unlock_irqrestore(&grow_lock, flags);
	return adopted;
}

unsigned long adopt_reserved_range(phys_addr_t start, phys_addr_t stop)
{
	unsigned long pfn = PHYS_PFN(start), end, at;

	for (at = pfn; at < PHYS_PFN(stop); at = end) {
		end = min(ALIGN_DOWN(at, BLOCK_PAGES) + BLOCK_PAGES, PHYS_PFN(stop));
		if (!adopt_in_block(at, end))
			break;
	}
	return at - pfn;
}
