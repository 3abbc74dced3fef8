// SPDX-License-Identifier: BSD-2-Clause
/* kernel/monitor/{monitor,keys,pager}.c: what typed bytes and monitor.exec= do. */
#include "tests/host/test.h"

/* On the host the table is an array of this file. */
#define __monitor_cmds_start	test_cmds
#define __monitor_cmds_end	test_cmds_end

#define ASM_IO_H
#define ASM_PROCESSOR_H
#define ASM_IRQFLAGS_H
#define ASM_PERCPU_H
#define KERNEL_PREEMPT_H
#define ASM_CURRENT_H
#define current		the_thread
struct task_struct { int unused; };
static struct task_struct monitor_thread, another_thread, *the_thread = &monitor_thread;
static void halt_forever(void) __attribute__((noreturn));
static unsigned int preempt_disabled;
static bool in_interrupt(void) { return false; }
static unsigned int preempt_count(void) { return preempt_disabled; }
static unsigned long local_irq_save(void) { return 1 << 9; }
static void local_irq_restore(unsigned long flags) { (void)flags; }

#include "kernel/monitor/monitor.c"
#include "kernel/monitor/keys.c"
#include "kernel/monitor/pager.c"

static int cmd_args(int argc, char **argv)
{
	if (argc == 1)
		return -1;
	for (int i = 1; i < argc; i++)
		printk("<%s>", argv[i]);
	printk("\n");
	assert_null(argv[argc]);
	return 0;
}

static bool type_while_running;		/* keys are there while a command runs, not only when they are waited for */

static int cmd_lines(int argc, char **argv)
{
	type_while_running = true;
	for (int i = 1; argc == 2 && i <= atoi(argv[1]); i++)
		printk("line %d\n", i);
	type_while_running = false;
	return argc == 2 ? 0 : -1;
}

const struct monitor_command test_cmds[] = {
	{ "args", "WORD...", "print the words", cmd_args, true },
	{ "help", "[COMMAND]", "list the commands", cmd_help, true },
	{ "lines", "NUMBER", "print numbered lines", cmd_lines, false },
	{ "many", "[WORDS THAT TAKE MORE ROOM]", "a long story, so long that it takes more than one line to be told in full",
	  cmd_args, false },
};
__asm__(".globl test_cmds_end\n.set test_cmds_end, test_cmds + 160\n");
static_assert(sizeof(test_cmds) == 160, "test_cmds_end is its end");

static char shown[1 << 20];
static size_t nr_shown;
static const char *typed;
static size_t nr_typed;
static bool has_input;
static jmp_buf halted;

static void halt_forever(void)
{
	longjmp(halted, 1);
}

static bool (*the_gate)(const char *text, size_t len);

void printk_gate(bool (*gate)(const char *text, size_t len))
{
	the_gate = gate;
}

void console_write(const char *text, size_t n)
{
	memcpy(shown + nr_shown, text, n);
	nr_shown += n;
	shown[nr_shown] = 0;
}

int printk(const char *fmt, ...)
{
	char text[1024];
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	if (!the_gate || the_gate(text, n))
		console_write(text, n);
	assert_true(nr_shown < sizeof(shown));
	return n;
}

void printk_answers(void) { }
void console_flush(void) { }
void selftest_if_asked(void) { }
void input_settle(void) { }
void ndelay(u64 ns) { (void)ns; }

static const char *report;		/* of the terminal at the other end; NULL: there is none */
static size_t nr_report;

static void serial_write(struct console *con, const char *text, size_t n)
{
	(void)con;
	(void)text;
	(void)n;
}

static struct console serial = { .name = "ttyS0", .write = serial_write };
static struct console keyboard = { .name = "kbd0" }, screen = { .name = "tty0" }, *types = &serial;

void console_write_to(struct console *con, const char *text, size_t n)
{
	(void)n;
	assert_ptr_equal(con, &serial);
	assert_non_null(strstr(text, "\033[6n"));
	nr_report = report ? strlen(report) : 0;
}

struct console *console_next(const struct console *con)
{
	return !con ? &keyboard : con == &keyboard ? &screen : NULL;
}

