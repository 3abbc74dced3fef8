/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A slow terminal: a grid of characters and attributes that is copied about line by
 * line, and sequences collected in full before they are looked at. For what
 * kernel/tty/vt.c is compared with, by host tests and by the fuzzer.
 */
#ifndef TESTS_HOST_VT_MODEL_H
#define TESTS_HOST_VT_MODEL_H

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "kernel/tty/vt.h"

#define MODEL_HISTORY 7		/* lines */

struct model_cell {
	u32 cp;
	int fg, bg;
	bool underline;
};

struct model_cursor {
	int row, col;
	bool wrap;			/* a character stands in the last column */
	int fg, bg;
	bool bold, dim, italic, underline, blink, inverse, matched, origin, graphics[2];
	int set;
};

struct model {
	int rows, cols;
	struct model_cell *grid, *other;
	struct model_cell *history[MODEL_HISTORY];
	int nr_history;
	struct model_cursor c, saved, left;
	int top, bottom;		/* both scroll */
	bool autowrap, insert, newline, visible, reverse, alternate, latin1, cursor_keys, keypad, paste;
	bool tabs[VT_MAX_COLS];
	char seq[70];			/* what began with ESC, cut */
	int seq_len;
	u8 utf8[4];
	int utf8_len;
	u32 palette[16];		/* 0xrrggbb */
	char replies[8192];
};

/* Every character is its own glyph, as far as a cell has room. */
static inline u16 model_glyph(u32 cp)
{
	return cp > 0xffff ? 0xfffd : cp;
}

static inline struct model_cell *model_at(struct model *m, int row, int col)
{
	return &m->grid[row * m->cols + col];
}

static inline void model_blank(struct model *m, int row, int from, int to)
{
	for (; from < to; from++)
		*model_at(m, row, from) = (struct model_cell){ ' ', 7, m->c.bg, false };
}

static inline void model_copy_row(struct model *m, int to, int from)
{
	for (int col = 0; col < m->cols; col++)
		*model_at(m, to, col) = *model_at(m, from, col);
}

static inline void model_keep(struct model *m)
{
	if (m->alternate)
		return;
	if (m->nr_history == MODEL_HISTORY) {
		free(m->history[0]);
		for (int i = 1; i < MODEL_HISTORY; i++)
			m->history[i - 1] = m->history[i];
		m->nr_history--;
	}
	m->history[m->nr_history] = malloc(sizeof(*m->grid) * m->cols);
	memcpy(m->history[m->nr_history++], m->grid, sizeof(*m->grid) * m->cols);
}

static inline void model_up(struct model *m, int top, int bottom, int n, bool keep)
{
	for (; n > 0; n--, bottom < top ? n = 0 : 0) {
		if (n > bottom - top + 1)
			n = bottom - top + 1;
		if (keep && top == 0)
			model_keep(m);
		for (int row = top; row < bottom; row++)
			model_copy_row(m, row, row + 1);
		model_blank(m, bottom, 0, m->cols);
	}
}

static inline void model_down(struct model *m, int top, int bottom, int n)
{
	if (n > bottom - top + 1)
		n = bottom - top + 1;
	for (; n > 0; n--) {
		for (int row = bottom; row > top; row--)
			model_copy_row(m, row, row - 1);
		model_blank(m, top, 0, m->cols);
	}
}

static inline void model_line_feed(struct model *m)
{
	m->c.wrap = false;
	if (m->c.row == m->bottom)
		model_up(m, m->top, m->bottom, 1, true);
	else if (m->c.row < m->rows - 1)
		m->c.row++;
}

/* ---------------------------------------------------------------------- characters */

static inline int model_near(int r, int g, int b)
{
	static const int ega[16][3] = {
		{ 0, 0, 0 }, { 170, 0, 0 }, { 0, 170, 0 }, { 170, 170, 0 }, { 0, 0, 170 }, { 170, 0, 170 }, { 0, 170, 170 },
		{ 170, 170, 170 }, { 85, 85, 85 }, { 255, 85, 85 }, { 85, 255, 85 }, { 255, 255, 85 }, { 85, 85, 255 },
		{ 255, 85, 255 }, { 85, 255, 255 }, { 255, 255, 255 },
	};
	int best = -1;
	long least = 0;

	for (int i = 0; i < 16; i++) {
		long far = 3L * (r - ega[i][0]) * (r - ega[i][0]) + 4L * (g - ega[i][1]) * (g - ega[i][1]) +
			   2L * (b - ega[i][2]) * (b - ega[i][2]);

		if (best < 0 || far < least) {
			best = i;
			least = far;
		}
	}
	return best;
}

