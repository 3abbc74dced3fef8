/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/lib/inflate.c: all that zlib packs comes back; what is damaged is refused, and nothing outside is touched. */
#include <tests/host/test.h>
#include <zlib.h>
#define inflate lantern_inflate		/* zlib has one too */
#include <lib/inflate.h>
#undef inflate

#define MAX_SIZE	200000

static struct inflate_work work;

static bool grow(struct inflate_out *out)
{
	size_t room = out->room + 1 + random_below(out->room + 100);
	u8 *data = malloc(room);

	memcpy(data, out->data, out->size);
	free(out->data);
	out->data = data;
	out->room = room;
	return room < 4 * MAX_SIZE;
}

static u8 *make_data(size_t size)
{
	u8 *p = malloc(size + 1);
	unsigned int kind = random_below(4);

	for (size_t i = 0; i < size; i++) {
		if (kind && i > 300 && !one_in(4)) {		/* what was before, once more */
			size_t from = random_below(min(i, (size_t)33000)) + 1, n = min(size - i, (size_t)random_below(300));

			for (; n; n--, i++)
				p[i] = p[i - from];
			i--;
		} else {
			p[i] = kind < 2 ? random64() : 'a' + random_below(6);
		}
	}
	return p;
}

/* @bits: as of deflateInit2(): 15 + 16 for gzip, -15 for the bare stream. In a buffer of its exact size */
static u8 *pack(const u8 *data, size_t size, int bits, size_t *packed)
{
	static const int strategies[] = { Z_DEFAULT_STRATEGY, Z_FILTERED, Z_HUFFMAN_ONLY, Z_RLE, Z_FIXED };
	z_stream z = { 0 };
	u8 *out = malloc(size + size / 2 + 1000), *exact;

	deflateInit2(&z, random_below(10), Z_DEFLATED, bits, 1 + random_below(9), strategies[random_below(5)]);
	z.next_in = (u8 *)data;
	z.avail_in = size;
	z.next_out = out;
	z.avail_out = size + size / 2 + 1000;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	*packed = z.total_out;
	deflateEnd(&z);
	exact = malloc(*packed);
	memcpy(exact, out, *packed);
	free(out);
	return exact;
}

static void what_zlib_packs_comes_back(void **state)
{
	for (int round = 0; round < 300; round++) {
		size_t size = one_in(5) ? random_below(20) : random_below(one_in(8) ? MAX_SIZE : 5000), packed, used;
		bool gzip = one_in(2);
		u8 *data = make_data(size), *p = pack(data, size, gzip ? 31 : -15, &packed);
		struct inflate_out out = { .data = malloc(1), .grow = grow };
		const char *error = gzip ? gunzip(p, packed, &used, &out, &work) :
				    lantern_inflate(p, packed, &used, &out, &work);

		if (error)
			print_message("round %d: %s\n", round, error);
		assert_null(error);
		assert_int_equal(used, packed);
		assert_int_equal(out.size, size);
		assert_memory_equal(out.data, data, size);
		free(out.data);
		free(data);
		free(p);
	}
}

/* Whether zlib takes it for good: a bit that nobody looks at may have changed. */
static bool is_good(const u8 *p, size_t size)
{
	static u8 out[MAX_SIZE];
	z_stream z = { .next_in = (u8 *)p, .avail_in = size, .next_out = out, .avail_out = sizeof(out) };
	int err;

	inflateInit2(&z, 31);
	err = inflate(&z, Z_FINISH);
	inflateEnd(&z);
	return err == Z_STREAM_END;
}

static void damage_is_told(void **state)
{
	for (int round = 0; round < 2000; round++) {
		size_t size = random_below(2000), packed, used, cut;
		u8 *data = make_data(size), *p = pack(data, size, 31, &packed);
		struct inflate_out out = { .data = malloc(1), .grow = grow };

		if (one_in(2)) {
			cut = random_below(packed);
			p = realloc(p, cut + !cut);
			assert_non_null(gunzip(p, cut, &used, &out, &work));
		} else {
			u8 *at = &p[10 + random_below(packed - 10)];

			*at ^= 1 << random_below(8);
			assert_int_equal(!gunzip(p, packed, &used, &out, &work), is_good(p, packed));
		}
		free(out.data);
		free(data);
		free(p);
	}
}

static void put16(u8 *at, u32 value)
{
	at[0] = value;
	at[1] = value >> 8;
}

static void headers_have_parts(void **state)
{
	static const u8 stream[] = { 0x4b, 0x4c, 0x04, 0x00, 0, 0, 0, 0, 2, 0, 0, 0 };	/* "aa", checksum, length */
	const char parts[] = "\3\0xyzname\0comment\0";
	u8 file[64] = { 0x1f, 0x8b, 8, 4 | 8 | 16 | 2 };
	struct inflate_out out = { .data = malloc(64), .room = 64 };
	size_t used, n = 10;

	memcpy(file + n, parts, sizeof(parts) - 1);
	n += sizeof(parts) - 1;
	put16(file + n, crc32(0, file, n));
	n += 2;
	memcpy(file + n, stream, sizeof(stream));
	n += sizeof(stream);
	put16(file + n - 8, crc32(0, (const u8 *)"aa", 2));
	put16(file + n - 6, crc32(0, (const u8 *)"aa", 2) >> 16);
	assert_null(gunzip(file, n, &used, &out, &work));
	assert_int_equal(used, n);
	assert_int_equal(out.size, 2);
	assert_memory_equal(out.data, "aa", 2);
	for (size_t cut = 0; cut < n; cut++) {
		u8 *p = malloc(cut + 1);

		memcpy(p, file, cut);
		out.size = 0;
		assert_non_null(gunzip(p, cut, &used, &out, &work));
		free(p);
	}
	free(out.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_zlib_packs_comes_back),
		cmocka_unit_test(damage_is_told),
		cmocka_unit_test(headers_have_parts),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
