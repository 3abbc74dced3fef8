/* SPDX-License-Identifier: BSD-2-Clause */
/* Pages out of page tables: entry by entry, table by table. The tables stay. */
#include "internal.h"
#include "tlb.h"

static enum mm_counter counter_of(const struct vm_area_struct *vma, const struct page *page)
{
	return page->state == PAGE_USED ? MM_ANONPAGES : vma->vm_file ? MM_FILEPAGES : MM_SHMEMPAGES;
}

/* Entries of one table. Return: where to go on when the gather is full, else @end. */
static unsigned long zap_entries(struct mmu_gather *tlb, const struct vm_area_struct *vma, u64 *pte,
				 unsigned long addr, unsigned long end)
{
	struct spinlock *ptl = table_lock(pte);
	unsigned long first = 0, last = 0;
	bool room = true;

	spin_lock(ptl);
	for (; addr != end && room; addr += PAGE_SIZE, pte++) {
		u64 entry = *pte;
		struct page *page;

		if (!entry) {
			unsigned long skip = ptes_to_skip(pte + 1, ((end - addr) >> PAGE_SHIFT) - 1);

			pte += skip;
			addr += skip << PAGE_SHIFT;
			continue;
		}
		*pte = 0;
		first = first ? first : addr;
		last = addr + PAGE_SIZE;
		page = pte_page(entry);
		if (!page)
			continue;
		tlb->rss[counter_of(vma, page)]++;
		room = tlb_remove_page(tlb, page);
	}
	spin_unlock(ptl);
	if (last)
		tlb_changed(tlb, first, last);
	return addr;
}

static void zap_table(struct mmu_gather *tlb, const struct vm_area_struct *vma, u64 *table, unsigned long addr,
		      unsigned long end)
{
	while ((addr = zap_entries(tlb, vma, table + table_index(addr, 1), addr, end)) != end)
		tlb_flush_gathered(tlb);
	if (tlb->nr == GATHER_PAGES)
		tlb_flush_gathered(tlb);
}

void zap_range(struct mmu_gather *tlb, struct vm_area_struct *vma, unsigned long addr, unsigned long end)
{
	unsigned long next;

	for (; addr < end; addr = next) {
		u64 *pmd = pmd_find(tlb->mm, addr), entry;

		next = min((addr & PMD_MASK) + PMD_SIZE, end);
		if (!pmd) {
			next = min((addr & ~(PUD_SIZE - 1)) + PUD_SIZE, end);
			continue;
		}
		entry = __atomic_load_n(pmd, __ATOMIC_ACQUIRE);
		if (unlikely(pmd_huge(entry))) {
			if (next - addr == PMD_SIZE && huge_zap(tlb, pmd, addr))
				continue;
			huge_split(tlb->mm, pmd, addr);
			entry = __atomic_load_n(pmd, __ATOMIC_ACQUIRE);
		}
		if (entry && !pmd_huge(entry))
			zap_table(tlb, vma, table_of(entry), addr, next);
	}
}
