/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Work for later, done by a thread: what an interrupt handler may not do, because
 * it sleeps or takes long. Each CPU has one such thread, kworker, which does one
 * work after the other in the order they came; a work that sleeps holds up those
 * behind it.
 */
#ifndef KERNEL_WORKQUEUE_H
#define KERNEL_WORKQUEUE_H

#include <kernel/timer.h>
#include <lib/list.h>

struct work_struct;

/**
 * typedef work_func_t - may sleep, queue its work again, and free it
 * Context: kworker of the CPU it was queued on.
 */
typedef void (*work_func_t)(struct work_struct *work);

struct work_struct {
	struct list_head	entry;		/* while pending; lock of the CPU's pool */
	work_func_t		func;
	u32			pending;	/* queued, or its timer is armed, and not begun yet; atomic */
};

struct delayed_work {
	struct work_struct	work;
	struct timer		timer;
};

/* INIT_WORK(), INIT_DELAYED_WORK() - before anything else */
#define INIT_WORK(work, _func)		(*(work) = (struct work_struct){ .func = (_func) })
#define INIT_DELAYED_WORK(dwork, _func) do {			\
	INIT_WORK(&(dwork)->work, _func);			\
	timer_setup(&(dwork)->timer, delayed_work_timer);	\
} while (0)

/**
 * queue_work() - have @work done by the thread of this CPU
 * queue_delayed_work() - not before @ns have gone by
 * Return: false when it is pending already; then it is done once. Context: any but NMI.
 */
bool queue_work(struct work_struct *work);
bool queue_delayed_work(struct delayed_work *dwork, u64 ns);

/**
 * flush_work() - wait until @work is neither pending nor being done
 * cancel_delayed_work_sync() - the same, and do not begin it if its time has not come;
 *                              whether that was so
 * Context: a thread that may sleep, not a work before it in the same queue.
 */
void flush_work(struct work_struct *work);
bool cancel_delayed_work_sync(struct delayed_work *dwork);

/**
 * schedule_on_each_cpu() - have the thread of each online CPU call @func, all at the same time, and wait for them
 * @func: its argument tells nothing; the thread stays on its CPU
 * Context: a thread that may sleep, not a work.
 */
void schedule_on_each_cpu(work_func_t func);

/** delayed_work_timer() - for INIT_DELAYED_WORK() */
void delayed_work_timer(struct timer *timer);

/** workqueue_init() - boot CPU, once, when threads can be made */
void workqueue_init(void);

/**
 * workqueue_cpu_prepare() - make the queue and thread of a CPU that does not run yet; its per-CPU data is there
 * workqueue_cpu_start() - on that CPU, once it has its queue of threads
 * Return: 0 or -ENOMEM.
 */
int workqueue_cpu_prepare(unsigned int cpu);
void workqueue_cpu_start(void);

#endif
