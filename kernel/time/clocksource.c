// SPDX-License-Identifier: BSD-2-Clause
/*
 * The list of counters that time can be read from. None is believed to count
 * because a table says it is there: each is seen to move first.
 */
#include <kernel/clocksource.h>
#include <kernel/stage.h>
#include <kernel/timekeeping.h>
#include <asm/io.h>
#include <lib/cmdline.h>
#include <lib/math64.h>
#include <lib/string.h>

#define READINGS	10000		/* the slowest counter ticks every microsecond; a reading takes a part of one */

static struct clocksource *clocksources;	/* best first; changed by the boot CPU only */

u64 clocksource_mult(u64 hz)
{
	return ((NSEC_PER_SEC << CLOCKSOURCE_SHIFT) + hz / 2) / hz;
}

bool clocksource_advances(const struct clocksource *cs)
{
	u64 first = cs->read() & cs->mask;
	unsigned int i;

	for (i = 0; i < READINGS; i++) {
		if ((cs->read() & cs->mask) != first)
			return true;
		cpu_relax();
	}
	return false;
}

bool clocksource_register(struct clocksource *cs)
{
	struct clocksource **at = &clocksources;

	if (!clocksource_advances(cs)) {
		boot_warn(STAGE_TIME, "clock %s stands still, not used", cs->name);
		return false;
	}
	cs->mult = clocksource_mult(cs->hz);
	while (*at && (*at)->rating >= cs->rating)
		at = &(*at)->next;
	cs->next = *at;
	*at = cs;
	return true;
}

struct clocksource *clocksource_first(void)
{
	return clocksources;
}

struct clocksource *clocksource_best(const struct clocksource *except)
{
	struct clocksource *cs = clocksources;

	while (cs && (cs == except || !cs->rating))
		cs = cs->next;
	return cs;
}

static struct clocksource *by_name(const char *name)
{
	struct clocksource *cs;

	for (cs = clocksources; cs; cs = cs->next)
		if (cs->rating && !strcmp(cs->name, name))
			return cs;
	return NULL;
}

void clocksource_select(const char *cmdline)
{
	struct clocksource *best = clocksource_best(NULL), *named;
	char name[16];

	if (!best && !clocksources) {
		boot_warn(STAGE_TIME, "this machine has no clock: time stands still, delays are counted");
		return;
	}
	if (!best) {
		best = clocksources;
		boot_warn(STAGE_TIME, "clock %s is used in spite of the command line: there is no other", best->name);
	}
	if (cmdline_find_option(cmdline, "clocksource", name, sizeof(name)) >= 0) {
		named = by_name(name);
		if (named)
			best = named;
		else
			boot_warn(STAGE_TIME, "clocksource=%s: there is none of this name, %s is used", name, best->name);
	}
	timekeeping_set(best, 0);
}

void clocksource_set_rate(struct clocksource *cs, u64 hz)
{
	cs->hz = hz;
	cs->mult = clocksource_mult(hz);
	if (cs == timekeeping_clock())
		timekeeping_set(cs, 0);
}

void clocksource_drop(struct clocksource *cs, const char *why)
{
	struct clocksource *next = clocksource_best(cs);

	boot_warn(STAGE_TIME, "clock %s %s: %s", cs->name, why, cs != timekeeping_clock() ? "not used any more" :
		  next ? next->name : "there is no other, it stays");
	if (!next)
		return;
	cs->rating = 0;
	if (cs == timekeeping_clock())
		timekeeping_set(next, 0);
}
