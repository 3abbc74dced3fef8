/* SPDX-License-Identifier: BSD-2-Clause */
/* Page-table entries, SDM 3A 4.5: bits, masks, and which address bits each level takes. */
#ifndef ASM_PGTABLE_TYPES_H
#define ASM_PGTABLE_TYPES_H

#include <asm/page.h>

#define _PAGE_PRESENT	_BITUL(0)
#define _PAGE_RW	_BITUL(1)
#define _PAGE_USER	_BITUL(2)
#define _PAGE_PWT	_BITUL(3)
#define _PAGE_PCD	_BITUL(4)
#define _PAGE_ACCESSED	_BITUL(5)
#define _PAGE_DIRTY	_BITUL(6)
#define _PAGE_PSE	_BITUL(7)	/* levels 2 and 3: this entry maps a page */
#define _PAGE_PAT	_BITUL(7)	/* level 1 */
#define _PAGE_GLOBAL	_BITUL(8)
#define _PAGE_PAT_LARGE	_BITUL(12)
#define _PAGE_NX	_BITUL(63)

#define PTE_PFN_MASK	_AC(0x000ffffffffff000, UL)

#define PTRS_PER_TABLE	512
#define PGTABLE_LEVEL_SHIFT(level)	(PAGE_SHIFT + 9 * ((level) - 1))	/* 1 = PTE .. 5 = PGD */

#define PMD_SHIFT	PGTABLE_LEVEL_SHIFT(2)
#define PUD_SHIFT	PGTABLE_LEVEL_SHIFT(3)
#define PMD_SIZE	(_AC(1, UL) << PMD_SHIFT)
#define PUD_SIZE	(_AC(1, UL) << PUD_SHIFT)
#define PMD_MASK	(~(PMD_SIZE - 1))

#define _KERNPG_TABLE	(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)
#define _PAGE_KERNEL_BASE (_PAGE_PRESENT | _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_GLOBAL)
#define PAGE_KERNEL	(_PAGE_KERNEL_BASE | _PAGE_RW | _PAGE_NX)
#define PAGE_KERNEL_RO	(_PAGE_KERNEL_BASE | _PAGE_NX)
#define PAGE_KERNEL_ROX	(_PAGE_KERNEL_BASE)
#define PAGE_KERNEL_LARGE_EXEC (_PAGE_KERNEL_BASE | _PAGE_RW | _PAGE_PSE)	/* before the final tables only */

/* PAT slots as the kernel programs them (see pat_init): 0 WB, 1 WC, 2 UC-, 3 UC */
#define _PAGE_CACHE_WB	0
#define _PAGE_CACHE_WC	_PAGE_PWT
#define _PAGE_CACHE_UC	(_PAGE_PCD | _PAGE_PWT)

#define EARLY_DYNAMIC_PAGE_TABLES	64
#define IDENT_MAP_32_SIZE	_AC(0x6000, UL)	/* bytes; see ident_map_32 in long_mode_32.S */

#endif
