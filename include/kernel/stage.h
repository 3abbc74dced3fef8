/* SPDX-License-Identifier: BSD-2-Clause */
/* The kernel's side of the stage table: what is passed, when, and numbered messages. */
#ifndef KERNEL_STAGE_H
#define KERNEL_STAGE_H

#include <lib/stage.h>

/**
 * boot_stage() - the boot enters @stage now
 * Records the TSC; prints "[NN name]" when stage_set_verbose() was called.
 * Context: any time from startup_64 on, also at the physical address.
 */
void boot_stage(enum boot_stage stage);

/** boot_stage_at() - the same with the time stamp given */
void boot_stage_at(enum boot_stage stage, u64 tsc);

/** boot_stage_current() - the stage entered last */
enum boot_stage boot_stage_current(void);

/** boot_trace() - the records of all stages so far; they change no more once the monitor runs */
const struct boot_trace *boot_trace(void);

/** boot_stage_first() - the stage recorded first: through which door the boot came */
enum boot_stage boot_stage_first(void);

/** boot_stage_start() - the TSC when the first stage began, if that is to be believed, else now */
u64 boot_stage_start(void);

/** stage_set_verbose() - print stages from now on, and those of the kernel so far (efi=debug, earlyprintk) */
void stage_set_verbose(bool on);

/** stage_stop_at() - stop=@name: stop at that stage, at once when it is behind us */
void stage_stop_at(const char *name);

/** stage_stop_if_asked() - stop here if the current stage is the one; boot_stage() does it but for CONSOLE */
void stage_stop_if_asked(void);

/** for_each_stage_passed() - in order; the current stage is the last */
void for_each_stage_passed(void (*fn)(enum boot_stage stage));

/** stage_import() - put the records of a loader before our own; @entries is hostile */
void stage_import(const struct boot_trace *trace, size_t len);

/**
 * stage_print_times() - one line per stage passed: when it began, how long it took
 * @tsc_khz: rate of the time stamp counter; 0 leaves the times as ticks
 * With "deterministic" on the command line only the names are printed.
 */
void stage_print_times(unsigned int tsc_khz);

/*
 * Numbered messages: "lantern: warning 65 copy_bootdata: ..." on one line.
 * A warning goes on with the safe choice; boot_panic() stops.
 */
void boot_warn(enum boot_stage stage, const char *fmt, ...) __printf(2, 3);

#endif
