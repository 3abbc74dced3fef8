// SPDX-License-Identifier: BSD-2-Clause
/* kernel/tty/screen.c with a painter that counts: what is shown, when, and at what cost. */
#include "tests/host/test.h"
#include "tests/host/kernel/tty/screen_kernel.h"

#include "kernel/tty/screen.c"

static u32 picture[SCREEN_MAX_CELLS];
static u8 painted[SCREEN_MAX_CELLS];	/* times in this flush */
static u32 nr_painted, cols, rows;

static void paint(u32 row, u32 col, const u32 *cells, u32 n)
{
	assert_true(row < rows && n && col + n <= cols);
	for (u32 i = 0; i < n; i++) {
		assert_int_equal(CELL_LOOK(cells[i]), CELL_LOOK(cells[0]));
		assert_int_not_equal(picture[row * cols + col + i], cells[i]);
		picture[row * cols + col + i] = cells[i];
		painted[row * cols + col + i]++;
		nr_painted++;
	}
}

static u16 glyph_of(u32 cp)
{
	return cp;
}

static const struct screen_driver driver = { .paint = paint, .glyph_of = glyph_of };

static void start(u32 width, u32 height)
{
	cols = width;
	rows = height;
	now = NSEC_PER_SEC;
	queued = NULL;
	busy = false;
	scroll_wanted = 0;
	screen_start(&driver, cols, rows);
	memcpy(picture, cells, sizeof(picture));
	screen_register();
	put("");
	nr_painted = 0;
}

static void flush(bool more)
{
	memset(painted, 0, sizeof(painted));
	registered->flush(registered, more);
	for (u32 i = 0; i < cols * rows; i++)
		assert_true(painted[i] <= 1);
}

/* What should be seen, by the terminal, @down lines further down and @back up. */
static void assert_picture(u32 down, u32 back)
{
	const struct vt *vt = &screen.vt;
	bool cursor = vt->modes & VT_CURSOR && !back;

	for (u32 row = 0; row < rows; row++)
		for (u32 col = 0; col < cols; col++) {
			u32 want = row + down < rows ? vt_line(vt, row + down, back)[col] : CELL(' ', 7, 0);

			if (vt->modes & VT_REVERSE)
				want = CELL(CELL_GLYPH(want), CELL_BG(want), CELL_FG(want)) | (want & CELL_UNDERLINE);
			if (cursor && row + down == vt->at.row && col == vt_cursor_col(vt))
				want = CELL(CELL_GLYPH(want), 0, 7);
			if (picture[row * cols + col] != want)
				fail_msg("row %u column %u: %#x, not %#x", row, col, picture[row * cols + col], want);
		}
}

static int random_text(char *s)
{
	static const char *const some[] = {
		"\n", "\r\n", "\33[H", "\33[2J", "\33[31m", "\33[44m", "\33[m", "\33[?5h", "\33[?5l", "\33[?25l", "\33[?25h", "\33[L",
		"\33[M", "\33[2;5r", "\33[r", "\33[?1049h", "\33[?1049l", "\t", "\33[K", "\33[4m", "\33[99;1H", "\33c",
	};
	int len = 0;

	for (int i = random_below(12); i >= 0; i--)
		len += one_in(3) ? sprintf(s + len, "%s", some[random_below(ARRAY_SIZE(some))])
				 : sprintf(s + len, "%.*s", (int)random_below(40), "the quick brown fox jumps over the lazy dog");
	return len;
}

static void what_is_shown_is_what_the_terminal_has(void **state)
{
	static const struct { u32 cols, rows; } sizes[] = { { 40, 12 }, { 1, 1 }, { 7, 2 }, { 80, 25 } };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes) * 10; i++) {
		start(sizes[i % ARRAY_SIZE(sizes)].cols, sizes[i % ARRAY_SIZE(sizes)].rows);
		screen_give_memory(1 << 28);
		for (int n = 0; n < 200; n++) {
			char text[1024];

			registered->write(registered, text, random_text(text));
			if (one_in(4))
				screen_scroll(random_below(7) - 3);
			flush(one_in(2));
			assert_true(screen.ahead < rows && screen.back <= screen.vt.history.count);
			assert_true(screen.vt.at.row >= screen.ahead);
			assert_picture(screen.ahead, screen.back);
			if (one_in(3)) {
				flush(false);
				assert_int_equal(screen.ahead, 0);
				assert_picture(0, screen.back);
			}
		}
		free(screen.vt.alternate.cells);
		free(screen.vt.history.cells);
	}
}

/* Lines of the log that differ in every cell: each costs itself and two more, not a screenful. */
static void a_line_of_the_log_costs_three_at_most(void **state)
{
	u32 lines = 50 * 40, most;
	char text[101];

	(void)state;
	start(100, 40);
	for (u32 i = 0; i < lines; i++) {
		for (u32 col = 0; col < 99; col++)
			text[col] = 'a' + (i + col) % 26;
		memcpy(text + 99, "\n", 2);
		registered->write(registered, text, 100);
		flush(true);
		assert_picture(screen.ahead, 0);
	}
	most = lines * cols * 3 + rows * cols;
	assert_in_range(nr_painted, lines * 99, most);
}

