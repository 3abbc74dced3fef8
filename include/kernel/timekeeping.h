/* SPDX-License-Identifier: BSD-2-Clause */
/* What time it is. */
#ifndef KERNEL_TIMEKEEPING_H
#define KERNEL_TIMEKEEPING_H

#include <kernel/clocksource.h>
#include <lib/types.h>

#define NSEC_PER_SEC	1000000000ULL
#define NSEC_PER_MSEC	1000000ULL
#define NSEC_PER_USEC	1000ULL

/**
 * ktime_get() - ns since the first instruction of ours, never going back
 * 0 until time_init().
 * Context: any, NMI too; takes no lock.
 */
u64 ktime_get(void);

/**
 * timekeeping_set() - from now on time goes by @cs
 * @ns: what time it is now at least; time never goes back
 */
void timekeeping_set(struct clocksource *cs, u64 ns);

/**
 * timekeeping_went_back() - whether the counter is far behind where time was set by it: time stands still then
 * From here on it goes on. Return: ns that the counter lacks, 0: all is well. Context: any but NMI.
 */
u64 timekeeping_went_back(void);

/** timekeeping_clock() - what time is read from; NULL before time_init() */
struct clocksource *timekeeping_clock(void);

/**
 * ktime_get_real() - ns since 1970-01-01 00:00:00 UTC
 * The machine is asked on the first call, which may take milliseconds. When it
 * does not know, which is said, time counts from 1970.
 */
u64 ktime_get_real(void);

/** ktime_real_is_known() - whether ktime_get_real() asks nobody any more */
bool ktime_real_is_known(void);

/** ktime_set_real() - it is @ns since 1970 now; the machine's own clock stays as it is */
void ktime_set_real(u64 ns);

/**
 * read_persistent_clock() - arch: what the firmware or the battery-backed clock says
 * @seconds: since 1970
 * @from:    who said it
 * Return: 0; -ENODEV, -EIO when nobody knows, which is told.
 */
int read_persistent_clock(u64 *seconds, const char **from);

#endif
