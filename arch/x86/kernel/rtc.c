/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Wall time: from the firmware's GetTime, else from the clock that PCs keep
 * with the CMOS memory (Motorola MC146818 and its descendants), which is taken
 * to run in UTC. Nothing of either is believed before it makes a date.
 */
#include <asm/efi.h>
#include <asm/io.h>
#include <asm/time.h>
#include <kernel/acpi.h>
#include <kernel/stage.h>
#include <kernel/timekeeping.h>
#include <lib/calendar.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define CMOS_INDEX	0x70		/* bit 7 would mask NMI */
#define CMOS_DATA	0x71

#define RTC_SECOND	0x00
#define RTC_MINUTE	0x02
#define RTC_HOUR	0x04
#define RTC_DAY		0x07
#define RTC_MONTH	0x08
#define RTC_YEAR	0x09
#define RTC_A		0x0a
#define RTC_B		0x0b

#define RTC_A_UIP	0x80		/* an update is near or under way: the others may change */
#define RTC_B_BINARY	0x04		/* else two decimal digits to a byte */
#define RTC_B_24H	0x02		/* else 1 to 12, and bit 7 after noon */
#define RTC_HOUR_PM	0x80

#define UIP_POLLS	10000		/* an update takes 2 ms, a reading 2 us */
#define TRIES		10

struct rtc_registers { u8 second, minute, hour, day, month, year, century, b; };

static u8 cmos_read(u8 reg)
{
	outb(reg, CMOS_INDEX);
	return inb(CMOS_DATA);
}

static struct rtc_registers read_registers(u8 century)
{
	return (struct rtc_registers){
		.second = cmos_read(RTC_SECOND), .minute = cmos_read(RTC_MINUTE), .hour = cmos_read(RTC_HOUR),
		.day = cmos_read(RTC_DAY), .month = cmos_read(RTC_MONTH), .year = cmos_read(RTC_YEAR),
		.century = century ? cmos_read(century) : 0, .b = cmos_read(RTC_B),
	};
}

static bool update_ends(void)
{
	unsigned int i;

	for (i = 0; i < UIP_POLLS; i++)
		if (!(cmos_read(RTC_A) & RTC_A_UIP))
			return true;
	return false;
}

/* Twice the same with no update in between, or it is tried again. */
static bool read_at_rest(struct rtc_registers *r, u8 century)
{
	struct rtc_registers again;
	unsigned int i;

	for (i = 0; i < TRIES && update_ends(); i++) {
		*r = read_registers(century);
		again = read_registers(century);
		if (!memcmp(r, &again, sizeof(again)) && !(cmos_read(RTC_A) & RTC_A_UIP))
			return true;
	}
	return false;
}

static unsigned int number(const struct rtc_registers *r, u8 value)
{
	if (r->b & RTC_B_BINARY)
		return value;
	return (value & 0xf) < 10 ? (value >> 4) * 10 + (value & 0xf) : 0xff;
}

static unsigned int hour(const struct rtc_registers *r)
{
	unsigned int h = number(r, r->b & RTC_B_24H ? r->hour : r->hour & ~RTC_HOUR_PM);

	if (r->b & RTC_B_24H)
		return h;
	if (h < 1 || h > 12)
		return 0xff;
	return h % 12 + (r->hour & RTC_HOUR_PM ? 12 : 0);
}

/* Without a century that makes sense it is the one from 1970 to 2069. */
static u32 year(const struct rtc_registers *r)
{
	unsigned int y = number(r, r->year), century = number(r, r->century);

	if (y > 99)
		return 0;
	if (century >= 19 && century <= 21)
		return century * 100 + y;
	return y + (y < 70 ? 2000 : 1900);
}

int rtc_read(struct date_time *t)
{
	struct rtc_registers r;

	if (!acpi_has_rtc())
		return -ENODEV;
	if (!read_at_rest(&r, acpi_rtc_century()))
		return -ENODEV;
	*t = (struct date_time){
		.year = year(&r), .month = number(&r, r.month), .day = number(&r, r.day),
		.hour = hour(&r), .minute = number(&r, r.minute), .second = number(&r, r.second),
	};
	return date_time_valid(t) ? 0 : -EIO;
}

/* UEFI 2.10, 8.3.1: UTC is the time told plus TimeZone minutes, if the firmware knows a zone. */
static int efi_read(u64 *seconds)
{
	efi_time_t now;
	struct date_time t;
	int err = efi_get_time(&now);

	if (err)
		return err;
	t = (struct date_time){
		.year = now.Year, .month = now.Month, .day = now.Day,
		.hour = now.Hour, .minute = now.Minute, .second = now.Second,
	};
	if (!date_time_valid(&t))
		return -EIO;
	*seconds = date_time_to_seconds(&t);
	if (now.TimeZone != EFI_UNSPECIFIED_TIMEZONE && now.TimeZone >= -1440 && now.TimeZone <= 1440)
		*seconds += now.TimeZone * 60;
	return 0;
}

int read_persistent_clock(u64 *seconds, const char **from)
{
	struct date_time t;
	int err;

	*from = "EFI";
	if (!efi_read(seconds))
		return 0;
	*from = "RTC";
	err = rtc_read(&t);
	if (err) {
		boot_warn(STAGE_TIME, err == -ENODEV ? "no clock tells the date"
						     : "the RTC holds no date: time counts from 1970");
		return err;
	}
	*seconds = date_time_to_seconds(&t);
	return 0;
}
