// SPDX-License-Identifier: BSD-2-Clause
/* kernel/drivers/acpi/madt.c: tables built here, whole, damaged and random. */
#include "tests/host/test.h"
#include <kernel/acpi.h>

#define MADT_FIXED	44		/* bytes before the first entry */

static u8 table[65536];
static size_t len;

static void begin(u32 lapic_address, u32 flags)
{
	memset(table, 0, sizeof(table));
	memcpy(table, "APIC", 4);
	memcpy(table + 36, &lapic_address, 4);
	memcpy(table + 40, &flags, 4);
	len = MADT_FIXED;
}

static void entry(const void *bytes, size_t size)
{
	memcpy(table + len, bytes, size);
	len += size;
}

static void add_lapic(u8 uid, u8 id, u32 flags)
{
	entry((u8[]){ 0, 8, uid, id, flags, flags >> 8, flags >> 16, flags >> 24 }, 8);
}

static void add_x2apic(u32 id, u32 flags, u32 uid)
{
	u8 e[16] = { 9, 16 };

	memcpy(e + 4, &id, 4);
	memcpy(e + 8, &flags, 4);
	memcpy(e + 12, &uid, 4);
	entry(e, 16);
}

/* From a copy that ends where the table ends: a byte too far is ASan's. */
static struct acpi_madt parsed(void)
{
	static struct acpi_madt madt;
	void *copy = exact_copy(table, len);

	acpi_parse_madt(copy, len, &madt);
	free(copy);
	return madt;
}

static void a_whole_table_is_understood(void **state)
{
	struct acpi_madt m;

	begin(0xfee00000, 1);
	add_lapic(1, 0, 1);
	add_lapic(2, 4, 0);			/* not there */
	add_x2apic(0x1234, 1, 77);
	entry((u8[]){ 1, 12, 9, 0, 0, 0, 0xc0, 0xfe, 24, 0, 0, 0 }, 12);
	entry((u8[]){ 2, 10, 0, 0, 2, 0, 0, 0, 0, 0 }, 10);
	entry((u8[]){ 2, 10, 0, 9, 9, 0, 0, 0, 0x0d, 0 }, 10);
	entry((u8[]){ 3, 8, 5, 0, 23, 0, 0, 0 }, 8);
	entry((u8[]){ 4, 6, 0xff, 7, 0, 1 }, 6);
	entry((u8[]){ 10, 12, 0, 0, 77, 0, 0, 0, 0, 0, 0, 0 }, 12);
	entry((u8[]){ 5, 12, 0, 0, 0, 0, 0, 0xfd, 1, 0, 0, 0 }, 12);
	entry((u8[]){ 200, 3, 0 }, 3);		/* of a kind yet to come */
	m = parsed();

	assert_true(m.has_pic);
	assert_int_equal(m.lapic_base, 0x1fd000000);
	assert_int_equal(m.nr_cpus, 2);
	assert_int_equal(m.cpus[0].apic_id, 0);
	assert_int_equal(m.cpus[0].uid, 1);
	assert_int_equal(m.cpus[1].apic_id, 0x1234);
	assert_int_equal(m.cpus[1].uid, 77);
	assert_int_equal(m.nr_io_apics, 1);
	assert_int_equal(m.io_apics[0].address, 0xfec00000);
	assert_int_equal(m.io_apics[0].gsi_base, 24);
	assert_true(m.isa[0].valid && m.isa[0].gsi == 2);
	assert_true(m.isa[9].valid && acpi_trigger(m.isa[9].flags) == ACPI_LEVEL);
	assert_int_not_equal(acpi_polarity(m.isa[9].flags), ACPI_ACTIVE_LOW);
	assert_false(m.isa[1].valid);
	assert_int_equal(m.nr_nmis, 1);
	assert_int_equal(m.nmis[0].input, 23);
	assert_int_equal(m.nr_lint_nmis, 2);
	assert_int_equal(m.lint_nmis[0].cpu_uid, ACPI_ALL_CPUS);
	assert_int_equal(m.lint_nmis[0].input, 1);
	assert_int_equal(m.lint_nmis[1].cpu_uid, 77);
	assert_int_equal(m.cut_at + m.nr_bad + m.nr_duplicate_cpus + m.nr_too_many + m.nr_cpus_too_many, 0);
}

