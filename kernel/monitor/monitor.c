// SPDX-License-Identifier: BSD-2-Clause
/*
 * The monitor's loop: a line from the command line or from the keys (readline.c),
 * split into words, looked up, run. Commands other than help live in files of their own.
 */
#include <kernel/monitor.h>
#include <kernel/console.h>
#include <kernel/input.h>
#include <kernel/printk.h>
#include <kernel/selftest.h>
#include <kernel/delay.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include "internal.h"
#include "readline.h"

#define PANIC_PROMPT	"panic> "
#define FULL_ROWS	24		/* of a terminal that is drawn over */
#define FULL_COLUMNS	80
#define MSEC_PER_SEC	1000

#define EXEC_SIZE	1024		/* of the value of monitor.exec= */

#define HELP_WIDTH	79		/* columns of a line */
#define HELP_COLUMN	24		/* behind which it is told what a command does */

/* One array: the linker script puts the sections .monitor_cmds.* between these, sorted. */
extern const struct monitor_command __monitor_cmds_start[];
extern const struct monitor_command __monitor_cmds_end[];

static bool at_prompt;			/* the command that runs was typed */
static bool after_panic;

static const struct monitor_command *find_command(const char *name)
{
	for (const struct monitor_command *c = __monitor_cmds_start; c < __monitor_cmds_end; c++)
		if (!strcmp(c->name, name))
			return c;
	return NULL;
}

static void unknown_command(const char *name)
{
	printk("monitor: unknown command '%s', try help\n", name);
}

static void print_usage(const struct monitor_command *c)
{
	printk("usage: %s%s%s\n", c->name, *c->args ? " " : "", c->args);
}

/* What a command does, word by word, in the column of its own; @at is where the line has come to. */
static void print_wrapped(const char *text, int at)
{
	while (*text) {
		int n = strchr(text, ' ') ? strchr(text, ' ') - text : strlen(text);

		if (at + 1 + n > HELP_WIDTH) {
			printk("\n%*s", HELP_COLUMN, "");
			at = HELP_COLUMN;
		}
		at += printk(" %.*s", n, text);
		text += n + (text[n] == ' ');
	}
	printk("\n");
}

static void print_help_line(const struct monitor_command *c)
{
	int at = printk("  %s %s", c->name, c->args);

	if (at > HELP_COLUMN)
		at = printk("\n") - 1;
	printk("%*s", HELP_COLUMN - at, "");
	print_wrapped(c->help, HELP_COLUMN);
}

static int cmd_help(int argc, char **argv)
{
	const struct monitor_command *c;

	if (argc > 2)
		return -1;
	if (argc == 2) {
		c = find_command(argv[1]);
		if (c) {
			print_usage(c);
			printk("%s\n", c->help);
		} else {
			unknown_command(argv[1]);
		}
		return 0;
	}
	for (c = __monitor_cmds_start; c < __monitor_cmds_end; c++)
		if (!after_panic || c->safe)
			print_help_line(c);
	return 0;
}

MONITOR_SAFE_COMMAND(help, "[COMMAND]", "list the commands, or tell what one does", cmd_help);

/* ---------------------------------------------------------------- running a line */

/*
 * Cut @line into words at spaces; "double quotes" keep spaces in a word.
 * Return: number of words, -1 when they are too many or a quote is not closed.
 */
static int split_words(char *line, char **argv)
{
	char *out = line;
	int argc = 0;

	for (;;) {
		bool quoted = false;

		while (*line == ' ' || *line == '\t')
			line++;
		if (!*line)
			break;
		if (argc == MONITOR_MAX_ARGS)
			return -1;
		argv[argc++] = out;
		for (; *line && (quoted || (*line != ' ' && *line != '\t')); line++) {
			if (*line == '"')
				quoted = !quoted;
			else
				*out++ = *line;
		}
		if (quoted)
			return -1;
		if (*line)
			line++;
		*out++ = '\0';
	}
	argv[argc] = NULL;
	return argc;
}

