/* SPDX-License-Identifier: BSD-2-Clause */
/* What each CPU knows of its TLB, for tlb.c and tlb_mm.c. */
#ifndef TLB_STATE_H
#define TLB_STATE_H

#include <asm/percpu.h>
#include <asm/tlb.h>

/*
 * From so many pages on, all is dropped instead. An INVLPG takes 100 to 200
 * cycles, so that 32 take some 5,000; for that about 150 entries can be filled
 * again from tables in the cache, more than what is used between two flushes.
 */
#define FLUSH_ALL_PAGES	32

struct tlb_state {
	phys_addr_t	root[NR_PCIDS];	/* by PCID: whose translations the TLB has; 0: none it may use */
	struct mm_struct *mm;		/* of PCID_USER; its cpu_mask has this CPU. NULL: none */
};

DECLARE_PER_CPU(struct tlb_state, tlb_state);	/* interrupts off */

/** flush_user_tables() - with PTI: the next exit drops what is known by user mode's tables */
void flush_user_tables(void);

#endif
