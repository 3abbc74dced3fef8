/* SPDX-License-Identifier: BSD-2-Clause */
/* The MCFG: where the configuration space of PCI Express lies in memory (PCI Firmware Specification 3.3, 4.1.2). */
#include "internal.h"
#include <asm/init_64.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/string.h>
#include <mm/memblock.h>

struct mcfg_entry {
	u64	address;		/* of bus 0, also where the first bus is another */
	u16	segment;
	u8	first_bus, last_bus;
	u32	reserved;
} __packed;

struct acpi_mcfg {
	struct acpi_header header;
	u64	reserved;
	struct mcfg_entry entry[];
} __packed;

static_assert(sizeof(struct acpi_mcfg) == 44 && sizeof(struct mcfg_entry) == 16, "PCI Firmware 3.3 table 4-2");

#define BUS_SHIFT	20		/* 32 devices of 8 functions of 4 KiB */

const char *acpi_check_ecam(const struct acpi_ecam *e)
{
	phys_addr_t start = e->address + ((u64)e->first_bus << BUS_SHIFT);
	u64 size = (u64)(e->last_bus - e->first_bus + 1) << BUS_SHIFT;
	struct memblock_region ram;

	if (e->first_bus > e->last_bus)
		return "has no bus";
	if (!e->address || e->address & ((1u << BUS_SHIFT) - 1) || start < e->address || !phys_is_address(start, size))
		return "is at no address";
	return memblock_next_ram(start, start + size, &ram) ? "is in RAM" : NULL;
}

unsigned int acpi_parse_mcfg(const void *table, size_t len, struct acpi_ecam *ecam, unsigned int max)
{
	const struct acpi_mcfg *m = table;
	unsigned int i, nr = len < sizeof(*m) ? 0 : min((len - sizeof(*m)) / sizeof(*m->entry), (size_t)max);

	for (i = 0; i < nr; i++)
		ecam[i] = (struct acpi_ecam){
			.address = m->entry[i].address, .segment = m->entry[i].segment,
			.first_bus = m->entry[i].first_bus, .last_bus = m->entry[i].last_bus,
		};
	return nr;
}

static struct acpi_ecam ecams[ACPI_MAX_ECAMS];	/* that are to be believed; set by mcfg_init() */
static unsigned int nr_ecams;

const struct acpi_ecam *acpi_ecams(unsigned int *nr)
{
	*nr = nr_ecams;
	return ecams;
}

void mcfg_init(void)
{
	const struct acpi_header *table = acpi_find_table("MCFG");
	unsigned int i, nr = table ? acpi_parse_mcfg(table, table->length, ecams, ACPI_MAX_ECAMS) : 0;

	for (i = 0; i < nr; i++) {
		const char *why = acpi_check_ecam(&ecams[i]);

		if (why) {
			boot_warn(STAGE_ACPI, "MCFG: the configuration space of PCI segment %u %s, ignored", ecams[i].segment, why);
			continue;
		}
		printk("acpi: PCI segment %u, buses %u to %u, configuration space at %#llx\n", ecams[i].segment,
		       ecams[i].first_bus, ecams[i].last_bus, (unsigned long long)ecams[i].address);
		ecams[nr_ecams++] = ecams[i];
	}
}
