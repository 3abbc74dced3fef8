/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting in a loop. */
#include <asm/io.h>
#include <asm/time.h>
#include <kernel/delay.h>

#define POST_PORT	0x80		/* nobody minds what is written; the bus takes about a microsecond */
#define STUCK		1000000		/* readings of a clock that says the same: longer than any tick */

/* Return: false when the clock stood still before the time had come. */
static bool wait_until(u64 deadline)
{
	u64 seen = ktime_get();
	unsigned int same = 0;

	while (seen < deadline) {
		u64 now = ktime_get();

		if (now == seen && ++same == STUCK)
			return false;
		if (now != seen)
			same = 0;
		seen = now;
		cpu_relax();
	}
	return true;
}

static void count_port_writes(u64 us)
{
	while (us--)
		outb(0, POST_PORT);
}

void ndelay(u64 ns)
{
	struct clocksource *cs;
	u64 deadline;
	s64 left;

	time_init();
	deadline = ktime_get() + ns;
	while (!wait_until(deadline)) {
		cs = timekeeping_clock();
		if (cs)
			clocksource_drop(cs, "stands still");
		if (timekeeping_clock() == cs) {
			left = deadline - ktime_get();	/* it may move again by now */
			count_port_writes(max(left, (s64)0) / NSEC_PER_USEC);
			return;
		}
	}
}
