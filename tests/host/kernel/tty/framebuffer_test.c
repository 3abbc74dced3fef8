// SPDX-License-Identifier: BSD-2-Clause
/* kernel/tty/framebuffer.c: hostile screen_info, colours of every depth, bounds of fills. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "kernel/tty/framebuffer.c"

static const struct screen_info good = {
	.orig_video_isVGA = VIDEO_TYPE_EFI,
	.lfb_width = 1280, .lfb_height = 800, .lfb_depth = 32, .lfb_linelength = 1280 * 4,
	.lfb_base = 0xc0000000u,
	.red_size = 8, .red_pos = 16, .green_size = 8, .green_pos = 8, .blue_size = 8,
};

static void a_usual_screen_is_described(void **state)
{
	struct screen_info si = good;
	struct framebuffer fb;
	const char *why = "untouched";

	(void)state;
	assert_int_equal(framebuffer_describe(&si, &fb, &why), 0);
	assert_null(why);
	assert_null((void *)fb.base);
	assert_int_equal(fb.width, 1280);
	assert_int_equal(fb.height, 800);
	assert_int_equal(fb.pitch, 5120);
	assert_int_equal(fb.bpp, 32);
	assert_true(fb.phys == 0xc0000000u && fb.size == 5120 * 800);
	assert_int_equal(framebuffer_pixel(&fb, 0x12, 0x34, 0x56), 0x123456);

	si.ext_lfb_base = 0x40;
	assert_int_equal(framebuffer_describe(&si, &fb, &why), 0);
	assert_true(fb.phys == 0xc0000000u);
	si.capabilities = VIDEO_CAPABILITY_64BIT_BASE;
	assert_int_equal(framebuffer_describe(&si, &fb, &why), 0);
	assert_true(fb.phys == 0x40c0000000ull);
}

static void hostile_screens_are_refused_with_a_reason(void **state)
{
#define BAD(change) { \
	struct screen_info si = good; \
	struct framebuffer fb, before; \
	const char *why = NULL; \
	memset(&fb, 0x5a, sizeof(fb)); \
	before = fb; \
	change; \
	if (framebuffer_describe(&si, &fb, &why) != -1 || !why || memcmp(&fb, &before, sizeof(fb))) \
		fail_msg("accepted: %s", #change); \
}
	(void)state;
	BAD(si.orig_video_isVGA = 0);
	BAD(si.orig_video_isVGA = 1);
	BAD(si.orig_video_isVGA = VIDEO_TYPE_VGAC);
	BAD(si.lfb_base = 0);
	BAD(si.lfb_width = 0);
	BAD(si.lfb_height = 0);
	BAD(si.lfb_width = 65535; si.lfb_depth = 16; si.lfb_linelength = 65534);
	BAD(si.lfb_height = 16385);
	BAD(si.lfb_linelength = 0);
	BAD(si.lfb_linelength = 1280 * 4 - 1);
	BAD(si.lfb_linelength = 1280 * 4 + 2);
	BAD(si.lfb_base = 0xc0000002u);
	BAD(si.lfb_width = 16384; si.lfb_linelength = 65535);
	BAD(si.lfb_depth = 0);
	BAD(si.lfb_depth = 4);
	BAD(si.lfb_depth = 8);
	BAD(si.lfb_depth = 33);
	BAD(si.lfb_depth = 65535);
	BAD(si.ext_lfb_base = 0xffffffffu; si.capabilities = VIDEO_CAPABILITY_64BIT_BASE);
	BAD(si.ext_lfb_base = 0xfffff; si.lfb_base = 0xfffff000u; si.capabilities = VIDEO_CAPABILITY_64BIT_BASE);
	BAD(si.red_size = 0);
	BAD(si.red_size = 255);
	BAD(si.red_pos = 255);
	BAD(si.red_pos = 25);
	BAD(si.green_pos = 15);
	BAD(si.blue_pos = 8);
	BAD(si.green_size = 17);
}

static void any_bytes_are_safe_and_what_passes_can_be_painted(void **state)
{
	int passed = 0;

	(void)state;
	srandom(5);
	for (int i = 0; i < 300000; i++) {
		struct screen_info si = good;
		struct framebuffer fb;
		const char *why;

		for (int n = random() % 12; n >= 0; n--)
			((u8 *)&si)[random() % sizeof(si)] = random();
		if (framebuffer_describe(&si, &fb, &why))
			continue;
		passed++;
		assert_true(fb.phys && fb.width && fb.height);
		assert_true(fb.pitch >= fb.width * (fb.bpp / 8));
		assert_true(fb.size == (u64)fb.pitch * fb.height && fb.phys + fb.size <= 1ull << 52);
		assert_true(fb.bpp == 32 || !(framebuffer_pixel(&fb, 255, 255, 255) >> fb.bpp));
	}
	assert_true(passed > 1000);
}

static void colours_follow_the_masks(void **state)
{
	static const struct {
		u16 depth;
		u8 red[2], green[2], blue[2];
		u32 white, orange;	/* ffffff, ff8000 */
	} t[] = {
		{ 32, { 16, 8 }, { 8, 8 }, { 0, 8 }, 0xffffff, 0xff8000 },
		{ 32, { 0, 8 }, { 8, 8 }, { 16, 8 }, 0xffffff, 0x0080ff },
		{ 32, { 24, 8 }, { 16, 8 }, { 8, 8 }, 0xffffff00, 0xff800000 },
		{ 32, { 20, 10 }, { 10, 10 }, { 0, 10 }, 0xff << 22 | 0xff << 12 | 0xff << 2, 0xff << 22 | 0x80 << 12 },
		{ 24, { 16, 8 }, { 8, 8 }, { 0, 8 }, 0xffffff, 0xff8000 },
		{ 16, { 11, 5 }, { 5, 6 }, { 0, 5 }, 0xffff, 0xfc00 },
		{ 15, { 10, 5 }, { 5, 5 }, { 0, 5 }, 0x7fff, 0x7e00 },
		{ 32, { 0, 0 }, { 0, 0 }, { 0, 0 }, 0xffffff, 0xff8000 },	/* not told: the usual */
		{ 16, { 0, 0 }, { 0, 0 }, { 0, 0 }, 0xffff, 0xfc00 },
		{ 15, { 0, 0 }, { 0, 0 }, { 0, 0 }, 0x7fff, 0x7e00 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(t); i++) {
		struct screen_info si = good;
		struct framebuffer fb;
		const char *why;

		si.lfb_depth = t[i].depth;
		si.red_pos = t[i].red[0], si.red_size = t[i].red[1];
		si.green_pos = t[i].green[0], si.green_size = t[i].green[1];
		si.blue_pos = t[i].blue[0], si.blue_size = t[i].blue[1];
		assert_int_equal(framebuffer_describe(&si, &fb, &why), 0);
		assert_int_equal(framebuffer_pixel(&fb, 0xff, 0xff, 0xff), t[i].white);
		assert_int_equal(framebuffer_pixel(&fb, 0xff, 0x80, 0), t[i].orange);
		assert_int_equal(framebuffer_pixel(&fb, 0, 0, 0), 0);
	}
}

