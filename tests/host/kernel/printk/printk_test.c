// SPDX-License-Identifier: BSD-2-Clause
/* kernel/printk/{printk,console}.c: what every console sees, whenever it registers. */
#include "tests/host/test.h"
#include "tests/host/kernel/printk/kernel.h"
#include "kernel/printk/ringbuffer.c"
#include "kernel/printk/printk.c"
#include "kernel/printk/console.c"

struct sink {
	struct console con;
	char *text;
	size_t len;
	bool faults;		/* the next write() behaves like one that takes a fault */
	int depth, max_depth;
	int key;
};

static void sink_write(struct console *con, const char *s, size_t n)
{
	struct sink *k = con->priv;

	k->depth++;
	k->max_depth = max(k->max_depth, k->depth);
	k->text = realloc(k->text, k->len + n + 1);
	memcpy(k->text + k->len, s, n);
	k->len += n;
	k->text[k->len] = 0;
	if (k->faults) {
		k->faults = false;
		printk("fault in console\n");
	}
	k->depth--;
}

static int sink_getc(struct console *con)
{
	struct sink *k = con->priv;
	int c = k->key;

	k->key = -1;
	return c;
}

static struct sink *new_sink(void)
{
	struct sink *k = calloc(1, sizeof(*k));

	k->con.name = "sink";
	k->con.write = sink_write;
	k->con.priv = k;
	k->key = -1;
	k->text = calloc(1, 1);
	return k;
}

static int teardown(void **state)
{
	(void)state;
	for (struct console *con = consoles, *next; con; con = next) {
		struct sink *k = con->priv;

		next = con->next;
		free(k->text);
		free(k);
	}
	consoles = NULL;
	memset(&printk_rb, 0, sizeof(printk_rb));
	console_loglevel = CONSOLE_LOGLEVEL_DEFAULT;
	default_level = LOGLEVEL_INFO;
	times = deterministic = interrupts_are_off = false;
	cpu_number = panic_owner = now = 0;
	return 0;
}

static void a_late_console_sees_the_log_from_the_first_byte(void **state)
{
	struct sink *a = new_sink(), *b = new_sink();

	(void)state;
	printk("one %d\n", 1);
	register_console(&a->con);
	assert_string_equal(a->text, "one 1\n");
	printk("two\n");
	register_console(&b->con);
	register_console(&b->con);
	printk("three\n");
	assert_string_equal(a->text, "one 1\ntwo\nthree\n");
	assert_string_equal(b->text, a->text);
}

static void what_no_longer_fits_is_dropped_whole_and_counted(void **state)
{
	struct sink *early = new_sink(), *late = new_sink();
	unsigned int first, dropped;
	int at;

	(void)state;
	register_console(&early->con);
	for (int i = 0; i < 5000; i++)
		printk("message %d of %d\n", i, 5000);
	register_console(&late->con);
	assert_null(strstr(early->text, "dropped"));
	assert_int_equal(sscanf(late->text, "** %u messages dropped **\nmessage %u of%n", &dropped, &first, &at), 2);
	assert_int_equal(dropped, first);
	assert_in_range(5000 - first, PRB_CELLS - 1, PRB_CELLS);
	assert_string_equal(late->text + at, strstr(early->text, late->text + at));
}

static void a_message_that_is_too_long_says_so(void **state)
{
	static char big[4 * PRINTK_MAX];
	struct sink *k = new_sink();

	(void)state;
	memset(big, 'x', sizeof(big) - 1);
	register_console(&k->con);
	printk("%s", big);
	assert_int_equal(k->len, PRINTK_MAX - 1);
	assert_string_equal(k->text + k->len - 7, "x[cut]\n");
}

static void a_fault_in_one_console_is_shown_on_the_others_and_never_recurses(void **state)
{
	struct sink *bad = new_sink(), *good = new_sink();

	(void)state;
	register_console(&bad->con);
	register_console(&good->con);
	bad->faults = true;
	printk("hello\n");
	assert_int_equal(bad->max_depth, 1);
	assert_string_equal(good->text, "hello\nfault in console\n");
	assert_string_equal(bad->text, "hello\nfault in console\n");
}

static void a_console_that_never_came_back_is_left_alone(void **state)
{
	struct sink *bad = new_sink(), *good = new_sink();

	(void)state;
	register_console(&bad->con);
	register_console(&good->con);
	bad->con.owner = 2;			/* another CPU */
	printk("a\n");
	console_write("b\n", 2);
	assert_int_equal(bad->len, 0);
	assert_string_equal(good->text, "a\nb\n");
}

