/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/lib/vsprintf.c against libc, whose names it takes: the unit is built
 * with a prefix to each of them (host.mk).
 */
#include <tests/host/test.h>
#define vsnprintf lantern_vsnprintf
#define snprintf lantern_snprintf
#include <lib/printf.h>
#undef vsnprintf
#undef snprintf

static const u64 edges[] = {
	0, 1, 7, 8, 9, 10, 99, 100, 127, 128, 255, 256, 32767, 32768, 65535, 65536,
	INT32_MAX, INT32_MAX + 1ULL, UINT32_MAX, UINT32_MAX + 1ULL, 9999999999ULL, 10000000000ULL,
	INT64_MAX, INT64_MAX + 1ULL, UINT64_MAX,
};

static u64 random_value(void)
{
	u64 v = one_in(2) ? edges[random_below(ARRAY_SIZE(edges))] : random64() >> random_below(64);

	return one_in(4) ? -v : v;
}

/* Flags, width and precision; a width or precision of '*' is added by the caller. */
static char *put_random_flags(char *p, bool unsigned_flags_only)
{
	for (int n = random_below(4); n; n--)
		*p++ = "-+ 0#"[random_below(unsigned_flags_only ? 1 : 5)];
	return p;
}

static char *put_random_number(char *p)
{
	return p + sprintf(p, "%d", (int)random_below(one_in(3) ? 70 : 12));
}

/* The arguments are evaluated more than once. */
#define COMPARE(size, format, ...) do {							\
	char expected_[400], *got_ = malloc((size) + 1);				\
	int want_ = snprintf(expected_, sizeof(expected_), format, __VA_ARGS__);	\
	int full_ = (size);								\
											\
	if (full_ && (size_t)full_ <= (size_t)want_)					\
		expected_[full_ - 1] = '\0';						\
	got_[full_] = 0x55;								\
	if (want_ != lantern_snprintf(got_, full_, format, __VA_ARGS__) ||		\
	    (full_ && strcmp(expected_, got_)) || got_[full_] != 0x55)			\
		fail_msg("format '%s': wanted '%s', got '%s'", format, expected_,	\
			 full_ ? got_ : "");						\
	free(got_);									\
} while (0)

static int random_size(void)
{
	return one_in(3) ? (int)random_below(40) : 300;
}

/* Call with the type that the length modifier names. */
static void compare_number(const char *length, int size, const char *format, int *stars, int nr_stars)
{
	u64 v = random_value();

#define WITH_STARS(x) do {								\
	if (nr_stars == 0)								\
		COMPARE(size, format, x);						\
	else if (nr_stars == 1)								\
		COMPARE(size, format, stars[0], x);					\
	else										\
		COMPARE(size, format, stars[0], stars[1], x);				\
} while (0)
	if (strcmp(length, "l") == 0)
		WITH_STARS((long)v);
	else if (strcmp(length, "ll") == 0)
		WITH_STARS((long long)v);
	else if (strcmp(length, "z") == 0)
		WITH_STARS((size_t)v);
	else if (strcmp(length, "t") == 0)
		WITH_STARS((ptrdiff_t)v);
	else
		WITH_STARS((int)v);
}

static char *put_star_or_number(char *p, int *stars, int *nr_stars)
{
	if (!one_in(3))
		return put_random_number(p);
	*p++ = '*';
	stars[(*nr_stars)++] = (int)random_below(60) - 20;
	return p;
}

static void random_integer_formats_print_as_libc_does(void **state)
{
	static const char lengths[][4] = { "", "hh", "h", "l", "ll", "z", "t" };

	(void)state;
	for (int round = 0; round < 400000; round++) {
		const char *length = lengths[random_below(ARRAY_SIZE(lengths))];
		char format[64], *p = format;
		int stars[2], nr_stars = 0;

		if (one_in(4))
			*p++ = 'x';
		*p++ = '%';
		p = put_random_flags(p, false);
		if (one_in(2))
			p = put_star_or_number(p, stars, &nr_stars);
		if (one_in(2)) {
			*p++ = '.';
			if (!one_in(4))
				p = put_star_or_number(p, stars, &nr_stars);
		}
		p += sprintf(p, "%s%c", length, "diuxXo"[random_below(6)]);
		strcpy(p, one_in(4) ? "%%y" : "");
		compare_number(length, random_size(), format, stars, nr_stars);
	}
}

