/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Queues of threads that sleep until something is true. Who makes it true wakes
 * the queue afterwards; who waits looks again after each wake-up.
 */
#ifndef KERNEL_WAIT_H
#define KERNEL_WAIT_H

#include <kernel/sched.h>
#include <kernel/spinlock.h>
#include <lib/list.h>
#include <uapi/errno.h>

struct wait_queue_head {
	struct spinlock		lock;		/* taken with interrupts off; outer to those of run queues */
	struct list_head	entries;	/* in the order they came; lock */
};

struct wait_queue_entry {
	struct task_struct	*task;
	bool			exclusive;	/* wake_up() wakes one of these */
	struct list_head	entry;		/* alone: not in the queue; the queue's lock */
	/* Called in place of a wake-up, under the queue's lock; the entry stays in the queue. NULL: @task is woken. */
	void			(*func)(struct wait_queue_entry *entry);
};

/** DECLARE_WAIT_QUEUE_HEAD() - an empty queue, for a variable outside of functions */
#define DECLARE_WAIT_QUEUE_HEAD(name) \
	struct wait_queue_head name = { .entries = { &name.entries, &name.entries } }

/** init_waitqueue_head() - an empty queue, for one that is part of something else */
#define init_waitqueue_head(wq) do {			\
	spin_lock_init(&(wq)->lock);			\
	list_init(&(wq)->entries);			\
} while (0)

/** DEFINE_WAIT() - the place of this thread in a queue */
#define DEFINE_WAIT(name, _exclusive) \
	struct wait_queue_entry name = {						\
		.task = current, .exclusive = _exclusive, .entry = { &name.entry, &name.entry }	\
	}

/**
 * add_wait_queue() - stand in the queue without sleeping, as entries with a function do
 * remove_wait_queue() - and no more
 */
void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry);
void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry);

/**
 * prepare_to_wait() - stand in the queue and set the state of this thread, before it looks
 * finish_wait() - out of the queue, and running again. No waker touches @entry afterwards.
 */
void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry, enum task_state state);
void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry);

/**
 * wake_up() - wake all who wait, but of the exclusive ones only the first
 * wake_up_all() - wake the exclusive ones too
 * Context: any but NMI. What was written before is seen by who wakes.
 */
void wake_up(struct wait_queue_head *wq);
void wake_up_all(struct wait_queue_head *wq);

/** prepare_to_wait_event() - for one that signals end: -ERESTARTSYS when one is there */
long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, enum task_state state);

/** __wait_event() - wait until @condition, which is not true yet */
#define __wait_event(wq, condition) do {				\
	DEFINE_WAIT(_wait, false);					\
									\
	for (;;) {							\
		prepare_to_wait(wq, &_wait, TASK_UNINTERRUPTIBLE);	\
		if (condition)						\
			break;						\
		schedule();						\
	}								\
	finish_wait(wq, &_wait);					\
} while (0)

/**
 * wait_event() - sleep until @condition is true; it is evaluated several times
 * Context: a thread that may sleep.
 */
#define wait_event(wq, condition) do {					\
	if (!(condition))						\
		__wait_event(wq, condition);				\
} while (0)

/** __wait_event_signal() - as __wait_event(), but a signal ends it, and @sleep is how to wait */
#define __wait_event_signal(wq, condition, state, ret, sleep) ({	\
	DEFINE_WAIT(_wait, false);					\
	long _err = 0;							\
									\
	for (;;) {							\
		_err = prepare_to_wait_event(wq, &_wait, state);	\
		if (condition) {					\
			_err = 0;					\
			break;						\
		}							\
		if (_err)						\
			break;						\
		sleep;							\
	}								\
	finish_wait(wq, &_wait);					\
	_err ? _err : (ret); })

/**
 * wait_event_interruptible() - wait until @condition or a signal: 0 or -ERESTARTSYS
 * wait_event_killable() - the same, but only a signal that ends the thread
 * wait_event_interruptible_timeout() - not for longer than @ns: what is left of them (1 at least
 *      when @condition is true), 0 when the time is up, -ERESTARTSYS
 */
#define wait_event_interruptible(wq, condition)						\
	((condition) ? 0L : __wait_event_signal(wq, condition, TASK_INTERRUPTIBLE, 0L, schedule()))
#define wait_event_killable(wq, condition)						\
	((condition) ? 0L : __wait_event_signal(wq, condition, TASK_KILLABLE, 0L, schedule()))
#define wait_event_interruptible_timeout(wq, condition, ns) ({				\
	u64 _left = (ns);								\
	bool _true = false;								\
	__wait_event_signal(wq, (_true = (condition)) || !_left, TASK_INTERRUPTIBLE,	\
			    (long)(_true ? max(_left, (u64)1) : 0), _left = schedule_timeout(_left)); })

#endif
