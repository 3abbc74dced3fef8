// SPDX-License-Identifier: BSD-2-Clause
/* kernel/drivers/acpi/s5.c: DSDTs as compilers write them, and as nobody should. */
#include "tests/host/test.h"
#include "kernel/drivers/acpi/internal.h"

/* From a copy that ends where the table ends: a byte too far is ASan's. Return: type_a << 4 | type_b, -1 without. */
static int scan(const void *aml, size_t len)
{
	struct acpi_s5 s5;
	void *copy = exact_copy(aml, len);
	bool found = acpi_scan_s5(copy, len, &s5);

	free(copy);
	assert_int_equal(found, s5.valid);
	assert_true(!found || (s5.type_a < 8 && s5.type_b < 8));
	return found ? s5.type_a << 4 | s5.type_b : -1;
}

#define SCAN(text)	scan(text, sizeof(text) - 1)

static void what_compilers_write(void **state)
{
	assert_int_equal(SCAN("\x08_S5_\x12\x06\x04\x00\x00\x00\x00"), 0);			/* QEMU */
	assert_int_equal(SCAN("\x08_S5_\x12\x0a\x04\x0a\x05\x0a\x05\x0a\x00\x0a\x00"), 0x55);
	assert_int_equal(SCAN("\x08\\_S5_\x12\x08\x04\x0a\x07\x0a\x03\x00\x00"), 0x73);
	assert_int_equal(SCAN("\x08_S5_\x12\x07\x04\x0a\x07\x01\x00\x00"), 0x71);
	assert_int_equal(SCAN("\x08_S5_\x12\x04\x01\x0a\x05"), 0x55);			/* one for both */
	assert_int_equal(SCAN("\x08_S5_\x12\x41\x00\x02\x01\x01\x00"), -1);		/* 17 bytes that are not there */
	assert_int_equal(SCAN("\x08_S5_\x12\x45\x00\x02\x01\x01"), 0x11);		/* PkgLength of two bytes */
	assert_int_equal(SCAN("\x08_S5_\x12\xc7\x00\x00\x00\x02\x01\x01"), 0x11);	/* and of four */
}

static void what_is_not_a_soft_off(void **state)
{
	assert_int_equal(SCAN(""), -1);
	assert_int_equal(SCAN("_S5_"), -1);
	assert_int_equal(SCAN("\x08_S5_"), -1);
	assert_int_equal(SCAN("_S5_\x12\x06\x04\x00\x00\x00\x00"), -1);		/* a use, not a definition */
	assert_int_equal(SCAN("\\_S5_\x12\x06\x04\x00\x00\x00\x00"), -1);
	assert_int_equal(SCAN("\x08_S4_\x12\x06\x04\x00\x00\x00\x00"), -1);
	assert_int_equal(SCAN("\x08_S5_\x11\x06\x04\x00\x00\x00\x00"), -1);	/* a buffer */
	assert_int_equal(SCAN("\x08_S5_\x12\x06\x00\x00\x00\x00\x00"), -1);	/* no elements */
	assert_int_equal(SCAN("\x08_S5_\x12\x08\x04\x0a\x08\x00\x00\x00"), -1);	/* more than three bits */
	assert_int_equal(SCAN("\x08_S5_\x12\x08\x04\x00\x0a\xff\x00\x00"), -1);	/* the sleep bit itself */
	assert_int_equal(SCAN("\x08_S5_\x12\x06\x04PWRB"), -1);			/* a name */
	assert_int_equal(SCAN("\x08_S5_\x12\x02\x04\x01\x01"), -1);		/* elements behind the package's end */
	assert_int_equal(SCAN("\x08_S5_\x12\x00\x04\x01\x01"), -1);
	assert_int_equal(SCAN("\x08_S5_\x12\xff\xff\xff\xff\x04\x01\x01"), -1);
	/* the first that makes sense */
	assert_int_equal(SCAN("\x08_S5_\x12\x03\x02\x0a\x08_S5_\x12\x05\x02\x01\x01 "), 0x11);
}

static void every_truncation_of_a_table(void **state)
{
	static const char aml[] = "\x10\x20\\_SB_\x08_S5_\x12\x0a\x04\x0a\x05\x0a\x06\x0a\x00\x0a\x00";

	for (size_t len = 0; len < sizeof(aml) - 1; len++)
		assert_int_equal(scan(aml, len), -1);
	assert_int_equal(scan(aml, sizeof(aml) - 1), 0x56);
}

/* Bytes that are likely to mean something, with and without a whole definition in their midst. */
static void random_tables(void **state)
{
	static const u8 likely[] = { 0x08, '_', 'S', '5', '_', '\\', 0x12, 0x0a, 0, 1, 4, 0xc0, 0x40 };
	static const u8 whole[] = { 0x08, '_', 'S', '5', '_', 0x12, 0x08, 0x04, 0x0a, 0x02, 0x0a, 0x06, 0, 0 };
	u8 aml[200];

	for (unsigned int round = 0; round < 100000; round++) {
		size_t len = random_below(sizeof(aml) + 1), at;

		for (at = 0; at < len; at++)
			aml[at] = one_in(8) ? random64() : likely[random_below(sizeof(likely))];
		at = random_below(sizeof(aml));
		if (at + sizeof(whole) <= len && one_in(2)) {
			memset(aml, 0xa5, at);		/* nothing before it */
			memcpy(aml + at, whole, sizeof(whole));
			assert_int_equal(scan(aml, len), 0x26);
		} else {
			scan(aml, len);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_compilers_write),
		cmocka_unit_test(what_is_not_a_soft_off),
		cmocka_unit_test(every_truncation_of_a_table),
		cmocka_unit_test(random_tables),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
