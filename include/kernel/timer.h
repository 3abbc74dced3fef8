/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Functions called at a time. Each CPU has a tree of the timers armed on it,
 * ordered by when they expire; adding, moving and cancelling take O(log n).
 * Times are those of ktime_get(); comparisons go by the difference, so nothing
 * happens when the 64 bits wrap.
 */
#ifndef KERNEL_TIMER_H
#define KERNEL_TIMER_H

#include <kernel/spinlock.h>
#include <lib/rbtree.h>
#include <lib/types.h>

#define TIMER_MAX_DELTA	(1ULL << 62)	/* ns, 146 years; as much again is left for timers that run late */

struct timer_base;

struct timer {
	struct rb_node	node;		/* in base->timers while pending; base->lock */
	u64		expires;	/* ns; base->lock */
	bool		pending;	/* base->lock */
	struct timer_base *base;	/* where it is armed or ran last, NULL: on its way; that base's lock */
	/* Called once each time it was armed, not before @expires, with interrupts off and no
	 * lock held, on the CPU where it was armed; may arm the timer again. */
	void		(*function)(struct timer *timer);
};

/* The timers of one CPU */
struct timer_base {
	struct spinlock	lock;
	struct rb_root	timers;		/* lock */
	struct timer	*running;	/* whose function is being called; lock */
	unsigned int	nr;		/* pending; lock */
	u64		nr_run;		/* functions called since boot; lock */
};

/** timer_setup() - before anything else; @timer must not be armed */
void timer_setup(struct timer *timer, void (*function)(struct timer *timer));

/**
 * mod_timer() - call the function at @expires, whether the timer is armed or not
 * @expires: ns of ktime_get(), less than 2^63 from now; what has passed becomes
 *           now, what is further away than TIMER_MAX_DELTA becomes that
 * Return: whether it was armed. Context: any but NMI.
 */
bool mod_timer(struct timer *timer, u64 expires);

/** timer_delete() - do not call it; whether it was armed. It may be running. Context: any but NMI */
bool timer_delete(struct timer *timer);

/** timer_delete_sync() - the same, and when it returns the function is not running. Not from the function */
bool timer_delete_sync(struct timer *timer);

/* ---- between the timers and what interrupts for them */

/** timers_run() - this CPU: call what has expired at @now. Context: interrupts off */
void timers_run(u64 now);

/** timers_next() - when the first timer of this CPU expires; false: it has none. Context: interrupts off */
bool timers_next(u64 *expires);

/** timers_print() - how many timers are armed and when the first expires, for each CPU */
void timers_print(void);

#endif
