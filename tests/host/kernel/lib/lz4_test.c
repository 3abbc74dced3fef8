/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/lib/lz4.c: every block that liblz4 makes comes back, in place too, and
 * every other block, however broken, comes out as a slow model of the format
 * says, without leaving buffers that end where their allocations end.
 */
#include <tests/host/test.h>
#include <lz4.h>
#include <lz4hc.h>
#include <lib/lz4.h>

#define MARGIN(size)	(((size) >> 8) + 65536)		/* the contract's */

enum data_kind { NOISE, ZEROS, TEXT, CODE, SHORT_PERIODS, NR_KINDS };

/* Copy earlier bytes, as code and tables repeat themselves. */
static size_t repeat_earlier(u8 *p, size_t pos, size_t size)
{
	size_t distance = 1 + random_below(min(pos, (size_t)70000));
	size_t n = min(size - pos, (size_t)(4 + random_below(one_in(20) ? 2000 : 24)));

	for (size_t i = 0; i < n; i++)
		p[pos + i] = p[pos + i - distance];
	return n;
}

static size_t repeat_period(u8 *p, size_t pos, size_t size)
{
	size_t period = 1 + random_below(20);
	size_t n = min(size - pos, (size_t)(period + random_below(400)));

	for (size_t i = 0; i < n; i++)
		p[pos + i] = i < period ? random64() : p[pos + i - period];
	return n;
}

static u8 *make_data(enum data_kind kind, size_t size)
{
	u8 *p = calloc(1, size + 1);
	size_t pos = 0;

	while (pos < size) {
		if (kind == ZEROS)
			pos += 1 + random_below(5000);
		else if (kind == SHORT_PERIODS)
			pos += repeat_period(p, pos, size);
		else if (kind == CODE && pos && !one_in(3))
			pos += repeat_earlier(p, pos, size);
		else
			p[pos++] = kind == TEXT ? 'a' + random_below(4) : random64();
		if (kind == ZEROS && pos < size)
			p[pos] = random64();
	}
	return p;
}

/* Level 0 is the fast compressor, others the thorough one. */
static u8 *compress(const u8 *data, size_t size, int level, size_t *packed_size)
{
	int bound = LZ4_compressBound(size), n;
	char *packed = malloc(bound);
	u8 *exact;

	if (level == 0)
		n = LZ4_compress_default((const char *)data, packed, size, bound);
	else
		n = LZ4_compress_HC((const char *)data, packed, size, bound, level);
	assert_true(n > 0);
	exact = exact_copy(packed, n);
	free(packed);
	*packed_size = n;
	return exact;
}

static size_t random_size(int round)
{
	if (round < 300)
		return round;
	return random_below(one_in(10) ? 300000 : 6000);
}

static void what_liblz4_packs_comes_back_in_exact_buffers(void **state)
{
	static const int levels[] = { 0, 3, 9, 12 };

	(void)state;
	for (int round = 0; round < 2500; round++) {
		size_t size = random_size(round), packed_size;
		u8 *data = make_data(random_below(NR_KINDS), size);
		u8 *packed = compress(data, size, levels[random_below(4)], &packed_size);
		u8 *out = malloc(size);

		assert_int_equal(lz4_decompress(packed, packed_size, out, size), size);
		assert_memory_equal(out, data, size);
		free(out);
		free(packed);
		free(data);
	}
}

static void a_larger_buffer_gets_only_what_the_block_holds(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		size_t size = random_below(3000), room = size + random_below(200), packed_size;
		u8 *data = make_data(CODE, size), *packed = compress(data, size, 0, &packed_size);
		u8 *out = malloc(room);

		assert_int_equal(lz4_decompress(packed, packed_size, out, room), size);
		assert_memory_equal(out, data, size);
		free(out);
		free(packed);
		free(data);
	}
}

static void a_smaller_buffer_is_refused(void **state)
{
	(void)state;
	for (int round = 0; round < 1000; round++) {
		size_t size = 1 + random_below(2000), packed_size, room;
		u8 *data = make_data(random_below(NR_KINDS), size);
		u8 *packed = compress(data, size, 0, &packed_size), *out;

		room = one_in(2) ? size - 1 : random_below(size);
		out = malloc(room);
		assert_int_equal(lz4_decompress(packed, packed_size, out, room), -1);
		free(out);
		free(packed);
		free(data);
	}
}

/* Expand @packed from the end of the buffer it is expanded in. */
static void check_in_place(const u8 *data, size_t size, const u8 *packed, size_t packed_size,
			   size_t margin)
{
	size_t total = size + margin;
	u8 *buf, *src;

	total = max(total, packed_size);
	buf = malloc(total);
	src = buf + total - packed_size;
	memcpy(src, packed, packed_size);
	assert_int_equal(lz4_decompress(src, packed_size, buf, size), size);
	assert_memory_equal(buf, data, size);
	free(buf);
}

