/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time line of the boot. Records live in .data because the first of them
 * are written before .bss is cleared; recording touches no pointer, so it works
 * at the physical address too.
 */
#include <asm/processor.h>
#include <asm/setup.h>
#include <kernel/console.h>
#include <kernel/init.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <kernel/strip.h>
#include <kernel/timeline.h>
#include <lib/printf.h>
#include <lib/string.h>

static struct boot_trace trace __section(".data") = { .version = BOOT_TRACE_VERSION };
static bool verbose __section(".data");
static enum boot_stage stop_at __section(".data");	/* 0: nowhere */

void boot_stage_at(enum boot_stage stage, u64 tsc)
{
	if (trace.nr_entries < BOOT_TRACE_MAX)
		trace.entry[trace.nr_entries++] = (struct boot_trace_entry){ .tsc = tsc, .stage = stage };
	strip_stage(stage);
}

static void print_stage(enum boot_stage stage)
{
	printk("[%u %s]\n", stage, boot_stage_name(stage));
}

void boot_stage(enum boot_stage stage)
{
	boot_stage_at(stage, rdtsc());
	if (verbose)
		print_stage(stage);
	if (stage != STAGE_CONSOLE)	/* none of them prints yet; console_init() asks when they do */
		stage_stop_if_asked();
}

/* On purpose, with the number to be seen wherever it can be shown. */
static void __noreturn stop_here(enum boot_stage stage)
{
	console_init();
	strip_stop(stage);
	printk("lantern: stopped at %u %s\n", stage, boot_stage_name(stage));
	console_flush();
	halt_forever();
}

void stage_stop_if_asked(void)
{
	if (stop_at && boot_stage_current() == stop_at)
		stop_here(stop_at);
}

void stage_stop_at(const char *name)
{
	unsigned int i;

	for (i = 1; i < 100 && strcmp(boot_stage_name(i), name); i++)
		;
	if (i == 100)
		boot_warn(boot_stage_current(), "stop=%s: there is no such stage", name);
	else
		stop_at = i;
	for (i = 0; i < trace.nr_entries && stop_at; i++)
		if (trace.entry[i].stage == stop_at)
			stop_here(stop_at);
}

void for_each_stage_passed(void (*fn)(enum boot_stage stage))
{
	unsigned int i;

	for (i = 0; i < trace.nr_entries; i++)
		fn(trace.entry[i].stage);
}

void startup_stages(u64 tsc)
{
	boot_stage_at(STAGE_STARTUP_64, tsc);
}

enum boot_stage boot_stage_current(void)
{
	return trace.nr_entries ? trace.entry[trace.nr_entries - 1].stage : STAGE_STARTUP_64;
}

const struct boot_trace *boot_trace(void)
{
	return &trace;
}

enum boot_stage boot_stage_first(void)
{
	return trace.nr_entries ? trace.entry[0].stage : STAGE_STARTUP_64;
}

u64 boot_stage_start(void)
{
	u64 now = rdtsc();

	/* a loader's record may say anything; one without a TSC says 0 */
	return trace.nr_entries && trace.entry[0].tsc ? min(trace.entry[0].tsc, now) : now;
}

void stage_set_verbose(bool on)
{
	unsigned int i;

	/* while nothing but the stage itself has been said */
	for (i = 0; on && !verbose && i < trace.nr_entries; i++)
		if (trace.entry[i].stage >= STAGE_STARTUP_64)
			print_stage(trace.entry[i].stage);
	verbose = on;
}

void stage_import(const struct boot_trace *from, size_t len)
{
	unsigned int n, room = BOOT_TRACE_MAX - trace.nr_entries;

	if (len < offsetof(struct boot_trace, entry) || from->version != BOOT_TRACE_VERSION)
		return;
	n = min((size_t)from->nr_entries, (len - offsetof(struct boot_trace, entry)) / sizeof(from->entry[0]));
	n = min(n, room);
	memmove(&trace.entry[n], &trace.entry[0], trace.nr_entries * sizeof(trace.entry[0]));
	memcpy(&trace.entry[0], from->entry, n * sizeof(trace.entry[0]));
	trace.nr_entries += n;
}

void stage_print_times(unsigned int tsc_khz)
{
	struct timeline t = { .trace = &trace, .tsc_khz = tsc_khz };
	const char *unit = tsc_khz ? "us" : "ticks";
	unsigned int i;

	for (i = 0; i < trace.nr_entries; i++) {
		enum boot_stage stage = trace.entry[i].stage;
		u64 at, took;

		timeline_stage(&t, i, &at, &took);
		if (boot_deterministic())
			printk("stage: %2u %s\n", stage, boot_stage_name(stage));
		else
			printk("stage: %2u %-20s at %8llu %s, took %8llu %s\n", stage, boot_stage_name(stage),
			       (unsigned long long)at, unit, (unsigned long long)took, unit);
	}
}

static void numbered(const char *level, const char *kind, enum boot_stage stage, const char *fmt, va_list args)
{
	char text[256];

	vsnprintf(text, sizeof(text), fmt, args);
	printk("%slantern: %s %u %s: %s\n", level, kind, stage, boot_stage_name(stage), text);
}

void boot_warn(enum boot_stage stage, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	numbered(KERN_WARNING, "warning", stage, fmt, args);
	va_end(args);
}

void __noreturn boot_panic(enum boot_stage stage, const char *fmt, ...)
{
	char text[256];
	va_list args;

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	panic("lantern: error %u %s: %s", stage, boot_stage_name(stage), text);
}
