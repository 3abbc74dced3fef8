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
#include <asm/processor.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include "readline.h"

#define EXEC_SIZE	1024		/* of the value of monitor.exec= */

#define HELP_WIDTH	79		/* columns of a line */
#define HELP_COLUMN	24		/* behind which it is told what a command does */

/* One array: the linker script puts the sections .monitor_cmds.* between these, sorted. */
extern const struct monitor_command __monitor_cmds_start[];
extern const struct monitor_command __monitor_cmds_end[];

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
		print_help_line(c);
	return 0;
}

MONITOR_COMMAND(help, "[COMMAND]", "list the commands, or tell what one does", cmd_help);

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
	else if (c->fn(argc, argv))
		print_usage(c);
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
			run_line(line);
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

static u8 wait_key(void)
{
	int c;

	while ((c = console_getc()) < 0) {
		console_flush();
		if (!console_has_input()) {
			printk("\nmonitor: no console can deliver a key, halted\n");
			halt_forever();
		}
		console_wait();
	}
	return c;
}

static struct readline the_line;		/* kept from one to the next for its history */

void monitor_run(const char *cmdline)
{
	printk_answers();
	selftest_if_asked();
	run_script(cmdline);
	input_settle();
	for (;;) {
		printk(MONITOR_PROMPT);
		while (!readline_byte(&the_line, wait_key(), command_name))
			;
		run_line(the_line.line);
	}
}
