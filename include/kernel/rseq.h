/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Restartable sequences: a program's thread finds the number of its CPU in its own
 * memory, and is sent to an abort address when it was interrupted in a sequence that
 * counts on staying there.
 */
#ifndef KERNEL_RSEQ_H
#define KERNEL_RSEQ_H

#include <kernel/sched.h>

struct pt_regs;

/** rseq_preempted() - from the scheduler: @p stops running. Context: interrupts off */
static inline void rseq_preempted(struct task_struct *p)
{
	if (p->rseq)
		__atomic_fetch_or(&p->work, TIF_NOTIFY_RESUME, __ATOMIC_RELAXED);
}

/** rseq_resume() - on the way to user mode: tell it its CPU, leave a sequence that was interrupted */
void rseq_resume(struct pt_regs *regs);

#endif
