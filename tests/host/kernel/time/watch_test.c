// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/time/watch.c: clocks that are right, that are a little or much off,
 * that stop, with others beside them that come round many times between looks.
 */
#include "clocks.h"
#define LIB_PRINTF_H		/* snprintf() is the host's */
#include "kernel/lib/cmdline.c"
#include "kernel/time/calibrate.c"
#include "kernel/time/clocksource.c"
#include "kernel/time/timekeeping.c"
#include "kernel/time/watch.c"

void vdso_write_moment(u32 seq, unsigned int i, const struct vdso_moment *m) { }	/* no programs here */

/* Clock i shows t * rate[i]; each reading takes a moment. */
static double t, rate[3], shown[3];
static double at[3];			/* when rate[i] last changed */

static u64 show(int i)
{
	t += 3e-7;
	shown[i] += (t - at[i]) * rate[i];
	at[i] = t;
	return (u64)shown[i];
}

static u64 read0(void) { return show(0); }
static u64 read1(void) { return show(1); }
static u64 read2(void) { return show(2); }

static struct clocksource clocks[3];
static u64 armed;			/* ktime; 0: not */

void timer_setup(struct timer *timer, void (*function)(struct timer *)) { timer->function = function; }

bool mod_timer(struct timer *timer, u64 expires)
{
	armed = expires;
	return true;
}

static void set_rate(int i, double hz)
{
	show(i);
	rate[i] = hz;
}

static int fresh(void **state)
{
	static u64 (*const read[])(void) = { read0, read1, read2 };
	static const u64 masks[] = { ~0ULL, 0xffffff, 0xffff }, hz[] = { 2400000000, 3579545, 1193182 };

	memset(&tk, 0, sizeof(tk));
	memset(&watch, 0, sizeof(watch));
	memset(shown, 0, sizeof(shown));
	memset(at, 0, sizeof(at));
	t = 0;
	armed = 0;
	clocksources = NULL;
	said[0] = '\0';
	for (int i = 0; i < 3; i++) {
		rate[i] = hz[i];
		clocks[i] = (struct clocksource){ .name = i == 0 ? "tsc" : i == 1 ? "pm" : "pit", .read = read[i],
						  .mask = masks[i], .hz = hz[i], .rating = 300 - 100 * i };
	}
	return 0;
}

static void start(unsigned int clocks_used)
{
	for (int i = 0; i < 3; i++)
		if (clocks_used & 1u << i)
			clocksource_register(&clocks[i]);
	clocksource_select("");
	clocksource_watch();
}

/* Let time go by until the timer's moment has come, as the clock itself sees it. */
static void go_on(void)
{
	u64 when = armed, now;

	assert_true(armed);
	while ((now = ktime_get()) < when)
		t += (when - now) * 1e-9 + 1e-6;
	armed = 0;
	watch.timer.function(&watch.timer);
}

static void a_right_clock_is_left_alone(void **state)
{
	for (unsigned int used = 3; used <= 5; used += 2) {
		fresh(NULL);
		clocks[0].watched = true;
		start(used);
		for (int i = 0; i < 500; i++)
			go_on();
		assert_string_equal(said, "");
		assert_ptr_equal(timekeeping_clock(), &clocks[0]);
	}
}

static void a_clock_nobody_needs_to_watch_costs_nothing(void **state)
{
	start(7);
	assert_true(armed == 0);
}

static void a_measured_rate_is_made_better_once(void **state)
{
	for (int i = 0; i < 200; i++) {
		double off = 1 + ((double)random_below(14000) - 7000) / 1e6;	/* within 0.7 percent */

		fresh(NULL);
		clocks[0].measured = true;
		rate[0] *= off;
		start(one_in(2) ? 3 : 5);
		go_on();
		assert_false(clocks[0].measured);
		assert_true(clocks[0].hz > rate[0] * 0.999995 && clocks[0].hz < rate[0] * 1.000005);
		assert_string_equal(said, "");
		assert_true(armed == 0);
	}
}