int console_getc_from(struct console **from)
{
	*from = types;
	if (nr_report) {
		nr_report--;
		return (u8)*report++;
	}
	if (the_gate && !type_while_running)
		return -1;
	if (!nr_typed) {
		has_input = false;		/* the keyboard is pulled out: monitor_run() ends */
		return -1;
	}
	nr_typed--;
	return (u8)*typed++;
}

int console_getc(void)
{
	struct console *from;
	int c = console_getc_from(&from);

	if (c < 0 && after_panic && !the_gate)
		longjmp(halted, 1);		/* in a panic it waits for ever */
	return c;
}

void console_wait(void)
{
}

u64 console_wait_timeout(u64 ns)
{
	(void)ns;
	return 0;
}

bool console_has_input(void)
{
	return has_input;
}

/* The unit has its own test. */
int cmdline_find_option(const char *cmdline, const char *option, char *buf, size_t size)
{
	if (!*cmdline)
		return -1;
	assert_string_equal(option, "monitor.exec");
	snprintf(buf, size, "%s", cmdline);
	return strlen(cmdline);
}

#define GREETING "monitor: help tells what it can do\n"	/* to who comes without a script */
#define END "lantern> \nmonitor: no console can deliver a key, halted\n"

static void run(const char *script, const char *keys, size_t n)
{
	memset(&the_line, 0, sizeof(the_line));
	first_ahead = end_ahead = 0;
	type_while_running = after_panic = false;
	nr_shown = 0;
	shown[0] = 0;
	typed = keys;
	nr_typed = n;
	has_input = true;
	if (!setjmp(halted))
		monitor_run(script);
	if (!*script) {
		assert_memory_equal(shown, GREETING, strlen(GREETING));
		nr_shown -= strlen(GREETING);
		memmove(shown, shown + strlen(GREETING), nr_shown + 1);
	}
}

static void expect(const char *script, const char *keys, const char *want)
{
	run(script, keys, strlen(keys));
	assert_string_equal(shown, want);
}

static void a_line_typed_is_echoed_and_run(void **state)
{
	(void)state;
	expect("", "args a bc\r", "lantern> args a bc\n<a><bc>\n" END);
	expect("", "args a\r\nargs b\n", "lantern> args a\n<a>\nlantern> args b\n<b>\n" END);
	expect("", "\r\r\n\n", "lantern> \nlantern> \nlantern> \n" END);
	expect("", "  args   \"a  b\"c\t\"\" \r", "lantern>   args   \"a  b\"c \"\" \n<a  bc><>\n" END);
}

static void mistakes_are_told(void **state)
{
	(void)state;
	expect("", "foo bar\r", "lantern> foo bar\nmonitor: unknown command 'foo', try help\n" END);
	expect("", "args\r", "lantern> args\nusage: args WORD...\n" END);
	expect("", "args \"x\r", "lantern> args \"x\nmonitor: more than 16 words, or a quote left open\n" END);
	expect("", "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7\r",
	       "lantern> 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7\nmonitor: more than 16 words, or a quote left open\n" END);
}

static void help_lists_and_tells(void **state)
{
	(void)state;
	expect("", "help\r", "lantern> help\n  args WORD...           print the words\n"
	       "  help [COMMAND]         list the commands\n"
	       "  lines NUMBER           print numbered lines\n"
	       "  many [WORDS THAT TAKE MORE ROOM]\n"
	       "                         a long story, so long that it takes more than one line\n"
	       "                         to be told in full\n" END);
	expect("", "help args\r", "lantern> help args\nusage: args WORD...\nprint the words\n" END);
	expect("", "help x\r", "lantern> help x\nmonitor: unknown command 'x', try help\n" END);
	expect("", "help a b\r", "lantern> help a b\nusage: help [COMMAND]\n" END);
}

static void keys_edit_the_line(void **state)
{
	(void)state;
	expect("", "\bargs ax\bb\177c\r", "lantern> args ax\b \bb\b \bc\n<ac>\n" END);
	expect("", "ab\25args c\r", "lantern> ab\b\b  \b\bargs c\n<c>\n" END);
	expect("", "junk\3args d\r", "lantern> junk^C\nlantern> args d\n<d>\n" END);
	expect("", "args \33[B\33[1;5Ce\33OPf\33[[A\33[[Bg\33\r", "lantern> args efg\n<efg>\n" END);
	expect("", "args \xc3\xa4\x7f\xe2\x82\xac\r", "lantern> args \xc3\xa4\b \b\xe2\x82\xac\n<\xe2\x82\xac>\n" END);
	expect("", "args \16\17g\r", "lantern> args g\n<g>\n" END);
}

