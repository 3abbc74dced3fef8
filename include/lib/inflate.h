/* SPDX-License-Identifier: BSD-2-Clause */
/* Expanding what Deflate has packed (RFC 1951), and the gzip format around it (RFC 1952). */
#ifndef LIB_INFLATE_H
#define LIB_INFLATE_H

#include <lib/types.h>

/* Where the result goes: one buffer, which is replaced by a larger one when it is full. */
struct inflate_out {
	u8	*data;			/* the result, and room behind it */
	size_t	size, room;		/* bytes of both together are room */
	/* More room than there is: data, room are changed, what is in data[0, size) stays. NULL: there is none */
	bool	(*grow)(struct inflate_out *out);
};

#define INFLATE_FAST_BITS	10

struct huffman {
	u16	fast[1 << INFLATE_FAST_BITS];	/* by the next bits: symbol << 4 | length; 0: a longer code */
	u16	count[16];		/* codes of each length */
	u16	symbol[288];		/* in the order of their codes */
};

/* What the decoder needs; contents do not matter. */
struct inflate_work {
	struct huffman	literals, distances;
	u8		lengths[320];
};

/**
 * inflate() - expand one Deflate stream
 * @src, @size: the stream, hostile; more may follow it
 * @used: set to the bytes the stream had
 * @work: memory for it
 * Reads and writes nothing outside of @src and out->data.
 * Return: NULL, or what is wrong; out->size is what was made before that.
 */
const char *inflate(const u8 *src, size_t size, size_t *used, struct inflate_out *out, struct inflate_work *work);

/** gunzip() - the same for one gzip member, whose checksum is verified. out->size is 0 to begin with */
const char *gunzip(const u8 *src, size_t size, size_t *used, struct inflate_out *out, struct inflate_work *work);

#endif
