/* SPDX-License-Identifier: BSD-2-Clause */
/* What the CPU has of a thread of a user program, kept here while another one runs. */
#ifndef ASM_THREAD_H
#define ASM_THREAD_H

#include <lib/types.h>

struct fpu_state;

struct thread_struct {
	unsigned long	fsbase, gsbase;	/* TLS; valid while it does not run */
	struct fpu_state *fpu;		/* x87, SSE, AVX... state, valid while it does not run; NULL: a kernel thread */
	u32		fpu_cpu;	/* whose registers may still hold it */
	bool		fpu_taken;	/* *fpu is being written: neither save nor load it */
	unsigned long	trap_nr, error_code, cr2;	/* of the last fault, for signal frames */
};

/** task_pt_regs() - registers of user mode of @p, at the top of its stack */
#define task_pt_regs(p)	((struct pt_regs *)((unsigned long)(p)->stack + THREAD_SIZE) - 1)

#endif
