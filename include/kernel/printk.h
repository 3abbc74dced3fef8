/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's log. printk() works from the first C function on: it needs no
 * console, no memory allocator, no interrupt. What is printed before a console
 * exists is shown when one registers (<kernel/console.h>).
 */
#ifndef KERNEL_PRINTK_H
#define KERNEL_PRINTK_H

#include <stdarg.h>
#include <lib/types.h>

#define LOG_BUF_SIZE	32768		/* bytes kept; a power of two */
#define PRINTK_MAX	1024		/* bytes of one printk(); longer ends in "[cut]\n" */

/**
 * printk() - format a message, keep it in the log, show it on every console
 * The caller writes the newline; a line may be printed in pieces.
 * Return: bytes added to the log.
 * Context: any, also inside a fault taken in a console's write(): that console is
 *          skipped, and catches up when its write() goes on.
 */
int printk(const char *fmt, ...) __printf(1, 2);
int vprintk(const char *fmt, va_list args) __printf(1, 0);

/** printk_write() - as printk(), for @n bytes of text of any length */
void printk_write(const char *s, size_t n);

/**
 * printk_log_read() - copy a piece of the log
 * @seq: position to read from, counted in bytes since boot; start with 0. Moved
 *       past the bytes read, and first past those the ring no longer has.
 * Return: bytes copied, 0 at the end of the log.
 */
size_t printk_log_read(u64 *seq, char *buf, size_t size);

#endif
