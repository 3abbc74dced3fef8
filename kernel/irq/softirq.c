// SPDX-License-Identifier: BSD-2-Clause
/* Softirqs: see <kernel/interrupt.h>. */
#include <kernel/interrupt.h>
#include <asm/irqflags.h>
#include <kernel/kthread.h>
#include <kernel/panic.h>
#include <uapi/errno.h>

#define MAX_ROUNDS	8		/* over what was raised meanwhile, before it is left to the thread */

static void (*softirqs[NR_SOFTIRQS])(void);
static DEFINE_PER_CPU(struct task_struct *, ksoftirqd);
DEFINE_PER_CPU(unsigned int, softirq_pending);

void open_softirq(enum softirq nr, void (*fn)(void))
{
	softirqs[nr] = fn;
}

static void wake_ksoftirqd(void)
{
	struct task_struct *thread = this_cpu_read(ksoftirqd);

	if (thread)
		wake_up_process(thread);
}

/* At the end of an interrupt they run by themselves. */
void raise_softirq(enum softirq nr)
{
	unsigned long flags = local_irq_save();

	this_cpu_write(softirq_pending, this_cpu_read(softirq_pending) | 1u << nr);
	if (!in_interrupt())
		wake_ksoftirqd();
	local_irq_restore(flags);
}

static void run_raised(unsigned int raised)
{
	for (; raised; raised &= raised - 1)
		softirqs[__builtin_ctz(raised)]();
}

void softirqs_run(void)
{
	unsigned int round, raised;

	preempt_count_add(SOFTIRQ_OFFSET);
	for (round = 0; round < MAX_ROUNDS && (raised = this_cpu_read(softirq_pending)); round++) {
		this_cpu_write(softirq_pending, 0);
		local_irq_enable();
		run_raised(raised);
		local_irq_disable();
	}
	preempt_count_sub(SOFTIRQ_OFFSET);
	if (this_cpu_read(softirq_pending))
		wake_ksoftirqd();
}

static int ksoftirqd_fn(void *unused)
{
	while (!kthread_should_stop()) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (!this_cpu_read(softirq_pending)) {
			schedule();
			continue;
		}
		set_current_state(TASK_RUNNING);
		local_irq_disable();
		preempt_disable();
		softirqs_run();
		local_irq_enable();
		preempt_enable();
	}
	return 0;
}

int softirq_cpu_prepare(unsigned int cpu)
{
	struct task_struct *thread = kthread_create(ksoftirqd_fn, NULL, "ksoftirqd/%u", cpu);

	if (!thread)
		return -ENOMEM;
	kthread_bind(thread, cpu);
	*per_cpu_ptr(&ksoftirqd, cpu) = thread;
	return 0;
}

void softirq_cpu_start(void)
{
	wake_ksoftirqd();
}

void softirq_init(void)
{
	if (softirq_cpu_prepare(this_cpu_read(cpu_number)))
		panic("no memory for the thread of softirqs");
	softirq_cpu_start();
}
