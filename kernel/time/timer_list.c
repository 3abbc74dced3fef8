// SPDX-License-Identifier: BSD-2-Clause
/* The monitor commands timers and sleep. */
#include <kernel/clockchips.h>
#include <kernel/console.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>
#include <asm/idle.h>
#include <lib/kstrtox.h>

#define SLEEP_MAX_MS	3600000

static void print_clocks(void)
{
	const struct clocksource *cs, *current = timekeeping_clock();

	for (cs = clocksource_first(); cs; cs = cs->next)
		printk("clock %-8s %4llu.%06llu MHz, %2u bits, %s%s%s\n", cs->name, (unsigned long long)cs->hz / 1000000,
		       (unsigned long long)cs->hz % 1000000, 64 - __builtin_clzll(cs->mask),
		       cs->rating ? "good" : "not to be used", cs->watched ? ", watched" : "",
		       cs == current ? ", in use" : "");
}

static int cmd_timers(int argc, char **argv)
{
	const struct clock_event_device *dev = clockevents_device();
	u64 now = ktime_get() / NSEC_PER_USEC;

	if (argc != 1)
		return -1;
	printk("up %llu.%06llu s\n", (unsigned long long)now / 1000000, (unsigned long long)now % 1000000);
	print_clocks();
	if (dev)
		printk("events: %s, %llu kHz, %llu interrupts\n", dev->name, (unsigned long long)dev->hz / 1000,
		       (unsigned long long)clockevents_nr());
	else
		printk("events: none\n");
	timers_print();
	printk("idle: %s\n", idle_name());
	return 0;
}
MONITOR_COMMAND(timers, "", "clocks with their rates, what interrupts at a time, pending timers", cmd_timers);

static int cmd_sleep(int argc, char **argv)
{
	u64 ms, start, left;

	if (argc != 2 || kstrtou64(argv[1], 10, &ms) || ms > SLEEP_MAX_MS)
		return -1;
	start = ktime_get();
	for (left = ms * NSEC_PER_MSEC; left && !monitor_interrupted(); )
		left = console_wait_timeout(left);
	printk("slept %llu us\n", (unsigned long long)(ktime_get() - start) / NSEC_PER_USEC);
	return 0;
}
MONITOR_COMMAND(sleep, "MS", "do nothing for some milliseconds, and tell how long it took", cmd_sleep);
