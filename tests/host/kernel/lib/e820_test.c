/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/lib/e820.c against a model that paints every page (e820_model.h). */
#include <tests/host/e820_model.h>

#define MAX_NR	2000

static u32 random_type(void)
{
	static const u32 types[] = { 1, 1, 1, 2, 3, 4, 5, 7, 12, 0xefffffff, 0, 6, 99, 0xffffffff };

	return one_in(50) ? (u32)random64() : types[random_below(ARRAY_SIZE(types))];
}

/* A range of whole cells in one half, or one that runs to 2^64 and past it. */
static struct boot_e820_entry random_entry(unsigned int longest)
{
	unsigned int first = random_below(CELLS), nr = random_below(longest + 1);
	struct boot_e820_entry e = { cell_addr(first), (u64)nr * CELL_SIZE, random_type() };

	if (first < HALF && first + nr > HALF)
		e.size = (u64)(HALF - first) * CELL_SIZE;
	if (first >= HALF && one_in(10))
		e.size = one_in(2) ? UINT64_MAX : -e.addr + random_below(3) * CELL_SIZE;
	return e;
}

static void model_of(struct model *m, const struct boot_e820_entry *map, unsigned int nr)
{
	*m = (struct model){ 0 };
	for (unsigned int i = 0; i < nr; i++) {
		u64 end = map[i].addr + map[i].size;

		if (map[i].size == 0)
			m->report.empty++;
		if (end < map[i].addr) {
			m->report.wrapped++;
			end = UINT64_MAX;
		}
		model_paint(m, map[i].addr, end, map[i].type);
	}
	model_count_overlaps(m);
}

/* Sanitize a copy in buffers of exactly the contract's sizes and compare. */
static void check_against_model(const struct boot_e820_entry *map, unsigned int nr)
{
	struct boot_e820_entry *copy = malloc(2 * nr * sizeof(*copy)), expected[CELLS];
	struct e820_change *scratch = malloc(2 * nr * sizeof(*scratch));
	struct e820_report report;
	struct model m;
	int got;

	if (nr)
		memcpy(copy, map, nr * sizeof(*map));
	model_of(&m, map, nr);
	got = e820_sanitize(copy, nr, 2 * nr, scratch, &report);
	assert_true(got >= 0);
	assert_same_map(copy, got, expected, model_map(&m, expected));
	assert_same_report(&report, &m.report);
	free(copy);
	free(scratch);
}

static void random_maps_come_out_as_painted(void **state)
{
	static struct boot_e820_entry map[MAX_NR];

	(void)state;
	for (int round = 0; round < 6000; round++) {
		unsigned int nr = random_below(one_in(100) ? MAX_NR + 1 : 40);
		unsigned int longest = 1 + random_below(one_in(4) ? 200 : 12);

		for (unsigned int i = 0; i < nr; i++)
			map[i] = random_entry(longest);
		check_against_model(map, nr);
	}
}

/* As firmware makes them: sorted, disjoint, many types, a few entries out of place. */
static void nearly_sorted_maps_come_out_as_painted(void **state)
{
	struct boot_e820_entry map[CELLS], spare;

	(void)state;
	for (int round = 0; round < 3000; round++) {
		unsigned int nr = 0;

		for (unsigned int i = 0; i < CELLS; i++) {
			if (!one_in(4))
				map[nr++] = (struct boot_e820_entry){ cell_addr(i), CELL_SIZE, random_type() };
		}
		for (unsigned int swaps = random_below(4); swaps; swaps--) {
			unsigned int a = random_below(nr), b = random_below(nr);

			spare = map[a];
			map[a] = map[b];
			map[b] = spare;
		}
		check_against_model(map, nr);
	}
}

static void a_descending_map_is_sorted(void **state)
{
	struct boot_e820_entry map[CELLS];

	(void)state;
	for (unsigned int i = 0; i < CELLS; i++)
		map[i] = (struct boot_e820_entry){ cell_addr(CELLS - 1 - i), CELL_SIZE, 1 + i % 5 };
	check_against_model(map, CELLS);
}

