/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * memblock: the allocator of the boot, before there are struct pages. Two
 * sorted lists of disjoint ranges: what RAM there is, and what of it is taken.
 * When the page allocator starts, memblock stops to allocate; its lists remain,
 * as the record of what the page allocator has not initialised yet.
 * Context of everything here: one CPU, interrupts off; from mm_init() on, under
 * grow_lock of mm/.
 */
#ifndef MM_MEMBLOCK_H
#define MM_MEMBLOCK_H

#include <lib/types.h>

#define NUMA_NO_NODE	(~0u)		/* any node will do */

/* What a reserved range is for: the lines of the memory table, in its order. */
enum mem_use {
	MEM_TEXT, MEM_RODATA, MEM_DATA, MEM_BSS, MEM_INIT, MEM_PAGE_TABLES, MEM_MEMBLOCK,
	MEM_FIRST_MIB, MEM_BOOT_DATA, MEM_INITRD, MEM_ACPI, MEM_EFI_MAP, MEM_EFI_RUNTIME, MEM_EFI_BOOT,
	MEM_FRAMEBUFFER, MEM_BAD,
	NR_MEM_USES
};

struct memblock_region {
	phys_addr_t	base;
	u64		size;			/* bytes, never 0 */
	union {
		unsigned int	tag;		/* what keeps regions that touch apart */
		enum mem_use	use;		/* of a reserved range */
		unsigned int	nid;		/* of RAM: its node */
	};
};

struct memblock_type {
	unsigned int		cnt, max;
	struct memblock_region	*regions;	/* sorted, disjoint, touching only where use or node differ */
	const char		*name;
};

struct memblock {
	struct memblock_type	memory;
	struct memblock_type	reserved;
	phys_addr_t		limit;		/* allocations end below this; 0 once the page allocator has taken over */
	bool			bottom_up;	/* allocations take the lowest place that fits, not the highest */
};

extern struct memblock memblock;

/**
 * memblock_add() - [@base, @base + @size) is RAM, of node 0 until memblock_set_node() says otherwise
 * memblock_reserve() - the range is taken; it may lie anywhere, RAM or not
 * Overlaps are merged; what is there already keeps its node, or its first use. The
 * lists grow by themselves.
 * Return: 0, or -ENOMEM when a list is full and cannot grow.
 */
int memblock_add(phys_addr_t base, u64 size);
int memblock_reserve(phys_addr_t base, u64 size, enum mem_use use);

/** memblock_add_range() - merge a range into a list that is the caller's own; -ENOMEM when that is full */
int memblock_add_range(struct memblock_type *type, phys_addr_t base, u64 size);

/** memblock_free() - take back a reservation, or part of one */
int memblock_free(phys_addr_t base, u64 size);

/** memblock_free_use() - take back all reservations for one use */
void memblock_free_use(enum mem_use use);

/**
 * memblock_set_node() - RAM within the range belongs to node @nid
 * Return: 0, or -ENOMEM when a region must be split and there is no room; a part of
 * the range may have its node then.
 */
int memblock_set_node(phys_addr_t base, u64 size, unsigned int nid);

/**
 * memblock_phys_alloc() - reserve @size bytes of free RAM, the highest below the limit
 * memblock_phys_alloc_node() - the same, from node @nid if it has room, else from any
 * @align: power of two
 * With memblock.bottom_up the lowest place is taken instead. No allocation lies in
 * two nodes.
 * Return: physical address, 0 when nothing fits. The memory is not cleared.
 */
phys_addr_t memblock_phys_alloc(u64 size, u64 align, enum mem_use use);
phys_addr_t memblock_phys_alloc_node(u64 size, u64 align, enum mem_use use, unsigned int nid);

/** memblock_alloc() - the same, cleared, as a pointer into the direct map; NULL when nothing fits */
void *memblock_alloc(u64 size, u64 align, enum mem_use use);

/** memblock_is_memory() - whether all of [@base, @base + @size) is RAM in one region */
bool memblock_is_memory(phys_addr_t base, u64 size);

/**
 * memblock_next_free() - the first free RAM in [@from, @limit), whole pages only
 * memblock_next_ram() - the first RAM there, taken or not
 * @from: multiple of the page size
 * Return: false when there is none, else true and the piece in *@out, all of node out->nid.
 */
bool memblock_next_free(phys_addr_t from, phys_addr_t limit, struct memblock_region *out);
bool memblock_next_ram(phys_addr_t from, phys_addr_t limit, struct memblock_region *out);

/** memblock_count_uses() - whole pages of RAM reserved for each use; the sum is returned */
unsigned long memblock_count_uses(unsigned long pages[NR_MEM_USES]);

/** memblock_end() - first address after all RAM */
phys_addr_t memblock_end(void);

/** memblock_total() - bytes in a list */
u64 memblock_total(const struct memblock_type *type);

#endif
