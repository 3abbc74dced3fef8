// SPDX-License-Identifier: BSD-2-Clause
/*
 * Is the clock right? One timer compares it with the best other one. Both may
 * come round in between: only the difference of what they say is looked at, and
 * that is small when both are right.
 */
#include <kernel/calibrate.h>
#include <kernel/clocksource.h>
#include <kernel/spinlock.h>
#include <kernel/stage.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>
#include <lib/math64.h>
#include <lib/printf.h>

#define REFINE_AFTER	(1 * NSEC_PER_SEC)	/* a reading is off by a microsecond: 1 ppm of this */
#define WATCH_EVERY	(20 * NSEC_PER_SEC)	/* some 2000 instructions, and an idle CPU may run 200 a second */
#define SPANS		16			/* or as often as the other clock comes round 16 times */
#define DRIFT_LIMIT	128			/* a right clock stays within a part in this */

static struct {
	struct timer		timer;
	struct clocksource	*cs, *ref;	/* of the readings below; NULL: none yet */
	struct clock_pair	last;
	bool			doubt;		/* the last comparison was bad: the next one decides */
	bool			told;		/* that the only clock stands still */
	struct spinlock		lock;		/* of all the above; interrupts off */
} watch;

/* ns after which the counter begins anew; never, as far as anybody here is concerned, when it has 64 bits */
static u64 span_ns(const struct clocksource *cs)
{
	return cs->mask == ~0ULL ? TIMER_MAX_DELTA / SPANS : mul_u64_u64_shr(cs->mask + 1, cs->mult, CLOCKSOURCE_SHIFT);
}

static u64 elapsed_ns(const struct clocksource *cs, u64 from, u64 to)
{
	return mul_u64_u64_shr((to - from) & cs->mask, cs->mult, CLOCKSOURCE_SHIFT);
}

/* How much further @a got than @b, when one that comes round after @span is right again after it. */
static s64 difference(u64 a, u64 b, u64 span)
{
	u64 d = (a % span + span - b % span) % span;

	return d > span / 2 ? -(s64)(span - d) : (s64)d;
}

static void start_over(struct clocksource *cs, struct clocksource *ref)
{
	watch.cs = cs;
	watch.ref = ref;
	watch.doubt = false;
	if (ref)
		watch.last = clock_read_pair(cs, ref);
}

static void drifts(struct clocksource *cs, const struct clocksource *ref, s64 off, u64 ns)
{
	char why[80];

	snprintf(why, sizeof(why), "drifts, %lld ppm beside %s", (long long)(off / (s64)(ns / 1000000 + 1)), ref->name);
	clocksource_drop(cs, why);
}

/* @ns by the rate so far were @off too many. */
static void refine(struct clocksource *cs, u64 ns, s64 off)
{
	if (ns < REFINE_AFTER / 2)
		return;
	cs->measured = false;
	clocksource_set_rate(cs, mul_u64_u64_div_u64(cs->hz, ns, ns - off));
}

static void compare(struct clocksource *cs, struct clocksource *ref)
{
	struct clock_pair now = clock_read_pair(cs, ref);
	u64 ns = elapsed_ns(cs, watch.last.cycles, now.cycles);
	u64 ref_ns = elapsed_ns(ref, watch.last.ref, now.ref);
	s64 off = difference(ns, ref_ns, min(span_ns(cs), span_ns(ref)));
	u64 size = off < 0 ? -off : off;

	if (size <= ns / DRIFT_LIMIT + NSEC_PER_MSEC) {
		if (cs->measured)
			refine(cs, ns, off);
	} else if (!clocksource_advances(cs)) {
		clocksource_drop(cs, "stands still");
	} else if (!clocksource_advances(ref)) {
		clocksource_drop(ref, "stands still");
	} else if (!watch.doubt) {
		watch.doubt = true;
		watch.last = now;
		return;
	} else if (cs->watched || cs->measured) {
		drifts(cs, ref, off, ns);
	}
	start_over(cs, ref);
}

static void watch_timer(struct timer *timer)
{
	clocksource_suspect();
}

/* Context: watch.lock held. */
static void watch_on(void)
{
	struct clocksource *cs = timekeeping_clock(), *ref = clocksource_best(cs);
	u64 wait = TIMER_MAX_DELTA;

	if (!cs)
		return;
	if (!watch.timer.function)
		timer_setup(&watch.timer, watch_timer);
	if (ref && (cs != watch.cs || ref != watch.ref))
		start_over(cs, ref);
	if (ref && (cs->watched || cs->measured))
		wait = min(cs->measured ? REFINE_AFTER : WATCH_EVERY, SPANS * span_ns(ref));
	/* ktime_get() follows a clock once a quarter of its bits have gone by */
	if (cs->mask != ~0ULL)
		wait = min(wait, span_ns(cs) / 8 * 3);
	if (wait < TIMER_MAX_DELTA)
		mod_timer(&watch.timer, ktime_get() + wait);
}

/* A counter that was set back once is as good as before; one that is again, or one CPU's alone, is not. */
static void check_back(void)
{
	u64 lag = timekeeping_went_back();
	struct clocksource *cs = timekeeping_clock();

	if (!lag)
		return;
	if (cs->went_back) {
		clocksource_drop(cs, "goes back again and again");
		return;
	}
	cs->went_back = true;
	watch.cs = NULL;		/* its readings are of before */
	boot_warn(STAGE_TIME, "clock %s went back by %llu ms, time goes on from where it was", cs->name,
		  (unsigned long long)(lag / NSEC_PER_MSEC));
}

/* Nothing can take its place, and no timer expires any more: whoever looks for the reason is to find it. */
static void check_only_clock(struct clocksource *cs)
{
	if (!cs || watch.told || clocksource_advances(cs))
		return;
	watch.told = true;
	clocksource_drop(cs, "stands still");
}

/* Any CPU may suspect the clock, but one compares at a time: half of another's reading would look like a drift. */
void clocksource_suspect(void)
{
	unsigned long flags = spin_lock_irqsave(&watch.lock);
	struct clocksource *cs, *ref;

	check_back();
	cs = timekeeping_clock();
	ref = clocksource_best(cs);
	ktime_get();
	if (!ref)
		check_only_clock(cs);
	else if (cs == watch.cs && ref == watch.ref)
		compare(cs, ref);
	watch_on();
	spin_unlock_irqrestore(&watch.lock, flags);
}

void clocksource_watch(void)
{
	unsigned long flags = spin_lock_irqsave(&watch.lock);

	watch_on();
	spin_unlock_irqrestore(&watch.lock, flags);
}
