// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/drivers/acpi/mcfg.c and hpet.c: addresses of registers, of a machine with 40 address bits, 1 GiB of RAM and
 * a page of RAM elsewhere.
 */
#include "tests/host/test.h"
#include <asm/init_64.h>
#include <kernel/acpi.h>
#include <kernel/stage.h>
#include <mm/memblock.h>

#define RAM_END		(1ULL << 30)
#define RAM_PAGE	0xe8000000ULL
#define ADDRESS_END	(1ULL << 40)

bool phys_is_address(phys_addr_t pa, u64 size) { return size && pa < ADDRESS_END && size <= ADDRESS_END - pa; }
bool phys_is_mapped(phys_addr_t pa, u64 size) { return pa < RAM_END && size <= RAM_END - pa; }
bool memblock_next_ram(phys_addr_t from, phys_addr_t limit, struct memblock_region *out)
{
	return from < RAM_END || (from < RAM_PAGE + PAGE_SIZE && limit > RAM_PAGE);
}

const struct acpi_header *acpi_find_table(const char *signature) { return NULL; }
int printk(const char *fmt, ...) { return 0; }
void boot_warn(enum boot_stage stage, const char *fmt, ...) { }

/* From a copy that ends where the table ends. */
static unsigned int parsed(const u8 *table, size_t len, struct acpi_ecam *ecam, unsigned int max)
{
	void *copy = exact_copy(table, len);
	unsigned int nr = acpi_parse_mcfg(copy, len, ecam, max);

	free(copy);
	return nr;
}

static void entries_are_taken_while_whole(void **state)
{
	struct acpi_ecam ecam[4];
	u8 table[44 + 5 * 16] = { 0 };

	for (unsigned int i = 0; i < 5; i++)
		memcpy(table + 44 + 16 * i, (u8[]){ 0, 0, 0, 0xb0, i, 0, 0, 0, 7 + i, 1, i, 200 + i }, 12);
	for (size_t len = 0; len <= sizeof(table); len++) {
		unsigned int nr = parsed(table, len, ecam, ARRAY_SIZE(ecam));

		assert_int_equal(nr, len < 44 ? 0 : min((len - 44) / 16, ARRAY_SIZE(ecam)));
		for (unsigned int i = 0; i < nr; i++)
			assert_true(ecam[i].address == ((u64)i << 32 | 0xb0000000) && ecam[i].segment == 0x107 + i &&
				    ecam[i].first_bus == i && ecam[i].last_bus == 200 + i);
	}
}

static void spaces_that_cannot_be_are_refused(void **state)
{
	static const struct { struct acpi_ecam ecam; const char *why; } cases[] = {
		{ { 0xb0000000, 0, 0, 255 }, NULL },
		{ { ADDRESS_END - (1 << 20), 0, 0, 0 }, NULL },
		{ { 0xb0000000, 0, 1, 0 }, "has no bus" },
		{ { 0, 0, 0, 255 }, "is at no address" },
		{ { 0xb0001000, 0, 0, 255 }, "is at no address" },
		{ { ADDRESS_END, 0, 0, 255 }, "is at no address" },
		{ { ADDRESS_END - (1 << 20), 0, 0, 1 }, "is at no address" },
		{ { ~0ULL << 20, 0, 255, 255 }, "is at no address" },
		{ { 0x100000, 0, 0, 255 }, "is in RAM" },
		{ { RAM_END - (1 << 20), 0, 0, 255 }, "is in RAM" },
		{ { 0xe0000000, 0, 0, 255 }, "is in RAM" },
		{ { 0xe0000000, 0, 0, 127 }, NULL },
		{ { 0xe0000000, 0, 129, 255 }, NULL },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *why = acpi_check_ecam(&cases[i].ecam);

		assert_true(why ? cases[i].why && !strcmp(why, cases[i].why) : !cases[i].why);
	}
}

static phys_addr_t hpet_at(u8 space, u64 address, size_t len)
{
	u8 table[56] = { 0 };
	void *copy;
	phys_addr_t pa;

	table[40] = space;
	memcpy(table + 44, &address, 8);
	copy = exact_copy(table, len);
	pa = acpi_parse_hpet(copy, len, 0x400);
	free(copy);
	return pa;
}

static void an_hpet_is_where_registers_can_be(void **state)
{
	assert_int_equal(hpet_at(0, 0xfed00000, 56), 0xfed00000);
	for (size_t len = 36; len < 56; len++)
		assert_int_equal(hpet_at(0, 0xfed00000, len), 0);
	assert_int_equal(hpet_at(1, 0xfed00000, 56), 0);	/* I/O ports */
	assert_int_equal(hpet_at(0, 0, 56), 0);
	assert_int_equal(hpet_at(0, 0xfed00001, 56), 0);
	assert_int_equal(hpet_at(0, 0x1000, 56), 0);		/* RAM */
	assert_int_equal(hpet_at(0, ADDRESS_END - 0x3f8, 56), 0);
	assert_int_equal(hpet_at(0, ~7ULL, 56), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(entries_are_taken_while_whole),
		cmocka_unit_test(spaces_that_cannot_be_are_refused),
		cmocka_unit_test(an_hpet_is_where_registers_can_be),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
