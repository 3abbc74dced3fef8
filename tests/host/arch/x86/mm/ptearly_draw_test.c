/* SPDX-License-Identifier: BSD-2-Clause */
/* arch/x86/mm/ptearly_draw.c: the picture of tables that are given here. */
#include <tests/host/test.h>
#include "arch/x86/mm/ptearly_draw.c"

#define RW_X	(_PAGE_PRESENT | _PAGE_RW)

unsigned int pgtable_levels;
static struct pt_early_entry kept[600];
static unsigned int nr_kept;
static char out[16384];

const struct pt_early_entry *pt_early_entries(unsigned int *nr)
{
	*nr = nr_kept;
	return kept;
}

static const char *const names[] = { "early_top_pgt", "level4_kernel_pgt", "level3_kernel_pgt", "level2_kernel_pgt",
				     "level2_fixmap_pgt", "level1_fixmap_pgt", "early_dynamic_pgts[0]" };

const char *pt_early_name(unsigned int table)
{
	return names[table];
}

phys_addr_t pt_early_address(unsigned int table)
{
	return 0x11c0000 + table * 0x1000;
}

int pt_early_next(u64 entry)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(names) && !(entry & _PAGE_PSE); i++)
		if ((entry & PTE_PFN_MASK) == pt_early_address(i))
			return i;
	return -1;
}

int printk(const char *fmt, ...)
{
	va_list args;
	size_t len = strlen(out);

	va_start(args, fmt);
	vsnprintf(out + len, sizeof(out) - len, fmt, args);
	va_end(args);
	return 0;
}

static void entry(unsigned int table, unsigned int index, u64 value)
{
	kept[nr_kept++] = (struct pt_early_entry){ table, index, value };
}

static void begin(unsigned int levels)
{
	pgtable_levels = levels;
	nr_kept = 0;
	out[0] = 0;
}

static void four_levels_as_in_a_book(void **state)
{
	begin(4);
	entry(0, 511, pt_early_address(2) | RW_X);
	entry(2, 510, pt_early_address(3) | RW_X);
	entry(2, 511, pt_early_address(4) | RW_X);
	entry(3, 8, 0x1000000 | RW_X | _PAGE_PSE);
	entry(4, 507, pt_early_address(5) | RW_X);
	pt_early_draw();
	assert_string_equal(out,
		"\n"
		"early_top_pgt       level3_kernel_pgt   level2_fixmap_pgt   level1_fixmap_pgt\n"
		"┌───────────────┐   ┌───────────────┐   ┌───────────────┐   ┌───────────────┐\n"
		"│511 RW X       ├──>│511 RW X       ├──>│507 RW X       ├──>└───────────────┘\n"
		"└───────────────┘   │510 RW X       ├─┐ └───────────────┘   0x11c5000\n"
		"0x11c0000           └───────────────┘ │ 0x11c4000\n"
		"                    0x11c2000         │\n"
		"                                      │ level2_kernel_pgt\n"
		"                                      │ ┌───────────────┐\n"
		"                                      └>│  8 RW X       ├──>2M 0x1000000\n"
		"                                        └───────────────┘\n"
		"                                        0x11c3000\n");
}

/* Five levels: names are broken, and what the second entry of the top leads to has the row below. */
static void five_levels_and_the_way_there(void **state)
{
	begin(5);
	entry(0, 0, pt_early_address(6) | RW_X);
	entry(0, 511, pt_early_address(1) | RW_X);
	entry(1, 511, pt_early_address(2) | RW_X);
	entry(2, 510, pt_early_address(3) | _PAGE_PRESENT | _PAGE_NX);
	pt_early_draw();
	assert_string_equal(out,
		"                level4_kernel   level3_kernel   level2_kernel\n"
		"early_top_pgt   _pgt            _pgt            _pgt\n"
		"┌───────────┐   ┌───────────┐   ┌───────────┐   ┌───────────┐\n"
		"│511 RW X   ├──>│511 RW X   ├──>│510 RO     ├──>└───────────┘\n"
		"│  0 RW X   ├─┐ └───────────┘   └───────────┘   0x11c3000\n"
		"└───────────┘ │ 0x11c1000       0x11c2000\n"
		"0x11c0000     │ early_dynamic\n"
		"              │ _pgts[0]\n"
		"              │ ┌───────────┐\n"
		"              └>└───────────┘\n"
		"                0x11c6000\n");
}

/* A table that leads to itself, and more entries than there are rows. */
static void nonsense_ends(void **state)
{
	begin(4);
	entry(0, 5, pt_early_address(0) | RW_X);
	pt_early_draw();
	assert_non_null(strstr(out, "5 RW X"));
	begin(4);
	for (unsigned int i = 0; i < 512; i++)
		entry(0, i, 0x200000ull * i | RW_X | _PAGE_PSE);
	pt_early_draw();
	assert_non_null(strstr(out, "and tables there is no room for\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(four_levels_as_in_a_book),
		cmocka_unit_test(five_levels_and_the_way_there),
		cmocka_unit_test(nonsense_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