static void fills_stay_inside_their_rectangle(void **state)
{
	(void)state;
	srandom(6);
	for (int i = 0; i < 2000; i++) {
		u32 bytes = 2 + i % 3, width = 1 + random() % 40, height = 1 + random() % 20;
		struct framebuffer fb = {
			.width = width, .height = height, .bpp = bytes * 8,
			.pitch = width * bytes + random() % 3 * bytes,
		};
		u32 x = random() % 50, y = random() % 30, w = random() % 50, h = random() % 30;
		u8 *mem = malloc((size_t)fb.pitch * height);
		u32 pixel = random();

		if (i % 50 == 0)
			w = h = 0xffffffffu;
		fb.base = mem;
		memset(mem, 0xee, (size_t)fb.pitch * height);
		framebuffer_fill(&fb, x, y, w, h, pixel);
		for (u32 at = 0; at < fb.pitch * height; at++) {
			u32 px = at % fb.pitch / bytes, py = at / fb.pitch;
			bool in = px < width && px >= x && px - x < w && py >= y && py - y < h;

			assert_int_equal(mem[at], in ? (u8)(pixel >> at % fb.pitch % bytes * 8) : 0xee);
		}
		free(mem);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_usual_screen_is_described),
		cmocka_unit_test(hostile_screens_are_refused_with_a_reason),
		cmocka_unit_test(any_bytes_are_safe_and_what_passes_can_be_painted),
		cmocka_unit_test(colours_follow_the_masks),
		cmocka_unit_test(fills_stay_inside_their_rectangle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
