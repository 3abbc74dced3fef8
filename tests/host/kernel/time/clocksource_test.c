// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/time/{clocksource,timekeeping}.c: counters of every width and rate
 * beside time kept in 128 bits, and clocks that stand still, stop or go back.
 */
#include "clocks.h"
#include "kernel/lib/cmdline.c"
#include "kernel/time/clocksource.c"
#include "kernel/time/timekeeping.c"

void vdso_write_moment(u32 seq, unsigned int i, const struct vdso_moment *m) { }	/* no programs here */
#include <lib/math64.h>

static u64 counter[3];
static u64 step[3];			/* what each reading adds */

static u64 read0(void) { return counter[0] += step[0]; }
static u64 read1(void) { return counter[1] += step[1]; }
static u64 read2(void) { return counter[2] += step[2]; }

static struct clocksource clocks[3];

static int fresh(void **state)
{
	memset(&tk, 0, sizeof(tk));
	memset(counter, 0, sizeof(counter));
	clocksources = NULL;
	said[0] = '\0';
	for (int i = 0; i < 3; i++)
		step[i] = 1;
	clocks[0] = (struct clocksource){ .name = "best", .read = read0, .mask = ~0ULL, .hz = 3000000000, .rating = 300 };
	clocks[1] = (struct clocksource){ .name = "good", .read = read1, .mask = 0xffffff, .hz = 3579545, .rating = 200 };
	clocks[2] = (struct clocksource){ .name = "slow", .read = read2, .mask = 0xffff, .hz = 1193182, .rating = 110 };
	return 0;
}

static void products_of_128_bits_are_right(void **state)
{
	for (int i = 0; i < 100000; i++) {
		u64 a = random64() >> random_below(64), b = random64() >> random_below(64);
		u64 c = random64() >> random_below(64);
		unsigned int shift = random_below(128);
		unsigned __int128 product = (unsigned __int128)a * b;
		unsigned __int128 quotient = c ? product / c : ~(unsigned __int128)0;

		assert_true(mul_u64_u64_shr(a, b, shift) == (u64)(product >> shift));
		assert_true(mul_u64_u64_div_u64(a, b, c) == (quotient >> 64 ? ~0ULL : (u64)quotient));
	}
	assert_true(mul_u64_u64_div_u64(1, 1, 0) == ~0ULL);
}

/* 100 years at any rate from 1 kHz to 10 GHz: off by less than 1 in 10^8. */
static void mult_is_right_for_every_rate(void **state)
{
	for (int i = 0; i < 100000; i++) {
		u64 hz = 1000 + random_below(random64() >> random_below(50) & 1 ? 10000000000ULL : 10000000);
		u64 seconds = 1 + random_below(100ULL * 365 * 86400);
		unsigned __int128 cycles = (unsigned __int128)hz * seconds;
		u64 want = seconds * NSEC_PER_SEC, got, off;

		if (cycles >> 64)
			continue;
		got = mul_u64_u64_shr((u64)cycles, clocksource_mult(hz), CLOCKSOURCE_SHIFT);
		off = got > want ? got - want : want - got;
		assert_true(off <= want / 100000000);
	}
}

static void time_is_the_counter_whatever_its_width_and_rate(void **state)
{
	for (int round = 0; round < 200; round++) {
		struct clocksource *cs = &clocks[round % 3];
		unsigned __int128 cycles = 0;
		u64 last = 0, want;

		fresh(NULL);
		if (round % 3 == 0)
			cs->hz = 1000000 + random_below(9000000000ULL);
		counter[round % 3] = random64();
		assert_true(clocksource_register(cs));
		step[round % 3] = 0;
		timekeeping_set(cs, 0);
		for (int i = 0; i < 2000; i++) {
			/* a narrow counter is looked at before it has come round */
			u64 go = random_below(cs->mask / (round % 3 ? 2 : 1ULL << 40));
			u64 now;

			counter[round % 3] += go;
			cycles += go;
			now = ktime_get();
			want = (u64)(cycles * cs->mult >> CLOCKSOURCE_SHIFT);
			assert_true(now == want);
			assert_true(now >= last);
			last = now;
		}
	}
}

