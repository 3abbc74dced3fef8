/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The line discipline: what of the bytes that are typed reaches a program and what
 * is shown of them, and what of the bytes a program writes is changed on the way. No
 * locks, no waiting: whoever owns one keeps others out.
 */
#ifndef KERNEL_N_TTY_H
#define KERNEL_N_TTY_H

#include <lib/types.h>
#include <uapi/termios.h>

#define N_TTY_SIZE	4096		/* bytes typed and not read yet; a power of two */
#define N_TTY_LINE_MAX	(N_TTY_SIZE - 1)

struct n_tty {
	struct ktermios	t;
	u32		head, tail;	/* bytes [tail, head) of buf, counted on and on */
	u32		canon_head;	/* behind the last whole line */
	u8		buf[N_TTY_SIZE];
	u64		ends[N_TTY_SIZE / 64];	/* bit for each byte that ends a line */
	u32		column;		/* where the cursor is */
	u32		canon_column;	/* where it was when the line began */
	bool		literal;	/* the next byte is taken as it is: VLNEXT */
	bool		erasing;	/* within \.../ of ECHOPRT */
	bool		stopped;	/* output waits: VSTOP */
	/* Show @n bytes; what does not fit is lost. */
	void		(*echo)(struct n_tty *n, const u8 *s, size_t len);
	/* A control character asks for @sig for the foreground processes; pending output may be dropped. */
	void		(*signal)(struct n_tty *n, int sig, bool flush);
};

/** n_tty_init() - empty, with the modes a terminal begins with */
void n_tty_init(struct n_tty *n, void (*echo)(struct n_tty *n, const u8 *s, size_t len),
		void (*signal)(struct n_tty *n, int sig, bool flush));

/** n_tty_receive() - @len bytes were typed. Return: how many were taken, all unless there is no room */
size_t n_tty_receive(struct n_tty *n, const u8 *s, size_t len);

/** n_tty_room() - bytes that n_tty_receive() would take; a line that is too long takes and drops */
size_t n_tty_room(const struct n_tty *n);

/** n_tty_readable() - bytes a read could have now; in canonical mode up to the end of the first line */
size_t n_tty_readable(const struct n_tty *n);

/** n_tty_has_line() - canonical mode: there is a line, or an end of file */
bool n_tty_has_line(const struct n_tty *n);

/**
 * n_tty_read() - take up to @size bytes; in canonical mode no more than a line
 * @end: set when the line, or an end of file, was taken to its end
 * Return: bytes; 0 with @end: end of file.
 */
size_t n_tty_read(struct n_tty *n, u8 *buf, size_t size, bool *end);

/** n_tty_flush() - what was typed is forgotten */
void n_tty_flush(struct n_tty *n);

/**
 * n_tty_output() - change what a program writes as c_oflag wants it
 * @used: bytes of @s that went in
 * Return: bytes in @out, at most @room, which is at least 8.
 */
size_t n_tty_output(struct n_tty *n, const u8 *s, size_t len, u8 *out, size_t room, size_t *used);

/** n_tty_set_termios() - other modes from now on */
void n_tty_set_termios(struct n_tty *n, const struct ktermios *t);

#endif
