/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The scheduler under load, for a bounded number of rounds: threads that sleep,
 * yield, wake each other, change their share, and make and stop others; and
 * threads that only work, which must get what their weight says.
 */
#include <asm/io.h>
#include <kernel/kthread.h>
#include <kernel/printk.h>
#include <kernel/selftest.h>
#include <kernel/smp.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include "runqueue.h"

#define WORKERS		24
#define ROUNDS		200
#define HOGS		4
#define HOG_MS		400
#define FAIRNESS_TRIES	5

static struct task_struct *workers[WORKERS];
static unsigned int nr_rounds;		/* atomic */

static int return_data(void *data)
{
	return (int)(unsigned long)data;
}

/* Make a thread, let it run or not, and hear what it returned. */
static void make_and_stop(unsigned int nr)
{
	struct task_struct *p = kthread_create(return_data, (void *)(unsigned long)nr, "child/%u", nr);
	int code;

	selftest_check(p, "a thread was made");
	if (!p)
		return;
	get_task_struct(p);
	if (nr % 2)
		wake_up_process(p);
	if (nr % 4 == 1)
		yield();
	code = kthread_stop(p);
	selftest_check(p->exited, "a thread that was stopped has ended");
	selftest_check(code == (int)nr || code == p->exit_code, "what a thread returned");
	put_task_struct(p);
}

static int torture(void *data)
{
	unsigned int me = (unsigned int)(unsigned long)data, i;
	u64 random = me + 1, before;

	for (i = 0; i < ROUNDS; i++) {
		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		switch (random >> 33 & 7) {
		case 0:
			make_and_stop(i);
			break;
		case 1:
			before = ktime_get();
			set_current_state(TASK_UNINTERRUPTIBLE);
			if (!schedule_timeout((random >> 40 & 127) * NSEC_PER_USEC))
				selftest_check(ktime_get() - before >= (random >> 40 & 127) * NSEC_PER_USEC,
					       "a sleep did not end early");
			break;
		case 2:
			set_user_nice(current, (int)(random >> 40 & 31) + NICE_MIN);
			break;
		case 3:
			wake_up_process(workers[(random >> 40) % WORKERS]);
			break;
		case 4:
			sched_set_fifo(current, random >> 40 & 1 ? 1 + (random >> 41 & 3) : 0);
			break;
		default:
			yield();
		}
		selftest_check(current->state == TASK_RUNNING, "who runs is ready");
		__atomic_add_fetch(&nr_rounds, 1, __ATOMIC_RELAXED);
	}
	sched_set_fifo(current, 0);
	while (!kthread_should_stop()) {	/* the others may still wake us */
		set_current_state(TASK_INTERRUPTIBLE);
		if (!kthread_should_stop())
			schedule();
	}
	set_current_state(TASK_RUNNING);
	return me;
}

static void test_torture(void)
{
	unsigned int i, made = 0;

	nr_rounds = 0;
	for (i = 0; i < WORKERS; i++) {
		workers[i] = kthread_create(torture, (void *)(unsigned long)i, "torture/%u", i);
		made += !!workers[i];
	}
	selftest_check(made == WORKERS, "all threads were made");
	if (made != WORKERS)
		return;
	for (i = 0; i < WORKERS; i++)
		wake_up_process(workers[i]);
	while (__atomic_load_n(&nr_rounds, __ATOMIC_RELAXED) < WORKERS * ROUNDS) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		schedule_timeout(NSEC_PER_MSEC);
	}
	for (i = 0; i < WORKERS; i++)
		selftest_check(kthread_stop(workers[i]) == (int)i, "each thread returns its number");
	selftest_check(nr_rounds == WORKERS * ROUNDS, "no round was lost");
}

/* On its way to sleep all the time, and nobody wakes it. */
static int about_to_sleep(void *woken)
{
	set_current_state(TASK_UNINTERRUPTIBLE);
	while (!kthread_should_stop()) {
		if (current->state != TASK_UNINTERRUPTIBLE && !kthread_should_stop())
			*(bool *)woken = true;
		cpu_relax();
	}
	set_current_state(TASK_RUNNING);
	return 0;
}

static void test_moved_on_the_way_to_sleep(void)
{
	bool woken = false;
	struct task_struct *p = kthread_run(about_to_sleep, &woken, "mover");
	unsigned int cpu, round;

	selftest_check(p, "a thread to move");
	if (!p)
		return;
	for (round = 0; round < 4; round++)
		for_each_online_cpu(cpu)
			selftest_check(!set_cpus_allowed(p, CPU_MASK(cpu)) && p->cpu == cpu, "a thread was moved");
	kthread_stop(p);
	selftest_check(!woken, "who is moved on its way to sleep is not awake for that");
}

static int work(void *unused)
{
	while (!kthread_should_stop())
		cpu_relax();
	return 0;
}

/* On one CPU, nobody of them ever lets go of it: only the tick can share it out. Return: whether it did. */
static bool try_fairness(void)
{
	static const int nice[HOGS] = { 0, 0, 5, -5 };
	struct task_struct *hogs[HOGS];
	struct task_stat stat[HOGS];
	u64 total = 0, weights = 0;
	bool fair = true;
	unsigned int i;

	for (i = 0; i < HOGS; i++) {
		hogs[i] = kthread_create(work, NULL, "hog/%u", i);
		selftest_check(hogs[i], "a thread that works");
		if (!hogs[i])
			return false;
		set_user_nice(hogs[i], nice[i]);
		kthread_bind(hogs[i], 0);
		weights += se_weight(nice[i]);
	}
	for (i = 0; i < HOGS; i++)
		wake_up_process(hogs[i]);
	set_current_state(TASK_UNINTERRUPTIBLE);
	schedule_timeout(HOG_MS * NSEC_PER_MSEC);
	for (i = 0; i < HOGS; i++) {
		task_stat(hogs[i], &stat[i]);
		total += stat[i].cycles;
	}
	for (i = 0; i < HOGS; i++)
		kthread_stop(hogs[i]);
	for (i = 0; i < HOGS; i++) {
		u64 share = total * se_weight(nice[i]) / weights;

		printk("selftest sched: nice %2d: %2llu %% of the CPU, by its weight %2llu\n", nice[i],
		       (unsigned long long)(stat[i].cycles * 100 / total), (unsigned long long)(share * 100 / total));
		/* a slice and a half for each is what they may be ahead or behind */
		fair &= stat[i].cycles + total / 20 > share && share + total / 20 > stat[i].cycles;
	}
	return fair;
}

/* A host that stops a virtual CPU for long has whoever runs there charged for it: then it is tried again. */
static void test_fairness(void)
{
	unsigned int tries = FAIRNESS_TRIES;

	while (!try_fairness() && --tries)
		;
	selftest_check(tries, "each thread got the share of its weight");
}

static void selftest_sched(void)
{
	test_torture();
	test_moved_on_the_way_to_sleep();
	test_fairness();
}
SELFTEST(sched, selftest_sched);
