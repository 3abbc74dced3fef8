// SPDX-License-Identifier: BSD-2-Clause
/* Threads of the kernel's own: from the first switch to them to the last. */
#include <kernel/kthread.h>
#include <asm/irqflags.h>
#include <kernel/panic.h>
#include <kernel/spinlock.h>
#include <kernel/task.h>
#include <uapi/errno.h>
#include "internal.h"

static struct spinlock kthread_lock;	/* interrupts off; outer to the locks of run queues */

struct task_struct *kthread_create(int (*threadfn)(void *data), void *data, const char *namefmt, ...)
{
	struct task_struct *p = kernel_task_alloc(PRIO_FAIR);
	va_list args;

	if (!p)
		return NULL;
	p->threadfn = threadfn;
	p->data = data;
	va_start(args, namefmt);
	vsnprintf(p->comm, sizeof(p->comm), namefmt, args);
	va_end(args);
	return p;
}

struct task_struct *idle_task_create(unsigned int cpu)
{
	struct task_struct *p = kernel_task_alloc(PRIO_IDLE);

	if (!p)
		return NULL;
	p->state = TASK_RUNNING;
	p->cpus_allowed = 1ULL << cpu;
	p->cpu = cpu;
	snprintf(p->comm, sizeof(p->comm), "idle/%u", cpu);
	return p;
}

void kthread_bind(struct task_struct *p, unsigned int cpu)
{
	p->cpus_allowed = 1ULL << cpu;
}

bool kthread_should_stop(void)
{
	return __atomic_load_n(&current->should_stop, __ATOMIC_ACQUIRE);
}

static bool has_exited(struct task_struct *p)
{
	unsigned long flags = spin_lock_irqsave(&kthread_lock);
	bool exited = p->exited;

	spin_unlock_irqrestore(&kthread_lock, flags);
	return exited;
}

static void set_stopper(struct task_struct *p)
{
	unsigned long flags = spin_lock_irqsave(&kthread_lock);

	p->stopper = current;
	__atomic_store_n(&p->should_stop, true, __ATOMIC_RELEASE);
	spin_unlock_irqrestore(&kthread_lock, flags);
}

int kthread_stop(struct task_struct *p)
{
	int code;

	get_task_struct(p);
	set_stopper(p);
	wake_up_process(p);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (has_exited(p))
			break;
		schedule();
	}
	set_current_state(TASK_RUNNING);
	code = p->exit_code;
	put_task_struct(p);
	return code;
}

void kthread_exit(int code)
{
	struct task_struct *me = current;
	unsigned long flags;

	kernel_task_unlink(me);
	flags = spin_lock_irqsave(&kthread_lock);
	/* under the lock, so that who waits is still there when it is woken */
	me->exit_code = code;
	me->exited = true;
	if (me->stopper)
		wake_up_process(me->stopper);
	spin_unlock_irqrestore(&kthread_lock, flags);
	set_current_state(TASK_DEAD);
	schedule();
	panic("thread %s runs after its end", me->comm);
}

void kthread_main(void)
{
	kthread_exit(kthread_should_stop() ? -EINTR : current->threadfn(current->data));
}
