/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/lib/inflate.c: a byte says how the output begins, the rest is a stream, gzip
 * or bare. What zlib makes of it we make too, and what zlib refuses we refuse.
 */
#include <tests/fuzz/fuzz.h>
#include <zlib.h>
#define inflate lantern_inflate	/* zlib has one too */
#include <lib/inflate.h>
#undef inflate

#define MAX_OUT	(1u << 20)

static bool grow(struct inflate_out *out)
{
	size_t room = out->room ? out->room * 2 : 16;
	u8 *data;

	if (room > MAX_OUT)
		return false;
	data = malloc(room);
	memcpy(data, out->data, out->size);
	free(out->data);
	out->data = data;
	out->room = room;
	return true;
}

/* Return: Z_STREAM_END and the output, Z_BUF_ERROR when it is longer than MAX_OUT or cut short, or an error */
static int model(const u8 *src, size_t size, bool gzip, u8 *out, size_t *out_size, size_t *used)
{
	z_stream z = { .next_in = (u8 *)src, .avail_in = size, .next_out = out, .avail_out = MAX_OUT };
	int err;

	inflateInit2(&z, gzip ? 15 + 16 : -15);
	err = inflate(&z, Z_FINISH);
	*out_size = z.total_out;
	*used = z.total_in;
	inflateEnd(&z);
	return err;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct inflate_work *work = malloc(sizeof(*work));
	struct inflate_out out = { .data = malloc(1), .grow = grow };
	u8 *expect = malloc(MAX_OUT);
	size_t expect_size, expect_used, used;
	bool gzip = size && data[0] & 1;
	const char *error;
	int err;

	if (size)
		data++, size--;
	err = model(data, size, gzip, expect, &expect_size, &expect_used);
	error = gzip ? gunzip(data, size, &used, &out, work) : lantern_inflate(data, size, &used, &out, work);
	if (expect_size <= MAX_OUT / 4 || err == Z_STREAM_END) {
		CHECK(!error == (err == Z_STREAM_END), "%s, zlib says %d", error ? error : "it is good", err);
		if (!error) {
			CHECK(out.size == expect_size && !memcmp(out.data, expect, expect_size), "%zu bytes, not %zu",
			      out.size, expect_size);
			CHECK(used == expect_used, "%zu bytes used, not %zu", used, expect_used);
		}
	}
	free(out.data);
	free(expect);
	free(work);
	return 0;
}
