// SPDX-License-Identifier: BSD-2-Clause
/* Signals, from who sends them to the thread that takes them. */
#include <kernel/signal.h>

/* What ends a process is SIGKILL to each of its threads, whatever signal it was. */
bool fatal_signal_pending(struct task_struct *p)
{
	return signal_pending(p) && __atomic_load_n(&p->pending.signal, __ATOMIC_RELAXED) & sigmask(SIGKILL);
}
