/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The early page tables as books draw them: a column for each level, a box for each
 * table, the highest entry on top, lines to what the entries lead to. It is put
 * together in cells, of which lines know their four directions, and printed: boxes
 * on the screen, by the line characters of its font, and on the serial line alike.
 */
#include <asm/pgtable_types.h>
#include <asm/setup.h>
#include <kernel/printk.h>
#include <lib/printf.h>
#include <lib/string.h>
#include "ptearly.h"

#define ROWS		48
#define COLS		80
#define GAP		3		/* between columns: two places for a line down, and the arrow */
#define HEAD		2		/* rows of the name above a box */

/* A cell: a character, or where lines go from it; both below 16 */
#define UP		1
#define DOWN		2
#define LEFT		4
#define RIGHT		8
#define UTF8_MAX_BYTES	3

#define MAX_LEVELS	5

static u8 cells[ROWS][COLS];
static int next_row[MAX_LEVELS];	/* of each column, the first free one */
static bool cut;

static const char *glyph(u8 cell)
{
	/* by directions; one alone does not come up */
	static const char lines[16][UTF8_MAX_BYTES + 1] = {
		" ", "│", "│", "│", "─", "┘", "┐", "┤", "─", "└", "┌", "├", "─", "┴", "┬", "┼",
	};

	return lines[cell];
}

static void text(int row, int col, unsigned int room, const char *s)
{
	for (; *s && room-- && col < COLS; s++)
		cells[row][col++] = *s;
}

static void join(u8 *cell, u8 directions)
{
	*cell = *cell < 16 ? *cell | directions : directions;
}

static void line_right(int row, int from, int to)
{
	for (; from < to; from++) {
		join(&cells[row][from], RIGHT);
		join(&cells[row][from + 1], LEFT);
	}
}

static void line_down(int col, int from, int to)
{
	for (; from < to; from++) {
		join(&cells[from][col], DOWN);
		join(&cells[from + 1][col], UP);
	}
}

static void box(int row, int col, int height, int width)
{
	line_right(row, col, col + width - 1);
	line_right(row + height - 1, col, col + width - 1);
	line_down(col, row, row + height - 1);
	line_down(col + width - 1, row, row + height - 1);
}

static bool is_free(int col, int from, int to)
{
	while (from <= to && !cells[from][col])
		from++;
	return from > to;
}

/* From the right side of a box at (@row, @col) to the left side of another, whose row is not above. */
static void arrow(int row, int col, int to_row, int to_col)
{
	int down = to_col - 2;

	if (to_row != row && !is_free(down, row, to_row))
		down--;
	line_right(row, col, to_row == row ? to_col - 2 : down);
	line_down(down, row, to_row);
	line_right(to_row, down, to_col - 2);
	join(&cells[to_row][to_col - 2], RIGHT);
	cells[to_row][to_col - 1] = '>';
}

static int column_width(void)
{
	return COLS / pgtable_levels;
}

static int box_width(void)
{
	return column_width() - GAP;
}

/* On one row where there is room, else cut before its last word. */
static void name_above(int row, int col, const char *name)
{
	const char *end = name + strlen(name);

	if (end - name > box_width())
		while (*--end != '_')
			;
	text(*end ? row : row + 1, col, end - name, name);
	text(row + 1, col, box_width(), end);
}

/* Entries of @table lead to something, from the row of each. Return: how many entries there are. */
static int entries(unsigned int table, int row, int col)
{
	unsigned int nr, i;
	const struct pt_early_entry *e = pt_early_entries(&nr);
	int n = 0;
	char buf[20];

	for (i = nr; i--;) {
		if (e[i].table != table)
			continue;
		if (row + n < ROWS) {
			snprintf(buf, sizeof(buf), "%3u %s%s", e[i].index, e[i].entry & _PAGE_RW ? "RW" : "RO",
				 e[i].entry & _PAGE_NX ? "" : " X");
			text(row + n, col, box_width() - 2, buf);
		}
		n++;
	}
	return n;
}

static void draw(unsigned int table, unsigned int depth, int from_row, int from_col);

static void leads_to(const struct pt_early_entry *e, unsigned int depth, int row, int col)
{
	int next = pt_early_next(e->entry), to = (depth + 1) * column_width();
	char buf[24];

	if (depth + 1 >= pgtable_levels)
		return;			/* an entry of the last level, which is a page */
	if (next >= 0) {
		draw(next, depth + 1, row, col);
		return;
	}
	arrow(row, col, row, to);
	snprintf(buf, sizeof(buf), "2M %#llx", (unsigned long long)(e->entry & PTE_PFN_MASK & PMD_MASK));
	text(row, to, column_width() - 1, buf);
	next_row[depth + 1] = max(next_row[depth + 1], row + 1);
}

/* A table, as far up as its column is free, and all that it leads to. */
static void draw(unsigned int table, unsigned int depth, int from_row, int from_col)
{
	int col = depth * column_width(), right = col + box_width() - 1, row = max(next_row[depth], from_row - HEAD - 1), first, n;
	unsigned int nr, i;
	const struct pt_early_entry *e = pt_early_entries(&nr);
	char buf[24];

	first = row + HEAD + 1;
	n = entries(table, ROWS, 0);
	if (first + n + 2 > ROWS) {
		cut = true;
		return;
	}
	next_row[depth] = first + n + 2;
	name_above(row, col, pt_early_name(table));
	box(row + HEAD, col, n + 2, box_width());
	entries(table, first, col + 1);
	snprintf(buf, sizeof(buf), "%#llx", (unsigned long long)pt_early_address(table));
	text(first + n + 1, col, box_width(), buf);
	if (from_row >= 0)
		arrow(from_row, from_col, first, col);
	for (i = nr; i--;)
		if (e[i].table == table)
			leads_to(&e[i], depth, first++, right);
}

static void print_row(const u8 *row)
{
	char buf[UTF8_MAX_BYTES * COLS + 1];
	unsigned int col, len = 0, n = COLS;
	const char *line;

	while (n && !row[n - 1])
		n--;
	for (col = 0; col < n; col++)
		if (row[col] >= 16)
			buf[len++] = row[col];
		else
			for (line = glyph(row[col]); *line; line++)
				buf[len++] = *line;
	buf[len] = 0;
	printk("%s\n", buf);
}

void pt_early_draw(void)
{
	int row, depth, rows = 0;

	memset(cells, 0, sizeof(cells));
	memset(next_row, 0, sizeof(next_row));
	cut = false;
	draw(0, 0, -1, 0);
	for (depth = 0; depth < (int)pgtable_levels; depth++)
		rows = max(rows, next_row[depth]);
	for (row = 0; row < min(rows, ROWS); row++)
		print_row(cells[row]);
	if (cut)
		printk("and tables there is no room for\n");
}
