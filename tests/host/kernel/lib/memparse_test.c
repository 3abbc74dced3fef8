/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/lib/memparse.c beside 128-bit arithmetic, on numbers and on anything else. */
#include <tests/host/test.h>
#include <lib/memparse.h>

static const char digits[] = "0123456789abcdef";

static bool is_digit(char c, unsigned int base, unsigned int *value)
{
	const char *p = c ? strchr(digits, c >= 'A' && c <= 'Z' ? c + 32 : c) : NULL;

	*value = p ? p - digits : 0;
	return p && *value < base;
}

static u64 saturate(unsigned __int128 v)
{
	return v > UINT64_MAX ? UINT64_MAX : (u64)v;
}

/* Digits, then at most one letter; 2^64 is as far as the sum is followed. */
static u64 model(const char *s, size_t *used)
{
	unsigned int base = 10, d;
	unsigned __int128 value = 0;
	size_t i = 0;
	const char *letter;

	*used = 0;
	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && is_digit(s[2], 16, &d)) {
		base = 16;
		i = 2;
	}
	if (!is_digit(s[i], base, &d))
		return 0;
	for (; is_digit(s[i], base, &d); i++)
		if (value >> 64 == 0)
			value = value * base + d;
	letter = s[i] ? strchr("kKmMgGtTpP", s[i]) : NULL;
	if (letter) {
		for (int n = (letter - "kKmMgGtTpP") / 2; n >= 0 && value >> 64 == 0; n--)
			value *= 1024;
		i++;
	}
	*used = i;
	return saturate(value);
}

/* In a buffer that ends with the string. */
static void check(const char *text)
{
	char *s = exact_copy(text, strlen(text) + 1);
	size_t used;
	u64 want = model(s, &used), got;
	const char *end = NULL;

	got = memparse(s, &end);
	if (got != want || end != s + used)
		fail_msg("\"%s\": %#jx, %td characters; model says %#jx, %zu", s, (uintmax_t)got, end - s,
			 (uintmax_t)want, used);
	free(s);
}

static void sizes_read_as_the_model_reads_them(void **state)
{
	static const char *const suffix[] = { "", "k", "K", "m", "M", "g", "G", "t", "T", "p", "P", "e", "kM",
					      "@1", "$0x10", " ", ",2M", "x", "B" };

	(void)state;
	for (int round = 0; round < 200000; round++) {
		u64 v = random64() >> random_below(64);
		const char *tail = suffix[random_below(ARRAY_SIZE(suffix))];
		char s[64];

		if (one_in(2))
			snprintf(s, sizeof(s), "%s%ju%s", one_in(5) ? "00" : "", (uintmax_t)v, tail);
		else
			snprintf(s, sizeof(s), one_in(2) ? "0x%jx%s" : "0X%jX%s", (uintmax_t)v, tail);
		check(s);
	}
}

static void any_text_reads_as_the_model_reads_it(void **state)
{
	static const char letters[] = "0123456789abcdefxXABCDEFkKmMgGtTpP $@!#,-+";

	(void)state;
	for (int round = 0; round < 300000; round++) {
		char s[40];
		size_t n = random_below(sizeof(s));

		for (size_t i = 0; i < n; i++)
			s[i] = letters[random_below(one_in(2) ? 10 : sizeof(letters) - 1)];
		if (n && one_in(3))
			s[random_below(n)] = 1 + random_below(255);
		s[n] = 0;
		if (n > 2 && one_in(4))
			memcpy(s, "0x", 2);
		check(s);
	}
}

static void the_largest_numbers_are_exact_and_beyond_them_all_is_2_64_minus_1(void **state)
{
	const char *end;

	(void)state;
	assert_true(memparse("18446744073709551615", &end) == UINT64_MAX);
	assert_true(memparse("18446744073709551614", &end) == UINT64_MAX - 1);
	assert_true(memparse("18446744073709551616", &end) == UINT64_MAX);
	assert_true(memparse("0x10000000000000000", &end) == UINT64_MAX);
	assert_true(memparse("16383P", &end) == 16383ULL << 50);
	assert_true(memparse("16384P", &end) == UINT64_MAX);
	assert_true(memparse("99999999999999999999999999999999k", &end) == UINT64_MAX);
	assert_int_equal(*end, 0);
	assert_int_equal(memparse("64M", &end), 64 << 20);
	assert_int_equal(memparse("", &end), 0);
	assert_int_equal(memparse("0x", &end), 0);
	assert_string_equal(end, "x");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sizes_read_as_the_model_reads_them),
		cmocka_unit_test(any_text_reads_as_the_model_reads_it),
		cmocka_unit_test(the_largest_numbers_are_exact_and_beyond_them_all_is_2_64_minus_1),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