static void a_counter_that_goes_back_a_little_stops_time_and_no_more(void **state)
{
	u64 before;

	clocksource_register(&clocks[0]);
	step[0] = 0;
	timekeeping_set(&clocks[0], 0);
	counter[0] += 3000000;
	before = ktime_get();
	timekeeping_set(&clocks[0], 0);
	counter[0] -= 2000;
	assert_true(ktime_get() == before);
	counter[0] += 3002000;
	assert_in_range(ktime_get() - before, 999999, 1000001);
}

static void changing_the_clock_keeps_the_time(void **state)
{
	u64 last = 0;

	for (int i = 0; i < 3; i++) {
		clocksource_register(&clocks[i]);
		step[i] = 0;
	}
	timekeeping_set(&clocks[0], 5);
	assert_true(ktime_get() == 5);
	for (int i = 0; i < 100000; i++) {
		unsigned int which = random_below(3);

		for (int c = 0; c < 3; c++)
			counter[c] += random_below(10000);
		if (one_in(10))
			timekeeping_set(&clocks[which], 0);
		assert_true(ktime_get() >= last);
		last = ktime_get();
	}
	timekeeping_set(&clocks[1], last + 1000);
	assert_true(ktime_get() == last + 1000);
	timekeeping_set(&clocks[1], 7);
	assert_true(ktime_get() == last + 1000);
}

static void time_is_zero_before_there_is_a_clock(void **state)
{
	assert_true(ktime_get() == 0);
	assert_null(timekeeping_clock());
}

static void a_clock_that_stands_still_is_told_and_left_out(void **state)
{
	step[0] = 0;
	assert_false(clocksource_register(&clocks[0]));
	assert_string_equal(said, "clock best stands still, not used");
	assert_true(clocksource_register(&clocks[2]));
	assert_true(clocksource_register(&clocks[1]));
	clocksource_select("");
	assert_ptr_equal(timekeeping_clock(), &clocks[1]);
}

static void the_command_line_chooses(void **state)
{
	for (int i = 0; i < 3; i++)
		clocksource_register(&clocks[i]);
	clocksource_select("quiet clocksource=slow");
	assert_ptr_equal(timekeeping_clock(), &clocks[2]);
	assert_string_equal(said, "");
	clocksource_select("clocksource=sundial");
	assert_ptr_equal(timekeeping_clock(), &clocks[0]);
	assert_non_null(strstr(said, "clocksource=sundial: there is none of this name, best is used"));
}

static void the_next_best_takes_over_and_the_last_one_stays(void **state)
{
	u64 before;

	for (int i = 0; i < 3; i++)
		clocksource_register(&clocks[i]);
	clocksource_select("");
	counter[0] += 123456789;
	before = ktime_get();
	clocksource_drop(&clocks[0], "drifts");
	assert_string_equal(said, "clock best drifts: good");
	assert_ptr_equal(timekeeping_clock(), &clocks[1]);
	assert_in_range(ktime_get() - before, 0, 1000);
	clocksource_drop(&clocks[2], "stands still");
	assert_ptr_equal(timekeeping_clock(), &clocks[1]);
	clocksource_drop(&clocks[1], "drifts");
	assert_ptr_equal(timekeeping_clock(), &clocks[1]);
	assert_non_null(strstr(said, "there is no other, it stays"));
}

static void no_clock_at_all_is_told(void **state)
{
	clocksource_select("");
	assert_null(timekeeping_clock());
	assert_non_null(strstr(said, "no clock"));
	said[0] = '\0';
	clocks[0].rating = 0;			/* notsc, and nothing else */
	clocksource_register(&clocks[0]);
	clocksource_select("");
	assert_ptr_equal(timekeeping_clock(), &clocks[0]);
	assert_non_null(strstr(said, "in spite of the command line"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(products_of_128_bits_are_right),
		cmocka_unit_test(mult_is_right_for_every_rate),
		cmocka_unit_test_setup(time_is_the_counter_whatever_its_width_and_rate, fresh),
		cmocka_unit_test_setup(a_counter_that_goes_back_a_little_stops_time_and_no_more, fresh),
		cmocka_unit_test_setup(changing_the_clock_keeps_the_time, fresh),
		cmocka_unit_test_setup(time_is_zero_before_there_is_a_clock, fresh),
		cmocka_unit_test_setup(a_clock_that_stands_still_is_told_and_left_out, fresh),
		cmocka_unit_test_setup(the_command_line_chooses, fresh),
		cmocka_unit_test_setup(the_next_best_takes_over_and_the_last_one_stays, fresh),
		cmocka_unit_test_setup(no_clock_at_all_is_told, fresh),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
