/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Ticket lock: who comes draws the next number and waits until it is served, so
 * CPUs enter in the order they came. A zeroed lock is free.
 */
#ifndef ASM_SPINLOCK_H
#define ASM_SPINLOCK_H

#include <asm/irqflags.h>
#include <lib/types.h>

struct spinlock {
	u16	next;			/* number the next comer draws */
	u16	serving;		/* number that may enter */
} __aligned(4);				/* spin_trylock() compares both at once */

static inline void spin_lock(struct spinlock *lock)
{
	u16 mine = __atomic_fetch_add(&lock->next, 1, __ATOMIC_RELAXED);

	while (__atomic_load_n(&lock->serving, __ATOMIC_ACQUIRE) != mine)
		__builtin_ia32_pause();
}

/** spin_trylock() - take the lock if nobody has it and nobody waits; whether it was taken */
static inline bool spin_trylock(struct spinlock *lock)
{
	struct spinlock seen = { .serving = __atomic_load_n(&lock->serving, __ATOMIC_RELAXED) };
	struct spinlock taken = { .next = seen.serving + 1, .serving = seen.serving };

	seen.next = seen.serving;
	return __atomic_compare_exchange(lock, &seen, &taken, false, __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

static inline void spin_unlock(struct spinlock *lock)
{
	__atomic_store_n(&lock->serving, lock->serving + 1, __ATOMIC_RELEASE);
}

/** spin_lock_irqsave() - interrupts of this CPU off, then the lock; returns the flags for the way back */
static inline unsigned long spin_lock_irqsave(struct spinlock *lock)
{
	unsigned long flags = local_irq_save();

	spin_lock(lock);
	return flags;
}

static inline void spin_unlock_irqrestore(struct spinlock *lock, unsigned long flags)
{
	spin_unlock(lock);
	local_irq_restore(flags);
}

#endif
