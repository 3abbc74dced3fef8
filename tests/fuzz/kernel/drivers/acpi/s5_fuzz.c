/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/drivers/acpi/s5.c: whatever the AML, what is found fits the register, and zeros before it change nothing. */
#include <tests/fuzz/fuzz.h>
#include "kernel/drivers/acpi/internal.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *more = calloc(1, size + 8);
	struct acpi_s5 s5, moved;

	acpi_scan_s5(data, size, &s5);
	CHECK(!s5.valid || (s5.type_a < 8 && s5.type_b < 8), "types %u and %u", s5.type_a, s5.type_b);
	if (size)
		memcpy(more + 8, data, size);
	acpi_scan_s5(more, size + 8, &moved);
	free(more);
	CHECK(moved.valid == s5.valid, "found %u, then %u", s5.valid, moved.valid);
	CHECK(!s5.valid || (moved.type_a == s5.type_a && moved.type_b == s5.type_b), "%u and %u, then %u and %u",
	      s5.type_a, s5.type_b, moved.type_a, moved.type_b);
	return 0;
}
