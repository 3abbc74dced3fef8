/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables as data: one walk, and on top of it mapping, lookup and dump. The
 * code knows tables only through the two functions of struct pgtable, so it
 * runs over the live tables and, in the host tests, over simulated memory.
 */
#ifndef ASM_PGTABLE_H
#define ASM_PGTABLE_H

#include <asm/pgtable_types.h>

struct pgtable {
	phys_addr_t	root;			/* top-level table */
	unsigned int	levels;			/* 4 or 5 */
	unsigned int	max_leaf;		/* largest page: 1 = 4 KiB, 2 = 2 MiB, 3 = 1 GiB */
	u64		*(*table)(phys_addr_t pa);	/* where the table at @pa can be read and written */
	phys_addr_t	(*alloc)(void);		/* a zeroed table, 0 when out of memory; NULL: never allocate */
#ifndef LOADER_PART
	bool		present_only;		/* walks leave out what is not present */
#endif
};

/* What a visitor wants next */
#define PGWALK_NEXT	0	/* the following entry of this level */
#define PGWALK_DESCEND	1	/* the table this entry points to; it must point to one */
#define PGWALK_STOP	2	/* end the walk, no error */

/**
 * typedef pgtable_visit_t - called for each entry of each level in a range
 * @entry: the entry, may be changed
 * @va:    first address the entry translates (canonical)
 * @level: 1 (PTE) to 5 (PGD)
 * Return: PGWALK_*, or a negative error that ends the walk.
 */
typedef int (*pgtable_visit_t)(struct pgtable *pt, u64 *entry, unsigned long va,
			       unsigned int level, void *ctx);

/**
 * pgtable_walk() - visit the entries that translate [@first, @last], in order
 * @last: inclusive, so that a walk can reach the top of the address space; the
 *        hole between the halves is stepped over
 * Return: 0, PGWALK_STOP or the visitor's error.
 */
int pgtable_walk(struct pgtable *pt, unsigned long first, unsigned long last,
		 pgtable_visit_t visit, void *ctx);

/**
 * pgtable_map() - map [@va, @va + @size) to [@pa, @pa + @size)
 * @prot: entry bits of a 4 KiB page; cache bits _PAGE_PWT and _PAGE_PCD allowed
 * Uses the largest pages that alignment and max_leaf allow. All three numbers
 * are multiples of 4 KiB. A range that is mapped already must be mapped to the
 * same frames with the same @prot.
 * Return: 0, -1 when out of memory for tables, -2 when the range is taken or
 * does not exist: it wraps, is not canonical, or its frames exceed 52 bits.
 * Does not flush: entries that were not present change, and tables on the way
 * become accessible to users for a @prot that is.
 */
int pgtable_map(struct pgtable *pt, unsigned long va, phys_addr_t pa, u64 size, u64 prot);

/**
 * pgtable_unmap() - clear the entries of [@va, @va + @size); tables stay
 * Large pages must lie in the range whole. What is not mapped is left alone.
 * Does not flush: until the caller does, the CPU may still use what was there.
 */
void pgtable_unmap(struct pgtable *pt, unsigned long va, u64 size);

/* Result of pgtable_lookup() */
struct pgtable_path {
	unsigned int	depth;			/* entries filled in, from the top level down */
	u64		entry[5];
	unsigned int	leaf_level;		/* level of the mapping, 0 when not mapped */
	phys_addr_t	pa;			/* of the address asked for */
};

/** pgtable_lookup() - the entries on the way to @va and where it leads */
void pgtable_lookup(struct pgtable *pt, unsigned long va, struct pgtable_path *path);

/** pgtable_is_leaf() - whether a present entry of @level maps a page */
static inline bool pgtable_is_leaf(u64 entry, unsigned int level)
{
	return level == 1 || (entry & _PAGE_PSE && level <= 3);
}

/** pgtable_leaf_pa() - first frame of a leaf entry */
static inline phys_addr_t pgtable_leaf_pa(u64 entry, unsigned int level)
{
	return entry & PTE_PFN_MASK & ~((1UL << PGTABLE_LEVEL_SHIFT(level)) - 1);
}

#endif
