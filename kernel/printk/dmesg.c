// SPDX-License-Identifier: BSD-2-Clause
/* The log again, with times and without loglevel=: the monitor command dmesg, and the last lines in a panic. */
#include <kernel/console.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/kstrtox.h>
#include <lib/string.h>
#include "internal.h"

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
	bool	unfinished, wanted;
};

static void print_record(struct line *line, const struct prb_info *info, int max_level)
{
	bool same_line = line->unfinished && info->goes_on;
	char prefix[TIME_PREFIX_SIZE];

	if (line->unfinished && line->wanted && !same_line)
		console_write("\n", 1);
	if (!same_line)
		line->wanted = info->level >= 0 && info->level <= max_level;
	if (line->wanted && !same_line)
		console_write(prefix, time_prefix(prefix, info->time));
	if (line->wanted)
		console_write(text, info->len);
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
		console_write("\n", 1);
	if (at.lost)
		printk("dmesg: %u older messages are gone\n", at.lost);
	return 0;
}
MONITOR_COMMAND(dmesg, "[LEVEL]", "the log: messages of a level (emerg to debug, 0 to 7) and graver ones", cmd_dmesg);

/* Messages after the first @skip: print them, or see whether one is hidden. Return: how many there are in all. */
static unsigned int walk_messages(unsigned int skip, bool print, bool *hidden)
{
	struct prb_reader at = { 0 };
	struct line line = { 0 };
	struct prb_info info;
	unsigned int nr = 0;

	while (printk_read(&at, &info, text)) {
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
