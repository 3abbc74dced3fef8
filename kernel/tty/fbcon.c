// SPDX-License-Identifier: BSD-2-Clause
/*
 * The text console on a framebuffer.
 *
 * There are two arrays of cells: wanted[], the text as it should be, and
 * shown[], what was last painted. write() only changes wanted[]; at its end the
 * cells that differ are painted. So a line that scrolls costs the cells that
 * change, many lines in one write() cost one repaint, and nothing is ever read
 * back from the framebuffer.
 *
 * The terminal understood: LF (with the carriage returned), CR, TAB, BS; UTF-8,
 * where characters the font lacks show its replacement glyph; of ECMA-48 the
 * sequences SGR (m), CUP (H), ED (J) and EL (K). Others are swallowed.
 */
#include <kernel/tty.h>
#include <kernel/console.h>
#include <kernel/font.h>
#include <kernel/framebuffer.h>
#include <lib/string.h>
#include <lib/utf.h>

#define MAX_CELLS	40960		/* 430x90, as 3440x1440 has; larger screens scale the font */
#define HIDPI_HEIGHT	1600		/* from here on font pixels are doubled */
#define TAB_WIDTH	8
#define MAX_PARAMS	8		/* of an escape sequence */
#define PARAM_LIMIT	9999

/* A cell: glyph in bits 0..8, foreground colour in 9..12, background in 13..15. */
#define CELL(glyph, fg, bg)	((u16)((glyph) | (fg) << 9 | (bg) << 13))
#define CELL_GLYPH(c)		((c) & 0x1ff)
#define CELL_FG(c)		((c) >> 9 & 0xf)
#define CELL_BG(c)		((c) >> 13)

#define FG_DEFAULT	7
#define BG_DEFAULT	0
#define BRIGHT		8

static const struct { u8 r, g, b; } palette[16] = {
	{ 0x10, 0x14, 0x1c }, { 0xd0, 0x54, 0x4c }, { 0x6c, 0xb0, 0x5c }, { 0xd0, 0xa0, 0x48 },
	{ 0x50, 0x8c, 0xd8 }, { 0xb0, 0x78, 0xc8 }, { 0x48, 0xb0, 0xb0 }, { 0xc8, 0xcc, 0xd0 },
	{ 0x6c, 0x74, 0x80 }, { 0xff, 0x80, 0x74 }, { 0x98, 0xe0, 0x84 }, { 0xff, 0xd0, 0x70 },
	{ 0x84, 0xbc, 0xff }, { 0xdc, 0xa8, 0xf4 }, { 0x78, 0xe4, 0xe4 }, { 0xff, 0xff, 0xff },
};

enum parser { TEXT, ESCAPE, CSI };

/* All of it belongs to whoever is inside write(): console->busy guards it. */
static struct {
	struct framebuffer *fb;
	u32	scale;			/* screen pixels per font pixel */
	u32	top;			/* first pixel row of the text */
	u32	cols, rows;		/* cols * rows <= MAX_CELLS */
	u32	col, row;		/* cursor; col == cols: wrap before the next character */
	u32	dirty_from, dirty_to;	/* rows [from, to) may differ from shown[] */
	u32	cursor_shown;		/* index into shown[] */
	u8	fg, bg;			/* palette indices */
	bool	bold, inverse;
	enum parser parser;
	u16	params[MAX_PARAMS];
	u8	nr_params;		/* index of the parameter being read */
	bool	private;		/* the sequence has bytes we know nothing of */
	char	utf8[4];		/* an unfinished character */
	u8	utf8_len, utf8_need;
	u16	blank;			/* glyph of the space */
	u32	colour[16];		/* palette as pixel values */
} t;

static u16 wanted[MAX_CELLS];
static u16 shown[MAX_CELLS];

/* ------------------------------------------------------------------ painting */

typedef u64 __attribute__((aligned(4), may_alias)) pixel_pair;

/* One row of a glyph, 32 bpp, twice the size: each font pixel is one store. */
static void row_32_double(volatile u8 *at, u8 bits, u32 fg, u32 bg)
{
	volatile pixel_pair *p = (volatile pixel_pair *)at;
	u64 on = (u64)fg << 32 | fg, off = (u64)bg << 32 | bg;

	for (int i = 7; i >= 0; i--)
		*p++ = bits >> i & 1 ? on : off;
}

