// SPDX-License-Identifier: BSD-2-Clause
/* kernel/lib/kstrtox.c against strtoull() on numbers, and on everything that is not one. */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/lib/kstrtox.c"

static void numbers_read_as_strtoull_reads_them(void **state)
{
	static const char *const format[] = { "%" PRIu64, "0x%" PRIx64, "0X%" PRIX64, "000%" PRIu64 };

	(void)state;
	srandom(1);
	for (int i = 0; i < 20000; i++) {
		u64 want = ((u64)random() << 33 ^ (u64)random() << 11 ^ random()) >> (random() % 64);
		int f = i % 4;
		u64 got = ~want;
		char s[40];

		snprintf(s, sizeof(s), format[f], want);
		assert_int_equal(kstrtou64(s, 0, &got), 0);
		assert_int_equal(got, want);
		assert_int_equal(got, strtoull(s, NULL, f == 3 ? 10 : 0));
	}
}

static void the_largest_number_is_read_and_the_next_is_not(void **state)
{
	u64 v = 0;

	(void)state;
	assert_int_equal(kstrtou64("18446744073709551615", 10, &v), 0);
	assert_true(v == UINT64_MAX);
	assert_int_equal(kstrtou64("0xffffffffffffffff", 0, &v), 0);
	assert_true(v == UINT64_MAX);
	v = 7;
	assert_int_equal(kstrtou64("18446744073709551616", 10, &v), -1);
	assert_int_equal(kstrtou64("0x10000000000000000", 0, &v), -1);
	assert_int_equal(kstrtou64("99999999999999999999999999", 0, &v), -1);
	assert_int_equal(v, 7);
}

static void junk_is_refused(void **state)
{
	static const char *const junk[] = {
		"", " ", "-1", "+1", " 1", "1 ", "0x", "x10", "12a", "0x1g", "1e3", "0x-1", "\xff", "0xx1",
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(junk); i++) {
		u64 v = 5;

		assert_int_equal(kstrtou64(junk[i], 0, &v), -1);
		assert_int_equal(v, 5);
	}
}

static void the_base_bounds_the_digits(void **state)
{
	u64 v;

	(void)state;
	assert_int_equal(kstrtou64("ff", 16, &v), 0);
	assert_int_equal(v, 255);
	assert_int_equal(kstrtou64("0xff", 16, &v), 0);
	assert_int_equal(v, 255);
	assert_int_equal(kstrtou64("ff", 10, &v), -1);
	assert_int_equal(kstrtou64("777", 8, &v), 0);
	assert_int_equal(v, 511);
	assert_int_equal(kstrtou64("8", 8, &v), -1);
	assert_int_equal(kstrtou64("102", 2, &v), -1);
	assert_int_equal(kstrtou64("0x10", 10, &v), -1);
	assert_int_equal(kstrtou64("1", 1, &v), -1);
	assert_int_equal(kstrtou64("1", 17, &v), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_read_as_strtoull_reads_them),
		cmocka_unit_test(the_largest_number_is_read_and_the_next_is_not),
		cmocka_unit_test(junk_is_refused),
		cmocka_unit_test(the_base_bounds_the_digits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
