/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/lib/lz4.c: two bytes say how large the buffer is, the rest is a block.
 * The model takes the format's words byte for byte; both agree on every block,
 * broken ones too.
 */
#include <tests/fuzz/fuzz.h>
#include <lib/lz4.h>

/* A length of 15 goes on in bytes until one is not 255. */
static bool read_length(struct input *in, size_t *length)
{
	u8 more = 255;

	if (*length != 15)
		return true;
	while (more == 255) {
		if (!in->left)
			return false;
		*length += more = input_number(in, 1);
	}
	return true;
}

static s64 naive_decompress(struct input in, u8 *out, size_t room)
{
	size_t pos = 0, length, distance;

	while (in.left) {
		u8 token = input_number(&in, 1);

		length = token >> 4;
		if (!read_length(&in, &length) || length > in.left || length > room - pos)
			return -1;
		while (length--)
			out[pos++] = input_number(&in, 1);
		if (!in.left)
			return pos;		/* the last sequence has literals only */
		if (in.left < 2)
			return -1;
		distance = input_number(&in, 2);
		length = token & 15;
		if (!distance || distance > pos || !read_length(&in, &length) || length + 4 > room - pos)
			return -1;
		for (length += 4; length; length--, pos++)
			out[pos] = out[pos - distance];
	}
	return -1;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	size_t room = input_number(&in, 2);
	u8 *block = malloc(in.left), *ours = malloc(room), *want = malloc(room);
	s64 got, expected;

	if (in.left)
		memcpy(block, in.data, in.left);
	got = lz4_decompress(block, in.left, ours, room);
	expected = naive_decompress(in, want, room);
	CHECK(got == expected, "%lld bytes, not %lld", (long long)got, (long long)expected);
	CHECK(got <= 0 || !memcmp(ours, want, got), "other bytes than the model's");
	free(block);
	free(ours);
	free(want);
	return 0;
}