static void row_32_single(volatile u8 *at, u8 bits, u32 fg, u32 bg)
{
	volatile pixel_pair *p = (volatile pixel_pair *)at;
	u32 colour[2] = { bg, fg };

	for (int i = 6; i >= 0; i -= 2)
		*p++ = (u64)colour[bits >> i & 1] << 32 | colour[bits >> (i + 1) & 1];
}

static void row_any(volatile u8 *at, u8 bits, u32 fg, u32 bg)
{
	u32 bytes = t.fb->bpp / 8;

	for (int i = 7; i >= 0; i--) {
		u32 pixel = bits >> i & 1 ? fg : bg;

		for (u32 n = t.scale; n--; at += bytes) {
			if (bytes == 4)
				*(volatile u32 *)at = pixel;
			else if (bytes == 2)
				*(volatile u16 *)at = pixel;
			else
				at[0] = pixel, at[1] = pixel >> 8, at[2] = pixel >> 16;
		}
	}
}

static void paint_cell(u32 index, u16 cell)
{
	const struct framebuffer *fb = t.fb;
	u32 x = index % t.cols * FONT_WIDTH * t.scale;
	u32 y = t.top + index / t.cols * FONT_HEIGHT * t.scale;
	volatile u8 *at = (volatile u8 *)fb->base + (u64)y * fb->pitch + (u64)x * (fb->bpp / 8);
	u32 fg = t.colour[CELL_FG(cell)], bg = t.colour[CELL_BG(cell)];
	void (*row)(volatile u8 *, u8, u32, u32) = row_any;

	if (fb->bpp == 32 && t.scale == 1)
		row = row_32_single;
	else if (fb->bpp == 32 && t.scale == 2)
		row = row_32_double;

	for (int i = 0; i < FONT_HEIGHT; i++)
		for (u32 n = t.scale; n--; at += fb->pitch)
			row(at, console_font.glyphs[CELL_GLYPH(cell)][i], fg, bg);
}

static void show_cell(u32 index, u16 cell)
{
	if (shown[index] == cell)
		return;
	shown[index] = cell;
	paint_cell(index, cell);
}

static u32 cursor_index(void)
{
	return t.row * t.cols + min(t.col, t.cols - 1);
}

/* The cursor is its cell in reverse; a dark cell becomes a light block. */
static u16 cursor_cell(u16 cell)
{
	return CELL(CELL_GLYPH(cell), BG_DEFAULT, FG_DEFAULT);
}

static void show(void)
{
	u32 cursor = cursor_index();

	for (u32 i = t.dirty_from * t.cols; i < t.dirty_to * t.cols; i++)
		if (i != cursor)
			show_cell(i, wanted[i]);
	if (t.cursor_shown != cursor)
		show_cell(t.cursor_shown, wanted[t.cursor_shown]);
	show_cell(cursor, cursor_cell(wanted[cursor]));
	t.cursor_shown = cursor;
	t.dirty_from = t.rows;
	t.dirty_to = 0;
}

/* ------------------------------------------------------------- the text array */

static void touch_rows(u32 from, u32 to)
{
	t.dirty_from = min(t.dirty_from, from);
	t.dirty_to = max(t.dirty_to, to);
}

static u16 cell_of(u16 glyph)
{
	u8 fg = t.fg, bg = t.bg;

	if (t.bold && fg < BRIGHT)
		fg += BRIGHT;
	if (t.inverse)
		return CELL(glyph, bg, fg & 7);
	return CELL(glyph, fg, bg);
}

/* Blank the cells [from, to) in the background colour of now. */
static void erase(u32 from, u32 to)
{
	for (u32 i = from; i < to; i++)
		wanted[i] = CELL(t.blank, FG_DEFAULT, t.bg);
	if (from < to)
		touch_rows(from / t.cols, (to - 1) / t.cols + 1);
}

static void line_feed(void)
{
	u32 last = (t.rows - 1) * t.cols;

	if (t.row + 1 < t.rows) {
		t.row++;
		return;
	}
	memmove(wanted, wanted + t.cols, last * sizeof(wanted[0]));
	erase(last, last + t.cols);
	touch_rows(0, t.rows);
}

