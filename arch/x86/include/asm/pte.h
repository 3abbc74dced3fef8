/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page tables of programs, as mm/ sees them: entries of level 1 (PTE) map 4 KiB,
 * entries of level 2 (PMD) point to a table of those or map 2 MiB. Entries of the
 * levels above only point to tables.
 *
 * An entry that is not 0 and not present is a page that may not be touched now
 * (PROT_NONE). Its frame number is stored inverted: a CPU that looks through the
 * present bit while it speculates finds no memory there (L1 terminal fault).
 */
#ifndef ASM_PTE_H
#define ASM_PTE_H

#include <asm/init_64.h>
#include <asm/pgtable_types.h>
#include <asm/pti.h>
#include <mm/page.h>

#define _PAGE_SPECIAL	_BITUL(9)	/* for software: the frame is not counted by a struct page */

#define PTE_RIGHTS	(_PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_NX)
#define PTE_NONE_RIGHTS	_PAGE_GLOBAL	/* PROT_NONE: any bit, as the entry must not be 0 */

#define PMD_PAGES	PTRS_PER_TABLE	/* 4 KiB pages in a large one */
#define PMD_ORDER	9

static inline bool pte_present(u64 pte)	{ return pte & _PAGE_PRESENT; }
static inline bool pte_write(u64 pte)	{ return pte & _PAGE_RW; }

/** pmd_huge() - whether a level 2 entry maps 2 MiB, present or not */
static inline bool pmd_huge(u64 pmd)	{ return pmd & _PAGE_PSE; }

static inline phys_addr_t pte_pa(u64 pte)
{
	return (pte_present(pte) ? pte : ~pte) & PTE_PFN_MASK;
}

/** pte_page() - NULL: a frame without counts */
static inline struct page *pte_page(u64 pte)
{
	return pte & _PAGE_SPECIAL ? NULL : pfn_to_page(PHYS_PFN(pte_pa(pte)));
}

/** mk_pte() - @prot: the other bits, from vma->vm_page_prot */
static inline u64 mk_pte(phys_addr_t pa, u64 prot)
{
	return (prot & _PAGE_PRESENT ? pa : ~pa & PTE_PFN_MASK) | prot;
}

/** pte_modify() - the same page with the rights of @prot */
static inline u64 pte_modify(u64 pte, u64 prot)
{
	u64 keep = pte & ~(PTE_PFN_MASK | PTE_RIGHTS | PTE_NONE_RIGHTS);

	return mk_pte(pte_pa(pte), keep | (prot & (PTE_RIGHTS | PTE_NONE_RIGHTS)));
}

/** table_of() - where the table that an entry points to can be read and written */
static inline u64 *table_of(u64 entry)
{
	return __va(entry & PTE_PFN_MASK);
}

/** table_lock() - the lock of the table that @entry is in */
static inline struct spinlock *table_lock(const u64 *entry)
{
	return &virt_to_page(entry)->ptl;
}

#define PTE_TABLE(table)	(__pa(table) | _PAGE_PRESENT | _PAGE_RW | _PAGE_USER | _PAGE_ACCESSED)

static inline unsigned int table_index(unsigned long addr, unsigned int level)
{
	return addr >> PGTABLE_LEVEL_SHIFT(level) & (PTRS_PER_TABLE - 1);
}

/** pgtable_top_level() - 4 or 5 */
static inline unsigned int pgtable_top_level(void)
{
	return kernel_pgtable.levels;
}

/**
 * vm_prot_bits() - entry bits for a page with VM_READ, VM_WRITE, VM_EXEC of @vm_flags
 * VM_WRITE is obeyed only with @write: a first write to a page that may be shared is to fault.
 */
static inline u64 vm_prot_bits(unsigned int vm_flags, bool write)
{
	u64 prot = _PAGE_ACCESSED | (vm_flags & 4 /* VM_EXEC */ ? 0 : _PAGE_NX);

	if (!(vm_flags & 7))
		return prot | PTE_NONE_RIGHTS;
	prot |= _PAGE_PRESENT | _PAGE_USER;
	return write && vm_flags & 2 /* VM_WRITE */ ? prot | _PAGE_RW | _PAGE_DIRTY : prot;
}

#define KERNEL_PGD_START	(PTRS_PER_TABLE / 2)	/* top-level entries from here on are the kernel's, of all processes */

/** pgd_order() - log2 of the number of top-level tables of a process, side by side: with PTI a second one of user mode */
static inline unsigned int pgd_order(void)
{
	return pti_on;
}

/** pgd_set_user() - what the kernel has in @entry user mode has, too, where it is one of the top-level table @pgd */
static inline void pgd_set_user(const u64 *pgd, u64 *entry, u64 value)
{
	if (pti_on && (unsigned long)entry - (unsigned long)pgd < PAGE_SIZE)
		__atomic_store_n(entry + PTRS_PER_TABLE, value, __ATOMIC_RELEASE);
}

/** pgd_set_kernel() - the kernel's half of the top-level tables */
static inline void pgd_set_kernel(u64 *pgd)
{
	const u64 *kernel = table_of(kernel_pgtable.root);
	unsigned int i;

	for (i = KERNEL_PGD_START; i < PTRS_PER_TABLE; i++)
		pgd[i] = kernel[i];
	if (pti_on)
		pti_set_kernel(pgd + PTRS_PER_TABLE);
}

/** clear_page(), copy_page() - of the direct map */
static inline void clear_page(void *page)
{
	unsigned long n = PAGE_SIZE / 8;

	__asm__ volatile("rep stosq" : "+D"(page), "+c"(n) : "a"(0UL) : "memory");
}

static inline void copy_page(void *to, const void *from)
{
	unsigned long n = PAGE_SIZE / 8;

	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
}

/** copy_words() - @size bytes, a multiple of 8: for structures where a call is not worth it */
static __inline_always void copy_words(void *to, const void *from, size_t size)
{
	size /= 8;
	__asm__ volatile("rep movsq" : "+D"(to), "+S"(from), "+c"(size) : : "memory");
}

#endif