static inline int model_256(int n)
{
	static const int steps[] = { 0, 95, 135, 175, 215, 255 };

	if (n < 16)
		return n;
	if (n >= 232)
		return model_near(8 + (n - 232) * 10, 8 + (n - 232) * 10, 8 + (n - 232) * 10);
	n -= 16;
	return model_near(steps[n / 36], steps[n % 36 / 6], steps[n % 6]);
}

static inline struct model_cell model_pen(const struct model_cursor *c, u32 cp)
{
	int fg = c->italic ? 2 : c->fg, bg = c->blink ? c->bg ^ 8 : c->bg;

	if (c->dim)
		fg = 8;
	else if (c->bold && fg < 8)
		fg += 8;
	if (fg == bg && c->matched)
		fg ^= 8;
	return c->inverse ? (struct model_cell){ cp, bg, fg, c->underline } : (struct model_cell){ cp, fg, bg, c->underline };
}

static inline void model_put(struct model *m, u32 cp)
{
	static const u16 lines[] = u"◆▒␉␌␍␊°±␤␋┘┐┌└┼⎺⎻─⎼⎽├┤┴┬│≤≥π≠£·";
	int width, col;

	if (m->c.graphics[m->c.set] && cp >= 0x60 && cp <= 0x7e)
		cp = lines[cp - 0x60];
	width = vt_width(cp);
	if (!width)
		return;
	col = m->c.col + (m->c.wrap ? 1 : 0);
	if (col + width > m->cols) {
		if (m->autowrap) {
			model_line_feed(m);
			col = 0;
		} else {
			col = width > m->cols ? 0 : m->cols - width;
		}
	}
	if (m->insert)
		for (int i = 0; i < width && i < m->cols - col; i++) {
			for (int to = m->cols - 1; to > col; to--)
				*model_at(m, m->c.row, to) = *model_at(m, m->c.row, to - 1);
			model_blank(m, m->c.row, col, col + 1);
		}
	*model_at(m, m->c.row, col++) = model_pen(&m->c, cp);
	if (width == 2 && col < m->cols)
		*model_at(m, m->c.row, col++) = model_pen(&m->c, ' ');
	m->c.wrap = col == m->cols;
	m->c.col = m->c.wrap ? m->cols - 1 : col;
}

static inline void model_control(struct model *m, u8 c)
{
	switch (c) {
	case 8:
		m->c.col -= m->c.col > 0;
		m->c.wrap = false;
		break;
	case 9:
		for (m->c.col++; m->c.col < m->cols && !m->tabs[m->c.col]; m->c.col++)
			;
		if (m->c.col >= m->cols)
			m->c.col = m->cols - 1;
		m->c.wrap = false;
		break;
	case 10: case 11: case 12:
		model_line_feed(m);
		if (m->newline)
			m->c.col = 0;
		break;
	case 13:
		m->c.col = 0;
		m->c.wrap = false;
		break;
	case 14:
		m->c.set = 1;
		break;
	case 15:
		m->c.set = 0;
		break;
	}
}

/* ----------------------------------------------------------------------- sequences */

static inline void model_move(struct model *m, int row, int col)
{
	int first = m->c.origin ? m->top : 0, last = m->c.origin ? m->bottom : m->rows - 1;

	m->c.row = first + row > last ? last : first + row;
	m->c.col = col >= m->cols ? m->cols - 1 : col;
	m->c.wrap = false;
}

static inline void model_reply(struct model *m, const char *s)
{
	if (strlen(m->replies) + strlen(s) < sizeof(m->replies))
		strcat(m->replies, s);
}

static inline void model_save(struct model_cursor *to, const struct model_cursor *c)
{
	*to = *c;
	to->wrap = false;
}

static inline void model_switch(struct model *m, bool on, bool cursor)
{
	struct model_cell *swap = m->grid;

	if (on == m->alternate)
		return;
	if (on && cursor)
		model_save(&m->left, &m->c);
	m->grid = m->other;
	m->other = swap;
	m->alternate = on;
	for (int row = 0; on && row < m->rows; row++)
		model_blank(m, row, 0, m->cols);
	if (!on && cursor)
		m->c = m->left;
}

