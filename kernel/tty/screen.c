// SPDX-License-Identifier: BSD-2-Clause
/*
 * The terminal on the screen, whatever paints it.
 *
 * There are two arrays of cells: the terminal's, the text as it should be, and
 * shown[], what was painted last. Writing changes the first only; a flush paints
 * the cells that differ, each once, so many lines in one flush cost one repaint,
 * and nothing is ever read back from the screen.
 *
 * The log is flushed with each message, as it may be the last one. To scroll all
 * of a large screen for each would be slow: while they come fast, until the machine waits
 * for a key, the picture is scrolled ahead by half a screen at once, and the next lines
 * fill the room. So a line costs itself and, on average, two more. What programs write is
 * flushed at most FRAMES times a second.
 *
 * All of it belongs to the owner of the console, see <kernel/console.h>: a panic can
 * take that by force, and then indices are still inside their arrays.
 */
#include "screen.h"
#include <asm/io.h>
#include <kernel/console.h>
#include <kernel/timekeeping.h>
#include <kernel/tty.h>
#include <kernel/workqueue.h>
#include <lib/string.h>
#include <mm/vmalloc.h>

#define FRAMES		30
#define FRAME_NS	(NSEC_PER_SEC / FRAMES)
#define HISTORY_MIN	(64u << 10)	/* bytes */
#define HISTORY_MAX	(1u << 20)
#define HISTORY_SHARE	2048		/* of RAM: one byte of so many */

static struct {
	struct vt vt;
	const struct screen_driver *driver;	/* NULL: there is no screen */
	u32	ahead;			/* row 0 of the screen shows this row of the terminal */
	u32	back;			/* lines of history shown above row 0 */
	u32	cursor_row;		/* of the screen, where it was shown last */
	u64	drawn;			/* when, ktime_get() */
	struct delayed_work later;	/* draws; set up once threads run */
	bool	can_wait;		/* ... which this tells */
	bool	recovered;		/* vt_recover(), once, at a panic */
	void	(*reply)(const char *s, size_t n);	/* of screen_on_reply() */
	u32	row[VT_MAX_COLS];	/* a row that is not as the terminal has it */
} screen;

static u32 cells[SCREEN_MAX_CELLS];	/* the terminal's */
static u32 shown[SCREEN_MAX_CELLS];
static s32 scroll_wanted;		/* half screens up, asked for by anybody; atomic */

/* ---------------------------------------------------------------------- one row */

static u32 inverse(u32 cell)
{
	return CELL(CELL_GLYPH(cell), CELL_BG(cell), CELL_FG(cell)) | (cell & CELL_UNDERLINE);
}

/* The cursor is its cell in reverse; a dark cell becomes a light block. */
static u32 cursor_cell(u32 cell)
{
	return CELL(CELL_GLYPH(cell), BG_DEFAULT, FG_DEFAULT);
}

static u32 blank_cell(void)
{
	return CELL(screen.vt.ascii[' '], FG_DEFAULT, BG_DEFAULT);
}

static bool soft_cursor_on(u32 row)
{
	const struct vt *vt = &screen.vt;

	return !screen.driver->cursor && vt->modes & VT_CURSOR && !screen.back && row + screen.ahead == vt->at.row;
}

static const u32 *row_as_wanted(u32 row)
{
	const struct vt *vt = &screen.vt;
	bool is_past = row + screen.ahead >= vt->rows, reverse = vt->modes & VT_REVERSE, cursor = soft_cursor_on(row);
	const u32 *line = is_past ? NULL : vt_line(vt, row + screen.ahead, screen.back);
	u32 col;

	if (line && !reverse && !cursor)
		return line;
	for (col = 0; col < vt->cols; col++) {
		u32 cell = line ? line[col] : blank_cell();

		screen.row[col] = reverse ? inverse(cell) : cell;
	}
	if (cursor)
		screen.row[vt_cursor_col(vt)] = cursor_cell(screen.row[vt_cursor_col(vt)]);
	return screen.row;
}

static void show_row(u32 row)
{
	const u32 *want = row_as_wanted(row);
	u32 cols = screen.vt.cols, col = 0, *have = shown + row * cols;

	while (col < cols) {
		u32 first = col;

		if (want[col] == have[col]) {
			col++;
			continue;
		}
		while (col < cols && want[col] != have[col] && CELL_LOOK(want[col]) == CELL_LOOK(want[first]))
			col++;
		screen.driver->paint(row, first, want + first, col - first);
		memcpy(have + first, want + first, (col - first) * sizeof(*have));
	}
}

/* --------------------------------------------------------------------- all of them */

/* Half screens up or down in the history; what is written brings the end back. Return: whether the view moved. */
static bool move_view(void)
{
	const struct vt *vt = &screen.vt;
	s32 wanted = __atomic_exchange_n(&scroll_wanted, 0, __ATOMIC_RELAXED);
	s32 limit = vt->modes & VT_ALTERNATE ? 0 : vt->history.count, half = max(vt->rows / 2, 1u);
	bool changed = vt->dirty_from < vt->dirty_to;
	u32 before = screen.back;
	s32 back = changed ? 0 : before;

	wanted = min(max(wanted, -1000), 1000);
	screen.back = min(max(back + wanted * half, 0), limit);
	return screen.back != before || (changed && screen.back);
}

