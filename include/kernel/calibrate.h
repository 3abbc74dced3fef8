/* SPDX-License-Identifier: BSD-2-Clause */
/* The rate of one counter from measurements beside another. */
#ifndef KERNEL_CALIBRATE_H
#define KERNEL_CALIBRATE_H

#include <kernel/clocksource.h>

#define CALIBRATE_TRIES	5

/* How far both counters went between two moments */
struct calibration_try {
	u64	ticks;			/* of the counter whose rate is wanted */
	u64	ref;			/* of the one whose rate is known; 0: nothing was measured */
};

/**
 * calibrate() - rate of a counter from several tries
 * @tries:  in any order; an interruption between the readings of the two
 *          counters, or a counter that jumped, makes a try wrong, not all
 * @nr:     at most CALIBRATE_TRIES
 * @ref_hz: rate of the counter known
 * A try further than 1 percent from the median is left out; those that are not
 * count by their length.
 * Return: Hz, 0 when it is not more than half of the tries that agree.
 */
u64 calibrate(const struct calibration_try *tries, unsigned int nr, u64 ref_hz);

/** clock_pair - what two clocks show at one moment */
struct clock_pair { u64 cycles, ref; };

/** clock_read_pair() - of a few readings the one that the least time went by in */
struct clock_pair clock_read_pair(const struct clocksource *cs, const struct clocksource *ref);

/**
 * calibrate_clock() - measure the rate of @cs beside @ref
 * Takes 1 ms, or 5000 ticks of @ref when those take longer.
 * Return: Hz, 0 when the tries disagree or a clock stopped.
 */
u64 calibrate_clock(const struct clocksource *cs, const struct clocksource *ref);

#endif
