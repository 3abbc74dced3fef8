// SPDX-License-Identifier: BSD-2-Clause
/*
 * The painter of cells on a framebuffer: which font, how large, turned which way.
 *
 * Stores go from left to right and from top to bottom of what is painted, whole
 * runs of cells at a time, as write combining wants it. The top rows of the
 * framebuffer, however it is turned, are the strip's (<kernel/strip.h>).
 */
#include <kernel/tty.h>
#include <kernel/font.h>
#include <kernel/framebuffer.h>
#include <kernel/strip.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include "screen.h"

#define LARGE_FONT_FROM	1400		/* pixels of the shorter side */

static struct {
	struct framebuffer *fb;
	const struct font *font;
	u32	scale;			/* screen pixels per font pixel */
	u8	rotate;			/* quarter turns clockwise */
	u32	top, height;		/* first row for text, and rows from there on */
	u32	cell_width, cell_height; /* screen pixels, as the reader sees them */
	u32	colour[16];		/* palette as pixel values */
	u32	nibbles_look;		/* CELL_LOOK() that these are for, + 1; 0: none */
	u64	nibbles[16][2];		/* four pixels of 32 bits by four bits of a glyph */
} t;

/* -------------------------------------------------------------------------- glyphs */

static u16 glyph_of(u32 cp)
{
	const struct font_map *map = console_chars.map;
	u32 from = 0, to = console_chars.nr_map;

	while (from < to) {
		u32 mid = (from + to) / 2;

		if (map[mid].cp == cp)
			return map[mid].glyph;
		if (map[mid].cp < cp)
			from = mid + 1;
		else
			to = mid;
	}
	return console_chars.replacement;
}

static u32 glyph_bytes(void)
{
	return t.font->width / 8 * t.font->height;
}

static const u8 *glyph_bits(u32 cell)
{
	return t.font->glyphs + CELL_GLYPH(cell) * glyph_bytes();
}

/* What an underline adds to row @y of a glyph */
static u8 underline(u32 cell, u32 y)
{
	return cell & CELL_UNDERLINE && y == t.font->height - t.font->height / 8u ? 0xff : 0;
}

static bool bit_at(const u8 *bits, u32 width, u32 x, u32 y)
{
	return bits[y * (width / 8) + x / 8] >> (7 - x % 8) & 1;
}

/* The glyph as it lies on the framebuffer. @tile: FONT_MAX_BYTES. Return: pixels in a row of it. */
static u32 make_tile(u32 cell, u8 *tile)
{
	u32 w = t.font->width, h = t.font->height, width = t.rotate & 1 ? h : w, height = t.rotate & 1 ? w : h, u, v;
	u8 upright[FONT_MAX_BYTES];

	for (u = 0; u < glyph_bytes(); u++)
		upright[u] = glyph_bits(cell)[u] | underline(cell, u / (w / 8));
	memset(tile, 0, FONT_MAX_BYTES);
	for (v = 0; v < height; v++)
		for (u = 0; u < width; u++) {
			u32 x = t.rotate == 0 ? u : t.rotate == 1 ? v : t.rotate == 2 ? w - 1 - u : w - 1 - v;
			u32 y = t.rotate == 0 ? v : t.rotate == 1 ? h - 1 - u : t.rotate == 2 ? h - 1 - v : u;

			tile[(v * width + u) / 8] |= bit_at(upright, w, x, y) << (7 - u % 8);
		}
	return width;
}

/* ------------------------------------------------------------------------ painting */

/* Of the part for text */
static volatile u8 *pixel_at(u32 x, u32 y)
{
	return (volatile u8 *)t.fb->base + (u64)(t.top + y) * t.fb->pitch + (u64)x * (t.fb->bpp / 8);
}

