/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Names of the kernel's functions, for backtraces. The table is made by
 * kernel/trace/mksyms.py from the linked kernel and linked in by a second pass;
 * the layout is told there. Before that pass it is empty and nothing is found.
 */
#ifndef KERNEL_KSYMS_H
#define KERNEL_KSYMS_H

#include <lib/types.h>

/**
 * ksym_lookup() - the function an address lies in
 * @addr: virtual address, at run time
 * @name, @size: receives the name, cut to fit, terminated; @size >= 1
 * @offset: bytes from the function's start; may be NULL
 * @len: bytes to the start of the next function; may be NULL
 * Return: false, and all results untouched, when @addr is not in kernel text.
 * Context: any; takes no lock, writes nothing static.
 */
bool ksym_lookup(unsigned long addr, char *name, size_t size,
		 unsigned long *offset, unsigned long *len);

/**
 * ksym_table_lookup() - as ksym_lookup(), in a table given as bytes
 * @table, @table_size: 4-byte aligned; any contents, no byte outside is read
 * @text_offset: bytes from _text
 */
bool ksym_table_lookup(const void *table, size_t table_size, u64 text_offset,
		       char *name, size_t size, unsigned long *offset, unsigned long *len);

/**
 * kline_lookup() - the source line an address belongs to; only in builds with SAN=1
 * Return: the file, NULL when there is no table or no line. Context: as ksym_lookup().
 */
#ifdef LANTERN_SAN
const char *kline_lookup(unsigned long addr, unsigned int *line);
#else
static inline const char *kline_lookup(unsigned long addr, unsigned int *line) { return NULL; }
#endif

#endif
