/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The HPET: its main counter is a clock, its first comparator interrupts at a
 * time. What its table and registers say is checked before it is used.
 */
#include <asm/hpet.h>
#include <asm/i8253.h>
#include <asm/io.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <kernel/acpi.h>
#include <kernel/clockchips.h>
#include <kernel/irq.h>
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
	const struct acpi_header *table = acpi_find_table("HPET");
	phys_addr_t pa;

	if (!table)
		return false;
	pa = acpi_parse_hpet(table, table->length, HPET_SIZE);
	if (!pa) {
		boot_warn(STAGE_TIME, "ACPI table HPET tells of no registers");
		return false;
	}
	hpet = ioremap(pa, HPET_SIZE, _PAGE_CACHE_UC);
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

/* ---- comparator 0 interrupts where the PIT's counter 0 would */

static void hpet_next_event(u64 ticks)
{
	u32 at;

	/* a comparator that was set too late waits for the counter to come round: twice as far then */
	do {
		at = readl(hpet + HPET_COUNTER) + ticks;
		writel(at, hpet + HPET_T0_CMP);
		ticks = min(ticks * 2, 0x7fffffffULL);	/* as far ahead as 32 bits can tell */
	} while ((s32)(at - readl(hpet + HPET_COUNTER)) <= 0);
	writel(readl(hpet + HPET_T0_CFG) | HPET_TN_ENABLE, hpet + HPET_T0_CFG);
}

static void hpet_shutdown(void)
{
	writel(readl(hpet + HPET_T0_CFG) & ~HPET_TN_ENABLE, hpet + HPET_T0_CFG);
}

static struct clock_event_device hpet_clockevent = {
	.name = "hpet", .min_ticks = 128, .max_ticks = 0x7fffffff,
	.set_next_event = hpet_next_event, .shutdown = hpet_shutdown,
};

static bool hpet_interrupt(unsigned int irq, void *data)
{
	clockevents_interrupt();
	return true;
}

bool hpet_timer_init(void)
{
	if (!clocksource_hpet.mult || !(readl(hpet + HPET_ID) & HPET_ID_LEGACY) ||
	    request_irq(PIT_IRQ, hpet_interrupt, "hpet", &hpet_clockevent))
		return false;
	writel((readl(hpet + HPET_T0_CFG) & ~(HPET_TN_LEVEL | HPET_TN_PERIODIC)) | HPET_TN_32BIT, hpet + HPET_T0_CFG);
	writel(readl(hpet + HPET_CFG) | HPET_CFG_LEGACY, hpet + HPET_CFG);
	hpet_clockevent.hz = clocksource_hpet.hz;
	clockevents_register(&hpet_clockevent);
	return true;
}

void hpet_timer_exit(void)
{
	clockevents_register(NULL);
	writel(readl(hpet + HPET_CFG) & ~HPET_CFG_LEGACY, hpet + HPET_CFG);
	free_irq(PIT_IRQ, &hpet_clockevent);
}
