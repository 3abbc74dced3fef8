/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Expand one LZ4 block (lz4_Block_format.md of the LZ4 project). A block is a
 * row of sequences: a token, literals, the distance of a match and its length;
 * the last sequence ends after its literals.
 *
 * Two decoders share the work. expand_fast() takes sequences while both ends
 * are far away and copies whole words, up to WILD_COPY bytes more than asked
 * for; the next sequence overwrites the surplus. What it does not like, be it
 * malformed or too near an end, it leaves untouched to expand_exact(), which
 * takes one sequence, copies to the byte and is the only one to judge.
 *
 * In place: every sequence but the last makes at least one byte more than it
 * takes, save one byte in 255 for the length of literals, so a reader that
 * starts the documented margin ahead of the end stays more than WILD_COPY
 * bytes ahead of the writer throughout, and the surplus hits no unread source.
 */
#include <lib/lz4.h>
#include <lib/string.h>
#include <lib/unaligned.h>

#define LENGTH_MORE	15	/* nibble of the token: bytes with the rest of the length follow */
#define MIN_MATCH	4
#define WILD_COPY	32	/* most bytes written, or read, past a fast copy's end */
/* token, a wild copy of short literals, distance */
#define FAST_SRC_ROOM	WILD_COPY
/* short literals, a short match of a short distance with its wild copy */
#define FAST_DST_ROOM	(2 * WILD_COPY)

struct lz4_state {
	const u8	*src, *src_end;	/* next sequence */
	u8		*dst, *dst_end;	/* next byte to write */
	const u8	*dst_start;
};

enum lz4_result { LZ4_MORE, LZ4_DONE, LZ4_MALFORMED };

static inline void copy_8(u8 *dst, const u8 *src)
{
	put_unaligned_le64(get_unaligned_le64(src), dst);
}

/* At least @n > 0 bytes, in whole steps; overlap is right when dst - src >= 8. */
static inline void copy_wild(u8 *dst, const u8 *src, size_t n)
{
	const u8 *end = dst + n;

	do {
		copy_8(dst, src);
		copy_8(dst + 8, src + 8);
		copy_8(dst + 16, src + 16);
		copy_8(dst + 24, src + 24);
		dst += WILD_COPY;
		src += WILD_COPY;
	} while (dst < end);
}

/*
 * At least @n bytes from @distance bytes back. A distance under eight is a short
 * pattern that repeats: once eight bytes of it stand, the same bytes are found a
 * multiple of the distance back, which is far enough to move words.
 */
static void match_wild(u8 *dst, size_t distance, size_t n)
{
	static const u8 far_enough[8] = { 0, 8, 8, 9, 8, 10, 12, 14 };

	if (distance < 8) {
		for (unsigned int i = 0; i < 8; i++)
			dst[i] = dst[i - (ptrdiff_t)distance];
		if (n <= 8)
			return;
		dst += 8;
		n -= 8;
		distance = far_enough[distance];
	}
	copy_wild(dst, dst - distance, n);
}

/* Exactly @n bytes from @distance bytes back. */
static void match_exact(u8 *dst, size_t distance, size_t n)
{
	if (n > 2 * WILD_COPY) {
		size_t bulk = n - WILD_COPY;

		match_wild(dst, distance, bulk);
		dst += bulk;
		n -= bulk;
	}
	for (; n; n--, dst++)
		*dst = dst[-(ptrdiff_t)distance];
}

/*
 * Add the bytes of a long length to *@len; false when they run out or the sum
 * passes @limit, which also keeps it from wrapping.
 */
static bool read_length(const u8 **src, const u8 *end, size_t limit, size_t *len)
{
	const u8 *p = *src;
	u8 byte;

	do {
		if (p == end)
			return false;
		byte = *p++;
		*len += byte;
		if (*len > limit)
			return false;
	} while (byte == 255);
	*src = p;
	return true;
}

