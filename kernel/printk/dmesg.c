// SPDX-License-Identifier: BSD-2-Clause
/* The log again, with times and without loglevel=: the monitor command dmesg, and the last lines in a panic. */
#include <kernel/console.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/kstrtox.h>
#include <lib/string.h>
#include "internal.h"

#define COLUMNS		80		/* of the narrowest screen */
#define INDENTATION	"               "	/* of what a line goes on in: under the text, behind the time */
#define INDENT		(sizeof(INDENTATION) - 1)

static char text[PRB_TEXT_MAX + 1];	/* of whoever asks; one at a time does */

static const char *const names[NR_LOGLEVELS] = {
	"emerg", "alert", "crit", "err", "warn", "notice", "info", "debug",
};

/* A name or a number. Return: -1 when it is neither. */
static int level_named(const char *s)
{
	u64 level;

	for (int i = 0; i < NR_LOGLEVELS; i++)
		if (!strcmp(s, names[i]))
			return i;
	return kstrtou64(s, 10, &level) || level >= NR_LOGLEVELS ? -1 : (int)level;
}

/* The record a reader looks at, as console->mid_line and hidden tell it of a console. */
struct line {
	bool		unfinished, wanted;
	unsigned int	column;		/* where the next character comes */
};

static void show(const char *s, size_t n)
{
	if (answer_wanted(s, n))
		console_write(s, n);
}

/* One line of text, in as many of the screen as it takes. */
static void show_text(struct line *line, const char *s, size_t n)
{
	size_t room;

	for (; n > (room = COLUMNS - line->column); s += room, n -= room) {
		size_t at = room;

		if (s[room] == '\n')
			break;
		while (at && s[at - 1] != ' ')		/* behind a space, if there is one */
			at--;
		room = at && line->column + at > INDENT ? at : room;
		show(s, room);
		show("\n" INDENTATION, 1 + INDENT);
		line->column = INDENT;
	}
	show(s, n);
	line->column = n && s[n - 1] == '\n' ? 0 : line->column + n;
}

static void show_lines(struct line *line, const char *s, size_t n)
{
	while (n) {
		const char *end = strchr(s, '\n');
		size_t len = end ? (size_t)(end + 1 - s) : n;

		show_text(line, s, len);
		s += len;
		n -= len;
	}
}

static void print_record(struct line *line, const struct prb_info *info, int max_level)
{
	bool same_line = line->unfinished && info->goes_on;
	char prefix[TIME_PREFIX_SIZE];

	if (line->unfinished && line->wanted && !same_line)
		show_lines(line, "\n", 1);
	if (!same_line)
		line->wanted = info->level >= 0 && info->level <= max_level;
	if (line->wanted && !same_line)
		show_lines(line, prefix, time_prefix(prefix, info->time));
	if (line->wanted)
		show_lines(line, text, info->len);
	if (info->len)
		line->unfinished = text[info->len - 1] != '\n';
}

static int cmd_dmesg(int argc, char **argv)
{
	int max_level = argc == 2 ? level_named(argv[1]) : LOGLEVEL_DEBUG;
	struct prb_reader at = { 0 };
	struct line line = { 0 };
	struct prb_info info;

	if (argc > 2 || max_level < 0)
		return -1;
	while (printk_read(&at, &info, text))
		print_record(&line, &info, max_level);
	if (line.unfinished && line.wanted)
		show("\n", 1);
	if (at.lost)
		printk("dmesg: %u older messages are gone\n", at.lost);
	return 0;
}
MONITOR_SAFE_COMMAND(dmesg, "[LEVEL]", "the log: messages of a level (emerg to debug, 0 to 7) and graver ones", cmd_dmesg);

/* Messages after the first @skip: print them, or see whether one is hidden. Return: how many there are in all. */
static unsigned int walk_messages(unsigned int skip, bool print, bool *hidden)
{
	struct prb_reader at = { 0 };
	struct line line = { 0 };
	struct prb_info info;
	unsigned int nr = 0;

	while (prb_read(&printk_rb, &at, &info, text, true)) {
		if (info.level < 0 || nr++ < skip)
			continue;
		*hidden |= !level_is_shown(info.level);
		if (print)
			print_record(&line, &info, LOGLEVEL_DEBUG);
	}
	return nr;
}

void printk_panic(unsigned int n)
{
	bool hidden = false;
	unsigned int nr = walk_messages(~0u, false, &hidden), skip = nr - min(nr, n);

	walk_messages(skip, false, &hidden);
	console_panic();
	if (hidden)
		walk_messages(skip, true, &hidden);
}