static void overlapping_unknown_types_settle_by_number_in_any_order(void **state)
{
	struct boot_e820_entry map[40], spare;

	(void)state;
	for (unsigned int i = 0; i < 40; i++)
		map[i] = (struct boot_e820_entry){ cell_addr(i), 100 * CELL_SIZE, 100 + (i * 7) % 40 };
	for (int round = 0; round < 50; round++) {
		unsigned int a = random_below(40), b = random_below(40);

		spare = map[a];
		map[a] = map[b];
		map[b] = spare;
		check_against_model(map, 40);
	}
}

static void sanitizing_again_changes_nothing(void **state)
{
	struct boot_e820_entry map[400], again[800];
	struct e820_change scratch[1600];
	struct e820_report report;

	(void)state;
	for (int round = 0; round < 500; round++) {
		int nr, nr_again;

		for (unsigned int i = 0; i < 200; i++)
			map[i] = random_entry(20);
		nr = e820_sanitize(map, 200, 400, scratch, NULL);
		assert_true(nr >= 0);
		memcpy(again, map, nr * sizeof(*map));
		nr_again = e820_sanitize(again, nr, 800, scratch, &report);
		assert_same_map(again, nr_again, map, nr);
		assert_int_equal(report.empty + report.wrapped + report.overlaps, 0);
	}
}

static void too_little_room_is_reported(void **state)
{
	struct boot_e820_entry map[3] = { { 0, 100, 1 }, { 10, 10, 2 } };
	struct e820_change scratch[4];

	(void)state;
	assert_int_equal(e820_sanitize(map, 2, 2, scratch, NULL), -1);
	map[0] = (struct boot_e820_entry){ 0, 100, 1 };
	map[1] = (struct boot_e820_entry){ 10, 10, 2 };
	assert_int_equal(e820_sanitize(map, 2, 3, scratch, NULL), 3);
	assert_int_equal(map[1].addr, 10);
	assert_int_equal(map[2].addr, 20);
}

static void an_empty_map_stays_empty(void **state)
{
	struct e820_report report;

	(void)state;
	assert_int_equal(e820_sanitize(NULL, 0, 0, NULL, &report), 0);
	assert_int_equal(report.overlaps, 0);
}

static void types_rank_in_the_order_of_the_contract(void **state)
{
	static const u32 order[] = { 1, 0xefffffff, 7, 12, 3, 4, 77, 2, 5 };

	(void)state;
	for (unsigned int i = 1; i < ARRAY_SIZE(order); i++)
		assert_true(e820_type_rank(order[i - 1]) < e820_type_rank(order[i]));
	assert_int_equal(e820_type_rank(0), e820_type_rank(0xffffffff));
}

static void every_type_has_a_name(void **state)
{
	(void)state;
	assert_string_equal(e820_type_name(E820_TYPE_RAM), "usable");
	assert_string_equal(e820_type_name(E820_TYPE_RESERVED), "reserved");
	assert_string_equal(e820_type_name(E820_TYPE_ACPI), "ACPI data");
	for (u32 type = 0; type < 300; type++)
		assert_true(strlen(e820_type_name(type)) > 0);
}

static void totals_add_up_by_type(void **state)
{
	struct boot_e820_entry map[] = { { 0, 100, 1 }, { 200, 50, 2 }, { 300, 1ULL << 40, 1 } };

	(void)state;
	assert_int_equal(e820_total(map, 3, 1), (1ULL << 40) + 100);
	assert_int_equal(e820_total(map, 3, 2), 50);
	assert_int_equal(e820_total(map, 3, 3), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_maps_come_out_as_painted),
		cmocka_unit_test(nearly_sorted_maps_come_out_as_painted),
		cmocka_unit_test(a_descending_map_is_sorted),
		cmocka_unit_test(overlapping_unknown_types_settle_by_number_in_any_order),
		cmocka_unit_test(sanitizing_again_changes_nothing),
		cmocka_unit_test(too_little_room_is_reported),
		cmocka_unit_test(an_empty_map_stays_empty),
		cmocka_unit_test(types_rank_in_the_order_of_the_contract),
		cmocka_unit_test(every_type_has_a_name),
		cmocka_unit_test(totals_add_up_by_type),
	};

	return cmocka_run_group_tests_name("kernel/lib/e820", tests, seed_random, NULL);
}
