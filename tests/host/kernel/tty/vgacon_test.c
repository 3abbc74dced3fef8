// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/tty/vgacon.c on a screen in memory, with a model of the CRTC's
 * registers. The terminal itself is proved by vt_test.c, when it is shown by screen_test.c.
 */
#include "tests/host/test.h"

#include <iconv.h>

#define ASM_IO_H
static struct {
	u8 index;
	u8 reg[256];
} crtc;

static void outb(u8 v, u16 port)
{
	assert_true(port == 0x3d4 || port == 0x3d5);
	if (port == 0x3d4)
		crtc.index = v;
	else
		crtc.reg[crtc.index] = v;
}

static u8 inb(u16 port)
{
	assert_int_equal(port, 0x3d5);
	return crtc.reg[crtc.index];
}

#include "kernel/tty/vgacon.c"
#include "tests/host/kernel/tty/screen_kernel.h"

static u16 *memory;

static void start(u8 cols, u8 lines, u8 x, u8 y)
{
	struct screen_info si = {
		.orig_video_isVGA = VIDEO_TYPE_VGAC, .orig_video_mode = 3,
		.orig_video_cols = cols, .orig_video_lines = lines, .orig_x = x, .orig_y = y,
	};
	const char *why;

	memset(&crtc, 0xee, sizeof(crtc));
	memory = malloc(cols * lines * sizeof(u16));
	for (int i = 0; i < cols * lines; i++)
		memory[i] = 0x0700 | (0x21 + i % 90);
	assert_int_equal(vgacon_init(&si, memory, &why), 0);
	assert_null(why);
}

static void stop(void)
{
	free(memory);
}

static unsigned int cursor(void)
{
	return crtc.reg[0x0e] << 8 | crtc.reg[0x0f];
}

static void characters_are_shown_in_code_page_437(void **state)
{
	iconv_t to_utf8 = iconv_open("UTF-8", "CP437");

	(void)state;
	if (to_utf8 == (iconv_t)-1)
		skip();
	start(80, 25, 0, 0);
	for (int code = 0x20; code < 0x100; code++) {
		char in = code, text[16] = "", *from = &in, *to = text + 3;
		size_t from_left = 1, to_left = 8;

		if (code == 0x7f)
			continue;			/* a control character to iconv */
		memcpy(text, "\33[H", 3);
		assert_int_equal(iconv(to_utf8, &from, &from_left, &to, &to_left), 0);
		put(text);
		assert_int_equal(memory[0], 0x0700 | code);
	}
	iconv_close(to_utf8);
	put("\33[H→⌂€\xff");
	assert_int_equal(memory[0] & 0xff, 0x1a);
	assert_int_equal(memory[1] & 0xff, 0x7f);
	assert_int_equal(memory[2] & 0xff, '?');
	assert_int_equal(memory[3] & 0xff, '?');
	stop();
}

static void colours_are_those_of_vga(void **state)
{
	static const struct { const char *sgr; u8 attribute; } colours[] = {
		{ "0", 0x07 }, { "31", 0x04 }, { "32", 0x02 }, { "33", 0x06 }, { "34", 0x01 }, { "36", 0x03 },
		{ "94", 0x09 }, { "1;31", 0x0c }, { "43;94", 0x69 }, { "41", 0x47 }, { "7", 0x70 }, { "44;30", 0x10 },
		{ "4", 0x03 }, { "5", 0x07 }, { "37;107", 0x7f }, { "1;7", 0x70 },
	};

	(void)state;
	start(80, 25, 0, 0);
	for (size_t i = 0; i < ARRAY_SIZE(colours); i++) {
		char text[32];

		sprintf(text, "\33[H\33[0;%smX", colours[i].sgr);
		put(text);
		assert_int_equal(memory[0], colours[i].attribute << 8 | 'X');
	}
	stop();
}

static void text_goes_on_where_the_loader_stopped(void **state)
{
	u16 *before;

	(void)state;
	start(80, 25, 7, 3);
	before = exact_copy(memory, 80 * 25 * sizeof(u16));
	put("ab");
	assert_int_equal(memory[3 * 80 + 7], 0x0761);
	assert_int_equal(memory[3 * 80 + 8], 0x0762);
	before[3 * 80 + 7] = 0x0761;
	before[3 * 80 + 8] = 0x0762;
	assert_memory_equal(memory, before, 80 * 25 * sizeof(u16));
	assert_int_equal(cursor(), 3 * 80 + 9);
	assert_int_equal(crtc.reg[0x0c] << 8 | crtc.reg[0x0d], 0);
	free(before);
	stop();
}

