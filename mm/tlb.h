/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Unmapping: entries are cleared first, then TLBs are flushed, then what was behind
 * the entries may be used for something else. A gather collects what waits for that.
 */
#ifndef MM_TLB_H
#define MM_TLB_H

#include <asm/pte.h>
#include <mm/mm.h>

#define GATHER_PAGES	56

struct mmu_gather {
	struct mm_struct *mm;
	unsigned long	start, end;	/* entries that were cleared since the last flush */
	struct page	*tables;	/* emptied, by table_link() */
	long		rss[NR_MM_COUNTERS];
	bool		last;		/* the mm has no user and is loaded nowhere: no flush */
	bool		alone;		/* pages need not wait for the flush */
	unsigned int	nr;
	struct page	*page[GATHER_PAGES];
};

/** tlb_gather() - begin; @last: see struct mmu_gather. tlb_finish() - all is flushed and given back */
void tlb_gather(struct mmu_gather *tlb, struct mm_struct *mm, bool last);
void tlb_finish(struct mmu_gather *tlb);

/** tlb_flush_gathered() - flush, and give back the pages so far. No table's lock held */
void tlb_flush_gathered(struct mmu_gather *tlb);

/** tlb_changed() - entries for [@start, @end) have changed */
static inline void tlb_changed(struct mmu_gather *tlb, unsigned long start, unsigned long end)
{
	tlb->start = min(tlb->start, start);
	tlb->end = max(tlb->end, end);
}

/** tlb_remove_page() - a page whose entry is cleared. Return: false: tlb_flush_gathered() before the next one */
static inline bool tlb_remove_page(struct mmu_gather *tlb, struct page *page)
{
	if (tlb->alone) {
		put_page(page);
		return true;
	}
	tlb->page[tlb->nr++] = page;
	return tlb->nr < GATHER_PAGES;
}

/** ptes_to_skip() - how many of @pages entries from @pte on are 0 for sure: most of a table is often empty */
static inline unsigned long ptes_to_skip(const u64 *pte, unsigned long pages)
{
	const u64 *at = pte;

	while (pages - (at - pte) >= 8 && !(at[0] | at[1] | at[2] | at[3] | at[4] | at[5] | at[6] | at[7]))
		at += 8;
	return at - pte;
}

/** zap_range() - no page of [@start, @end), part of @vma, is mapped any more. @vma may be out of the tree already */
void zap_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long start, unsigned long end);

/**
 * free_tables() - give back tables for [@start, @end), all of whose entries are cleared
 * @floor, @ceiling: around it; there is no VMA in between
 */
void free_tables(struct mmu_gather *tlb, unsigned long start, unsigned long end, unsigned long floor,
		 unsigned long ceiling);

/* ---- tables.c */

/** table_alloc() - of zeros, NULL: no memory. table_free() - it is of zeros again */
u64 *table_alloc(struct mm_struct *mm);
void table_free(struct mm_struct *mm, u64 *table);

/** pgd_alloc() - a top-level table with the kernel's half, NULL: no memory. pgd_free() - the programs' half is empty */
u64 *pgd_alloc(void);
void pgd_free(u64 *pgd);

/** pmd_find() - the level 2 entry for @addr, NULL: there is no such table */
static inline u64 *pmd_find(const struct mm_struct *mm, unsigned long addr)
{
	u64 *table = mm->pgd, entry;

	if (unlikely(pgtable_top_level() == 5)) {
		entry = __atomic_load_n(&table[table_index(addr, 5)], __ATOMIC_ACQUIRE);
		if (!entry)
			return NULL;
		table = table_of(entry);
	}
	entry = __atomic_load_n(&table[table_index(addr, 4)], __ATOMIC_ACQUIRE);
	if (!entry)
		return NULL;
	entry = __atomic_load_n(&table_of(entry)[table_index(addr, 3)], __ATOMIC_ACQUIRE);
	return entry ? &table_of(entry)[table_index(addr, 2)] : NULL;
}

/** pmd_alloc() - the same, made if need be; NULL: no memory */
u64 *pmd_alloc_slow(struct mm_struct *mm, unsigned long addr);

static inline u64 *pmd_alloc(struct mm_struct *mm, unsigned long addr)
{
	u64 *pmd = pmd_find(mm, addr);

	return likely(pmd) ? pmd : pmd_alloc_slow(mm, addr);
}

/** pte_table_alloc() - a table for a level 2 entry that is 0. Return: the entry now, maybe another's; 0: no memory */
u64 pte_table_alloc(struct mm_struct *mm, u64 *pmd);

/* ---- huge.c */

/** huge_split() - a large page becomes small ones; @addr: within it. Does nothing to another entry */
void huge_split(struct mm_struct *mm, u64 *pmd, unsigned long addr);

/** huge_fault() - @pmd is 0: a large page of zeros if that is good here. Return: whether the fault is done with */
bool huge_fault(struct vm_area_struct *vma, unsigned long addr, u64 *pmd);

/** huge_zap() - the large page in @pmd is unmapped; false: there is none any more */
bool huge_zap(struct mmu_gather *tlb, u64 *pmd, unsigned long addr);

#endif
