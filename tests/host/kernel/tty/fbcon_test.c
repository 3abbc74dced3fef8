// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/tty/fbcon.c compared, pixel by pixel, with a drawing made from the
 * terminal's cells one pixel at a time, on framebuffers of all kinds. What the
 * cells should be is for vt_test.c, when they are painted for screen_test.c.
 */
#include "tests/host/test.h"
#include "tests/host/kernel/tty/screen_kernel.h"

#include "kernel/tty/framebuffer.c"
#include "kernel/tty/fbcon.c"
#include "kernel/tty/screen.c"

/* Fonts of noise, save the blank space, that cover some of Unicode. */
#define NR_GLYPHS 300
static u8 small_noise[NR_GLYPHS][16], large_noise[NR_GLYPHS][64];
static struct font_map noise_map[NR_GLYPHS];

static u32 mapped(u32 i)
{
	return i < 95 ? 0x20 + i : 0xa0 + (i - 95) * 23;
}

const struct font console_fonts[2] = {
	{ .glyphs = small_noise[0], .width = 8, .height = 16 }, { .glyphs = large_noise[0], .width = 16, .height = 32 },
};
const struct font_chars console_chars = {
	.map = noise_map, .nr_glyphs = NR_GLYPHS, .nr_map = NR_GLYPHS, .replacement = 77,
};

/* --------------------------------------------------------------------- the drawing */

static struct {
	struct framebuffer fb;
	int scale, large, rotate, cols, rows, top;
	const struct vt *vt;
} m;

/* The bits of one colour component, one by one from the top. */
static u64 spread(u8 v, int pos, int size)
{
	u64 out = 0;

	for (int bit = 0; bit < size && bit < 8; bit++)
		if (v >> (7 - bit) & 1)
			out |= 1ull << (pos + size - 1 - bit);
	return out;
}

/* @x, @y: as the reader of a turned screen sees them */
static void set_pixel(u8 *image, int x, int y, int colour)
{
	u64 v = spread(m.vt->palette[colour].r, m.fb.red_pos, m.fb.red_size) |
		spread(m.vt->palette[colour].g, m.fb.green_pos, m.fb.green_size) |
		spread(m.vt->palette[colour].b, m.fb.blue_pos, m.fb.blue_size);
	int bytes = m.fb.bpp / 8, w = m.fb.width, h = m.fb.height - m.top;
	int fx = m.rotate == 0 ? x : m.rotate == 1 ? w - 1 - y : m.rotate == 2 ? w - 1 - x : y;
	int fy = m.rotate == 0 ? y : m.rotate == 1 ? x : m.rotate == 2 ? h - 1 - y : h - 1 - x;

	for (int i = 0; i < bytes; i++)
		image[(m.top + fy) * m.fb.pitch + fx * bytes + i] = v >> 8 * i;
}

static u32 wanted_cell(int row, int col)
{
	u32 cell = CELL(0, 7, 0);

	if (row < m.rows && col < m.cols)
		cell = vt_line(m.vt, row, 0)[col];
	if (row == (int)m.vt->at.row && col == (int)vt_cursor_col(m.vt) && m.vt->modes & VT_CURSOR)
		cell = CELL(CELL_GLYPH(cell), 0, 7);
	return cell;
}

static bool pixel_is_set(u32 cell, int x, int y)
{
	if (cell & CELL_UNDERLINE && y == (m.large ? 28 : 14))
		return true;
	return m.large ? large_noise[CELL_GLYPH(cell)][y * 2 + x / 8] & 0x80 >> x % 8 : small_noise[CELL_GLYPH(cell)][y] & 0x80 >> x;
}

static void draw_all(u8 *image)
{
	int upright = m.fb.height - m.top;
	int width = m.rotate % 2 ? upright : m.fb.width, height = m.rotate % 2 ? m.fb.width : upright;
	int w = m.large ? 16 : 8, h = 2 * w;

	for (int y = 0; y < height; y++)
		for (int x = 0; x < width; x++) {
			u32 cell = wanted_cell(y / (h * m.scale), x / (w * m.scale));

			set_pixel(image, x, y, pixel_is_set(cell, x / m.scale % w, y / m.scale % h) ? CELL_FG(cell) : CELL_BG(cell));
		}
}

/* ----------------------------------------------------------------------- the tests */

struct geometry {
	u32 width, height, pad;		/* pad: bytes after each row */
	u8 bpp, red, green, blue;	/* positions */
	u8 size[3];
	const char *options;
	u8 large, rotate;
};

