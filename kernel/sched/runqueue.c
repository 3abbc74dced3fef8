/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What waits has an order: FIFO entities in front, by priority and number in the
 * line, then fair ones by what they are charged. The entity that runs is not in
 * it, so a switch takes one out and puts one in.
 *
 * Who has just run is mostly charged more than nearly all that wait. So there is a
 * line, in order, which such a one joins near its end for a few instructions, and a
 * tree for those whose place in the line is not found soon. The first is that of
 * line or tree.
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

static bool node_before(const struct rb_node *a, const struct rb_node *b)
{
	return se_before(se_of(a), se_of(b));
}

/* ---------------------------------------------------------------- who waits */

void rq_add_to_tree(struct run_queue *rq, struct sched_entity *se)
{
	se->in_line = false;
	rb_add(&rq->tree, &se->node, node_before);
}

static void take_out(struct run_queue *rq, struct sched_entity *se)
{
	if (se->in_line)
		list_del(&se->link);
	else
		rb_erase(&rq->tree, &se->node);
}

/* NULL: nobody waits */
static struct sched_entity *first_waiting(const struct run_queue *rq)
{
	struct sched_entity *tree = rq->tree.node ? se_of(rb_first(&rq->tree)) : NULL;
	struct sched_entity *line = list_empty(&rq->line) ? NULL : se_in_line(rq->line.next);

	return tree && (!line || se_before(tree, line)) ? tree : line;
}

/* ---------------------------------------------------------------- */

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
	list_init(&rq->line);
}

/* The least that a fair entity is charged; while a FIFO one waits, what it was before. */
static __inline_always void follow_min(struct run_queue *rq)
{
	const struct sched_entity *first = first_waiting(rq);
	u64 least;

	if (is_fair(rq->curr) && rq->curr->on_rq) {
		least = rq->curr->vruntime;
		if (first && is_fair(first) && (s64)(first->vruntime - least) < 0)
			least = first->vruntime;
	} else if (first && is_fair(first)) {
		least = first->vruntime;
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
	rq_add(rq, se);
	return preempts(rq, se);
}

void rq_dequeue(struct run_queue *rq, struct sched_entity *se)
{
	follow_min(rq);
	take_out(rq, se);
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

struct sched_entity *rq_pick_slow(struct run_queue *rq, enum leave why)
{
	struct sched_entity *curr = rq->curr, *next;

	if (why == LEAVE_SLEEP) {
		follow_min(rq);
		curr->on_rq = false;
		rq->nr_running--;
	}
	next = first_waiting(rq);
	if (why != LEAVE_SLEEP) {
		if (!next)
			return curr;
		if (why == LEAVE_YIELD)
			rq_go_behind(rq, curr, next);
		if (se_before(curr, next))
			return curr;
	}
	if (next)
		take_out(rq, next);
	if (curr->on_rq)
		rq_add(rq, curr);
	return rq_run(rq, next ? next : rq->idle);
}

bool rq_slice_over(const struct run_queue *rq)
{
	return rq_needs_tick(rq) && rq->clock - rq->curr_since >= slice;
}

struct sched_entity *rq_waiting(const struct run_queue *rq, const struct sched_entity *se)
{
	const struct rb_node *node = NULL;
	const struct list_head *link = &rq->line;

	if (!se)
		node = rb_first(&rq->tree);
	else if (se->in_line)
		link = &se->link;
	else
		node = rb_next(&se->node);
	if (node)
		return se_of(node);
	return link->next == &rq->line ? NULL : se_in_line(link->next);
}
