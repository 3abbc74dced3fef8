/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables of programs: made as addresses are touched, given back as soon as no
 * VMA can have an entry in them.
 *
 * An entry that is 0 is replaced by a table without a lock; who comes second gives
 * his table back. It becomes 0 again only with mmap_lock held to write, for a table
 * that lies between two VMAs, or by the last user of the mm. So a table found with
 * mmap_lock held, or for a VMA in an i_mmap list whose mutex is held, stays.
 *
 * A table that goes is empty, all zeros, as a new one has to be: a few are kept.
 */
#include "internal.h"
#include "tlb.h"
#include <asm/tlb.h>
#include <lib/string.h>

#define KEPT_TABLES	16		/* per CPU: those of two small programs */

struct table_stash {
	unsigned int	nr;
	u64		*table[KEPT_TABLES];
};

/* Tables to be used again, with a lock each: of zeros, and top-level ones with the kernel's half. Not for interrupts */
static DEFINE_PER_CPU(struct table_stash, table_stash);
static DEFINE_PER_CPU(struct table_stash, pgd_stash);

static u64 *stash_take(struct table_stash *of_all)
{
	struct table_stash *stash;
	u64 *table = NULL;

	preempt_disable();
	stash = this_cpu_ptr(of_all);
	if (stash->nr)
		table = stash->table[--stash->nr];
	preempt_enable();
	return table;
}

static void stash_put(struct table_stash *of_all, u64 *table, unsigned int order)
{
	struct table_stash *stash;

	preempt_disable();
	stash = this_cpu_ptr(of_all);
	if (stash->nr < KEPT_TABLES) {
		stash->table[stash->nr++] = table;
		table = NULL;
	}
	preempt_enable();
	if (table) {
		mem_count(MEM_TABLE_PAGES, -(1L << order));
		__free_pages(virt_to_page(table), order);
	}
}

static u64 *new_table(unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order);
	unsigned long at;

	if (!page)
		return NULL;
	for (at = 0; at < PAGE_SIZE << order; at += PAGE_SIZE)
		clear_page((char *)page_address(page) + at);
	spin_lock_init(&page->ptl);
	mem_count(MEM_TABLE_PAGES, 1L << order);
	return page_address(page);
}

u64 *table_alloc(struct mm_struct *mm)
{
	u64 *table = stash_take(&table_stash);

	if (!table)
		table = new_table(0);
	if (table)
		__atomic_fetch_add(&mm->pgtables_bytes, PAGE_SIZE, __ATOMIC_RELAXED);
	return table;
}

void table_free(struct mm_struct *mm, u64 *table)
{
	__atomic_fetch_sub(&mm->pgtables_bytes, PAGE_SIZE, __ATOMIC_RELAXED);
	stash_put(&table_stash, table, 0);
}

u64 *pgd_alloc(void)
{
	u64 *pgd = stash_take(&pgd_stash);

	if (!pgd) {
		pgd = new_table(pgd_order());
		if (pgd)
			pgd_set_kernel(pgd);
	}
	return pgd;
}

void pgd_free(u64 *pgd)
{
	stash_put(&pgd_stash, pgd, pgd_order());
}

/* Return: what is in @entry now, 0: no memory. */
static __noinline u64 populate(struct mm_struct *mm, u64 *entry)
{
	u64 *table = table_alloc(mm), old = 0;

	if (!table)
		return 0;
	preempt_disable();		/* between the two others fault again and again, and may be in this thread's way */
	if (__atomic_compare_exchange_n(entry, &old, PTE_TABLE(table), false, __ATOMIC_RELEASE, __ATOMIC_ACQUIRE))
		pgd_set_user(mm->pgd, entry, PTE_TABLE(table));
	preempt_enable();
	if (!old)
		return PTE_TABLE(table);
	table_free(mm, table);
	return old;
}

