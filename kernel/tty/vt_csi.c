// SPDX-License-Identifier: BSD-2-Clause
/*
 * What control sequences do (ECMA-48 8.3, VT102 User Guide chapter 5, xterm's for
 * the rest). A parameter that is missing or 0 means 1 where a number of steps is
 * asked for. Sequences that would change the machine, as Linux's ESC [ ... ] do, are
 * swallowed.
 */
#include "vt.h"
#include <lib/printf.h>
#include <lib/string.h>

static u32 param(const struct vt *vt, u32 i)
{
	return i <= vt->nr_params ? vt->params[i] : 0;
}

static u32 steps(const struct vt *vt)
{
	return max(param(vt, 0), 1u);
}

/* ---------------------------------------------------------------------- the cursor */

void vt_go(struct vt *vt, u32 row, u32 col)
{
	u32 first = 0, end = vt->rows;

	if (vt->modes & VT_ORIGIN) {
		first = vt->top;
		end = vt->bottom;
	}
	vt->at.row = min(first + row, end - 1);
	vt->at.col = min(col, vt->cols - 1);
}

/* Up and down stop at the edge of the scroll region, unless they begin beyond it. */
static void go_up(struct vt *vt, u32 n)
{
	u32 first = vt->at.row >= vt->top ? vt->top : 0;

	vt->at.row -= min(n, vt->at.row - first);
	vt->at.col = vt_cursor_col(vt);
}

static void go_down(struct vt *vt, u32 n)
{
	u32 last = (vt->at.row < vt->bottom ? vt->bottom : vt->rows) - 1;

	vt->at.row += min(n, last - vt->at.row);
	vt->at.col = vt_cursor_col(vt);
}

static void go_left(struct vt *vt, u32 n)
{
	u32 col = vt_cursor_col(vt);

	vt->at.col = col - min(n, col);
}

static void go_to_col(struct vt *vt, u32 col)
{
	vt->at.col = min(col, vt->cols - 1);
}

void vt_save(struct vt *vt, struct vt_place *place)
{
	*place = vt->at;
	place->col = vt_cursor_col(vt);
	place->origin = vt->modes & VT_ORIGIN;
}

void vt_restore(struct vt *vt, const struct vt_place *place)
{
	vt->at = *place;
	vt->modes = (vt->modes & ~VT_ORIGIN) | (place->origin ? VT_ORIGIN : 0);
	vt_update_look(vt);
}

/* ------------------------------------------------------------------ erase and shift */

static void erase_in_line(struct vt *vt, u32 how)
{
	u32 col = vt_cursor_col(vt);

	if (how <= 2)
		vt_erase(vt, vt->at.row, how == 0 ? col : 0, how == 1 ? col + 1 : vt->cols);
}

static void erase_in_display(struct vt *vt, u32 how)
{
	if (how == 3)
		vt->history.count = 0;
	if (how == 2 || how == 3) {
		vt_erase_rows(vt, 0, vt->rows);
	} else if (how == 0) {
		erase_in_line(vt, 0);
		vt_erase_rows(vt, vt->at.row + 1, vt->rows);
	} else if (how == 1) {
		vt_erase_rows(vt, 0, vt->at.row);
		erase_in_line(vt, 1);
	}
}

static void erase_cells(struct vt *vt, u32 n)
{
	u32 col = vt_cursor_col(vt);

	vt_erase(vt, vt->at.row, col, col + min(n, vt->cols - col));
}

static void insert_lines(struct vt *vt, u32 n)
{
	if (vt->at.row >= vt->top && vt->at.row < vt->bottom)
		vt_scroll_down(vt, vt->at.row, vt->bottom, n);
}

static void delete_lines(struct vt *vt, u32 n)
{
	if (vt->at.row >= vt->top && vt->at.row < vt->bottom)
		vt_scroll_up(vt, vt->at.row, vt->bottom, n, false);
}

static void set_scroll_region(struct vt *vt)
{
	u32 top = max(param(vt, 0), 1u), bottom = param(vt, 1);

	if (!bottom || bottom > vt->rows)
		bottom = vt->rows;
	if (top > bottom || (top == bottom && vt->rows > 1))	/* one row alone is no region, but all of a small screen */
		return;
	vt->top = top - 1;
	vt->bottom = bottom;
	vt_go(vt, 0, 0);
}

static void clear_tabs(struct vt *vt, u32 how)
{
	u32 col = vt_cursor_col(vt);

	if (how == 0)
		vt->tabs[col / 8] &= ~(1 << col % 8);
	else if (how == 3)
		memset(vt->tabs, 0, sizeof(vt->tabs));
}

/* --------------------------------------------------------------------------- modes */

static void show_alternate(struct vt *vt, bool on, bool with_cursor)
{
	if (!vt->alternate.cells || on == !!(vt->modes & VT_ALTERNATE))
		return;
	vt->modes ^= VT_ALTERNATE;
	if (on && with_cursor)
		vt_save(vt, &vt->left);
	vt_show_page(vt, on ? &vt->alternate : &vt->main);
	if (on)
		vt_erase_rows(vt, 0, vt->rows);
	else if (with_cursor)
		vt_restore(vt, &vt->left);
}