/* How far the picture is ahead of the terminal from now on. Return: whether what is painted moved against it. */
static bool move_ahead(bool more_to_come)
{
	const struct vt *vt = &screen.vt;
	u32 before = screen.ahead;
	u32 ahead = before >= vt->scrolled ? before - vt->scrolled : more_to_come ? vt->rows / 2 : 0;

	/* what changes above it must be seen, too */
	if (!more_to_come || screen.back || vt->at.row < ahead || vt->dirty_from < ahead)
		ahead = 0;
	screen.ahead = ahead;
	return ahead + vt->scrolled != before;
}

static void show_cursor(void)
{
	const struct vt *vt = &screen.vt;
	u32 row = vt->at.row - screen.ahead;

	if (screen.driver->cursor) {
		screen.driver->cursor(row, vt_cursor_col(vt), vt->modes & VT_CURSOR && !screen.back);
		return;
	}
	if (screen.cursor_row != row)
		show_row(screen.cursor_row);
	show_row(row);
	screen.cursor_row = row;
}

/* Return: whether all has to be painted again. */
static bool show_palette(void)
{
	if (!screen.vt.recoloured || !screen.driver->palette)
		return false;
	screen.driver->palette(screen.vt.palette);
	memset(shown, 0xff, sizeof(shown));
	return true;
}

static void draw(bool more_to_come)
{
	struct vt *vt = &screen.vt;
	bool in_a_hurry = more_to_come && ktime_get() - screen.drawn < FRAME_NS, recoloured = show_palette();
	bool view_moved = move_view(), all = move_ahead(in_a_hurry) || view_moved || recoloured;
	u32 row = all ? 0 : vt->dirty_from - screen.ahead, end = all ? vt->rows : vt->dirty_to - screen.ahead;

	if (all || vt->dirty_from < vt->dirty_to)
		for (; row < end; row++)
			show_row(row);
	show_cursor();
	vt_clean(vt);
	screen.drawn = ktime_get();
}

/* ---------------------------------------------------------------------- the console */

static void screen_console_write(struct console *con, const char *s, size_t n)
{
	if (console_in_panic() && !screen.recovered) {
		screen.recovered = true;
		vt_recover(&screen.vt);
	}
	vt_print(&screen.vt, s, n);
}

static void screen_console_flush(struct console *con, bool more_to_come)
{
	draw(more_to_come);
}

static struct console screen_console = {
	.name = "tty0", .write = screen_console_write, .flush = screen_console_flush,
};

struct vt *screen_start(const struct screen_driver *driver, u32 cols, u32 rows)
{
	memset(&screen, 0, sizeof(screen));
	vt_init(&screen.vt, cells, cols, rows, driver->glyph_of);
	screen.driver = driver;
	screen.vt.recoloured = false;		/* painted cells look like that */
	memcpy(shown, cells, cols * rows * sizeof(shown[0]));
	return &screen.vt;
}

void screen_taken_over(u32 col, u32 row)
{
	struct vt *vt = &screen.vt;

	memcpy(shown, cells, vt->cols * vt->rows * sizeof(shown[0]));
	vt_go(vt, row, col);
	vt_clean(vt);
}

void screen_register(void)
{
	screen_console.rows = screen.vt.rows;
	screen_console.cols = screen.vt.cols;
	register_console(&screen_console);
}

/* --------------------------------------------------------------------- for programs */

static void draw_later(struct work_struct *work)
{
	if (!console_own(&screen_console)) {
		queue_delayed_work(&screen.later, FRAME_NS);
		return;
	}
	draw(false);
	console_disown(&screen_console);
}

void screen_give_memory(u64 ram_bytes)
{
	u64 bytes = min(max(ram_bytes / HISTORY_SHARE, (u64)HISTORY_MIN), (u64)HISTORY_MAX);
	struct vt *vt = &screen.vt;
	u32 line = vt->cols * sizeof(u32), *memory;

	if (!screen.driver)
		return;
	memory = vmalloc(line * vt->rows);
	if (memory)
		vt_give_alternate(vt, memory);
	memory = vmalloc(bytes / line * line);
	if (memory)
		vt_give_history(vt, memory, bytes / line);
}

void screen_threads_run(void)
{
	INIT_DELAYED_WORK(&screen.later, draw_later);
	screen.can_wait = true;
}

bool screen_size(struct screen_size *size)
{
	if (!screen.driver)
		return false;
	*size = (struct screen_size){ .cols = screen.vt.cols, .rows = screen.vt.rows };
	return true;
}

bool screen_cursor_keys(void)
{
	return screen.vt.modes & VT_CURSOR_KEYS;
}

static void pass_reply(struct vt *vt, const char *s, size_t n)
{
	screen.reply(s, n);
}

void screen_on_reply(void (*reply)(const char *s, size_t n))
{
	screen.reply = reply;
	screen.vt.reply = pass_reply;
}

void screen_write(const char *s, size_t n)
{
	if (!screen.driver)
		return;
	while (!console_own(&screen_console))
		cpu_relax();
	vt_write(&screen.vt, s, n);
	if (!screen.can_wait || ktime_get() - screen.drawn >= FRAME_NS)
		draw(false);
	else
		queue_delayed_work(&screen.later, FRAME_NS);
	console_disown(&screen_console);
}

void screen_scroll(int half_screens)
{
	if (!screen.driver)
		return;
	__atomic_fetch_add(&scroll_wanted, half_screens, __ATOMIC_RELAXED);
	if (screen.can_wait)
		queue_delayed_work(&screen.later, 0);
}
