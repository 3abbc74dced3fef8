// SPDX-License-Identifier: BSD-2-Clause
/*
 * What is typed at the monitor, and what it is typed at. A command that runs looks
 * for Ctrl-C only; all else that comes meanwhile is kept for the prompt. Whether
 * somebody sits at a terminal is not known but asked: a terminal says where its
 * cursor is, a program or a printer at the other end of the line does not.
 */
#include "internal.h"
#include <asm/processor.h>
#include <kernel/console.h>
#include <kernel/printk.h>
#include <kernel/timekeeping.h>
#include <lib/string.h>

#define AHEAD_SIZE	256		/* bytes typed ahead; more are dropped */
#define ESCAPE_NS	(50 * NSEC_PER_MSEC)	/* from Esc to the rest of a sequence, at 1200 baud still */
#define ANSWER_NS	(500 * NSEC_PER_MSEC)	/* of a terminal, over a network too */
#define REPORT_SIZE	16		/* ESC [ 999 ; 999 R */

static u8 ahead[AHEAD_SIZE];
static unsigned int first_ahead, end_ahead;	/* count up for ever */
static struct console *typed_at;	/* where the last byte came from */
static bool interrupted;		/* Ctrl-C since the command began */

static void keep(u8 c)
{
	if (end_ahead - first_ahead < AHEAD_SIZE)
		ahead[end_ahead++ % AHEAD_SIZE] = c;
}

static int poll_key(void)
{
	struct console *from;
	int c = console_getc_from(&from);

	if (c >= 0)
		typed_at = from;
	return c;
}

static int poll_key_within(u64 ns)
{
	int c;

	while ((c = poll_key()) < 0 && ns)
		ns = console_wait_timeout(ns);
	return c;
}

static int next_key(u64 ns)
{
	return first_ahead != end_ahead ? ahead[first_ahead++ % AHEAD_SIZE] : poll_key_within(ns);
}

u8 monitor_wait_byte(void)
{
	int c;

	while ((c = next_key(0)) < 0) {
		console_flush();
		if (!console_has_input()) {
			printk("\nmonitor: no console can deliver a key, halted\n");
			halt_forever();
		}
		console_wait();
	}
	return c;
}

/* ---------------------------------------------------------------- Ctrl-C, Esc */

void monitor_command_begins(void)
{
	interrupted = false;
}

bool monitor_interrupted(void)
{
	int c;

	while (!interrupted && (c = poll_key()) >= 0) {
		interrupted = c == KEY_CTRL('C');
		if (!interrupted)
			keep(c);
	}
	if (interrupted)
		first_ahead = end_ahead;
	return interrupted;
}

/* Keys such as the arrows begin with Esc, too: then the rest of the sequence follows at once. */
static int after_escape(void)
{
	int c = next_key(ESCAPE_NS);

	if (c != '[' && c != 'O') {
		if (c >= 0 && c != KEY_ESC)
			keep(c);
		return KEY_ESC;
	}
	do
		c = next_key(ESCAPE_NS);
	while ((c >= 0x20 && c < 0x40) || c == '[');	/* ESC [ [ A is F1 */
	return KEY_SEQUENCE;
}

int monitor_key(u64 ns)
{
	int c = next_key(ns);

	return c == KEY_ESC ? after_escape() : c;
}

/* ---------------------------------------------------------------- terminals */

/* "ESC [ row ; column R" */
static bool parse_report(const char *s, struct monitor_size *size)
{
	unsigned int *field = &size->rows;

	*size = (struct monitor_size){ 0 };
	if (s[0] != KEY_ESC || s[1] != '[')
		return false;
	for (s += 2; *s != 'R'; s++) {
		if (*s == ';' && field == &size->rows)
			field = &size->cols;
		else if (*s >= '0' && *s <= '9')
			*field = min(*field * 10 + *s - '0', 1000u);
		else
			return false;
	}
	return size->rows && size->cols;
}

static void keep_all(const char *s, unsigned int n)
{
	while (n--)
		keep(*s++);
}

static bool read_report(struct monitor_size *size)
{
	char text[REPORT_SIZE];
	unsigned int len = 0, i;

	for (i = 0; i < AHEAD_SIZE; i++) {
		int c = poll_key_within(ANSWER_NS);

		if (c < 0)
			break;
		if (c == KEY_ESC || len == sizeof(text)) {	/* what came before it was typed */
			keep_all(text, len);
			len = 0;
		}
		if (!len && c != KEY_ESC) {
			keep(c);
			continue;
		}
		text[len++] = c;
		if (c == 'R' && parse_report(text, size))
			return true;
	}
	keep_all(text, len);
	return false;
}

static bool screen_size(struct monitor_size *size)
{
	const struct console *con = NULL;

	while ((con = console_next(con)))
		if (con->rows) {
			*size = (struct monitor_size){ con->rows, con->cols };
			return true;
		}
	return false;
}

bool monitor_terminal(struct monitor_size *size)
{
	/* as far down and right as it goes, tell where that is, and back */
	static const char ask[] = "\0337\033[999;999H\033[6n\0338";

	if (!typed_at)
		return false;
	if (!typed_at->write)
		return screen_size(size);
	console_write_to(typed_at, ask, sizeof(ask) - 1);
	return read_report(size);
}
