/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The timer in each local APIC (SDM 3A 10.5.4): it counts down once, or it
 * interrupts when the TSC gets to a value, which takes a single write.
 */
#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <kernel/calibrate.h>
#include <kernel/clockchips.h>
#include <kernel/stage.h>
#include <kernel/timekeeping.h>
#include <lib/cmdline.h>

#define MSR_IA32_TSC_DEADLINE	0x6e0
#define TDCR_DIVIDE_16		0x3

static u64 lapic_count(void)
{
	return -apic_read(APIC_TMCCT);		/* it counts down */
}

static void lapic_next_event(u64 ticks)
{
	apic_write(APIC_TMICT, ticks);
}

static void lapic_shutdown(void)
{
	apic_write(APIC_TMICT, 0);
}

static struct clock_event_device lapic_clockevent = {
	.name = "lapic", .min_ticks = 16, .max_ticks = 0x7fffffff,
	.set_next_event = lapic_next_event, .shutdown = lapic_shutdown,
};

static void deadline_next_event(u64 ticks)
{
	wrmsr(MSR_IA32_TSC_DEADLINE, rdtsc() + ticks);
}

static void deadline_shutdown(void)
{
	wrmsr(MSR_IA32_TSC_DEADLINE, 0);
}

static struct clock_event_device deadline_clockevent = {
	.name = "lapic-deadline", .min_ticks = 256, .max_ticks = 1ULL << 62,
	.set_next_event = deadline_next_event, .shutdown = deadline_shutdown,
};

static void apic_timer_interrupt(struct pt_regs *regs)
{
	clockevents_interrupt();
}

/* The rate of the count depends on bus or crystal; only a measurement tells for all machines. */
static u64 measure_rate(void)
{
	const struct clocksource count = { .name = "lapic", .read = lapic_count, .mask = CLOCKSOURCE_MASK(32) };
	u64 hz;

	apic_write(APIC_LVTT, APIC_LVT_MASKED | LOCAL_TIMER_VECTOR);
	apic_write(APIC_TDCR, TDCR_DIVIDE_16);
	apic_write(APIC_TMICT, ~0u);
	hz = calibrate_clock(&count, timekeeping_clock());
	lapic_shutdown();
	return hz;
}

/* Only with a TSC that is trusted: when it stops, so do these interrupts, and nothing is left to notice. */
static bool deadline_usable(void)
{
	const struct clocksource *cs = timekeeping_clock();

	return cpuid_checked(1, 0).ecx & 1u << 24 && cs->read == rdtsc && !cs->watched &&
	       !cmdline_list_has(boot_command_line, "lapic", "notscdeadline");
}

static struct clock_event_device *chosen;

void apic_timer_cpu_init(void)
{
	u32 mode = chosen == &deadline_clockevent ? APIC_LVT_TIMER_TSCDEADLINE : 0;

	apic_write(APIC_TDCR, TDCR_DIVIDE_16);
	apic_write(APIC_LVTT, mode | LOCAL_TIMER_VECTOR);
	__asm__ volatile("mfence" : : : "memory");	/* the mode is set before the MSR is written, 10.5.4.1 */
	clockevents_register(chosen);
}

bool apic_timer_in_use(void)
{
	return chosen && clockevents_device() == chosen;
}

bool apic_timer_init(void)
{
	if (!apic_present() || cmdline_find_option_bool(boot_command_line, "nolapic_timer"))
		return false;
	if (deadline_usable()) {
		deadline_clockevent.hz = timekeeping_clock()->hz;
		chosen = &deadline_clockevent;
	} else {
		lapic_clockevent.hz = measure_rate();
		chosen = &lapic_clockevent;
	}
	if (!chosen->hz) {
		boot_warn(STAGE_TIME, "the timer of the local APIC has no rate, not used");
		return false;
	}
	set_system_vector(LOCAL_TIMER_VECTOR, "timer", apic_timer_interrupt);
	apic_timer_cpu_init();
	return true;
}
