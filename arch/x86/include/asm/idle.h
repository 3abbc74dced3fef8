/* SPDX-License-Identifier: BSD-2-Clause */
/* What a CPU does that has nothing to do. */
#ifndef ASM_IDLE_H
#define ASM_IDLE_H

/** idle_init() - choose HLT, MWAIT or a loop, by CPU and command line (idle=halt, mwait, poll) */
void idle_init(const char *cmdline);

/** idle_name() - what was chosen */
const char *idle_name(void);

/**
 * arch_cpu_idle() - wait for an interrupt; returns with interrupts on
 * Called with interrupts off, after a look at what is waited for: one that comes
 * after the look ends the wait. idle=poll only lets interrupts in and returns.
 */
void arch_cpu_idle(void);

#endif
