// SPDX-License-Identifier: BSD-2-Clause
/*
 * The text console on a framebuffer.
 *
 * There are two arrays of cells: wanted[], the text as it should be, and
 * shown[], what was last painted. write() only changes wanted[]; at its end the
 * cells that differ are painted. So a line that scrolls costs the cells that
 * change, many lines in one write() cost one repaint, and nothing is ever read
 * back from the framebuffer.
 */
#include <kernel/tty.h>
#include <kernel/console.h>
#include <kernel/font.h>
#include <kernel/framebuffer.h>
#include <lib/string.h>
#include "vt.h"

#define MAX_CELLS	40960		/* 430x90, as 3440x1440 has; larger screens scale the font */
#define HIDPI_HEIGHT	1600		/* from here on font pixels are doubled */

static const struct { u8 r, g, b; } palette[16] = {
	{ 0x10, 0x14, 0x1c }, { 0xd0, 0x54, 0x4c }, { 0x6c, 0xb0, 0x5c }, { 0xd0, 0xa0, 0x48 },
	{ 0x50, 0x8c, 0xd8 }, { 0xb0, 0x78, 0xc8 }, { 0x48, 0xb0, 0xb0 }, { 0xc8, 0xcc, 0xd0 },
	{ 0x6c, 0x74, 0x80 }, { 0xff, 0x80, 0x74 }, { 0x98, 0xe0, 0x84 }, { 0xff, 0xd0, 0x70 },
	{ 0x84, 0xbc, 0xff }, { 0xdc, 0xa8, 0xf4 }, { 0x78, 0xe4, 0xe4 }, { 0xff, 0xff, 0xff },
};

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

/* -------------------------------------------------------------------- writing */

static void fbcon_write(struct console *con, const char *s, size_t n)
{
	(void)con;
	vt_write(&t.vt, s, n);
	if (t.fb->base)			/* NULL once it could not be mapped again */
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
