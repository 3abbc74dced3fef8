/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Consoles: where the log is shown and where keys come from. Each console
 * remembers how far into the log it is, so one that registers late starts with
 * the first line kept, and a slow one delays no other.
 *
 * One CPU at a time is inside a console's write(), its owner. Who adds to the log
 * becomes owner and shows all that is new. Who finds the console owned waits for
 * the record under way and takes over, so that no CPU prints for the others for
 * longer than a record.
 */
#ifndef KERNEL_CONSOLE_H
#define KERNEL_CONSOLE_H

#include <kernel/printk_ringbuffer.h>
#include <lib/types.h>

struct console {
	const char	*name;		/* "ttyS0", "tty0", "kbd0" */
	/* Show @n bytes of UTF-8; a chunk may end anywhere. NULL: input only. */
	void		(*write)(struct console *con, const char *s, size_t n);
	/* The same for bytes of a program, none of which is changed. NULL: there are other ways */
	void		(*write_raw)(struct console *con, const char *s, size_t n);
	/*
	 * Called after one or several write(), before the console has another owner: now all
	 * must be seen. @more_to_come: the next line will follow soon. NULL: nothing is held back
	 */
	void		(*flush)(struct console *con, bool more_to_come);
	/* Next byte typed, -1 when there is none now. NULL: output only. */
	int		(*getc)(struct console *con);
	unsigned int	irq;		/* line of irq_enable(), as <kernel/irq.h> counts */
	/* Interrupt whenever a byte comes; @provoke: once right now, too. NULL: can only be polled. */
	void		(*irq_enable)(struct console *con, bool provoke);
	/* On a line shared with strangers: whether it is this console that interrupts. NULL: it is. */
	bool		(*interrupts)(struct console *con);
	/* In the interrupt: take what has come, a moment's work. NULL: getc() finds it. */
	void		(*interrupt)(struct console *con);
	bool		irq_works;	/* set by console_irq_init(), or by a driver that never needs to be polled */
	bool		irq_masked;	/* it has interrupted, and nobody has read yet; atomic */
	u16		rows, cols;	/* of a screen; 0: whoever is at the other end knows */
	void		*priv;		/* the driver's */
	struct console	*next;		/* list of all; set by register_console() */

	struct prb_reader at;		/* how far it has come; the owner's, as are the next two */
	bool		mid_line;	/* what it last looked at did not end in a newline */
	bool		hidden;		/* ... and loglevel= kept that from being shown */
	bool		seized;		/* console_panic_end() tried it */
	u32		owner;		/* CPU inside write() + 1, 0: free; atomic */
	u32		waiter;		/* CPU that wants to be next + 1, 0: none; atomic */
};

/**
 * register_console() - add a console and show it the log from its first record kept
 * @con: static or never freed; all fields below priv are 0
 * Context: any; registering the same console twice does nothing.
 */
void register_console(struct console *con);

/**
 * console_flush() - show what printk() left to others
 * A CPU with interrupts off writes at most one record to each console, and what is
 * left then waits for the next message or for this. For loops that wait.
 */
void console_flush(void);

/**
 * console_own() - be the only one inside @con, for a driver that has more to write than the log
 * console_disown() - and let it go; what was logged meanwhile is shown
 * Not preempted in between. Context: any; does not wait.
 * Return: false when another is inside, or a panic.
 */
bool console_own(struct console *con);
void console_disown(struct console *con);

/**
 * console_getc() - poll every console once for a byte typed
 * console_getc_from() - the same; *@from is the console that had it
 * Return: 0..255, or -1 when nobody typed.
 */
int console_getc(void);
int console_getc_from(struct console **from);

/** console_has_input() - whether any console can ever deliver a byte */
bool console_has_input(void);

/** console_next() - the console after @con in the list of all, the first for NULL; NULL at the end */
struct console *console_next(const struct console *con);

/** console_irq_init() - have the consoles interrupt for input where that works; after irq_init(), interrupts on */
void console_irq_init(void);

/** console_input_arrived() - there is something for console_getc(): end console_wait(). Context: any but NMI */
void console_input_arrived(void);

/**
 * console_wait() - after console_getc() had nothing: sleep until that may have changed
 * May return early, and does after some ms when a console can only be polled. Context: one thread, the monitor.
 */
void console_wait(void);

/** console_wait_timeout() - the same, but not for longer than @ns. Return: ns that are left */
u64 console_wait_timeout(u64 ns);

/**
 * console_write() - show bytes on all consoles without keeping them in the log
 * For text that is a copy of the log, or too large for it.
 * Context: any; a console that is busy is skipped.
 */
void console_write(const char *s, size_t n);

/** console_write_to() - the same on one console */
void console_write_to(struct console *con, const char *s, size_t n);

/**
 * console_panic() - from now on only this CPU writes, and to every console at once
 * A console that another CPU does not let go is taken by force. One whose write() this
 * CPU comes out of, by a fault or an interrupt, is left alone until console_panic_end().
 * Records that nobody will end are skipped.
 */
void console_panic(void);

/** console_in_panic() - whether console_panic() was called: there are no other threads any more */
bool console_in_panic(void);

/** console_panic_end() - all is told elsewhere: try the consoles left alone, each once in its life */
void console_panic_end(void);

#endif
