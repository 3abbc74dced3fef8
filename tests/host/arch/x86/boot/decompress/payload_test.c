/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch/x86/boot/decompress/payload.c with payloads made here: packed by liblz4,
 * summed by libxxhash, with RELR tables from an encoder of our own. All buffers
 * end where their allocations end.
 */
#include <tests/host/test.h>
#include <lz4.h>
#include <xxhash.h>
#include "arch/x86/boot/decompress/payload.h"

#define LINK		0xffffffff81000000ULL
#define MAP_START	0xffffffff80000000ULL
#define MIB		(1ULL << 20)

const struct payload_header payload_blob;

/* An image whose pointers are known: a bit for each place, moved one by one. */
struct image {
	u32	size, relr_offset, relr_size;
	u8	*bytes;
	bool	*pointer;		/* one begins at this offset */
};

struct payload {
	struct payload_header	*header;
	size_t			size;		/* of header and block */
};

static u64 load(const u8 *p)
{
	u64 v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static void store(u8 *p, u64 v)
{
	memcpy(p, &v, sizeof(v));
}

/*
 * gABI: a word is either an even address, or, with bit 0 set, says which of the
 * next 63 words hold pointers. Return: words written to @out.
 */
static size_t encode_relr(const struct image *im, u32 end, u64 *out)
{
	size_t n = 0;
	for (u32 start = 0; start + 8 <= end; start++) {
		if (!im->pointer[start])
			continue;
		out[n++] = LINK + start;
		for (u32 at = start + 8; ; at += 63 * 8) {
			u64 bits = 0;

			for (u32 i = 0; i < 63; i++)
				if (at + i * 8 + 8 <= end && im->pointer[at + i * 8])
					bits |= 2ULL << i;
			if (!bits)
				break;
			out[n++] = bits | 1;
			for (u32 i = 0; i < 63; i++)		/* done with */
				if (bits & 2ULL << i)
					im->pointer[at + i * 8] = false;
		}
	}
	return n;
}

/* Random bytes, pointers at even places, dense here and thin there, and the table behind them. */
static struct image make_image(u32 data_size)
{
	struct image im = { .relr_offset = ALIGN(data_size, 8) };
	bool *kept = calloc(1, data_size + 1);
	u64 *relr = malloc((data_size + 16) * sizeof(u64));
	unsigned int odds = 1 + random_below(100), skew = 0;

	im.pointer = calloc(1, data_size + 1);
	for (u32 at = 0; at + 8 <= data_size; at += 8) {
		if (one_in(40)) {
			odds = 1 + random_below(one_in(2) ? 3 : 300);
			skew = one_in(4) ? 2 * random_below(4) : 0;
		}
		if (one_in(odds) && at + skew + 8 <= data_size && !(at && skew < 8 && at + skew < 8))
			im.pointer[at + skew] = true;
	}
	for (u32 at = 0, last = 0; at < data_size; at++) {	/* none overlaps the one before */
		if (im.pointer[at] && at < last)
			im.pointer[at] = false;
		if (im.pointer[at])
			last = at + 8;
	}
	memcpy(kept, im.pointer, data_size);
	im.relr_size = 8 * encode_relr(&im, data_size, relr);
	memcpy(im.pointer, kept, data_size);
	im.size = im.relr_offset + im.relr_size;
	im.bytes = malloc(im.size);
	for (u32 i = 0; i < im.size; i++)
		im.bytes[i] = one_in(3) ? random64() : 0;
	for (u32 at = 0; at < data_size; at++)
		if (im.pointer[at])
			store(im.bytes + at, LINK + random_below(im.size));
	memcpy(im.bytes + im.relr_offset, relr, im.relr_size);
	free(relr);
	free(kept);
	return im;
}

static void free_image(struct image *im)
{
	free(im->bytes);
	free(im->pointer);
}

static void sign(struct payload_header *h)
{
	h->header_checksum = XXH64(h, offsetof(struct payload_header, header_checksum), 0);
}

static struct payload make_payload(const struct image *im)
{
	int bound = LZ4_compressBound(im->size), n;
	char *block = malloc(bound);
	struct payload p;

	n = LZ4_compress_default((const char *)im->bytes, block, im->size, bound);
	assert_true(n > 0);
	p.size = sizeof(*p.header) + n;
	p.header = malloc(p.size);
	*p.header = (struct payload_header){
		.magic = PAYLOAD_MAGIC, .link_address = LINK, .image_checksum = XXH64(im->bytes, im->size, 0),
		.image_size = im->size, .memory_size = im->size + random_below(100000),
		.text_size = 1 + random_below(im->size), .relr_offset = im->relr_offset,
		.relr_size = im->relr_size, .block_offset = sizeof(*p.header), .block_size = n,
	};
	p.header->entry_offset = random_below(p.header->text_size);
	sign(p.header);
	memcpy(p.header + 1, block, n);
	free(block);
	return p;
}

static void images_come_back_and_their_pointers_move(void **state)
{
	(void)state;
	for (int round = 0; round < 300; round++) {
		struct image im = make_image(16 + random_below(one_in(10) ? 200000 : 8000));
		struct payload p = make_payload(&im);
		u64 virt = LINK + (random_below(2000) - 100) * 2 * MIB;
		u8 *got = malloc(im.size);

		assert_int_equal(payload_check(p.header), PAYLOAD_OK);
		assert_int_equal(payload_expand(p.header, got), PAYLOAD_OK);
		assert_memory_equal(got, im.bytes, im.size);
		assert_int_equal(payload_verify(p.header, got), PAYLOAD_OK);
		assert_int_equal(payload_relocate(p.header, got, LINK), PAYLOAD_OK);
		assert_memory_equal(got, im.bytes, im.size);
		assert_int_equal(payload_relocate(p.header, got, virt), PAYLOAD_OK);
		for (u32 at = 0; at + 8 <= im.relr_offset; at++)
			if (im.pointer[at])
				store(im.bytes + at, load(im.bytes + at) + (virt - LINK));
		assert_memory_equal(got, im.bytes, im.size);
		free(got);
		free(p.header);
		free_image(&im);
	}
}

/* What stub and loader do, up to the checksum; what passes must be @want. */
static enum payload_error unpack(const struct payload *p, const struct image *want)
{
	enum payload_error err = payload_check(p->header);
	u8 *image;

	if (err)
		return err;
	image = malloc(p->header->image_size);
	err = payload_expand(p->header, image);
	if (!err)
		err = payload_verify(p->header, image);
	if (!err)
		assert_memory_equal(image, want->bytes, want->size);
	free(image);
	return err;
}

/* LZ4 has bits without effect: the match length of the last sequence, matches of the same bytes elsewhere. */
static void every_flipped_bit_that_matters_is_refused(void **state)
{
	unsigned int seen[5] = { 0 };

	(void)state;
	for (int round = 0; round < 12; round++) {
		struct image im = make_image(16 + random_below(2500));
		struct payload p = make_payload(&im);
		u8 *bytes = (u8 *)p.header;

		assert_int_equal(unpack(&p, &im), PAYLOAD_OK);
		for (size_t bit = 0; bit < 8 * p.size; bit++) {
			enum payload_error err;

			bytes[bit / 8] ^= 1 << bit % 8;
			err = unpack(&p, &im);
			if (bit < 8 * sizeof(*p.header))
				assert_int_equal(err, PAYLOAD_BAD_HEADER);
			seen[err]++;
			bytes[bit / 8] ^= 1 << bit % 8;
		}
		free(p.header);
		free_image(&im);
	}
	assert_true(seen[PAYLOAD_BAD_BLOCK] && seen[PAYLOAD_BAD_CHECKSUM] > 50 * seen[PAYLOAD_OK]);
}

static void blocks_cut_short_or_long_are_refused(void **state)
{
	(void)state;
	for (int round = 0; round < 10; round++) {
		struct image im = make_image(16 + random_below(3000));
		struct payload p = make_payload(&im), cut;

		for (size_t size = sizeof(*p.header); size < p.size; size++) {
			cut.size = size;
			cut.header = exact_copy(p.header, size);
			cut.header->block_size = size - sizeof(*p.header);
			sign(cut.header);
			assert_int_equal(unpack(&cut, &im), PAYLOAD_BAD_BLOCK);
			free(cut.header);
		}
		for (int more = -1; more <= 1; more += 2) {	/* an image of another size than promised */
			cut.header = exact_copy(p.header, p.size);
			cut.header->image_size += more;
			cut.header->memory_size += 1;
			cut.header->text_size = 1;
			cut.header->entry_offset = 0;
			cut.header->relr_size = 0;
			cut.header->relr_offset = 0;
			sign(cut.header);
			assert_int_equal(unpack(&cut, &im), PAYLOAD_BAD_BLOCK);
			free(cut.header);
		}
		free(p.header);
		free_image(&im);
	}
}

static void headers_whose_sizes_contradict_are_refused(void **state)
{
	unsigned int good = 0;

	(void)state;
	for (int round = 0; round < 200000; round++) {
		static const u32 sizes[] = { 0, 1, 8, 4096, 4097, 0x7fffffff, 0x80000000, 0xfffffff8, 0xffffffff };
		struct payload_header h = { .magic = PAYLOAD_MAGIC, .link_address = LINK };
		u32 *field[] = { &h.image_size, &h.memory_size, &h.text_size, &h.relr_offset, &h.relr_size,
				 &h.entry_offset };
		bool want;

		for (unsigned int i = 0; i < ARRAY_SIZE(field); i++)
			*field[i] = one_in(2) ? sizes[random_below(ARRAY_SIZE(sizes))] : random_below(5000);
		if (one_in(2))
			h.memory_size = -1;
		sign(&h);
		want = h.image_size <= h.memory_size && h.text_size <= h.image_size &&
		       h.entry_offset < h.text_size &&
		       (u64)h.relr_offset + h.relr_size <= h.image_size;
		good += want;
		assert_int_equal(payload_check(&h), want ? PAYLOAD_OK : PAYLOAD_BAD_HEADER);
	}
	assert_true(good > 100);
}

/* The table read word by word, each pointer judged alone; false when one lies outside. */
static bool model_relocate(u8 *image, u32 size, u32 relr_offset, u32 nr, u64 delta)
{
	u64 next = 0;

	for (u32 n = 0; n < nr; n++) {
		u64 word = load(image + relr_offset + 8 * n);	/* read late: a table may move itself */

		for (unsigned int bit = word & 1; bit < 64; bit++) {
			u64 at = next + (bit - 1) * 8;

			if (!(word & 1))
				at = word - LINK;
			else if (!(word >> bit & 1))
				continue;
			if (word & 1 && bit == 0)
				continue;
			if (at >= size || size - at < 8)
				return false;
			store(image + at, load(image + at) + delta);
			if (!(word & 1)) {
				next = at + 8;
				break;
			}
		}
		if (word & 1)
			next += 63 * 8;
	}
	return true;
}

static u64 hostile_word(u32 size)
{
	switch (random_below(8)) {
	case 0:	 return random64();
	case 1:	 return random64() & ~1ULL;
	case 2:	 return LINK + size - random_below(20);
	case 3:	 return LINK - random_below(20);
	case 4:	 return 1 | (random64() & random64() & random64());
	case 5:	 return 1 | 1ULL << random_below(64);
	default: return (LINK + random_below(size + 10)) & ~1ULL;
	}
}

static void hostile_tables_stay_in_the_image(void **state)
{
	unsigned int good = 0, bad = 0;

	(void)state;
	for (int round = 0; round < 60000; round++) {
		u32 size = 1 + random_below(one_in(3) ? 40 : 3000), nr = random_below(min(size / 8, 12u) + 1);
		struct payload_header h = { .link_address = LINK, .image_size = size, .relr_size = 8 * nr };
		u64 virt = LINK + (1 + random_below(100)) * 2 * MIB;
		u8 *image = malloc(size), *want;
		bool ok;

		h.relr_offset = ALIGN_DOWN(random_below(size - 8 * nr + 1), 8);
		h.relr_size += random_below(min(size - h.relr_offset - h.relr_size, 7u) + 1);	/* and part of a word */
		for (u32 i = 0; i < size; i++)
			image[i] = random64();
		for (u32 i = 0; i < nr; i++)
			store(image + h.relr_offset + 8 * i, hostile_word(size));
		want = exact_copy(image, size);
		ok = model_relocate(want, size, h.relr_offset, nr, virt - LINK);
		assert_int_equal(payload_relocate(&h, image, virt), ok ? PAYLOAD_OK : PAYLOAD_BAD_RELOCS);
		assert_memory_equal(image, want, size);
		good += ok;
		bad += !ok;
		free(image);
		free(want);
	}
	assert_true(good > 1000 && bad > 1000);
}

static void virtual_addresses_keep_the_kernel_in_its_gib(void **state)
{
	(void)state;
	for (int round = 0; round < 3000; round++) {
		struct payload_header h = { .link_address = MAP_START + random_below(20) * 2 * MIB };
		u32 room = MAP_START + 1024 * MIB - h.link_address;

		h.memory_size = one_in(10) ? room : 1 + random_below(one_in(2) ? room : 50 * MIB);
		assert_int_equal(payload_virtual(&h, 0), h.link_address);
		for (int i = 0; i < 30; i++) {
			u64 virt = payload_virtual(&h, random64() >> random_below(64));

			assert_int_equal(virt % (2 * MIB), 0);
			assert_true(virt >= h.link_address);
			assert_true(virt + h.memory_size <= MAP_START + 1024 * MIB);
		}
	}
}

static void every_virtual_address_can_come_up(void **state)
{
	struct payload_header h = { .link_address = LINK, .memory_size = 300 * MIB };
	bool seen[512] = { false };
	u32 slots = (1024 - 16 - 300) / 2 + 1;

	(void)state;
	for (u64 random = 0; random < 5000; random++)
		seen[(payload_virtual(&h, random) - LINK) / (2 * MIB)] = true;
	for (u32 i = 0; i < 512; i++)
		assert_int_equal(seen[i], i < slots);
}

static void every_error_has_words_of_its_own(void **state)
{
	(void)state;
	for (int a = PAYLOAD_OK; a <= PAYLOAD_BAD_RELOCS + 1; a++) {
		for (int b = PAYLOAD_OK; b < a; b++)
			assert_string_not_equal(payload_strerror(a), payload_strerror(b));
		assert_true(strlen(payload_strerror(a)) > 5);
		assert_null(strchr(payload_strerror(a), '.'));
	}
}

static void the_payload_linked_in_is_found(void **state)
{
	(void)state;
	assert_ptr_equal(payload_find(), &payload_blob);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_come_back_and_their_pointers_move),
		cmocka_unit_test(every_flipped_bit_that_matters_is_refused),
		cmocka_unit_test(blocks_cut_short_or_long_are_refused),
		cmocka_unit_test(headers_whose_sizes_contradict_are_refused),
		cmocka_unit_test(hostile_tables_stay_in_the_image),
		cmocka_unit_test(virtual_addresses_keep_the_kernel_in_its_gib),
		cmocka_unit_test(every_virtual_address_can_come_up),
		cmocka_unit_test(every_error_has_words_of_its_own),
		cmocka_unit_test(the_payload_linked_in_is_found),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
