// SPDX-License-Identifier: BSD-2-Clause
/* kernel/tty/keyboard.c and keymap.c: scan codes in, UTF-8 out. */
#include "tests/host/test.h"
#include "kernel/tty/keyboard.h"

static struct scancodes scancodes;
static struct keyboard kbd;

static int setup(void **state)
{
	(void)state;
	memset(&scancodes, 0, sizeof(scancodes));
	kbd = (struct keyboard){ .map = keymap_find("us") };
	return 0;
}

/* Feed scan codes, compare what they give; Ctrl-Alt-Del is "<reboot>". */
static void expect_keys(const char *text, const u8 *codes, size_t n)
{
	char got[512] = "";
	size_t len = 0;

	for (size_t i = 0; i < n; i++) {
		struct key_event event;
		char out[KEY_BYTES];
		int bytes;

		if (!scancode_decode(&scancodes, codes[i], &event))
			continue;
		bytes = keyboard_event(&kbd, event, out);
		assert_true(bytes <= KEY_BYTES && len + 8 < sizeof(got));
		if (bytes < 0)
			bytes = sprintf(got + len, "<reboot>");
		else
			memcpy(got + len, out, bytes);
		len += bytes;
	}
	got[len] = 0;
	assert_string_equal(got, text);
}
#define KEYS(text, ...) expect_keys(text, (const u8[]){ __VA_ARGS__ }, sizeof((const u8[]){ __VA_ARGS__ }))

#define ROW_1	0x29, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
#define ROW_2	16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27
#define ROW_3	30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 0x2b
#define ROW_4	0x56, 44, 45, 46, 47, 48, 49, 50, 51, 52, 53
#define ROWS	ROW_1, ROW_2, ROW_3, ROW_4

static void the_us_layout_is_as_printed_on_the_keys(void **state)
{
	(void)state;
	KEYS("`1234567890-=qwertyuiop[]asdfghjkl;'\\\\zxcvbnm,./", ROWS);
	KEYS("~!@#$%^&*()_+QWERTYUIOP{}ASDFGHJKL:\"||ZXCVBNM<>?", 0x2a, ROWS, 0xaa);
	KEYS("map\r", 0x32, 0xb2, 0x1e, 0x9e, 0x19, 0x99, 0x1c, 0x9c);
	KEYS("\33\177\t *", 0x01, 0x0e, 0x0f, 0x39, 0x37);
	KEYS("\0331\33q", 0xe0, 0x38, 2, 0x10, 0xe0, 0xb8);	/* no AltGr: one more Alt */
}

static void the_other_layouts_are_too(void **state)
{
	(void)state;
	kbd.map = keymap_find("de");
	KEYS("1234567890ßqwertzuiopü+asdfghjklöä#<yxcvbnm,.-", 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, ROW_2, ROW_3, ROW_4);
	KEYS("°!\"§$%&/()=?`QWERTZUIOPÜ*ASDFGHJKLÖÄ'>YXCVBNM;:_", 0x2a, ROW_1, 0x39, ROW_2, ROW_3, ROW_4, 0xaa);
	KEYS("²³{[]}\\@€~|µ", 0xe0, 0x38, ROWS, 0xe0, 0xb8);
	kbd.map = keymap_find("fr");
	KEYS("²&é\"'(-è_çà)=azertyuiop$qsdfghjklmù*<wxcvbn,;:!", ROW_1, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 27, ROW_3, ROW_4);
	KEYS("1234567890°+", 0x2a, ROW_1, 0xaa);
	KEYS("~#{[|`\\^@]}€¤", 0xe0, 0x38, ROWS, 0xe0, 0xb8);
	kbd.map = keymap_find("uk");
	KEYS("`1234567890-=qwertyuiop[]asdfghjkl;'#\\zxcvbnm,./", ROWS);
	KEYS("¬!\"£$%^&*()_+@~", 0x36, ROW_1, 40, 0x2b, 0xb6);
	KEYS("éÉ", 0xe0, 0x38, 18, 0x2a, 18, 0xaa, 0xe0, 0xb8);
	kbd.map = keymap_find("es");
	KEYS("º1234567890'¡ñç<", ROW_1, 39, 0x2b, 0x56);
	KEYS("\\|@#~€¬€[]{}", 0xe0, 0x38, ROWS, 0xe0, 0xb8);
	kbd.map = keymap_find("dvorak");
	KEYS("`1234567890[]',.pyfgcrl/=aoeuidhtns-\\\\;qjkxbmwvz", ROWS);
	assert_null(keymap_find("sv"));
	assert_null(keymap_find(""));
}

