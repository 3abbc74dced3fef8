/* SPDX-License-Identifier: BSD-2-Clause */
/* Row of the bench: from one thread to another and back, both ready all the time. */
#include <kernel/bench.h>
#include <kernel/kthread.h>

static struct task_struct *partner;

static int yield_back(void *unused)
{
	while (!kthread_should_stop())
		yield();
	return 0;
}

static void make_partner(void)
{
	partner = kthread_run(yield_back, NULL, "bench");
}

static void stop_partner(void)
{
	if (partner)
		kthread_stop(partner);
}

/* Each call is two switches. */
static void run_switches(unsigned int rounds)
{
	for (; rounds >= 2; rounds -= 2)
		yield();
}

BENCH_ROW(sched_switch) = { "context switch", run_switches, make_partner, stop_partner };
