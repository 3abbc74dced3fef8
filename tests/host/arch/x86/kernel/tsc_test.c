// SPDX-License-Identifier: BSD-2-Clause
/*
 * arch/x86/kernel/tsc.c on a simulated machine: who knows the rate, and what
 * comes of measuring it beside clocks that are interrupted, stop or lie.
 */
#include "tests/host/kernel/time/clocks.h"
#include <lib/cmdline.h>

#define ASM_PROCESSOR_H
#define ASM_IO_H

struct cpuid_regs { u32 eax, ebx, ecx, edx; };

static struct {
	u64	tsc_hz;			/* true rate; 0: stands still */
	double	ns;			/* time that went by */
	unsigned int interrupted;	/* one reading of a clock in so many takes a millisecond; 0: none */
	u32	max_basic, max_hypervisor;
	struct cpuid_regs leaf15, leaf16, hypervisor, power;
	bool	guest;
} m;

static void elapse(double ns)
{
	m.ns += ns;
	if (m.interrupted && one_in(m.interrupted))
		m.ns += 1000000;
}

static inline u64 rdtsc(void)
{
	elapse(10);
	return (u64)(m.ns * m.tsc_hz / 1e9);
}

static inline void cpu_relax(void) { }

static inline struct cpuid_regs cpuid(u32 leaf, u32 subleaf)
{
	(void)subleaf;
	switch (leaf) {
	case 0x40000000: return (struct cpuid_regs){ .eax = m.max_hypervisor };
	case 0x40000010: return m.hypervisor;
	}
	return (struct cpuid_regs){ 0 };
}

static inline struct cpuid_regs cpuid_checked(u32 leaf, u32 subleaf)
{
	(void)subleaf;
	switch (leaf) {
	case 1:		 return (struct cpuid_regs){ .ecx = (u32)m.guest << 31 };
	case 0x15:	 return m.leaf15;
	case 0x16:	 return m.leaf16;
	case 0x80000007: return m.power;
	}
	return (struct cpuid_regs){ 0 };
}

#define ASM_SETUP_H
#define boot_command_line command_line
static const char *command_line;
static bool boot_deterministic(void) { return false; }

static char printed[256];

__attribute__((format(printf, 1, 2))) int printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(printed, sizeof(printed), fmt, args);
	va_end(args);
	return n;
}

#include "kernel/lib/cmdline.c"
#include "kernel/time/calibrate.c"
#include "kernel/time/clocksource.c"
#include "kernel/time/timekeeping.c"
#include "arch/x86/kernel/tsc.c"

static bool pm_stops;

static u64 pm_read(void)
{
	elapse(700);			/* a port takes its time */
	return (u64)((pm_stops && m.ns > 500000 ? 500000 : m.ns) * 3579545 / 1e9) & 0xffffff;
}

static u64 pit_read(void)
{
	elapse(2500);
	return (u64)(m.ns * 1193182 / 1e9) & 0xffff;
}

static struct clocksource pm, pit;

static int fresh(void **state)
{
	(void)state;
	memset(&m, 0, sizeof(m));
	m.tsc_hz = 2400000000;
	m.ns = random_below(1000000000);
	clocksources = NULL;
	clocksource_tsc.hz = 0;
	clocksource_tsc.rating = 300;
	command_line = "";
	said[0] = printed[0] = '\0';
	pm_stops = false;
	pm = (struct clocksource){ .name = "pm", .read = pm_read, .mask = 0xffffff, .hz = 3579545, .rating = 200 };
	pit = (struct clocksource){ .name = "pit", .read = pit_read, .mask = 0xffff, .hz = 1193182, .rating = 110 };
	return 0;
}

static void assert_rate_within(u64 ppm)
{
	u64 hz = clocksource_tsc.hz, off = hz > m.tsc_hz ? hz - m.tsc_hz : m.tsc_hz - hz;

	if (off > m.tsc_hz / 1000000 * ppm)
		fail_msg("%llu Hz found, %llu true: %s%s", (unsigned long long)hz, (unsigned long long)m.tsc_hz, printed, said);
}

static void the_crystal_knows_best(void **state)
{
	m.leaf15 = (struct cpuid_regs){ .eax = 2, .ebx = 188, .ecx = 38400000 };
	m.guest = true;
	m.max_hypervisor = 0x40000010;
	m.hypervisor.eax = 1000000;
	tsc_init();
	assert_true(clocksource_tsc.hz == 38400000ULL * 94);
	assert_int_equal(tsc_khz(), 3609600);
	assert_non_null(strstr(printed, "3609.600 MHz from CPUID 15h"));
}

