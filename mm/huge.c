/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Large pages for large anonymous areas. A first write anywhere in 2 MiB that lie
 * wholly in one VMA gets 2 MiB at once, when memory is plenty.
 *
 * A large page has exactly one owner, its entry: fork(), and who wants a reference
 * to a part of it, split it first. So splitting needs no other's consent, and no
 * memory: the table it will need is kept in page->index from the start.
 */
#include "internal.h"
#include "tlb.h"
#include <asm/tlb.h>

bool transparent_hugepage = true;

static u64 *kept_table(const struct page *page)
{
	return (u64 *)page->index;
}

/* Plenty: what is free then is an eighth of all and more than a few large pages. */
static bool memory_is_plenty(void)
{
	return nr_free_pages() > totalram_pages() / 8 + 8 * PMD_PAGES;
}

static bool suits(const struct vm_area_struct *vma, unsigned long start)
{
	if (vma->vm_flags & VM_NOHUGEPAGE || !(vma->vm_flags & VM_WRITE))
		return false;
	if (!transparent_hugepage && !(vma->vm_flags & VM_HUGEPAGE))
		return false;
	return start >= vma->vm_start && vma->vm_end - start >= PMD_SIZE && start < vma->vm_end && memory_is_plenty();
}

static struct page *huge_alloc(struct mm_struct *mm)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, PMD_ORDER);
	u64 *table = page ? table_alloc(mm) : NULL;
	unsigned int i;

	if (!table) {
		__free_pages(page, PMD_ORDER);
		return NULL;
	}
	for (i = 0; i < PMD_PAGES; i++)
		clear_page((char *)page_address(page) + i * PAGE_SIZE);
	page->refcount = 1;
	page->mapping = NULL;
	page->index = (unsigned long)table;
	mem_count(MEM_ANON_PAGES, PMD_PAGES);
	return page;
}

bool huge_fault(struct vm_area_struct *vma, unsigned long addr, u64 *pmd)
{
	unsigned long start = addr & PMD_MASK;
	struct page *page;
	u64 none = 0;

	if (!suits(vma, start))
		return false;
	page = huge_alloc(vma->vm_mm);
	if (!page)
		return false;
	vma->anon = true;
	if (__atomic_compare_exchange_n(pmd, &none, mk_pte(PFN_PHYS(page_to_pfn(page)), vma->vm_page_prot) |
					_PAGE_RW | _PAGE_DIRTY | _PAGE_PSE, false, __ATOMIC_RELEASE,
					__ATOMIC_RELAXED)) {
		__atomic_fetch_add(&vma->vm_mm->rss[MM_ANONPAGES], PMD_PAGES, __ATOMIC_RELAXED);
	} else {
		table_free(vma->vm_mm, kept_table(page));
		put_page(page);
	}
	return true;
}

bool huge_zap(struct mmu_gather *tlb, u64 *pmd, unsigned long addr)
{
	struct spinlock *lock = table_lock(pmd);
	struct page *page;
	u64 entry;

	spin_lock(lock);
	entry = *pmd;
	if (!entry || !pmd_huge(entry)) {
		spin_unlock(lock);
		return !entry;
	}
	*pmd = 0;
	spin_unlock(lock);
	page = pte_page(entry);
	table_free(tlb->mm, kept_table(page));
	tlb_changed(tlb, addr, addr + PMD_SIZE);
	tlb->rss[MM_ANONPAGES] += PMD_PAGES;
	if (!tlb_remove_page(tlb, page))
		tlb_flush_gathered(tlb);
	return true;
}

/* The entries of the small pages, with the rights the large one had. */
static u64 *fill_table(struct page *page, u64 entry)
{
	u64 *table = kept_table(page);
	unsigned int i;

	entry &= ~_PAGE_PSE;		/* in a small page's entry the bit selects a cache type */
	for (i = 0; i < PMD_PAGES; i++)
		table[i] = mk_pte(pte_pa(entry) + i * PAGE_SIZE, entry & ~PTE_PFN_MASK);
	split_page(page, PMD_ORDER);
	for (i = 0; i < PMD_PAGES; i++) {
		page[i].refcount = 1;
		page[i].mapping = NULL;
	}
	return table;
}

void huge_split(struct mm_struct *mm, u64 *pmd, unsigned long addr)
{
	struct spinlock *lock = table_lock(pmd);
	u64 entry;

	if (!pmd_huge(*(volatile u64 *)pmd))
		return;
	spin_lock(lock);
	entry = *pmd;
	if (pmd_huge(entry)) {
		addr &= PMD_MASK;
		/* no CPU may have the large and the small entries at once: SDM 3A 4.10.2.3 */
		if (pte_present(entry)) {
			*pmd = pte_modify(entry, PTE_NONE_RIGHTS);
			flush_tlb_mm_range(mm, addr, addr + PMD_SIZE);
		}
		__atomic_store_n(pmd, PTE_TABLE(fill_table(pte_page(entry), entry)), __ATOMIC_RELEASE);
	}
	spin_unlock(lock);
}
