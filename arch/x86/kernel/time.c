/* SPDX-License-Identifier: BSD-2-Clause */
/* From the clocks a machine has to a time that goes by. */
#include <asm/time.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <kernel/timekeeping.h>
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
