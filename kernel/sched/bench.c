/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of the bench: from one thread to another and back, all of them ready all the time. */
#include <kernel/bench.h>
#include <kernel/delay.h>
#include <kernel/kthread.h>

#define CROWD	8

static struct task_struct *partners[CROWD - 1];

static unsigned int turns;		/* switches so far; one thread runs at a time */
static bool over;

static int take_turns(void *unused)
{
	while (!over) {
		turns++;
		yield();
	}
	while (!kthread_should_stop())	/* who ends before may be gone when it is stopped */
		yield();
	return 0;
}

static void make_partners(unsigned int nr)
{
	over = false;
	while (nr--)
		partners[nr] = kthread_run(take_turns, NULL, "bench");
}

static void make_partner(void)
{
	make_partners(1);
}

/* Who was made first has less charged than the others: they have caught up in a moment. */
static void make_crowd(void)
{
	make_partners(CROWD - 1);
	msleep(2);
}

static void stop_partners(void)
{
	over = true;
	for (unsigned int i = 0; i < CROWD - 1; i++) {
		if (partners[i])
			kthread_stop(partners[i]);
		partners[i] = NULL;
	}
}

static void run_switches(unsigned int rounds)
{
	for (turns = 0; turns < rounds; turns++)
		yield();
}

BENCH_ROW(sched_switch) = { "context switch", run_switches, NULL, make_partner, stop_partners };
BENCH_ROW(sched_switch_crowd) = { "context switch among 8", run_switches, NULL, make_crowd, stop_partners };
