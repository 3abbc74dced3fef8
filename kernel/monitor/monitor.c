// SPDX-License-Identifier: BSD-2-Clause
/*
 * The monitor's loop: a line from the command line or from the keys, split into
 * words, looked up, run. Commands other than help live in files of their own.
 */
#include <kernel/monitor.h>
#include <kernel/console.h>
#include <kernel/printk.h>
#include <kernel/selftest.h>
#include <asm/processor.h>
#include <lib/cmdline.h>
#include <lib/string.h>

#define EXEC_SIZE	1024		/* of the value of monitor.exec= */

#define KEY_CTRL(c)	((c) & 0x1f)
#define KEY_ESC		0x1b
#define KEY_DEL		0x7f

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
	for (c = __monitor_cmds_start; c < __monitor_cmds_end; c++) {
		int used = printk("  %s %s", c->name, c->args);

		printk("%*s %s\n", max(24 - used, 0), "", c->help);
	}
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

enum escape { NO_ESCAPE, AFTER_ESC, IN_SEQUENCE };

struct editor {
	char		line[MONITOR_LINE_SIZE];
	size_t		len;
	enum escape	escape;
	bool		after_cr;	/* the LF of CR LF is no second line */
};

static bool continues_character(char c)
{
	return ((u8)c & 0xc0) == 0x80;
}

static void erase_character(struct editor *e)
{
	if (!e->len)
		return;
	while (e->len > 1 && continues_character(e->line[e->len - 1]))
		e->len--;
	e->len--;
	printk("\b \b");
}

/* Keys such as the arrows send ESC [ ... and a letter: nothing of it is text. */
static bool part_of_escape(struct editor *e, u8 c)
{
	switch (e->escape) {
	case NO_ESCAPE:
		if (c == KEY_ESC)
			e->escape = AFTER_ESC;
		return c == KEY_ESC;
	case AFTER_ESC:
		e->escape = c == '[' || c == 'O' ? IN_SEQUENCE : NO_ESCAPE;
		return e->escape == IN_SEQUENCE;
	case IN_SEQUENCE:
		if (c < 0x20 || c >= 0x40)
			e->escape = NO_ESCAPE;
		return c >= 0x20;
	}
	return false;
}

static void insert(struct editor *e, u8 c)
{
	if (e->len + 1 == sizeof(e->line))
		return;
	e->line[e->len++] = c;
	printk("%c", c);
}

/* Take one byte typed. Return: whether it ended the line. */
static bool edit(struct editor *e, u8 c)
{
	bool second_half = c == '\n' && e->after_cr;

	e->after_cr = c == '\r';
	if (second_half || part_of_escape(e, c))
		return false;
	switch (c) {
	case '\r':
	case '\n':
		printk("\n");
		e->line[e->len] = '\0';
		e->len = 0;
		return true;
	case '\b':
	case KEY_DEL:
		erase_character(e);
		return false;
	case KEY_CTRL('U'):
		while (e->len)
			erase_character(e);
		return false;
	case KEY_CTRL('C'):
		printk("^C\n" MONITOR_PROMPT);
		e->len = 0;
		return false;
	case '\t':
		c = ' ';
		break;
	}
	if (c >= 0x20)
		insert(e, c);
	return false;
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

void monitor_run(const char *cmdline)
{
	static struct editor editor;

	printk_answers();
	selftest_if_asked();
	run_script(cmdline);
	for (;;) {
		printk(MONITOR_PROMPT);
		while (!edit(&editor, wait_key()))
			;
		run_line(editor.line);
	}
}
