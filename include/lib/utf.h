/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIB_UTF_H
#define LIB_UTF_H

#include <lib/types.h>

#define UNICODE_REPLACEMENT	0xfffd

/**
 * utf16_to_utf8() - convert UCS-2/UTF-16LE text with surrogate pairs
 * @src, @units: 16-bit units, not terminated, any alignment; stops early at a NUL unit
 * @dst, @size:  result, terminated, cut at a character boundary; @size >= 1
 * @cut:         set to whether the text did not fit; may be NULL
 * A lone surrogate becomes U+FFFD.
 * Return: bytes written without the NUL.
 */
size_t utf16_to_utf8(const void *src, size_t units, char *dst, size_t size, bool *cut);

/**
 * utf8_decode() - read one character
 * @s, @end: the text; @s < @end
 * @cp:      the code point; U+FFFD for a malformed, overlong or surrogate sequence
 * Return: bytes consumed, at least 1.
 */
size_t utf8_decode(const char *s, const char *end, u32 *cp);

#endif
