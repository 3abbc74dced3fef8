/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory that runs out when a test says so. A kernel built with DEBUG=1 or SAN=1 has
 * /proc/PID/fail-nth, as Linux has: N written there makes the N-th allocation fail that
 * the thread asks for from then on; read, it is how many are left up to and with that
 * one, 0: it has failed, or none is to. A child begins with 0.
 *
 * Counted is what the page allocator and the slab are asked for, the pages of a slab
 * included, GFP_ATOMIC as well as GFP_KERNEL: whoever asks has to cope. Not counted are
 * interrupts, which happen to come while the thread runs, and __GFP_NOGROW, with which
 * the allocator looks after its own struct pages and page tables.
 */
#ifndef MM_FAIL_NTH_H
#define MM_FAIL_NTH_H

#include <mm/page_alloc.h>

#ifdef LANTERN_FAIL_NTH
#include <kernel/seq_file.h>
#include <mm/vmalloc.h>

/** fail_nth() - whether this allocation is to fail. Context: any */
bool fail_nth(gfp_t gfp);

/** fail_nth_is_why() - whether one was made to fail since this was asked last: there is memory, nobody has to die for it */
bool fail_nth_is_why(void);

/** slabinfo_show() - /proc/slabinfo: what the test looks at for leaks. What KASAN keeps back, and areas unmapped, are freed first */
void slabinfo_show(struct seq_file *m);
#else
static inline bool fail_nth(gfp_t gfp)		{ return false; }
static inline bool fail_nth_is_why(void)	{ return false; }
#endif
#endif
