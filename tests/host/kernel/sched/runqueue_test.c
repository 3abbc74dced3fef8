// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/sched/runqueue.c: every step beside a model that keeps an array and
 * looks through all of it, and the bounds that make it fair.
 */
#include "tests/host/test.h"
#include "kernel/sched/runqueue.h"

#define SLICE	4000
#define NR	48

static struct sched_entity se[NR], idle;
static struct run_queue rq;
static u64 now;
static unsigned long nr_seen[2];		/* that waited in the tree, and in the line */

static void start(unsigned int nr)
{
	rq_set_slice(SLICE);
	memset(se, 0, sizeof(se));
	memset(&idle, 0, sizeof(idle));
	se_set_class(&idle, PRIO_IDLE, 0);
	for (unsigned int i = 0; i < nr; i++)
		se_set_class(&se[i], PRIO_FAIR, 0);
	now = random64();			/* a clock that may wrap */
	rq_init(&rq, &idle);
	rq_update(&rq, now);
	rq.clock = now;
	rq.min_vruntime = random64();		/* charges that may wrap */
}

static void run_for(u64 time)
{
	now += time;
	rq_update(&rq, now);
}

/* ---------------------------------------------------------------- the model */

static bool model_before(const struct sched_entity *a, const struct sched_entity *b)
{
	return a->prio != b->prio ? a->prio > b->prio : (s64)(a->vruntime - b->vruntime) < 0;
}

/* Nobody that is ready may come before the one that runs. */
static void check(unsigned int nr)
{
	unsigned int ready = 0;
	const struct sched_entity *s, *last = NULL;

	for (unsigned int i = 0; i < nr; i++)
		ready += se[i].on_rq;
	assert_int_equal(rq.nr_running, ready);
	for (s = rq_waiting(&rq, NULL); s; s = rq_waiting(&rq, s)) {
		assert_true(s->on_rq && s != rq.curr);
		if (last && last->in_line == s->in_line)
			assert_false(model_before(s, last));
		else
			assert_true(!last || s->in_line);	/* the tree is before the line */
		nr_seen[s->in_line]++;
		last = s;
		ready--;
	}
	assert_int_equal(ready, rq.curr != &idle);
	assert_true(rq.curr == &idle ? !rq.nr_running : rq.curr->on_rq);
}

static void check_pick(unsigned int nr, enum leave why)
{
	struct sched_entity *was = rq.curr, *next = rq_pick(&rq, why);

	assert_ptr_equal(rq.curr, next);
	assert_false(why == LEAVE_SLEEP && next == was);
	for (unsigned int i = 0; i < nr; i++)
		if (se[i].on_rq && &se[i] != next) {
			assert_false(model_before(&se[i], next));
			/* who yields goes behind all that are equal */
			assert_false(why == LEAVE_YIELD && next == was && se[i].prio == next->prio &&
				     !model_before(next, &se[i]));
		}
}

static void a_step(unsigned int nr)
{
	struct sched_entity *s = &se[random_below(nr)];

	run_for(random_below(2 * SLICE));
	switch (random_below(6)) {
	case 0:
		if (rq.curr != &idle)
			check_pick(nr, LEAVE_SLEEP);
		break;
	case 1:
		if (!one_in(4) && rq.curr != &idle) {
			check_pick(nr, LEAVE_YIELD);
			break;
		}
		rq_set_class(&rq, s, one_in(4) ? 1 + random_below(3) : PRIO_FAIR,
			     (int)random_below(40) + NICE_MIN);
		check_pick(nr, LEAVE_PREEMPTED);
		break;
	case 2:
		if (s->on_rq && s != rq.curr) {		/* to another CPU and back */
			s64 ahead = s->vruntime - rq.min_vruntime;
			struct run_queue other = { .curr = &idle, .min_vruntime = random64() };

			rq_dequeue(&rq, s);
			ahead = s->vruntime - rq.min_vruntime;
			rq_detach(&rq, s);
			rq_attach(&other, s);
			assert_true((s64)(s->vruntime - other.min_vruntime) == ahead);
			rq_detach(&other, s);
			rq_attach(&rq, s);
			rq_enqueue(&rq, s, ENQUEUE_MOVED);
			check_pick(nr, LEAVE_PREEMPTED);
		}
		break;
	default:
		if (!s->on_rq && rq_enqueue(&rq, s, one_in(8) ? ENQUEUE_NEW : ENQUEUE_WAKEUP))
			check_pick(nr, LEAVE_PREEMPTED);
		else if (rq_slice_over(&rq))
			check_pick(nr, LEAVE_PREEMPTED);
	}
}

