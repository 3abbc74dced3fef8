/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers that send signals to a process. */
#ifndef KERNEL_ITIMER_H
#define KERNEL_ITIMER_H

/** exit_posix_timers() - execve(): those of timer_create() are gone. exit_itimers() - the end of the process: all of them.
 * Context: the one thread that is left, no lock held, the leader's sighand is still there */
void exit_posix_timers(void);
void exit_itimers(void);

#endif