/* Nobody is there to help when a command hangs that waits for a lock of a CPU that is stopped. */
static void run_command(const struct monitor_command *c, int argc, char **argv)
{
	if (after_panic && !c->safe)
		printk("monitor: %s is not safe after a panic\n", c->name);
	else if (c->fn(argc, argv))
		print_usage(c);
}

static void run_line(char *line)
{
	char *argv[MONITOR_MAX_ARGS + 1];
	const struct monitor_command *c;
	int argc = split_words(line, argv);

	if (argc < 0) {
		printk("monitor: more than %d words, or a quote left open\n", MONITOR_MAX_ARGS);
		return;
	}
	if (!argc)
		return;
	c = find_command(argv[0]);
	if (!c)
		unknown_command(argv[0]);
	else
		run_command(c, argc, argv);
}

/* Return: false when it was ended by Ctrl-C. */
static bool run_watched(char *line, bool pages)
{
	at_prompt = pages;
	pager_begin(pages);
	run_line(line);
	return pager_end();
}

bool monitor_full_screen(void)
{
	struct monitor_size size;

	return at_prompt && monitor_terminal(&size) && size.rows >= FULL_ROWS && size.cols >= FULL_COLUMNS;
}

static void run_script(const char *cmdline)
{
	static char script[EXEC_SIZE];
	char *line = script;
	int len = cmdline_find_option(cmdline, "monitor.exec", script, sizeof(script));

	if (len >= (int)sizeof(script)) {
		printk("monitor: monitor.exec is longer than %d bytes, not run\n", EXEC_SIZE - 1);
		return;
	}
	while (len > 0 && line) {
		char *end = strchr(line, ';');

		if (end)
			*end++ = '\0';
		while (*line == ' ')
			line++;
		if (*line) {
			printk(MONITOR_PROMPT "%s\n", line);
			if (!run_watched(line, false))
				return;		/* what follows it may well be poweroff */
		}
		line = end;
	}
}

/* ---------------------------------------------------------------- reading a line */

static const char *command_name(unsigned int nr)
{
	const struct monitor_command *c = __monitor_cmds_start + nr;

	return c < __monitor_cmds_end ? c->name : NULL;
}

static struct readline the_line;		/* kept from one to the next for its history */

void monitor_run(const char *cmdline)
{
	printk_answers();
	selftest_if_asked();
	if (cmdline_find_option(cmdline, "monitor.exec", NULL, 0) < 0)
		printk("monitor: help tells what it can do\n");
	run_script(cmdline);
	input_settle();
	for (;;) {
		the_line.prompt = MONITOR_PROMPT;
		printk(MONITOR_PROMPT);
		while (!readline_byte(&the_line, monitor_wait_byte(), command_name))
			;
		run_watched(the_line.line, true);
	}
}

/* ---------------------------------------------------------------- after a panic */

bool monitor_after_panic(void)
{
	return after_panic;
}

/* A byte typed, or -1 when none was for @seconds. */
static int poll_byte(unsigned int seconds)
{
	unsigned int polls, s;
	int c;

	for (s = 0; s < seconds || seconds == ~0u; s++)
		for (polls = 0; polls < MSEC_PER_SEC; polls++) {
			c = console_getc();
			if (c >= 0)
				return c;
			mdelay(1);
		}
	return -1;
}

/* A fault within a command comes back to here, by a panic of its own: what is left of the line is forgotten. */
void monitor_run_panic(unsigned int seconds)
{
	static struct readline line;
	int c;

	after_panic = true;
	line = (struct readline){ .prompt = PANIC_PROMPT };
	if (console_has_input() && seconds)
		printk("monitor: it reads only; help tells what it can do\n" PANIC_PROMPT);
	else if (seconds == ~0u)
		return;
	while ((c = poll_byte(seconds)) >= 0) {
		seconds = ~0u;
		if (!readline_byte(&line, c, command_name))
			continue;
		run_line(line.line);
		printk(PANIC_PROMPT);
	}
	printk("\n");
}