static void every_layout_is_named(void **state)
{
	char names[64], *name, *rest;

	(void)state;
	strcpy(names, keymap_names());
	for (name = strtok_r(names, " ", &rest); name; name = strtok_r(NULL, " ", &rest))
		assert_string_equal(keymap_find(name)->name, name);
}

static void every_ascii_character_can_be_typed_in_every_layout(void **state)
{
	static const char *const layouts[] = { "us", "de", "fr", "uk", "es", "dvorak" };

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(layouts); i++) {
		const struct keymap *map = keymap_find(layouts[i]);
		bool can[0x80] = { [' '] = true };

		for (unsigned int key = 0; key < NR_KEYS; key++)
			for (unsigned int level = 0; level < NR_KEYMAP_LEVELS; level++) {
				u16 c = keymap_char(map, key, level);

				if (c >= 0x300 && c < 0x370)
					c = keymap_compose(c, ' ');
				if (c < 0x80)
					can[c] = true;
			}
		for (char c = ' '; c < 0x7f; c++)
			if (!can[(u8)c])
				fail_msg("'%c' cannot be typed with keymap=%s", c, layouts[i]);
	}
}

static void dead_keys_wait_for_a_letter(void **state)
{
	(void)state;
	kbd.map = keymap_find("de");
	KEYS("âé", 0x29, 0x1e, 0x0d, 0x12);
	KEYS("È", 0x2a, 0x0d, 0x12, 0xaa);
	KEYS("^`", 0x29, 0x39, 0x2a, 0x0d, 0xaa, 0x39);
	KEYS("^^a", 0x29, 0x29, 0x1e);
	KEYS("´x", 0x0d, 0x2d);
	KEYS("\r", 0x0d, 0x1c);
	KEYS("a", 0x1e);
}

static void modifiers_hold_and_locks_toggle(void **state)
{
	(void)state;
	KEYS("A!a1", 0x2a, 0x1e, 0x02, 0xaa, 0x1e, 0x02);
	KEYS("Aa", 0x2a, 0x36, 0xaa, 0x1e, 0xb6, 0x1e);
	KEYS("A1a!", 0x3a, 0xba, 0x1e, 0x02, 0x2a, 0x1e, 0x02, 0xaa);
	KEYS("Aa", 0x1e, 0x3a, 0x3a, 0x3a, 0xba, 0x1e);	/* Caps Lock held repeats */
	KEYS("\3\25c", 0x1d, 0x2e, 0x16, 0x9d, 0x2e);
	KEYS("\3c", 0xe0, 0x1d, 0x2e, 0xe0, 0x9d, 0x2e);
	kbd.map = keymap_find("de");
	KEYS("Äß1", 0x3a, 0xba, 0x28, 0x0c, 0x02);
}

static void the_keypad_has_two_faces(void **state)
{
	(void)state;
	KEYS("\33[1~\33[A\33[5~-\33[D\33[C+\33[4~\33[B\33[6~\33[2~\33[3~",
	     0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0x53);
	KEYS("789-456+1230.", 0x45, 0xc5, 0x47, 0x48, 0x49, 0x4a, 0x4b, 0x4c, 0x4d, 0x4e, 0x4f, 0x50, 0x51, 0x52, 0x53);
	KEYS("\33[A8", 0x2a, 0x48, 0xaa, 0x48);
	kbd.map = keymap_find("de");
	KEYS(",", 0x53);
}

static void keys_without_a_character_send_what_term_linux_says(void **state)
{
	(void)state;
	KEYS("\33[A\33[B\33[D\33[C", 0xe0, 0x48, 0xe0, 0xc8, 0xe0, 0x50, 0xe0, 0x4b, 0xe0, 0x4d);
	KEYS("\33[1~\33[4~\33[5~\33[6~\33[2~\33[3~", 0xe0, 0x47, 0xe0, 0x4f, 0xe0, 0x49, 0xe0, 0x51, 0xe0, 0x52, 0xe0, 0x53);
	KEYS("\33[[A\33[[D\33[[E\33[21~\33[23~\33[24~", 0x3b, 0x3e, 0x3f, 0x44, 0x57, 0x58);
	KEYS("\r/", 0xe0, 0x1c, 0xe0, 0x9c, 0xe0, 0x35);
	KEYS("a", 0xe0, 0x2a, 0xe0, 0xaa, 0x1e);		/* no Shift */
	KEYS("a", 0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5, 0x1e);	/* Pause */
	assert_int_equal(kbd.leds | kbd.held, 0);
}

static void arrows_have_a_second_form_for_programs_that_ask(void **state)
{
	(void)state;
	kbd.cursor_keys = true;
	KEYS("\33OA\33OB\33OD\33OC\33[1~\33[[A", 0xe0, 0x48, 0xe0, 0x50, 0xe0, 0x4b, 0xe0, 0x4d, 0xe0, 0x47, 0x3b);
}

