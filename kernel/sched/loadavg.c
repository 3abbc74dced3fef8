// SPDX-License-Identifier: BSD-2-Clause
/*
 * Load averages, as Linux has them: each five seconds the number of threads that
 * run or wait for something that will come, weighed into three averages whose past
 * fades at different speeds. The kernel's own threads do not count.
 */
#include <kernel/loadavg.h>
#include <kernel/pid.h>
#include <kernel/sched.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>

#define SHIFT		11
#define INTERVAL_NS	(5 * NSEC_PER_SEC)

/* (1 << SHIFT) / e^(5 s / 1 min, 5 min, 15 min) */
static const unsigned long decay[3] = { 1884, 2014, 2037 };

static unsigned long avenrun[3];	/* 1 << SHIFT is one thread; written by the timer */
static struct timer timer;

static unsigned long count_active(void)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock), nr = 0;
	const struct task_struct *p;

	for_each_task(p) {
		u32 state = __atomic_load_n(&p->state, __ATOMIC_RELAXED);

		nr += p->mm && (state == TASK_RUNNING || state == TASK_WAKING || state == TASK_UNINTERRUPTIBLE);
	}
	spin_unlock_irqrestore(&tasks_lock, flags);
	return nr;
}

/* An average that goes up does not stay below what it goes to by rounding. */
static unsigned long weigh(unsigned long load, unsigned long decay, unsigned long active)
{
	unsigned long sum = load * decay + active * ((1UL << SHIFT) - decay);

	if (active >= load)
		sum += (1UL << SHIFT) - 1;
	return sum >> SHIFT;
}

static void sample(struct timer *timer)
{
	unsigned long active = count_active() << SHIFT;
	int i;

	for (i = 0; i < 3; i++)
		__atomic_store_n(&avenrun[i], weigh(avenrun[i], decay[i], active), __ATOMIC_RELAXED);
	mod_timer(timer, ktime_get() + INTERVAL_NS);
}

void loadavg_init(void)
{
	timer_setup(&timer, sample);
	mod_timer(&timer, ktime_get() + INTERVAL_NS);
}

void get_avenrun(unsigned long loads[3], unsigned int shift)
{
	int i;

	for (i = 0; i < 3; i++)
		loads[i] = __atomic_load_n(&avenrun[i], __ATOMIC_RELAXED) << (shift - SHIFT);
}
