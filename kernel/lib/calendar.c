/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calendar repeats every 400 years, and years that begin in March have their
 * leap day last: month lengths from March on follow 30.6 days to the month.
 */
#include <lib/calendar.h>

#define DAY_SECONDS	86400u
#define DAYS_400_YEARS	146097u
#define DAYS_100_YEARS	36524u
#define DAYS_4_YEARS	1461u
#define EPOCH_DAYS	719468u		/* from 1 March of the year 0 to 1970-01-01 */

static bool is_leap_year(u32 year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned int days_of_month(u32 year, unsigned int month)
{
	if (month == 2)
		return is_leap_year(year) ? 29 : 28;
	return month == 4 || month == 6 || month == 9 || month == 11 ? 30 : 31;
}

bool date_time_valid(const struct date_time *t)
{
	return t->year >= 1970 && t->month >= 1 && t->month <= 12 && t->day >= 1 &&
	       t->day <= days_of_month(t->year, t->month) && t->hour < 24 && t->minute < 60 && t->second < 60;
}

/* Days from 1 March to the first of the month that is @m months later. */
static unsigned int days_before_month(unsigned int m)
{
	return (153 * m + 2) / 5;
}

u64 date_time_to_seconds(const struct date_time *t)
{
	u32 year = t->year - (t->month < 3);		/* of the March it belongs to */
	unsigned int m = (t->month + 9) % 12;
	u64 days = (u64)year * 365 + year / 4 - year / 100 + year / 400 + days_before_month(m) + t->day - 1 - EPOCH_DAYS;

	return days * DAY_SECONDS + t->hour * 3600u + t->minute * 60u + t->second;
}

struct date_time seconds_to_date_time(u64 seconds)
{
	u64 days = seconds / DAY_SECONDS + EPOCH_DAYS;
	u32 second = seconds % DAY_SECONDS;
	u32 era_day = days % DAYS_400_YEARS;
	/* without the leap days before this one, each year has 365 */
	u32 year = (era_day - era_day / (DAYS_4_YEARS - 1) + era_day / DAYS_100_YEARS -
		    era_day / (DAYS_400_YEARS - 1)) / 365;
	u32 year_day = era_day - (365 * year + year / 4 - year / 100);
	unsigned int m = (5 * year_day + 2) / 153;

	return (struct date_time){
		.year = days / DAYS_400_YEARS * 400 + year + (m >= 10),
		.month = m < 10 ? m + 3 : m - 9,
		.day = year_day - days_before_month(m) + 1,
		.hour = second / 3600, .minute = second / 60 % 60, .second = second % 60,
	};
}