static void set_private_mode(struct vt *vt, u32 nr, bool on)
{
	static const struct { u16 nr; u16 mode; } flags[] = {
		{ 1, VT_CURSOR_KEYS }, { 5, VT_REVERSE }, { 6, VT_ORIGIN }, { 7, VT_AUTOWRAP }, { 25, VT_CURSOR }, { 2004, VT_PASTE },
	};

	for (u32 i = 0; i < ARRAY_SIZE(flags); i++)
		if (flags[i].nr == nr)
			vt->modes = on ? vt->modes | flags[i].mode : vt->modes & ~flags[i].mode;
	switch (nr) {
	case 5:
		vt_touch(vt, 0, vt->rows);
		break;
	case 6:
		vt_go(vt, 0, 0);
		break;
	case 47:
	case 1047:
		show_alternate(vt, on, false);
		break;
	case 1048:
		if (on)
			vt_save(vt, &vt->saved);
		else
			vt_restore(vt, &vt->saved);
		break;
	case 1049:
		show_alternate(vt, on, true);
		break;
	}
}

static void set_mode(struct vt *vt, u32 nr, bool on)
{
	u32 mode = nr == 4 ? VT_INSERT : nr == 20 ? VT_NEWLINE : 0;

	vt->modes = on ? vt->modes | mode : vt->modes & ~mode;
}

static void set_modes(struct vt *vt, bool on)
{
	for (u32 i = 0; i <= vt->nr_params; i++) {
		if (vt->mark == '?')
			set_private_mode(vt, vt->params[i], on);
		else
			set_mode(vt, vt->params[i], on);
	}
}

/* ------------------------------------------------------------------------- answers */

void vt_answer(struct vt *vt, const char *s)
{
	if (vt->reply && !vt->printing)
		vt->reply(vt, s, strlen(s));
}

static void report_status(struct vt *vt)
{
	u32 first = vt->modes & VT_ORIGIN ? vt->top : 0;
	char text[32];

	if (param(vt, 0) == 5) {
		vt_answer(vt, "\33[0n");
	} else if (param(vt, 0) == 6) {
		snprintf(text, sizeof(text), "\33[%u;%uR", vt->at.row - first + 1, vt_cursor_col(vt) + 1);
		vt_answer(vt, text);
	}
}

/* -------------------------------------------------------------------------- the table */

static void run_marked(struct vt *vt, u8 final)
{
	if (vt->mark == '?' && (final == 'h' || final == 'l'))
		set_modes(vt, final == 'h');
	else if (vt->mark == '>' && final == 'c' && !param(vt, 0))
		vt_answer(vt, "\33[>0;0;0c");		/* a VT100, of no version */
}

void vt_run_csi(struct vt *vt, u8 final)
{
	u32 n = steps(vt);

	if (vt->mark) {
		run_marked(vt, final);
		return;
	}
	switch (final) {
	case '@': vt_insert_cells(vt, n); break;
	case 'A': go_up(vt, n); break;
	case 'B': case 'e': go_down(vt, n); break;
	case 'C': case 'a': go_to_col(vt, vt_cursor_col(vt) + n); break;
	case 'D': go_left(vt, n); break;
	case 'E': go_down(vt, n); vt->at.col = 0; break;
	case 'F': go_up(vt, n); vt->at.col = 0; break;
	case 'G': case '`': go_to_col(vt, n - 1); break;
	case 'H': case 'f': vt_go(vt, n - 1, max(param(vt, 1), 1u) - 1); break;
	case 'J': erase_in_display(vt, param(vt, 0)); break;
	case 'K': erase_in_line(vt, param(vt, 0)); break;
	case 'L': insert_lines(vt, n); break;
	case 'M': delete_lines(vt, n); break;
	case 'P': vt_delete_cells(vt, n); break;
	case 'S': vt_scroll_up(vt, vt->top, vt->bottom, n, true); break;
	case 'T': vt_scroll_down(vt, vt->top, vt->bottom, n); break;
	case 'X': erase_cells(vt, n); break;
	case 'c': if (!param(vt, 0)) vt_answer(vt, "\33[?6c"); break;	/* a VT102 */
	case 'd': vt_go(vt, n - 1, vt_cursor_col(vt)); break;
	case 'g': clear_tabs(vt, param(vt, 0)); break;
	case 'h': case 'l': set_modes(vt, final == 'h'); break;
	case 'm': vt_select_graphic_rendition(vt); break;
	case 'n': report_status(vt); break;
	case 'r': set_scroll_region(vt); break;
	case 's': vt_save(vt, &vt->saved); break;
	case 'u': vt_restore(vt, &vt->saved); break;
	}
}

/* All but what is on the screen, and where. */
static void reset_state(struct vt *vt)
{
	vt->modes = VT_MODES_AT_START;
	vt->top = 0;
	vt->bottom = vt->rows;
	vt->at = (struct vt_place){ .col = vt->at.col, .row = vt->at.row, .pen = { FG_DEFAULT, BG_DEFAULT, 0 } };
	vt_update_look(vt);
	vt_reset_colours(vt);
	for (u32 i = 0; i < sizeof(vt->tabs); i++)
		vt->tabs[i] = 1;			/* every 8 columns */
}

void vt_recover(struct vt *vt)
{
	show_alternate(vt, false, true);
	vt->parser = VT_TEXT;
	vt->utf8_need = 0;
	if (vt->modes & VT_REVERSE)
		vt_touch(vt, 0, vt->rows);
	reset_state(vt);
}

void vt_reset(struct vt *vt)
{
	reset_state(vt);
	vt->at.col = vt->at.row = 0;
	vt_save(vt, &vt->saved);
	vt_save(vt, &vt->left);
	vt_show_page(vt, &vt->main);
	vt_erase_rows(vt, 0, vt->rows);
}
