// SPDX-License-Identifier: BSD-2-Clause
/* mm/memblock.c: what reservations are for, and whole free pages, beside a model with one byte per page. */
#include "tests/host/test.h"
#include "mm/memblock.c"

#define PAGES	4096
#define FREE	100
#define NO_USE	200

unsigned long page_offset_base, vmalloc_base, vmemmap_base, phys_base;

static unsigned char is_ram[PAGES], use_of[PAGES];	/* use_of: NO_USE or enum mem_use */
static unsigned char store[PAGES << PAGE_SHIFT];

static void reset(void)
{
	page_offset_base = (unsigned long)store;
	memset(is_ram, 0, sizeof(is_ram));
	memset(use_of, NO_USE, sizeof(use_of));
	memblock.memory = (struct memblock_type){ 0, INIT_REGIONS, memory_regions, "memory" };
	memblock.reserved = (struct memblock_type){ 0, INIT_REGIONS, reserved_regions, "reserved" };
	memblock.limit = ~0ULL;
}

static void add(unsigned int page, unsigned int nr)
{
	assert_int_equal(memblock_add((u64)page << PAGE_SHIFT, (u64)nr << PAGE_SHIFT), 0);
	memset(is_ram + page, 1, nr);
}

static void reserve(unsigned int page, unsigned int nr, enum mem_use use)
{
	assert_int_equal(memblock_reserve((u64)page << PAGE_SHIFT, (u64)nr << PAGE_SHIFT, use), 0);
	for (; nr--; page++)
		if (use_of[page] == NO_USE)
			use_of[page] = use;
}

static void release(unsigned int page, unsigned int nr)
{
	assert_int_equal(memblock_free((u64)page << PAGE_SHIFT, (u64)nr << PAGE_SHIFT), 0);
	memset(use_of + page, NO_USE, nr);
}

static void release_use(enum mem_use use)
{
	unsigned int page;

	memblock_free_use(use);
	for (page = 0; page < PAGES; page++)
		if (use_of[page] == use)
			use_of[page] = NO_USE;
}

static void take_growth_into_the_model(void)
{
	unsigned int i, page;

	for (i = 0; i < memblock.reserved.cnt; i++)
		if (memblock.reserved.regions[i].use == MEM_MEMBLOCK)
			for (page = 0; page < memblock.reserved.regions[i].size >> PAGE_SHIFT; page++)
				use_of[(memblock.reserved.regions[i].base >> PAGE_SHIFT) + page] = MEM_MEMBLOCK;
}

static void expect_lists_well_formed(const struct memblock_type *type)
{
	unsigned int i;

	for (i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];

		assert_true(r->size);
		if (i)
			assert_true(region_end(r - 1) < r->base || (region_end(r - 1) == r->base && r[-1].use != r->use));
	}
}

static void expect_as_in_the_model(void)
{
	unsigned long uses[NR_MEM_USES], model[NR_MEM_USES] = { 0 };
	unsigned char listed[PAGES] = { 0 };
	struct memblock_region r;
	unsigned int page;
	phys_addr_t at;

	expect_lists_well_formed(&memblock.memory);
	expect_lists_well_formed(&memblock.reserved);
	for (at = 0; memblock_next_free(at, (u64)PAGES << PAGE_SHIFT, &r); at = region_end(&r))
		memset(listed + (r.base >> PAGE_SHIFT), FREE, r.size >> PAGE_SHIFT);
	for (page = 0; page < PAGES; page++) {
		assert_int_equal(listed[page] == FREE, is_ram[page] && use_of[page] == NO_USE);
		if (is_ram[page] && use_of[page] != NO_USE)
			model[use_of[page]]++;
	}
	memblock_count_uses(uses);
	for (page = 0; page < NR_MEM_USES; page++)
		assert_int_equal(uses[page], model[page]);
}

