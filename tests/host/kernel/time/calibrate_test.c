// SPDX-License-Identifier: BSD-2-Clause
/* kernel/time/calibrate.c on measurements with known errors. */
#include "tests/host/test.h"
#include <kernel/calibrate.h>

#define REF_HZ	3579545ULL

static struct calibration_try exact(u64 hz, u64 ref)
{
	return (struct calibration_try){ .ticks = (u64)((unsigned __int128)hz * ref / REF_HZ), .ref = ref };
}

static void assert_within(u64 got, u64 want, u64 ppm)
{
	u64 off = got > want ? got - want : want - got;

	if (off > want / 1000000 * ppm + 1)
		fail_msg("%llu is not within %llu ppm of %llu", (unsigned long long)got, (unsigned long long)ppm,
			 (unsigned long long)want);
}

static void tries_without_error_give_the_rate(void **state)
{
	for (int i = 0; i < 10000; i++) {
		u64 hz = 1000000 + random_below(10000000000ULL);
		struct calibration_try t[CALIBRATE_TRIES];

		for (int j = 0; j < CALIBRATE_TRIES; j++)
			t[j] = exact(hz, 1000 + random_below(3000));
		assert_within(calibrate(t, CALIBRATE_TRIES, REF_HZ), hz, 1000);
	}
}

/* The other clock is read at some point inside one of its ticks. */
static void noise_of_a_tick_averages_out(void **state)
{
	for (int i = 0; i < 10000; i++) {
		u64 hz = 500000000 + random_below(5000000000ULL);
		struct calibration_try t[CALIBRATE_TRIES];

		for (int j = 0; j < CALIBRATE_TRIES; j++) {
			t[j] = exact(hz, 1000);
			t[j].ticks += random_below(hz / REF_HZ);
			t[j].ticks -= random_below(hz / REF_HZ);
		}
		assert_within(calibrate(t, CALIBRATE_TRIES, REF_HZ), hz, 1000);
	}
}

/* Any two of five may be anything at all, wherever they stand. */
static void two_wild_tries_change_nothing(void **state)
{
	for (int i = 0; i < 100000; i++) {
		u64 hz = 500000000 + random_below(5000000000ULL);
		struct calibration_try t[CALIBRATE_TRIES];
		unsigned int a = random_below(CALIBRATE_TRIES), b = random_below(CALIBRATE_TRIES);

		for (int j = 0; j < CALIBRATE_TRIES; j++) {
			t[j] = exact(hz, 2000);
			t[j].ticks += random_below(hz / 1000000);
		}
		t[a] = (struct calibration_try){ random64() >> random_below(64), random64() >> random_below(64) };
		if (one_in(2))
			t[b] = (struct calibration_try){ t[b].ticks + random_below(1u << 31), t[b].ref };
		if (one_in(4))
			t[b].ref = 0;
		assert_within(calibrate(t, CALIBRATE_TRIES, REF_HZ), hz, 12000);
	}
}

static void three_of_five_that_agree_are_needed(void **state)
{
	struct calibration_try t[CALIBRATE_TRIES] = {
		exact(1000000000, 1000), exact(1000000000, 1000), exact(1100000000, 1000),
		exact(1200000000, 1000), exact(1300000000, 1000),
	};

	assert_int_equal(calibrate(t, CALIBRATE_TRIES, REF_HZ), 0);
	t[4] = exact(1195000000, 1000);
	assert_int_equal(calibrate(t, CALIBRATE_TRIES, REF_HZ), 0);
	t[0] = exact(1200000000, 1000);
	assert_within(calibrate(t, CALIBRATE_TRIES, REF_HZ), 1198333333, 1000);
}

static void clocks_that_stand_still_give_no_rate(void **state)
{
	struct calibration_try t[CALIBRATE_TRIES] = { { 0 } };

	assert_int_equal(calibrate(t, CALIBRATE_TRIES, REF_HZ), 0);
	for (int j = 0; j < CALIBRATE_TRIES; j++)
		t[j] = (struct calibration_try){ .ticks = 0, .ref = 1000 };
	assert_int_equal(calibrate(t, CALIBRATE_TRIES, REF_HZ), 0);
	for (int j = 0; j < CALIBRATE_TRIES; j++)
		t[j] = (struct calibration_try){ .ticks = 1000, .ref = 0 };
	assert_int_equal(calibrate(t, CALIBRATE_TRIES, REF_HZ), 0);
	assert_int_equal(calibrate(t, 0, REF_HZ), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tries_without_error_give_the_rate),
		cmocka_unit_test(noise_of_a_tick_averages_out),
		cmocka_unit_test(two_wild_tries_change_nothing),
		cmocka_unit_test(three_of_five_that_agree_are_needed),
		cmocka_unit_test(clocks_that_stand_still_give_no_rate),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
