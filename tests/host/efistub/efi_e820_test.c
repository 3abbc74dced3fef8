/* SPDX-License-Identifier: BSD-2-Clause */
/* efistub/efi_e820.c against a model that paints every page (e820_model.h). */
#include <tests/host/e820_model.h>
#include <efistub/efi_e820.h>

#define MAX_NR	2000

/* The table of the boot reference, by type 0 to 15. */
static u32 model_type(u32 type, u64 attribute, bool soft_reserve)
{
	static const u32 table[16] = { 2, 1, 1, 1, 1, 2, 2, 1, 5, 3, 4, 2, 2, 2, 7, 2 };
	u32 e820 = type < 16 ? table[type] : 0;

	return e820 == 1 && soft_reserve && attribute & 0x40000 ? 0xefffffff : e820;
}

static void types_translate_as_the_table_says(void **state)
{
	(void)state;
	for (u32 type = 0; type < 64; type++) {
		for (int i = 0; i < 4; i++) {
			u64 attribute = i & 1 ? 0x4000f : 0x800000000000000fULL;
			bool soft = i & 2;

			assert_int_equal(efi_type_to_e820(type, attribute, soft),
					 model_type(type, attribute, soft));
		}
	}
	assert_int_equal(efi_type_to_e820(0x70000000, 0, true), 0);
	assert_int_equal(efi_type_to_e820(0xffffffff, 0, true), 0);
}

/* A map in memory that ends with its last byte; the stride may be odd. */
struct raw_map {
	struct efi_memory_map	map;
	u8			*bytes;
	unsigned int		nr;
};

static void raw_map_init(struct raw_map *raw, unsigned int nr, u64 stride, u64 surplus)
{
	raw->nr = nr;
	raw->bytes = malloc(nr * stride + surplus);
	for (u64 i = 0; i < nr * stride + surplus; i++)
		raw->bytes[i] = random64();
	raw->map = (struct efi_memory_map){ raw->bytes, nr * stride + surplus, stride, 1 };
}

static void raw_map_set(struct raw_map *raw, unsigned int i, const efi_memory_desc_t *desc)
{
	memcpy(raw->bytes + i * raw->map.desc_size, desc, sizeof(*desc));
}

static efi_memory_desc_t raw_map_get(const struct raw_map *raw, unsigned int i)
{
	efi_memory_desc_t desc;

	memcpy(&desc, raw->bytes + i * raw->map.desc_size, sizeof(desc));
	return desc;
}

static void model_of(struct model *m, const struct raw_map *raw, bool soft_reserve)
{
	*m = (struct model){ 0 };
	for (unsigned int i = 0; i < raw->nr; i++) {
		efi_memory_desc_t d = raw_map_get(raw, i);
		u32 type = model_type(d.Type, d.Attribute, soft_reserve);
		unsigned __int128 end = d.PhysicalStart + (unsigned __int128)d.NumberOfPages * 4096;

		if (!d.NumberOfPages)
			m->report.empty++;
		if (!type || !d.NumberOfPages)
			continue;
		if (end >> 64) {
			m->report.wrapped++;
			end = UINT64_MAX;
		}
		model_paint(m, d.PhysicalStart, end, type);
	}
	model_count_overlaps(m);
}

/* Joining neighbours before the sort must change neither the map nor the report. */
static void check_against_model(const struct raw_map *raw, bool soft_reserve)
{
	struct boot_e820_entry *out = malloc(2 * raw->nr * sizeof(*out)), expected[CELLS];
	struct e820_change *scratch = malloc(2 * raw->nr * sizeof(*scratch));
	struct e820_report report;
	struct model m;
	int nr;

	model_of(&m, raw, soft_reserve);
	nr = efi_map_to_e820(&raw->map, soft_reserve, out, 2 * raw->nr, scratch, &report);
	assert_true(nr >= 0);
	assert_same_map(out, nr, expected, model_map(&m, expected));
	assert_same_report(&report, &m.report);
	free(out);
	free(scratch);
	free(raw->bytes);
}

static efi_memory_desc_t random_desc(unsigned int longest)
{
	unsigned int first = random_below(CELLS), nr = random_below(longest + 1);
	efi_memory_desc_t d = { 0 };

	if (first < HALF && first + nr > HALF)
		nr = HALF - first;
	d.Type = one_in(30) ? (u32)random64() : random_below(17);
	d.PhysicalStart = cell_addr(first);
	d.VirtualStart = random64();
	d.NumberOfPages = nr;
	d.Attribute = one_in(4) ? EFI_ATTR_SP | 0xf : 0xf;
	if (first >= HALF && one_in(10))
		d.NumberOfPages = one_in(2) ? random64() | 1ULL << 63 : CELLS - first + random_below(3);
	return d;
}

static u64 random_stride(void)
{
	static const u64 strides[] = { 40, 48, 48, 56, 64, 41, 47 };

	return strides[random_below(ARRAY_SIZE(strides))];
}

