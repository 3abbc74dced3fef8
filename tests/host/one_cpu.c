// SPDX-License-Identifier: BSD-2-Clause
/*
 * What locks ask of the kernel, for tests that have one thread: a CPU's count,
 * where GS base is 0 as it is in the kernel's first copy, and nobody who waits.
 */
#include <stdlib.h>
#include <kernel/preempt.h>

struct spinlock;
void spin_lock_slow(struct spinlock *lock);

unsigned int __preempt_count = INIT_PREEMPT_COUNT;

/* One thread waits for itself. */
void spin_lock_slow(struct spinlock *lock)
{
	abort();
}

/* There is nobody to switch to. */
void preempt_schedule(void)
{
}
