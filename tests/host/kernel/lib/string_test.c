/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/lib/string.c against libc, whose names it takes: the unit is built
 * with a prefix to each of them (host.mk).
 */
#include <tests/host/test.h>
#define memcpy lantern_memcpy
#define memmove lantern_memmove
#define memset lantern_memset
#define memcmp lantern_memcmp
#define strlen lantern_strlen
#define strnlen lantern_strnlen
#define strcmp lantern_strcmp
#define strncmp lantern_strncmp
#define strchr lantern_strchr
#define strstr lantern_strstr
#include <lib/string.h>
#undef memcpy
#undef memmove
#undef memset
#undef memcmp
#undef strlen
#undef strnlen
#undef strcmp
#undef strncmp
#undef strchr
#undef strstr

#define AREA	400

static void fill_random(u8 *p, size_t n)
{
	while (n--)
		*p++ = random64();
}

static int sign(int x)
{
	return (x > 0) - (x < 0);
}

static void memcpy_copies_every_size_at_every_alignment(void **state)
{
	u8 src[AREA], dst[AREA], expected[AREA];

	(void)state;
	for (size_t n = 0; n < 150; n++) {
		for (size_t offset = 0; offset < 9; offset++) {
			fill_random(src, AREA);
			fill_random(dst, AREA);
			memcpy(expected, dst, AREA);
			memcpy(expected + 8, src + offset, n);
			assert_ptr_equal(lantern_memcpy(dst + 8, src + offset, n), dst + 8);
			assert_memory_equal(dst, expected, AREA);
		}
	}
}

static void memmove_is_right_for_every_overlap(void **state)
{
	u8 area[AREA], expected[AREA];

	(void)state;
	for (size_t n = 0; n < 120; n++) {
		for (int shift = -70; shift <= 70; shift++) {
			fill_random(area, AREA);
			memcpy(expected, area, AREA);
			memmove(expected + 100 + shift, expected + 100, n);
			assert_ptr_equal(lantern_memmove(area + 100 + shift, area + 100, n),
					 area + 100 + shift);
			assert_memory_equal(area, expected, AREA);
		}
	}
}

static void memory_functions_stay_inside_exact_buffers(void **state)
{
	(void)state;
	for (size_t n = 0; n < 100; n++) {
		u8 *a = malloc(n), *b = malloc(n);

		lantern_memset(a, 7, n);
		lantern_memcpy(b, a, n);
		lantern_memmove(b, a, n);
		assert_int_equal(lantern_memcmp(a, b, n), 0);
		free(a);
		free(b);
	}
}

static void memset_fills_with_the_low_byte(void **state)
{
	u8 area[AREA], expected[AREA];

	(void)state;
	for (size_t n = 0; n < 150; n++) {
		int c = (int)random64();

		fill_random(area, AREA);
		memcpy(expected, area, AREA);
		memset(expected + 5, c, n);
		assert_ptr_equal(lantern_memset(area + 5, c, n), area + 5);
		assert_memory_equal(area, expected, AREA);
	}
}

static void memcmp_orders_by_the_first_difference_as_unsigned(void **state)
{
	u8 a[AREA], b[AREA];

	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t n = random_below(64);

		fill_random(a, n);
		memcpy(b, a, n);
		for (int changes = random_below(3); n && changes; changes--)
			b[random_below(n)] = random64();
		assert_int_equal(sign(lantern_memcmp(a, b, n)), sign(memcmp(a, b, n)));
	}
}

/* Few letters, so that equal prefixes and repeated starts are common. */
static char *random_string(size_t most)
{
	static const char letters[] = { 'a', 'a', 'b', 'c', (char)0x80, (char)0xff };
	size_t len = random_below(most + 1);
	char *s = malloc(len + 1);

	for (size_t i = 0; i < len; i++)
		s[i] = letters[random_below(sizeof(letters))];
	s[len] = '\0';
	return s;
}

static void string_functions_agree_with_libc(void **state)
{
	(void)state;
	for (int round = 0; round < 30000; round++) {
		char *a = random_string(12), *b = random_string(4);
		size_t n = random_below(14);
		int c = one_in(4) ? 0 : b[0];

		assert_int_equal(lantern_strlen(a), strlen(a));
		assert_int_equal(lantern_strnlen(a, n), strnlen(a, n));
		assert_int_equal(sign(lantern_strcmp(a, b)), sign(strcmp(a, b)));
		assert_int_equal(sign(lantern_strncmp(a, b, n)), sign(strncmp(a, b, n)));
		assert_ptr_equal(lantern_strchr(a, c), strchr(a, c));
		assert_ptr_equal(lantern_strstr(a, b), strstr(a, b));
		free(a);
		free(b);
	}
}

static void strnlen_reads_no_further_than_told(void **state)
{
	char *s = exact_copy("abc", 3);

	(void)state;
	assert_int_equal(lantern_strnlen(s, 3), 3);
	assert_int_equal(lantern_strnlen(s, 0), 0);
	free(s);
}

static void strscpy_always_terminates_and_tells_when_it_cut(void **state)
{
	char *buf = malloc(4);

	(void)state;
	assert_int_equal(strscpy(buf, "abc", 4), 3);
	assert_string_equal(buf, "abc");
	assert_int_equal(strscpy(buf, "abcd", 4), -1);
	assert_string_equal(buf, "abc");
	assert_int_equal(strscpy(buf, "", 1), 0);
	assert_string_equal(buf, "");
	assert_int_equal(strscpy(buf, "x", 1), -1);
	assert_string_equal(buf, "");
	free(buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memcpy_copies_every_size_at_every_alignment),
		cmocka_unit_test(memmove_is_right_for_every_overlap),
		cmocka_unit_test(memory_functions_stay_inside_exact_buffers),
		cmocka_unit_test(memset_fills_with_the_low_byte),
		cmocka_unit_test(memcmp_orders_by_the_first_difference_as_unsigned),
		cmocka_unit_test(string_functions_agree_with_libc),
		cmocka_unit_test(strnlen_reads_no_further_than_told),
		cmocka_unit_test(strscpy_always_terminates_and_tells_when_it_cut),
	};

	return cmocka_run_group_tests_name("kernel/lib/string", tests, seed_random, NULL);
}
