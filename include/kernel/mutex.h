/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks that are waited for asleep. The thread that has locked a mutex unlocks it,
 * and may sleep meanwhile. A zeroed mutex whose list was made empty is free.
 *
 * Who asks for a mutex that is free gets it, even if others were woken for it and
 * have not run yet. Among those that wait the one that has waited longest comes
 * first, and finds it taken once at most: then it is handed over to it. So nobody
 * starves; but who unlocks a mutex and locks it again mostly has it at once.
 */
#ifndef KERNEL_MUTEX_H
#define KERNEL_MUTEX_H

#include <kernel/sched.h>
#include <kernel/spinlock.h>
#include <lib/list.h>

struct mutex {
	unsigned long		owner;		/* task_struct, MUTEX_WAITERS when wait_list is not empty; 0: free */
	struct spinlock		wait_lock;
	struct list_head	wait_list;	/* wait_lock */
#ifdef LANTERN_LOCKDEP
	struct lockdep_map	dep;
#endif
};

#define MUTEX_WAITERS	1UL

/** DEFINE_MUTEX() - for a variable outside of functions; mutex_init() - for any other */
#define DEFINE_MUTEX(name) \
	struct mutex name = { .wait_list = { &name.wait_list, &name.wait_list } }

#ifdef LANTERN_LOCKDEP
#define mutex_init(lock) do {						\
	static const struct lock_class_key _key = { LOCK_NAME(lock) };	\
	__mutex_init(lock);						\
	(lock)->dep = (struct lockdep_map){ .key = &_key };		\
} while (0)
#else
#define mutex_init(lock)	__mutex_init(lock)
#endif

static inline void __mutex_init(struct mutex *lock)
{
	lock->owner = 0;
	spin_lock_init(&lock->wait_lock);
	list_init(&lock->wait_list);
}

/** mutex_lock_slow(), mutex_unlock_slow() - where somebody waits, or has to */
void mutex_lock_slow(struct mutex *lock);
void mutex_unlock_slow(struct mutex *lock);

static inline bool mutex_try_free(struct mutex *lock)
{
	unsigned long is_free = 0;

	return __atomic_compare_exchange_n(&lock->owner, &is_free, (unsigned long)current, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

static __inline_always bool __mutex_trylock(struct mutex *lock, const char *name)
{
	if (!mutex_try_free(lock))
		return false;
	mutex_acquire(&lock->dep, name, LOCK_TRIES);
	return true;
}

static __inline_always void __mutex_lock(struct mutex *lock, const char *name, enum lock_how how)
{
	mutex_acquire(&lock->dep, name, how);
	if (unlikely(!mutex_try_free(lock)))
		mutex_lock_slow(lock);
}

/** mutex_trylock() - lock it if it is free and nobody waits for it; whether it was */
#define mutex_trylock(lock)	__mutex_trylock(lock, LOCK_NAME(lock))

/** mutex_lock() - sleep until it is ours. Context: a thread that may sleep and does not have it already */
#define mutex_lock(lock)	__mutex_lock(lock, LOCK_NAME(lock), LOCK_WAITS)

/** mutex_lock_nested() - mutex_lock() with others of its class held, all taken in an order that the caller keeps */
#define mutex_lock_nested(lock)	__mutex_lock(lock, LOCK_NAME(lock), LOCK_NESTS)

/** mutex_unlock() - by the thread that has it */
static inline void mutex_unlock(struct mutex *lock)
{
	unsigned long mine = (unsigned long)current;

	mutex_release(&lock->dep);
	if (unlikely(!__atomic_compare_exchange_n(&lock->owner, &mine, 0, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED)))
		mutex_unlock_slow(lock);
}

#endif
