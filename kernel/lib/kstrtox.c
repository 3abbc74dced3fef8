// SPDX-License-Identifier: BSD-2-Clause
/* Strict reading of numbers, for commands and options. */
#include <lib/kstrtox.h>

static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return 16;
}

int kstrtou64(const char *s, unsigned int base, u64 *out)
{
	bool hex = s[0] == '0' && (s[1] == 'x' || s[1] == 'X');
	u64 v = 0;

	if (base == 0)
		base = hex ? 16 : 10;
	if (base == 16 && hex)
		s += 2;
	if (base < 2 || base > 16 || !*s)
		return -1;
	for (; *s; s++) {
		unsigned int d = digit_value(*s);

		if (d >= base || __builtin_mul_overflow(v, (u64)base, &v) ||
		    __builtin_add_overflow(v, (u64)d, &v))
			return -1;
	}
	*out = v;
	return 0;
}
