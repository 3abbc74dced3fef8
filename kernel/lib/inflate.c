/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Deflate is a row of blocks: bytes as they are, or symbols of two Huffman codes,
 * one for literals and lengths, one for distances. Codes of up to ten bits are
 * looked up at once, longer ones bit by bit.
 */
#include <lib/inflate.h>
#include <lib/string.h>
#include <lib/unaligned.h>

#define MAX_BITS	15		/* of a code */
#define NR_LITERALS	286		/* symbols: bytes, 256 for the end of a block, lengths */
#define NR_DISTANCES	30
#define NR_CODE_LENGTHS	19
#define END_OF_BLOCK	256

struct stream {
	const u8	*src, *end;
	u64		bits;		/* next ones, the first is bit 0 */
	unsigned int	nr_bits;
	bool		cut;		/* more was asked for than there is */
	struct inflate_out *out;
};

/* ----------------------------------------------------------------------------- bits */

/* At least 32 bits, with zeros behind the end. */
static inline void refill(struct stream *s)
{
	while (s->nr_bits <= 56 && s->src < s->end) {
		s->bits |= (u64)*s->src++ << s->nr_bits;
		s->nr_bits += 8;
	}
}

static inline void drop(struct stream *s, unsigned int n)
{
	if (n > s->nr_bits) {
		s->cut = true;
		n = s->nr_bits;
	}
	s->bits >>= n;
	s->nr_bits -= n;
}

static inline u32 take(struct stream *s, unsigned int n)
{
	u32 value;

	refill(s);
	value = s->bits & ((1u << n) - 1);
	drop(s, n);
	return value;
}

/* ---------------------------------------------------------------------------- codes */

static u32 reversed(u32 code, unsigned int len)
{
	u32 r = 0;

	for (; len; len--, code >>= 1)
		r = r << 1 | (code & 1);
	return r;
}

/* All patterns of the fast table that begin with the code of @symbol. */
static void fill_fast(struct huffman *h, u32 code, unsigned int len, u32 symbol)
{
	for (u32 at = reversed(code, len); at < 1u << INFLATE_FAST_BITS; at += 1u << len)
		h->fast[at] = symbol << 4 | len;
}

/* RFC 1951, 3.2.2. Return: codes that are left over, of the longest length; negative: there are too many */
static int make_code(struct huffman *h, const u8 *lengths, unsigned int n)
{
	u32 code[MAX_BITS + 2] = { 0 }, place[MAX_BITS + 2] = { 0 };
	int left = 1;

	memset(h, 0, sizeof(*h));
	for (unsigned int i = 0; i < n; i++)
		h->count[lengths[i]]++;
	h->count[0] = 0;
	for (unsigned int len = 1; len <= MAX_BITS; len++) {
		left = 2 * left - h->count[len];
		if (left < 0)
			return left;
		code[len + 1] = (code[len] + h->count[len]) << 1;
		place[len + 1] = place[len] + h->count[len];
	}
	for (unsigned int i = 0; i < n; i++) {
		unsigned int len = lengths[i];

		if (!len)
			continue;
		if (len <= INFLATE_FAST_BITS)
			fill_fast(h, code[len], len, i);
		code[len]++;
		h->symbol[place[len]++] = i;
	}
	return left;
}

/* Bit by bit: among the codes of each length, those of the symbols are the first. Return: -1 for no code */
static int decode_slow(struct stream *s, const struct huffman *h)
{
	int code = 0, first = 0, index = 0;

	for (unsigned int len = 1; len <= MAX_BITS; len++) {
		code |= s->bits >> (len - 1) & 1;
		if (code - first < h->count[len]) {
			drop(s, len);
			return h->symbol[index + code - first];
		}
		index += h->count[len];
		first = (first + h->count[len]) << 1;
		code <<= 1;
	}
	return -1;
}

static inline int decode(struct stream *s, const struct huffman *h)
{
	u32 entry;

	refill(s);
	entry = h->fast[s->bits & ((1u << INFLATE_FAST_BITS) - 1)];
	if (!entry)
		return decode_slow(s, h);
	drop(s, entry & 15);
	return entry >> 4;
}

/* --------------------------------------------------------------------------- output */

static bool need_room(struct inflate_out *out, size_t n)
{
	while (out->room - out->size < n)
		if (!out->grow || !out->grow(out))
			return false;
	return true;
}

static const char *const no_room = "there is no memory for it";

