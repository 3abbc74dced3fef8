// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/tty/fbcon.c compared, pixel by pixel, with a slow terminal written
 * from its description: a grid of (character, colours), drawn whole each time.
 */
#include "tests/host/test.h"

#include "kernel/tty/framebuffer.c"
#include "kernel/tty/fbcon.c"

/* A font of noise, save the blank space, that covers some of Unicode. */
#define NR_GLYPHS 300
static u8 noise[NR_GLYPHS][FONT_HEIGHT];
static struct font_map noise_map[NR_GLYPHS];

static u32 mapped(u32 i)
{
	return i < 95 ? 0x20 + i : 0xa0 + (i - 95) * 23;
}

const struct font console_font = {
	.glyphs = noise, .map = noise_map, .nr_glyphs = NR_GLYPHS, .nr_map = NR_GLYPHS, .replacement = 77,
};

static struct console *registered;

void register_console(struct console *con)
{
	registered = con;
}

/* ------------------------------------------------------------ the slow terminal */

struct attr {
	int fg, bg;
	bool bold, inverse;
};

struct slow_cell {
	u32 cp;
	struct attr attr;
};

static struct {
	struct framebuffer fb;
	int scale, top, cols, rows, row, col;
	struct attr attr;
	struct slow_cell *grid;
} m;

static struct slow_cell *cell_at(int row, int col)
{
	return &m.grid[row * m.cols + col];
}

static void model_blank(int row, int col)
{
	*cell_at(row, col) = (struct slow_cell){ ' ', { 7, m.attr.bg, false, false } };
}

static void model_newline(void)
{
	m.col = 0;
	if (++m.row < m.rows)
		return;
	m.row--;
	for (int r = 0; r + 1 < m.rows; r++)
		for (int c = 0; c < m.cols; c++)
			*cell_at(r, c) = *cell_at(r + 1, c);
	for (int c = 0; c < m.cols; c++)
		model_blank(m.rows - 1, c);
}

static void model_put(u32 cp)
{
	if (m.col == m.cols)
		model_newline();
	*cell_at(m.row, m.col++) = (struct slow_cell){ cp, m.attr };
}

static int model_glyph(u32 cp)
{
	for (int i = 0; i < NR_GLYPHS; i++)
		if (mapped(i) == cp)
			return i;
	return 77;
}

/* The bits of one colour component, one by one from the top. */
static u64 spread(u8 v, int pos, int size)
{
	u64 out = 0;

	for (int bit = 0; bit < size && bit < 8; bit++)
		if (v >> (7 - bit) & 1)
			out |= 1ull << (pos + size - 1 - bit);
	return out;
}

static void set_pixel(u8 *image, int x, int y, int colour)
{
	u64 v = spread(palette[colour].r, m.fb.red_pos, m.fb.red_size) |
		spread(palette[colour].g, m.fb.green_pos, m.fb.green_size) |
		spread(palette[colour].b, m.fb.blue_pos, m.fb.blue_size);
	int bytes = m.fb.bpp / 8;

	for (int i = 0; i < bytes; i++)
		image[y * m.fb.pitch + x * bytes + i] = v >> 8 * i;
}

static void model_colours(int row, int col, int *fg, int *bg)
{
	const struct attr *a = &cell_at(row, col)->attr;
	int light = a->fg + (a->bold && a->fg < 8 ? 8 : 0);

	*fg = a->inverse ? a->bg : light;
	*bg = a->inverse ? light % 8 : a->bg;
	if (row == m.row && col == (m.col < m.cols ? m.col : m.cols - 1)) {
		*fg = 0;
		*bg = 7;
	}
}

/* The picture as it should be; what the console must not touch is left alone. */
static void model_draw(u8 *image)
{
	for (u32 y = m.top; y < m.fb.height; y++)
		for (u32 x = 0; x < m.fb.width; x++) {
			int row = (int)(y - m.top) / (16 * m.scale), col = (int)x / (8 * m.scale);
			int fg, bg, fy = (int)(y - m.top) / m.scale % 16, fx = (int)x / m.scale % 8;

			if (row >= m.rows || col >= m.cols) {
				set_pixel(image, x, y, 0);
				continue;
			}
			model_colours(row, col, &fg, &bg);
			set_pixel(image, x, y, noise[model_glyph(cell_at(row, col)->cp)][fy] & 0x80 >> fx ? fg : bg);
		}
}

/* ------------------------------------------------------------- random terminal text */

