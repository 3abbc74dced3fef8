// SPDX-License-Identifier: BSD-2-Clause
/* kernel/lib/calendar.c beside timegm() and gmtime_r(). */
#define _GNU_SOURCE
#include "tests/host/test.h"
#include <time.h>
#include <lib/calendar.h>

static void assert_same(u64 seconds)
{
	struct date_time t = seconds_to_date_time(seconds);
	time_t host = seconds;
	struct tm tm;

	gmtime_r(&host, &tm);
	assert_int_equal(t.year, tm.tm_year + 1900);
	assert_int_equal(t.month, tm.tm_mon + 1);
	assert_int_equal(t.day, tm.tm_mday);
	assert_int_equal(t.hour, tm.tm_hour);
	assert_int_equal(t.minute, tm.tm_min);
	assert_int_equal(t.second, tm.tm_sec);
	assert_true(date_time_valid(&t));
	assert_true(date_time_to_seconds(&t) == seconds);
}

static void every_day_of_900_years_is_as_the_host_says(void **state)
{
	for (u64 day = 0; day < 330000; day++) {
		assert_same(day * 86400);
		assert_same(day * 86400 + 86399);
	}
}

static void any_second_is_as_the_host_says(void **state)
{
	for (int i = 0; i < 300000; i++)
		assert_same(random64() >> (9 + random_below(50)));
}

static void what_is_no_date_is_not_valid(void **state)
{
	static const struct date_time bad[] = {
		{ 1969, 12, 31, 0, 0, 0 }, { 2026, 0, 1, 0, 0, 0 }, { 2026, 13, 1, 0, 0, 0 }, { 2026, 1, 0, 0, 0, 0 },
		{ 2026, 4, 31, 0, 0, 0 }, { 2026, 2, 29, 0, 0, 0 }, { 2100, 2, 29, 0, 0, 0 }, { 2024, 2, 30, 0, 0, 0 },
		{ 2026, 1, 1, 24, 0, 0 }, { 2026, 1, 1, 0, 60, 0 }, { 2026, 1, 1, 0, 0, 60 }, { 2026, 1, 255, 0, 0, 0 },
	};
	struct date_time leap[] = { { 2024, 2, 29, 23, 59, 59 }, { 2000, 2, 29, 0, 0, 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(date_time_valid(&bad[i]));
	for (size_t i = 0; i < ARRAY_SIZE(leap); i++)
		assert_true(date_time_valid(&leap[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_day_of_900_years_is_as_the_host_says),
		cmocka_unit_test(any_second_is_as_the_host_says),
		cmocka_unit_test(what_is_no_date_is_not_valid),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