static u16 glyph_of(u32 cp)
{
	const struct font_map *map = console_font.map;
	u32 from = 0, to = console_font.nr_map;

	while (from < to) {
		u32 mid = (from + to) / 2;

		if (map[mid].cp == cp)
			return map[mid].glyph;
		if (map[mid].cp < cp)
			from = mid + 1;
		else
			to = mid;
	}
	return console_font.replacement;
}

static void put_char(u32 cp)
{
	if (t.col == t.cols) {
		t.col = 0;
		line_feed();
	}
	wanted[t.row * t.cols + t.col] = cell_of(glyph_of(cp));
	touch_rows(t.row, t.row + 1);
	t.col++;
}

/* ------------------------------------------------------------ escape sequences */

/* 38;5;N and 38;2;R;G;B. Return: parameters used up beside the 38 or 48. */
static u32 extended_colour(u32 i)
{
	u32 left = t.nr_params - i;

	if (left >= 2 && t.params[i + 1] == 5) {
		u32 n = t.params[i + 2];

		if (n < 16 && t.params[i] == 38)
			t.fg = n;
		else if (n < 16)
			t.bg = n & 7;
		return 2;
	}
	return left;				/* no true colour: leave the colours alone */
}

static void select_graphic_rendition(void)
{
	for (u32 i = 0; i <= t.nr_params; i++) {
		u32 p = t.params[i];

		if (p == 0) {
			t.fg = FG_DEFAULT;
			t.bg = BG_DEFAULT;
			t.bold = t.inverse = false;
		} else if (p == 1 || p == 22) {
			t.bold = p == 1;
		} else if (p == 7 || p == 27) {
			t.inverse = p == 7;
		} else if (p >= 30 && p <= 37) {
			t.fg = p - 30;
		} else if (p >= 90 && p <= 97) {
			t.fg = p - 90 + BRIGHT;
		} else if (p >= 40 && p <= 47) {
			t.bg = p - 40;
		} else if (p >= 100 && p <= 107) {
			t.bg = p - 100;
		} else if (p == 38 || p == 48) {
			i += extended_colour(i);
		} else if (p == 39) {
			t.fg = FG_DEFAULT;
		} else if (p == 49) {
			t.bg = BG_DEFAULT;
		}
	}
}

static void cursor_position(void)
{
	u32 row = t.params[0], col = t.nr_params ? t.params[1] : 0;

	t.row = min(max(row, 1u), t.rows) - 1;
	t.col = min(max(col, 1u), t.cols) - 1;
}

/* 0: from the cursor on, 1: up to and with it, 2: all of [start, end). */
static void erase_part(u32 mode, u32 start, u32 end)
{
	u32 cursor = cursor_index();

	if (mode == 0)
		erase(cursor, end);
	else if (mode == 1)
		erase(start, cursor + 1);
	else if (mode == 2)
		erase(start, end);
}

static void run_csi(u8 final)
{
	if (t.private)
		return;
	switch (final) {
	case 'm':
		select_graphic_rendition();
		break;
	case 'H':
		cursor_position();
		break;
	case 'J':
		erase_part(t.params[0], 0, t.rows * t.cols);
		break;
	case 'K':
		erase_part(t.params[0], t.row * t.cols, (t.row + 1) * t.cols);
		break;
	}
}

static void csi_byte(u8 c)
{
	if (c >= '0' && c <= '9') {
		u32 v = t.params[t.nr_params] * 10 + (c - '0');

		t.params[t.nr_params] = min(v, (u32)PARAM_LIMIT);
	} else if (c == ';') {
		if (t.nr_params + 1 < MAX_PARAMS)
			t.params[++t.nr_params] = 0;
		else
			t.private = true;
	} else if (c >= 0x40 && c <= 0x7e) {
		t.parser = TEXT;
		run_csi(c);
	} else {
		t.private = true;
	}
}

static void escape_byte(u8 c)
{
	t.parser = c == '[' ? CSI : TEXT;
	t.nr_params = 0;
	t.params[0] = 0;
	t.private = false;
}

