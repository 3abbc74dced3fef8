/* SPDX-License-Identifier: BSD-2-Clause */
/* What a user program's exception is to it: a signal (SDM 3A 6.15 tells when each comes). */
#include <asm/entry.h>
#include <asm/fpu.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <asm/trapnr.h>
#include <kernel/sched.h>
#include <kernel/signal.h>

static const struct {
	u8	sig;
	u8	code;			/* 0: SI_KERNEL, without an address */
} signals[NUM_EXCEPTION_VECTORS] = {
	[X86_TRAP_DE] = { SIGFPE, FPE_INTDIV },
	[X86_TRAP_DB] = { SIGTRAP, TRAP_TRACE },
	[X86_TRAP_BP] = { SIGTRAP, 0 },
	[X86_TRAP_OF] = { SIGSEGV, 0 },
	[X86_TRAP_BR] = { SIGSEGV, 0 },
	[X86_TRAP_UD] = { SIGILL, ILL_ILLOPN },
	[X86_TRAP_TS] = { SIGSEGV, 0 },
	[X86_TRAP_NP] = { SIGBUS, 0 },
	[X86_TRAP_SS] = { SIGBUS, 0 },
	[X86_TRAP_GP] = { SIGSEGV, 0 },
	[X86_TRAP_MF] = { SIGFPE, FPE_FLTINV },
	[X86_TRAP_AC] = { SIGBUS, BUS_ADRALN },
	[X86_TRAP_XF] = { SIGFPE, FPE_FLTINV },
};

/* The first exception that is pending and not masked; SDM 1 8.5, 11.5.2: the same bits for both units. */
static int float_code(unsigned int pending)
{
	static const u8 codes[] = { FPE_FLTINV, FPE_FLTUND, FPE_FLTDIV, FPE_FLTOVF, FPE_FLTUND, FPE_FLTRES };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++)
		if (pending & 1u << i)
			return codes[i];
	return FPE_FLTINV;
}

static int code_of(unsigned int vector)
{
	struct fpu_state *fpu = current->thread.fpu;

	if (vector != X86_TRAP_MF && vector != X86_TRAP_XF)
		return signals[vector].code;
	fpu_copy_current(fpu);
	if (vector == X86_TRAP_MF)
		return float_code(fpu->fsw & ~fpu->fcw & 0x3f);
	return float_code(fpu->mxcsr & ~(fpu->mxcsr >> 7) & 0x3f);
}

void user_exception(struct pt_regs *regs, unsigned int vector)
{
	struct thread_struct *t = &current->thread;

	t->trap_nr = vector;
	t->error_code = regs->orig_ax;
	regs->orig_ax = -1UL;		/* no system call to restart */
	local_irq_enable();
	if (!signals[vector].sig)
		force_fatal_sig(SIGSEGV);
	else if (signals[vector].code)
		force_sig_fault(signals[vector].sig, code_of(vector), regs->ip);
	else
		force_sig(signals[vector].sig);
	local_irq_disable();
}
