// SPDX-License-Identifier: BSD-2-Clause
/*
 * arch/x86/kernel/rtc.c on a simulated MC146818: every mode it can be in, and
 * updates that come between two readings.
 */
#include "tests/host/kernel/time/clocks.h"
#include <lib/calendar.h>

#define ASM_IO_H
#define ASM_EFI_H
#define KERNEL_ACPI_H

typedef struct {
	u16 Year;
	u8 Month, Day, Hour, Minute, Second, Pad1;
	u32 Nanosecond;
	s16 TimeZone;
	u8 Daylight, Pad2;
} efi_time_t;
#define EFI_UNSPECIFIED_TIMEZONE 2047

static struct {
	u64		seconds;	/* what it tells */
	u8		b;
	u8		index;
	u8		century;	/* register, 0: none */
	bool		absent;		/* reads as FFh */
	bool		stuck;		/* UIP never goes away */
	unsigned int	reads;		/* until the next update; counts down when update_every is set */
	unsigned int	update_every;
	unsigned int	uip;		/* readings for which UIP is still set; the registers are rubbish then */
	int		raw[128];	/* what a register holds instead of the time, -1: the time */
} rtc;

static efi_time_t efi_time;
static int efi_error;

static int efi_get_time(efi_time_t *now)
{
	*now = efi_time;
	return efi_error;
}

static bool acpi_has_rtc(void) { return true; }
static u8 acpi_rtc_century(void) { return rtc.century; }

static u8 encode(unsigned int n)
{
	return rtc.b & 0x04 ? n : n / 10 << 4 | n % 10;
}

static u8 encode_hour(unsigned int h)
{
	if (rtc.b & 0x02)
		return encode(h);
	return encode(h % 12 ? h % 12 : 12) | (h >= 12 ? 0x80 : 0);
}

static u8 value(u8 reg)
{
	struct date_time t = seconds_to_date_time(rtc.seconds);

	if (rtc.raw[reg] >= 0)
		return rtc.raw[reg];
	switch (reg) {
	case 0x00: return encode(t.second);
	case 0x02: return encode(t.minute);
	case 0x04: return encode_hour(t.hour);
	case 0x07: return encode(t.day);
	case 0x08: return encode(t.month);
	case 0x09: return encode(t.year % 100);
	case 0x0a: return rtc.uip || rtc.stuck ? 0xa6 : 0x26;
	case 0x0b: return rtc.b;
	}
	return reg == rtc.century ? encode(t.year / 100) : 0x55;
}

static inline void outb(u8 v, u16 port)
{
	assert_int_equal(port, 0x70);
	rtc.index = v & 0x7f;
}

static inline u8 inb(u16 port)
{
	u8 v;

	assert_int_equal(port, 0x71);
	if (rtc.absent)
		return 0xff;
	v = value(rtc.index);
	if (rtc.uip) {
		if (rtc.index < 0x0a || rtc.index == rtc.century)
			v = random64();
		if (!--rtc.uip)
			rtc.seconds++;
	} else if (rtc.update_every && !rtc.reads--) {
		rtc.reads = random_below(2 * rtc.update_every);
		rtc.uip = 1 + random_below(20);
	}
	return v;
}

#include "kernel/lib/calendar.c"
int rtc_read(struct date_time *t);
#define ASM_TIME_H
#include "arch/x86/kernel/rtc.c"

static int fresh(void **state)
{
	memset(&rtc, 0, sizeof(rtc));
	memset(rtc.raw, 0xff, sizeof(rtc.raw));
	rtc.b = 0x02;
	rtc.seconds = 1795231200;
	efi_error = -ENODEV;
	said[0] = '\0';
	return 0;
}

static const u8 modes[] = { 0x00, 0x02, 0x04, 0x06 };

static void every_mode_tells_the_same_time(void **state)
{
	for (int i = 0; i < 200000; i++) {
		u64 seconds;
		const char *from;

		rtc.b = modes[i % 4];
		rtc.century = one_in(2) ? 0x32 : 0;
		rtc.seconds = random_below(rtc.century ? 7258118400 : 3155760000);	/* to the end of 2199, of 2069 */
		assert_int_equal(read_persistent_clock(&seconds, &from), 0);
		assert_true(seconds == rtc.seconds);
		assert_string_equal(from, "RTC");
	}
}

static void an_update_between_readings_is_never_seen(void **state)
{
	for (int i = 0; i < 50000; i++) {
		struct date_time t;
		u64 before, got;

		rtc.b = modes[i % 4];
		rtc.century = 0x32;
		rtc.update_every = 30 + random_below(60);
		/* where most registers change at once */
		rtc.seconds = 1798761600 - random_below(8);
		before = rtc.seconds;
		if (rtc_read(&t))
			continue;		/* updates came every time */
		got = date_time_to_seconds(&t);
		assert_in_range(got, before, rtc.seconds);
	}
}

static void a_clock_that_is_not_there_or_never_at_rest_is_told(void **state)
{
	const char *from;
	u64 seconds;

	rtc.absent = true;
	assert_int_equal(read_persistent_clock(&seconds, &from), -ENODEV);
	assert_string_equal(said, "no clock tells the date");
	fresh(NULL);
	rtc.stuck = true;
	assert_int_equal(read_persistent_clock(&seconds, &from), -ENODEV);
	assert_string_equal(said, "no clock tells the date");
}

static void registers_that_make_no_date_are_refused(void **state)
{
	static const struct { u8 reg, value, b; } bad[] = {
		{ 0x08, 0x00, 2 }, { 0x08, 0x13, 2 }, { 0x07, 0x32, 2 }, { 0x07, 0x00, 2 }, { 0x00, 0x60, 2 },
		{ 0x02, 0x6a, 2 }, { 0x04, 0x24, 2 }, { 0x04, 0x00, 0 }, { 0x04, 0x13, 0 }, { 0x04, 0x80, 0 },
		{ 0x00, 60, 6 }, { 0x04, 24, 6 }, { 0x09, 0xaa, 2 }, { 0x09, 100, 6 }, { 0x08, 13, 6 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const char *from;
		u64 seconds;

		fresh(NULL);
		rtc.b = bad[i].b;
		rtc.raw[bad[i].reg] = bad[i].value;
		assert_int_equal(read_persistent_clock(&seconds, &from), -EIO);
		assert_non_null(strstr(said, "no date"));
	}
}

static void the_firmware_is_asked_first(void **state)
{
	const char *from;
	u64 seconds;

	efi_error = 0;
	efi_time = (efi_time_t){ 2026, 11, 21, 3, 4, 5, .TimeZone = EFI_UNSPECIFIED_TIMEZONE };
	assert_int_equal(read_persistent_clock(&seconds, &from), 0);
	assert_true(seconds == 1795230245);
	assert_string_equal(from, "EFI");
	efi_time.TimeZone = -60;		/* an hour east of Greenwich */
	assert_int_equal(read_persistent_clock(&seconds, &from), 0);
	assert_true(seconds == 1795230245 - 3600);
	efi_time.Day = 31;			/* November has 30 */
	assert_int_equal(read_persistent_clock(&seconds, &from), 0);
	assert_string_equal(from, "RTC");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(every_mode_tells_the_same_time, fresh),
		cmocka_unit_test_setup(an_update_between_readings_is_never_seen, fresh),
		cmocka_unit_test_setup(a_clock_that_is_not_there_or_never_at_rest_is_told, fresh),
		cmocka_unit_test_setup(registers_that_make_no_date_are_refused, fresh),
		cmocka_unit_test_setup(the_firmware_is_asked_first, fresh),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
