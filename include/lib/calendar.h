/* SPDX-License-Identifier: BSD-2-Clause */
/* Days and dates of the Gregorian calendar, and seconds since 1970 without leap seconds. */
#ifndef LIB_CALENDAR_H
#define LIB_CALENDAR_H

#include <lib/types.h>

struct date_time {
	u32	year;			/* 1970 and on */
	u8	month, day;		/* from 1 */
	u8	hour, minute, second;
};

/** date_time_valid() - whether all fields are in range, for the month and year they are in */
bool date_time_valid(const struct date_time *t);

/** date_time_to_seconds() - since 1970-01-01 00:00:00; @t is valid */
u64 date_time_to_seconds(const struct date_time *t);

/** seconds_to_date_time() - the reverse, for years below 2^32 */
struct date_time seconds_to_date_time(u64 seconds);

#endif
