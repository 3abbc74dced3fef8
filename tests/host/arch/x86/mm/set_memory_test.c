/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch/x86/mm/set_memory.c over simulated tables, beside a model that has one
 * bit for each 4 KiB page.
 */
#include <tests/host/test.h>
#include <asm/init_64.h>
#include <asm/set_memory.h>
#include <asm/tlb.h>
#include <uapi/errno.h>

#define MAX_TABLES	4096
#define FIRST_TABLE	0x7654321000ULL
#define BASE		0xffff888040000000UL	/* a multiple of 1 GiB */
#define PAGES		(3UL << 18)		/* 3 GiB */
#define HOLE		(PAGES - 700)		/* from here on nothing is mapped */

unsigned long page_offset_base = 0xffff888000000000UL, phys_base = 0x1000000;
struct pgtable kernel_pgtable;

static u64 *tables[MAX_TABLES];
static unsigned int nr_tables, tables_left, flushes;
static unsigned char writable[PAGES];

static u64 *table_at(phys_addr_t pa)
{
	return tables[(pa - FIRST_TABLE) / PAGE_SIZE];
}

static phys_addr_t table_alloc(void)
{
	if (!tables_left)
		return 0;
	tables_left--;
	assert_true(nr_tables < MAX_TABLES);
	tables[nr_tables] = calloc(PTRS_PER_TABLE, sizeof(u64));
	return FIRST_TABLE + nr_tables++ * PAGE_SIZE;
}

void flush_tlb_kernel(void)
{
	flushes++;
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	assert_true(start < end);
	flushes++;
}

static void new_direct_map(unsigned int max_leaf)
{
	while (nr_tables)
		free(tables[--nr_tables]);
	tables_left = MAX_TABLES;
	kernel_pgtable = (struct pgtable){ .root = table_alloc(), .levels = 4, .max_leaf = max_leaf,
					   .table = table_at, .alloc = table_alloc };
	assert_int_equal(pgtable_map(&kernel_pgtable, BASE, BASE - page_offset_base, HOLE << PAGE_SHIFT, PAGE_KERNEL), 0);
	memset(writable, 1, HOLE);
}

static void compare(void)
{
	struct pgtable_path path;
	unsigned long i;

	for (i = 0; i < PAGES; i++) {
		unsigned long va = BASE + (i << PAGE_SHIFT);
		u64 leaf;

		pgtable_lookup(&kernel_pgtable, va, &path);
		assert_int_equal(!!path.leaf_level, i < HOLE);
		if (!path.leaf_level)
			continue;
		leaf = path.entry[path.depth - 1];
		assert_int_equal(path.pa, va - page_offset_base);
		assert_int_equal(!!(leaf & _PAGE_RW), writable[i]);
		assert_int_equal(leaf & ~PTE_PFN_MASK & ~(_PAGE_RW | _PAGE_PSE), PAGE_KERNEL & ~_PAGE_RW);
	}
}

static int set(unsigned long first, unsigned long nr, bool rw)
{
	unsigned int had = flushes;
	int err = (rw ? set_memory_rw : set_memory_ro)(BASE + (first << PAGE_SHIFT), nr << PAGE_SHIFT);

	assert_true(!nr || flushes > had);
	return err;
}

static void rights_change_where_asked_and_nowhere_else(void **state)
{
	unsigned int leaf, n;

	for (leaf = 1; leaf <= 3; leaf++) {
		new_direct_map(leaf);
		for (n = 0; n < 60; n++) {
			unsigned long first = random_below(HOLE), nr = random_below(one_in(4) ? HOLE - first : 1000);
			bool rw = one_in(2);

			nr = min(nr, HOLE - first);
			assert_int_equal(set(first, nr, rw), 0);
			memset(writable + first, rw, nr);
			if (n % 10 == 0)
				compare();
		}
		compare();
	}
}

static void a_large_page_is_split_once_and_only_where_needed(void **state)
{
	unsigned int had;

	new_direct_map(3);
	had = nr_tables;
	assert_int_equal(set(1UL << 18, 26, true), 0);		/* nothing to change */
	assert_int_equal(nr_tables, had);
	assert_int_equal(set(1UL << 18, 26, false), 0);
	assert_int_equal(nr_tables, had + 2);			/* 1 GiB and 2 MiB once */
	assert_int_equal(set((1UL << 18) + 100, 12, false), 0);
	assert_int_equal(set((1UL << 18) + 512, 512, false), 0);	/* all of the next 2 MiB */
	assert_int_equal(nr_tables, had + 2);
}

static void what_is_not_mapped_and_no_memory_are_errors(void **state)
{
	new_direct_map(3);
	assert_int_equal(set(HOLE - 1, 2, false), -EINVAL);
	writable[HOLE - 1] = 0;
	compare();
	tables_left = 1;					/* enough for the first of two */
	assert_int_equal(set(5, 1, false), -ENOMEM);
	compare();
	tables_left = 1;
	assert_int_equal(set(5, 1, false), 0);
	writable[5] = 0;
	compare();
	assert_int_equal(set_memory_ro(BASE, 0), 0);
}

/* An image of 1 MiB at the kernel's address, its frames in the direct map read-only. */
static void a_retired_part_of_the_image_is_writable_and_gone(void **state)
{
	const char *image = (const char *)(__START_KERNEL_map + 0x3f000000);
	unsigned long first = (__pa(image) - (BASE - page_offset_base)) >> PAGE_SHIFT;
	struct pgtable_path path;

	new_direct_map(2);
	assert_true(first + 256 < HOLE);
	assert_int_equal(pgtable_map(&kernel_pgtable, (unsigned long)image, __pa(image), SZ_1M, PAGE_KERNEL_ROX), 0);
	assert_int_equal(set(first, 256, false), 0);
	memset(writable + first, 0, 256);
	image_retire(image + 10 * PAGE_SIZE, image + 20 * PAGE_SIZE);
	memset(writable + first + 10, 1, 10);
	compare();
	pgtable_lookup(&kernel_pgtable, (unsigned long)image + 9 * PAGE_SIZE, &path);
	assert_int_equal(path.leaf_level, 1);
	pgtable_lookup(&kernel_pgtable, (unsigned long)image + 10 * PAGE_SIZE, &path);
	assert_int_equal(path.leaf_level, 0);
	pgtable_lookup(&kernel_pgtable, (unsigned long)image + 20 * PAGE_SIZE, &path);
	assert_int_equal(path.leaf_level, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rights_change_where_asked_and_nowhere_else),
		cmocka_unit_test(a_large_page_is_split_once_and_only_where_needed),
		cmocka_unit_test(what_is_not_mapped_and_no_memory_are_errors),
		cmocka_unit_test(a_retired_part_of_the_image_is_writable_and_gone),
	};

	return cmocka_run_group_tests_name("arch/x86/mm/set_memory", tests, seed_random, NULL);
}
