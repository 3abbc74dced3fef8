/* SPDX-License-Identifier: BSD-2-Clause */
/* Products of two 64-bit numbers that do not fit in 64 bits on the way to a result that does. */
#ifndef LIB_MATH64_H
#define LIB_MATH64_H

#include <lib/types.h>

/** mul_u64_u64_shr() - (@a * @b) >> @shift, 0 <= @shift < 128; the low 64 bits of it */
static inline u64 mul_u64_u64_shr(u64 a, u64 b, unsigned int shift)
{
	return (u64)((unsigned __int128)a * b >> shift);
}

/** mul_u64_u64_div_u64() - @a * @b / @c rounded down; 2^64 - 1 when @c is 0 or the result is larger */
static inline u64 mul_u64_u64_div_u64(u64 a, u64 b, u64 c)
{
	unsigned __int128 product = (unsigned __int128)a * b;
	u64 low = product, high = product >> 64, quotient;

	if (high >= c)			/* DIV would fault; also says no to 0 */
		return ~0ULL;
	__asm__("divq %3" : "=a"(quotient), "+d"(high) : "0"(low), "rm"(c) : "cc");
	return quotient;
}

#endif
