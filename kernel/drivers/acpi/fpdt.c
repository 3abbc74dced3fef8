/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The FPDT leads to the firmware's own time stamps of this boot (ACPI 6.5,
 * 5.2.24). They lie outside any ACPI table, in memory that only the firmware
 * knows, and are copied at once.
 */
#include "internal.h"
#include <asm/init_64.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <kernel/timeline.h>
#include <lib/string.h>

#define BOOT_POINTER	0		/* record types: in the FPDT, */
#define BASIC_BOOT	2		/* and in the FBPT */
#define FBPT_MAX	65536		/* bytes; it holds a record or two */

struct record {
	u16	type;
	u8	length, revision;
	u32	reserved;
	u64	value[];
} __packed;

struct fbpt {
	char	signature[4];
	u32	length;
} __packed;

/* The first record of a type that is long enough for @values numbers, in [@at, @end). */
static const struct record *find_record(const u8 *at, const u8 *end, unsigned int type, unsigned int values)
{
	while (at + sizeof(struct record) <= end) {
		const struct record *r = (const void *)at;

		if (r->length < 4 || r->length > end - at)
			return NULL;
		if (r->type == type && r->length >= sizeof(*r) + values * sizeof(r->value[0]))
			return r;
		at += r->length;
	}
	return NULL;
}

phys_addr_t acpi_parse_fpdt(const void *table, size_t len)
{
	const struct record *r;

	if (len < sizeof(struct acpi_header))
		return 0;
	r = find_record((const u8 *)table + sizeof(struct acpi_header), (const u8 *)table + len, BOOT_POINTER, 1);
	return r ? r->value[0] : 0;
}

bool acpi_parse_fbpt(const void *table, size_t len, struct firmware_times *t)
{
	const struct record *r;
	u64 value[5];

	if (len < sizeof(struct fbpt) || memcmp(table, "FBPT", 4))
		return false;
	r = find_record((const u8 *)table + sizeof(struct fbpt), (const u8 *)table + len, BASIC_BOOT, ARRAY_SIZE(value));
	if (!r)
		return false;
	memcpy(value, r->value, sizeof(value));
	*t = (struct firmware_times){ value[0], value[1], value[2], value[3], value[4] };
	return true;
}

static struct firmware_times times;

const struct firmware_times *acpi_firmware_times(void)
{
	return &times;
}

static bool read_fbpt(phys_addr_t pa)
{
	const struct fbpt *head = phys_is_address(pa, sizeof(*head)) ? memremap(pa, sizeof(*head)) : NULL;
	u32 length = head ? head->length : 0;
	const void *table;
	bool ok;

	memunmap(head);
	if (length < sizeof(*head) || length > FBPT_MAX || !phys_is_address(pa, length))
		return false;
	table = memremap(pa, length);
	ok = table && acpi_parse_fbpt(table, length, &times);
	memunmap(table);
	return ok;
}

void fpdt_init(void)
{
	const struct acpi_header *table = acpi_find_table("FPDT");
	phys_addr_t pa = table ? acpi_parse_fpdt(table, table->length) : 0;

	if (pa && !read_fbpt(pa))
		boot_warn(STAGE_ACPI, "FPDT: no time stamps of the firmware at %#llx", (unsigned long long)pa);
}
