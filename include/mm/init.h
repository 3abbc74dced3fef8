/* SPDX-License-Identifier: BSD-2-Clause */
/* From memblock to the page allocator, and what the boot used and no longer needs. */
#ifndef MM_INIT_H
#define MM_INIT_H

#include <lib/types.h>

/**
 * mm_init() - start the page allocator with what memblock has free
 * Only the first few MiB are initialised, the rest when it is wanted, so the
 * time taken does not depend on the amount of RAM. memblock_alloc() and
 * memblock_phys_alloc() fail from here on; page tables come from alloc_pages().
 * @ram_bytes: what the firmware gave, to be found again in the books
 */
void mm_init(const char *cmdline, u64 ram_bytes);

/**
 * deferred_init_step() - initialise one more block of memory, of the nearest that is not yet
 * For a CPU that has nothing else to do: takes about as long as clearing 32 KiB.
 * Return: false when there was none left. Context: any, from mm_init() on.
 */
bool deferred_init_step(void);

/**
 * mem_books_print() - where every page of RAM is, as a table
 * mem_books_check() - whether the sums agree; a numbered warning says which do not
 */
void mem_books_print(void);
bool mem_books_check(void);

struct mem_totals {			/* pages */
	u64	ram, reserved;		/* in all; of it what the page allocator never has, struct pages with it */
	u64	allocated, free;
	u64	deferred;		/* of the free: not initialised yet */
};

/** mem_books_totals() - the books in brief. Context: any but NMI */
void mem_books_totals(struct mem_totals *t);

/**
 * memtest_if_asked() - test the free memory when "memtest" or "memtest=..." is on the command line
 * Context: a thread that may sleep, after smp_init().
 */
void memtest_if_asked(void);

/**
 * mem_note_dma() - a device reads or writes this memory by itself: the memory test leaves it alone
 * There is no way back. Context: any but NMI.
 */
void mem_note_dma(phys_addr_t pa, u64 size);

/**
 * free_reserved_range() - memory the boot had reserved is free now
 * Whole pages within [@start, @stop) only; the range must have been reserved
 * before the page allocator started, and by nobody else.
 * Return: pages that became free.
 */
unsigned long free_reserved_range(phys_addr_t start, phys_addr_t stop);

/**
 * adopt_reserved_range() - memory the boot had reserved is allocated now, with what is in it: single pages
 * @start, @stop: multiples of the page size; reserved as above
 * Each is to be freed by __free_pages(). What could not be had of it stays reserved.
 * Return: pages from @start on. Context: any from mm_init() on, no lock of mm/ held.
 */
unsigned long adopt_reserved_range(phys_addr_t start, phys_addr_t stop);

#endif
