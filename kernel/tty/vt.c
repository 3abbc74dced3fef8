// SPDX-License-Identifier: BSD-2-Clause
/*
 * The terminal's reader: bytes become characters, controls and sequences (the
 * states are those of ECMA-48 chapter 5 with the strings of chapter 5.6). Text
 * that is plain ASCII takes a short way, as nearly all of it is.
 */
#include "vt.h"
#include <lib/string.h>
#include <lib/unaligned.h>
#include <lib/utf.h>

#define PARAM_LIMIT	9999
#define COLOUR_DIGITS	7
#define ESC		0x1b
#define CAN		0x18
#define SUB		0x1a

/* ------------------------------------------------------------------------- controls */

static void line_feed(struct vt *vt)
{
	vt->at.col = vt_cursor_col(vt);
	if (vt->at.row + 1 == vt->bottom)
		vt_scroll_up(vt, vt->top, vt->bottom, 1, true);
	else if (vt->at.row + 1 < vt->rows)
		vt->at.row++;
}

static void reverse_line_feed(struct vt *vt)
{
	vt->at.col = vt_cursor_col(vt);
	if (vt->at.row == vt->top)
		vt_scroll_down(vt, vt->top, vt->bottom, 1);
	else if (vt->at.row)
		vt->at.row--;
}

static void tab(struct vt *vt)
{
	u32 col = vt_cursor_col(vt);

	do
		col++;
	while (col < vt->cols && !(vt->tabs[col / 8] >> col % 8 & 1));
	vt->at.col = min(col, vt->cols - 1);
}

static void control(struct vt *vt, u8 c)
{
	u32 col = vt_cursor_col(vt);

	switch (c) {
	case '\b':
		vt->at.col = col - (col > 0);
		break;
	case '\t':
		tab(vt);
		break;
	case '\n':
	case '\v':
	case '\f':
		line_feed(vt);
		if (vt->modes & VT_NEWLINE || vt->printing)
			vt->at.col = 0;
		break;
	case '\r':
		vt->at.col = 0;
		break;
	case 0x0e:				/* SO, SI */
	case 0x0f:
		vt->at.shift = c == 0x0e;
		break;
	case CAN:
	case SUB:
		vt->parser = VT_TEXT;
		break;
	case ESC:
		vt->parser = VT_ESCAPE;
		break;
	}
}

/* ------------------------------------------------------------------------ characters */

/* Where the next character of @width columns goes: past the last column, to the next line. */
static void make_room(struct vt *vt, u32 width)
{
	if (vt->at.col + width <= vt->cols)
		return;
	if (vt->modes & VT_AUTOWRAP) {
		line_feed(vt);
		vt->at.col = 0;
	} else {
		vt->at.col = vt->cols - min(width, vt->cols);
	}
}

static void put_cell(struct vt *vt, u16 glyph)
{
	if (vt->at.col == vt->cols)
		return;				/* the second half of a wide one on a narrow screen */
	vt_row(vt, vt->at.row)[vt->at.col++] = vt->look | glyph;
}

static void put_glyph(struct vt *vt, u16 glyph, u32 width)
{
	make_room(vt, width);
	if (vt->modes & VT_INSERT)
		vt_insert_cells(vt, width);
	put_cell(vt, glyph);
	if (width == 2)
		put_cell(vt, vt->ascii[' ']);
	vt_touch(vt, vt->at.row, vt->at.row + 1);
}

static void put_char(struct vt *vt, u32 cp)
{
	u32 width;

	if (cp >= 0x60 && cp < 0x7f && vt->at.graphics[vt->at.shift])
		cp = vt_line_drawing(cp);
	width = vt_width(cp);
	if (width)
		put_glyph(vt, cp < ARRAY_SIZE(vt->ascii) ? vt->ascii[cp] : vt->glyph_of(cp), width);
}

#define EACH_BYTE(b)	(0x0101010101010101ull * (b))

static bool is_plain(u8 c)
{
	return c >= ' ' && c < 0x7f;
}

/* Whether all eight bytes are: none has bit 7, nor gets it by taking a space off or by adding one. */
static bool are_plain(u64 bytes)
{
	return !((bytes | (bytes - EACH_BYTE(' ')) | (bytes + EACH_BYTE(1))) & EACH_BYTE(0x80));
}

/* As many of the @n bytes as are plain characters of this line. Return: how many. */
static size_t put_plain(struct vt *vt, const char *s, size_t n)
{
	u32 *cell = vt_row(vt, vt->at.row) + vt->at.col, look = vt->look;
	const u16 *glyph = vt->ascii;
	size_t i = 0;

	n = min(n, (size_t)(vt->cols - vt->at.col));
	for (; i + 8 <= n && are_plain(get_unaligned_le64(s + i)); i += 8) {
#pragma GCC unroll 8
		for (u32 k = 0; k < 8; k++)
			cell[i + k] = look | glyph[(u8)s[i + k]];
	}
	for (; i < n && is_plain(s[i]); i++)
		cell[i] = look | glyph[(u8)s[i]];
	if (i) {
		vt->at.col += i;
		vt_touch(vt, vt->at.row, vt->at.row + 1);
	}
	return i;
}

/* Whether put_plain() may be used. */
static bool takes_plain(const struct vt *vt)
{
	return vt->parser == VT_TEXT && !vt->utf8_need && !(vt->modes & VT_INSERT) && !vt->at.graphics[vt->at.shift];
}