static inline void model_mode(struct model *m, bool private, int nr, bool on)
{
	if (!private) {
		if (nr == 4)
			m->insert = on;
		if (nr == 20)
			m->newline = on;
		return;
	}
	switch (nr) {
	case 1: m->cursor_keys = on; break;
	case 5: m->reverse = on; break;
	case 6: m->c.origin = on; model_move(m, 0, 0); break;
	case 7: m->autowrap = on; break;
	case 25: m->visible = on; break;
	case 47: case 1047: model_switch(m, on, false); break;
	case 1048:
		if (on)
			model_save(&m->saved, &m->c);
		else
			m->c = m->saved;
		break;
	case 1049: model_switch(m, on, true); break;
	case 2004: m->paste = on; break;
	}
}

static inline void model_sgr(struct model *m, const int *p, int n)
{
	struct model_cursor *c = &m->c;

	for (int i = 0; i < n; i++) {
		if (p[i] == 38 || p[i] == 48) {
			int *colour = p[i] == 38 ? &c->fg : &c->bg;

			if (i + 2 < n && p[i + 1] == 5 && p[i + 2] < 256) {
				*colour = model_256(p[i + 2]);
				i += 2;
			} else if (i + 4 < n && p[i + 1] == 2) {
				*colour = model_near(p[i + 2] > 255 ? 255 : p[i + 2], p[i + 3] > 255 ? 255 : p[i + 3],
						     p[i + 4] > 255 ? 255 : p[i + 4]);
				i += 4;
			} else {
				return;
			}
			c->matched = true;
			continue;
		}
		switch (p[i]) {
		case 0:
			c->fg = 7;
			c->bg = 0;
			c->bold = c->dim = c->italic = c->underline = c->blink = c->inverse = c->matched = false;
			break;
		case 1: c->bold = true; c->dim = false; break;
		case 2: c->dim = true; c->bold = false; break;
		case 3: case 23: c->italic = p[i] == 3; break;
		case 4: case 21: c->underline = true; break;
		case 24: c->underline = false; break;
		case 5: case 25: c->blink = p[i] == 5; break;
		case 7: case 27: c->inverse = p[i] == 7; break;
		case 22: c->bold = c->dim = false; break;
		case 39: c->fg = 7; break;
		case 49: c->bg = 0; break;
		default:
			if (p[i] >= 30 && p[i] < 38)
				c->fg = p[i] - 30;
			if (p[i] >= 40 && p[i] < 48)
				c->bg = p[i] - 40;
			if (p[i] >= 90 && p[i] < 98)
				c->fg = p[i] - 82;
			if (p[i] >= 100 && p[i] < 108)
				c->bg = p[i] - 92;
		}
	}
}

static inline void model_erase(struct model *m, bool display, int how)
{
	int row = m->c.row, col = m->c.col;

	for (int r = 0; r < m->rows; r++) {
		if (r != row && !display)
			continue;
		for (int c = 0; c < m->cols; c++) {
			bool before = r < row || (r == row && c <= col), after = r > row || (r == row && c >= col);

			if ((how == 0 && after) || (how == 1 && before) || how == 2 || (how == 3 && display))
				model_blank(m, r, c, c + 1);
		}
	}
	if (how == 3 && display)
		while (m->nr_history)
			free(m->history[--m->nr_history]);
}

static inline void model_shift(struct model *m, int n, bool insert)
{
	struct model_cell *row = model_at(m, m->c.row, 0);

	for (; n > 0; n--) {
		if (insert)
			for (int to = m->cols - 1; to > m->c.col; to--)
				row[to] = row[to - 1];
		else
			for (int to = m->c.col; to < m->cols - 1; to++)
				row[to] = row[to + 1];
		model_blank(m, m->c.row, insert ? m->c.col : m->cols - 1, insert ? m->c.col + 1 : m->cols);
	}
}

static inline void model_vertical(struct model *m, int n)
{
	bool up = n < 0;
	int limit = up ? m->c.row >= m->top ? m->top : 0 : m->c.row <= m->bottom ? m->bottom : m->rows - 1;

	for (m->c.wrap = false; n && m->c.row != limit; n += up ? 1 : -1)
		m->c.row += up ? -1 : 1;
}

