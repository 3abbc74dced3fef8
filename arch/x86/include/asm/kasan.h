/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the shadow of KASAN is: address / 8 + KASAN_SHADOW_OFFSET, a number the
 * compiler builds into code that has variables on the stack. Linux's offset puts
 * it between vmemmap and the EFI regions with 4 levels as with 5.
 */
#ifndef ASM_KASAN_H
#define ASM_KASAN_H

#include <asm/pgtable_types.h>

#define KASAN_SHADOW_OFFSET	_AC(0xdffffc0000000000, UL)
#define KASAN_SHADOW_END	_AC(0xfffffc0000000000, UL)	/* the shadow of the last byte there is, + 1 */

#ifndef __ASSEMBLY__
#include <lib/types.h>

#ifdef LANTERN_SAN
/** kasan_shadow_start() - the shadow of the first byte of the direct map: below it there is none */
static inline unsigned long kasan_shadow_start(void)
{
	return (page_offset_base >> 3) + KASAN_SHADOW_OFFSET;
}

/** kasan_early_init() - shadow for early_top_pgt; before any code that is checked */
void kasan_early_init(void);

/** kasan_map_shadow() - hang it below @top, whose last entry may be empty with 4 levels */
void kasan_map_shadow(u64 *top);

/** kasan_init_globals() - forbid the gaps between global variables; after .bss is cleared */
void kasan_init_globals(void);

/** kasan_is_shared() - whether an entry leads to tables that show zeros everywhere: not worth a walk, and endless */
bool kasan_is_shared(u64 entry);

/** kasan_fault() - whether this CPU faulted on an old entry of its TLB for what has become real shadow */
bool kasan_fault(unsigned long address);

/**
 * kasan_populate() - real memory for the shadow at [@start, @end)
 * kasan_is_real() - whether a byte of shadow has it
 * Return: false when there is no memory, or no tables yet.
 */
bool kasan_populate(unsigned long start, unsigned long end);
bool kasan_is_real(unsigned long shadow);
#else
static inline void kasan_early_init(void) { }
static inline void kasan_map_shadow(u64 *top) { }
static inline void kasan_init_globals(void) { }
static inline bool kasan_is_shared(u64 entry) { return false; }
static inline bool kasan_fault(unsigned long address) { return false; }
#endif
#endif
#endif
