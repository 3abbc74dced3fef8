/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One line typed, with the keys one expects: cursor keys, Home, End, Delete;
 * Ctrl-A, E, B, F, D, K, U, W, C; Tab; up and down for the lines before. All
 * that is sent to the terminal is text, backspaces and spaces, so that it looks
 * the same on the screen and on any serial line. A line wider than the
 * terminal can be typed and run, but not edited over the edge.
 */
#ifndef MONITOR_READLINE_H
#define MONITOR_READLINE_H

#include <kernel/monitor.h>
#include <lib/types.h>
#include <lib/utf.h>

#define HISTORY_LINES	16

struct readline {
	const char	*prompt;		/* shown again below what Tab lists, and by Ctrl-C */
	char		line[MONITOR_LINE_SIZE];	/* without a NUL until it has ended */
	size_t		len, cursor;		/* bytes; the cursor stands on a character's first byte */

	enum { NO_ESCAPE, AFTER_ESC, IN_SEQUENCE, FUNCTION_KEY } escape;
	unsigned int	number;			/* in the sequence so far */
	char		character[UTF8_MAX];	/* an unfinished one */
	u8		have, need;		/* its bytes */
	bool		after_cr;		/* the LF of CR LF is no second line */
	bool		after_tab;		/* a Tab that found nothing to add */

	char		history[HISTORY_LINES + 1][MONITOR_LINE_SIZE];	/* a ring, and a place for the new line */
	unsigned int	nr_lines;		/* ever entered */
	unsigned int	back;			/* lines gone up, 0: at the new one */
};

/**
 * readline_byte() - take one byte typed, show what it changes
 * @word: the words Tab knows, by number; NULL behind the last one
 * Return: whether it ended the line, which is then in r->line as a string.
 */
bool readline_byte(struct readline *r, u8 byte, const char *(*word)(unsigned int nr));

#endif