static void expands_in_place_with_the_margin_of_the_contract(void **state)
{
	(void)state;
	for (int round = 0; round < 1500; round++) {
		size_t size = random_size(round), packed_size;
		u8 *data = make_data(random_below(NR_KINDS), size);
		u8 *packed = compress(data, size, one_in(2) ? 0 : 9, &packed_size);

		check_in_place(data, size, packed, packed_size, MARGIN(size));
		/* the fixed part is generous: what surplus and rounding need is this */
		check_in_place(data, size, packed, packed_size, (size >> 8) + 64);
		free(packed);
		free(data);
	}
}

static void expands_in_place_when_nothing_shrank(void **state)
{
	size_t size = 4 << 20, packed_size;
	u8 *data = make_data(NOISE, size), *packed = compress(data, size, 0, &packed_size);

	(void)state;
	assert_true(packed_size > size);
	check_in_place(data, size, packed, packed_size, MARGIN(size));
	free(packed);
	free(data);
}

/*
 * Compressors avoid what shrinks nothing; the format allows it. Sequences of the
 * worst ratio, no literals and the shortest match, close the gap most slowly.
 */
static void expands_in_place_where_every_sequence_is_as_small_as_can_be(void **state)
{
	size_t nr = 20000, size = 1 + 4 * nr + 5, packed_size = 0;
	u8 *packed = malloc(4 * nr + 10), *data = malloc(size);

	(void)state;
	packed[packed_size++] = 0x10;
	packed[packed_size++] = 'x';
	for (size_t i = 0; i < nr; i++) {
		packed[packed_size++] = 1;
		packed[packed_size++] = 0;
		packed[packed_size++] = i + 1 < nr ? 0 : 0x50;
	}
	memcpy(packed + packed_size, "xxxxx", 5);
	packed_size += 5;
	memset(data, 'x', size);
	check_in_place(data, size, packed, packed_size, MARGIN(size));
	check_in_place(data, size, packed, packed_size, 64);
	free(packed);
	free(data);
}

static void every_short_distance_repeats_its_pattern(void **state)
{
	(void)state;
	for (size_t distance = 1; distance <= 40; distance++) {
		for (size_t length = 4; length < 300; length++) {
			u8 block[80], expected[400], *out;
			size_t n = 0, size = distance + length;

			block[n++] = 0xf0 | (length >= 19 ? 15 : length - 4);
			if (distance < 15)
				block[0] = distance << 4 | (block[0] & 15);
			else
				block[n++] = distance - 15;
			for (size_t i = 0; i < distance; i++)
				block[n++] = expected[i] = random64();
			block[n++] = distance;
			block[n++] = 0;
			if (length >= 19 + 255)
				block[n++] = 255;
			if (length >= 19)
				block[n++] = (length - 19) % 255;
			block[n++] = 0;
			for (size_t i = 0; i < length; i++)
				expected[distance + i] = expected[i];
			for (int room = 0; room < 2; room++) {
				out = malloc(size + 100 * room);
				assert_int_equal(lz4_decompress(block, n, out, size + 100 * room), size);
				assert_memory_equal(out, expected, size);
				free(out);
			}
		}
	}
}

static s64 expand_exact_copy(const void *block, size_t n, size_t room)
{
	u8 *src = exact_copy(block, n), *dst = malloc(room);
	s64 result = lz4_decompress(src, n, dst, room);

	free(src);
	free(dst);
	return result;
}

static void malformed_blocks_are_refused(void **state)
{
	(void)state;
	assert_int_equal(expand_exact_copy("", 0, 10), -1);		/* no token */
	assert_int_equal(expand_exact_copy("\x10", 1, 10), -1);		/* literal missing */
	assert_int_equal(expand_exact_copy("\xf0", 1, 10), -1);		/* length missing */
	assert_int_equal(expand_exact_copy("\xf0\xff\xff", 3, 1000), -1);
	assert_int_equal(expand_exact_copy("\x10" "a\x01", 3, 10), -1);	/* half a distance */
	assert_int_equal(expand_exact_copy("\x10" "a\0\0\0", 5, 10), -1);	/* distance 0 */
	assert_int_equal(expand_exact_copy("\x10" "a\2\0\0", 5, 10), -1);	/* before the start */
	assert_int_equal(expand_exact_copy("\x10" "a\1\0", 4, 10), -1);	/* ends in a match */
	assert_int_equal(expand_exact_copy("\0", 1, 0), 0);		/* the empty block */
	assert_int_equal(expand_exact_copy("\x10" "a\1\0\0", 5, 5), 5);
	assert_int_equal(expand_exact_copy("\x10" "a\1\0\0", 5, 4), -1);
}

static void a_distance_before_the_start_is_refused_far_from_the_ends_too(void **state)
{
	u8 block[200] = { 0x10, 'a', 2, 0 };

	(void)state;
	assert_int_equal(expand_exact_copy(block, sizeof(block), 4096), -1);
	block[2] = 0;
	assert_int_equal(expand_exact_copy(block, sizeof(block), 4096), -1);
}

