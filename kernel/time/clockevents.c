// SPDX-License-Identifier: BSD-2-Clause
/*
 * From the first timer of a CPU to its next interrupt and back. The device
 * counts by a clock of its own: when it interrupts and hardly any time has gone
 * by, that is held against the clock that time is read from, because a clock
 * that stands still would never let a timer expire.
 */
#include <kernel/clockchips.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>
#include <asm/percpu.h>
#include <lib/math64.h>

#define SUSPECT_NS	NSEC_PER_MSEC	/* what comes sooner than this proves nothing */

struct cpu_events {
	struct clock_event_device *dev;	/* NULL: nothing interrupts this CPU */
	u64	nr;			/* interrupts so far */
	u64	asked_at, asked_ns;	/* when the device was programmed last, and how far ahead */
};

static DEFINE_PER_CPU(struct cpu_events, cpu_events);

struct clock_event_device *clockevents_device(void)
{
	return this_cpu_ptr(&cpu_events)->dev;
}

u64 clockevents_nr(void)
{
	return this_cpu_ptr(&cpu_events)->nr;
}

void clockevents_program(u64 expires)
{
	struct cpu_events *events = this_cpu_ptr(&cpu_events);
	struct clock_event_device *dev = events->dev;
	u64 now = ktime_get(), ticks = 0;

	if (!dev)
		return;
	/* rounded up: an interrupt a tick early would find that nothing has expired */
	if ((s64)(expires - now) > 0)
		ticks = mul_u64_u64_div_u64(expires - now, dev->hz, NSEC_PER_SEC) + 1;
	ticks = min(max(ticks, dev->min_ticks), dev->max_ticks);
	events->asked_at = now;
	events->asked_ns = mul_u64_u64_div_u64(ticks, NSEC_PER_SEC, dev->hz);
	dev->set_next_event(ticks);
}

static void program_next(void)
{
	struct clock_event_device *dev = clockevents_device();
	u64 expires;

	if (timers_next(&expires))
		clockevents_program(expires);
	else if (dev)
		dev->shutdown();
}

void clockevents_register(struct clock_event_device *dev)
{
	unsigned long flags = local_irq_save();
	struct clock_event_device *old = clockevents_device();

	if (old)
		old->shutdown();
	this_cpu_ptr(&cpu_events)->dev = dev;
	if (dev)
		program_next();
	local_irq_restore(flags);
}

void clockevents_interrupt(void)
{
	struct cpu_events *events = this_cpu_ptr(&cpu_events);
	u64 now = ktime_get();

	events->nr++;
	if (events->asked_ns > SUSPECT_NS && now - events->asked_at < events->asked_ns / 2) {
		clocksource_suspect();
		now = ktime_get();
	}
	timers_run(now);
	program_next();
}
