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
#define VT_MAX_PARAMS	8		/* of an escape sequence */
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

enum vt_parser { VT_TEXT, VT_ESCAPE, VT_CSI };

/* A text screen of cells and the terminal that fills it. */
struct vt {
	u16	*cells;			/* cols * rows of them; the text as it should be shown */
	u32	cols, rows;
	u32	col, row;		/* cursor; col == cols: wrap before the next character */
	u32	dirty_from, dirty_to;	/* rows [from, to) changed since vt_clean() */
	u16	(*glyph_of)(u32 cp);	/* glyph of a code point, 9 bits */
	u16	blank;			/* glyph of the space */
	u8	fg, bg;			/* colours, 0..15 and 0..7 */
	bool	bold, inverse;
	enum vt_parser parser;
	u16	params[VT_MAX_PARAMS];
	u8	nr_params;		/* index of the parameter being read */
	bool	private;		/* the sequence has bytes we know nothing of */
	char	utf8[4];		/* an unfinished character */
	u8	utf8_len, utf8_need;
};

static u32 vt_cursor(const struct vt *vt);
static void vt_clean(struct vt *vt);

/* All of it belongs to whoever is inside write(): console->busy guards it. */
static struct {
	struct vt vt;			/* cols * rows <= MAX_CELLS */
	struct framebuffer *fb;
	u32	scale;			/* screen pixels per font pixel */
	u32	top;			/* first pixel row of the text */
	u32	cursor_shown;		/* index into shown[] */
	u32	colour[16];		/* palette as pixel values */
} t;

static u16 wanted[MAX_CELLS];
static u16 shown[MAX_CELLS];

/* ------------------------------------------------------------------ painting */

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
	u32 x = index % t.vt.cols * FONT_WIDTH * t.scale;
	u32 y = t.top + index / t.vt.cols * FONT_HEIGHT * t.scale;
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

/* The cursor is its cell in reverse; a dark cell becomes a light block. */
static u16 cursor_cell(u16 cell)
{
	return CELL(CELL_GLYPH(cell), BG_DEFAULT, FG_DEFAULT);
}

static void show(void)
{
	u32 cursor = vt_cursor(&t.vt);

	for (u32 i = t.vt.dirty_from * t.vt.cols; i < t.vt.dirty_to * t.vt.cols; i++)
		if (i != cursor)
			show_cell(i, wanted[i]);
	if (t.cursor_shown != cursor)
		show_cell(t.cursor_shown, wanted[t.cursor_shown]);
	show_cell(cursor, cursor_cell(wanted[cursor]));
	t.cursor_shown = cursor;
	vt_clean(&t.vt);
}

/* ------------------------------------------------------------- the text array */

static u32 vt_cursor(const struct vt *vt)
{
	return vt->row * vt->cols + min(vt->col, vt->cols - 1);
}

static void touch_rows(struct vt *vt, u32 from, u32 to)
{
	vt->dirty_from = min(vt->dirty_from, from);
	vt->dirty_to = max(vt->dirty_to, to);
}

static u16 cell_of(struct vt *vt, u16 glyph)
{
	u8 fg = vt->fg, bg = vt->bg;

	if (vt->bold && fg < BRIGHT)
		fg += BRIGHT;
	if (vt->inverse)
		return CELL(glyph, bg, fg & 7);
	return CELL(glyph, fg, bg);
}

/* Blank the cells [from, to) in the background colour of now. */
static void erase(struct vt *vt, u32 from, u32 to)
{
	for (u32 i = from; i < to; i++)
		vt->cells[i] = CELL(vt->blank, FG_DEFAULT, vt->bg);
	if (from < to)
		touch_rows(vt, from / vt->cols, (to - 1) / vt->cols + 1);
}

static void line_feed(struct vt *vt)
{
	u32 last = (vt->rows - 1) * vt->cols;

	if (vt->row + 1 < vt->rows) {
		vt->row++;
		return;
	}
	memmove(vt->cells, vt->cells + vt->cols, last * sizeof(vt->cells[0]));
	erase(vt, last, last + vt->cols);
	touch_rows(vt, 0, vt->rows);
}