/* Each adds one token's bytes to @s, tells the model what it means, and returns the length. */
static int token_sgr(char *s)
{
	int n = random_below(16), v = random_below(8);

	switch (n) {
	case 0: m.attr = (struct attr){ 7, 0, false, false }; return sprintf(s, "\33[m");
	case 1: m.attr = (struct attr){ v, 0, false, false }; return sprintf(s, "\33[0;%dm", 30 + v);
	case 2: m.attr.bold = true; return sprintf(s, "\33[1m");
	case 3: m.attr.bold = false; return sprintf(s, "\33[22m");
	case 4: m.attr.inverse = true; return sprintf(s, "\33[7m");
	case 5: m.attr.inverse = false; return sprintf(s, "\33[27m");
	case 6: m.attr.fg = v; return sprintf(s, "\33[%dm", 30 + v);
	case 7: m.attr.fg = v + 8; return sprintf(s, "\33[%dm", 90 + v);
	case 8: m.attr.bg = v; return sprintf(s, "\33[%dm", 40 + v);
	case 9: m.attr.bg = v; return sprintf(s, "\33[%dm", 100 + v);
	case 10: m.attr.fg = 7; return sprintf(s, "\33[39m");
	case 11: m.attr.bg = 0; return sprintf(s, "\33[49m");
	case 12: m.attr.fg = v + 8; return sprintf(s, "\33[38;5;%dm", v + 8);
	case 13: m.attr.bg = v; return sprintf(s, "\33[48;5;%dm", v);
	case 14: m.attr.bold = true; m.attr.fg = v; return sprintf(s, "\33[1;%d;38;2;1;2;3m", 30 + v);
	default: m.attr.bold = false; return sprintf(s, "\33[22;38;5;200m");
	}
}

static int token_erase(char *s)
{
	int n = random_below(6), at = m.row * m.cols + (m.col < m.cols ? m.col : m.cols - 1);
	int line = m.row * m.cols, all = m.rows * m.cols;
	int from[] = { at, line, line, at, 0, 0 };
	int to[] = { line + m.cols, at + 1, line + m.cols, all, at + 1, all };

	for (int i = from[n]; i < to[n]; i++)
		model_blank(i / m.cols, i % m.cols);
	if (n % 3 == 0 && one_in(2))
		return sprintf(s, "\33[%c", n < 3 ? 'K' : 'J');
	return sprintf(s, "\33[%d%c", n % 3, n < 3 ? 'K' : 'J');
}

static int token_move(char *s)
{
	int row = random_below(m.rows + 4), col = random_below(m.cols + 4);

	if (one_in(4)) {
		m.row = m.col = 0;
		return sprintf(s, "\33[H");
	}
	m.row = row == 0 ? 0 : row > m.rows ? m.rows - 1 : row - 1;
	m.col = col == 0 ? 0 : col > m.cols ? m.cols - 1 : col - 1;
	return sprintf(s, "\33[%d;%dH", row, col);
}

static int token_ignored(char *s)
{
	static const char *const ignored[] = {
		"\33[?25h", "\33[5n", "\33[1;2;3;4;5;6;7;8;9;10;11m", "\33[ 2K", "\33c", "\a", "\177", "\33[99999999999999999z",
		"\33[>1m", "\33[!p", "\33\33[?7l",
	};

	return sprintf(s, "%s", ignored[random_below(ARRAY_SIZE(ignored))]);
}

static int token_broken_utf8(char *s)
{
	static const struct { const char *bytes; int shown; } broken[] = {
		{ "\x80", 1 }, { "\xff", 1 }, { "\xc0", 1 }, { "\xc2" "a", -1 }, { "\xe2\x82" "a", -1 },
		{ "\xed\xa0\x80", 1 }, { "\xe0\x80\x80", 1 }, { "\xf4\x90\x80\x80", 1 }, { "\xf5", 1 },
		{ "\xe2\xc2\xa0", -2 },
	};
	int i = random_below(ARRAY_SIZE(broken));

	model_put(0xfffd);
	if (broken[i].shown == -1)
		model_put('a');
	if (broken[i].shown == -2)
		model_put(0xa0);
	return sprintf(s, "%s", broken[i].bytes);
}

static int token_character(char *s)
{
	u32 cp = one_in(3) ? mapped(random_below(NR_GLYPHS)) : one_in(8) ? 0x20 + random_below(0x11000) : 'a' + random_below(26);

	if ((cp >= 0xd800 && cp < 0xe000) || (cp >= 0x7f && cp < 0x80))
		cp = '?';
	model_put(cp);
	if (cp < 0x80)
		return sprintf(s, "%c", cp);
	if (cp < 0x800)
		return sprintf(s, "%c%c", 0xc0 | cp >> 6, 0x80 | (cp & 0x3f));
	if (cp < 0x10000)
		return sprintf(s, "%c%c%c", 0xe0 | cp >> 12, 0x80 | (cp >> 6 & 0x3f), 0x80 | (cp & 0x3f));
	return sprintf(s, "%c%c%c%c", 0xf0 | cp >> 18, 0x80 | (cp >> 12 & 0x3f), 0x80 | (cp >> 6 & 0x3f), 0x80 | (cp & 0x3f));
}

