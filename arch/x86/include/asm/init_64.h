/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's final page tables and what is mapped through them. */
#ifndef ASM_INIT_64_H
#define ASM_INIT_64_H

#include <asm/pgtable.h>

extern struct pgtable kernel_pgtable;	/* init_top_pgt; valid after paging_init() */

/**
 * paging_init() - build init_top_pgt and switch to it
 * Direct map of RAM and ACPI memory with the largest pages the CPU has; kernel
 * text read-only, all else not executable. The on-demand map ends here.
 */
void paging_init(void);

/** paging_cpu_init() - this CPU uses them, with the memory types and the TLB as the boot CPU has them */
void paging_cpu_init(void);

/** arch_free_boot_tables() - early_dynamic_pgts to the page allocator, when that works */
void arch_free_boot_tables(void);

/**
 * pt_check() - walk all of the kernel's tables and print what protects the kernel
 * No page is both writable and executable, no frame that is read-only at one
 * address is writable at another, nothing is mapped in the lower half, and the
 * page below the boot stack and below each exception stack of this CPU is not
 * mapped. A numbered warning says what is not so.
 * Return: whether all of it holds.
 */
bool pt_check(void);

/** phys_is_mapped() - whether the direct map shows all of [@pa, @pa + @size) */
bool phys_is_mapped(phys_addr_t pa, u64 size);

/** memremap() - memory the firmware left, cached: the direct map where it shows it, else a mapping of its own */
void *memremap(phys_addr_t pa, u64 size);

/** memunmap() - what memremap() gave; NULL does nothing */
void memunmap(const void *va);

/** phys_is_address() - whether the CPU can address all of a range: what firmware claims may be anything */
bool phys_is_address(phys_addr_t pa, u64 size);

/** phys_addr_limit() - first physical address that neither the CPU nor the direct map reaches */
phys_addr_t phys_addr_limit(void);

/**
 * boot_data_map() - a pointer to @len bytes a loader claims to be at @pa
 * NULL when that is no address this CPU has. Usable from copy_bootdata() on;
 * after paging_init() only for memory in the direct map.
 */
const void *boot_data_map(phys_addr_t pa, size_t len);

/** pt_early_keep() - remember the early page tables as they are, before they are reused */
void pt_early_keep(void);

/** pt_early_print() - them, as a picture */
void pt_early_print(void);

#endif
