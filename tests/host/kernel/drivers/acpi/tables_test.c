// SPDX-License-Identifier: BSD-2-Clause
/* kernel/drivers/acpi/tables.c: from the RSDP to a table, over 64 KiB of simulated memory. */
#include "tests/host/test.h"

#include "kernel/drivers/acpi/tables.c"

#define MEMORY	65536

static u8 memory[MEMORY] __aligned(4096);
static char warnings[4096];
char boot_command_line[COMMAND_LINE_SIZE];

bool phys_is_address(phys_addr_t pa, u64 size) { return pa < MEMORY && size <= MEMORY - pa; }
static unsigned int nr_maps;		/* live */
void *memremap(phys_addr_t pa, u64 size) { return phys_is_address(pa, size) ? nr_maps++, memory + pa : NULL; }
void memunmap(const void *va) { nr_maps -= !!va; }
bool efi_enabled(void) { return true; }
bool memblock_is_memory(phys_addr_t base, u64 size) { return false; }
int memblock_reserve(phys_addr_t base, u64 size, enum mem_use use) { return 0; }
void fadt_init(void) { }
void mcfg_init(void) { }
struct e820_table e820_table;
int printk(const char *fmt, ...) { return 0; }

void boot_warn(enum boot_stage stage, const char *fmt, ...)
{
	size_t used = strlen(warnings);
	va_list args;

	assert_int_equal(stage, STAGE_ACPI);
	va_start(args, fmt);
	vsnprintf(warnings + used, sizeof(warnings) - used, fmt, args);
	va_end(args);
}

static void fix_sum(u8 *at, size_t size, u8 *sum)
{
	*sum = 0;
	for (size_t i = 0; i < size; i++)
		*sum -= i + at == sum ? 0 : at[i];
}

static void put_table(phys_addr_t pa, const char *signature, const void *body, size_t size)
{
	struct acpi_header *h = (void *)(memory + pa);

	memset(h, 0, sizeof(*h));
	memcpy(h->signature, signature, 4);
	h->length = sizeof(*h) + size;
	memcpy(h + 1, body, size);
	fix_sum((u8 *)h, h->length, &h->checksum);
}

static void put_rsdp(phys_addr_t pa, u64 xsdt, u32 rsdt)
{
	struct acpi_rsdp *r = (void *)(memory + pa);

	*r = (struct acpi_rsdp){ .signature = { 'R', 'S', 'D', ' ', 'P', 'T', 'R', ' ' },
				 .revision = 2, .xsdt = xsdt, .rsdt = rsdt, .length = 36 };
	fix_sum((u8 *)r, RSDP_V1_SIZE, &r->checksum);
	fix_sum((u8 *)r, sizeof(*r), &r->extended_checksum);
}

/* RSDP at 0x100, XSDT at 0x200, RSDT at 0x600; tables TEST at 0x1000 and 0x2000, an empty MADT at 0x3000. */
static void machine(const u64 *tables, size_t nr)
{
	u32 rsdt[] = { 0x2000, 0x3000 };
	u8 madt[8] = { 0 };

	memset(memory, 0, sizeof(memory));
	memset(mappings, 0, sizeof(mappings));
	warnings[0] = 0;
	root = NULL;
	nr_maps = 0;
	e820_table.nr = 0;
	put_rsdp(0x100, 0x200, 0x600);
	put_table(0x200, "XSDT", tables, nr * sizeof(*tables));
	put_table(0x600, "RSDT", rsdt, sizeof(rsdt));
	put_table(0x1000, "TEST", "one", 4);
	put_table(0x2000, "TEST", "two", 4);
	put_table(0x3000, "APIC", madt, sizeof(madt));
}

static const char *found(void)
{
	const struct acpi_header *h = acpi_find_table("TEST");

	return h ? (const char *)(h + 1) : "none";
}

static void the_first_good_table_is_taken(void **state)
{
	machine((u64[]){ 0, 0x3000, 0x1000, 0x1000 }, 4);
	acpi_init(0x100);
	assert_string_equal(found(), "one");
	assert_string_equal(warnings, "");
}

