/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who runs next on one CPU. There are two classes. An entity with a priority
 * runs before all others and until it leaves; among equal ones, first come,
 * first served. All others, priority 0, share the CPU: each is charged the
 * time it runs, divided by its weight, and the one charged least runs next.
 *
 * No locks, no clock, no threads here: whoever owns the queue keeps others out
 * and says what time it is.
 */
#ifndef KERNEL_SCHED_RUNQUEUE_H
#define KERNEL_SCHED_RUNQUEUE_H

#include <kernel/sched_entity.h>

#define CHARGE_SHIFT	22

struct run_queue {
	struct rb_root	waiting;	/* entities that are ready but for the one that runs */
	struct sched_entity *curr;	/* who runs */
	struct sched_entity *idle;	/* who runs when nobody is ready */
	unsigned int	nr_running;	/* ready entities, the one that runs included */
	u64		clock;		/* of the last rq_update(), any unit */
	u64		curr_since;	/* clock when curr began to run */
	u64		min_vruntime;	/* of fair entities; only goes up */
	u64		fifo_last;	/* number given out last */
};

/* How an entity comes to a queue */
enum enqueue { ENQUEUE_NEW, ENQUEUE_WAKEUP, ENQUEUE_MOVED };

/* Why the running entity stops */
enum leave { LEAVE_SLEEP, LEAVE_PREEMPTED, LEAVE_YIELD };

/** rq_set_slice() - how long a fair entity may run while another waits; before any queue is used */
void rq_set_slice(u64 ticks);

/** rq_init() - an empty queue whose CPU runs @idle */
void rq_init(struct run_queue *rq, struct sched_entity *idle);

static inline bool is_fair(const struct sched_entity *se)
{
	return se->prio == PRIO_FAIR;
}

/** rq_update() - it is @now: charge who runs. A clock that goes back charges nothing */
static inline void rq_update(struct run_queue *rq, u64 now)
{
	struct sched_entity *curr = rq->curr;
	u64 delta = now - rq->clock;

	if ((s64)delta <= 0)
		return;
	rq->clock = now;
	curr->sum_exec += delta;
	if (is_fair(curr))
		curr->vruntime += (u64)((unsigned __int128)delta * curr->charge >> CHARGE_SHIFT);
}

/**
 * rq_enqueue() - @se is ready; after rq_update()
 * ENQUEUE_WAKEUP: it has slept, and may be ahead of who runs by half a slice at
 *                 most, however long that was
 * ENQUEUE_NEW:    it begins where the others are
 * ENQUEUE_MOVED:  it comes from another queue by rq_dequeue()
 * Return: whether it should run before who runs now.
 */
bool rq_enqueue(struct run_queue *rq, struct sched_entity *se, enum enqueue how);

/** rq_dequeue() - take out @se, which waits and does not run; it may be enqueued elsewhere */
void rq_dequeue(struct run_queue *rq, struct sched_entity *se);

/** rq_set_class() - se_set_class() for one that belongs to @rq, ready or not. Return: whether rq_pick() may choose anew */
bool rq_set_class(struct run_queue *rq, struct sched_entity *se, int prio, int nice);

/*
 * rq_detach(), rq_attach() - @se, in no queue, goes from one queue to another
 * What it is charged more or less than others there, it is charged here.
 */
void rq_detach(const struct run_queue *from, struct sched_entity *se);
void rq_attach(const struct run_queue *to, struct sched_entity *se);

/** rq_pick() - the one that runs has to, or may, stop: make the next one curr and return it; after rq_update() */
struct sched_entity *rq_pick(struct run_queue *rq, enum leave why);

/** rq_needs_tick() - whether who runs may run for a slice only, because another fair entity waits */
static inline bool rq_needs_tick(const struct run_queue *rq)
{
	return rq->waiting.node && is_fair(rq->curr);
}

/** rq_slice_over() - whether that slice is over; after rq_update() */
bool rq_slice_over(const struct run_queue *rq);

/** rq_waiting() - the entity that waits behind @se, the first for NULL; NULL after the last */
struct sched_entity *rq_waiting(const struct run_queue *rq, const struct sched_entity *se);

#endif
