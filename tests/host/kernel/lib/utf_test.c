/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/lib/utf.c against models that go by the definition of each encoding:
 * decode the bits, then reject what encodes to other bytes.
 */
#include <tests/host/test.h>
#include <lib/utf.h>

static bool is_surrogate(u32 cp)
{
	return cp >= 0xd800 && cp <= 0xdfff;
}

static void every_character_survives_utf8(void **state)
{
	(void)state;
	for (u32 cp = 0; cp <= 0x10ffff; cp++) {
		char seq[UTF8_MAX];
		size_t n = utf8_encode(cp, seq);
		u32 back;

		assert_true(n == (cp < 0x80 ? 1u : cp < 0x800 ? 2u : cp < 0x10000 ? 3u : 4u));
		if (is_surrogate(cp))
			continue;
		assert_int_equal(utf8_decode(seq, seq + n, &back), n);
		assert_int_equal(back, cp);
	}
}

/* Whether some character's encoding begins with these bytes; then which, if it is all of it. */
static bool begins_character(const u8 *s, size_t n, u32 *whole)
{
	static const u32 lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	unsigned int total = s[0] < 0x80 ? 1 : s[0] >> 5 == 6 ? 2 : s[0] >> 4 == 14 ? 3 :
			     s[0] >> 3 == 30 ? 4 : 0;
	u32 low, high;

	if (!total || n > total)
		return false;
	low = total == 1 ? s[0] : s[0] & (0x7f >> total);
	for (size_t i = 1; i < n; i++) {
		if (s[i] >> 6 != 2)
			return false;
		low = low << 6 | (s[i] & 0x3f);
	}
	/* the missing bytes can make anything from low to high of it */
	low <<= 6 * (total - n);
	high = low + (1u << 6 * (total - n)) - 1;
	if (high < lowest[total] || low > 0x10ffff || (low >= 0xd800 && high <= 0xdfff))
		return false;
	*whole = n == total ? low : UNICODE_REPLACEMENT;
	return true;
}

static size_t model_utf8_decode(const u8 *s, size_t n, u32 *cp)
{
	size_t used = 0;

	*cp = UNICODE_REPLACEMENT;
	while (used < n && begins_character(s, used + 1, cp))
		used++;
	return used ? used : 1;
}

static void random_bytes_decode_as_the_model_says(void **state)
{
	static const u8 leads[] = { 0xc1, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff };

	(void)state;
	for (int round = 0; round < 300000; round++) {
		size_t n = 1 + random_below(6);
		u8 *s = malloc(n);
		u32 cp, expected;

		for (size_t i = 0; i < n; i++)
			s[i] = one_in(8) ? random64() : 0x80 | random_below(64);
		if (!one_in(8))
			s[0] = leads[random_below(sizeof(leads))];
		assert_int_equal(utf8_decode((char *)s, (char *)s + n, &cp),
				 model_utf8_decode(s, n, &expected));
		assert_int_equal(cp, expected);
		free(s);
	}
}

static void surrogate_pairs_join_and_lone_ones_are_replaced(void **state)
{
	static const u16 text[] = { 'a', 0xd83d, 0xde00, 0xd800, 'b', 0xdc00, 0xd83d };
	char out[40];
	bool cut = true;

	(void)state;
	assert_int_equal(utf16_to_utf8(text, ARRAY_SIZE(text), out, sizeof(out), &cut), 15);
	assert_string_equal(out, "a\xf0\x9f\x98\x80\xef\xbf\xbd" "b\xef\xbf\xbd\xef\xbf\xbd");
	assert_false(cut);
}

static void conversion_stops_at_a_nul_unit(void **state)
{
	static const u16 text[] = { 'a', 'b', 0, 'c' };
	char out[8];

	(void)state;
	assert_int_equal(utf16_to_utf8(text, 4, out, sizeof(out), NULL), 2);
	assert_string_equal(out, "ab");
}

/* Convert all of it first, then cut at the last character that fits. */
static size_t model_utf16_to_utf8(const u16 *src, size_t units, char *dst, size_t size, bool *cut)
{
	size_t len = 0;

	*cut = false;
	for (size_t i = 0; i < units && src[i]; i++) {
		u32 cp = src[i];
		char seq[4];
		size_t n;

		if (is_surrogate(cp)) {
			if (cp < 0xdc00 && i + 1 < units && src[i + 1] >> 10 == 0x37)
				cp = 0x10000 + (cp - 0xd800) * 0x400 + (src[++i] - 0xdc00);
			else
				cp = UNICODE_REPLACEMENT;
		}
		n = utf8_encode(cp, seq);
		if (len + n + 1 > size) {
			*cut = true;
			break;
		}
		memcpy(dst + len, seq, n);
		len += n;
	}
	dst[len] = '\0';
	return len;
}

static u16 random_unit(void)
{
	switch (random_below(5)) {
	case 0:		return 0xd800 + random_below(0x800);
	case 1:		return random64();
	case 2:		return one_in(10) ? 0 : 0x7f + random_below(3);
	default:	return ' ' + random_below(90);
	}
}

static void random_utf16_converts_and_cuts_as_the_model_says(void **state)
{
	(void)state;
	for (int round = 0; round < 100000; round++) {
		size_t units = random_below(12), size = 1 + random_below(40);
		u16 text[12];
		char *out = malloc(size), expected[40];
		bool cut, expected_cut;
		size_t len;
		u8 *unaligned = malloc(2 * units + 1);

		for (size_t i = 0; i < units; i++)
			text[i] = random_unit();
		memcpy(unaligned + 1, text, 2 * units);
		len = utf16_to_utf8(unaligned + 1, units, out, size, &cut);
		assert_int_equal(len, model_utf16_to_utf8(text, units, expected, size, &expected_cut));
		assert_string_equal(out, expected);
		assert_int_equal(cut, expected_cut);
		free(unaligned);
		free(out);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_character_survives_utf8),
		cmocka_unit_test(random_bytes_decode_as_the_model_says),
		cmocka_unit_test(surrogate_pairs_join_and_lone_ones_are_replaced),
		cmocka_unit_test(conversion_stops_at_a_nul_unit),
		cmocka_unit_test(random_utf16_converts_and_cuts_as_the_model_says),
	};

	return cmocka_run_group_tests_name("kernel/lib/utf", tests, seed_random, NULL);
}
