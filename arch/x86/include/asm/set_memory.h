/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Other rights for kernel addresses that are mapped already. Each function
 * changes the addresses it is given and no others: a frame of the image is seen
 * in the direct map as well, read-only where it is text or rodata.
 */
#ifndef ASM_SET_MEMORY_H
#define ASM_SET_MEMORY_H

#include <lib/types.h>

/**
 * set_memory_ro() - [@va, @va + @size) of kernel_pgtable can be read only
 * set_memory_rw() - and written
 * @va, @size: multiples of PAGE_SIZE
 * A large page that lies in the range in part is split. The TLB is flushed.
 * Return: 0; -ENOMEM when there is no memory to split a page, or -EINVAL when
 * part of the range is not mapped: then rights of what lies before have changed.
 * Context: after paging_init(); nobody else changes these tables meanwhile.
 */
int set_memory_ro(unsigned long va, u64 size);
int set_memory_rw(unsigned long va, u64 size);

/**
 * image_retire() - part of the kernel's image is not needed any more
 * @start, @end: addresses in the image, page aligned
 * Unmapped where the image is, and writable in the direct map, so that the frames
 * can go to free_reserved_range().
 */
void image_retire(const char *start, const char *end);

#endif
