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
 * block. A section with less than half of it free is not worth that: there each
 * block pays for its own struct pages with 4 KiB pages. Holes cost nothing.
 */
#include "internal.h"
#include <asm/init_64.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/memblock.h>

#define BACKING_PAGES	(SZ_2M / PAGE_SIZE)				/* of a section */
#define BLOCK_BACKING	(BLOCK_PAGES * sizeof(struct page) / PAGE_SIZE)	/* of a block */

static_assert(BLOCK_PAGES * sizeof(struct page) % PAGE_SIZE == 0, "blocks share no page of struct pages");
static_assert(ZONE_DMA32_END % SECTION_PAGES == 0, "zones share no section");

/* The free pages at or after *@pfn and below @end: first of them in *@pfn. Return: how many in a row, 0: none. */
static unsigned long next_free(unsigned long *pfn, unsigned long end)
{
	struct memblock_region r;

	if (!memblock_next_free(PFN_PHYS(*pfn), PFN_PHYS(end), &r))
		return 0;
	*pfn = PHYS_PFN(r.base);
	return PHYS_PFN(r.size);
}

static unsigned long count_free(unsigned long pfn, unsigned long end)
{
	unsigned long nr, sum = 0;

	for (; (nr = next_free(&pfn, end)); pfn += nr)
		sum += nr;
	return sum;
}

void zones_set_ranges(void)
{
	unsigned long end = PHYS_PFN(memblock_end());
	unsigned int z;

	zones[ZONE_DMA32].end_pfn = min(end, ZONE_DMA32_END);
	zones[ZONE_NORMAL].start_pfn = ZONE_DMA32_END;
	zones[ZONE_NORMAL].end_pfn = max(end, ZONE_DMA32_END);
	for (z = 0; z < NR_ZONES; z++) {
		zones[z].next_pfn = zones[z].start_pfn;
		zones[z].deferred = count_free(zones[z].start_pfn, zones[z].end_pfn);
	}
	page_alloc_set_best(zones[ZONE_NORMAL].deferred ? ZONE_NORMAL : ZONE_DMA32);
}

/* ---------------------------------------------------------------- struct pages, under grow_lock */

static bool map_struct_pages(unsigned long pfn, unsigned long backing, unsigned long nr_backing)
{
	return !pgtable_map(&kernel_pgtable, (unsigned long)pfn_to_page(pfn), PFN_PHYS(backing),
			    nr_backing << PAGE_SHIFT, PAGE_KERNEL);
}

/* The highest 2 MiB of free memory in a section that is worth it, 0 if there is none. */
static unsigned long find_section_backing(unsigned long pfn, unsigned long end)
{
	unsigned long nr, found = 0;

	if (count_free(pfn, end) < SECTION_PAGES / 2)
		return 0;
	for (; (nr = next_free(&pfn, end)); pfn += nr)
		if (ALIGN_DOWN(pfn + nr, BACKING_PAGES) >= pfn + BACKING_PAGES)
			found = ALIGN_DOWN(pfn + nr, BACKING_PAGES) - BACKING_PAGES;
	return found;
}

static void enter_section(struct zone *zone, unsigned long pfn)
{
	unsigned long start = ALIGN_DOWN(pfn, SECTION_PAGES);

	zone->section_end = start + SECTION_PAGES;
	zone->backing = find_section_backing(start, zone->section_end);
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
		if (next_free(used, block + BLOCK_PAGES)) {
			backing = (*used)++;
			zone->deferred--;
			zone->backing_pages++;
		} else {
			page = alloc_pages(GFP_ATOMIC | __GFP_NOGROW, 0);
			if (!page)
				return false;
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

/* Return: free pages that came in. */
static unsigned long grow_block(struct zone *zone, unsigned long block)
{
	unsigned long nr, pfn = block, had = zone->managed;

	if (block >= zone->section_end)
		enter_section(zone, block);
	if (!zone->backing && !back_block(zone, block, &pfn)) {
		nr = count_free(pfn, block + BLOCK_PAGES);
		zone->deferred -= nr;
		zone->lost += nr;
		return 0;
	}
	memset(pfn_to_page(block), 0, BLOCK_PAGES * sizeof(struct page));
	for (; (nr = next_free(&pfn, block + BLOCK_PAGES)); pfn += nr)
		add_free(zone, pfn, pfn + nr);
	return zone->managed - had;
}

/* The next block with RAM in it, free or not: what is reserved may be freed later. */
static bool next_block(struct zone *zone, unsigned long *block)
{
	struct memblock_region r;

	if (!memblock_next_ram(PFN_PHYS(zone->next_pfn), PFN_PHYS(zone->end_pfn), &r))
		return false;
	*block = ALIGN_DOWN(PHYS_PFN(r.base), BLOCK_PAGES);
	zone->next_pfn = *block + BLOCK_PAGES;
	return true;
}

bool zone_grow(struct zone *zone)
{
	unsigned long flags, block, grown = 0;

	if (!zone->deferred)
		return false;
	flags = spin_lock_irqsave(&zone->grow_lock);
	while (!grown && next_block(zone, &block))
		grown = grow_block(zone, block);
	spin_unlock_irqrestore(&zone->grow_lock, flags);
	return grown;
}

/* Struct pages of what lies below the cursor, unless back_block() failed there. */
static bool initialised(const struct zone *zone, unsigned long pfn)
{
	struct pgtable_path path;

	pgtable_lookup(&kernel_pgtable, (unsigned long)pfn_to_page(pfn), &path);
	return pfn < zone->next_pfn && path.leaf_level;
}

static void free_reserved_pages(struct zone *zone, unsigned long pfn, unsigned long nr)
{
	unsigned long end, stop = pfn + nr;

	for (; pfn < stop; pfn = end) {
		end = min(ALIGN_DOWN(pfn, BLOCK_PAGES) + BLOCK_PAGES, stop);
		if (initialised(zone, pfn))
			zone_add_pages(zone, pfn, end);
		else if (pfn >= zone->next_pfn)
			zone->deferred += end - pfn;
		else
			zone->lost += end - pfn;
	}
}

unsigned long free_reserved_range(phys_addr_t start, phys_addr_t stop)
{
	unsigned long pfn = PHYS_PFN(ALIGN(start, PAGE_SIZE)), end = PHYS_PFN(stop), nr, freed = 0;
	unsigned int z;

	if (pfn >= end || memblock_free(PFN_PHYS(pfn), PFN_PHYS(end - pfn)))
		return 0;
	for (z = 0; z < NR_ZONES; z++) {
		unsigned long at = max(pfn, zones[z].start_pfn), zone_end = min(end, zones[z].end_pfn);
		unsigned long flags = spin_lock_irqsave(&zones[z].grow_lock);

		for (; at < zone_end && (nr = next_free(&at, zone_end)); at += nr, freed += nr)
			free_reserved_pages(&zones[z], at, nr);
		spin_unlock_irqrestore(&zones[z].grow_lock, flags);
	}
	return freed;
}