static const char *stored_block(struct stream *s)
{
	struct inflate_out *out = s->out;
	u32 len, check;

	drop(s, s->nr_bits & 7);
	len = take(s, 16);
	check = take(s, 16);
	if (s->cut || len != (~check & 0xffff))
		return "a stored block has a wrong length";
	s->src -= s->nr_bits / 8;		/* whole bytes that were taken ahead */
	s->bits = s->nr_bits = 0;
	if (len > s->end - s->src)
		return "a stored block is cut short";
	if (!need_room(out, len))
		return no_room;
	memcpy(out->data + out->size, s->src, len);
	out->size += len;
	s->src += len;
	return NULL;
}

/* @n bytes from @distance bytes back, which may overlap. */
static const char *copy_match(struct inflate_out *out, size_t distance, size_t n)
{
	u8 *to;

	if (distance > out->size)
		return "a distance leads before the start";
	if (!need_room(out, n))
		return no_room;
	to = out->data + out->size;
	for (size_t i = 0; i < n; i++)
		to[i] = to[(ptrdiff_t)i - (ptrdiff_t)distance];
	out->size += n;
	return NULL;
}

/* RFC 1951, 3.2.5 */
static const u16 length_base[] = { 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99,
				   115, 131, 163, 195, 227, 258 };
static const u8 length_extra[] = { 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0 };
static const u16 distance_base[] = { 1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025,
				     1537, 2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577 };
static const u8 distance_extra[] = { 0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12,
				     12, 13, 13 };

static const char *match(struct stream *s, unsigned int symbol, const struct huffman *distances)
{
	size_t length, distance;
	int d;

	if (symbol >= ARRAY_SIZE(length_base))
		return "a length that there is not";
	length = length_base[symbol] + take(s, length_extra[symbol]);
	d = decode(s, distances);
	if (d < 0 || d >= NR_DISTANCES)
		return "a distance that there is not";
	distance = distance_base[d] + take(s, distance_extra[d]);
	return s->cut ? "it is cut short" : copy_match(s->out, distance, length);
}

static const char *packed_block(struct stream *s, const struct huffman *literals, const struct huffman *distances)
{
	struct inflate_out *out = s->out;

	for (;;) {
		int symbol = decode(s, literals);
		const char *error;

		if (symbol < 0)
			return "a code that there is not";
		if (s->cut)
			return "it is cut short";
		if (symbol == END_OF_BLOCK)
			return NULL;
		if (symbol < END_OF_BLOCK) {
			if (unlikely(out->size == out->room) && !need_room(out, 1))
				return no_room;
			out->data[out->size++] = symbol;
			continue;
		}
		error = match(s, symbol - END_OF_BLOCK - 1, distances);
		if (error)
			return error;
	}
}

/* --------------------------------------------------------------------------- blocks */

static const char *fixed_block(struct stream *s, struct inflate_work *w)
{
	memset(w->lengths, 8, 144);
	memset(w->lengths + 144, 9, 112);
	memset(w->lengths + 256, 7, 24);
	memset(w->lengths + 280, 8, 8);
	make_code(&w->literals, w->lengths, 288);
	memset(w->lengths, 5, NR_DISTANCES);
	make_code(&w->distances, w->lengths, NR_DISTANCES);
	return packed_block(s, &w->literals, &w->distances);
}

/* The lengths of both codes, which are packed themselves (3.2.7). */
static const char *read_lengths(struct stream *s, struct inflate_work *w, unsigned int n)
{
	unsigned int i = 0;

	while (i < n) {
		int symbol = decode(s, &w->literals);
		unsigned int repeat;
		u8 value = 0;

		if (symbol < 0 || s->cut)
			return "the lengths of its codes are damaged";
		if (symbol < 16) {
			w->lengths[i++] = symbol;
			continue;
		}
		if (symbol == 16) {
			if (!i)
				return "it repeats a length before there is one";
			value = w->lengths[i - 1];
			repeat = 3 + take(s, 2);
		} else {
			repeat = symbol == 17 ? 3 + take(s, 3) : 11 + take(s, 7);
		}
		if (repeat > n - i)
			return "it has too many lengths of codes";
		memset(w->lengths + i, value, repeat);
		i += repeat;
	}
	return NULL;
}

/* A code may be incomplete only if it has one symbol, of one bit, or for distances none. */
static bool bad_code(int left, const struct huffman *h, unsigned int fewest)
{
	unsigned int sum = 0;

	for (unsigned int len = 1; len <= MAX_BITS; len++)
		sum += h->count[len];
	return left < 0 || (left > 0 && (sum > 1 || sum < fewest || (sum == 1 && h->count[1] != 1)));
}