static void a_thousand_cpus_are_too_many_and_counted(void **state)
{
	struct acpi_madt m;
	unsigned int i;

	begin(0, 0);
	for (i = 0; i < 1000; i++)
		add_x2apic(i, 1, i);
	m = parsed();
	assert_int_equal(m.nr_cpus, ACPI_MAX_CPUS);
	assert_int_equal(m.nr_cpus_too_many, 1000 - ACPI_MAX_CPUS);
	for (i = 0; i < ACPI_MAX_CPUS; i++)
		assert_int_equal(m.cpus[i].apic_id, i);
}

static void a_cpu_counts_once_however_often_it_is_listed(void **state)
{
	struct acpi_madt m;

	begin(0, 0);
	add_lapic(1, 3, 1);
	add_lapic(2, 3, 1);
	add_x2apic(3, 1, 9);
	add_lapic(3, 4, 1);
	add_lapic(4, 0xff, 1);			/* everybody, so nobody */
	m = parsed();
	assert_int_equal(m.nr_cpus, 2);
	assert_int_equal(m.nr_duplicate_cpus, 2);
}

static void an_entry_without_length_does_not_loop(void **state)
{
	struct acpi_madt m;
	u8 length;

	for (length = 0; length < 2; length++) {
		begin(0, 0);
		add_lapic(0, 0, 1);
		entry((u8[]){ 0, length, 0, 0, 0, 0, 0, 0 }, 8);
		m = parsed();
		assert_int_equal(m.nr_cpus, 1);
		assert_int_equal(m.cut_at, MADT_FIXED + 8);
	}
}

static void every_truncation_is_safe_and_told(void **state)
{
	struct acpi_madt m;
	size_t whole;

	begin(0, 0);
	add_lapic(0, 0, 1);
	add_lapic(1, 1, 1);
	for (whole = len; len; len--) {
		m = parsed();
		assert_int_equal(m.nr_cpus, len == whole ? 2 : len >= whole - 8 ? 1 : 0);
		assert_int_equal(!m.cut_at, len == whole || len == whole - 8 || len == MADT_FIXED);
	}
}

static void entries_that_make_no_sense_are_counted(void **state)
{
	struct acpi_madt m;
	unsigned int i;

	begin(0, 0);
	entry((u8[]){ 0, 4, 0, 0 }, 4);				/* shorter than its type */
	entry((u8[]){ 2, 10, 1, 0, 2, 0, 0, 0, 0, 0 }, 10);	/* of another bus */
	entry((u8[]){ 2, 10, 0, 16, 2, 0, 0, 0, 0, 0 }, 10);	/* a line that bus does not have */
	entry((u8[]){ 4, 6, 0xff, 0, 0, 2 }, 6);		/* LINT2 */
	for (i = 0; i < ACPI_MAX_IO_APICS + 3; i++)
		entry((u8[]){ 1, 12, i, 0, 0, 0, 0, 0, 0, 0, 0, 0 }, 12);
	m = parsed();
	assert_int_equal(m.nr_bad, 4);
	assert_int_equal(m.nr_too_many, 3);
	assert_int_equal(m.nr_io_apics, ACPI_MAX_IO_APICS);
}

static void random_tables_keep_all_counts_in_range(void **state)
{
	for (unsigned int round = 0; round < 20000; round++) {
		struct acpi_madt m;
		unsigned int i, j;

		begin(random64(), random64());
		while (len < 1000 && !one_in(40)) {
			u8 e[16];

			for (i = 0; i < 16; i++)
				e[i] = one_in(3) ? random64() : 1;
			e[0] = random_below(12);
			e[1] = one_in(30) ? random64() : 4 + random_below(13);
			entry(e, min(e[1], (u8)16));
		}
		m = parsed();
		assert_true(m.nr_cpus <= ACPI_MAX_CPUS && m.nr_io_apics <= ACPI_MAX_IO_APICS);
		assert_true(m.nr_nmis <= ACPI_MAX_NMIS && m.nr_lint_nmis <= ACPI_MAX_NMIS);
		assert_true(!m.cut_at || (m.cut_at >= MADT_FIXED && m.cut_at < len));
		for (i = 0; i < m.nr_cpus; i++)
			for (j = 0; j < i; j++)
				assert_int_not_equal(m.cpus[i].apic_id, m.cpus[j].apic_id);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_whole_table_is_understood),
		cmocka_unit_test(a_thousand_cpus_are_too_many_and_counted),
		cmocka_unit_test(a_cpu_counts_once_however_often_it_is_listed),
		cmocka_unit_test(an_entry_without_length_does_not_loop),
		cmocka_unit_test(every_truncation_is_safe_and_told),
		cmocka_unit_test(entries_that_make_no_sense_are_counted),
		cmocka_unit_test(random_tables_keep_all_counts_in_range),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
