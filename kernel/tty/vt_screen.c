// SPDX-License-Identifier: BSD-2-Clause
/*
 * The cells of a terminal: erased, moved, scrolled. Lines scroll by a change of
 * the page's line[], so a scroll costs one blank line, whatever the screen's size.
 */
#include "vt.h"
#include <lib/string.h>

static u32 *page_line(const struct vt *vt, const struct vt_page *page, u32 row)
{
	return page->cells + page->line[row] * vt->cols;
}

u32 *vt_row(struct vt *vt, u32 row)
{
	return page_line(vt, vt->page, row);
}

void vt_touch(struct vt *vt, u32 from, u32 to)
{
	vt->dirty_from = min(vt->dirty_from, from);
	vt->dirty_to = max(vt->dirty_to, to);
}

void vt_clean(struct vt *vt)
{
	vt->dirty_from = vt->rows;
	vt->dirty_to = 0;
	vt->scrolled = 0;
	vt->recoloured = false;
}

/* Four at a time: a line is blanked for each that comes in. */
static void fill(u32 *cell, u32 *end, u32 value)
{
	for (; end - cell >= 4; cell += 4)
		cell[0] = cell[1] = cell[2] = cell[3] = value;
	while (cell < end)
		*cell++ = value;
}

void vt_erase(struct vt *vt, u32 row, u32 from, u32 to)
{
	u32 *line = vt_row(vt, row);

	fill(line + from, line + to, CELL(vt->ascii[' '], FG_DEFAULT, vt->at.pen.bg));
	vt_touch(vt, row, row + 1);
}

void vt_erase_rows(struct vt *vt, u32 from, u32 to)
{
	for (; from < to; from++)
		vt_erase(vt, from, 0, vt->cols);
}

/* -------------------------------------------------------------------- scrolling */

static void remember(struct vt *vt, const u32 *line)
{
	struct vt_history *h = &vt->history;

	if (!h->cells)
		return;
	memcpy(h->cells + h->next * vt->cols, line, vt->cols * sizeof(*line));
	h->next = h->next + 1 < h->size ? h->next + 1 : 0;
	h->count = min(h->count + 1, h->size);
}

/* All rows went up by one: what was to be shown has moved with them. */
static void note_whole_scroll(struct vt *vt)
{
	vt->scrolled++;
	vt->dirty_from -= vt->dirty_from && vt->dirty_from < vt->rows;
	vt->dirty_to -= vt->dirty_to > 0;
}

static void scroll_up_once(struct vt *vt, u32 from, u32 to, bool keep)
{
	u16 *line = vt->page->line;
	u16 first = line[from];

	if (keep && from == 0 && vt->page == &vt->main)
		remember(vt, vt_row(vt, 0));
	memmove(line + from, line + from + 1, (to - from - 1) * sizeof(*line));
	line[to - 1] = first;
	if (to - from == vt->rows)
		note_whole_scroll(vt);
	else
		vt_touch(vt, from, to);
	vt_erase(vt, to - 1, 0, vt->cols);
}

void vt_scroll_up(struct vt *vt, u32 from, u32 to, u32 n, bool keep)
{
	for (n = min(n, to - from); n; n--)
		scroll_up_once(vt, from, to, keep);
}

void vt_scroll_down(struct vt *vt, u32 from, u32 to, u32 n)
{
	u16 *line = vt->page->line;

	for (n = min(n, to - from); n; n--) {
		u16 last = line[to - 1];

		memmove(line + from + 1, line + from, (to - from - 1) * sizeof(*line));
		line[from] = last;
		vt_erase(vt, from, 0, vt->cols);
	}
	vt_touch(vt, from, to);
}

/* ------------------------------------------------------------------ within a line */

void vt_insert_cells(struct vt *vt, u32 n)
{
	u32 col = vt_cursor_col(vt), *at = vt_row(vt, vt->at.row) + col;

	n = min(n, vt->cols - col);
	memmove(at + n, at, (vt->cols - col - n) * sizeof(*at));
	vt_erase(vt, vt->at.row, col, col + n);
}

void vt_delete_cells(struct vt *vt, u32 n)
{
	u32 col = vt_cursor_col(vt), *at = vt_row(vt, vt->at.row) + col;

	n = min(n, vt->cols - col);
	memmove(at, at + n, (vt->cols - col - n) * sizeof(*at));
	vt_erase(vt, vt->at.row, vt->cols - n, vt->cols);
}

/* --------------------------------------------------------------- pages and history */

static void number_lines(struct vt *vt, struct vt_page *page, u32 *cells)
{
	page->cells = cells;
	for (u32 i = 0; i < vt->rows; i++)
		page->line[i] = i;
}

void vt_show_page(struct vt *vt, struct vt_page *page)
{
	vt->page = page;
	vt_touch(vt, 0, vt->rows);
}

void vt_give_alternate(struct vt *vt, u32 *cells)
{
	number_lines(vt, &vt->alternate, cells);
}

void vt_give_history(struct vt *vt, u32 *cells, u32 lines)
{
	vt->history = (struct vt_history){ .cells = cells, .size = lines };
}

const u32 *vt_line(const struct vt *vt, u32 row, u32 back)
{
	const struct vt_history *h = &vt->history;
	u32 ago = back > row ? back - row : 0;		/* lines ago, of the history */

	if (!ago)
		return page_line(vt, vt->page, row - back);
	return h->cells + (h->next >= ago ? h->next - ago : h->next + h->size - ago) * vt->cols;
}

void vt_init(struct vt *vt, u32 *cells, u32 cols, u32 rows, u16 (*glyph_of)(u32 cp))
{
	memset(vt, 0, sizeof(*vt));
	vt->cols = cols;
	vt->rows = rows;
	vt->glyph_of = glyph_of;
	for (u32 c = ' '; c < ARRAY_SIZE(vt->ascii); c++)
		vt->ascii[c] = glyph_of(c);
	number_lines(vt, &vt->main, cells);
	vt_reset(vt);
}
