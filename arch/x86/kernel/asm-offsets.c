/* SPDX-License-Identifier: BSD-2-Clause */
/* Offsets the compiler chooses, for .S files. The build turns the marked lines into asm-offsets.h. */
#include <asm/ptrace.h>
#include <lib/types.h>

#define OFFSET(sym, type, member) \
	__asm__ volatile("\n.ascii \"->" #sym " %0\"" : : "i"(offsetof(struct type, member)))

void asm_offsets(void);
void asm_offsets(void)
{
	OFFSET(PT_REGS_di, pt_regs, di);
	OFFSET(PT_REGS_si, pt_regs, si);
	OFFSET(PT_REGS_orig_ax, pt_regs, orig_ax);
	OFFSET(PT_REGS_ip, pt_regs, ip);
	OFFSET(PT_REGS_cs, pt_regs, cs);
}
