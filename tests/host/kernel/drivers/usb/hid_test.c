// SPDX-License-Identifier: BSD-2-Clause
/* kernel/drivers/usb/hid.c: reports in, key events out, through the keyboard layer to characters. */
#include "tests/host/test.h"
#include "kernel/drivers/usb/hid.h"
#include "kernel/tty/keyboard.h"

#define MS	1000000ull

static struct hid_keyboard hid;
static struct keyboard kbd;

static int setup(void **state)
{
	(void)state;
	hid = (struct hid_keyboard){ 0 };
	kbd = (struct keyboard){ .map = keymap_find("us") };
	return 0;
}

/* What a report types. */
static void expect_report(const char *text, const u8 *report, size_t len, u64 now)
{
	struct key_event events[HID_EVENTS];
	u8 *copy = exact_copy(report, len);
	unsigned int nr = hid_report(&hid, copy, len, now, events), i;
	char got[128] = "", out[KEY_BYTES];

	free(copy);
	assert_true(nr <= HID_EVENTS);
	for (i = 0; i < nr; i++) {
		int n = keyboard_event(&kbd, events[i], out);

		if (n > 0)
			strncat(got, out, n);
	}
	assert_string_equal(got, text);
}
#define REPORT(text, ...) expect_report(text, (const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }), 0)
#define SHIFT	0x02

static void keys_are_told_once_until_they_are_let_go(void **state)
{
	(void)state;
	REPORT("a", 0, 0, 4, 0, 0, 0, 0, 0);
	REPORT("", 0, 0, 4, 0, 0, 0, 0, 0);
	REPORT("b", 0, 0, 4, 5, 0, 0, 0, 0);
	REPORT("", 0, 0, 5, 0, 0, 0, 0, 0);	/* in another place now */
	REPORT("", 0, 0, 0, 0, 0, 0, 0, 0);
	REPORT("abcdef", 0, 0, 4, 5, 6, 7, 8, 9);
	REPORT("ghijkl", 0, 0, 10, 11, 12, 13, 14, 15);
}

static void every_key_has_its_place(void **state)
{
	static const char row[] = "abcdefghijklmnopqrstuvwxyz1234567890\r\33\177\t -=[]\\\\;'`,./";

	(void)state;
	for (u8 usage = 4; usage <= 0x38; usage++) {
		REPORT(((char[]){ row[usage - 4], 0 }), 0, 0, usage);
		REPORT("", 0, 0, 0);
	}
}

static void modifiers_come_before_the_keys_of_the_report(void **state)
{
	(void)state;
	REPORT("A", SHIFT, 0, 4);
	REPORT("", 0, 0, 4);
	REPORT("b", 0, 0, 5);
	REPORT("\3", 1, 0, 6);
	assert_int_equal(kbd.held, MOD_LCTRL);
	REPORT("", 0xff, 0, 6);
	assert_int_equal(kbd.held, MOD_SHIFT | MOD_CTRL | MOD_ALT);
}

static void keypad_cursor_and_function_keys(void **state)
{
	(void)state;
	REPORT("\33[A", 0, 0, 0x52);
	REPORT("\33[C", 0, 0, 0x4f);
	REPORT("\33[3~", 0, 0, 0x4c);
	REPORT("\33[[A", 0, 0, 0x3a);
	REPORT("\33[24~", 0, 0, 0x45);
	REPORT("/", 0, 0, 0x54);
	REPORT("\r", 0, 0, 0x58);
	REPORT("", 0, 0, 0x53);			/* Num Lock */
	assert_int_equal(kbd.leds, LED_NUM);
	REPORT("1", 0, 0, 0x59);
	REPORT("", 0, 0, 0x39);
	assert_int_equal(kbd.leds, LED_NUM | LED_CAPS);
}

static void too_many_keys_and_errors_change_nothing(void **state)
{
	(void)state;
	REPORT("a", 0, 0, 4);
	REPORT("", 0, 0, 1, 1, 1, 1, 1, 1);
	REPORT("", SHIFT, 0, 2, 2, 2, 2, 2, 2);
	assert_int_equal(kbd.held, MOD_LSHIFT);
	REPORT("", 0, 0, 4);			/* it was down all the time */
	REPORT("", 0, 0, 0xa4, 0xff);		/* no keys of ours */
	REPORT("b", 0, 0, 5, 5, 5, 5, 5, 5);
}

static void short_and_long_reports(void **state)
{
	struct key_event events[HID_EVENTS];
	u8 long_one[64] = { 0, 0, 4, 0, 0, 0, 0, 0, 5, 6, 7 };

	(void)state;
	assert_int_equal(hid_report(&hid, NULL, 0, 0, events), 0);
	REPORT("", SHIFT);
	assert_int_equal(kbd.held, MOD_LSHIFT);
	REPORT("", 0, 0);
	expect_report("a", long_one, sizeof(long_one), 0);
}

static void the_key_pressed_last_repeats(void **state)
{
	struct key_event event;

	(void)state;
	assert_true(hid_repeats_at(&hid) == ~0ull);
	expect_report("a", (u8[]){ 0, 0, 4 }, 3, 1000 * MS);
	assert_false(hid_repeat(&hid, 1499 * MS, &event));
	assert_true(hid_repeat(&hid, 1500 * MS, &event));
	assert_int_equal(event.key, 0x1e);
	assert_true(event.down);
	assert_false(hid_repeat(&hid, 1532 * MS, &event));
	assert_true(hid_repeats_at(&hid) == 1533 * MS);
	expect_report("b", (u8[]){ 0, 0, 4, 5 }, 4, 1600 * MS);
	assert_true(hid_repeat(&hid, 2200 * MS, &event));
	assert_int_equal(event.key, 0x30);
	expect_report("", (u8[]){ 0, 0, 4 }, 3, 2210 * MS);	/* the other one is held still */
	assert_true(hid_repeats_at(&hid) == ~0ull);
}

static void a_keyboard_that_goes_lets_go_of_everything(void **state)
{
	struct key_event events[HID_EVENTS];
	unsigned int nr;

	(void)state;
	REPORT("A", SHIFT, 0, 4);
	nr = hid_release_all(&hid, events);
	assert_int_equal(nr, 2);
	for (unsigned int i = 0; i < nr; i++)
		assert_false(events[i].down);
	assert_true(hid_repeats_at(&hid) == ~0ull);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(keys_are_told_once_until_they_are_let_go),
		T(every_key_has_its_place),
		T(modifiers_come_before_the_keys_of_the_report),
		T(keypad_cursor_and_function_keys),
		T(too_many_keys_and_errors_change_nothing),
		T(short_and_long_reports),
		T(the_key_pressed_last_repeats),
		T(a_keyboard_that_goes_lets_go_of_everything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
