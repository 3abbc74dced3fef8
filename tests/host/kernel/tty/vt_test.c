// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/tty/vt.c and its parts beside a slow terminal (vt_model.h), and the answers
 * it gives. Text is random, cut into chunks anywhere.
 */
#include "tests/host/test.h"
#include "tests/host/kernel/tty/vt_model.h"

static struct vt vt;
static struct model m;
static char replies[8192];

static u16 glyph_of(u32 cp)
{
	return model_glyph(cp);
}

static void take_reply(struct vt *v, const char *s, size_t n)
{
	assert_ptr_equal(v, &vt);
	if (strlen(replies) + n < sizeof(replies))
		strncat(replies, s, n);
}

static void start(u32 cols, u32 rows)
{
	vt_init(&vt, malloc(cols * rows * 4), cols, rows, glyph_of);
	vt_give_alternate(&vt, malloc(cols * rows * 4));
	vt_give_history(&vt, malloc(cols * MODEL_HISTORY * 4), MODEL_HISTORY);
	vt.reply = take_reply;
	replies[0] = '\0';
	model_start(&m, cols, rows);
}

static void stop(void)
{
	free(vt.main.cells);
	free(vt.alternate.cells);
	free(vt.history.cells);
	model_stop(&m);
}

static void write_in_chunks(const char *text, size_t len)
{
	for (size_t at = 0; at < len;) {
		size_t n = 1 + random_below(one_in(2) ? 3 : 200);
		char *chunk;

		n = n < len - at ? n : len - at;
		chunk = exact_copy(text + at, n);
		vt_write(&vt, chunk, n);
		free(chunk);
		at += n;
	}
}

static void assert_same(const char *text)
{
	const char *wrong = model_compare(&m, &vt);

	if (wrong)
		fail_msg("%s after %s", wrong, text);
}

/* ------------------------------------------------------------------- random text */

static int below(int n)
{
	return random_below(n);
}

/* Writes one token, random by nature, to @s. Return: its length. */
static int token(char *s)
{
	static const char *const fixed[] = {
		"\r", "\n", "\n", "\b", "\t", "\v", "\f", "\16", "\17", "\33D", "\33E", "\33M", "\33H", "\0337", "\0338",
		"\33[s", "\33[u", "\33(0", "\33(B", "\33)0", "\33)B", "\33=", "\33>", "\33[?5h", "\33[?5l", "\33[?7l", "\33[?7h",
		"\33[?25l", "\33[?25h", "\33[4h", "\33[4l", "\33[20h", "\33[20l", "\33[?6h", "\33[?6l", "\33[?1h", "\33[?1l",
		"\33[?2004h", "\33[?2004l", "\33[?1049h", "\33[?1049l", "\33[?47h", "\33[?47l", "\33[?1048h", "\33[?1048l",
		"\33[5n", "\33[6n", "\33[c", "\33[>c", "\33Z", "\33[g", "\33[3g", "\33#8", "\33%@\351\33%G", "\33[r", "\33[m",
		"\33[1;2;3;4;5;6;7;8;9;10;11;12;13;14;15;16;17m", "\33[ 2K", "\a", "\177", "\33[99999999999999999z", "\33[>1m",
		"\33[4:3m", "\33]0;title\a", "\33]2;other\33\\", "\33]P1aAbBcc", "\33]PF102030", "\33]P12x", "\33]P\r3000001", "\33]R", "\33[[A", "\33[1[Bx", "\33P1$r\n0m\33\\", "\33_apc\33\\",
		"\33[3\030", "\33[3\0322", "\33[2\nC", "\33", "\x80", "\xff", "\xc2" "a", "\xe2\x82" "a", "\xed\xa0\x80",
		"\xf4\x90\x80\x80", "\xe2\xc2\xa0", "e\xcc\x81", "\xe6\xbc\xa2", "\xf0\x9f\x98\x80", "\xe2\x82\xac",
	};
	static const char letters[] = "@ABCDEFGHJKLMPSTXade`f";

	switch (below(12)) {
	case 0:
		strcpy(s, fixed[below(ARRAY_SIZE(fixed))]);
		return strlen(s);
	case 1:
		return sprintf(s, "\33[%d%c", below(3) ? below(5) : below(300), letters[below(sizeof(letters) - 1)]);
	case 2:
		return sprintf(s, "\33[%c", letters[below(sizeof(letters) - 1)]);
	case 3:
		return sprintf(s, "\33[%d;%dH", below(m.rows + 3), below(m.cols + 3));
	case 4:
		return sprintf(s, "\33[%d;%dr", below(m.rows + 3), below(m.rows + 3));
	case 5:
		return sprintf(s, "\33[%dm", below(110));
	case 6:
		return sprintf(s, "\33[%d;5;%dm", one_in(2) ? 38 : 48, below(260));
	case 7:
		return sprintf(s, "\33[1;%d;2;%d;%d;%d;4m", one_in(2) ? 38 : 48, below(300), below(256), below(256));
	case 8:
		return sprintf(s, "\33[%d%c", below(4), one_in(2) ? 'J' : 'K');
	default:
		for (int i = below(30); i >= 0; i--)
			*s++ = ' ' + below(95), *s = '\0';
		return strlen(s);
	}
}

