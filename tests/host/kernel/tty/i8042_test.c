// SPDX-License-Identifier: BSD-2-Clause
/* kernel/tty/i8042.c and input.c over a model of the controller and its keyboard. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <lib/types.h>

#define ASM_IRQFLAGS_H
static inline unsigned long local_irq_save(void) { return 0; }
static inline void local_irq_restore(unsigned long flags) { (void)flags; }

/* The model: one byte queue, a control register, and the ways it can be broken. */
#define ASM_IO_H
static struct {
	u16 queue[256];			/* byte, 0x100: from the mouse */
	unsigned int head, tail;
	u8 ctr, pending;
	bool absent, mute, stuck, endless;
	bool no_translation;		/* the bit does not stay */
	bool deaf;			/* the keyboard answers nothing */
	bool wants_leds;
	u8 leds;
	unsigned int nr_led_commands;
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

static void keyboard_takes(u8 v)
{
	if (hw.deaf)
		return;
	if (hw.wants_leds)
		hw.leds = v;
	hw.wants_leds = v == 0xed;
	hw.nr_led_commands += v == 0xed;
	push(0xfa);
}

static void outb(u8 v, u16 port)
{
	if (port == 0x64) {
		hw.pending = v;
		if (v == 0x20 && !hw.mute)
			push(hw.ctr);
	} else if (hw.pending == 0x60) {
		hw.ctr = hw.no_translation ? v & ~0x40 : v;
		hw.pending = 0;
	} else {
		keyboard_takes(v);
	}
}

static void cpu_relax(void) { }

#include "kernel/tty/i8042.c"
#include "kernel/tty/input.c"

char boot_command_line[COMMAND_LINE_SIZE];

static struct console *registered;
static jmp_buf restarted;
static unsigned int nr_warnings;
static char ordered;			/* by SysRq */

void ctrl_alt_del(void)
{
	longjmp(restarted, 1);
}

void sysrq(char letter)
{
	ordered = letter;
}

void console_input_arrived(void) { }

static unsigned int slept;		/* ms */

void msleep(u64 ms)
{
	slept += ms;
	if (slept == 100)
		input_ready();		/* one of those waited for */
}

static int scrolled;			/* half screens up */

void screen_scroll(int half_screens)
{
	scrolled += half_screens;
}

bool screen_cursor_keys(void)
{
	return false;
}

enum boot_stage boot_stage_current(void)
{
	return STAGE_CONSOLE;
}

int printk(const char *fmt, ...)
{
	return 0;
}

void boot_warn(enum boot_stage stage, const char *fmt, ...)
{
	assert_int_equal(stage, STAGE_CONSOLE);
	nr_warnings++;
}

void register_console(struct console *con)
{
	registered = con;
}

static int setup(void **state)
{
	(void)state;
	memset(&hw, 0, sizeof(hw));
	memset(&input, 0, sizeof(input));
	memset(&scancodes, 0, sizeof(scancodes));
	leds_shown = 0xff;
	leds_differ = false;
	ordered = 0;
	boot_command_line[0] = 0;
	nr_warnings = 0;
	hw.ctr = 0x33;
	registered = NULL;
	return 0;
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

/* What typing @codes gives, to the last byte. */
static void expect_typed(const char *text, const u8 *codes, size_t n)
{
	char got[64];
	size_t len = 0;
	int c;

	for (size_t i = 0; i < n; i++)
		push(codes[i]);
	for (int idle = 0; idle < 8; idle++)	/* the keyboard answers between keys */
		while ((c = kbd_getc(&kbd_console)) >= 0 && len < sizeof(got) - 1)
			got[len++] = c;
	got[len] = 0;
	assert_string_equal(got, text);
}
#define TYPED(text, ...) expect_typed(text, (const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }))

static void the_layout_is_chosen_by_name(void **state)
{
	(void)state;
	strcpy(boot_command_line, "quiet keymap=de");
	assert_int_equal(i8042_console_init(), 0);
	TYPED("zyä", 0x15, 0x95, 0x2c, 0xac, 0x28);
	assert_int_equal(nr_warnings, 0);
	input.kbd.map = NULL;
	strcpy(boot_command_line, "keymap=klingon-of-many-letters");
	assert_int_equal(i8042_console_init(), 0);
	assert_int_equal(nr_warnings, 1);
	TYPED("yz", 0x15, 0x95, 0x2c);
}

static void a_controller_that_does_not_translate_is_understood(void **state)
{
	(void)state;
	hw.no_translation = true;
	assert_int_equal(i8042_console_init(), 0);
	TYPED("aA\r", 0x1c, 0xf0, 0x1c, 0x12, 0x1c, 0xf0, 0x1c, 0xf0, 0x12, 0x5a);
}

static void a_key_with_a_sequence_gives_all_its_bytes(void **state)
{
	(void)state;
	assert_int_equal(i8042_console_init(), 0);
	TYPED("\33[A\33[3~x", 0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x53, 0xe0, 0xd3, 0x2d);
}

static void locks_light_their_leds(void **state)
{
	(void)state;
	hw.leds = 0x7f;				/* as some firmware left them */
	assert_int_equal(i8042_console_init(), 0);
	TYPED("", 0xad);
	assert_int_equal(hw.leds, 0);
	TYPED("A", 0x3a, 0xba, 0x1e);
	assert_int_equal(hw.leds, LED_CAPS);
	TYPED("7", 0x45, 0x45, 0xc5, 0x47);	/* held, it repeats */
	assert_int_equal(hw.leds, LED_CAPS | LED_NUM);
	TYPED("a", 0x3a, 0xba, 0x1e);
	assert_int_equal(hw.leds, LED_NUM);
	assert_int_equal(hw.nr_led_commands, 4);
}

static void a_keyboard_without_answers_still_types(void **state)
{
	unsigned long before;

	(void)state;
	hw.deaf = true;
	assert_int_equal(i8042_console_init(), 0);
	TYPED("Aa", 0x3a, 0xba, 0x1e, 0x3a, 0xba, 0x1e);
	hw.stuck = true;			/* takes no byte any more: waited for once */
	TYPED("A", 0x3a, 0xba, 0x1e);
	before = hw.accesses;
	TYPED("aA", 0x3a, 0xba, 0x1e, 0x3a, 0xba, 0x1e);
	assert_true(hw.accesses - before < 50);
}

static void ctrl_alt_del_resets_the_machine(void **state)
{
	(void)state;
	assert_int_equal(i8042_console_init(), 0);
	TYPED("\33[3~", 0x1d, 0xe0, 0x53, 0xe0, 0xd3);
	if (!setjmp(restarted)) {
		TYPED("", 0x38, 0xe0, 0x53);
		fail();
	}
}

static void shift_page_up_is_for_the_screen(void **state)
{
	(void)state;
	assert_int_equal(i8042_console_init(), 0);
	scrolled = 0;
	TYPED("", 0x2a, 0xe0, 0x49, 0xe0, 0xc9, 0xe0, 0x49, 0xe0, 0xc9, 0xe0, 0x51, 0xe0, 0xd1, 0xaa);
	assert_int_equal(scrolled, 1);
	TYPED("\33[5~", 0xe0, 0x49, 0xe0, 0xc9);
	assert_int_equal(scrolled, 1);
}

static void alt_sysrq_and_a_letter_is_an_order(void **state)
{
	(void)state;
	assert_int_equal(i8042_console_init(), 0);
	TYPED("\33b", 0x38, 0x30, 0xb0, 0xb8);	/* Alt alone */
	assert_int_equal(ordered, 0);
	TYPED("", 0x38, 0x54, 0xd4, 0x19, 0x99);	/* Alt held, SysRq let go */
	assert_int_equal(ordered, 'p');
	TYPED("", 0xe0, 0x37, 0xe0, 0xb7, 0x32, 0xb2);	/* some send Print Screen */
	assert_int_equal(ordered, 'm');
	ordered = 0;
	TYPED("t", 0xb8, 0x14);
	assert_int_equal(ordered, 0);
	scancodes.set2 = true;
	TYPED("", 0x11, 0x84, 0x32, 0xf0, 0x32, 0xf0, 0x84, 0xf0, 0x11);
	assert_int_equal(ordered, 'b');
}

/* What the interrupt takes waits; more than fits is lost, and the rest still works. */
static void keys_nobody_reads_are_kept_up_to_a_limit(void **state)
{
	int i;

	(void)state;
	assert_int_equal(i8042_console_init(), 0);
	for (i = 0; i < 100; i++) {
		push(0x1e);
		kbd_interrupt(&kbd_console);
	}
	assert_int_equal(hw.head, hw.tail);
	for (i = 0; kbd_getc(&kbd_console) == 'a'; i++)
		;
	assert_int_equal(i, 64);
	TYPED("s", 0x1f);
}

static void keyboards_that_start_are_waited_for_but_not_for_ever(void **state)
{
	(void)state;
	slept = 0;
	input_settle();
	assert_int_equal(slept, 0);
	input_begin();
	input_settle();
	assert_int_equal(slept, 100);
	slept = 0;
	input_begin();
	input_begin();
	input_settle();
	assert_int_equal(slept, 2000);
	input_ready();
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
		T(a_working_controller_is_set_to_polling),
		T(the_layout_is_chosen_by_name),
		T(a_controller_that_does_not_translate_is_understood),
		T(a_key_with_a_sequence_gives_all_its_bytes),
		T(locks_light_their_leds),
		T(a_keyboard_without_answers_still_types),
		T(ctrl_alt_del_resets_the_machine),
		T(shift_page_up_is_for_the_screen),
		T(alt_sysrq_and_a_letter_is_an_order),
		T(keys_nobody_reads_are_kept_up_to_a_limit),
		T(keyboards_that_start_are_waited_for_but_not_for_ever),
		T(broken_controllers_are_refused_in_bounded_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