static const struct geometry geometries[] = {
	{ 320, 200, 0, 32, 16, 8, 0, { 8, 8, 8 }, "", 0, 0 },
	{ 333, 217, 12, 32, 0, 8, 16, { 8, 8, 8 }, "", 0, 0 },
	{ 333, 217, 12, 32, 0, 8, 16, { 8, 8, 8 }, "fbcon=font:TER16x32", 1, 0 },
	{ 333, 217, 5, 24, 16, 8, 0, { 8, 8, 8 }, "", 0, 0 },
	{ 160, 120, 2, 16, 11, 5, 0, { 5, 6, 5 }, "", 0, 0 },
	{ 161, 121, 6, 16, 10, 5, 0, { 5, 5, 5 }, "", 0, 0 },
	{ 200, 100, 0, 32, 20, 10, 0, { 10, 10, 10 }, "", 0, 0 },
	{ 203, 150, 4, 32, 16, 8, 0, { 8, 8, 8 }, "fbcon=rotate:1", 0, 1 },
	{ 203, 150, 4, 32, 16, 8, 0, { 8, 8, 8 }, "fbcon=rotate:2", 0, 2 },
	{ 203, 150, 4, 32, 16, 8, 0, { 8, 8, 8 }, "fbcon=rotate:3", 0, 3 },
	{ 203, 150, 1, 24, 16, 8, 0, { 8, 8, 8 }, "fbcon=font:16x32,rotate:1", 1, 1 },
	{ 203, 150, 2, 16, 11, 5, 0, { 5, 6, 5 }, "fbcon=rotate:3 fbcon=font:16x32", 1, 3 },
	{ 1400, 1401, 4, 32, 8, 16, 24, { 8, 8, 8 }, "", 1, 0 },
	{ 90, 1603, 1, 24, 0, 8, 16, { 8, 8, 8 }, "fbcon=font:VGA8x16", 0, 0 },
	{ 1400, 1603, 4, 32, 0, 8, 16, { 8, 8, 8 }, "", 1, 0 },
	{ 8, 32, 0, 32, 16, 8, 0, { 8, 8, 8 }, "", 0, 0 },
	{ 15, 40, 0, 32, 16, 8, 0, { 8, 8, 8 }, "", 0, 0 },
};

static u8 poison(size_t i)
{
	return (i * 2654435761u) >> 13 ^ i;
}

static void start(const struct geometry *g)
{
	struct fbcon_options opt;
	struct screen_size size;
	u8 *mem;

	m.fb = (struct framebuffer){
		.width = g->width, .height = g->height, .pitch = g->width * (g->bpp / 8) + g->pad, .bpp = g->bpp,
		.red_pos = g->red, .red_size = g->size[0], .green_pos = g->green, .green_size = g->size[1],
		.blue_pos = g->blue, .blue_size = g->size[2],
	};
	m.fb.size = (u64)m.fb.pitch * m.fb.height;
	m.fb.base = mem = malloc(m.fb.size);
	for (size_t i = 0; i < m.fb.size; i++)
		mem[i] = poison(i);
	fbcon_options_parse(g->options, &opt);
	assert_string_equal(opt.unknown, "");
	assert_int_equal(fbcon_init(&m.fb, &opt), 0);
	assert_true(screen_size(&size));
	m.large = g->large;
	m.rotate = g->rotate;
	m.scale = 1;
	m.top = g->height >= 1600 ? 32 : 16;
	m.cols = size.cols;
	m.rows = size.rows;
	assert_int_equal(m.cols, (m.rotate % 2 ? g->height - m.top : g->width) / (m.large ? 16 : 8));
	assert_int_equal(m.rows, (m.rotate % 2 ? g->width : g->height - m.top) / (m.large ? 32 : 16));
	put("");				/* the cursor */
}

static void stop(void)
{
	free((void *)m.fb.base);
}

static void write_some(int tokens)
{
	static const char *const some[] = {
		"\n", "\n", "\r", "\33[H", "\33[31m", "\33[44m", "\33[1m", "\33[m", "\33[4m", "\33[7m", "\33[5m", "\33[103m", "\33[K", "\t",
		"\302\240", "\303\251", "\342\202\254", "\33[?25l", "\33[?25h", "\33[3;3H", "\33[L", "\33[P",
		"\33]P0402010", "\33]P70f80ff", "\33]R",
	};

	for (int i = 0; i < tokens; i++) {
		char text[40] = "";

		if (one_in(3))
			strcpy(text, some[random_below(ARRAY_SIZE(some))]);
		else
			for (size_t n = 0; n < 30; n++)
				text[n] = ' ' + random_below(95);
		put(text);
	}
}

static void assert_image(const u8 *want)
{
	const u8 *got = (const u8 *)m.fb.base;

	for (size_t i = 0; i < m.fb.size; i++)
		if (got[i] != want[i])
			fail_msg("byte %zu (row %zu): %02x, not %02x", i, i / m.fb.pitch, got[i], want[i]);
}

static void every_pixel_is_as_drawn_from_the_cells(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(geometries); i++) {
		u8 *want;

		start(&geometries[i]);
		want = malloc(m.fb.size);
		for (int round = 0; round < 5; round++) {
			write_some(random_below(60));
			for (size_t at = 0; at < m.fb.size; at++)
				want[at] = poison(at);		/* the strip and the padding stay */
			draw_all(want);
			assert_image(want);
		}
		free(want);
		stop();
	}
}