static void all_is_as_the_slow_terminal_has_it(void **state)
{
	static const struct { u32 cols, rows; } sizes[] = {
		{ 80, 25 }, { 10, 5 }, { 1, 1 }, { 2, 2 }, { 1, 7 }, { 33, 1 }, { 132, 60 }, { 9, 3 },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(sizes) * 20; i++) {
		start(sizes[i % ARRAY_SIZE(sizes)].cols, sizes[i % ARRAY_SIZE(sizes)].rows);
		for (int round = 0; round < 40; round++) {
			char text[20000], shown[2 * sizeof(text)], *to = shown;
			int len = 0;

			for (int n = below(40); n >= 0; n--) {
				memset(text + len, 0, 128);
				len += token(text + len);
			}
			for (int at = 0; at < len; at++)
				to += sprintf(to, text[at] == '\33' ? "\\e" : "%c", text[at]);
			write_in_chunks(text, len);
			model_write(&m, text, len);
			assert_same(shown);
			assert_string_equal(replies, m.replies);
			replies[0] = m.replies[0] = '\0';
			assert_true(vt.dirty_from <= vt.rows && vt.dirty_to <= vt.rows);
		}
		stop();
	}
}

/* ------------------------------------------------------- what a person would look up */

static void put(const char *s)
{
	vt_write(&vt, s, strlen(s));
}

static void assert_row(u32 row, const char *want)
{
	char got[256];
	u32 col;

	for (col = 0; col < vt.cols; col++)
		got[col] = CELL_GLYPH(vt_line(&vt, row, 0)[col]);
	for (; col && got[col - 1] == ' '; col--)
		;
	got[col] = '\0';
	assert_string_equal(got, want);
}

static void lines_are_inserted_and_deleted_within_the_region(void **state)
{
	(void)state;
	start(10, 5);
	put("a\r\nb\r\nc\r\nd\r\ne\33[2;4r\33[2;1H\33[L");
	assert_row(0, "a");
	assert_row(1, "");
	assert_row(2, "b");
	assert_row(3, "c");
	assert_row(4, "e");
	put("\33[2M");
	assert_row(1, "c");
	assert_row(2, "");
	assert_row(4, "e");
	put("\33[5;1H\33[M");			/* outside the region: nothing */
	assert_row(4, "e");
	stop();
}

static void characters_are_inserted_and_deleted(void **state)
{
	(void)state;
	start(8, 2);
	put("abcdefgh\33[1;3H\33[2@");
	assert_row(0, "ab  cdef");
	put("\33[3P");
	assert_row(0, "abdef");
	put("\33[4hXY\33[4l");
	assert_row(0, "abXYdef");
	put("\33[1;2H\33[2X");
	assert_row(0, "a  Ydef");
	stop();
}

static void the_alternate_screen_leaves_the_main_one_as_it_was(void **state)
{
	(void)state;
	start(10, 3);
	put("one\r\ntwo\33[?1049h\33[31mvi\r\n\n\n\n");
	assert_row(0, "");
	assert_true(vt.modes & VT_ALTERNATE);
	assert_int_equal(vt.history.count, 0);
	put("\33[?1049lx");
	assert_row(0, "one");
	assert_row(1, "twox");
	assert_int_equal(CELL_FG(vt_line(&vt, 1, 0)[3]), FG_DEFAULT);
	stop();
}