/* First pixel of the cell, in the order of the framebuffer */
static volatile u8 *cell_at(u32 row, u32 col)
{
	u32 x = col * t.cell_width, y = row * t.cell_height;

	switch (t.rotate) {
	case 1:
		return pixel_at(t.fb->width - y - t.cell_height, x);
	case 2:
		return pixel_at(t.fb->width - x - t.cell_width, t.height - y - t.cell_height);
	case 3:
		return pixel_at(y, t.height - x - t.cell_width);
	}
	return pixel_at(x, y);
}

typedef u64 __attribute__((aligned(4), may_alias)) pixel_pair;

/* Runs that follow one another mostly look the same. */
static void make_nibbles(u32 cell)
{
	u32 colour[2] = { t.colour[CELL_BG(cell)], t.colour[CELL_FG(cell)] };

	if (t.nibbles_look == CELL_LOOK(cell) + 1)
		return;
	t.nibbles_look = 0;			/* a panic may come in between */
	for (u32 i = 0; i < 16; i++) {
		t.nibbles[i][0] = (u64)colour[i >> 2 & 1] << 32 | colour[i >> 3];
		t.nibbles[i][1] = (u64)colour[i & 1] << 32 | colour[i >> 1 & 1];
	}
	t.nibbles_look = CELL_LOOK(cell) + 1;
}

/* The row of @nibbles for four bits is 16 bytes long: what they are in a byte is where it begins. */
static __inline_always void store_8(volatile u8 *at, u8 bits, const void *nibbles)
{
	volatile pixel_pair *p = (volatile pixel_pair *)at;
	const u64 *left = nibbles + (bits & 0xf0), *right = nibbles + (u8)(bits << 4);

	p[0] = left[0];
	p[1] = left[1];
	p[2] = right[0];
	p[3] = right[1];
}

/* 32 bits a pixel, upright, of the font's own size: nearly every machine there is. */
static void paint_run(volatile u8 *at, const u32 *cells, u32 n)
{
	u32 bytes = t.font->width / 8, y;
	const u32 *cell, *end = cells + n;
	const void *nibbles = t.nibbles;

	make_nibbles(cells[0]);
	for (y = 0; y < t.font->height; y++, at += t.fb->pitch) {
		u8 under = underline(cells[0], y);
		const u8 *glyphs = t.font->glyphs + y * bytes;
		volatile u8 *to = at;

		if (bytes == 1)
			for (cell = cells; cell < end; cell++, to += 32)
				store_8(to, glyphs[CELL_GLYPH(*cell) * 16] | under, nibbles);
		else
			for (cell = cells; cell < end; cell++, to += 64) {
				const u8 *bits = glyphs + CELL_GLYPH(*cell) * 64;

				store_8(to, bits[0] | under, nibbles);
				store_8(to + 32, bits[1] | under, nibbles);
			}
	}
}

static volatile u8 *store_pixel(volatile u8 *at, u32 pixel)
{
	switch (t.fb->bpp) {
	case 32:
		*(volatile u32 *)at = pixel;
		break;
	case 24:
		at[0] = pixel;
		at[1] = pixel >> 8;
		at[2] = pixel >> 16;
		break;
	case 16:
		*(volatile u16 *)at = pixel;
		break;
	}
	return at + t.fb->bpp / 8;
}

/* Everything else: pixel by pixel. */
static void paint_cell(volatile u8 *at, u32 cell)
{
	u32 fg = t.colour[CELL_FG(cell)], bg = t.colour[CELL_BG(cell)], u, v, n;
	u8 tile[FONT_MAX_BYTES];
	u32 width = make_tile(cell, tile), height = glyph_bytes() * 8 / width;

	for (v = 0; v < height * t.scale; v++, at += t.fb->pitch) {
		volatile u8 *to = at;

		for (u = 0; u < width; u++)
			for (n = t.scale; n--;)
				to = store_pixel(to, bit_at(tile, width, u, v / t.scale) ? fg : bg);
	}
}

