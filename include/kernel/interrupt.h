/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The second half of an interrupt's work: softirqs. They run with interrupts on
 * when the last hard interrupt of a CPU ends, before the thread it interrupted
 * goes on. When there is more and more of it, the rest is done by a thread of the
 * CPU, ksoftirqd, which shares the CPU with other threads.
 */
#ifndef KERNEL_INTERRUPT_H
#define KERNEL_INTERRUPT_H

#include <asm/percpu.h>
#include <kernel/preempt.h>
#include <kernel/rcupdate.h>

enum softirq { RCU_SOFTIRQ, NR_SOFTIRQS };	/* in the order they run */

DECLARE_PER_CPU(unsigned int, softirq_pending);	/* bit for each; changed with interrupts off */

/**
 * open_softirq() - what a softirq does; once each, before it is raised
 * @fn: runs on one CPU as often as it was raised there, or less; on several CPUs at
 *      the same time; may not sleep
 */
void open_softirq(enum softirq nr, void (*fn)(void));

/** raise_softirq() - have it run on this CPU soon. Context: any but NMI */
void raise_softirq(enum softirq nr);

/** softirq_init() - boot CPU, once, when threads can be made */
void softirq_init(void);

/**
 * softirq_cpu_prepare() - make the thread of a CPU that does not run yet; its per-CPU data is there
 * softirq_cpu_start() - on that CPU, once it has its queue of threads
 * Return: 0 or -ENOMEM.
 */
int softirq_cpu_prepare(unsigned int cpu);
void softirq_cpu_start(void);

/** softirqs_run() - all that are raised. Context: interrupts off, as they are afterwards; not in_interrupt() */
void softirqs_run(void);

/* irq_enter(), irq_exit() - first and last in every hard interrupt */
static inline void irq_enter(void)
{
	preempt_count_add(HARDIRQ_OFFSET);
	if (this_cpu_read(rcu_idle))
		rcu_idle_exit();
}

static inline void irq_exit(void)
{
	if (preempt_count() == HARDIRQ_OFFSET)
		rcu_note_qs();
	preempt_count_sub(HARDIRQ_OFFSET);
	if (this_cpu_read(softirq_pending) && !in_interrupt())
		softirqs_run();
}

#endif
