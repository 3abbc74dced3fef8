// SPDX-License-Identifier: BSD-2-Clause
/*
 * The terminal behind every text screen.
 *
 * It understands LF (with the carriage returned), CR, TAB, BS; UTF-8; of ECMA-48
 * the sequences SGR (m), CUP (H), ED (J) and EL (K). Others are swallowed.
 */
#include "vt.h"
#include <lib/string.h>
#include <lib/utf.h>

#define TAB_WIDTH	8
#define PARAM_LIMIT	9999

/* ------------------------------------------------------------- the text array */

u32 vt_cursor(const struct vt *vt)
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

void vt_write(struct vt *vt, const char *s, size_t n)
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

void vt_init(struct vt *vt, u16 *cells, u32 cols, u32 rows, u16 (*glyph_of)(u32 cp))
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

void vt_clean(struct vt *vt)
{
	vt->dirty_from = vt->rows;
	vt->dirty_to = 0;
}
