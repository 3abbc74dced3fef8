// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/time/timer.c on two CPUs beside a list that is searched from end to
 * end: what expires, in which order, and that somebody is woken for it.
 */
#include "clocks.h"

#define ASM_PERCPU_H
#define NR_TEST_CPUS	2
#define DEFINE_PER_CPU(type, name)	__typeof__(type) name[NR_TEST_CPUS]
#define this_cpu_ptr(ptr)		(&(*(ptr))[cpu])
#define KERNEL_PRINTK_H
#define printk(...)			print_message(__VA_ARGS__)

static unsigned int cpu;		/* on which the test runs now */

#include "kernel/time/timer.c"
#include "kernel/lib/rbtree.c"

#define NR	96

static u64 now;				/* what ktime_get() says */
static u64 programmed[NR_TEST_CPUS];	/* when the CPU will be interrupted, relative to base time */
static bool is_programmed[NR_TEST_CPUS];

u64 ktime_get(void) { return now; }

void clockevents_program(u64 expires)
{
	programmed[cpu] = expires;
	is_programmed[cpu] = true;
}

/* The model: who is armed, for when, on which CPU, in which order they came. */
static struct {
	bool		armed;
	u64		expires, order;
	unsigned int	cpu;
} model[NR];
static struct timer timers[NR];
static u64 order;
static unsigned int nr_fired;

static int model_first(unsigned int on)
{
	int first = -1;

	for (int i = 0; i < NR; i++) {
		s64 later;

		if (!model[i].armed || model[i].cpu != on)
			continue;
		later = first < 0 ? -1 : (s64)(model[i].expires - model[first].expires);
		if (later < 0 || (later == 0 && model[i].order < model[first].order))
			first = i;
	}
	return first;
}

static u64 random_delta(void)
{
	switch (random_below(5)) {
	case 0: return random_below(8);			/* many expire together */
	case 1: return random_below(100000);
	case 2: return random64() >> (1 + random_below(63));
	case 3: return 2 * TIMER_MAX_DELTA - 1 - random_below(1000000);
	default: return -random_below(1000);		/* has passed */
	}
}

static int running = -1;

static void arm(int i)
{
	u64 expires = now + random_delta();
	bool was = mod_timer(&timers[i], expires);

	assert_int_equal(was, model[i].armed);
	model[i].armed = true;
	model[i].expires = (s64)(expires - now) < 0 ? now :
			   expires - now > TIMER_MAX_DELTA ? now + TIMER_MAX_DELTA : expires;
	model[i].order = order++;
	model[i].cpu = cpu;
}

static void disarm(int i)
{
	bool was = i != running && one_in(2) ? timer_delete_sync(&timers[i]) : timer_delete(&timers[i]);

	assert_int_equal(was, model[i].armed);
	model[i].armed = false;
}

/* The function of all: it must be its turn. Some arm themselves or others, some disarm others. */
static void fire(struct timer *timer)
{
	int i = timer - timers;

	assert_int_equal(i, model_first(cpu));
	assert_true((s64)(model[i].expires - now) <= 0);
	assert_false(timer->pending);
	model[i].armed = false;
	nr_fired++;
	running = i;
	if (one_in(8))
		arm(i);
	if (one_in(8))
		arm(random_below(NR));
	if (one_in(8))
		disarm(random_below(NR));
	running = -1;
}

static void expire(void)
{
	u64 expires;
	int first;

	timers_run(now);
	first = model_first(cpu);
	assert_true(first < 0 || (s64)(model[first].expires - now) > 0);
	assert_int_equal(timers_next(&expires), first >= 0);
	if (first >= 0)
		assert_true(expires == model[first].expires);
	/* as clockevents_interrupt() does */
	is_programmed[cpu] = first >= 0;
	programmed[cpu] = first >= 0 ? expires : 0;
}

static void check(void)
{
	unsigned int was = cpu, count[NR_TEST_CPUS] = { 0 };

	for (int i = 0; i < NR; i++)
		count[model[i].cpu] += model[i].armed;
	for (cpu = 0; cpu < NR_TEST_CPUS; cpu++) {
		int first = model_first(cpu);

		assert_int_equal(timer_base[cpu].nr, count[cpu]);
		/* a CPU with a timer is interrupted at its time or before */
		if (first >= 0) {
			assert_true(is_programmed[cpu]);
			assert_true((s64)(programmed[cpu] - model[first].expires) <= 0);
		}
	}
	cpu = was;
}

static void run_random(u64 start, unsigned int steps)
{
	memset(model, 0, sizeof(model));
	memset(timer_base, 0, sizeof(timer_base));
	memset(is_programmed, 0, sizeof(is_programmed));
	now = start;
	nr_fired = 0;
	cpu = 0;
	for (int i = 0; i < NR; i++)
		timer_setup(&timers[i], fire);
	for (unsigned int i = 0; i < steps; i++) {
		cpu = random_below(NR_TEST_CPUS);
		switch (random_below(4)) {
		case 0:
		case 1:
			arm(random_below(NR));
			break;
		case 2:
			disarm(random_below(NR));
			break;
		case 3:
			/* interrupts may be late, even by 70 years */
			now += one_in(1000) ? random64() >> 3 : random_below(60000);
			for (cpu = 0; cpu < NR_TEST_CPUS; cpu++)
				expire();
			cpu = 0;
		}
		check();
	}
	assert_in_range(nr_fired, steps / 100, steps);
}

static void millions_of_steps_agree_with_a_list(void **state)
{
	run_random(0, 1000000);
}

static void time_that_wraps_changes_nothing(void **state)
{
	for (int i = 0; i < 40; i++)
		run_random(-random_below(1u << 31), 10000);
	for (int i = 0; i < 40; i++)
		run_random((1ULL << 63) - random_below(1u << 31), 10000);
}

static void nothing(struct timer *timer) { nr_fired++; }

static void a_timer_armed_elsewhere_moves_to_the_cpu_that_arms_it(void **state)
{
	static struct timer t;

	memset(timer_base, 0, sizeof(timer_base));
	now = 1000;
	nr_fired = 0;
	cpu = 0;
	timer_setup(&t, nothing);
	assert_false(mod_timer(&t, 2000));
	cpu = 1;
	assert_true(mod_timer(&t, 3000));
	assert_int_equal(timer_base[0].nr, 0);
	assert_int_equal(timer_base[1].nr, 1);
	now = 2999;
	timers_run(now);
	assert_int_equal(nr_fired, 0);
	now = 3000;
	timers_run(now);
	assert_int_equal(nr_fired, 1);
	assert_false(timer_delete_sync(&t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(millions_of_steps_agree_with_a_list),
		cmocka_unit_test(time_that_wraps_changes_nothing),
		cmocka_unit_test(a_timer_armed_elsewhere_moves_to_the_cpu_that_arms_it),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