static void alt_puts_esc_before_a_character(void **state)
{
	(void)state;
	KEYS("\33b\33B\33\2\33\177b", 0x38, 0x30, 0x2a, 0x30, 0xaa, 0x1d, 0x30, 0x9d, 0x0e, 0xb8, 0x30);
	KEYS("\33[A", 0x38, 0xe0, 0x48, 0xb8);			/* not before a sequence */
	kbd.map = keymap_find("de");
	KEYS("\33bä", 0x38, 0x30, 0x28, 0xb8);			/* and of ASCII only */
	KEYS("@", 0xe0, 0x38, 0x10, 0xe0, 0xb8);
}

static void ctrl_alt_del_asks_for_a_reset(void **state)
{
	(void)state;
	KEYS("<reboot>", 0x1d, 0x38, 0xe0, 0x53, 0xe0, 0xd3, 0xb8, 0x9d);
	KEYS("<reboot>", 0xe0, 0x38, 0xe0, 0x1d, 0x53, 0xe0, 0xb8, 0xe0, 0x9d);
	KEYS("\33[3~", 0x38, 0xe0, 0x53, 0xb8);
}

static void a_keyboard_that_lost_count_lets_go(void **state)
{
	(void)state;
	KEYS("Aa", 0x2a, 0x1e, 0xff, 0x1e);
	KEYS("\1a", 0x1d, 0x1e, 0x00, 0x1e);
}

static void answers_are_no_keys(void **state)
{
	(void)state;
	KEYS("a", 0xfa, 0xfe, 0xee, 0x1e, 0xfc, 0xfd);
}

static void set_2_gives_the_same(void **state)
{
	(void)state;
	scancodes.set2 = true;
	KEYS("map\r", 0x3a, 0xf0, 0x3a, 0x1c, 0xf0, 0x1c, 0x4d, 0xf0, 0x4d, 0x5a, 0xf0, 0x5a);
	KEYS("`1234567890-=", 0x0e, 0x16, 0x1e, 0x26, 0x25, 0x2e, 0x36, 0x3d, 0x3e, 0x46, 0x45, 0x4e, 0x55);
	KEYS("qwertyuiop[]", 0x15, 0x1d, 0x24, 0x2d, 0x2c, 0x35, 0x3c, 0x43, 0x44, 0x4d, 0x54, 0x5b);
	KEYS("asdfghjkl;'\\", 0x1c, 0x1b, 0x23, 0x2b, 0x34, 0x33, 0x3b, 0x42, 0x4b, 0x4c, 0x52, 0x5d);
	KEYS("\\zxcvbnm,./", 0x61, 0x1a, 0x22, 0x21, 0x2a, 0x32, 0x31, 0x3a, 0x41, 0x49, 0x4a);
	KEYS("Aa", 0x12, 0x1c, 0xf0, 0x12, 0x1c);
	KEYS("\33[A\33[3~", 0xe0, 0x75, 0xe0, 0xf0, 0x75, 0xe0, 0x71, 0xe0, 0xf0, 0x71);
	KEYS("\33[[A\33[[B\33[[C\33[[D\33[[E\33[17~\33[18~\33[19~\33[20~\33[21~\33[23~\33[24~",
	     0x05, 0x06, 0x04, 0x0c, 0x03, 0x0b, 0x83, 0x0a, 0x01, 0x09, 0x78, 0x07);
	KEYS("a", 0xe1, 0x14, 0x77, 0xe1, 0xf0, 0x14, 0xf0, 0x77, 0x1c);
	KEYS("789-456+1230.*", 0x77, 0xf0, 0x77, 0x6c, 0x75, 0x7d, 0x7b, 0x6b, 0x73, 0x74, 0x79, 0x69, 0x72, 0x7a, 0x70, 0x71, 0x7c);
	KEYS("<reboot>", 0x14, 0x11, 0xe0, 0x71);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(the_us_layout_is_as_printed_on_the_keys),
		T(the_other_layouts_are_too),
		T(every_layout_is_named),
		T(every_ascii_character_can_be_typed_in_every_layout),
		T(dead_keys_wait_for_a_letter),
		T(modifiers_hold_and_locks_toggle),
		T(the_keypad_has_two_faces),
		T(keys_without_a_character_send_what_term_linux_says),
		T(arrows_have_a_second_form_for_programs_that_ask),
		T(alt_puts_esc_before_a_character),
		T(ctrl_alt_del_asks_for_a_reset),
		T(a_keyboard_that_lost_count_lets_go),
		T(answers_are_no_keys),
		T(set_2_gives_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
