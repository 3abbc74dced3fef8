/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What this CPU is in the middle of, as one word per CPU:
 *
 *   bits 0-7    preempt_disable() calls, one for each spinlock held
 *   bits 8-15   softirqs running or held off, in units of SOFTIRQ_OFFSET
 *   bits 16-19  hard interrupt     bits 20-23  NMI
 *   bit 31      0 when another thread shall run, 1 otherwise
 *
 * All bits are zero exactly when a thread switch is wanted and allowed, so
 * preempt_enable() finds out by the flags of its decrement.
 */
#ifndef KERNEL_PREEMPT_H
#define KERNEL_PREEMPT_H

#include <asm/preempt.h>

#define SOFTIRQ_OFFSET		0x100u		/* a softirq is running */
#define SOFTIRQ_DISABLE_OFFSET	(2 * SOFTIRQ_OFFSET)	/* local_bh_disable() */
#define HARDIRQ_OFFSET		0x10000u
#define NMI_OFFSET		0x100000u

#define PREEMPT_MASK		0xffu
#define SOFTIRQ_MASK		0xff00u
#define HARDIRQ_MASK		0xf0000u
#define NMI_MASK		0xf00000u
#define PREEMPT_NO_RESCHED	0x80000000u

/* A CPU comes up with its first thread not to be switched away from. */
#define INIT_PREEMPT_COUNT	(PREEMPT_NO_RESCHED + 1)

/** preempt_schedule() - let another thread run unless interrupts are off; preempt_enable() calls it */
void preempt_schedule(void);

/** preempt_schedule_irq() - the same at the end of an interrupt: interrupts are off, and off when it returns */
void preempt_schedule_irq(void);

/** preempt_count() - the counts, without the bit of the scheduler */
static inline unsigned int preempt_count(void)
{
	return preempt_count_raw() & ~PREEMPT_NO_RESCHED;
}

static inline bool in_nmi(void)		{ return preempt_count() & NMI_MASK; }
static inline bool in_hardirq(void)	{ return preempt_count() & HARDIRQ_MASK; }

/** in_serving_softirq() - in a softirq function, not merely with them held off */
static inline bool in_serving_softirq(void)
{
	return preempt_count() & SOFTIRQ_OFFSET;
}

/** in_interrupt() - in an NMI, interrupt or softirq, or with softirqs held off: may not sleep */
static inline bool in_interrupt(void)
{
	return preempt_count() & (NMI_MASK | HARDIRQ_MASK | SOFTIRQ_MASK);
}

/** preempt_disable() - stay on this CPU, and let no other thread run on it; nests. Context: any */
static inline void preempt_disable(void)
{
	preempt_count_add(1);
}

/** preempt_enable() - one preempt_disable() less; the last one makes the switch that was wanted meanwhile */
static inline void preempt_enable(void)
{
	if (unlikely(preempt_count_dec_and_test()))
		preempt_schedule();
}

/** need_resched() - whether another thread shall run on this CPU */
static inline bool need_resched(void)
{
	return !(preempt_count_raw() & PREEMPT_NO_RESCHED);
}

/* set_need_resched(), clear_need_resched() - for the scheduler */
static inline void set_need_resched(void)
{
	preempt_count_and(~PREEMPT_NO_RESCHED);
}

static inline void clear_need_resched(void)
{
	preempt_count_or(PREEMPT_NO_RESCHED);
}

#endif
