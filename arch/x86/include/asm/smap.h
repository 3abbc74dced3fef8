/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * With SMAP the kernel's own reads and writes of user pages fault, save between
 * stac() and clac(), which stand around the few instructions that mean to do it
 * (SDM 3A 4.6). Entries of exceptions and interrupts do the work of clac(), and
 * leaving them restores what was.
 */
#ifndef ASM_SMAP_H
#define ASM_SMAP_H

#include <lib/types.h>

extern bool smap_on;		/* on all CPUs alike; where it is off, the instructions may be undefined */

/** stac() - user pages may be read and written from here on */
static inline void stac(void)
{
	if (smap_on)
		__asm__ volatile("stac" : : : "memory", "cc");
}

/** clac() - user pages fault from here on */
static inline void clac(void)
{
	if (smap_on)
		__asm__ volatile("clac" : : : "memory", "cc");
}

#endif