static void a_script_runs_before_the_prompt(void **state)
{
	(void)state;
	expect("args a; args b c ;;  ;foo", "", "lantern> args a\n<a>\nlantern> args b c \n<b><c>\nlantern> foo\n"
	       "monitor: unknown command 'foo', try help\n" END);
	expect(";;;", "", END);
}

static void a_script_that_is_too_long_is_not_run_in_part(void **state)
{
	static char script[5000];

	(void)state;
	memset(script, 'a', sizeof(script) - 1);
	expect(script, "", "monitor: monitor.exec is longer than 1023 bytes, not run\n" END);
}

static void lines_of_any_length_and_bytes_are_safe(void **state)
{
	static char keys[100000];

	(void)state;
	memset(keys, 'x', sizeof(keys));
	run("", keys, sizeof(keys));
	assert_int_equal(nr_shown, strlen(END) + MONITOR_LINE_SIZE - 1);
	for (int i = 0; i < 50; i++) {
		for (size_t k = 0; k < 8000; k++)
			keys[k] = one_in(3) ? (char)random64() : "args \"\r\b\33[;"[random_below(11)];
		run("", keys, 8000);
	}
	for (int i = 0; i < 2000; i++) {
		char script[200];
		size_t n = 1 + random_below(sizeof(script) - 1);

		for (size_t k = 0; k < n; k++)
			script[k] = one_in(3) ? (char)(1 + random_below(255)) : "args; \"\\"[random_below(8)];
		script[n] = 0;
		run(script, "", 0);
	}
}

/* What a terminal shows of the last line after all that was printed. */
static void expect_screen(const char *keys, const char *last_line)
{
	char line[1024] = "";
	size_t at = 0, end = 0;

	run("", keys, strlen(keys));
	*strstr(shown, "\nmonitor: no console") = 0;
	for (const char *p = shown; *p; p++) {
		if (*p == '\n') {
			at = end = 0;
			continue;
		}
		if (*p == '\b') {
			assert_true(at > 0);
			at--;
			continue;
		}
		line[at++] = *p;
		end = at > end ? at : end;
	}
	line[end] = 0;
	while (end && line[end - 1] == ' ')
		line[--end] = 0;
	assert_string_equal(line, last_line);
}

#define UP	"\33[A"
#define DOWN	"\33[B"
#define RIGHT	"\33[C"
#define LEFT	"\33[D"

static void the_cursor_moves_and_the_line_changes_in_the_middle(void **state)
{
	(void)state;
	expect_screen("args ac" LEFT "b", "lantern> args abc");
	expect_screen("rgs x\1a\5y\2\2" RIGHT "\6z", "lantern> args xyz");
	expect_screen("args abc" LEFT LEFT "\33[3~", "lantern> args ac");
	expect_screen("xargs abc\33[1~\33[3~\33[4~d", "lantern> args abcd");
	expect_screen("args abc\33[H\33[F\33[D\177\4", "lantern> args a");
	expect_screen("args abc" LEFT LEFT "\13", "lantern> args a");
	expect_screen("args abc" LEFT LEFT "\25", "lantern> bc");
	expect_screen("args abc  def \27", "lantern> args abc");
	expect_screen("args abc" LEFT "\27", "lantern> args c");
	expect_screen(LEFT "\177\33[3~\27\25\13a" RIGHT, "lantern> a");
	expect("", "args c\1\6\6\6\6\6b\r", "lantern> args c\b\b\b\b\b\bargs bc\bc\n<bc>\n" END);
}

static void characters_are_changed_whole(void **state)
{
	(void)state;
	run("", "args x\xc3\xa4y\2\2\2\4\r", 15);
	assert_non_null(strstr(shown, "<\xc3\xa4y>"));
	run("", "args x\xc3\xa4y\2\177\r", 13);
	assert_non_null(strstr(shown, "<xy>"));
	run("", "args \xa4x\xc3y\r", 11);		/* halves are none */
	assert_non_null(strstr(shown, "<xy>"));
}