static void random_maps_come_out_as_painted(void **state)
{
	struct raw_map raw;

	(void)state;
	for (int round = 0; round < 6000; round++) {
		unsigned int nr = random_below(one_in(100) ? MAX_NR + 1 : 50);
		unsigned int longest = 1 + random_below(one_in(4) ? 200 : 12);
		u64 stride = random_stride();

		raw_map_init(&raw, nr, stride, one_in(3) ? random_below(stride) : 0);
		for (unsigned int i = 0; i < nr; i++) {
			efi_memory_desc_t d = random_desc(longest);

			raw_map_set(&raw, i, &d);
		}
		check_against_model(&raw, one_in(2));
	}
}

/* Sorted and nearly without holes: the case in which neighbours are joined early. */
static void maps_like_firmware_makes_them_come_out_as_painted(void **state)
{
	struct raw_map raw;

	(void)state;
	for (int round = 0; round < 4000; round++) {
		unsigned int nr = 0, kinds = 1 + random_below(16);
		efi_memory_desc_t list[CELLS];

		for (unsigned int cell = 0; cell < CELLS; ) {
			unsigned int pages = random_below(6);

			if (cell < HALF)
				pages = min(pages, HALF - cell);
			list[nr] = (efi_memory_desc_t){ .Type = random_below(kinds), .Attribute = 0xf,
				.PhysicalStart = cell_addr(cell), .NumberOfPages = pages };
			nr += nr + 1 < CELLS;
			cell += pages + one_in(10) + (pages == 0);
		}
		raw_map_init(&raw, nr, 48, 0);
		for (unsigned int i = 0; i < nr; i++)
			raw_map_set(&raw, i, &list[i]);
		check_against_model(&raw, true);
	}
}

static void runs_that_are_all_of_memory_are_cut_and_counted(void **state)
{
	efi_memory_desc_t d = { .Type = 7, .PhysicalStart = 0, .NumberOfPages = 1ULL << 52 };
	struct boot_e820_entry out[2];
	struct e820_change scratch[2];
	struct e820_report report;
	struct raw_map raw;

	(void)state;
	raw_map_init(&raw, 1, 48, 0);
	raw_map_set(&raw, 0, &d);
	assert_int_equal(efi_map_to_e820(&raw.map, true, out, 2, scratch, &report), 1);
	assert_true(out[0].addr == 0 && out[0].size == UINT64_MAX);
	assert_int_equal(report.wrapped, 1);
	free(raw.bytes);
}

static void a_stride_below_the_descriptor_is_refused(void **state)
{
	struct boot_e820_entry out[8];
	struct e820_change scratch[8];
	u8 bytes[160] = { 0 };

	(void)state;
	for (u64 stride = 0; stride < 40; stride++) {
		struct efi_memory_map map = { bytes, sizeof(bytes), stride, 1 };

		assert_int_equal(efi_map_to_e820(&map, true, out, 8, scratch, NULL), -1);
	}
}

static void a_map_smaller_than_one_descriptor_is_empty(void **state)
{
	(void)state;
	for (u64 size = 0; size < 48; size++) {
		u8 *bytes = calloc(1, size + 1);
		struct efi_memory_map map = { bytes, size, 48, 1 };

		assert_int_equal(efi_map_to_e820(&map, true, NULL, 0, NULL, NULL), 0);
		map.desc_size = UINT64_MAX;
		assert_int_equal(efi_map_to_e820(&map, true, NULL, 0, NULL, NULL), 0);
		free(bytes);
	}
}

static void too_little_room_is_reported(void **state)
{
	struct boot_e820_entry *out = malloc(2 * sizeof(*out));
	struct e820_change scratch[6];
	struct raw_map raw;

	(void)state;
	raw_map_init(&raw, 3, 48, 0);
	for (unsigned int i = 0; i < 3; i++) {
		efi_memory_desc_t d = { .Type = 7, .PhysicalStart = 0x10000 * i, .NumberOfPages = 1 };

		raw_map_set(&raw, i, &d);
	}
	assert_int_equal(efi_map_to_e820(&raw.map, true, out, 2, scratch, NULL), -1);
	free(out);
	free(raw.bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(types_translate_as_the_table_says),
		cmocka_unit_test(random_maps_come_out_as_painted),
		cmocka_unit_test(maps_like_firmware_makes_them_come_out_as_painted),
		cmocka_unit_test(runs_that_are_all_of_memory_are_cut_and_counted),
		cmocka_unit_test(a_stride_below_the_descriptor_is_refused),
		cmocka_unit_test(a_map_smaller_than_one_descriptor_is_empty),
		cmocka_unit_test(too_little_room_is_reported),
	};

	return cmocka_run_group_tests_name("efistub/efi_e820", tests, seed_random, NULL);
}