static void fbcon_paint(u32 row, u32 col, const u32 *cells, u32 n)
{
	if (!t.fb->base)		/* NULL once it could not be mapped again */
		return;
	if (t.fb->bpp == 32 && t.scale == 1 && !t.rotate) {
		paint_run(cell_at(row, col), cells, n);
		return;
	}
	for (; n--; col++, cells++)
		paint_cell(cell_at(row, col), *cells);
}

static void fbcon_palette(const struct vt_rgb palette[16])
{
	t.nibbles_look = 0;
	for (u32 i = 0; i < 16; i++)
		t.colour[i] = framebuffer_pixel(t.fb, palette[i].r, palette[i].g, palette[i].b);
	if (t.fb->base)				/* what is beside the cells has a colour, too */
		framebuffer_fill(t.fb, 0, t.top, t.fb->width, t.height, t.colour[BG_DEFAULT]);
}

/* --------------------------------------------------------------------------- start */

static const struct { const char *name; u8 font; } font_names[] = {
	{ "VGA8x16", 0 }, { "8x16", 0 }, { "TER16x32", 1 }, { "16x32", 1 },	/* two as Linux has them */
};

/* One of the words between the commas. Return: whether it was understood. */
static bool parse_word(const char *word, size_t len, struct fbcon_options *opt)
{
	if (len == 8 && !strncmp(word, "rotate:", 7) && word[7] >= '0' && word[7] <= '3') {
		opt->rotate = word[7] - '0';
		return true;
	}
	if (len <= 5 || strncmp(word, "font:", 5))
		return false;
	for (u32 i = 0; i < ARRAY_SIZE(font_names); i++)
		if (strlen(font_names[i].name) == len - 5 && !strncmp(font_names[i].name, word + 5, len - 5)) {
			opt->font = &console_fonts[font_names[i].font];
			return true;
		}
	return false;
}

void fbcon_options_parse(const char *cmdline, struct fbcon_options *opt)
{
	char text[sizeof(opt->unknown)];

	memset(opt, 0, sizeof(*opt));
	while (cmdline_next_option(&cmdline, "fbcon", text, sizeof(text)) >= 0) {
		const char *word = text, *comma;

		for (; word; word = comma ? comma + 1 : NULL) {
			comma = strchr(word, ',');
			if (!parse_word(word, comma ? (size_t)(comma - word) : strlen(word), opt))
				memcpy(opt->unknown, text, sizeof(text));
		}
	}
}

/* The smallest scale whose cells fit the arrays. Return: false where not one fits the screen. */
static bool choose_geometry(const struct fbcon_options *opt, u32 *cols, u32 *rows)
{
	u32 width = t.fb->width, height;

	t.top = STRIP_ROWS * strip_scale(t.fb->height);
	t.height = t.fb->height > t.top ? t.fb->height - t.top : 0;
	t.rotate = opt->rotate;
	t.font = opt->font ? opt->font : &console_fonts[min(width, t.fb->height) >= LARGE_FONT_FROM];
	height = t.rotate & 1 ? width : t.height;
	width = t.rotate & 1 ? t.height : width;
	for (t.scale = 1;; t.scale++) {
		t.cell_width = t.font->width * t.scale;
		t.cell_height = t.font->height * t.scale;
		*cols = width / t.cell_width;
		*rows = min(height / t.cell_height, (u32)VT_MAX_ROWS);
		if (!*cols || !*rows)
			return false;
		if (*cols <= VT_MAX_COLS && *cols * *rows <= SCREEN_MAX_CELLS)
			return true;
	}
}

int fbcon_init(struct framebuffer *fb, const struct fbcon_options *opt)
{
	static const struct screen_driver driver = { .paint = fbcon_paint, .palette = fbcon_palette, .glyph_of = glyph_of };
	u32 cols, rows;

	t.fb = fb;
	if (!choose_geometry(opt, &cols, &rows))
		return -1;
	fbcon_palette(vt_palette);
	screen_start(&driver, cols, rows);
	screen_register();
	return 0;
}