static void what_was_on_the_screen_scrolls_away(void **state)
{
	u16 *before;

	(void)state;
	start(80, 25, 0, 24);
	before = exact_copy(memory, 80 * 25 * sizeof(u16));
	put("\n");
	assert_memory_equal(memory, before + 80, 80 * 24 * sizeof(u16));
	for (int i = 0; i < 80; i++)
		assert_int_equal(memory[24 * 80 + i], 0x0720);
	free(before);
	stop();
}

/* After the start the screen is replaced by zeros: what is stored must not depend on it. */
static void the_screen_is_read_once_only(void **state)
{
	(void)state;
	start(80, 25, 0, 24);
	memset(memory, 0, 80 * 25 * sizeof(u16));
	put("\nlast");
	for (int i = 0; i < 80 * 24; i++)
		assert_true(memory[i] == 0 || memory[i] == (0x0700 | (0x21 + (i + 80) % 90)));
	assert_int_equal(memory[24 * 80], 0x076c);
	stop();
}

static void only_cells_that_change_are_stored(void **state)
{
	(void)state;
	start(80, 25, 0, 0);
	put("\33[2J\33[Hsame\nsame\n");
	memset(memory, 0, 80 * 25 * sizeof(u16));
	put("\33[Hsame");
	for (int i = 0; i < 80 * 25; i++)
		assert_int_equal(memory[i], 0);
	stop();
}

static void the_cursor_is_hidden_and_comes_back(void **state)
{
	(void)state;
	start(80, 25, 0, 0);
	put("\33[?25l");
	assert_int_equal(crtc.reg[0x0a] & 0x20, 0x20);
	put("\33[?25h\33[2;3H");
	assert_int_equal(crtc.reg[0x0a], 0xee & 0x1f);	/* the shape it had */
	assert_int_equal(cursor(), 82);
	stop();
}

static void a_screen_that_cannot_be_is_refused(void **state)
{
	static const struct { u8 mode, cols, lines; } wrong[] = {
		{ 3, 0, 25 }, { 3, 80, 0 }, { 3, 133, 25 }, { 3, 80, 61 }, { 3, 255, 255 }, { 7, 80, 25 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct screen_info si = {
			.orig_video_isVGA = 1, .orig_video_mode = wrong[i].mode,
			.orig_video_cols = wrong[i].cols, .orig_video_lines = wrong[i].lines,
		};
		const char *why = NULL;

		registered = NULL;
		assert_int_equal(vgacon_init(&si, NULL, &why), -1);
		assert_non_null(why);
		assert_null(registered);
	}
}

static void any_bytes_stay_on_any_screen(void **state)
{
	static const char likely[] = "\33[;m0123456789HJK\n\t\b\r\xe2\x82\xac";

	(void)state;
	for (int round = 0; round < 300; round++) {
		u8 cols = 1 + random_below(132), lines = 1 + random_below(60);

		start(cols, lines, random64(), random64());
		for (int n = 0; n < 40; n++) {
			char bytes[64];
			size_t len = random_below(sizeof(bytes));

			for (size_t at = 0; at < len; at++)
				bytes[at] = one_in(2) ? likely[random_below(sizeof(likely))] : (char)random64();
			registered->write(registered, bytes, len);
			registered->flush(registered, one_in(2));
			assert_true(cursor() < (unsigned int)cols * lines);
		}
		stop();
	}
}

static void a_screen_that_is_lost_is_left_alone(void **state)
{
	(void)state;
	start(80, 25, 0, 0);
	vgacon_remap(NULL);
	put("nobody sees this\n");
	stop();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(characters_are_shown_in_code_page_437),
		cmocka_unit_test(colours_are_those_of_vga),
		cmocka_unit_test(text_goes_on_where_the_loader_stopped),
		cmocka_unit_test(what_was_on_the_screen_scrolls_away),
		cmocka_unit_test(the_screen_is_read_once_only),
		cmocka_unit_test(only_cells_that_change_are_stored),
		cmocka_unit_test(the_cursor_is_hidden_and_comes_back),
		cmocka_unit_test(a_screen_that_cannot_be_is_refused),
		cmocka_unit_test(any_bytes_stay_on_any_screen),
		cmocka_unit_test(a_screen_that_is_lost_is_left_alone),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