static const char *dynamic_block(struct stream *s, struct inflate_work *w)
{
	static const u8 order[NR_CODE_LENGTHS] = { 16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15 };
	unsigned int nr_literals = 257 + take(s, 5), nr_distances = 1 + take(s, 5), nr_lengths = 4 + take(s, 4);
	const char *error;
	int left;

	if (nr_literals > NR_LITERALS || nr_distances > NR_DISTANCES)
		return "it has too many symbols";
	memset(w->lengths, 0, NR_CODE_LENGTHS);
	for (unsigned int i = 0; i < nr_lengths; i++)
		w->lengths[order[i]] = take(s, 3);
	if (make_code(&w->literals, w->lengths, NR_CODE_LENGTHS))
		return "the code of its lengths is wrong";
	error = read_lengths(s, w, nr_literals + nr_distances);
	if (error)
		return error;
	if (!w->lengths[END_OF_BLOCK])
		return "it has no end";
	left = make_code(&w->distances, w->lengths + nr_literals, nr_distances);
	if (bad_code(left, &w->distances, 0))
		return "the code of its distances is wrong";
	left = make_code(&w->literals, w->lengths, nr_literals);
	if (bad_code(left, &w->literals, 1))
		return "the code of its literals is wrong";
	return packed_block(s, &w->literals, &w->distances);
}

const char *inflate(const u8 *src, size_t size, size_t *used, struct inflate_out *out, struct inflate_work *work)
{
	struct stream s = { .src = src, .end = src + size, .out = out };
	const char *error = NULL;
	bool last = false;

	while (!last && !error) {
		last = take(&s, 1);
		switch (take(&s, 2)) {
		case 0:
			error = stored_block(&s);
			break;
		case 1:
			error = fixed_block(&s, work);
			break;
		case 2:
			error = dynamic_block(&s, work);
			break;
		default:
			error = "a block of a kind that there is not";
		}
		if (!error && s.cut)
			error = "it is cut short";
	}
	*used = s.src - src - s.nr_bits / 8;
	return error;
}

/* ----------------------------------------------------------------------------- gzip */

#define GZIP_HEADER	10
#define GZIP_TRAILER	8

enum { FTEXT = 1, FHCRC = 2, FEXTRA = 4, FNAME = 8, FCOMMENT = 16, FRESERVED = 0xe0 };

/* By half bytes: a table of 64 bytes for something that is seldom done. */
static u32 crc32(const u8 *data, size_t n)
{
	static const u32 table[16] = {
		0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4, 0x4db26158, 0x5005713c,
		0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c, 0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c,
	};
	u32 crc = ~0u;

	for (; n; n--, data++) {
		crc ^= *data;
		crc = crc >> 4 ^ table[crc & 15];
		crc = crc >> 4 ^ table[crc & 15];
	}
	return ~crc;
}

/* Bytes of the header, 0 when it is damaged. */
static size_t header_size(const u8 *src, size_t size)
{
	size_t n = GZIP_HEADER;

	if (size < GZIP_HEADER || src[0] != 0x1f || src[1] != 0x8b || src[2] != 8 || src[3] & FRESERVED)
		return 0;
	if (src[3] & FEXTRA)
		n = size - n < 2 ? size : n + 2 + get_unaligned_le16(src + n);
	for (unsigned int field = FNAME; field <= FCOMMENT; field <<= 1) {
		if (!(src[3] & field))
			continue;
		while (n < size && src[n])
			n++;
		n++;
	}
	if (src[3] & FHCRC) {
		if (n > size || size - n < 2 || get_unaligned_le16(src + n) != (crc32(src, n) & 0xffff))
			return 0;
		n += 2;
	}
	return n < size ? n : 0;
}

const char *gunzip(const u8 *src, size_t size, size_t *used, struct inflate_out *out, struct inflate_work *work)
{
	size_t header = header_size(src, size), start = out->size;
	const char *error;

	*used = 0;
	if (!header)
		return "its header is damaged";
	error = inflate(src + header, size - header, used, out, work);
	*used += header;
	if (error)
		return error;
	if (size - *used < GZIP_TRAILER)
		return "its end is missing";
	if (get_unaligned_le32(src + *used + 4) != (u32)(out->size - start))
		return "it has another length than it says";
	if (get_unaligned_le32(src + *used) != crc32(out->data + start, out->size - start))
		return "its checksum is wrong";
	*used += GZIP_TRAILER;
	return NULL;
}
