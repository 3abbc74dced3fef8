/* SPDX-License-Identifier: BSD-2-Clause */
/* Sizes as people write them on a command line. */
#include <lib/memparse.h>

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : 16;
}

static unsigned int suffix_shift(char c)
{
	switch (c | 0x20) {
	case 'k': return 10;
	case 'm': return 20;
	case 'g': return 30;
	case 't': return 40;
	case 'p': return 50;
	}
	return 0;
}

u64 memparse(const char *s, const char **end)
{
	unsigned int base = 10, shift;
	const char *start = s;
	u64 value = 0;
	bool over = false;

	if (s[0] == '0' && (s[1] | 0x20) == 'x' && digit_value(s[2]) < 16) {
		base = 16;
		s += 2;
	}
	for (*end = start; digit_value(*s) < (int)base; *end = ++s) {
		over |= value > (~0ULL - digit_value(*s)) / base;
		value = value * base + digit_value(*s);
	}
	if (*end == start)
		return 0;
	shift = suffix_shift(*s);
	if (shift) {
		over |= value > ~0ULL >> shift;
		value <<= shift;
		++*end;
	}
	return over ? ~0ULL : value;
}
