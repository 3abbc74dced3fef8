// SPDX-License-Identifier: BSD-2-Clause
/* kernel/tty/i8042.c over a model of the controller: set 1 scan codes in, characters out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <lib/types.h>

/* The model: one byte queue, a control register, and the ways it can be broken. */
#define ASM_IO_H
static struct {
	u16 queue[256];			/* byte, 0x100: from the mouse */
	unsigned int head, tail;
	u8 ctr, pending;
	bool absent, mute, stuck, endless;
	unsigned long accesses;
} hw;

static void push(u16 v)
{
	hw.queue[hw.tail++ % 256] = v;
}

static u8 inb(u16 port)
{
	hw.accesses++;
	assert_true(hw.accesses < 5000000);
	if (hw.absent)
		return 0xff;
	if (port == 0x64)
		return (hw.endless || hw.head != hw.tail) | (hw.stuck ? 2 : 0) |
		       (hw.head != hw.tail && hw.queue[hw.head % 256] & 0x100 ? 0x20 : 0);
	assert_int_equal(port, 0x60);
	return hw.head == hw.tail ? 0 : hw.queue[hw.head++ % 256];
}

static void outb(u8 v, u16 port)
{
	if (port == 0x64) {
		hw.pending = v;
		if (v == 0x20 && !hw.mute)
			push(hw.ctr);
	} else if (hw.pending == 0x60) {
		hw.ctr = v;
		hw.pending = 0;
	}
}

static void cpu_relax(void) { }

#include "kernel/tty/i8042.c"

static struct console *registered;

void register_console(struct console *con)
{
	registered = con;
}

static int setup(void **state)
{
	(void)state;
	memset(&hw, 0, sizeof(hw));
	memset(&kbd, 0, sizeof(kbd));
	hw.ctr = 0x33;
	registered = NULL;
	return 0;
}

/* Feed scan codes, compare the characters they give. */
static void expect_keys(const u8 *codes, size_t n, const char *text)
{
	char got[128];
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		int c = kbd_decode(&kbd, codes[i]);

		if (c >= 0)
			got[len++] = c;
	}
	got[len] = 0;
	assert_string_equal(got, text);
}
#define EXPECT_KEYS(text, ...) do { \
	static const u8 codes[] = { __VA_ARGS__ }; \
	expect_keys(codes, sizeof(codes), text); \
} while (0)

static void letters_digits_and_controls(void **state)
{
	(void)state;
	EXPECT_KEYS("map\n", 0x32, 0xb2, 0x1e, 0x9e, 0x19, 0x99, 0x1c, 0x9c);
	EXPECT_KEYS("1234567890-=", 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13);
	EXPECT_KEYS("qwertyuiop[]", 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27);
	EXPECT_KEYS("asdfghjkl;'`", 30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41);
	EXPECT_KEYS("\\zxcvbnm,./", 43, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53);
	EXPECT_KEYS("\33\b\t *\\", 0x01, 0x0e, 0x0f, 0x39, 0x37, 0x56);
}

static void shift_holds_and_caps_toggles_letters_only(void **state)
{
	(void)state;
	EXPECT_KEYS("A!a1", 0x2a, 0x1e, 0x02, 0xaa, 0x1e, 0x02);
	EXPECT_KEYS("Qq", 0x36, 0x10, 0xb6, 0x10);
	EXPECT_KEYS("Aa", 0x2a, 0x36, 0xaa, 0x1e, 0xb6, 0x1e);
	EXPECT_KEYS("A1a!", 0x3a, 0xba, 0x1e, 0x02, 0x2a, 0x1e, 0x02, 0xaa);
	EXPECT_KEYS("a", 0x3a, 0xba, 0x1e);
	EXPECT_KEYS("!@#$%^&*()_+{}:\"~|<>?", 0x2a, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 26, 27, 39, 40,
		    41, 43, 51, 52, 53, 0xaa);
}

static void control_makes_control_characters(void **state)
{
	(void)state;
	EXPECT_KEYS("\3\25c", 0x1d, 0x2e, 0x16, 0x9d, 0x2e);
	EXPECT_KEYS("\3c", 0xe0, 0x1d, 0x2e, 0xe0, 0x9d, 0x2e);
}

static void extended_keys_and_pause_leave_no_rubbish(void **state)
{
	(void)state;
	EXPECT_KEYS("\n/\b", 0xe0, 0x1c, 0xe0, 0x9c, 0xe0, 0x35, 0xe0, 0x53);
	EXPECT_KEYS("a", 0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x2a, 0xe0, 0x4b, 0xe0, 0xaa, 0x1e);
	EXPECT_KEYS("a", 0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e);
	EXPECT_KEYS("789-456+1230.", 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0x53);
}

static void any_bytes_are_safe(void **state)
{
	(void)state;
	srandom(3);
	for (int i = 0; i < 1000000; i++) {
		int c = kbd_decode(&kbd, random());

		assert_true(c >= -1 && c < 0x80);
	}
}

static void a_working_controller_is_set_to_polling(void **state)
{
	(void)state;
	push(0x1e);				/* typed before: dropped */
	assert_int_equal(i8042_console_init(), 0);
	assert_ptr_equal(registered, &kbd_console);
	assert_int_equal(hw.ctr, 0x60);
	assert_int_equal(kbd_getc(&kbd_console), -1);
	push(0x2a);
	push(0x108);				/* the mouse moves */
	push(0x1e);
	assert_int_equal(kbd_getc(&kbd_console), 'A');
	assert_int_equal(kbd_getc(&kbd_console), -1);
}

static void broken_controllers_are_refused_in_bounded_time(void **state)
{
	(void)state;
	hw.absent = true;
	assert_int_equal(i8042_console_init(), -1);
	assert_int_equal(kbd_getc(&kbd_console), -1);
	hw.absent = false;
	hw.mute = true;
	assert_int_equal(i8042_console_init(), -1);
	hw.mute = false;
	hw.stuck = true;
	assert_int_equal(i8042_console_init(), -1);
	hw.stuck = false;
	hw.endless = true;
	assert_int_equal(i8042_console_init(), -1);
	assert_int_equal(kbd_getc(&kbd_console), -1);
	assert_null(registered);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(letters_digits_and_controls),
		T(shift_holds_and_caps_toggles_letters_only),
		T(control_makes_control_characters),
		T(extended_keys_and_pause_leave_no_rubbish),
		T(any_bytes_are_safe),
		T(a_working_controller_is_set_to_polling),
		T(broken_controllers_are_refused_in_bounded_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
