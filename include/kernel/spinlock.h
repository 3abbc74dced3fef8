/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks for a few instructions: who comes waits in a loop, and CPUs enter in the
 * order they came. The holder is not preempted and may not sleep. A lock that an
 * interrupt handler takes is taken with interrupts off everywhere. A zeroed lock
 * is free.
 *
 * A free lock costs one compare-and-exchange. CPUs that wait stand in a queue,
 * each looking at a word of its own, so a hand-over moves one cache line. The
 * queue's places are in kernel/locking/spinlock.c; the lock knows the last one.
 */
#ifndef KERNEL_SPINLOCK_H
#define KERNEL_SPINLOCK_H

#include <asm/irqflags.h>
#include <kernel/lockdep.h>
#include <kernel/preempt.h>

struct spinlock {
	u32	val;			/* SPIN_LOCKED, and the last of the queue from SPIN_TAIL_SHIFT on */
#ifdef LANTERN_LOCKDEP
	struct lockdep_map dep;
#endif
};

#define SPIN_LOCKED	1u
#define SPIN_TAIL_SHIFT	8		/* the lowest byte is the holder's alone */

/* A lock as reports name it: "vmalloc.c: &lock" */
#define LOCK_NAME(lock)	__FILE_NAME__ ": " #lock

#ifdef LANTERN_LOCKDEP
/** spin_lock_init() - a free lock; those made at one place are one class to the checker of lock orders */
#define spin_lock_init(lock) do {					\
	static const struct lock_class_key _key = { LOCK_NAME(lock) };	\
	*(lock) = (struct spinlock){ .dep.key = &_key };		\
} while (0)
#else
static_assert(sizeof(struct spinlock) == 4, "a lock fits where a word does");
#define spin_lock_init(lock)	(*(lock) = (struct spinlock){ 0 })
#endif

/** spin_lock_slow() - wait for a lock that is not free; @lock is taken when it returns */
void spin_lock_slow(struct spinlock *lock);

/** spin_nr_waiting() - locks that @cpu waits for now, in a thread and in what came in between */
unsigned int spin_nr_waiting(unsigned int cpu);

static inline bool spin_try_free(struct spinlock *lock)
{
	u32 is_free = 0;

	return __atomic_compare_exchange_n(&lock->val, &is_free, SPIN_LOCKED, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static __inline_always void __spin_lock(struct spinlock *lock, const char *name, enum lock_how how)
{
	preempt_disable();
	lock_acquire(&lock->dep, name, how);
	if (unlikely(!spin_try_free(lock))) {
		lock_contended(&lock->dep);
		spin_lock_slow(lock);
	}
}

static __inline_always bool __spin_trylock(struct spinlock *lock, const char *name)
{
	preempt_disable();
	if (likely(spin_try_free(lock))) {
		lock_acquire(&lock->dep, name, LOCK_TRIES);
		return true;
	}
	preempt_enable();
	return false;
}

static __inline_always void __spin_unlock(struct spinlock *lock)
{
	lock_release(&lock->dep);
	__atomic_store_n((u8 *)&lock->val, 0, __ATOMIC_RELEASE);
}

static __inline_always unsigned long __spin_lock_irqsave(struct spinlock *lock, const char *name)
{
	unsigned long flags = local_irq_save();

	__spin_lock(lock, name, LOCK_WAITS);
	return flags;
}

#define spin_lock(lock)		__spin_lock(lock, LOCK_NAME(lock), LOCK_WAITS)

/** spin_lock_nested() - spin_lock() with others of its class held, all taken in an order that the caller keeps */
#define spin_lock_nested(lock)	__spin_lock(lock, LOCK_NAME(lock), LOCK_NESTS)

/** spin_trylock() - take the lock if nobody has it and nobody waits; whether it was taken */
#define spin_trylock(lock)	__spin_trylock(lock, LOCK_NAME(lock))

static inline void spin_unlock(struct spinlock *lock)
{
	__spin_unlock(lock);
	preempt_enable();
}

/** spin_lock_irqsave() - interrupts of this CPU off, then the lock; returns the flags for the way back */
#define spin_lock_irqsave(lock)	__spin_lock_irqsave(lock, LOCK_NAME(lock))

static inline void spin_unlock_irqrestore(struct spinlock *lock, unsigned long flags)
{
	/* interrupts first: one that has waited finds the lock free, and preempt_enable() may switch */
	__spin_unlock(lock);
	local_irq_restore(flags);
	preempt_enable();
}

/** spin_is_locked() - by whomever; for checks */
static inline bool spin_is_locked(const struct spinlock *lock)
{
	return __atomic_load_n((const u8 *)&lock->val, __ATOMIC_RELAXED);
}

#endif