static void put_char(struct vt *vt, u32 cp)
{
	if (vt->col == vt->cols) {
		vt->col = 0;
		line_feed(vt);
	}
	vt->cells[vt->row * vt->cols + vt->col] = cell_of(vt, vt->glyph_of(cp));
	touch_rows(vt, vt->row, vt->row + 1);
	vt->col++;
}

/* ------------------------------------------------------------ escape sequences */

/* 38;5;N and 38;2;R;G;B. Return: parameters used up beside the 38 or 48. */
static u32 extended_colour(struct vt *vt, u32 i)
{
	u32 left = vt->nr_params - i;

	if (left >= 2 && vt->params[i + 1] == 5) {
		u32 n = vt->params[i + 2];

		if (n < 16 && vt->params[i] == 38)
			vt->fg = n;
		else if (n < 16)
			vt->bg = n & 7;
		return 2;
	}
	return left;				/* no true colour: leave the colours alone */
}

static void select_graphic_rendition(struct vt *vt)
{
	for (u32 i = 0; i <= vt->nr_params; i++) {
		u32 p = vt->params[i];

		if (p == 0) {
			vt->fg = FG_DEFAULT;
			vt->bg = BG_DEFAULT;
			vt->bold = vt->inverse = false;
		} else if (p == 1 || p == 22) {
			vt->bold = p == 1;
		} else if (p == 7 || p == 27) {
			vt->inverse = p == 7;
		} else if (p >= 30 && p <= 37) {
			vt->fg = p - 30;
		} else if (p >= 90 && p <= 97) {
			vt->fg = p - 90 + BRIGHT;
		} else if (p >= 40 && p <= 47) {
			vt->bg = p - 40;
		} else if (p >= 100 && p <= 107) {
			vt->bg = p - 100;
		} else if (p == 38 || p == 48) {
			i += extended_colour(vt, i);
		} else if (p == 39) {
			vt->fg = FG_DEFAULT;
		} else if (p == 49) {
			vt->bg = BG_DEFAULT;
		}
	}
}

static void cursor_position(struct vt *vt)
{
	u32 row = vt->params[0], col = vt->nr_params ? vt->params[1] : 0;

	vt->row = min(max(row, 1u), vt->rows) - 1;
	vt->col = min(max(col, 1u), vt->cols) - 1;
}

/* 0: from the cursor on, 1: up to and with it, 2: all of [start, end). */
static void erase_part(struct vt *vt, u32 mode, u32 start, u32 end)
{
	u32 cursor = vt_cursor(vt);

	if (mode == 0)
		erase(vt, cursor, end);
	else if (mode == 1)
		erase(vt, start, cursor + 1);
	else if (mode == 2)
		erase(vt, start, end);
}

static void run_csi(struct vt *vt, u8 final)
{
	if (vt->private)
		return;
	switch (final) {
	case 'm':
		select_graphic_rendition(vt);
		break;
	case 'H':
		cursor_position(vt);
		break;
	case 'J':
		erase_part(vt, vt->params[0], 0, vt->rows * vt->cols);
		break;
	case 'K':
		erase_part(vt, vt->params[0], vt->row * vt->cols, (vt->row + 1) * vt->cols);
		break;
	}
}

static void csi_byte(struct vt *vt, u8 c)
{
	if (c >= '0' && c <= '9') {
		u32 v = vt->params[vt->nr_params] * 10 + (c - '0');

		vt->params[vt->nr_params] = min(v, (u32)PARAM_LIMIT);
	} else if (c == ';') {
		if (vt->nr_params + 1 < VT_MAX_PARAMS)
			vt->params[++vt->nr_params] = 0;
		else
			vt->private = true;
	} else if (c >= 0x40 && c <= 0x7e) {
		vt->parser = VT_TEXT;
		run_csi(vt, c);
	} else {
		vt->private = true;
	}
}

