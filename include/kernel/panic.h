/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

#include <boot/stage.h>

/**
 * panic() - a broken invariant, or a boot that cannot go on
 * Prints the message and a backtrace, then stops; panic=N on the command line
 * resets the machine after N seconds.
 * Context: any; allocates nothing, waits for no lock.
 */
void __noreturn panic(const char *fmt, ...) __printf(1, 2);

/** boot_panic() - panic() whose message carries a stage number */
void __noreturn boot_panic(enum boot_stage stage, const char *fmt, ...) __printf(2, 3);

/** panic_stop() - the end of every panic: reset after panic=N seconds or halt */
void __noreturn panic_stop(void);

#endif
