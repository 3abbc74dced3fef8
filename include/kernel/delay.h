/* SPDX-License-Identifier: BSD-2-Clause */
/* Waiting, at least as long as said. */
#ifndef KERNEL_DELAY_H
#define KERNEL_DELAY_H

#include <kernel/timekeeping.h>

/*
 * ndelay(), udelay(), mdelay() - without letting go of the CPU
 * Context: any, also in a panic before there is a clock. A clock that turns out
 * to stand still is replaced; without any, writes to a port are counted.
 */
void ndelay(u64 ns);

static inline void udelay(u64 us)
{
	ndelay(us * NSEC_PER_USEC);
}

static inline void mdelay(u64 ms)
{
	ndelay(ms * NSEC_PER_MSEC);
}

/**
 * msleep() - let at least @ms milliseconds go by; other threads run meanwhile
 * Context: a thread that may sleep, or the boot; with interrupts off, and before time_events_init(), it is mdelay().
 */
void msleep(u64 ms);

#endif