static inline void model_csi(struct model *m, const char *s, int len)
{
	int p[64] = { 0 }, n = 1, i, one, inside = m->c.row >= m->top && m->c.row <= m->bottom;
	char mark = 0, final = s[len - 1], text[32];

	for (i = 0; i < len - 1; i++) {
		if (s[i] >= '0' && s[i] <= '9')
			p[n - 1] = p[n - 1] * 10 + s[i] - '0' > 9999 ? 9999 : p[n - 1] * 10 + s[i] - '0';
		else if (s[i] == ';')
			n++;
		else if (mark || s[i] == ':')
			return;
		else
			mark = s[i];
	}
	if (n > 16)
		return;
	if (mark) {
		for (i = 0; mark == '?' && (final == 'h' || final == 'l') && i < n; i++)
			model_mode(m, true, p[i], final == 'h');
		if (mark == '>' && final == 'c' && !p[0])
			model_reply(m, "\33[>0;0;0c");
		return;
	}
	one = p[0] ? p[0] : 1;
	switch (final) {
	case '@': model_shift(m, one > m->cols ? m->cols : one, true); break;
	case 'A': model_vertical(m, -one); break;
	case 'B': case 'e': model_vertical(m, one); break;
	case 'C': case 'a': m->c.col = m->c.col + one >= m->cols ? m->cols - 1 : m->c.col + one; m->c.wrap = false; break;
	case 'D': m->c.col = m->c.col < one ? 0 : m->c.col - one; m->c.wrap = false; break;
	case 'E': model_vertical(m, one); m->c.col = 0; break;
	case 'F': model_vertical(m, -one); m->c.col = 0; break;
	case 'G': case '`': m->c.col = one > m->cols ? m->cols - 1 : one - 1; m->c.wrap = false; break;
	case 'H': case 'f': model_move(m, one - 1, n > 1 && p[1] ? p[1] - 1 : 0); break;
	case 'd': model_move(m, one - 1, m->c.col); break;
	case 'J': model_erase(m, true, p[0]); break;
	case 'K': model_erase(m, false, p[0]); break;
	case 'L': if (inside) model_down(m, m->c.row, m->bottom, one); break;
	case 'M': if (inside) model_up(m, m->c.row, m->bottom, one, false); break;
	case 'P': model_shift(m, one > m->cols ? m->cols : one, false); break;
	case 'S': model_up(m, m->top, m->bottom, one, true); break;
	case 'T': model_down(m, m->top, m->bottom, one); break;
	case 'X': model_blank(m, m->c.row, m->c.col, m->c.col + one > m->cols ? m->cols : m->c.col + one); break;
	case 'c': if (!p[0]) model_reply(m, "\33[?6c"); break;
	case 'g':
		if (p[0] == 0)
			m->tabs[m->c.col] = false;
		if (p[0] == 3)
			memset(m->tabs, 0, sizeof(m->tabs));
		break;
	case 'h': case 'l':
		for (i = 0; i < n; i++)
			model_mode(m, false, p[i], final == 'h');
		break;
	case 'm': model_sgr(m, p, n); break;
	case 'n':
		if (p[0] == 5)
			model_reply(m, "\33[0n");
		snprintf(text, sizeof(text), "\33[%d;%dR", m->c.row + 1 - (m->c.origin ? m->top : 0), m->c.col + 1);
		if (p[0] == 6)
			model_reply(m, text);
		break;
	case 'r':
		i = n > 1 && p[1] && p[1] <= m->rows ? p[1] : m->rows;
		if (one > i || (one == i && m->rows > 1))
			break;
		m->top = one - 1;
		m->bottom = i - 1;
		model_move(m, 0, 0);
		break;
	case 's': model_save(&m->saved, &m->c); break;
	case 'u': m->c = m->saved; break;
	}
}

static inline void model_default_palette(struct model *m)
{
	for (int i = 0; i < 16; i++)
		m->palette[i] = vt_palette[i].r << 16 | vt_palette[i].g << 8 | vt_palette[i].b;
}

/* "P1ff0080": complete with its seventh digit, over with what is none. */
static inline bool model_palette(struct model *m, const char *s, int len)
{
	char number[2] = { s[1] }, rgb[7] = "";

	if (len == 1 || (len < 8 && isxdigit((u8)s[len - 1])))
		return false;
	if (isxdigit((u8)s[len - 1])) {
		memcpy(rgb, s + 2, 6);
		m->palette[strtol(number, NULL, 16)] = strtol(rgb, NULL, 16);
	}
	return true;
}

