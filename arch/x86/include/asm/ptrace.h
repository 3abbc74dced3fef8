/* SPDX-License-Identifier: BSD-2-Clause */
/* What an exception leaves on the stack, lowest address first. Offsets reach assembly through asm-offsets. */
#ifndef ASM_PTRACE_H
#define ASM_PTRACE_H

struct pt_regs {
	/* pushed by our entry code */
	unsigned long r15, r14, r13, r12, bp, bx;
	unsigned long r11, r10, r9, r8, ax, cx, dx, si, di;
	unsigned long orig_ax;		/* error code, 0 for vectors without one */
	/* pushed by the CPU, SDM 3A 6.14.2 */
	unsigned long ip, cs, flags, sp, ss;
};

/** user_stack_pointer() - of what was interrupted */
static inline unsigned long user_stack_pointer(const struct pt_regs *regs)
{
	return regs->sp;
}

#endif