/* As many sequences as go without exact bounds; stops before the one that does not. */
static void expand_fast(struct lz4_state *s)
{
	const u8 *src_end = s->src_end, *dst_end = s->dst_end, *start = s->dst_start;
	const u8 *src = s->src, *src_stop = src_end - FAST_SRC_ROOM;
	u8 *dst = s->dst;
	const u8 *dst_stop = dst_end - FAST_DST_ROOM;

	while (src < src_stop && dst < dst_stop) {
		unsigned int token = *src;
		size_t literals = token >> 4, length = token & 15, distance;
		const u8 *from = src + 1;
		u8 *to = dst;

		if (likely(literals < LENGTH_MORE)) {
			copy_8(to, from);
			copy_8(to + 8, from + 8);
		} else {
			const u8 *rest = from;		/* copies: what has an address is in no register */
			size_t len = literals;

			if (!read_length(&rest, src_end, dst_end - to, &len) ||
			    (size_t)(src_end - rest) < len + FAST_SRC_ROOM ||
			    (size_t)(dst_end - to) < len + FAST_DST_ROOM)
				break;
			from = rest;
			literals = len;
			copy_wild(to, from, literals);
		}
		from += literals;
		to += literals;

		distance = get_unaligned_le16(from);
		from += 2;
		if (distance - 1 >= (size_t)(to - start))
			break;
		if (likely(length < LENGTH_MORE && distance >= 8)) {
			const u8 *match = to - distance;

			copy_8(to, match);
			copy_8(to + 8, match + 8);
			put_unaligned_le16(get_unaligned_le16(match + 16), to + 16);
		} else {
			const u8 *rest = from;
			size_t len = length;

			if (len == LENGTH_MORE &&
			    (!read_length(&rest, src_end, dst_end - to, &len) ||
			     (size_t)(dst_end - to) < len + MIN_MATCH + WILD_COPY))
				break;
			from = rest;
			length = len;
			match_wild(to, distance, length + MIN_MATCH);
		}
		src = from;
		dst = to + length + MIN_MATCH;
	}
	s->src = src;
	s->dst = dst;
}

static enum lz4_result exact_match(struct lz4_state *s, size_t length)
{
	size_t distance, room = s->dst_end - s->dst;

	if (s->src_end - s->src < 2)
		return LZ4_MALFORMED;
	distance = get_unaligned_le16(s->src);
	s->src += 2;
	if (distance == 0 || distance > (size_t)(s->dst - s->dst_start))
		return LZ4_MALFORMED;
	if (length == LENGTH_MORE && !read_length(&s->src, s->src_end, room, &length))
		return LZ4_MALFORMED;
	length += MIN_MATCH;
	if (length > room)
		return LZ4_MALFORMED;
	match_exact(s->dst, distance, length);
	s->dst += length;
	return LZ4_MORE;
}

/* One sequence, every bound checked. */
static enum lz4_result expand_exact(struct lz4_state *s)
{
	size_t literals, room = s->dst_end - s->dst;
	unsigned int token;

	if (s->src == s->src_end)
		return LZ4_MALFORMED;
	token = *s->src++;
	literals = token >> 4;
	if (literals == LENGTH_MORE && !read_length(&s->src, s->src_end, room, &literals))
		return LZ4_MALFORMED;
	if (literals > room || literals > (size_t)(s->src_end - s->src))
		return LZ4_MALFORMED;
	if (literals)
		memmove(s->dst, s->src, literals);
	s->src += literals;
	s->dst += literals;
	if (s->src == s->src_end)
		return LZ4_DONE;
	return exact_match(s, token & 15);
}

s64 lz4_decompress(const void *src, size_t src_size, void *dst, size_t dst_size)
{
	struct lz4_state s = {
		.src = src, .src_end = (const u8 *)src + src_size,
		.dst = dst, .dst_end = (u8 *)dst + dst_size, .dst_start = dst,
	};
	enum lz4_result result;

	do {
		if (s.src_end - s.src > FAST_SRC_ROOM && s.dst_end - s.dst > FAST_DST_ROOM)
			expand_fast(&s);
		result = expand_exact(&s);
	} while (result == LZ4_MORE);
	return result == LZ4_DONE ? s.dst - s.dst_start : -1;
}