static void lines_that_come_slowly_stand_at_the_bottom(void **state)
{
	(void)state;
	start(20, 10);
	for (int i = 0; i < 12; i++) {
		registered->write(registered, "line\n", 5);
		flush(true);
	}
	assert_int_not_equal(screen.ahead, 0);
	now += FRAME_NS;
	registered->write(registered, "50%", 3);
	flush(true);
	assert_int_equal(screen.ahead, 0);
	assert_picture(0, 0);
}

static void many_lines_in_one_flush_are_painted_once(void **state)
{
	(void)state;
	start(100, 40);
	for (int i = 0; i < 1000; i++)
		registered->write(registered, "abcdefghijklmnopqrstuvwxyz\n" + i % 26, 27 - i % 26);
	flush(true);
	assert_in_range(nr_painted, 1, cols * rows);
	assert_picture(screen.ahead, 0);
}

static void equal_lines_scroll_for_nearly_nothing(void **state)
{
	(void)state;
	start(100, 40);
	for (int i = 0; i < 100; i++)
		put("the same line\n");
	nr_painted = 0;
	put("the same line\n");
	assert_in_range(nr_painted, 0, 3);
}

static void programs_are_shown_at_most_thirty_times_a_second(void **state)
{
	(void)state;
	start(80, 25);
	screen_threads_run();
	now += FRAME_NS;
	screen_write("one", 3);
	assert_int_equal(CELL_GLYPH(picture[0]), 'o');
	nr_painted = 0;
	now += FRAME_NS / 2;
	screen_write("two", 3);
	assert_int_equal(nr_painted, 0);
	assert_ptr_equal(queued, &screen.later);
	queued = NULL;
	screen.later.work.func(&screen.later.work);	/* its time has come */
	assert_true(nr_painted > 0);
	assert_picture(0, 0);
	busy = true;
	screen.later.work.func(&screen.later.work);
	assert_ptr_equal(queued, &screen.later);	/* not forgotten */
	busy = false;
	now += FRAME_NS;
	screen_write("three", 5);
	assert_picture(0, 0);
}

static void shift_page_up_shows_what_has_left(void **state)
{
	(void)state;
	start(20, 10);
	screen_give_memory(1 << 28);
	for (int i = 0; i < 50; i++) {
		char line[20];

		sprintf(line, "line %d\n", i);
		put(line);
	}
	screen_scroll(1);
	flush(false);
	assert_int_equal(screen.back, 5);
	assert_picture(0, 5);
	screen_scroll(100);
	flush(false);
	assert_int_equal(screen.back, 41);
	assert_int_equal(CELL_GLYPH(picture[5]), '0');
	screen_scroll(-1);
	flush(false);
	assert_picture(0, 36);
	put("news");				/* brings the end back */
	assert_int_equal(screen.back, 0);
	assert_picture(0, 0);
	free(screen.vt.alternate.cells);
	free(screen.vt.history.cells);
}

static char reply[32];

static void take_reply(const char *s, size_t n)
{
	strncat(reply, s, n);
}

static void programs_get_answers_and_the_size(void **state)
{
	struct screen_size size;

	(void)state;
	start(80, 25);
	screen_on_reply(take_reply);
	screen_write("\33[6n\33[?1h\33[?2004h", 17);
	assert_string_equal(reply, "\33[1;1R");
	assert_true(screen_cursor_keys());
	screen_write("\33[?1l", 5);
	assert_false(screen_cursor_keys());
	assert_true(screen_size(&size));
	assert_int_equal(size.cols, 80);
	assert_int_equal(size.rows, 25);
}

/* What a program left: another page, a region, no cursor, black on black, line drawing, a palette, half a sequence. */
static void a_panic_can_be_read_whatever_a_program_did(void **state)
{
	(void)state;
	start(20, 5);
	screen_give_memory(1 << 28);
	screen_write("above\r\n\33[?1049h\33[?5h\33[?25l\33[2;3r\33[30;40m\33(0\33]P7000000\33[1", 56);
	panicked = true;
	put("xyz\nend");
	panicked = false;
	assert_int_equal(screen.vt.modes, VT_MODES_AT_START);
	assert_int_equal(screen.vt.palette[7].r, vt_palette[7].r);
	assert_int_equal(picture[0], CELL('a', 7, 0));
	assert_int_equal(picture[20], CELL('x', 7, 0));
	assert_int_equal(picture[2 * 20], CELL('e', 7, 0));
	assert_picture(0, 0);
	screen_write("\33[31m\33[H", 8);			/* once: the monitor then has colours of its own */
	panicked = true;
	put("r");
	panicked = false;
	assert_int_equal(picture[0], CELL('r', 1, 0));
	free(screen.vt.alternate.cells);
	free(screen.vt.history.cells);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_shown_is_what_the_terminal_has),
		cmocka_unit_test(a_line_of_the_log_costs_three_at_most),
		cmocka_unit_test(lines_that_come_slowly_stand_at_the_bottom),
		cmocka_unit_test(many_lines_in_one_flush_are_painted_once),
		cmocka_unit_test(equal_lines_scroll_for_nearly_nothing),
		cmocka_unit_test(programs_are_shown_at_most_thirty_times_a_second),
		cmocka_unit_test(shift_page_up_shows_what_has_left),
		cmocka_unit_test(programs_get_answers_and_the_size),
		cmocka_unit_test(a_panic_can_be_read_whatever_a_program_did),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
