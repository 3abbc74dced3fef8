/* SPDX-License-Identifier: BSD-2-Clause */
/* Offsets the compiler chooses, for .S files. The build turns the marked lines into asm-offsets.h. */
#include <asm/ptrace.h>
#include <kernel/sched.h>
#include <lib/types.h>

#define DEFINE(sym, value) __asm__ volatile("\n.ascii \"->" #sym " %0\"" : : "i"(value))
#define OFFSET(sym, type, member) DEFINE(sym, offsetof(struct type, member))

void asm_offsets(void);
void asm_offsets(void)
{
	OFFSET(PT_REGS_di, pt_regs, di);
	OFFSET(PT_REGS_si, pt_regs, si);
	OFFSET(PT_REGS_orig_ax, pt_regs, orig_ax);
	OFFSET(PT_REGS_ip, pt_regs, ip);
	OFFSET(PT_REGS_cs, pt_regs, cs);
	OFFSET(TASK_sp, task_struct, sp);
	OFFSET(TASK_stack_canary, task_struct, stack_canary);
	DEFINE(PT_REGS_SIZE, sizeof(struct pt_regs));
}
