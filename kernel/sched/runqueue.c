/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The queue is one tree: FIFO entities in front, by priority and number in the
 * line, then fair ones by what they are charged. The entity that runs is not in
 * it, so a switch takes one out and puts one in.
 *
 * Charges only ever grow, and are compared by their difference.
 */
#include "runqueue.h"

static u64 slice = 10000000;		/* units of the clock */

/* 1024 * 1.25 ^ -nice, rounded */
static const u32 weights[NICE_MAX - NICE_MIN + 1] = {
	88818, 71054, 56843, 45475, 36380, 29104, 23283, 18626, 14901, 11921,
	9537, 7629, 6104, 4883, 3906, 3125, 2500, 2000, 1600, 1280,
	1024, 819, 655, 524, 419, 336, 268, 215, 172, 137,
	110, 88, 70, 56, 45, 36, 29, 23, 18, 15,
};

void rq_set_slice(u64 ticks)
{
	slice = ticks;
}

static struct sched_entity *se_of(const struct rb_node *node)
{
	return container_of(node, struct sched_entity, node);
}

static inline bool before(const struct sched_entity *a, const struct sched_entity *b)
{
	if (a->prio != b->prio)
		return a->prio > b->prio;
	return (s64)(a->vruntime - b->vruntime) < 0;
}

static bool node_before(const struct rb_node *a, const struct rb_node *b)
{
	return before(se_of(a), se_of(b));
}

u32 se_weight(int nice)
{
	return weights[nice - NICE_MIN];
}

void se_set_class(struct sched_entity *se, int prio, int nice)
{
	se->prio = prio;
	se->nice = nice;
	se->charge = ((u64)NICE_0_WEIGHT << CHARGE_SHIFT) / se_weight(nice);
}

void rq_init(struct run_queue *rq, struct sched_entity *idle)
{
	*rq = (struct run_queue){ .curr = idle, .idle = idle };
}

/* The least that a fair entity is charged; while a FIFO one waits, what it was before. */
static void follow_min(struct run_queue *rq)
{
	const struct rb_node *first = rb_first(&rq->waiting);
	u64 least;

	if (is_fair(rq->curr) && rq->curr->on_rq) {
		least = rq->curr->vruntime;
		if (first && is_fair(se_of(first)) && (s64)(se_of(first)->vruntime - least) < 0)
			least = se_of(first)->vruntime;
	} else if (first && is_fair(se_of(first))) {
		least = se_of(first)->vruntime;
	} else {
		return;
	}
	if ((s64)(least - rq->min_vruntime) > 0)
		rq->min_vruntime = least;
}

/* Charged so little that it may not wait for the end of a slice. */
static bool preempts(const struct run_queue *rq, const struct sched_entity *se)
{
	if (se->prio != rq->curr->prio)
		return se->prio > rq->curr->prio;
	return is_fair(se) && (s64)(rq->curr->vruntime - se->vruntime) > (s64)(slice / 4);
}

bool rq_enqueue(struct run_queue *rq, struct sched_entity *se, enum enqueue how)
{
	follow_min(rq);
	if (!is_fair(se)) {
		se->vruntime = ++rq->fifo_last;
	} else if (how == ENQUEUE_NEW) {
		se->vruntime = rq->min_vruntime;
	} else if (how == ENQUEUE_WAKEUP) {
		u64 least = rq->min_vruntime - slice / 2;

		if ((s64)(se->vruntime - least) < 0)
			se->vruntime = least;
	}
	se->on_rq = true;
	rq->nr_running++;
	rb_add(&rq->waiting, &se->node, node_before);
	return preempts(rq, se);
}

void rq_dequeue(struct run_queue *rq, struct sched_entity *se)
{
	follow_min(rq);
	rb_erase(&rq->waiting, &se->node);
	se->on_rq = false;
	rq->nr_running--;
}

bool rq_set_class(struct run_queue *rq, struct sched_entity *se, int prio, int nice)
{
	bool waits = se->on_rq && se != rq->curr;

	follow_min(rq);
	if (waits)
		rq_dequeue(rq, se);
	if (prio != se->prio)
		se->vruntime = prio == PRIO_FAIR ? rq->min_vruntime : ++rq->fifo_last;
	se_set_class(se, prio, nice);
	return waits ? rq_enqueue(rq, se, ENQUEUE_MOVED) : se->on_rq;
}

void rq_detach(const struct run_queue *from, struct sched_entity *se)
{
	se->vruntime -= from->min_vruntime;
}

void rq_attach(const struct run_queue *to, struct sched_entity *se)
{
	se->vruntime += to->min_vruntime;
}

/* Behind all that are equal to it, or charged less. */
static void go_behind(struct run_queue *rq, struct sched_entity *curr, const struct sched_entity *first)
{
	if (!is_fair(curr))
		curr->vruntime = ++rq->fifo_last;
	else if (is_fair(first) && (s64)(first->vruntime - curr->vruntime) > 0)
		curr->vruntime = first->vruntime;
}

/* Take @first out and let @curr wait. */
static void exchange(struct run_queue *rq, struct rb_node *first, struct sched_entity *curr)
{
	if (rb_is_alone(&rq->waiting, first)) {		/* two that take turns */
		rb_replace_all(&rq->waiting, &curr->node);
		return;
	}
	rb_erase(&rq->waiting, first);
	rb_add(&rq->waiting, &curr->node, node_before);
}

struct sched_entity *rq_pick(struct run_queue *rq, enum leave why)
{
	struct sched_entity *curr = rq->curr, *next;
	struct rb_node *first = rb_first(&rq->waiting);

	if (why == LEAVE_SLEEP) {
		follow_min(rq);
		curr->on_rq = false;
		rq->nr_running--;
		next = first ? se_of(first) : rq->idle;
	} else if (!first) {
		return curr;
	} else {
		next = se_of(first);
		if (why == LEAVE_YIELD)
			go_behind(rq, curr, next);
		if (before(curr, next))
			return curr;
	}
	if (curr->on_rq)
		exchange(rq, first, curr);
	else if (first)
		rb_erase(&rq->waiting, first);
	rq->curr = next;
	rq->curr_since = rq->clock;
	return next;
}

bool rq_slice_over(const struct run_queue *rq)
{
	return rq_needs_tick(rq) && rq->clock - rq->curr_since >= slice;
}

struct sched_entity *rq_waiting(const struct run_queue *rq, const struct sched_entity *se)
{
	const struct rb_node *node = se ? rb_next(&se->node) : rb_first(&rq->waiting);

	return node ? se_of(node) : NULL;
}
