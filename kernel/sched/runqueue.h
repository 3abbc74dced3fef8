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
	struct list_head line;		/* entities that are ready but for the one that runs: those that came in order, */
	struct rb_root	tree;		/* and the others */
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

/* ---- The rest of the order, and of a switch; rq_pick() is for others */

#define LINE_STEPS	8		/* places in the line, from its end, that are tried */

static inline struct sched_entity *se_in_line(struct list_head *link)
{
	return container_of(link, struct sched_entity, link);
}

static inline bool se_before(const struct sched_entity *a, const struct sched_entity *b)
{
	if (a->prio != b->prio)
		return a->prio > b->prio;
	return (s64)(a->vruntime - b->vruntime) < 0;
}

void rq_add_to_tree(struct run_queue *rq, struct sched_entity *se);

/* Let @se wait behind those that are equal to it, or come before. */
static inline void rq_add(struct run_queue *rq, struct sched_entity *se)
{
	struct list_head *at = rq->line.prev;
	unsigned int steps = LINE_STEPS;

	while (at != &rq->line && se_before(se, se_in_line(at))) {
		at = at->prev;
		if (!--steps) {
			rq_add_to_tree(rq, se);
			return;
		}
	}
	se->in_line = true;
	list_add(&se->link, at);
}

/* Behind all that are equal to it, or charged less. */
static inline void rq_go_behind(struct run_queue *rq, struct sched_entity *curr, const struct sched_entity *first)
{
	if (!is_fair(curr))
		curr->vruntime = ++rq->fifo_last;
	else if (is_fair(first) && (s64)(first->vruntime - curr->vruntime) > 0)
		curr->vruntime = first->vruntime;
}

static inline struct sched_entity *rq_run(struct run_queue *rq, struct sched_entity *se)
{
	rq->curr = se;
	rq->curr_since = rq->clock;
	return se;
}

struct sched_entity *rq_pick_slow(struct run_queue *rq, enum leave why);

/** rq_pick() - the one that runs has to, or may, stop: make the next one curr and return it; after rq_update() */
static inline struct sched_entity *rq_pick(struct run_queue *rq, enum leave why)
{
	struct sched_entity *curr = rq->curr, *next = se_in_line(rq->line.next);

	if (why == LEAVE_SLEEP || rq->tree.node || list_empty(&rq->line) || !curr->on_rq)
		return rq_pick_slow(rq, why);
	if (why == LEAVE_YIELD)
		rq_go_behind(rq, curr, next);
	if (se_before(curr, next))
		return curr;
	list_del(&next->link);
	rq_add(rq, curr);
	return rq_run(rq, next);
}

/** rq_needs_tick() - whether who runs may run for a slice only, because another fair entity waits */
static inline bool rq_needs_tick(const struct run_queue *rq)
{
	return rq->nr_running > 1 && is_fair(rq->curr);
}

/** rq_slice_over() - whether that slice is over; after rq_update() */
bool rq_slice_over(const struct run_queue *rq);

/**
 * rq_waiting() - go through the entities that wait: one for NULL, the one after @se, NULL after the last
 * Those of the tree come before those of the line, each of the two in order.
 */
struct sched_entity *rq_waiting(const struct run_queue *rq, const struct sched_entity *se);

#endif