static void half_of_what_the_crystal_leaf_says_is_nothing(void **state)
{
	static const struct cpuid_regs halves[] = { { 0, 188, 38400000, 0 }, { 2, 0, 38400000, 0 }, { 2, 188, 0, 0 } };

	for (size_t i = 0; i < ARRAY_SIZE(halves); i++) {
		fresh(NULL);
		m.leaf15 = halves[i];
		m.leaf16.eax = 3600;
		tsc_init();
		assert_true(clocksource_tsc.hz == 3600000000ULL);
		assert_non_null(strstr(printed, "from CPUID 16h"));
	}
}

static void a_hypervisor_is_asked_only_where_there_is_one(void **state)
{
	m.max_hypervisor = 0x40000010;
	m.hypervisor.eax = 2345678;
	clocksource_register(&pm);
	tsc_init();
	assert_rate_within(1000);
	fresh(NULL);
	m.guest = true;
	m.max_hypervisor = 0x40000001;
	m.hypervisor.eax = 2345678;
	clocksource_register(&pm);
	tsc_init();
	assert_rate_within(1000);
	fresh(NULL);
	m.guest = true;
	m.max_hypervisor = 0x40000010;
	m.hypervisor.eax = 2345678;
	clocksource_register(&pm);
	tsc_init();
	assert_true(clocksource_tsc.hz == 2345678000);
	assert_non_null(strstr(printed, "from hypervisor"));
}

static void the_rate_is_measured_at_any_speed(void **state)
{
	for (int i = 0; i < 500; i++) {
		fresh(NULL);
		m.tsc_hz = 400000000 + random_below(6000000000ULL);
		clocksource_register(i % 2 ? &pm : &pit);
		tsc_init();
		assert_rate_within(1500);
		assert_string_equal(said, "");
	}
}

/* Firmware that takes the CPU away for a millisecond at every 200th reading, some of them inside a pair. */
static void interruptions_do_not_spoil_the_rate(void **state)
{
	for (int i = 0; i < 500; i++) {
		fresh(NULL);
		clocksource_register(&pm);
		m.interrupted = 200;
		tsc_init();
		if (clocksource_tsc.rating == 300)
			assert_rate_within(11000);
	}
}

static void a_clock_that_stops_while_it_is_used_is_left_for_the_next(void **state)
{
	m.ns = 0;
	clocksource_register(&pm);
	clocksource_register(&pit);
	pm_stops = true;
	tsc_init();
	assert_non_null(strstr(said, "by pm differs"));
	assert_non_null(strstr(printed, "from pit"));
	assert_rate_within(1500);
}

static void without_any_clock_the_rate_is_a_guess(void **state)
{
	tsc_init();
	assert_true(clocksource_tsc.hz == 5000000000ULL && clocksource_tsc.rating == 50);
	assert_non_null(strstr(said, "taken for 5 GHz"));
}

static void a_tsc_that_stands_still_is_no_clock(void **state)
{
	m.tsc_hz = 0;
	clocksource_register(&pm);
	tsc_init();
	assert_ptr_equal(clocksource_best(NULL), &pm);
	assert_non_null(strstr(said, "the TSC stands still"));
}

static void options_and_invariance_decide_about_trust(void **state)
{
	static const struct { const char *line; bool invariant, watched; unsigned int rating; } want[] = {
		{ "", false, true, 300 }, { "", true, false, 300 }, { "tsc=reliable", false, false, 300 },
		{ "tsc=nowatchdog", false, false, 300 }, { "notsc", true, false, 0 }, { "tsc=unstable", false, true, 0 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(want); i++) {
		fresh(NULL);
		command_line = want[i].line;
		m.power.edx = want[i].invariant ? 1u << 8 : 0;
		clocksource_register(&pm);
		tsc_init();
		assert_int_equal(clocksource_tsc.watched, want[i].watched);
		assert_int_equal(clocksource_tsc.rating, want[i].rating);
		assert_int_equal(strstr(printed, "not invariant") == NULL, want[i].invariant);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(the_crystal_knows_best, fresh),
		cmocka_unit_test_setup(half_of_what_the_crystal_leaf_says_is_nothing, fresh),
		cmocka_unit_test_setup(a_hypervisor_is_asked_only_where_there_is_one, fresh),
		cmocka_unit_test_setup(the_rate_is_measured_at_any_speed, fresh),
		cmocka_unit_test_setup(interruptions_do_not_spoil_the_rate, fresh),
		cmocka_unit_test_setup(a_clock_that_stops_while_it_is_used_is_left_for_the_next, fresh),
		cmocka_unit_test_setup(without_any_clock_the_rate_is_a_guess, fresh),
		cmocka_unit_test_setup(a_tsc_that_stands_still_is_no_clock, fresh),
		cmocka_unit_test_setup(options_and_invariance_decide_about_trust, fresh),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
