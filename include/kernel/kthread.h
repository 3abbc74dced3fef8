/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads of the kernel's own. */
#ifndef KERNEL_KTHREAD_H
#define KERNEL_KTHREAD_H

#include <kernel/sched.h>
#include <lib/printf.h>

/**
 * kthread_create() - a thread that calls threadfn(data), once wake_up_process() was called
 * @namefmt: its name, cut to TASK_COMM_LEN - 1 bytes
 * What threadfn returns is what kthread_stop() returns. A thread that others stop
 * ends only then; one that ends by itself is nobody's from its first wake-up on,
 * unless get_task_struct() was called before.
 * Return: NULL when there is no memory. Context: a thread, or the boot.
 */
struct task_struct *kthread_create(int (*threadfn)(void *data), void *data, const char *namefmt, ...)
	__printf(3, 4);

/** kthread_run() - kthread_create() and wake_up_process() */
#define kthread_run(threadfn, data, ...) ({							\
	struct task_struct *_p = kthread_create(threadfn, data, __VA_ARGS__);			\
	if (_p)											\
		wake_up_process(_p);								\
	_p; })

/** kthread_bind() - run @p, which has not been woken yet, on @cpu only */
void kthread_bind(struct task_struct *p, unsigned int cpu);

/**
 * kthread_stop() - ask @p to return from its function, wait until it has
 * Return: what the function returned; -EINTR when it was never called.
 * Context: a thread that may sleep. @p may be gone afterwards.
 */
int kthread_stop(struct task_struct *p);

/** kthread_should_stop() - whether somebody is in kthread_stop() for this thread; to be looked at before each sleep */
bool kthread_should_stop(void);

/** kthread_exit() - end this thread, as if its function had returned @code */
void __noreturn kthread_exit(int code);

#endif
