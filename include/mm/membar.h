/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef MM_MEMBAR_H
#define MM_MEMBAR_H

/**
 * mem_bar_print() - physical memory as a coloured bar, with a legend and totals
 * Each run of memory of one kind gets as many cells as its size in pages has
 * binary digits, so that 64 KiB are seen beside 64 GiB. What it shows is read from
 * the e820 table, memblock's uses and the struct pages, in that order.
 * Context: after mm_init(). What other CPUs allocate meanwhile may be missed.
 */
void mem_bar_print(void);

#endif
