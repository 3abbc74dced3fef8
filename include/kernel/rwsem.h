/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Locks that many may have to read or one to write, waited for asleep. Who has
 * come first gets it first: a reader waits behind a writer that waits. So a thread
 * that has it to read must not ask for it once more. A zeroed semaphore whose list
 * was made empty is free.
 *
 * A free lock, and one that only readers have, costs one atomic addition.
 */
#ifndef KERNEL_RWSEM_H
#define KERNEL_RWSEM_H

#include <kernel/sched.h>
#include <kernel/spinlock.h>
#include <lib/list.h>

struct rw_semaphore {
	long			count;		/* readers in units of RWSEM_READER, RWSEM_WRITER; negative: somebody waits */
	struct spinlock		wait_lock;
	struct list_head	wait_list;	/* wait_lock; as long as it is not empty count is negative */
};

#define RWSEM_WRITER	1L
#define RWSEM_READER	2L
#define RWSEM_WAITERS	((long)(1UL << 63))

/** DECLARE_RWSEM() - for a variable outside of functions; init_rwsem() - for any other */
#define DECLARE_RWSEM(name) \
	struct rw_semaphore name = { .wait_list = { &name.wait_list, &name.wait_list } }

#define init_rwsem(sem) do {				\
	(sem)->count = 0;				\
	spin_lock_init(&(sem)->wait_lock);		\
	list_init(&(sem)->wait_list);			\
} while (0)

/* where somebody has it, or waits */
void down_read_slow(struct rw_semaphore *sem);
void down_write_slow(struct rw_semaphore *sem);
void rwsem_wake(struct rw_semaphore *sem);

/** down_read_trylock() - lock it to read, if no writer has it or waits; whether it was */
static inline bool down_read_trylock(struct rw_semaphore *sem)
{
	long count = __atomic_load_n(&sem->count, __ATOMIC_RELAXED);

	do {
		if (count < 0 || count & RWSEM_WRITER)
			return false;
	} while (!__atomic_compare_exchange_n(&sem->count, &count, count + RWSEM_READER, true, __ATOMIC_ACQUIRE,
					      __ATOMIC_RELAXED));
	return true;
}

/** down_write_trylock() - lock it to write, if it is free; whether it was */
static inline bool down_write_trylock(struct rw_semaphore *sem)
{
	long is_free = 0;

	return __atomic_compare_exchange_n(&sem->count, &is_free, RWSEM_WRITER, false, __ATOMIC_ACQUIRE,
					   __ATOMIC_RELAXED);
}

/** down_read(), down_write() - sleep until it is ours. Context: a thread that may sleep and does not have it already */
static inline void down_read(struct rw_semaphore *sem)
{
	if (unlikely(!down_read_trylock(sem)))
		down_read_slow(sem);
}

static inline void down_write(struct rw_semaphore *sem)
{
	if (unlikely(!down_write_trylock(sem)))
		down_write_slow(sem);
}

/** up_read(), up_write() - give it back as it was taken */
static inline void up_read(struct rw_semaphore *sem)
{
	if (unlikely(__atomic_sub_fetch(&sem->count, RWSEM_READER, __ATOMIC_RELEASE) == RWSEM_WAITERS))
		rwsem_wake(sem);
}

static inline void up_write(struct rw_semaphore *sem)
{
	if (unlikely(__atomic_sub_fetch(&sem->count, RWSEM_WRITER, __ATOMIC_RELEASE) == RWSEM_WAITERS))
		rwsem_wake(sem);
}

/** downgrade_write() - who had it to write goes on with it to read */
static inline void downgrade_write(struct rw_semaphore *sem)
{
	if (unlikely(__atomic_add_fetch(&sem->count, RWSEM_READER - RWSEM_WRITER, __ATOMIC_RELEASE) < 0))
		rwsem_wake(sem);
}

#endif
