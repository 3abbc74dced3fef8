/* SPDX-License-Identifier: BSD-2-Clause */
/* The HPET's main counter as a clock. What its table and registers say is checked before it is used. */
#include <asm/hpet.h>
#include <asm/init_64.h>
#include <asm/io.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <mm/vmalloc.h>

#define FS_PER_SEC	1000000000000000ULL

static volatile u8 *hpet;

static u64 hpet_read32(void)
{
	return readl(hpet + HPET_COUNTER);
}

static u64 hpet_read64(void)
{
	return readq(hpet + HPET_COUNTER);
}

static struct clocksource clocksource_hpet = {
	.name = "hpet", .read = hpet_read32, .mask = CLOCKSOURCE_MASK(32), .rating = 250,
};

static bool map_registers(void)
{
	const struct acpi_hpet *table = (const void *)acpi_find_table("HPET");

	if (!table)
		return false;
	if (table->header.length < sizeof(*table) || table->space != 0 || !table->address ||
	    phys_is_mapped(table->address, HPET_SIZE)) {
		boot_warn(STAGE_TIME, "ACPI table HPET tells of no registers");
		return false;
	}
	hpet = ioremap(table->address, HPET_SIZE, _PAGE_CACHE_UC);
	return hpet;
}

void hpet_init(void)
{
	u32 id, period;

	if (cmdline_list_has(boot_command_line, "hpet", "disable") || !map_registers())
		return;
	id = readl(hpet + HPET_ID);
	period = readl(hpet + HPET_ID + 4);
	if (!HPET_ID_REV(id) || period < HPET_MIN_PERIOD || period > HPET_MAX_PERIOD) {
		boot_warn(STAGE_TIME, "HPET with id %#x and a tick of %u fs, not used", id, period);
		return;
	}
	writel(readl(hpet + HPET_CFG) | HPET_CFG_ENABLE, hpet + HPET_CFG);
	clocksource_hpet.hz = (FS_PER_SEC + period / 2) / period;
	if (id & HPET_ID_64BIT) {
		clocksource_hpet.read = hpet_read64;
		clocksource_hpet.mask = ~0ULL;
	}
	clocksource_register(&clocksource_hpet);
}