/* ------------------------------------------------------------------------------ UTF-8 */

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
	if (c >= 0x80 && !(vt->modes & VT_LATIN1)) {
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

/* -------------------------------------------------------------------------- sequences */

static void begin_csi(struct vt *vt)
{
	vt->parser = VT_CSI;
	vt->nr_params = 0;
	vt->params[0] = 0;
	vt->mark = 0;
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
			vt->mark = VT_NO_SEQUENCE;
	} else if (c >= 0x40) {
		vt->parser = c == '[' ? VT_SKIP : VT_TEXT;	/* what F1 sends, echoed: one more byte */
		if (c < 0x7f)
			vt_run_csi(vt, c);
	} else {
		vt->mark = vt->mark || c == ':' ? VT_NO_SEQUENCE : c;
	}
}

/* DECALN, the screen full of E, for who adjusts a tube; programs look for the size with it */
static void fill_with_e(struct vt *vt)
{
	for (u32 row = 0; row < vt->rows; row++)
		for (u32 col = 0; col < vt->cols; col++)
			vt_row(vt, row)[col] = CELL(vt->ascii['E'], FG_DEFAULT, BG_DEFAULT);
	vt_touch(vt, 0, vt->rows);
	vt->at.row = vt->at.col = 0;
}

/* The last byte of a sequence such as ESC ( 0; vt->mark is the one between. */
static void escape_more(struct vt *vt, u8 c)
{
	vt->parser = VT_TEXT;
	switch (vt->mark) {
	case '(':
	case ')':
		vt->at.graphics[vt->mark == ')'] = c == '0';
		break;
	case '%':
		vt->modes = c == '@' ? vt->modes | VT_LATIN1 : vt->modes & ~VT_LATIN1;
		break;
	case '#':
		if (c == '8')
			fill_with_e(vt);
		break;
	}
}

static void escape_byte(struct vt *vt, u8 c)
{
	u32 col = vt_cursor_col(vt);

	vt->parser = VT_TEXT;
	switch (c) {
	case '[': begin_csi(vt); break;
	case ']': vt->parser = VT_OSC; break;
	case 'P': case 'X': case '^': case '_': vt->parser = VT_STRING; break;
	case '7': vt_save(vt, &vt->saved); break;
	case '8': vt_restore(vt, &vt->saved); break;
	case '=': vt->modes |= VT_KEYPAD; break;
	case '>': vt->modes &= ~VT_KEYPAD; break;
	case 'D': line_feed(vt); break;
	case 'E': line_feed(vt); vt->at.col = 0; break;
	case 'H': vt->tabs[col / 8] |= 1 << col % 8; break;
	case 'M': reverse_line_feed(vt); break;
	case 'Z': vt_answer(vt, "\33[?6c"); break;
	case 'c': vt_reset(vt); break;
	default:
		if (c < 0x30) {
			vt->parser = VT_ESCAPE_MORE;
			vt->mark = c;
		}
	}
}

/* Linux's own: ESC ] P and seven digits, and ESC ] R end by themselves. */
static void osc_byte(struct vt *vt, u8 c)
{
	vt->digits = vt->colour = 0;
	vt->parser = c == 'P' ? VT_PALETTE : c == 'R' ? VT_TEXT : VT_STRING;
	if (c == 'R')
		vt_reset_colours(vt);
}

static void palette_byte(struct vt *vt, u8 c)
{
	int digit = c >= '0' && c <= '9' ? c - '0' : (c | 0x20) >= 'a' && (c | 0x20) <= 'f' ? (c | 0x20) - 'a' + 10 : -1;

	vt->colour = vt->colour << 4 | (digit & 15);
	if (digit >= 0 && ++vt->digits < COLOUR_DIGITS)
		return;
	vt->parser = VT_TEXT;
	if (digit >= 0)
		vt_set_colour(vt, vt->colour);
}

static void sequence_byte(struct vt *vt, u8 c)
{
	switch (vt->parser) {
	case VT_ESCAPE:
		escape_byte(vt, c);
		break;
	case VT_ESCAPE_MORE:
		escape_more(vt, c);
		break;
	case VT_CSI:
		csi_byte(vt, c);
		break;
	case VT_OSC:
		osc_byte(vt, c);
		break;
	case VT_PALETTE:
		palette_byte(vt, c);
		break;
	case VT_SKIP:
		vt->parser = VT_TEXT;
		break;
	default:
		break;				/* the text of a string: nothing of ours */
	}
}

/* Controls act inside a sequence too (VT102), not inside a string, which BEL or any ESC ends. */
static void control_inside(struct vt *vt, u8 c)
{
	bool in_string = vt->parser == VT_STRING || vt->parser == VT_OSC;

	if (in_string && c == '\a')
		vt->parser = VT_TEXT;
	else if (!in_string || c == ESC || c == CAN || c == SUB)
		control(vt, c);
}

void vt_write(struct vt *vt, const char *s, size_t n)
{
	const char *end = s + n;

	while (s < end) {
		if (takes_plain(vt))
			s += put_plain(vt, s, end - s);
		if (s == end)
			break;
		if (vt->parser == VT_TEXT)
			text_byte(vt, *s);
		else if ((u8)*s < 0x20)
			control_inside(vt, *s);
		else
			sequence_byte(vt, *s);
		s++;
	}
}

void vt_print(struct vt *vt, const char *s, size_t n)
{
	vt->printing = true;
	vt_write(vt, s, n);
	vt->printing = false;
}