static void every_step_is_the_models(void **state)
{
	for (int round = 0; round < 200; round++) {
		unsigned int nr = 1 + random_below(round % 8 ? 8 : NR);

		start(nr);
		for (int i = 0; i < 2000; i++) {
			a_step(nr);
			check(nr);
		}
	}
	assert_true(nr_seen[0] > 10000 && nr_seen[1] > 10000);
}

static void two_million_steps(void **state)
{
	start(NR);
	for (int i = 0; i < 2000000; i++)
		a_step(NR);
	check(NR);
}

/* ---------------------------------------------------------------- bounds */

static u64 least_charge(unsigned int nr)
{
	u64 least = se[0].vruntime;

	for (unsigned int i = 1; i < nr; i++)
		if ((s64)(se[i].vruntime - least) < 0)
			least = se[i].vruntime;
	return least;
}

/* All are ready all the time; slices end when the tick notices, up to a slice late. */
static void run_all(unsigned int nr, unsigned int slices)
{
	u64 worst = (u64)2 * SLICE * NICE_0_WEIGHT / se_weight(NICE_MAX) + 2;

	for (unsigned int i = 0; i < nr; i++)
		rq_enqueue(&rq, &se[i], ENQUEUE_NEW);
	rq_pick(&rq, LEAVE_PREEMPTED);
	for (; slices; slices--) {
		run_for(SLICE + random_below(SLICE));
		if (rq_slice_over(&rq))
			rq_pick(&rq, LEAVE_PREEMPTED);
		u64 least = least_charge(nr);

		for (unsigned int i = 0; i < nr; i++)	/* none is ahead by more than one turn of the lightest */
			assert_true((s64)(se[i].vruntime - least) <= (s64)worst);
	}
}

static void equal_threads_run_equally_long(void **state)
{
	start(NR);
	run_all(NR, NR * 1000);
	for (int i = 1; i < NR; i++)
		assert_true(llabs((s64)(se[i].sum_exec - se[0].sum_exec)) <= 2 * 2 * SLICE);
}

static void weights_are_honoured(void **state)
{
	u64 total = 0, weights = 0;

	start(NICE_MAX - NICE_MIN + 1);
	for (int i = 0; i <= NICE_MAX - NICE_MIN; i++) {
		se_set_class(&se[i], PRIO_FAIR, NICE_MIN + i);
		weights += se_weight(NICE_MIN + i);
	}
	run_all(NICE_MAX - NICE_MIN + 1, 400000);
	for (int i = 0; i <= NICE_MAX - NICE_MIN; i++)
		total += se[i].sum_exec;
	for (int i = 0; i <= NICE_MAX - NICE_MIN; i++) {
		double share = (double)total * se_weight(NICE_MIN + i) / weights;

		assert_true(se[i].sum_exec > 0.97 * share - 2 * SLICE && se[i].sum_exec < 1.03 * share + 2 * SLICE);
	}
}

static void a_step_of_nice_is_a_quarter(void **state)
{
	for (int nice = NICE_MIN; nice < NICE_MAX; nice++) {
		double ratio = (double)se_weight(nice) / se_weight(nice + 1);

		assert_true(ratio > 1.19 && ratio < 1.31);
	}
	assert_int_equal(se_weight(0), NICE_0_WEIGHT);
}

/* One that sleeps for long is let in at once, and is soon no better than the other. */
static void a_sleeper_gains_half_a_slice_at_most(void **state)
{
	u64 ran;

	start(2);
	rq_enqueue(&rq, &se[0], ENQUEUE_NEW);
	rq_enqueue(&rq, &se[1], ENQUEUE_NEW);
	rq_pick(&rq, LEAVE_PREEMPTED);
	rq_pick(&rq, LEAVE_SLEEP);
	for (int i = 0; i < 1000; i++)
		run_for(SLICE);
	struct sched_entity *worker = rq.curr, *sleeper = worker == &se[0] ? &se[1] : &se[0];

	assert_true(rq_enqueue(&rq, sleeper, ENQUEUE_WAKEUP));
	ran = sleeper->sum_exec;
	assert_ptr_equal(rq_pick(&rq, LEAVE_PREEMPTED), sleeper);
	for (int i = 0; rq.curr == sleeper; i++) {
		assert_in_range(i, 0, SLICE);
		run_for(1);
		rq_pick(&rq, LEAVE_PREEMPTED);
	}
	assert_in_range(sleeper->sum_exec - ran, SLICE / 2 - 2, SLICE / 2 + 2);
}

