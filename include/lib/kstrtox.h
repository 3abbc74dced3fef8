/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIB_KSTRTOX_H
#define LIB_KSTRTOX_H

#include <lib/types.h>

/**
 * kstrtou64() - read a whole string as one unsigned number
 * @base: 2..16, or 0: 0x or 0X means 16, anything else 10. With @base 16 the prefix
 *        is allowed too.
 * @out:  set only on success
 * No sign, no space, nothing before or after the digits.
 * Return: 0, or -1 for no digits, junk, or a number above 2^64 - 1.
 */
int kstrtou64(const char *s, unsigned int base, u64 *out);

#endif
