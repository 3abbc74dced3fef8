// SPDX-License-Identifier: BSD-2-Clause
/* The monitor command threads. */
#include <asm/time.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/math64.h>
#include <lib/string.h>
#include <mm/slab.h>
#include "internal.h"

struct line {
	int		pid;
	char		comm[TASK_COMM_LEN];
	struct task_stat stat;
};

static const char *const state_names[] = {
	[TASK_RUNNING] = "ready", [TASK_INTERRUPTIBLE] = "sleeps", [TASK_UNINTERRUPTIBLE] = "waits",
	[TASK_KILLABLE] = "waits", [TASK_STOPPED] = "stopped",
	[TASK_NEW] = "new", [TASK_WAKING] = "wakes", [TASK_DEAD] = "dead",
};

static unsigned int count_tasks(void)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	const struct task_struct *p;
	unsigned int nr = 0;

	list_for_each_entry(p, &task_list, tasks)
		nr++;
	spin_unlock_irqrestore(&tasks_lock, flags);
	return nr;
}

/* Threads as they are now, at most @max, so that nothing is printed under the lock. */
static unsigned int take_lines(struct line *line, unsigned int max)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct task_struct *p;
	unsigned int nr = 0;

	list_for_each_entry(p, &task_list, tasks) {
		if (nr == max)
			break;
		line[nr].pid = p->pid;
		memcpy(line[nr].comm, p->comm, sizeof(p->comm));
		task_stat(p, &line[nr++].stat);
	}
	spin_unlock_irqrestore(&tasks_lock, flags);
	return nr;
}

static void print_line(const struct line *line)
{
	const struct task_stat *s = &line->stat;
	unsigned long long us = tsc_khz() ? mul_u64_u64_div_u64(s->cycles, 1000, tsc_khz()) : 0;
	char class[8];

	if (s->prio == PRIO_IDLE)
		strscpy(class, "idle", sizeof(class));
	else if (s->prio > PRIO_FAIR)
		snprintf(class, sizeof(class), "fifo%d", s->prio);
	else
		snprintf(class, sizeof(class), "%d", s->nice);
	printk("%7d %-15s %3u %-6s %6s %9llu.%06llu %12llu\n", line->pid, line->comm, s->cpu,
	       s->runs ? "runs" : state_names[s->state], class, us / 1000000, us % 1000000,
	       (unsigned long long)s->nr_switches);
}

void threads_print(void)
{
	unsigned int nr = count_tasks() + 8, i;		/* some more may come meanwhile */
	struct line *lines = kmalloc(nr * sizeof(*lines), GFP_ATOMIC);

	if (!lines)
		return;
	nr = take_lines(lines, nr);
	printk("    pid name            cpu state    nice      seconds run     switches\n");
	for (i = 0; i < nr; i++)
		print_line(&lines[i]);
	kfree(lines);
}

static int cmd_threads(int argc, char **argv)
{
	threads_print();
	return 0;
}
MONITOR_COMMAND(threads, "", "threads: CPU, state, share, time they ran, how often they were switched to", cmd_threads);
