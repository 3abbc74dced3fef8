/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Counters that run by themselves at a known rate, and the choice of the one
 * that time is read from.
 */
#ifndef KERNEL_CLOCKSOURCE_H
#define KERNEL_CLOCKSOURCE_H

#include <lib/types.h>

/* ns = cycles * mult >> CLOCKSOURCE_SHIFT, over a product of 128 bits: no number of cycles overflows. */
#define CLOCKSOURCE_SHIFT	32

struct clocksource {
	const char	*name;		/* as after clocksource= */
	/* The counter, above @mask anything. Context: any, NMI too: waits for no lock. */
	u64		(*read)(void);
	u64		mask;		/* bits that count */
	u64		hz;		/* ticks in a second */
	u64		mult;		/* set by clocksource_register() */
	unsigned int	rating;		/* 300 good and quick to read, 200 good, 100 slow and narrow, 50 a guess; 0 dropped */
	bool		watched;	/* may drift or stop: to be compared with another now and then */
	bool		by_tsc;		/* read() is RDTSC: programs can do that themselves */
	bool		measured;	/* hz is from a short measurement: a longer one may say better */
	bool		went_back;	/* once, and was forgiven */
	struct clocksource *next;	/* list of all, best first */
};

#define CLOCKSOURCE_MASK(bits)	(~0ULL >> (64 - (bits)))

/** clocksource_mult() - @mult for a rate in Hz, rounded to nearest; 0 < @hz */
u64 clocksource_mult(u64 hz);

/** clocksource_advances() - whether the counter moves at all; waits no longer than some thousand readings */
bool clocksource_advances(const struct clocksource *cs);

/**
 * clocksource_register() - @cs may be read from now on
 * @cs: static; name, read, mask, hz and rating set
 * Return: whether the counter moves; one that stands still is told and not taken.
 */
bool clocksource_register(struct clocksource *cs);

/** clocksource_first() - all clocks by @next, dropped ones too; NULL when there is none */
struct clocksource *clocksource_first(void);

/** clocksource_best() - the best one registered but for @except, NULL if there is none */
struct clocksource *clocksource_best(const struct clocksource *except);

/** clocksource_select() - read time from the best one, or from that named on the command line */
void clocksource_select(const char *cmdline);

/** clocksource_set_rate() - @cs was found to run at @hz; time goes on from where it is */
void clocksource_set_rate(struct clocksource *cs, u64 hz);

/**
 * clocksource_watch() - from now on compare the clock in use with another, by a timer
 * A clock that drifts or stands still is dropped; a measured rate is measured
 * again over a second. A clock of few bits is followed before it comes round.
 */
void clocksource_watch(void);

/** clocksource_suspect() - compare now: something ran by another clock and came too early. Interrupts off */
void clocksource_suspect(void);

/**
 * clocksource_drop() - never read time from @cs again; the next best takes over where it was
 * @why: end of the sentence "clock tsc ..."
 * The last one stays: a bad clock is better than none.
 */
void clocksource_drop(struct clocksource *cs, const char *why);

#endif
