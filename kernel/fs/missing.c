/* SPDX-License-Identifier: BSD-2-Clause */
/* What kernel/fs asks of parts that are not there yet; each goes when the real one comes. */
#include <kernel/signal.h>

__attribute__((weak)) int send_sig_info(int sig, const struct siginfo *info, struct task_struct *p, bool group)
{
	return -ESRCH;
}

__attribute__((weak)) bool fatal_signal_pending(struct task_struct *p)
{
	return false;
}