static void random_calls_agree_with_the_model(void **state)
{
	unsigned int round, i;

	for (round = 0; round < 300; round++) {
		reset();
		for (i = random_below(10) + 1; i; i--)
			add(1 + random_below(PAGES - 600), 1 + random_below(500));
		add(PAGES - 10, 10);		/* never reserved below: a list that is full finds room */
		for (i = 0; i < 400; i++) {
			unsigned int page = random_below(PAGES - 40), nr = 1 + random_below(one_in(4) ? 30 : 3);
			unsigned int use = random_below(NR_MEM_USES);

			if (use == MEM_MEMBLOCK)
				use = MEM_INITRD;
			if (one_in(50))
				release_use(use);
			else if (one_in(3))
				release(page, nr);
			else
				reserve(page, nr, use);
			if (memblock.reserved.regions != reserved_regions)
				break;		/* it took memory for itself: the next test looks at that */
			if (i % 40 == 0)
				expect_as_in_the_model();
		}
	}
}

static void allocations_are_free_ram_and_the_highest(void **state)
{
	unsigned int round, page, i;
	phys_addr_t pa;

	for (round = 0; round < 100; round++) {
		reset();
		for (i = 0; i < 4; i++)
			add(1 + random_below(PAGES - 300), 1 + random_below(200));
		while ((pa = memblock_phys_alloc(PAGE_SIZE, PAGE_SIZE, MEM_PAGE_TABLES))) {
			for (page = PAGES - 1; page && !(is_ram[page] && use_of[page] == NO_USE); page--)
				;
			assert_int_equal(pa >> PAGE_SHIFT, page);
			use_of[page] = MEM_PAGE_TABLES;
		}
		expect_as_in_the_model();
	}
}

static void lists_grow_and_say_so(void **state)
{
	unsigned int i;

	reset();
	add(1, PAGES - 1);
	for (i = 0; i < PAGES / 2 - 300; i++)
		reserve(2 + 2 * i, 1, MEM_INITRD);
	assert_ptr_not_equal(memblock.reserved.regions, reserved_regions);
	take_growth_into_the_model();
	expect_as_in_the_model();
}

static void nothing_is_given_after_the_hand_over(void **state)
{
	reset();
	add(0, 100);
	memblock.limit = 0;
	assert_int_equal(memblock_phys_alloc(PAGE_SIZE, PAGE_SIZE, MEM_INITRD), 0);
	assert_null(memblock_alloc(PAGE_SIZE, PAGE_SIZE, MEM_INITRD));
}

static void fractions_of_pages_are_not_free(void **state)
{
	unsigned long uses[NR_MEM_USES];
	struct memblock_region r;

	reset();
	memblock_add(0x1800, 0x2000);			/* 0x1800-0x3800: one whole page */
	assert_true(memblock_next_free(0, 0x10000, &r));
	assert_int_equal(r.base, 0x2000);
	assert_int_equal(r.size, 0x1000);
	assert_false(memblock_next_free(0x3000, 0x10000, &r));
	memblock_reserve(0x2fff, 1, MEM_INITRD);
	memblock_reserve(0x2100, 0x100, MEM_EFI_MAP);	/* the same page: it counts once, for the lower one */
	assert_int_equal(memblock_count_uses(uses), 1);
	assert_int_equal(uses[MEM_EFI_MAP], 1);
	assert_false(memblock_next_free(0, 0x10000, &r));
	assert_true(memblock_next_ram(0, 0x10000, &r));
	memblock_reserve(~0ULL - 10, 100, MEM_INITRD);	/* the end of the address space: no wrap */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_calls_agree_with_the_model),
		cmocka_unit_test(allocations_are_free_ram_and_the_highest),
		cmocka_unit_test(lists_grow_and_say_so),
		cmocka_unit_test(nothing_is_given_after_the_hand_over),
		cmocka_unit_test(fractions_of_pages_are_not_free),
	};

	return cmocka_run_group_tests_name("mm/memblock_use", tests, seed_random, NULL);
}
