/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's log. printk() works from the first C function on: it needs no
 * console, no memory allocator, no interrupt. What is printed before a console
 * exists is shown when one registers (<kernel/console.h>).
 *
 * A message may begin with its level, printk(KERN_ERR "..."), and is shown when
 * that is below the level of the consoles (loglevel=). Without one it is
 * KERN_INFO during the boot; once the monitor runs it is an answer to whoever
 * sits there, and always shown.
 */
#ifndef KERNEL_PRINTK_H
#define KERNEL_PRINTK_H

#include <stdarg.h>
#include <kernel/printk_ringbuffer.h>
#include <lib/types.h>

#define PRINTK_MAX	(PRB_TEXT_MAX + 1)	/* bytes of one printk() with its NUL; longer ends in "[cut]\n" */

enum loglevel {
	LOGLEVEL_ANSWER = -1,		/* what somebody asked for: no loglevel= hides it */
	LOGLEVEL_EMERG, LOGLEVEL_ALERT, LOGLEVEL_CRIT, LOGLEVEL_ERR,
	LOGLEVEL_WARNING, LOGLEVEL_NOTICE, LOGLEVEL_INFO, LOGLEVEL_DEBUG,
	NR_LOGLEVELS
};

#define KERN_SOH	"\001"
#define KERN_EMERG	KERN_SOH "0"
#define KERN_ALERT	KERN_SOH "1"
#define KERN_CRIT	KERN_SOH "2"
#define KERN_ERR	KERN_SOH "3"
#define KERN_WARNING	KERN_SOH "4"
#define KERN_NOTICE	KERN_SOH "5"
#define KERN_INFO	KERN_SOH "6"
#define KERN_DEBUG	KERN_SOH "7"

/**
 * printk() - format a message, keep it in the log, show it on every console
 * The caller writes the newline; a line may be printed in pieces, of which only the
 * first names a level.
 * Return: bytes of text, the level not counted.
 * Context: any, NMI and a fault in a console's write() too: a console that is busy
 *          shows the message when its write() goes on. With interrupts off no
 *          more than one record is written to each console (console_flush()).
 */
int printk(const char *fmt, ...) __printf(1, 2);
int vprintk(const char *fmt, va_list args) __printf(1, 0);

/** printk_setup() - loglevel=, quiet, debug, ignore_loglevel, printk.time of the command line */
void printk_setup(const char *cmdline);

/** printk_answers() - from now on a message without a level is LOGLEVEL_ANSWER */
void printk_answers(void);

/**
 * printk_gate() - have @gate asked for each answer before it goes into the log; NULL: nobody
 * It may wait, to let somebody read what came before, and returns false to have the answer
 * dropped. A panic takes it away. Context of @gate: that of the printk().
 * answer_wanted() - ask it for text that is shown without being kept, by console_write()
 */
void printk_gate(bool (*gate)(const char *text, size_t len));
bool answer_wanted(const char *text, size_t len);

/** printk_panic() - console_panic(), and the last @n messages on every console if loglevel= hid one of them */
void printk_panic(unsigned int n);

/** printk_read() - the next record of the log, for a reader of its own; see prb_read() */
bool printk_read(struct prb_reader *r, struct prb_info *info, char *text);

/** printk_has_next() - whether there is one; printk_us() - microseconds since the start for info->time, 0: not known */
bool printk_has_next(const struct prb_reader *r);
u64 printk_us(u64 tsc);

#endif
