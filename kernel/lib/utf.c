/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Between UTF-8, which the tree speaks, and UTF-16, which firmware speaks
 * (Unicode 15, chapter 3.9). Whatever the bytes, each call makes progress and
 * stays inside its bounds.
 */
#include <lib/string.h>
#include <lib/unaligned.h>
#include <lib/utf.h>

size_t utf8_encode(u32 cp, char *dst)
{
	if (cp < 0x80) {
		dst[0] = cp;
		return 1;
	}
	if (cp < 0x800) {
		dst[0] = 0xc0 | cp >> 6;
		dst[1] = 0x80 | (cp & 0x3f);
		return 2;
	}
	if (cp < 0x10000) {
		dst[0] = 0xe0 | cp >> 12;
		dst[1] = 0x80 | (cp >> 6 & 0x3f);
		dst[2] = 0x80 | (cp & 0x3f);
		return 3;
	}
	dst[0] = 0xf0 | cp >> 18;
	dst[1] = 0x80 | (cp >> 12 & 0x3f);
	dst[2] = 0x80 | (cp >> 6 & 0x3f);
	dst[3] = 0x80 | (cp & 0x3f);
	return 4;
}

size_t utf16_decode(const void *src, size_t units, u32 *cp)
{
	const u8 *p = src;
	u32 high = get_unaligned_le16(p), low;

	*cp = high;
	if (high < 0xd800 || high > 0xdfff)
		return 1;
	if (high < 0xdc00 && units > 1) {
		low = get_unaligned_le16(p + 2);
		if (low >= 0xdc00 && low <= 0xdfff) {
			*cp = 0x10000 + ((high - 0xd800) << 10) + (low - 0xdc00);
			return 2;
		}
	}
	*cp = UNICODE_REPLACEMENT;
	return 1;
}

size_t utf16_to_utf8(const void *src, size_t units, char *dst, size_t size, bool *cut)
{
	const u8 *p = src;
	size_t len = 0;
	bool full = false;

	while (units && get_unaligned_le16(p)) {
		char seq[UTF8_MAX];
		u32 cp;
		size_t used = utf16_decode(p, units, &cp);
		size_t n = utf8_encode(cp, seq);

		if (n >= size - len) {
			full = true;
			break;
		}
		memcpy(dst + len, seq, n);
		len += n;
		p += 2 * used;
		units -= used;
	}
	dst[len] = '\0';
	if (cut)
		*cut = full;
	return len;
}

/*
 * Bytes that follow lead byte @lead, and the range of the first of them, which
 * is where overlong forms, surrogates and values past U+10FFFF are told apart
 * (Unicode 15, table 3-7). 0 for a byte that leads nothing.
 */
static unsigned int utf8_trail(u8 lead, u8 *low, u8 *high)
{
	*low = 0x80;
	*high = 0xbf;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 1;
	if (lead >= 0xe0 && lead <= 0xef) {
		if (lead == 0xe0)
			*low = 0xa0;
		if (lead == 0xed)
			*high = 0x9f;
		return 2;
	}
	if (lead >= 0xf0 && lead <= 0xf4) {
		if (lead == 0xf0)
			*low = 0x90;
		if (lead == 0xf4)
			*high = 0x8f;
		return 3;
	}
	return 0;
}

size_t utf8_decode(const char *s, const char *end, u32 *cp)
{
	u8 lead = *s, low, high;
	const char *p = s + 1;
	unsigned int trail;
	u32 value;

	if (lead < 0x80) {
		*cp = lead;
		return 1;
	}
	*cp = UNICODE_REPLACEMENT;
	trail = utf8_trail(lead, &low, &high);
	if (!trail)
		return 1;
	value = lead & (0x3f >> trail);
	for (; trail; trail--, p++) {
		if (p == end || (u8)*p < low || (u8)*p > high)
			return p - s;
		value = value << 6 | (*p & 0x3f);
		low = 0x80;
		high = 0xbf;
	}
	*cp = value;
	return p - s;
}