/* The RSDP is in a ROM, the tables are in two pieces of reserved memory, one of them too large to be mapped as a whole. */
static void one_mapping_serves_a_piece(void **state)
{
	static const struct boot_e820_entry pieces[] = {
		{ 0x200, 0x1800, E820_TYPE_ACPI }, { 0x2000, 0x1000, E820_TYPE_RAM }, { 0x3000, PIECE_MAX + 1, E820_TYPE_RESERVED },
	};

	machine((u64[]){ 0x3000, 0x2000, 0x1000 }, 3);
	memcpy(e820_table.entry, pieces, sizeof(pieces));
	e820_table.nr = ARRAY_SIZE(pieces);
	acpi_init(0x100);
	assert_string_equal(found(), "two");
	assert_string_equal(found(), "two");
	assert_int_equal(nr_maps, 3);
	assert_true(mappings[0].start == 0 && mappings[0].end == 0x2000);	/* XSDT and the first TEST */
	assert_true(mappings[1].start == 0x3000 && mappings[1].end == 0x4000);
	assert_true(mappings[2].start == 0x2000 && mappings[2].end == 0x3000);
}

static void a_second_table_of_a_kind_is_told(void **state)
{
	machine((u64[]){ 0x3000, 0x1000, 0x2000 }, 3);
	acpi_init(0x100);
	assert_string_equal(found(), "one");
	assert_non_null(strstr(warnings, "a second table TEST at 0x2000"));
}

static void a_damaged_table_is_told_and_the_next_taken(void **state)
{
	static const struct { size_t offset; u8 value; const char *why; } damage[] = {
		{ 36, 'x', "wrong checksum" },
		{ 4, 20, "wrong length" },		/* shorter than its own header */
		{ 7, 0x80, "wrong length" },		/* 2 GiB */
		{ 6, 1, "longer than memory" },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(damage); i++) {
		machine((u64[]){ 0x3000, 0x1000, 0x2000 }, 3);
		memory[0x1000 + damage[i].offset] = damage[i].value;
		acpi_init(0x100);
		assert_string_equal(found(), "two");
		assert_non_null(strstr(warnings, damage[i].why));
	}
}

static void a_damaged_xsdt_leaves_the_rsdt(void **state)
{
	machine((u64[]){ 0x3000, 0x1000 }, 2);
	memory[0x200 + 36] ^= 1;
	acpi_init(0x100);
	assert_string_equal(found(), "two");
	assert_non_null(strstr(warnings, "table XSDT at 0x200: wrong checksum"));

	machine((u64[]){ 0x3000, 0x1000 }, 2);
	memory[0x100 + 30] ^= 1;		/* of the XSDT's address */
	acpi_init(0x100);
	assert_string_equal(found(), "two");
	assert_non_null(strstr(warnings, "extended checksum"));
}

static void roots_that_lead_nowhere_end_quietly(void **state)
{
	/* entries outside memory, at its end, and the XSDT itself */
	machine((u64[]){ 0x3000, ~0ULL, MEMORY - 8, 0x200, 0x100 }, 5);
	acpi_init(0x100);
	assert_string_equal(found(), "none");

	machine((u64[]){ 0x3000 }, 1);
	put_rsdp(0x100, 0x100000, 0x200);	/* no memory; an XSDT where the RSDT should be */
	acpi_init(0x100);
	assert_string_equal(found(), "none");
	assert_non_null(strstr(warnings, "table XSDT at 0x100000: not in memory"));
	assert_non_null(strstr(warnings, "table RSDT at 0x200: wrong signature"));

	machine((u64[]){ 0x3000 }, 1);
	memory[0x100] = 'r';
	acpi_init(0x100);
	assert_non_null(strstr(warnings, "no RSDP at 0x100"));
}

static void acpi_off_believes_nothing(void **state)
{
	machine((u64[]){ 0x3000, 0x1000 }, 2);
	strcpy(boot_command_line, "quiet acpi=off");
	acpi_init(0x100);
	boot_command_line[0] = 0;
	assert_string_equal(found(), "none");
	assert_string_equal(warnings, "");
}

static void random_damage_is_survived(void **state)
{
	for (unsigned int round = 0; round < 20000; round++) {
		machine((u64[]){ 0x1000, 0x3000, 0x2000 }, 3);
		for (unsigned int n = 1 + random_below(4); n; n--)
			memory[(u64[]){ 0x100, 0x200, 0x600, 0x1000, 0x3000 }[random_below(5)] + random_below(80)] = random64();
		acpi_init(0x100);
		found();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_good_table_is_taken),
		cmocka_unit_test(one_mapping_serves_a_piece),
		cmocka_unit_test(a_second_table_of_a_kind_is_told),
		cmocka_unit_test(a_damaged_table_is_told_and_the_next_taken),
		cmocka_unit_test(a_damaged_xsdt_leaves_the_rsdt),
		cmocka_unit_test(roots_that_lead_nowhere_end_quietly),
		cmocka_unit_test(acpi_off_believes_nothing),
		cmocka_unit_test(random_damage_is_survived),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