/* Threads that sleep and wake all the time do not keep one that works from running. */
static void nobody_starves_by_sleepers(void **state)
{
	u64 ran, total;

	start(9);
	for (int i = 0; i < 9; i++)
		rq_enqueue(&rq, &se[i], ENQUEUE_NEW);
	rq_pick(&rq, LEAVE_PREEMPTED);
	for (int i = 0; i < 100000; i++) {
		run_for(SLICE / 8);
		if (rq.curr != &se[0]) {		/* sleeps for a moment whenever it may run */
			struct sched_entity *s = rq.curr;

			rq_pick(&rq, LEAVE_SLEEP);
			rq_enqueue(&rq, s, ENQUEUE_WAKEUP);
			rq_pick(&rq, LEAVE_PREEMPTED);
		} else if (rq_slice_over(&rq)) {
			rq_pick(&rq, LEAVE_PREEMPTED);
		}
	}
	ran = se[0].sum_exec;
	total = (u64)100000 * (SLICE / 8);
	assert_true(ran > total / 9 * 9 / 10);
}

static void fifo_runs_first_and_in_order(void **state)
{
	start(5);
	rq_enqueue(&rq, &se[0], ENQUEUE_NEW);
	rq_pick(&rq, LEAVE_PREEMPTED);
	for (int i = 1; i < 5; i++) {
		se_set_class(&se[i], i == 4 ? 2 : 1, 0);
		assert_true(rq_enqueue(&rq, &se[i], ENQUEUE_WAKEUP));
	}
	assert_ptr_equal(rq_pick(&rq, LEAVE_PREEMPTED), &se[4]);
	run_for(100 * SLICE);
	assert_false(rq_slice_over(&rq));			/* no slices here */
	assert_ptr_equal(rq_pick(&rq, LEAVE_YIELD), &se[4]);	/* nobody is as urgent */
	assert_ptr_equal(rq_pick(&rq, LEAVE_SLEEP), &se[1]);
	assert_true(rq_enqueue(&rq, &se[4], ENQUEUE_WAKEUP));
	rq_pick(&rq, LEAVE_PREEMPTED);
	assert_ptr_equal(rq_pick(&rq, LEAVE_SLEEP), &se[1]);	/* it was pushed aside, and is still the first */
	assert_ptr_equal(rq_pick(&rq, LEAVE_YIELD), &se[2]);
	assert_ptr_equal(rq_pick(&rq, LEAVE_SLEEP), &se[3]);
	assert_ptr_equal(rq_pick(&rq, LEAVE_SLEEP), &se[1]);
	assert_ptr_equal(rq_pick(&rq, LEAVE_SLEEP), &se[0]);
	assert_ptr_equal(rq_pick(&rq, LEAVE_SLEEP), &idle);
}

static void a_clock_that_goes_back_charges_nothing(void **state)
{
	start(1);
	rq_enqueue(&rq, &se[0], ENQUEUE_NEW);
	rq_pick(&rq, LEAVE_PREEMPTED);
	run_for(10);
	run_for(-5);
	assert_int_equal(se[0].sum_exec, 10);
	run_for(6);
	assert_int_equal(se[0].sum_exec, 11);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_step_is_the_models),
		cmocka_unit_test(two_million_steps),
		cmocka_unit_test(equal_threads_run_equally_long),
		cmocka_unit_test(weights_are_honoured),
		cmocka_unit_test(a_step_of_nice_is_a_quarter),
		cmocka_unit_test(a_sleeper_gains_half_a_slice_at_most),
		cmocka_unit_test(nobody_starves_by_sleepers),
		cmocka_unit_test(fifo_runs_first_and_in_order),
		cmocka_unit_test(a_clock_that_goes_back_charges_nothing),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
