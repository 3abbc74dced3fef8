/* SPDX-License-Identifier: BSD-2-Clause */
/* From the clocks a machine has to a time that goes by. */
#include <asm/time.h>
#include <asm/idle.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <kernel/clockchips.h>
#include <kernel/delay.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>
#include <lib/math64.h>

/* How long ago the first stage of the boot began, which a loader recorded. */
static u64 ns_since_start(void)
{
	u64 ticks = rdtsc() - boot_stage_start();

	return (s64)ticks > 0 && tsc_khz() ? mul_u64_u64_div_u64(ticks, NSEC_PER_MSEC, tsc_khz()) : 0;
}

void time_init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	boot_stage(STAGE_TIME);
	hpet_init();
	acpi_pm_init();
	pit_init();
	tsc_init();
	clocksource_select(boot_command_line);
	if (!timekeeping_clock())
		return;
	timekeeping_set(timekeeping_clock(), ns_since_start());
	printk("time: clock %s\n", timekeeping_clock()->name);
}

/* ---- what interrupts at a time */

#define PROBE_NS	(50 * NSEC_PER_USEC)
/*
 * Firmware or a busy host may have the CPU for most of it, and who judges too early boots
 * without the other CPUs. Only a machine whose timer is silent waits for so long.
 */
#define PROBE_WAIT_NS	(250 * NSEC_PER_MSEC)

static bool probe_fired;

static void probe(struct timer *timer)
{
	__atomic_store_n(&probe_fired, true, __ATOMIC_RELEASE);
}

static bool interrupt_arrives(void)
{
	struct timer timer;
	u64 start = ktime_get(), now = start, before;

	probe_fired = false;
	timer_setup(&timer, probe);
	mod_timer(&timer, start + PROBE_NS);
	do {
		before = now;
		ndelay(NSEC_PER_USEC);
		now = ktime_get();
	} while (!__atomic_load_n(&probe_fired, __ATOMIC_ACQUIRE) && now - start < PROBE_WAIT_NS && now != before);
	timer_delete_sync(&timer);
	return probe_fired;
}

static void no_device(void)
{
	clockevents_register(NULL);
}

static const struct {
	const char	*name;
	bool		(*init)(void);
	void		(*exit)(void);
} event_sources[] = {
	{ "local APIC timer", apic_timer_init, no_device },
	{ "HPET", hpet_timer_init, hpet_timer_exit },
	{ "PIT", pit_timer_init, pit_timer_exit },
};

void time_events_init(void)
{
	unsigned int i;

	idle_init(boot_command_line);
	if (!timekeeping_clock())
		return;
	for (i = 0; i < ARRAY_SIZE(event_sources); i++) {
		if (!event_sources[i].init())
			continue;
		if (interrupt_arrives())
			break;
		boot_warn(STAGE_TIME, "%s does not interrupt, not used", event_sources[i].name);
		event_sources[i].exit();
	}
	if (!clockevents_device()) {
		boot_warn(STAGE_TIME, "nothing interrupts at a time: sleeps keep the CPU busy");
		return;
	}
	printk("time: interrupts by %s\n", clockevents_device()->name);
	clocksource_watch();
}