static inline void model_reset(struct model *m)
{
	model_default_palette(m);
	if (m->alternate)
		model_switch(m, false, false);
	m->c = (struct model_cursor){ .fg = 7 };
	m->saved = m->left = m->c;
	m->top = 0;
	m->bottom = m->rows - 1;
	m->autowrap = m->visible = true;
	m->insert = m->newline = m->reverse = m->latin1 = m->cursor_keys = m->keypad = m->paste = false;
	for (int i = 0; i < VT_MAX_COLS; i++)
		m->tabs[i] = i % 8 == 0;
	for (int row = 0; row < m->rows; row++)
		model_blank(m, row, 0, m->cols);
}

/* Bytes after ESC. Return: whether they are a sequence that is complete, which was run then. */
static inline bool model_sequence(struct model *m, const char *s, int len)
{
	u8 last = s[len - 1];

	if (s[0] == '[') {
		if (len > 2 && s[len - 2] == '[')
			return true;		/* ESC [ [ A, whatever is within the first two */
		if (len < 2 || last < 0x40 || last == '[')
			return false;
		if (last < 0x7f)
			model_csi(m, s + 1, len - 1);
		return true;
	}
	if (s[0] == ']')
		return len >= 2 && s[1] == 'P' ? model_palette(m, s + 1, len - 1) : len == 2 && last == 'R' ? model_default_palette(m), true : false;
	if (strchr("PX^_", s[0]) && s[0])
		return false;
	if ((u8)s[0] < 0x30 && len < 2)
		return false;
	switch (s[0]) {
	case '(': case ')': m->c.graphics[s[0] == ')'] = s[1] == '0'; break;
	case '%': m->latin1 = s[1] == '@'; break;
	case '#':
		if (s[1] != '8')
			break;
		for (int i = 0; i < m->rows * m->cols; i++)
			m->grid[i] = (struct model_cell){ 'E', 7, 0, false };
		m->c.row = m->c.col = 0;
		m->c.wrap = false;
		break;
	case '7': model_save(&m->saved, &m->c); break;
	case '8': m->c = m->saved; break;
	case '=': m->keypad = true; break;
	case '>': m->keypad = false; break;
	case 'D': model_line_feed(m); break;
	case 'E': model_line_feed(m); m->c.col = 0; break;
	case 'H': m->tabs[m->c.col] = true; break;
	case 'M':
		m->c.wrap = false;
		if (m->c.row == m->top)
			model_down(m, m->top, m->bottom, 1);
		else if (m->c.row)
			m->c.row--;
		break;
	case 'Z': model_reply(m, "\33[?6c"); break;
	case 'c': model_reset(m); break;
	}
	return true;
}

static inline bool model_in_string(const struct model *m)
{
	return m->seq_len > 1 && (strchr("X^_", m->seq[1]) || m->seq[1] == 'P' ||
				  (m->seq[1] == ']' && !(m->seq_len > 2 && m->seq[2] == 'P')));
}

static inline void model_escape_byte(struct model *m, u8 c)
{
	if (c < 0x20 && model_in_string(m) && c != 27 && c != 24 && c != 26) {
		m->seq_len = c == 7 ? 0 : m->seq_len;
	} else if (c == 24 || c == 26) {
		m->seq_len = 0;
	} else if (c == 27) {
		m->seq_len = 1;
	} else if (c < 0x20) {
		model_control(m, c);
	} else {
		/* digits and the like without end: what is beyond does not matter but for being too much */
		if (m->seq_len == sizeof(m->seq) - 1)
			m->seq_len--;
		m->seq[m->seq_len++] = c;
		if (model_sequence(m, m->seq + 1, m->seq_len - 1))
			m->seq_len = 0;
	}
}

static inline void model_byte(struct model *m, u8 c);

