/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From boot_params to the map the kernel works with. The rules are those of
 * <lib/e820.h>, the same that the stub applied; a loader that did not apply
 * them is corrected here and told so.
 */
#include <asm/e820.h>
#include <asm/bootparam_utils.h>
#include <asm/efi.h>
#include <asm/init_64.h>
#include <asm/setup.h>
#include <kernel/initmem.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/e820.h>
#include <lib/e820_edit.h>
#include <lib/string.h>

struct e820_table e820_table;
static struct e820_change scratch[2 * E820_MAX_ENTRIES] __initdata;

static void __init append(const struct boot_e820_entry *from, unsigned int nr)
{
	unsigned int room = E820_MAX_ENTRIES - e820_table.nr;

	if (nr > room) {
		boot_warn(STAGE_E820_TABLE, "memory map has more than %d entries, %u ignored",
			  E820_MAX_ENTRIES, nr - room);
		nr = room;
	}
	memcpy(&e820_table.entry[e820_table.nr], from, nr * sizeof(*from));
	e820_table.nr += nr;
}

static void __init append_extensions(void)
{
	struct setup_data_iter it;
	const void *data;

	setup_data_iter_init(&it, boot_params.hdr.setup_data, boot_data_map);
	while ((data = setup_data_next(&it)))
		if (it.type == SETUP_E820_EXT)
			append(data, it.len / sizeof(struct boot_e820_entry));
}

/* What the CPU's address lines cannot reach is no memory, whatever the map says. */
static void __init cut_to_physical_width(void)
{
	phys_addr_t limit = phys_addr_limit();
	unsigned int i, cut = 0;

	for (i = 0; i < e820_table.nr; i++) {
		struct boot_e820_entry *e = &e820_table.entry[i];

		if (e->addr >= limit || e->size > limit - e->addr) {
			e->size = e->addr < limit ? limit - e->addr : 0;
			cut += e->type == E820_TYPE_RAM;
		}
	}
	while (e820_table.nr && !e820_table.entry[e820_table.nr - 1].size)
		e820_table.nr--;
	if (cut)
		boot_warn(STAGE_E820_TABLE, "memory map: %u entries reach beyond the CPU's physical addresses, cut at %#llx",
			  cut, (unsigned long long)limit);
}

/* mem= and memmap=: what the user says beats what the loader says. */
static void __init edit_by_command_line(void)
{
	struct e820_map map = { e820_table.entry, e820_table.nr, ARRAY_SIZE(e820_table.entry) / 2 };
	char bad[64];
	int n = e820_edit(&map, boot_command_line, bad, sizeof(bad));

	if (bad[0])
		boot_warn(STAGE_E820_TABLE, "mem= or memmap=: '%s' makes no sense, ignored", bad);
	if (n < 0)
		boot_warn(STAGE_E820_TABLE, "mem= or memmap=: no room for more entries, the rest is ignored");
	if (!n)
		return;
	e820_table.nr = e820_sanitize(map.entry, map.nr, ARRAY_SIZE(e820_table.entry), scratch, NULL);
	printk("e820: edited by mem= or memmap=\n");
}

void __init e820_setup(void)
{
	struct e820_report report;

	append(boot_params.e820_table, boot_params.e820_entries);
	append_extensions();
	e820_table.nr = e820_sanitize(e820_table.entry, e820_table.nr, ARRAY_SIZE(e820_table.entry),
				      scratch, &report);
	if (report.empty || report.wrapped || report.overlaps)
		boot_warn(STAGE_E820_TABLE, "memory map repaired: %u empty, %u wrapping, %u overlapping",
			  report.empty, report.wrapped, report.overlaps);
	edit_by_command_line();
	cut_to_physical_width();
	if (!e820_total(e820_table.entry, e820_table.nr, E820_TYPE_RAM))
		boot_panic(STAGE_E820_TABLE, "no RAM in the memory map (%u entries)", e820_table.nr);
}

static unsigned long long kib(u64 bytes)
{
	return bytes >> 10;
}

/* Each type once, in the order of its first entry. */
static void print_totals(void)
{
	unsigned int i, j;
	u64 all = 0;

	for (i = 0; i < e820_table.nr; i++) {
		u32 type = e820_table.entry[i].type;

		all += e820_table.entry[i].size;
		for (j = 0; j < i && e820_table.entry[j].type != type; j++)
			;
		if (j == i)
			printk("e820: total %s %llu KiB\n", e820_type_name(type),
			       kib(e820_total(e820_table.entry, e820_table.nr, type)));
	}
	if (efi_enabled())
		printk("e820: total all types %llu KiB, firmware %llu KiB\n", kib(all), kib(efi_map_total()));
	else
		printk("e820: total all types %llu KiB\n", kib(all));
}

void e820_print(void)
{
	unsigned int i;

	for (i = 0; i < e820_table.nr; i++) {
		const struct boot_e820_entry *e = &e820_table.entry[i];

		printk("e820: [mem 0x%016llx-0x%016llx] %s\n", (unsigned long long)e->addr,
		       (unsigned long long)(e->addr + e->size - 1), e820_type_name(e->type));
	}
	print_totals();
}
