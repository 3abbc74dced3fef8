/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef LIB_UTF_H
#define LIB_UTF_H

#include <lib/types.h>

#define UNICODE_REPLACEMENT	0xfffd
#define UTF8_MAX		4	/* bytes of the longest sequence */

/**
 * utf16_decode() - read one character of UTF-16LE
 * @src, @units: the text, any alignment; @units >= 1
 * @cp:          the code point; U+FFFD for a lone surrogate
 * Return: units consumed, 1 or 2.
 */
size_t utf16_decode(const void *src, size_t units, u32 *cp);

/**
 * utf8_encode() - write one character
 * @cp:  at most 0x10ffff
 * @dst: room for UTF8_MAX bytes; not terminated
 * Return: bytes written.
 */
size_t utf8_encode(u32 cp, char *dst);

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
 * Return: bytes consumed, at least 1; of a malformed sequence, the longest
 *         beginning that could have been completed.
 */
size_t utf8_decode(const char *s, const char *end, u32 *cp);

#endif
