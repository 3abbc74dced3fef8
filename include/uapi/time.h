/* SPDX-License-Identifier: BSD-2-Clause */
/* Times and clocks of the Linux ABI on x86-64. */
#ifndef UAPI_TIME_H
#define UAPI_TIME_H

#include <lib/types.h>

struct timespec_user {
	s64	tv_sec, tv_nsec;
};

struct timeval_user {
	s64	tv_sec, tv_usec;
};

struct itimerspec_user {
	struct timespec_user it_interval, it_value;
};

struct itimerval_user {
	struct timeval_user it_interval, it_value;
};

#define CLOCK_REALTIME			0
#define CLOCK_MONOTONIC			1
#define CLOCK_PROCESS_CPUTIME_ID	2
#define CLOCK_THREAD_CPUTIME_ID		3
#define CLOCK_MONOTONIC_RAW		4
#define CLOCK_REALTIME_COARSE		5
#define CLOCK_MONOTONIC_COARSE		6
#define CLOCK_BOOTTIME			7
#define CLOCK_REALTIME_ALARM		8
#define CLOCK_BOOTTIME_ALARM		9
#define CLOCK_TAI			11

#define TIMER_ABSTIME			1

#define ITIMER_REAL			0
#define ITIMER_VIRTUAL			1
#define ITIMER_PROF			2

static inline bool timespec_valid(const struct timespec_user *ts)
{
	return ts->tv_sec >= 0 && ts->tv_nsec >= 0 && ts->tv_nsec < 1000000000;
}

/** timespec_to_ns() - of a valid one; what does not fit is the longest time there is, 2^63 - 1 */
static inline u64 timespec_to_ns(const struct timespec_user *ts)
{
	u64 max = ~0ULL >> 1;

	if ((u64)ts->tv_sec >= max / 1000000000)
		return max;
	return ts->tv_sec * 1000000000ULL + ts->tv_nsec;
}

static inline struct timespec_user ns_to_timespec(u64 ns)
{
	return (struct timespec_user){ ns / 1000000000, ns % 1000000000 };
}

static inline struct timeval_user ns_to_timeval(u64 ns)
{
	return (struct timeval_user){ ns / 1000000000, ns % 1000000000 / 1000 };
}

#endif
