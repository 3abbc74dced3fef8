/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of mm/kasan/. */
#ifndef MM_KASAN_INTERNAL_H
#define MM_KASAN_INTERNAL_H

#include <asm/kasan.h>
#include <mm/kasan.h>

#define GRANULE		8		/* bytes of memory to a byte of shadow */

static inline u8 *shadow_of(unsigned long va)
{
	return (u8 *)((va >> 3) + KASAN_SHADOW_OFFSET);
}

/**
 * kasan_report() - tell of an access that is forbidden
 * @bad: the first byte of [@va, @va + @size) that may not be touched
 * @ip:  where the code that did goes on
 */
void kasan_report(unsigned long bad, unsigned long va, size_t size, bool write, unsigned long ip);

/** kasan_report_free() - @object is freed by the code at @ip, and is not allocated */
void kasan_report_free(const void *object, unsigned long ip);

#endif
