// SPDX-License-Identifier: BSD-2-Clause
/*
 * Messages on their way into the log: format, level, time. The log itself is
 * ringbuffer.c; who shows it, console.c. Nothing here takes a lock.
 */
#include <kernel/printk.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <kernel/console.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <lib/kstrtox.h>
#include <lib/printf.h>
#include <lib/string.h>
#include "internal.h"

#define CONSOLE_LOGLEVEL_DEFAULT	(LOGLEVEL_INFO + 1)
#define CONSOLE_LOGLEVEL_QUIET		LOGLEVEL_WARNING
#define CONSOLE_LOGLEVEL_DEBUG		(LOGLEVEL_DEBUG + 1)
#define CONSOLE_LOGLEVEL_MAX		15

struct printk_ringbuffer printk_rb;

static int console_loglevel = CONSOLE_LOGLEVEL_DEFAULT;	/* lower levels are shown */
static s8 default_level = LOGLEVEL_INFO;		/* of a message without one */
static bool times;
static bool (*answer_gate)(const char *text, size_t len);	/* atomic */

bool level_is_shown(int level)
{
	return level < console_loglevel;
}

int console_level_set(int level)
{
	int before = console_loglevel;

	console_loglevel = level;
	return before;
}

bool printk_times(void)
{
	return times;
}

bool printk_has_next(const struct prb_reader *r)
{
	return prb_has_next(&printk_rb, r);
}

/* Who was stopped for a panic in the middle of a record does not end it any more. */
bool printk_read(struct prb_reader *r, struct prb_info *info, char *text)
{
	return prb_read(&printk_rb, r, info, text, console_in_panic());
}

/* ------------------------------------------------------------------- messages */

/* The level @text begins with, if it does. Return: bytes it takes. */
static size_t parse_level(const char *text, struct prb_info *info)
{
	info->level = default_level;
	info->goes_on = true;
	if (text[0] != KERN_SOH[0] || text[1] < '0' || text[1] >= '0' + NR_LOGLEVELS)
		return 0;
	info->level = text[1] - '0';
	info->goes_on = false;
	return 2;
}

void printk_gate(bool (*gate)(const char *text, size_t len))
{
	__atomic_store_n(&answer_gate, gate, __ATOMIC_RELEASE);
}

bool answer_wanted(const char *text, size_t len)
{
	bool (*gate)(const char *, size_t) = __atomic_load_n(&answer_gate, __ATOMIC_ACQUIRE);

	return !gate || gate(text, len);
}

/* The buffer is gone from the stack before a console needs it for its own. */
static __noinline int log_message(const char *fmt, va_list args)
{
	static const char cut[] = "[cut]\n";
	struct prb_info info = { .time = rdtsc() };
	char buf[2 + PRINTK_MAX], *text;
	unsigned long flags;
	int len = vsnprintf(buf, sizeof(buf), fmt, args);

	if (len < 0)
		return 0;
	text = buf + parse_level(buf, &info);
	len -= text - buf;
	if (len >= PRINTK_MAX) {
		len = PRINTK_MAX - 1;
		memcpy(text + PRINTK_MAX - sizeof(cut), cut, sizeof(cut));
	}
	if (info.level == LOGLEVEL_ANSWER && !answer_wanted(text, len))
		return len;
	info.len = len;
	flags = local_irq_save();
	prb_write(&printk_rb, &info, text);
	local_irq_restore(flags);
	return len;
}

int vprintk(const char *fmt, va_list args)
{
	int len = log_message(fmt, args);

	console_show();
	return len;
}

int printk(const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vprintk(fmt, args);
	va_end(args);
	return len;
}

/* ---------------------------------------------------------------------- times */

u64 printk_us(u64 tsc)
{
	if (boot_deterministic() || !tsc_khz() || tsc <= boot_stage_start())
		return 0;
	return (tsc - boot_stage_start()) * 1000 / tsc_khz();
}

size_t time_prefix(char buf[TIME_PREFIX_SIZE], u64 tsc)
{
	u64 us = printk_us(tsc);

	if (boot_deterministic()) {
		buf[0] = '\0';
		return 0;
	}
	return snprintf(buf, TIME_PREFIX_SIZE, "[%5llu.%06llu] ", (unsigned long long)us / 1000000,
			(unsigned long long)us % 1000000);
}

/* -------------------------------------------------------------------- options */

static bool is_yes(const char *s)
{
	return !strcmp(s, "1") || !strcmp(s, "y") || !strcmp(s, "Y") || !strcmp(s, "on");
}

void printk_setup(const char *cmdline)
{
	char text[16];
	u64 level;

	if (cmdline_find_option_bool(cmdline, "quiet"))
		console_loglevel = CONSOLE_LOGLEVEL_QUIET;
	if (cmdline_find_option_bool(cmdline, "debug"))
		console_loglevel = CONSOLE_LOGLEVEL_DEBUG;
	if (cmdline_find_option(cmdline, "loglevel", text, sizeof(text)) >= 0) {
		if (kstrtou64(text, 10, &level) || level > CONSOLE_LOGLEVEL_MAX)
			boot_warn(STAGE_CONSOLE, "loglevel=%s is no number from 0 to %u, ignored", text,
				  CONSOLE_LOGLEVEL_MAX);
		else
			console_loglevel = max((int)level, LOGLEVEL_ALERT);	/* the end is always told */
	}
	if (cmdline_find_option_bool(cmdline, "ignore_loglevel"))
		console_loglevel = CONSOLE_LOGLEVEL_MAX;
	times = cmdline_find_option_bool(cmdline, "printk.time");
	if (cmdline_find_option(cmdline, "printk.time", text, sizeof(text)) >= 0)
		times = is_yes(text);
}

void printk_emergency(void)
{
	console_loglevel = CONSOLE_LOGLEVEL_MAX;
	default_level = LOGLEVEL_EMERG;
	printk_gate(NULL);
}

void printk_answers(void)
{
	default_level = LOGLEVEL_ANSWER;
}
