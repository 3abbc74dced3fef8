/* SPDX-License-Identifier: BSD-2-Clause */
/* What each CPU knows of its TLB, for tlb.c and tlb_mm.c. */
#ifndef TLB_STATE_H
#define TLB_STATE_H

#include <asm/percpu.h>
#include <asm/tlb.h>

struct tlb_state {
	phys_addr_t	root[NR_PCIDS];	/* by PCID: whose translations the TLB has; 0: none it may use */
	struct mm_struct *mm;		/* of PCID_USER; its cpu_mask has this CPU. NULL: none */
};

DECLARE_PER_CPU(struct tlb_state, tlb_state);	/* interrupts off */

#endif
