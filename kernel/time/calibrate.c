// SPDX-License-Identifier: BSD-2-Clause
/* What several measurements of a rate say together. */
#include <kernel/calibrate.h>
#include <lib/math64.h>

#define TOLERANCE	100		/* a try may differ from the median by a hundredth of it */

static u64 rate_of(const struct calibration_try *t, u64 ref_hz)
{
	return t->ref ? mul_u64_u64_div_u64(t->ticks, ref_hz, t->ref) : 0;
}

static u64 median(const u64 *rate, unsigned int nr)
{
	unsigned int i, j;

	/* the one with half of the others below it; equal ones count by their place */
	for (i = 0; i < nr; i++) {
		unsigned int below = 0;

		for (j = 0; j < nr; j++)
			below += rate[j] < rate[i] || (rate[j] == rate[i] && j < i);
		if (below == nr / 2)
			return rate[i];
	}
	return 0;
}

u64 calibrate(const struct calibration_try *tries, unsigned int nr, u64 ref_hz)
{
	u64 rate[CALIBRATE_TRIES], middle, ticks = 0, ref = 0;
	unsigned int i, agree = 0;

	for (i = 0; i < nr; i++)
		rate[i] = rate_of(&tries[i], ref_hz);
	middle = median(rate, nr);
	for (i = 0; i < nr; i++) {
		u64 off = rate[i] > middle ? rate[i] - middle : middle - rate[i];

		if (!rate[i] || off > middle / TOLERANCE)
			continue;
		ticks += tries[i].ticks;
		ref += tries[i].ref;
		agree++;
	}
	return agree * 2 > nr ? mul_u64_u64_div_u64(ticks, ref_hz, ref) : 0;
}
