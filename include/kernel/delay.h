/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting without letting go of the CPU, at least as long as said.
 * Context: any, also in a panic before there is a clock. A clock that turns out
 * to stand still is replaced; without any, writes to a port are counted.
 */
#ifndef KERNEL_DELAY_H
#define KERNEL_DELAY_H

#include <kernel/timekeeping.h>

void ndelay(u64 ns);

static inline void udelay(u64 us)
{
	ndelay(us * NSEC_PER_USEC);
}

static inline void mdelay(u64 ms)
{
	ndelay(ms * NSEC_PER_MSEC);
}

#endif
