/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock: the allocator of the boot, before there are struct pages. Two
 * sorted lists of disjoint ranges: what RAM there is, and what of it is taken.
 * When the page allocator starts, memblock stops to allocate; its lists remain,
 * as the record of what the page allocator has not initialised yet.
 * Context of everything here: one CPU, interrupts off.
 */
#ifndef MM_MEMBLOCK_H
#define MM_MEMBLOCK_H

#include <lib/types.h>

struct memblock_region {
	phys_addr_t	base;
	u64		size;			/* bytes, never 0 */
};

struct memblock_type {
	unsigned int		cnt, max;
	struct memblock_region	*regions;	/* sorted, disjoint, not touching */
	const char		*name;
};

struct memblock {
	struct memblock_type	memory;
	struct memblock_type	reserved;
	phys_addr_t		limit;		/* allocations end below this; 0 once the page allocator has taken over */
};

extern struct memblock memblock;

/**
 * memblock_add() - [@base, @base + @size) is RAM
 * memblock_reserve() - the range is taken; it may lie anywhere, RAM or not
 * Overlaps with earlier ranges are merged. The lists grow by themselves.
 * Return: 0, or -ENOMEM when a list is full and cannot grow.
 */
int memblock_add(phys_addr_t base, u64 size);
int memblock_reserve(phys_addr_t base, u64 size);

/** memblock_free() - take back a reservation, or part of one */
int memblock_free(phys_addr_t base, u64 size);

/**
 * memblock_phys_alloc() - reserve @size bytes of free RAM, the highest below the limit
 * @align: power of two
 * Return: physical address, 0 when nothing fits. The memory is not cleared.
 */
phys_addr_t memblock_phys_alloc(u64 size, u64 align);

/** memblock_alloc() - the same, cleared, as a pointer into the direct map; NULL when nothing fits */
void *memblock_alloc(u64 size, u64 align);

/** memblock_is_memory() - whether all of [@base, @base + @size) is RAM in one region */
bool memblock_is_memory(phys_addr_t base, u64 size);

/**
 * memblock_next_free() - the first free RAM in [@from, @limit), whole pages only
 * memblock_next_ram() - the first RAM there, taken or not
 * @from: multiple of the page size
 * Return: false when there is none, else true and the piece in *@out.
 */
bool memblock_next_free(phys_addr_t from, phys_addr_t limit, struct memblock_region *out);
bool memblock_next_ram(phys_addr_t from, phys_addr_t limit, struct memblock_region *out);

/** memblock_end() - first address after all RAM */
phys_addr_t memblock_end(void);

/** memblock_total() - bytes in a list */
u64 memblock_total(const struct memblock_type *type);

#endif