static int token_control(char *s)
{
	switch (random_below(5)) {
	case 0:
		m.col = 0;
		return sprintf(s, "\r");
	case 1:
		if (m.col == m.cols)
			m.col--;
		if (m.col)
			m.col--;
		return sprintf(s, "\b");
	case 2:
		m.col += 8 - m.col % 8;
		if (m.col >= m.cols)
			m.col = m.cols - 1;
		return sprintf(s, "\t");
	default:
		model_newline();
		return sprintf(s, "\n");
	}
}

static int token(char *s)
{
	switch (random_below(32)) {
	case 0: return token_sgr(s);
	case 1: return one_in(4) ? token_erase(s) : token_sgr(s);
	case 2: return one_in(3) ? token_move(s) : token_control(s);
	case 3: return token_ignored(s);
	case 4: return token_broken_utf8(s);
	case 5: case 6: return token_control(s);
	default: return token_character(s);
	}
}

/* -------------------------------------------------------------------- the tests */

struct geometry {
	u32 width, height, pad;		/* pad: bytes after each row */
	u8 bpp, red, green, blue;	/* positions */
	u8 size[3];
	u32 margin;
};

static const struct geometry geometries[] = {
	{ 320, 200, 0, 32, 16, 8, 0, { 8, 8, 8 }, 16 },
	{ 333, 217, 12, 32, 0, 8, 16, { 8, 8, 8 }, 16 },
	{ 333, 217, 5, 24, 16, 8, 0, { 8, 8, 8 }, 16 },
	{ 160, 120, 2, 16, 11, 5, 0, { 5, 6, 5 }, 0 },
	{ 161, 121, 6, 16, 10, 5, 0, { 5, 5, 5 }, 7 },
	{ 200, 100, 0, 32, 20, 10, 0, { 10, 10, 10 }, 16 },
	{ 90, 1601, 4, 32, 8, 16, 24, { 8, 8, 8 }, 16 },
	{ 90, 1603, 1, 24, 0, 8, 16, { 8, 8, 8 }, 3 },
	{ 70, 1600, 0, 16, 11, 5, 0, { 5, 6, 5 }, 16 },
	{ 8, 16, 0, 32, 16, 8, 0, { 8, 8, 8 }, 0 },
	{ 15, 40, 0, 32, 16, 8, 0, { 8, 8, 8 }, 16 },
};

static u8 poison(size_t i)
{
	return (i * 2654435761u) >> 13 ^ i;
}

static void start(const struct geometry *g)
{
	size_t size;
	u8 *mem;

	m.fb = (struct framebuffer){
		.width = g->width, .height = g->height, .pitch = g->width * (g->bpp / 8) + g->pad, .bpp = g->bpp,
		.red_pos = g->red, .red_size = g->size[0], .green_pos = g->green, .green_size = g->size[1],
		.blue_pos = g->blue, .blue_size = g->size[2],
	};
	size = m.fb.size = (u64)m.fb.pitch * m.fb.height;
	m.fb.base = mem = malloc(size);
	for (size_t i = 0; i < size; i++)
		mem[i] = poison(i);
	m.scale = g->height >= 1600 ? 2 : 1;
	m.top = g->margin * m.scale;
	m.cols = g->width / (8 * m.scale);
	m.rows = (g->height - m.top) / (16 * m.scale);
	m.row = m.col = 0;
	m.attr = (struct attr){ 7, 0, false, false };
	m.grid = malloc(sizeof(*m.grid) * m.cols * m.rows);
	for (int i = 0; i < m.cols * m.rows; i++)
		model_blank(i / m.cols, i % m.cols);
	if (g->margin == FBCON_TOP_ROWS)
		assert_int_equal(fbcon_init(&m.fb), 0);
	else
		assert_int_equal(fbcon_init_margin(&m.fb, g->margin), 0);
	assert_int_equal(fbcon_scale(), m.scale);
	registered->write(registered, "", 0);		/* the cursor */
}

static void stop(void)
{
	free((void *)m.fb.base);
	free(m.grid);
}

static void write_some(int tokens)
{
	char text[8192];
	int len = 0;

	for (int i = 0; i < tokens; i++)
		len += token(text + len);
	for (int at = 0; at < len;) {
		int n = 1 + random_below(one_in(2) ? 3 : 200);
		char *chunk;

		n = n < len - at ? n : len - at;
		chunk = exact_copy(text + at, n);
		registered->write(registered, chunk, n);
		free(chunk);
		at += n;
	}
}