static void what_leaves_the_screen_can_be_scrolled_back(void **state)
{
	(void)state;
	start(4, 2);
	for (char c = 'a'; c <= 'z'; c++) {
		char line[] = { c, '\r', '\n', '\0' };

		put(line);
	}
	assert_int_equal(vt.history.count, MODEL_HISTORY);
	assert_int_equal(CELL_GLYPH(*vt_line(&vt, 0, 0)), 'z');
	for (u32 back = 1; back <= MODEL_HISTORY; back++)
		assert_int_equal(CELL_GLYPH(*vt_line(&vt, 0, back)), 'z' - back);
	assert_int_equal(CELL_GLYPH(*vt_line(&vt, 1, MODEL_HISTORY)), 'z' - MODEL_HISTORY + 1);
	stop();
}

static void colours_of_any_kind_become_one_of_sixteen(void **state)
{
	static const struct { const char *sgr; u8 fg, bg; } colours[] = {
		{ "38;5;196", 1, 0 }, { "38;5;203", 9, 0 }, { "38;5;21", 4, 0 }, { "38;5;231", 15, 0 }, { "38;5;16", 8, 0 }, { "48;5;240", 7, 8 }, { "48;5;244", 15, 7 },
		{ "38;2;0;170;0", 2, 0 }, { "48;2;255;255;85", 7, 11 }, { "38;2;0;0;0;48;2;255;255;255", 0, 15 },
		{ "1;34", 12, 0 }, { "2;34", 8, 0 }, { "7", 0, 7 }, { "5", 7, 8 }, { "105;37", 7, 13 }, { "91", 9, 0 },
	};

	(void)state;
	start(10, 2);
	for (size_t i = 0; i < ARRAY_SIZE(colours); i++) {
		char text[64];

		sprintf(text, "\33[H\33[0;%smX", colours[i].sgr);
		put(text);
		assert_int_equal(CELL_FG(*vt_line(&vt, 0, 0)), colours[i].fg);
		assert_int_equal(CELL_BG(*vt_line(&vt, 0, 0)), colours[i].bg);
	}
	put("\33[H\33[0;4mX");
	assert_true(*vt_line(&vt, 0, 0) & CELL_UNDERLINE);
	stop();
}

static void questions_are_answered_to_programs_only(void **state)
{
	(void)state;
	start(80, 25);
	put("\33[5;7H\33[6n\33[5n\33[c\33[>c");
	assert_string_equal(replies, "\33[5;7R\33[0n\33[?6c\33[>0;0;0c");
	replies[0] = '\0';
	vt_print(&vt, "\33[6n\33[c\33Z", 9);
	assert_string_equal(replies, "");
	stop();
}

static void the_kernels_lines_return_the_carriage(void **state)
{
	(void)state;
	start(10, 3);
	vt_print(&vt, "ab\ncd", 5);
	put("\nef");
	assert_row(1, "cd");
	assert_row(2, "  ef");
	stop();
}

static void any_bytes_leave_everything_in_range(void **state)
{
	static const char likely[] = "\33\33[[;?0123456789hlmnrHJKLMPSTX@\n\t\b\r\xe2\x82\xac";

	(void)state;
	for (int i = 0; i < 300; i++) {
		start(1 + below(140), 1 + below(60));
		for (int n = 0; n < 60; n++) {
			char bytes[64];
			size_t len = random_below(sizeof(bytes));

			for (size_t at = 0; at < len; at++)
				bytes[at] = one_in(2) ? likely[below(sizeof(likely))] : (char)random64();
			vt_write(&vt, bytes, len);
			model_write(&m, bytes, len);
			assert_same("random bytes");
		}
		stop();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_is_as_the_slow_terminal_has_it),
		cmocka_unit_test(lines_are_inserted_and_deleted_within_the_region),
		cmocka_unit_test(characters_are_inserted_and_deleted),
		cmocka_unit_test(the_alternate_screen_leaves_the_main_one_as_it_was),
		cmocka_unit_test(what_leaves_the_screen_can_be_scrolled_back),
		cmocka_unit_test(colours_of_any_kind_become_one_of_sixteen),
		cmocka_unit_test(questions_are_answered_to_programs_only),
		cmocka_unit_test(the_kernels_lines_return_the_carriage),
		cmocka_unit_test(any_bytes_leave_everything_in_range),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
