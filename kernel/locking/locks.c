// SPDX-License-Identifier: BSD-2-Clause
/*
 * The monitor command locks where no lock is counted: what each CPU is in the
 * middle of. The command of a kernel with DEBUG=1 is in lockdep.c.
 */
#ifndef LANTERN_LOCKDEP
#include <asm/percpu.h>
#include <kernel/monitor.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>

static int cmd_locks(int argc, char **argv)
{
	unsigned int cpu;

	if (argc != 1)
		return -1;
	printk("cpu  spinlocks held*  waits for  softirqs held off or run  in an interrupt\n");
	for_each_online_cpu(cpu) {
		unsigned int count = __atomic_load_n(per_cpu_ptr(&__preempt_count, cpu), __ATOMIC_RELAXED);

		printk("%3u %16u %10u %25u  %s\n", cpu, count & PREEMPT_MASK, spin_nr_waiting(cpu),
		       (count & SOFTIRQ_MASK) / SOFTIRQ_OFFSET,
		       count & NMI_MASK ? "NMI" : count & HARDIRQ_MASK ? "yes" : "no");
	}
	printk("* and other times that preemption is held off\n");
	printk("a kernel made with DEBUG=1 counts each kind of lock, and watches their order\n");
	return 0;
}
MONITOR_SAFE_COMMAND(locks, "", "what each CPU holds and waits for", cmd_locks);
#endif