/* Bytes of one character outside ASCII; what cannot be gone on with is one U+FFFD. */
static inline void model_utf8(struct model *m, u8 c)
{
	u8 *u = m->utf8;
	int need;
	u32 cp;

	if (m->utf8_len && (c & 0xc0) != 0x80) {
		m->utf8_len = 0;
		model_put(m, 0xfffd);
		model_byte(m, c);
		return;
	}
	u[m->utf8_len++] = c;
	need = u[0] >= 0xf0 ? 4 : u[0] >= 0xe0 ? 3 : 2;
	if (u[0] < 0xc2 || u[0] > 0xf4) {
		m->utf8_len = 0;
		model_put(m, 0xfffd);
		return;
	}
	if (m->utf8_len < need)
		return;
	m->utf8_len = 0;
	cp = need == 2 ? u[0] & 0x1f : need == 3 ? u[0] & 0xf : u[0] & 7;
	for (int i = 1; i < need; i++)
		cp = cp << 6 | (u[i] & 0x3f);
	if ((need == 3 && (cp < 0x800 || (cp >= 0xd800 && cp < 0xe000))) || (need == 4 && (cp < 0x10000 || cp > 0x10ffff)))
		cp = 0xfffd;
	model_put(m, cp);
}

static inline void model_byte(struct model *m, u8 c)
{
	if (m->seq_len) {
		model_escape_byte(m, c);
	} else if (m->utf8_len || (c >= 0x80 && !m->latin1)) {
		model_utf8(m, c);
	} else if (c == 27) {
		m->seq_len = 1;
	} else if (c < 0x20) {
		model_control(m, c);
	} else if (c != 0x7f) {
		model_put(m, c);
	}
}

static inline void model_write(struct model *m, const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		model_byte(m, s[i]);
}

static inline void model_start(struct model *m, int cols, int rows)
{
	memset(m, 0, sizeof(*m));
	m->rows = rows;
	m->cols = cols;
	m->grid = calloc(cols * rows, sizeof(*m->grid));
	m->other = calloc(cols * rows, sizeof(*m->grid));
	model_reset(m);
}

static inline void model_stop(struct model *m)
{
	free(m->grid);
	free(m->other);
	while (m->nr_history)
		free(m->history[--m->nr_history]);
}

/* ---------------------------------------------------------------------- comparison */

static inline bool model_row_differs(struct model *m, const struct model_cell *want, const u32 *got)
{
	for (int col = 0; col < m->cols; col++) {
		u32 cell = CELL(model_glyph(want[col].cp), want[col].fg, want[col].bg) |
			   (want[col].underline ? CELL_UNDERLINE : 0);

		if (cell != got[col])
			return true;
	}
	return false;
}

/* Return: NULL, or a sentence about what is not the same. */
static inline const char *model_compare(struct model *m, const struct vt *vt)
{
	static char text[128];
	u32 modes = (m->autowrap ? VT_AUTOWRAP : 0) | (m->c.origin ? VT_ORIGIN : 0) | (m->insert ? VT_INSERT : 0) |
		    (m->newline ? VT_NEWLINE : 0) | (m->visible ? VT_CURSOR : 0) | (m->reverse ? VT_REVERSE : 0) |
		    (m->alternate ? VT_ALTERNATE : 0) | (m->latin1 ? VT_LATIN1 : 0) | (m->cursor_keys ? VT_CURSOR_KEYS : 0) |
		    (m->keypad ? VT_KEYPAD : 0) | (m->paste ? VT_PASTE : 0);

	for (int row = 0; row < m->rows; row++)
		if (model_row_differs(m, model_at(m, row, 0), vt_line(vt, row, 0))) {
			snprintf(text, sizeof(text), "row %d of %d differs", row, m->rows);
			return text;
		}
	if ((int)vt->history.count != m->nr_history)
		return "the history has another length";
	for (int back = 1; back <= m->nr_history; back++)
		if (model_row_differs(m, m->history[m->nr_history - back], vt_line(vt, 0, back)))
			return "the history differs";
	if (vt->at.row != (u32)m->c.row || vt->at.col != (u32)m->c.col + m->c.wrap) {
		snprintf(text, sizeof(text), "cursor at %u,%u, not %d,%d%s", vt->at.row, vt->at.col, m->c.row, m->c.col,
			 m->c.wrap ? "+" : "");
		return text;
	}
	for (int i = 0; i < 16; i++)
		if ((u32)(vt->palette[i].r << 16 | vt->palette[i].g << 8 | vt->palette[i].b) != m->palette[i])
			return "the palette differs";
	if (vt->modes != modes) {
		snprintf(text, sizeof(text), "modes %#x, not %#x", vt->modes, modes);
		return text;
	}
	return NULL;
}

#endif