static void levels_below_that_of_the_consoles_are_shown(void **state)
{
	static const struct { const char *cmdline, *shown; } cases[] = {
		{ "", "err\nwarn\ninfo\nplain\n" },
		{ "quiet", "err\n" },
		{ "debug", "err\nwarn\ninfo\ndebug\nplain\n" },
		{ "loglevel=5", "err\nwarn\n" },
		{ "quiet loglevel=8", "err\nwarn\ninfo\ndebug\nplain\n" },
		{ "loglevel=0", "" },
		{ "loglevel=3 ignore_loglevel", "err\nwarn\ninfo\ndebug\nplain\n" },
		{ "loglevel=16", "warned of 81\nerr\nwarn\ninfo\nplain\n" },
		{ "loglevel=", "warned of 81\nerr\nwarn\ninfo\nplain\n" },
		{ "loglevel=six", "warned of 81\nerr\nwarn\ninfo\nplain\n" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct sink *k = new_sink();

		teardown(state);
		printk_setup(cases[i].cmdline);
		register_console(&k->con);
		printk(KERN_ERR "err\n");
		printk(KERN_WARNING "warn\n");
		printk(KERN_INFO "info\n");
		printk(KERN_DEBUG "debug\n");
		printk("plain\n");
		assert_string_equal(k->text, cases[i].shown);
	}
}

static void a_line_in_pieces_is_shown_or_hidden_as_a_whole(void **state)
{
	struct sink *k = new_sink();

	(void)state;
	printk_setup("quiet");
	register_console(&k->con);
	printk(KERN_ERR "a");
	printk("b");
	printk("c\n");
	printk(KERN_DEBUG "d");
	printk("e\n");
	printk(KERN_ERR "f");
	printk(KERN_ERR "g\n");		/* not of that line */
	printk(KERN_ERR "h");
	printk(KERN_INFO "i\n");
	assert_string_equal(k->text, "abc\nf\ng\nh\n");
}

static void answers_are_always_shown(void **state)
{
	struct sink *k = new_sink();

	(void)state;
	printk_setup("loglevel=0");
	register_console(&k->con);
	printk("boot\n");
	printk_answers();
	printk("answer\n");
	printk(KERN_ERR "err\n");
	assert_string_equal(k->text, "answer\n");
}

static void times_stand_before_every_line(void **state)
{
	struct sink *k = new_sink();

	(void)state;
	printk_setup("printk.time=1");
	register_console(&k->con);
	now = 12345;
	printk("one\ntwo");
	printk(", still two\n");
	now = 99999123456789;
	printk("late\n");
	printk_answers();
	printk("no message\n");
	assert_string_equal(k->text, "[    0.012345] one\n[    0.012345] two, still two\n"
				     "[99999123.456789] late\nno message\n");
	deterministic = true;
	printk(KERN_INFO "same\n");
	assert_string_equal(k->text + k->len - 17, "\nno message\nsame\n");
}

static void times_are_asked_for(void **state)
{
	static const struct { const char *cmdline; bool on; } cases[] = {
		{ "", false }, { "printk.time", true }, { "printk.time=1", true }, { "printk.time=Y", true },
		{ "printk.time=0", false }, { "printk.time=n", false }, { "xprintk.time=1", false },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		printk_setup(cases[i].cmdline);
		assert_int_equal(times, cases[i].on);
	}
}

static void with_interrupts_off_one_record_is_written_and_the_rest_later(void **state)
{
	struct sink *k = new_sink();

	(void)state;
	register_console(&k->con);
	printk("interrupts are in use\n");
	k->con.owner = 2;
	printk("1\n");
	printk("2\n");
	k->con.owner = 0;
	interrupts_are_off = true;
	printk("3\n");
	assert_string_equal(k->text, "interrupts are in use\n1\n");
	printk("4\n");
	assert_string_equal(k->text, "interrupts are in use\n1\n2\n");
	console_flush();
	assert_string_equal(k->text, "interrupts are in use\n1\n2\n3\n4\n");
}

/* A CPU that comes to wait while another is inside write(). */
static void waiter_write(struct console *con, const char *s, size_t n)
{
	con->waiter = 7;
	con->write = sink_write;
	sink_write(con, s, n);
}

static void the_owner_gives_the_console_to_who_waits(void **state)
{
	struct sink *k = new_sink();

	(void)state;
	printk("1\n");
	printk("2\n");
	k->con.write = waiter_write;
	register_console(&k->con);
	assert_string_equal(k->text, "1\n");
	assert_int_equal(k->con.owner, 7);
	assert_int_equal(k->con.waiter, 0);
	cpu_number = 6;				/* which goes on */
	assert_true(show_next(&k->con));
	assert_string_equal(k->text, "1\n2\n");
}

static void a_panic_takes_consoles_by_force(void **state)
{
	struct sink *held = new_sink(), *good = new_sink();
	char text[PRB_TEXT_MAX + 1];
	struct prb_reader log = { 0 };
	struct prb_info info;
	u64 head;

	(void)state;
	register_console(&held->con);
	register_console(&good->con);
	printk_setup("quiet");
	held->con.owner = 2;			/* another CPU, stopped there */
	take(&printk_rb, 2, &head);		/* and one in the middle of a record */
	printk("behind it\n");
	assert_false(printk_read(&log, &info, text));
	cpu_number = 3;
	console_panic();
	assert_true(printk_read(&log, &info, text) && !strcmp(text, "behind it\n"));
	interrupts_are_off = true;
	printk("why\n");
	assert_string_equal(good->text, "** 1 messages dropped **\nbehind it\nwhy\n");
	assert_string_equal(held->text, "** 1 messages dropped **\nbehind it\nwhy\n");
	cpu_number = 1;
	printk("another CPU\n");		/* is not shown by that CPU */
	assert_null(strstr(good->text, "another"));
}

static void a_console_that_faults_is_tried_once_more_at_the_end_of_the_panic(void **state)
{
	struct sink *bad = new_sink(), *good = new_sink();

	(void)state;
	register_console(&bad->con);
	register_console(&good->con);
	cpu_number = 3;
	bad->con.owner = 4;			/* we: its write() faulted */
	console_panic();
	printk("why\n");
	assert_int_equal(bad->len, 0);
	assert_string_equal(good->text, "why\n");
	console_panic_end();
	assert_string_equal(bad->text, "why\n");
	bad->con.owner = 4;			/* and again */
	console_panic();
	printk("nested\n");
	console_panic_end();
	assert_string_equal(bad->text, "why\n");
	assert_string_equal(good->text, "why\nnested\n");
}

static void console_write_comes_after_the_log_and_is_not_kept(void **state)
{
	struct sink *a = new_sink(), *b = new_sink();

	(void)state;
	register_console(&a->con);
	printk("kept\n");
	console_write("shown\n", 6);
	register_console(&b->con);
	assert_string_equal(a->text, "kept\nshown\n");
	assert_string_equal(b->text, "kept\n");
}

static void keys_come_from_any_console(void **state)
{
	struct sink *a = new_sink(), *b = new_sink();

	(void)state;
	register_console(&a->con);
	assert_false(console_has_input());
	assert_int_equal(console_getc(), -1);
	b->con.getc = sink_getc;
	b->con.write = NULL;
	register_console(&b->con);
	assert_true(console_has_input());
	assert_int_equal(console_getc(), -1);
	b->key = 0xe4;
	assert_int_equal(console_getc(), 0xe4);
	assert_int_equal(console_getc(), -1);
	printk("input only consoles are not written to\n");
}

int main(void)
{
#define T(f) cmocka_unit_test_teardown(f, teardown)
	const struct CMUnitTest tests[] = {
		T(a_late_console_sees_the_log_from_the_first_byte),
		T(what_no_longer_fits_is_dropped_whole_and_counted),
		T(a_message_that_is_too_long_says_so),
		T(a_fault_in_one_console_is_shown_on_the_others_and_never_recurses),
		T(a_console_that_never_came_back_is_left_alone),
		T(levels_below_that_of_the_consoles_are_shown),
		T(a_line_in_pieces_is_shown_or_hidden_as_a_whole),
		T(answers_are_always_shown),
		T(times_stand_before_every_line),
		T(times_are_asked_for),
		T(with_interrupts_off_one_record_is_written_and_the_rest_later),
		T(the_owner_gives_the_console_to_who_waits),
		T(a_panic_takes_consoles_by_force),
		T(a_console_that_faults_is_tried_once_more_at_the_end_of_the_panic),
		T(console_write_comes_after_the_log_and_is_not_kept),
		T(keys_come_from_any_console),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
