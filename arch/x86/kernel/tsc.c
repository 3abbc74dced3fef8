/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time stamp counter as a clock. Its rate comes from who knows it, the CPU
 * or the hypervisor, else from a comparison with the best other clock.
 */
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <kernel/calibrate.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>

#define GUESS_HZ	5000000000ULL	/* no TSC is faster, so a delay is too long rather than too short */

static struct clocksource clocksource_tsc = {
	.name = "tsc", .read = rdtsc, .mask = ~0ULL, .rating = 300, .by_tsc = true,
};

unsigned int tsc_khz(void)
{
	return clocksource_tsc.hz / 1000;
}

/* CPUID.15H: the crystal's rate in ECX, and TSC / crystal = EBX / EAX. */
static u64 hz_from_crystal(void)
{
	struct cpuid_regs r = cpuid_checked(0x15, 0);

	return r.eax && r.ebx && r.ecx ? (u64)r.ecx * r.ebx / r.eax : 0;
}

/* Leaf 40000010H, which VMware began: kHz in EAX. The leaves of a hypervisor count from 40000000H. */
static u64 hz_from_hypervisor(void)
{
	if (!(cpuid_checked(1, 0).ecx & 1u << 31) || cpuid(0x40000000, 0).eax < 0x40000010)
		return 0;
	return cpuid(0x40000010, 0).eax * 1000ULL;
}

/* CPUID.16H: base frequency in MHz, which the TSC has on CPUs with a constant one; rounded. */
static u64 hz_from_base_frequency(void)
{
	return (cpuid_checked(0x16, 0).eax & 0xffff) * 1000000ULL;
}

/* Each other clock in turn until one gives an answer. */
static u64 hz_from_clocks(const char **name)
{
	const struct clocksource *ref;

	for (ref = clocksource_best(NULL); ref; ref = ref->next) {
		u64 hz = calibrate_clock(&clocksource_tsc, ref);

		*name = ref->name;
		if (hz) {
			clocksource_tsc.measured = true;
			return hz;
		}
		boot_warn(STAGE_TIME, "the rate of the TSC by %s differs from try to try, not believed", ref->name);
	}
	return 0;
}

static u64 find_rate(const char **from)
{
	u64 hz;

	*from = "CPUID 15h";
	hz = hz_from_crystal();
	if (hz)
		return hz;
	*from = "hypervisor";
	hz = hz_from_hypervisor();
	if (hz)
		return hz;
	hz = hz_from_clocks(from);
	if (hz)
		return hz;
	*from = "CPUID 16h";
	return hz_from_base_frequency();
}

void tsc_differs(u64 ticks)
{
	boot_warn(STAGE_TIME, "the TSCs of the CPUs differ by %llu ticks", (unsigned long long)ticks);
	clocksource_drop(&clocksource_tsc, "is not the same on all CPUs");
}

static bool tsc_option(const char *word)
{
	return cmdline_list_has(boot_command_line, "tsc", word);
}

/* CPUID.80000007H:EDX[8]: the rate is the same in all P- and C-states (SDM 3B 18.17.1). */
static bool tsc_is_invariant(void)
{
	return cpuid_checked(0x80000007, 0).edx & 1u << 8;
}

static void print_rate(const char *from)
{
	u64 khz = clocksource_tsc.hz / 1000;

	if (boot_deterministic())
		printk("tsc: rate from %s%s\n", from, tsc_is_invariant() ? "" : ", not invariant");
	else
		printk("tsc: %llu.%03llu MHz from %s%s\n", (unsigned long long)khz / 1000, (unsigned long long)khz % 1000,
		       from, tsc_is_invariant() ? "" : ", not invariant");
}

void tsc_init(void)
{
	const char *from = NULL;

	if (!clocksource_advances(&clocksource_tsc)) {
		boot_warn(STAGE_TIME, "the TSC stands still, not used");
		return;
	}
	clocksource_tsc.hz = find_rate(&from);
	if (clocksource_tsc.hz) {
		print_rate(from);
	} else {
		boot_warn(STAGE_TIME, "no HPET, PM timer or PIT tells the rate of the TSC: taken for 5 GHz, times are too short");
		clocksource_tsc.hz = GUESS_HZ;
		clocksource_tsc.rating = 50;
	}
	clocksource_tsc.watched = !tsc_is_invariant() && !tsc_option("reliable") && !tsc_option("nowatchdog");
	if (cmdline_find_option_bool(boot_command_line, "notsc") || tsc_option("unstable"))
		clocksource_tsc.rating = 0;
	clocksource_register(&clocksource_tsc);
}