static void control(u8 c)
{
	switch (c) {
	case '\n':
		t.col = 0;
		line_feed();
		break;
	case '\r':
		t.col = 0;
		break;
	case '\b':
		t.col = min(t.col, t.cols - 1);
		t.col -= t.col > 0;
		break;
	case '\t':
		t.col = min((t.col / TAB_WIDTH + 1) * TAB_WIDTH, t.cols - 1);
		break;
	case 0x1b:
		t.parser = ESCAPE;
		break;
	}
}

/* ---------------------------------------------------------------------- UTF-8 */

static u8 sequence_length(u8 lead)
{
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if ((lead & 0xf0) == 0xe0)
		return 3;
	if (lead >= 0xf0 && lead <= 0xf4)
		return 4;
	return 0;
}

/* A byte of a character outside ASCII. */
static void utf8_byte(u8 c)
{
	bool continues = (c & 0xc0) == 0x80;
	u32 cp = UNICODE_REPLACEMENT;

	if (!t.utf8_need) {
		t.utf8_need = sequence_length(c);
		t.utf8_len = 0;
		if (!t.utf8_need) {
			put_char(UNICODE_REPLACEMENT);
			return;
		}
	} else if (!continues) {
		t.utf8_need = 0;
		put_char(UNICODE_REPLACEMENT);
		utf8_byte(c);
		return;
	}
	t.utf8[t.utf8_len++] = c;
	if (t.utf8_len < t.utf8_need)
		return;
	t.utf8_need = 0;
	utf8_decode(t.utf8, t.utf8 + t.utf8_len, &cp);
	put_char(cp);
}

static void text_byte(u8 c)
{
	if (c >= 0x80) {
		utf8_byte(c);
		return;
	}
	if (t.utf8_need) {
		t.utf8_need = 0;
		put_char(UNICODE_REPLACEMENT);
	}
	if (c < 0x20)
		control(c);
	else if (c != 0x7f)
		put_char(c);
}

static void fbcon_write(struct console *con, const char *s, size_t n)
{
	(void)con;
	while (n--) {
		u8 c = *s++;

		/* Control characters act inside a sequence too (ECMA-48, VT100). */
		if (t.parser == TEXT || c < 0x20)
			text_byte(c);
		else if (t.parser == ESCAPE)
			escape_byte(c);
		else
			csi_byte(c);
	}
	show();
}

/* ---------------------------------------------------------------------- start */

/* The smallest scale that is readable and whose cells fit the arrays. */
static bool choose_geometry(u32 top_rows)
{
	const struct framebuffer *fb = t.fb;

	for (t.scale = fb->height >= HIDPI_HEIGHT ? 2 : 1;; t.scale++) {
		t.top = top_rows * t.scale;
		if (t.top / t.scale != top_rows || t.top >= fb->height)
			return false;
		t.cols = fb->width / (FONT_WIDTH * t.scale);
		t.rows = (fb->height - t.top) / (FONT_HEIGHT * t.scale);
		if (!t.cols || !t.rows)
			return false;
		if (t.cols * t.rows <= MAX_CELLS)
			return true;
	}
}

static void clear_screen(void)
{
	framebuffer_fill(t.fb, 0, t.top, t.fb->width, t.fb->height - t.top, t.colour[BG_DEFAULT]);
	for (u32 i = 0; i < t.rows * t.cols; i++)
		wanted[i] = shown[i] = CELL(t.blank, FG_DEFAULT, BG_DEFAULT);
}

static struct console fb_console = { .name = "tty0", .write = fbcon_write };

int fbcon_init_margin(struct framebuffer *fb, u32 top_rows)
{
	memset(&t, 0, sizeof(t));
	t.fb = fb;
	if (!choose_geometry(top_rows)) {
		t.scale = 0;
		return -1;
	}
	for (int i = 0; i < 16; i++)
		t.colour[i] = framebuffer_pixel(fb, palette[i].r, palette[i].g, palette[i].b);
	t.fg = FG_DEFAULT;
	t.blank = glyph_of(' ');
	clear_screen();
	touch_rows(0, t.rows);
	register_console(&fb_console);
	return 0;
}

int fbcon_init(struct framebuffer *fb)
{
	return fbcon_init_margin(fb, FBCON_TOP_ROWS);
}

u32 fbcon_scale(void)
{
	return t.scale;
}