static void assert_image(const u8 *want)
{
	const u8 *got = (const u8 *)m.fb.base;

	for (size_t i = 0; i < m.fb.size; i++)
		if (got[i] != want[i])
			fail_msg("byte %zu (row %zu): %02x, not %02x", i, i / m.fb.pitch, got[i], want[i]);
}

static void every_pixel_is_as_the_slow_terminal_draws_it(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(geometries); i++) {
		u8 *want;

		start(&geometries[i]);
		want = malloc(m.fb.size);
		for (int round = 0; round < 20; round++) {
			write_some(random_below(200));
			for (size_t at = 0; at < m.fb.size; at++)
				want[at] = poison(at);		/* margin and padding stay */
			model_draw(want);
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
		write_some(300);
		for (size_t at = 0; at < m.fb.size; at++)
			((u8 *)m.fb.base)[at] = poison(at);
		write_some(300);
		for (size_t at = 0; at < m.fb.size; at++)
			want[at] = poison(at);
		model_draw(want);
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

/* A page of equal lines scrolls by changing almost nothing. */
static void scrolling_paints_only_cells_that_change(void **state)
{
	size_t touched = 0;

	(void)state;
	start(&geometries[0]);
	for (int i = 0; i < 2 * m.rows; i++)
		registered->write(registered, "the same line\n", 14);
	for (size_t at = 0; at < m.fb.size; at++)
		((u8 *)m.fb.base)[at] = poison(at);
	registered->write(registered, "a second line\n", 14);
	for (size_t at = 0; at < m.fb.size; at++)
		touched += ((u8 *)m.fb.base)[at] != poison(at);
	assert_true(touched <= 15 * 8 * 16 * 4);	/* the new line and the cursor */
	assert_true(touched > 0);
	stop();
}

static void any_bytes_stay_inside_the_framebuffer(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(geometries); i++) {
		start(&geometries[i]);
		for (int round = 0; round < 400; round++) {
			static const char likely[] = "\33[;m0123456789HJK\n\t\b\r\xe2\x82\xac";
			char bytes[64];
			size_t n = random_below(sizeof(bytes));

			for (size_t at = 0; at < n; at++)
				bytes[at] = one_in(2) ? likely[random_below(sizeof(likely))] : (char)random64();
			registered->write(registered, bytes, n);
			assert_true(t.vt.row < t.vt.rows && t.vt.col <= t.vt.cols);
		}
		stop();
	}
}

static void screens_choose_a_readable_scale(void **state)
{
	static const struct { u32 width, height, scale, cols, rows; } screens[] = {
		{ 640, 480, 1, 80, 29 }, { 1920, 1080, 1, 240, 66 }, { 2560, 1440, 1, 320, 89 },
		{ 3440, 1440, 1, 430, 89 }, { 2560, 1600, 2, 160, 49 }, { 3840, 2160, 2, 240, 66 },
		{ 7680, 4320, 3, 320, 89 }, { 16384, 16384, 8, 256, 127 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(screens); i++) {
		struct framebuffer fb = { .width = screens[i].width, .height = screens[i].height };

		t.fb = &fb;
		assert_true(choose_geometry(FBCON_TOP_ROWS));
		assert_int_equal(t.scale, screens[i].scale);
		assert_int_equal(t.vt.cols, screens[i].cols);
		assert_int_equal(t.vt.rows, screens[i].rows);
	}
}

static void a_screen_too_small_for_a_character_is_refused(void **state)
{
	static const struct { u32 width, height, top; } small[] = {
		{ 7, 100, 16 }, { 100, 31, 16 }, { 100, 16, 16 }, { 1, 1, 16 }, { 100, 100, 0xffffffffu }, { 15, 1600, 0 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(small); i++) {
		struct framebuffer fb = { .width = small[i].width, .height = small[i].height, .bpp = 32 };

		registered = NULL;
		assert_int_equal(fbcon_init_margin(&fb, small[i].top), -1);
		assert_null(registered);
		assert_int_equal(fbcon_scale(), 0);
	}
}

static int make_font(void **state)
{
	seed_random(state);
	for (int i = 0; i < NR_GLYPHS; i++) {
		noise_map[i] = (struct font_map){ mapped(i), i };
		for (int y = 0; y < FONT_HEIGHT; y++)
			noise[i][y] = i ? random64() : 0;
	}
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_pixel_is_as_the_slow_terminal_draws_it),
		cmocka_unit_test(the_framebuffer_is_never_read),
		cmocka_unit_test(scrolling_paints_only_cells_that_change),
		cmocka_unit_test(any_bytes_stay_inside_the_framebuffer),
		cmocka_unit_test(screens_choose_a_readable_scale),
		cmocka_unit_test(a_screen_too_small_for_a_character_is_refused),
	};

	return cmocka_run_group_tests(tests, make_font, NULL);
}
