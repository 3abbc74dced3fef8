// SPDX-License-Identifier: BSD-2-Clause
/* What several measurements of a rate say together. */
#include <kernel/calibrate.h>
#include <lib/math64.h>

#define TOLERANCE	100		/* a try may differ from the median by a hundredth of it */
#define TRY_TICKS	1000		/* of the known clock: its own tick is a thousandth then */
#define TRY_PER_SEC	5000		/* and no try takes less than 1/5000 s */
#define PAIRS		3
#define SPIN_LIMIT	1000000		/* readings; a clock that stops must not stop us */

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

struct clock_pair clock_read_pair(const struct clocksource *cs, const struct clocksource *ref)
{
	struct clock_pair best = { 0 };
	u64 least = ~0ULL;
	unsigned int i;

	for (i = 0; i < PAIRS; i++) {
		u64 before = cs->read(), value = ref->read(), took = (cs->read() - before) & cs->mask;

		if (took < least) {
			least = took;
			best = (struct clock_pair){ before + took / 2, value };
		}
	}
	return best;
}

static struct calibration_try try_once(const struct clocksource *cs, const struct clocksource *ref)
{
	u64 goal = max((u64)TRY_TICKS, ref->hz / TRY_PER_SEC);
	struct clock_pair start = clock_read_pair(cs, ref), end;
	unsigned int i;

	for (i = 0; i < SPIN_LIMIT; i++)
		if (((ref->read() - start.ref) & ref->mask) >= goal)
			break;
	end = clock_read_pair(cs, ref);
	return (struct calibration_try){
		.ticks = (end.cycles - start.cycles) & cs->mask,
		.ref = i < SPIN_LIMIT ? (end.ref - start.ref) & ref->mask : 0,
	};
}

u64 calibrate_clock(const struct clocksource *cs, const struct clocksource *ref)
{
	struct calibration_try tries[CALIBRATE_TRIES];
	unsigned int i;

	for (i = 0; i < CALIBRATE_TRIES; i++)
		tries[i] = try_once(cs, ref);
	return calibrate(tries, CALIBRATE_TRIES, ref->hz);
}