static void a_clock_that_drifts_is_dropped_at_the_second_look(void **state)
{
	static const double factors[] = { 0.1, 0.5, 0.97, 1.03, 1.5, 2, 10 };

	for (size_t i = 0; i < ARRAY_SIZE(factors); i++) {
		unsigned int looks = 0;

		fresh(NULL);
		clocks[0].watched = true;
		start(3);
		go_on();
		set_rate(0, 2.4e9 * factors[i]);
		while (timekeeping_clock() == &clocks[0]) {
			assert_in_range(++looks, 1, 4);
			go_on();
		}
		assert_non_null(strstr(said, "clock tsc drifts, "));
		assert_ptr_equal(timekeeping_clock(), &clocks[1]);
	}
}

static void one_bad_look_is_forgiven(void **state)
{
	clocks[0].watched = true;
	start(3);
	for (int i = 0; i < 50; i++) {
		go_on();
		if (i % 2) {
			shown[0] += 2.4e9;		/* a jump of a second, every other look */
			go_on();
		}
	}
	assert_string_equal(said, "");
}

static void a_clock_that_stands_still_is_dropped_at_once(void **state)
{
	u64 before;

	clocks[0].watched = true;
	start(3);
	go_on();
	go_on();
	set_rate(0, 0);
	before = ktime_get();
	t += 10;
	assert_true(ktime_get() == before);
	clocksource_suspect();			/* an interrupt came, and no time had gone by */
	assert_string_equal(said, "clock tsc stands still: pm");
	assert_ptr_equal(timekeeping_clock(), &clocks[1]);
	t += 1;
	assert_in_range(ktime_get() - before, 999000000, 1001000000);
}

static void the_only_clock_that_stands_still_is_told_once(void **state)
{
	start(1);
	clocksource_suspect();
	assert_string_equal(said, "");
	set_rate(0, 0);
	for (int i = 0; i < 3; i++)
		clocksource_suspect();
	assert_string_equal(said, "clock tsc stands still: there is no other, it stays");
	assert_ptr_equal(timekeeping_clock(), &clocks[0]);
}

static void the_other_clock_may_be_the_one_that_stands_still(void **state)
{
	clocks[0].watched = true;
	start(7);
	go_on();
	set_rate(1, 0);
	go_on();
	go_on();
	assert_string_equal(said, "clock pm stands still: not used any more");
	assert_ptr_equal(timekeeping_clock(), &clocks[0]);
	for (int i = 0; i < 20; i++)
		go_on();
	assert_ptr_equal(timekeeping_clock(), &clocks[0]);
	assert_true(strlen(said) == strlen("clock pm stands still: not used any more"));
}

static void a_narrow_clock_is_followed_for_ever(void **state)
{
	for (unsigned int used = 2; used <= 4; used += 2) {
		double began;

		fresh(NULL);
		start(used);
		began = t;
		for (int i = 0; i < 2000; i++)
			go_on();
		assert_true(ktime_get() * 1e-9 > (t - began) * 0.9999);
		assert_true(ktime_get() * 1e-9 < (t - began) * 1.0001 + 0.001);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(a_right_clock_is_left_alone, fresh),
		cmocka_unit_test_setup(a_clock_nobody_needs_to_watch_costs_nothing, fresh),
		cmocka_unit_test_setup(a_measured_rate_is_made_better_once, fresh),
		cmocka_unit_test_setup(a_clock_that_drifts_is_dropped_at_the_second_look, fresh),
		cmocka_unit_test_setup(one_bad_look_is_forgiven, fresh),
		cmocka_unit_test_setup(a_clock_that_stands_still_is_dropped_at_once, fresh),
		cmocka_unit_test_setup(the_only_clock_that_stands_still_is_told_once, fresh),
		cmocka_unit_test_setup(the_other_clock_may_be_the_one_that_stands_still, fresh),
		cmocka_unit_test_setup(a_narrow_clock_is_followed_for_ever, fresh),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
