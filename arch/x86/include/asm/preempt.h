/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The count of <kernel/preempt.h>, one instruction for each thing done to it: an
 * interrupt comes before or after, and leaves it as it was.
 */
#ifndef ASM_PREEMPT_H
#define ASM_PREEMPT_H

#include <lib/types.h>

extern unsigned int __preempt_count;	/* per CPU */

static inline unsigned int preempt_count_raw(void)
{
	unsigned int count;

	__asm__ volatile("movl %%gs:%1, %0" : "=r"(count) : "m"(__preempt_count));
	return count;
}

static inline void preempt_count_add(unsigned int n)
{
	__asm__ volatile("addl %1, %%gs:%0" : "+m"(__preempt_count) : "ri"(n) : "memory", "cc");
}

static inline void preempt_count_sub(unsigned int n)
{
	__asm__ volatile("subl %1, %%gs:%0" : "+m"(__preempt_count) : "ri"(n) : "memory", "cc");
}

/* preempt_count_and(), preempt_count_or() - for the one bit that is no count */
static inline void preempt_count_and(unsigned int mask)
{
	__asm__ volatile("andl %1, %%gs:%0" : "+m"(__preempt_count) : "ri"(mask) : "memory", "cc");
}

static inline void preempt_count_or(unsigned int mask)
{
	__asm__ volatile("orl %1, %%gs:%0" : "+m"(__preempt_count) : "ri"(mask) : "memory", "cc");
}

/** preempt_count_dec_and_test() - one less; whether all 32 bits are zero now */
static inline bool preempt_count_dec_and_test(void)
{
	bool zero;

	__asm__ volatile("decl %%gs:%0" : "+m"(__preempt_count), "=@ccz"(zero) : : "memory");
	return zero;
}

#endif
