/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The time line of the boot: what firmware and loader took before us, as they
 * say, and the stages since our first instruction, as the TSC says.
 */
#ifndef KERNEL_TIMELINE_H
#define KERNEL_TIMELINE_H

#include <boot/stage.h>
#include <kernel/text_sink.h>

/* The firmware's own stamps (ACPI 6.5, 5.2.24.6), in ns since reset; 0: not told */
struct firmware_times {
	u64	reset_end;
	u64	load_image, start_image;	/* of what it started first */
	u64	exit_boot_entry, exit_boot_exit;
};

struct timeline {
	const struct boot_trace	*trace;
	unsigned int		tsc_khz;	/* 0: not known, times are ticks */
	bool			names_only;	/* deterministic */
	struct firmware_times	firmware;
	u64			loader_init_us, loader_exec_us;	/* LoaderTimeInitUSec and -ExecUSec, since reset; 0: not told */
};

/** timeline_before() - the lines about the time before us; ends each with a line feed */
void timeline_before(const struct timeline *t, const struct text_sink *out);

/** timeline_chart() - those and a bar chart of the stages, 79 columns wide */
void timeline_chart(const struct timeline *t, const struct text_sink *out);

/**
 * timeline_stage() - when stage @i of the trace began and how long it took, in us (ticks when tsc_khz is 0)
 * A record of a loader that goes backwards in time counts as no time.
 */
void timeline_stage(const struct timeline *t, unsigned int i, u64 *at, u64 *took);

/** boot_timeline() - all that is known of this boot; asks the firmware for variables */
void boot_timeline(struct timeline *t);

/** boot_timeline_emit() - the chart of this boot, as /proc/boot/timeline shows it */
void boot_timeline_emit(const struct text_sink *out);

/** timeline_if_asked() - "timeline" on the command line: print the chart */
void timeline_if_asked(void);

#endif
