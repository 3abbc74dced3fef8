// SPDX-License-Identifier: BSD-2-Clause
/* kernel/drivers/acpi/fpdt.c: tables of any length and content. */
#include "tests/host/test.h"
#include <asm/init_64.h>
#include <kernel/acpi.h>
#include <kernel/stage.h>
#include <kernel/timeline.h>

bool phys_is_address(phys_addr_t pa, u64 size) { return false; }
void *memremap(phys_addr_t pa, u64 size) { return NULL; }
void memunmap(const void *va) { }
const struct acpi_header *acpi_find_table(const char *signature) { return NULL; }
void boot_warn(enum boot_stage stage, const char *fmt, ...) { }

static const u8 fpdt[36 + 8 + 16] = {
	[36] = 1, 0x30, 8, 1, [44] = 0, 0, 16, 1, [52] = 0x78, 0x56, 0x34, 0x12,	/* a record nobody knows first */
};
static const u8 fbpt[8 + 48] = {
	'F', 'B', 'P', 'T', 56, [8] = 2, 0, 48, 2, [16] = 1, [24] = 2, [32] = 3, [40] = 4, [48] = 5, [49] = 1,
};

static phys_addr_t parsed(const u8 *table, size_t len)
{
	u8 *copy = exact_copy(table, len);
	phys_addr_t pa = acpi_parse_fpdt(copy, len);

	free(copy);
	return pa;
}

static void the_pointer_is_found_behind_other_records(void **state)
{
	for (size_t len = 0; len <= sizeof(fpdt); len++)
		assert_int_equal(parsed(fpdt, len), len < sizeof(fpdt) ? 0 : 0x12345678);
}

static bool stamps(const u8 *table, size_t len, struct firmware_times *t)
{
	u8 *copy = exact_copy(table, len);
	bool ok = acpi_parse_fbpt(copy, len, t);

	free(copy);
	return ok;
}

static void all_five_stamps_are_taken_or_none(void **state)
{
	struct firmware_times t;

	for (size_t len = 0; len < sizeof(fbpt); len++)
		assert_false(stamps(fbpt, len, &t));
	assert_true(stamps(fbpt, sizeof(fbpt), &t));
	assert_true(t.reset_end == 1 && t.load_image == 2 && t.start_image == 3 && t.exit_boot_entry == 4 &&
		    t.exit_boot_exit == 0x105);
}

static void damage_is_survived(void **state)
{
	u8 table[sizeof(fbpt)];
	struct firmware_times t;

	for (size_t at = 0; at < 16; at++)
		for (unsigned int value = 0; value < 256; value++) {
			memcpy(table, fbpt, sizeof(table));
			table[at] = value;
			stamps(table, sizeof(table), &t);
		}
	memcpy(table, fbpt, sizeof(table));
	table[10] = 0;			/* a record without length must not be walked for ever */
	assert_false(stamps(table, sizeof(table), &t));
	table[0] = 'S';
	assert_false(stamps(table, sizeof(table), &t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_pointer_is_found_behind_other_records),
		cmocka_unit_test(all_five_stamps_are_taken_or_none),
		cmocka_unit_test(damage_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