static void lines_before_come_back(void **state)
{
	char keys[2000] = "";

	(void)state;
	expect_screen("args a\rargs b\rne" UP UP, "lantern> args a");
	expect_screen("args a\rargs b\rne" UP UP UP DOWN, "lantern> args b");
	expect_screen("args a\rargs b\rne" UP UP DOWN DOWN DOWN "w", "lantern> new");
	expect_screen("args a\rargs a\r\rargs b\r" UP UP "c", "lantern> args ac");
	for (int i = 0; i < 40; i++)
		sprintf(keys + strlen(keys), "args %d\r", i);
	for (int i = 0; i < 40; i++)
		strcat(keys, UP);
	expect_screen(keys, "lantern> args 24");
	expect_screen("args a\rx" UP "\3", "lantern>");
	expect_screen("args a\rx" UP "\3" UP, "lantern> args a");
}

static void tab_completes_and_lists(void **state)
{
	(void)state;
	expect_screen("a\t", "lantern> args");
	expect_screen("he\ta\tx", "lantern> help args x");
	expect_screen("x\t", "lantern> x");
	expect("", "\t\ta\t\3", "lantern> \nargs  help  lines  many  \nlantern> args ^C\n" END);
	expect_screen("rg\1\t\tahe", "lantern> aherg");
}

/* How often the pager stopped, and the last line that was shown. */
static void expect_pages(const char *line, const char *keys, unsigned int stops, const char *last)
{
	char typed_keys[300];
	const char *at = shown;
	unsigned int nr = 0;

	snprintf(typed_keys, sizeof(typed_keys), "%s\r%s", line, keys);
	run("", typed_keys, strlen(typed_keys));
	for (; (at = strstr(at, "-- more --")); at++)
		nr++;
	assert_int_equal(nr, stops);
	assert_non_null(strstr(shown, last));
}

#define SIZE(rows, cols)	"\33[" #rows ";" #cols "R"

static void pages_end_where_the_terminal_ends(void **state)
{
	(void)state;
	report = NULL;
	expect_pages("lines 100", "", 0, "line 100\n");
	report = SIZE(24, 80);
	expect_pages("lines 23", "   ", 0, "line 23\n");
	report = SIZE(24, 80);
	expect_pages("lines 24", " ", 1, "line 24\n");
	report = SIZE(24, 80);
	expect_pages("lines 70", "   ", 3, "line 70\n");
	report = SIZE(51, 132);
	expect_pages("lines 70", " ", 1, "line 70\n");
	report = SIZE(24, 80);
	expect_pages("lines 26", "\r\r\r", 3, "line 26\n");
	report = SIZE(24, 80);
	expect_pages("lines 100", "q", 1, "line 23\n");
	assert_null(strstr(shown, "line 24\n"));
	report = SIZE(24, 80);
	expect_pages("lines 100", " \33", 2, "line 46\n");
	assert_null(strstr(shown, "line 47\n"));
	report = SIZE(1, 1);			/* hardly a terminal, but it ends */
	expect_pages("lines 25", "    q", 2, "line 25\n");
	report = NULL;
}

static void what_is_no_report_is_typing(void **state)
{
	(void)state;
	report = "ab" SIZE(24, 80);
	expect_pages("lines 24", " \r", 1, "");
	assert_int_equal(end_ahead - first_ahead, 0);
	assert_non_null(strstr(shown, "lantern> ab"));
	for (unsigned int i = 0; i < 6; i++) {
		static const char *const bad[] = { "\33[24R", "\33[0;0R", "\33[24;80", "\33[A", "24;80R", "\33[1;2;3R" };

		report = bad[i];
		expect_pages("lines 100", "", 0, "line 100\n");
	}
	report = "\33[A" SIZE(24, 80);		/* an arrow, then the report */
	expect_pages("lines 24", " ", 1, "line 24\n");
	report = NULL;
}

static void a_screen_with_a_keyboard_is_a_terminal(void **state)
{
	(void)state;
	types = &keyboard;
	expect_pages("lines 100", "", 0, "line 100\n");	/* and no screen */
	screen.rows = 48;
	screen.cols = 128;
	expect_pages("lines 100", "  ", 2, "line 100\n");
	screen.rows = 0;
	types = &serial;
}

