/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * CPUs that are stuck, told in debug builds. Each CPU has a timer that runs every
 * second and wakes a thread more urgent than all others:
 *
 *  - one whose thread does not come to run has code that lets no other run, and
 *    tells so itself;
 *  - one whose timer does not run has its interrupts off, and the next CPU tells.
 *    A CPU that is alone has nobody to tell.
 *
 * Each case is told once, with the call chain, and again when the CPU has gone on
 * meanwhile. In other builds there is nothing of this.
 */
#ifndef KERNEL_STUCK_H
#define KERNEL_STUCK_H

#ifdef LANTERN_DEBUG
/** stuck_init() - watch all CPUs that are online; a thread, after smp_init() */
void stuck_init(void);
#else
static inline void stuck_init(void) { }
#endif

#endif
