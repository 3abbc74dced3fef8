/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reading a kernel command line: words separated by spaces (or anything below a
 * space), "double quotes" around a value (or a whole word) keep spaces in it, as
 * on Linux; a quote in the middle of a value stays in the value. The same rules
 * in the EFI stub, the kernel and the host tests.
 */
#ifndef LIB_CMDLINE_H
#define LIB_CMDLINE_H

#include <lib/types.h>

/**
 * cmdline_find_option() - value of the last "@option=value" in @cmdline
 * @buf, @size: receives the value without quotes, cut to fit, terminated;
 *              untouched when the option is absent or @size is 0
 * Return: full length of the value (may be >= @size), -1 when absent.
 */
int cmdline_find_option(const char *cmdline, const char *option, char *buf, size_t size);

/**
 * cmdline_next_option() - values of "@option=" one after the other, in order
 * @pos: in: the command line, later what the last call left; NULL once there are no more
 * Otherwise as cmdline_find_option().
 */
int cmdline_next_option(const char **pos, const char *option, char *buf, size_t size);

/** cmdline_find_option_bool() - whether the bare word @option stands in @cmdline */
bool cmdline_find_option_bool(const char *cmdline, const char *option);

/**
 * cmdline_list_has() - whether a comma-separated value holds a word
 * Example: cmdline_list_has(cmdline, "efi", "debug") for efi=debug,nochunk.
 * Every "@option=" on the line counts.
 */
bool cmdline_list_has(const char *cmdline, const char *option, const char *word);

#endif