static void ctrl_c_ends_a_command(void **state)
{
	(void)state;
	expect("", "lines 9\r\3", "lantern> lines 9\n^C\n" END);
	run("", "lines 2\rargs a\r\3", 16);	/* what was typed ahead is gone with it */
	assert_null(strstr(shown, "<a>"));
	run("", "lines 2\rargs a\r", 15);
	assert_non_null(strstr(shown, "line 2\nlantern> args a\n<a>\n"));
	has_input = true;
	run("lines 1;args a", "", 0);
	assert_non_null(strstr(shown, "<a>"));
	run("lines 1;args a", "\3", 1);
	assert_null(strstr(shown, "<a>"));
}

static void answers_under_a_lock_and_of_others_pass(void **state)
{
	(void)state;
	pager_begin(true);
	lines = 23;
	report = SIZE(24, 80);
	typed = "q";
	nr_typed = 1;
	type_while_running = true;
	preempt_disabled = 1;
	assert_true(gate("x\n", 2));
	preempt_disabled = 0;
	the_thread = &another_thread;
	assert_true(gate("x\n", 2));
	the_thread = &monitor_thread;
	assert_false(gate("x\n", 2));
	preempt_disabled = 1;
	assert_false(gate("x\n", 2));
	preempt_disabled = 0;
	pager_end();
	type_while_running = false;
	report = NULL;
}

static int key_of(const char *bytes)
{
	first_ahead = end_ahead = 0;
	typed = bytes;
	nr_typed = strlen(bytes);
	return monitor_key(0);
}

static void esc_alone_is_told_from_arrows(void **state)
{
	(void)state;
	the_gate = NULL;
	assert_int_equal(key_of("\33"), KEY_ESC);
	assert_int_equal(key_of("\33\33"), KEY_ESC);
	assert_int_equal(key_of("x"), 'x');
	assert_int_equal(key_of(""), -1);
	assert_int_equal(key_of("\33[A"), KEY_SEQUENCE);
	assert_int_equal(monitor_key(0), -1);
	assert_int_equal(key_of("\33OPx"), KEY_SEQUENCE);
	assert_int_equal(monitor_key(0), 'x');
	assert_int_equal(key_of("\33[15~x"), KEY_SEQUENCE);
	assert_int_equal(monitor_key(0), 'x');
	assert_int_equal(key_of("\33[[Ax"), KEY_SEQUENCE);
	assert_int_equal(monitor_key(0), 'x');
	assert_int_equal(key_of("\33["), KEY_SEQUENCE);
	assert_int_equal(key_of("\33q"), KEY_ESC);
	assert_int_equal(monitor_key(0), 'q');
}

static void after_a_panic_only_what_is_safe_runs(void **state)
{
	(void)state;
	run("", "", 0);
	nr_shown = 0;
	typed = "args a\rlines 3\rhelp\r";
	nr_typed = strlen(typed);
	has_input = true;
	if (!setjmp(halted))
		monitor_run_panic(1);
	assert_non_null(strstr(shown, "panic> args a\n<a>\n"));
	assert_non_null(strstr(shown, "panic> lines 3\nmonitor: lines is not safe after a panic\n"));
	assert_null(strstr(shown, "print numbered lines"));
	assert_non_null(strstr(shown, "print the words"));
	has_input = false;
	monitor_run_panic(~0u);			/* nobody can */
	after_panic = false;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_typed_is_echoed_and_run),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(help_lists_and_tells),
		cmocka_unit_test(keys_edit_the_line),
		cmocka_unit_test(the_cursor_moves_and_the_line_changes_in_the_middle),
		cmocka_unit_test(characters_are_changed_whole),
		cmocka_unit_test(lines_before_come_back),
		cmocka_unit_test(tab_completes_and_lists),
		cmocka_unit_test(a_script_runs_before_the_prompt),
		cmocka_unit_test(a_script_that_is_too_long_is_not_run_in_part),
		cmocka_unit_test(lines_of_any_length_and_bytes_are_safe),
		cmocka_unit_test(pages_end_where_the_terminal_ends),
		cmocka_unit_test(what_is_no_report_is_typing),
		cmocka_unit_test(a_screen_with_a_keyboard_is_a_terminal),
		cmocka_unit_test(ctrl_c_ends_a_command),
		cmocka_unit_test(answers_under_a_lock_and_of_others_pass),
		cmocka_unit_test(esc_alone_is_told_from_arrows),
		cmocka_unit_test(after_a_panic_only_what_is_safe_runs),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