static void escape_byte(struct vt *vt, u8 c)
{
	vt->parser = c == '[' ? VT_CSI : VT_TEXT;
	vt->nr_params = 0;
	vt->params[0] = 0;
	vt->private = false;
}

static void control(struct vt *vt, u8 c)
{
	switch (c) {
	case '\n':
		vt->col = 0;
		line_feed(vt);
		break;
	case '\r':
		vt->col = 0;
		break;
	case '\b':
		vt->col = min(vt->col, vt->cols - 1);
		vt->col -= vt->col > 0;
		break;
	case '\t':
		vt->col = min((vt->col / TAB_WIDTH + 1) * TAB_WIDTH, vt->cols - 1);
		break;
	case 0x1b:
		vt->parser = VT_ESCAPE;
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
static void utf8_byte(struct vt *vt, u8 c)
{
	bool continues = (c & 0xc0) == 0x80;
	u32 cp = UNICODE_REPLACEMENT;

	if (!vt->utf8_need) {
		vt->utf8_need = sequence_length(c);
		vt->utf8_len = 0;
		if (!vt->utf8_need) {
			put_char(vt, UNICODE_REPLACEMENT);
			return;
		}
	} else if (!continues) {
		vt->utf8_need = 0;
		put_char(vt, UNICODE_REPLACEMENT);
		utf8_byte(vt, c);
		return;
	}
	vt->utf8[vt->utf8_len++] = c;
	if (vt->utf8_len < vt->utf8_need)
		return;
	vt->utf8_need = 0;
	utf8_decode(vt->utf8, vt->utf8 + vt->utf8_len, &cp);
	put_char(vt, cp);
}

static void text_byte(struct vt *vt, u8 c)
{
	if (c >= 0x80) {
		utf8_byte(vt, c);
		return;
	}
	if (vt->utf8_need) {
		vt->utf8_need = 0;
		put_char(vt, UNICODE_REPLACEMENT);
	}
	if (c < 0x20)
		control(vt, c);
	else if (c != 0x7f)
		put_char(vt, c);
}

static void vt_write(struct vt *vt, const char *s, size_t n)
{
	while (n--) {
		u8 c = *s++;

		/* Control characters act inside a sequence too (ECMA-48, VT100). */
		if (vt->parser == VT_TEXT || c < 0x20)
			text_byte(vt, c);
		else if (vt->parser == VT_ESCAPE)
			escape_byte(vt, c);
		else
			csi_byte(vt, c);
	}
}

static void vt_init(struct vt *vt, u16 *cells, u32 cols, u32 rows, u16 (*glyph_of)(u32 cp))
{
	memset(vt, 0, sizeof(*vt));
	vt->cells = cells;
	vt->cols = cols;
	vt->rows = rows;
	vt->glyph_of = glyph_of;
	vt->fg = FG_DEFAULT;
	vt->blank = glyph_of(' ');
	erase(vt, 0, rows * cols);
}

static void vt_clean(struct vt *vt)
{
	vt->dirty_from = vt->rows;
	vt->dirty_to = 0;
}

static void fbcon_write(struct console *con, const char *s, size_t n)
{
	(void)con;
	vt_write(&t.vt, s, n);
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
		t.vt.cols = fb->width / (FONT_WIDTH * t.scale);
		t.vt.rows = (fb->height - t.top) / (FONT_HEIGHT * t.scale);
		if (!t.vt.cols || !t.vt.rows)
			return false;
		if (t.vt.cols * t.vt.rows <= MAX_CELLS)
			return true;
	}
}

static void clear_screen(void)
{
	framebuffer_fill(t.fb, 0, t.top, t.fb->width, t.fb->height - t.top, t.colour[BG_DEFAULT]);
	memcpy(shown, wanted, t.vt.rows * t.vt.cols * sizeof(shown[0]));
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
	vt_init(&t.vt, wanted, t.vt.cols, t.vt.rows, glyph_of);
	clear_screen();
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
