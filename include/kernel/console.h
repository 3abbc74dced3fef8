/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Consoles: where the log is shown and where keys come from. Writing is
 * synchronous; there is nothing to flush. Each console remembers how far into
 * the log it has written, so one that registers late starts with the first line.
 */
#ifndef KERNEL_CONSOLE_H
#define KERNEL_CONSOLE_H

#include <lib/types.h>

struct console {
	const char	*name;		/* "ttyS0", "tty0", "kbd0" */
	/* Show @n bytes of UTF-8; a chunk may end anywhere. NULL: input only. */
	void		(*write)(struct console *con, const char *s, size_t n);
	/* Next byte typed, -1 when there is none now. NULL: output only. */
	int		(*getc)(struct console *con);
	void		*priv;		/* the driver's */
	struct console	*next;		/* list of all; set by register_console() */
	u64		seq;		/* bytes of the log written so far; owner of busy */
	int		busy;		/* someone is inside write(); atomic */
};

/**
 * register_console() - add a console and show it the log from its first byte kept
 * @con: static or never freed; seq, busy and next are 0
 * Context: any; registering the same console twice does nothing.
 */
void register_console(struct console *con);

/**
 * console_getc() - poll every console once for a byte typed
 * Return: 0..255, or -1 when nobody typed.
 */
int console_getc(void);

/** console_has_input() - whether any console can ever deliver a byte */
bool console_has_input(void);

/**
 * console_write() - show bytes on all consoles without keeping them in the log
 * For text that is a copy of the log, or too large for it.
 * Context: any; a console that is already writing is skipped.
 */
void console_write(const char *s, size_t n);

#endif
