/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the log (printk.c) and those who show it. */
#ifndef KERNEL_PRINTK_INTERNAL_H
#define KERNEL_PRINTK_INTERNAL_H

#include <kernel/printk.h>

#define TIME_PREFIX_SIZE	32

extern struct printk_ringbuffer printk_rb;

/** level_is_shown() - whether consoles show messages of @level */
bool level_is_shown(int level);

/** console_level_set() - from now on consoles show levels below @level. Return: the one before */
int console_level_set(int level);

/** printk_emergency() - show everything; from now on a message without a level is LOGLEVEL_EMERG */
void printk_emergency(void);

/** printk_times() - whether consoles show times (printk.time) */
bool printk_times(void);

/**
 * time_prefix() - "[    0.012345] " for a record
 * Zeros as long as the clock's rate is unknown, as on Linux; nothing at all
 * with "deterministic".
 * Return: its length.
 */
size_t time_prefix(char buf[TIME_PREFIX_SIZE], u64 tsc);

/** console_show() - bring every console up to date, as far as printk()'s contract allows */
void console_show(void);

#endif
