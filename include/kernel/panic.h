/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

#include <boot/stage.h>

/* How much a panic may still try, as it is the first, or comes out of another. */
enum panic_step { PANIC_TELL_ALL, PANIC_TELL_SHORTLY, PANIC_GIVE_UP };

/**
 * panic_begin() - the start of every panic: interrupts off, consoles taken over
 * Only the first CPU to come returns; it has stopped the others. After PANIC_TELL_SHORTLY it does
 * not return either.
 */
enum panic_step panic_begin(void);

/**
 * panic() - a broken invariant, or a boot that cannot go on
 * Prints the message and a backtrace, then stops; panic=N on the command line
 * resets the machine after N seconds, at once where N is negative.
 * Context: any; allocates nothing, waits for no lock.
 */
void __noreturn panic(const char *fmt, ...) __printf(1, 2);

/** boot_panic() - panic() whose message carries a stage number */
void __noreturn boot_panic(enum boot_stage stage, const char *fmt, ...) __printf(2, 3);

/** panic_stop() - the end of every panic: reset as panic=N says, or halt */
void __noreturn panic_stop(void);

#endif
