/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIB_MEMPARSE_H
#define LIB_MEMPARSE_H

#include <lib/types.h>

/**
 * memparse() - read a size such as "64M", "0x100000" or "2G"
 * @end: set to the first character not used; equals @s when there is no number
 * K, M, G, T, P (any case) multiply by powers of 1024. Too large a number
 * becomes 2^64 - 1.
 */
u64 memparse(const char *s, const char **end);

#endif