/*
 * All of the screen is replaced by noise behind the console's back. Whatever it
 * paints afterwards must not depend on that: each pixel is right, or still noise.
 */
static void the_framebuffer_is_never_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(geometries); i++) {
		int painted = 0;
		u8 *want;

		start(&geometries[i]);
		want = malloc(m.fb.size);
		write_some(60);
		for (size_t at = 0; at < m.fb.size; at++)
			((u8 *)m.fb.base)[at] = poison(at);
		write_some(60);
		for (size_t at = 0; at < m.fb.size; at++)
			want[at] = poison(at);
		draw_all(want);
		for (size_t at = 0; at < m.fb.size; at++) {
			u8 got = ((u8 *)m.fb.base)[at];

			painted += got != poison(at);
			if (got != want[at] && got != poison(at))
				fail_msg("byte %zu is neither painted nor left alone", at);
		}
		assert_true(painted > 0);
		free(want);
		stop();
	}
}

static void screens_choose_a_readable_font(void **state)
{
	static const struct { u32 width, height, font, scale, cols, rows; const char *options; } screens[] = {
		{ 640, 480, 16, 1, 80, 29, "" }, { 1366, 768, 16, 1, 170, 47, "" }, { 1920, 1080, 16, 1, 240, 66, "" },
		{ 2560, 1440, 32, 1, 160, 44, "" }, { 3440, 1440, 32, 1, 215, 44, "" }, { 2560, 1600, 32, 1, 160, 49, "" },
		{ 3840, 2160, 32, 1, 240, 66, "" }, { 7680, 4320, 32, 2, 240, 67, "" }, { 16384, 16384, 32, 4, 256, 127, "" },
		{ 3840, 1080, 16, 1, 480, 66, "" }, { 3840, 2160, 16, 2, 240, 66, "fbcon=font:VGA8x16" },
		{ 1920, 1200, 16, 1, 148, 120, "fbcon=rotate:1" }, { 640, 480, 32, 1, 40, 14, "quiet fbcon=font:TER16x32 x" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(screens); i++) {
		struct framebuffer fb = { .width = screens[i].width, .height = screens[i].height };
		struct fbcon_options opt;
		u32 cols, rows;

		fbcon_options_parse(screens[i].options, &opt);
		t.fb = &fb;
		assert_true(choose_geometry(&opt, &cols, &rows));
		assert_int_equal(t.font->height, screens[i].font);
		assert_int_equal(t.scale, screens[i].scale);
		assert_int_equal(cols, screens[i].cols);
		assert_int_equal(rows, screens[i].rows);
	}
}

static void options_that_are_not_understood_are_told(void **state)
{
	static const char *const wrong[] = {
		"fbcon=font:Sun12x22", "fbcon=rotate:4", "fbcon=rotate:", "fbcon=", "fbcon=font:", "fbcon=rotate:11", "fbcon=map:01",
		"fbcon=font:VGA8x16x", "fbcon=rotate:1,nodefer",
		"fbcon=font:aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
	};
	struct fbcon_options opt;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		fbcon_options_parse(wrong[i], &opt);
		assert_true(!strncmp(opt.unknown, wrong[i] + 6, sizeof(opt.unknown) - 1));
		assert_null(opt.font);
		assert_int_equal(opt.rotate, i == 8 ? 1 : 0);
	}
}

static void a_screen_too_small_for_a_character_is_refused(void **state)
{
	static const struct { u32 width, height; } small[] = { { 7, 100 }, { 100, 31 }, { 1, 1 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(small); i++) {
		struct framebuffer fb = { .width = small[i].width, .height = small[i].height, .bpp = 32 };
		struct fbcon_options opt = { 0 };

		registered = NULL;
		assert_int_equal(fbcon_init(&fb, &opt), -1);
		assert_null(registered);
	}
}

static void a_screen_that_is_lost_is_left_alone(void **state)
{
	void *mem;

	(void)state;
	start(&geometries[0]);
	mem = (void *)m.fb.base;
	m.fb.base = NULL;
	put("nobody sees this\33]P7000000\n");
	m.fb.base = mem;
	stop();
}

static int make_font(void **state)
{
	seed_random(state);
	for (int i = 0; i < NR_GLYPHS; i++) {
		noise_map[i] = (struct font_map){ mapped(i), i };
		for (int y = 0; y < 16; y++)
			small_noise[i][y] = i ? random64() : 0;
		for (int y = 0; y < 64; y++)
			large_noise[i][y] = i ? random64() : 0;
	}
	m.vt = &screen.vt;
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pixel_is_as_drawn_from_the_cells),
		cmocka_unit_test(the_framebuffer_is_never_read),
		cmocka_unit_test(screens_choose_a_readable_font),
		cmocka_unit_test(options_that_are_not_understood_are_told),
		cmocka_unit_test(a_screen_too_small_for_a_character_is_refused),
		cmocka_unit_test(a_screen_that_is_lost_is_left_alone),
	};

	return cmocka_run_group_tests(tests, make_font, NULL);
}