static void random_string_formats_print_as_libc_does(void **state)
{
	(void)state;
	for (int round = 0; round < 100000; round++) {
		int len = random_below(20), size = random_size(), letter = 'A' + random_below(26);
		char *s = calloc(1, len + 1), format[64], *p = format;

		for (int i = 0; i < len; i++)
			s[i] = 'a' + random_below(26);
		*p++ = '%';
		p = put_random_flags(p, true);
		if (one_in(2))
			p = put_random_number(p);
		if (one_in(2)) {
			*p++ = '.';
			p = put_random_number(p);
		}
		strcpy(p, "s");
		COMPARE(size, format, s);
		p[0] = 'c';
		if (!strchr(format, '.'))
			COMPARE(size, format, letter);
		free(s);
	}
}

static void several_conversions_read_their_own_arguments(void **state)
{
	char buf[200];

	(void)state;
	assert_int_equal(lantern_snprintf(buf, sizeof(buf), "%s=%#lx %hhd|%-5d|%05u %c%%", "cr3",
					  0x1000UL, 511, 42, 7u, 'z'), 28);
	assert_string_equal(buf, "cr3=0x1000 -1|42   |00007 z%");
}

static void a_string_with_precision_needs_no_terminator(void **state)
{
	char *raw = exact_copy("abc", 3), buf[8];

	(void)state;
	assert_int_equal(lantern_snprintf(buf, sizeof(buf), "%.3s", raw), 3);
	assert_string_equal(buf, "abc");
	assert_int_equal(lantern_snprintf(buf, sizeof(buf), "%.*s", 2, raw), 2);
	assert_string_equal(buf, "ab");
	free(raw);
}

static void a_null_string_prints_as_null(void **state)
{
	const char *volatile none = NULL;
	char buf[16];

	(void)state;
	assert_int_equal(lantern_snprintf(buf, sizeof(buf), "%s", none), 6);
	assert_string_equal(buf, "(null)");
}

static void pointers_print_with_16_digits(void **state)
{
	char buf[64];

	(void)state;
	assert_int_equal(lantern_snprintf(buf, sizeof(buf), "%p", (void *)0xffffffff81000000UL), 18);
	assert_string_equal(buf, "0xffffffff81000000");
	lantern_snprintf(buf, sizeof(buf), "%p", NULL);
	assert_string_equal(buf, "0x0000000000000000");
	lantern_snprintf(buf, sizeof(buf), "[%20p|%-20p]", (void *)1, (void *)2);
	assert_string_equal(buf, "[  0x0000000000000001|0x0000000000000002  ]");
}

static void unknown_conversions_are_printed_as_they_stand(void **state)
{
	const char *volatile format = "%y %n %5.2q %";
	char buf[64];

	(void)state;
	assert_int_equal(lantern_snprintf(buf, sizeof(buf), format, 0), 13);
	assert_string_equal(buf, "%y %n %5.2q %");
}

static void a_buffer_of_size_zero_is_never_touched(void **state)
{
	(void)state;
	assert_int_equal(lantern_snprintf(NULL, 0, "%d", 12345), 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_integer_formats_print_as_libc_does),
		cmocka_unit_test(random_string_formats_print_as_libc_does),
		cmocka_unit_test(several_conversions_read_their_own_arguments),
		cmocka_unit_test(a_string_with_precision_needs_no_terminator),
		cmocka_unit_test(a_null_string_prints_as_null),
		cmocka_unit_test(pointers_print_with_16_digits),
		cmocka_unit_test(unknown_conversions_are_printed_as_they_stand),
		cmocka_unit_test(a_buffer_of_size_zero_is_never_touched),
	};

	return cmocka_run_group_tests_name("kernel/lib/vsprintf", tests, seed_random, NULL);
}