/* In a small room the length is refused for its size, in a large one for having no end. */
static void a_length_that_never_ends_is_refused(void **state)
{
	size_t n = 4096;
	u8 *block = malloc(n);

	(void)state;
	for (size_t room = 1 << 16; room <= 1 << 21; room <<= 5) {
		memset(block, 255, n);
		assert_int_equal(expand_exact_copy(block, n, room), -1);
		memcpy(block, "\x1f" "a\1\0", 4);
		assert_int_equal(expand_exact_copy(block, n, room), -1);
	}
	free(block);
}

static void every_truncation_is_refused_or_bounded(void **state)
{
	(void)state;
	for (int round = 0; round < 40; round++) {
		size_t size = 1 + random_below(700), packed_size;
		u8 *data = make_data(random_below(NR_KINDS), size);
		u8 *packed = compress(data, size, 0, &packed_size);

		for (size_t n = 0; n < packed_size; n++) {
			u8 *src = exact_copy(packed, n), *out = malloc(size);
			s64 got = lz4_decompress(src, n, out, size);

			assert_true(got < (s64)size);
			if (got > 0)
				assert_memory_equal(out, data, got);
			free(src);
			free(out);
		}
		free(packed);
		free(data);
	}
}

/*
 * The format description, byte by byte: strict where liblz4 is lax (it takes a
 * distance of 0) and lax where it insists on what compressors do at the end.
 */
static s64 model_decompress(const u8 *src, size_t n, u8 *dst, size_t room)
{
	size_t pos = 0, out = 0, length, distance;

	while (pos < n) {
		u8 token = src[pos++], byte = 255;

		for (length = token >> 4; length >= 15 && byte == 255; length += byte) {
			if (pos == n)
				return -1;
			byte = src[pos++];
		}
		for (; length; length--) {
			if (pos == n || out == room)
				return -1;
			dst[out++] = src[pos++];
		}
		if (pos == n)
			return out;
		if (n - pos < 2)
			return -1;
		distance = src[pos] | src[pos + 1] << 8;
		pos += 2;
		if (distance == 0 || distance > out)
			return -1;
		byte = 255;
		for (length = token & 15; length >= 15 && byte == 255; length += byte) {
			if (pos == n)
				return -1;
			byte = src[pos++];
		}
		for (length += 4; length; length--) {
			if (out == room)
				return -1;
			dst[out] = dst[out - distance];
			out++;
		}
	}
	return -1;
}

static void compare_with_model(const u8 *src, size_t n, size_t room)
{
	u8 *ours = malloc(room), *expected = malloc(room);
	s64 got = lz4_decompress(src, n, ours, room);

	assert_int_equal(got, model_decompress(src, n, expected, room));
	if (got > 0)
		assert_memory_equal(ours, expected, got);
	free(ours);
	free(expected);
}

static void blocks_with_flipped_bits_stay_bounded_and_agree_with_the_model(void **state)
{
	(void)state;
	for (int round = 0; round < 400; round++) {
		size_t size = 1 + random_below(one_in(8) ? 20000 : 900), packed_size;
		u8 *data = make_data(random_below(NR_KINDS), size);
		u8 *packed = compress(data, size, 0, &packed_size);

		for (int i = 0; i < 60; i++) {
			u8 *src = exact_copy(packed, packed_size);

			for (int flips = 1 + random_below(3); flips; flips--)
				src[random_below(packed_size)] ^= 1 << random_below(8);
			compare_with_model(src, packed_size, one_in(2) ? size : size + random_below(300));
			free(src);
		}
		free(packed);
		free(data);
	}
}

/* Small tokens and small distances, so that the noise is often nearly a block. */
static void noise_stays_bounded_and_agrees_with_the_model(void **state)
{
	(void)state;
	for (int round = 0; round < 60000; round++) {
		size_t n = random_below(160);
		u8 *src = malloc(n);

		for (size_t i = 0; i < n; i++)
			src[i] = one_in(3) ? random64() : random_below(4) << (one_in(2) ? 4 : 0);
		compare_with_model(src, n, random_below(500));
		free(src);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_liblz4_packs_comes_back_in_exact_buffers),
		cmocka_unit_test(a_larger_buffer_gets_only_what_the_block_holds),
		cmocka_unit_test(a_smaller_buffer_is_refused),
		cmocka_unit_test(expands_in_place_with_the_margin_of_the_contract),
		cmocka_unit_test(expands_in_place_when_nothing_shrank),
		cmocka_unit_test(expands_in_place_where_every_sequence_is_as_small_as_can_be),
		cmocka_unit_test(every_short_distance_repeats_its_pattern),
		cmocka_unit_test(malformed_blocks_are_refused),
		cmocka_unit_test(a_distance_before_the_start_is_refused_far_from_the_ends_too),
		cmocka_unit_test(a_length_that_never_ends_is_refused),
		cmocka_unit_test(every_truncation_is_refused_or_bounded),
		cmocka_unit_test(blocks_with_flipped_bits_stay_bounded_and_agree_with_the_model),
		cmocka_unit_test(noise_stays_bounded_and_agrees_with_the_model),
	};

	return cmocka_run_group_tests_name("kernel/lib/lz4", tests, seed_random, NULL);
}
