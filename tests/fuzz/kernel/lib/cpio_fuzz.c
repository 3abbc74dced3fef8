/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/lib/cpio.c: entries lie in the archive one after the other, and say what sscanf() reads in their headers. */
#include <tests/fuzz/fuzz.h>
#include <lib/cpio.h>

static u32 header_number(const u8 *header, unsigned int nr)
{
	char digits[9] = "";
	u32 value;
	int used = 0;

	memcpy(digits, header + 6 + 8 * nr, 8);
	sscanf(digits, "%x%n", &value, &used);
	CHECK(used == 8, "\"%s\" was taken for a number", digits);
	return value;
}

static void check_entry(const u8 *data, const struct cpio_reader *r, const struct cpio_entry *e, u64 before)
{
	const u8 *header = (const u8 *)e->name - 110;
	size_t name_size = e->data - (const u8 *)e->name;

	CHECK(header >= data + before && IS_ALIGNED(header - data, 4), "a header at %td", header - data);
	CHECK(!memcmp(header, "070701", 6) || !memcmp(header, "070702", 6), "no magic");
	CHECK(header_number(header, 1) == e->mode, "mode %o", e->mode);
	CHECK(header_number(header, 6) == e->size, "%u bytes", e->size);
	CHECK(header_number(header, 11) <= name_size && name_size < header_number(header, 11) + 4ull, "name of %zu bytes",
	      name_size);
	CHECK(strlen(e->name) < header_number(header, 11), "the name does not end");
	CHECK(IS_ALIGNED(e->data - data, 4), "contents at %td", e->data - data);
	CHECK(e->data + e->size <= data + r->pos && r->pos <= r->size, "contents to %" PRIu64, r->pos);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct cpio_reader r = { .data = data, .size = size }, again = r;
	struct cpio_entry e, found;
	u64 before = 0;
	bool seen = false;

	while (cpio_next(&r, &e)) {
		check_entry(data, &r, &e, before);
		before = r.pos;
		if (!seen && (e.mode & 0170000) == 0100000) {
			seen = true;
			CHECK(cpio_find(&again, e.name, &found) && found.data == e.data, "\"%s\" is not found", e.name);
		}
	}
	CHECK(r.pos >= before && r.pos <= size, "the end at %" PRIu64, r.pos);
	return 0;
}
