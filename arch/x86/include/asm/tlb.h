/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_TLB_H
#define ASM_TLB_H

#include <asm/processor.h>

/** flush_tlb_kernel() - drop all translations of this CPU, global ones too (SDM 3A 4.10.4.1) */
static inline void flush_tlb_kernel(void)
{
	unsigned long cr4 = read_cr4();

	write_cr4(cr4 & ~(unsigned long)X86_CR4_PGE);
	write_cr4(cr4);
}

#endif
