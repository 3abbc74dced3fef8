/* SPDX-License-Identifier: BSD-2-Clause */
/* The table that tells of an HPET (IA-PC HPET specification 1.0a, 3.2.4). */
#include <asm/init_64.h>
#include <kernel/acpi.h>

struct acpi_hpet {
	struct acpi_header header;
	u32	block_id;
	u8	space, bit_width, bit_offset, access_size;	/* space 0: memory */
	u64	address;
	u8	number;
	u16	min_tick;
	u8	attributes;
} __packed;

static_assert(sizeof(struct acpi_hpet) == 56, "HPET 1.0a 3.2.4");

phys_addr_t acpi_parse_hpet(const void *table, size_t len, u64 size)
{
	const struct acpi_hpet *hpet = table;

	if (len < sizeof(*hpet) || hpet->space != 0 || !hpet->address || hpet->address & 7 ||
	    !phys_is_address(hpet->address, size) || phys_is_mapped(hpet->address, size))
		return 0;
	return hpet->address;
}
