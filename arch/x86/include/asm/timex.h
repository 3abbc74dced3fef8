/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_TIMEX_H
#define ASM_TIMEX_H

#include <asm/processor.h>

/** get_cycles() - a count that goes up with time on this CPU, tsc_khz() of them a millisecond; one instruction */
static inline u64 get_cycles(void)
{
	return rdtsc();
}

#endif