u64 *pmd_alloc_slow(struct mm_struct *mm, unsigned long addr)
{
	u64 *table = mm->pgd, *at, entry;
	unsigned int level;

	for (level = pgtable_top_level(); level > 2; level--) {
		at = &table[table_index(addr, level)];
		entry = __atomic_load_n(at, __ATOMIC_ACQUIRE);
		if (!entry) {
			entry = populate(mm, at);
			if (!entry)
				return NULL;
		}
		table = table_of(entry);
	}
	return &table[table_index(addr, 2)];
}

u64 pte_table_alloc(struct mm_struct *mm, u64 *pmd)
{
	return populate(mm, pmd);
}

/* ---------------------------------------------------------------- giving back */

struct hole {
	struct mmu_gather	*tlb;
	unsigned long		floor, ceiling;	/* no VMA lies between them */
};

/* The link is in the last entry, which is 0 again in tlb_finish(): not present to a CPU that still walks here. */
static struct page **table_link(struct page *page)
{
	return (struct page **)page_address(page) + PTRS_PER_TABLE - 1;
}

static void remove_table(struct mmu_gather *tlb, u64 *table, unsigned long start, unsigned long end)
{
	struct page *page = virt_to_page(table);

	*table_link(page) = tlb->tables;
	tlb->tables = page;
	tlb_changed(tlb, start, end);
}

/* Tables below @table, which is of @level and whose part for [@addr, @end) has been emptied. */
static void free_below(const struct hole *hole, u64 *table, unsigned int level, unsigned long addr, unsigned long end)
{
	unsigned long span = 1UL << PGTABLE_LEVEL_SHIFT(level), next;

	for (; addr < end; addr = next) {
		u64 *entry = &table[table_index(addr, level)];
		unsigned long start = addr & ~(span - 1);

		next = min(start + span, end);
		if (!*entry || (level == 2 && pmd_huge(*entry)))
			continue;
		if (level > 2)
			free_below(hole, table_of(*entry), level - 1, addr, next);
		if (start < hole->floor || start + span > hole->ceiling)
			continue;
		remove_table(hole->tlb, table_of(*entry), start, start + span);
		*entry = 0;
		pgd_set_user(hole->tlb->mm->pgd, entry, 0);
	}
}

void free_tables(struct mmu_gather *tlb, unsigned long start, unsigned long end, unsigned long floor,
		 unsigned long ceiling)
{
	struct hole hole = { tlb, floor, ceiling };

	free_below(&hole, tlb->mm->pgd, pgtable_top_level(), start, end);
}

/* ---------------------------------------------------------------- pages and tables on their way out */

void tlb_gather(struct mmu_gather *tlb, struct mm_struct *mm, bool last)
{
	tlb->mm = mm;
	tlb->last = last;
	/* one thread that is in the kernel: nobody uses what the TLB still has until the flush */
	tlb->alone = last || (mm == current->mm && __atomic_load_n(&mm->mm_users, __ATOMIC_RELAXED) == 1);
	tlb->start = ~0UL;
	tlb->end = 0;
	tlb->nr = 0;
	tlb->tables = NULL;
	memset(tlb->rss, 0, sizeof(tlb->rss));
}

static void account_rss(struct mmu_gather *tlb)
{
	unsigned int i;

	for (i = 0; i < NR_MM_COUNTERS; i++)
		if (tlb->rss[i]) {
			__atomic_fetch_sub(&tlb->mm->rss[i], tlb->rss[i], __ATOMIC_RELAXED);
			tlb->rss[i] = 0;
		}
}

void tlb_flush_gathered(struct mmu_gather *tlb)
{
	unsigned int i;

	if (tlb->start < tlb->end && !tlb->last)
		flush_tlb_mm_range(tlb->mm, tlb->start, tlb->end);
	tlb->start = ~0UL;
	tlb->end = 0;
	for (i = 0; i < tlb->nr; i++)
		put_page(tlb->page[i]);
	tlb->nr = 0;
}

void tlb_finish(struct mmu_gather *tlb)
{
	struct page *page, *next;

	tlb_flush_gathered(tlb);
	for (page = tlb->tables; page; page = next) {
		next = *table_link(page);
		*table_link(page) = NULL;
		table_free(tlb->mm, page_address(page));
	}
	account_rss(tlb);
}
