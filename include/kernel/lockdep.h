/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The order in which locks are taken, watched in debug builds: a deadlock that
 * could happen is reported when its parts have been seen once each, without it
 * having to happen. Two kinds are found:
 *
 *  - b is taken while a is held, and somewhere, perhaps over further locks, a is
 *    taken while b is held;
 *  - a lock is taken in an interrupt, or leads to others there, and one of them
 *    is also taken by code that such an interrupt may interrupt.
 *
 * A spinlock is held by a CPU, a mutex by a thread wherever that goes on; orders
 * between the two count like others. And a mutex is told of that is wanted where
 * its CPU has a spinlock or an interrupt, and so may not sleep.
 *
 * Locks of one kind are a class, so that the order seen between two of them
 * counts for all. A static lock is a class of its own, and so is a per-CPU one with
 * all its copies; those in arrays and on the heap belong to the class of the
 * spin_lock_init() that made them. In other builds nothing of this is left.
 */
#ifndef KERNEL_LOCKDEP_H
#define KERNEL_LOCKDEP_H

#include <lib/types.h>

/* Its address stands for a class. */
struct lock_class_key {
	const char *name;		/* file and lock as it was made there, "slab.c: &cache->lock" */
};

/* The part of a lock that the checker knows it by. Zeroed: a static lock. */
struct lockdep_map {
	const struct lock_class_key *key;
	u8	class;			/* number + 1, 0: not looked up yet */
};

/* How a lock is wanted. */
enum lock_how {
	LOCK_WAITS,			/* as long as it takes: can be part of a deadlock */
	LOCK_NESTS,			/* waits too; within its class the caller keeps an order of his own */
	LOCK_TRIES,			/* only if it is free */
};

#ifdef LANTERN_LOCKDEP

/* A lock that is held, or waited for. */
struct lockdep_held {
	struct lockdep_map *map;
	unsigned long	ip;			/* where it was taken */
	u8		context;		/* thread, softirq or interrupt */
};

#define LOCKDEP_MAX_MUTEXES	12

/* What a thread keeps of its mutexes; its own. */
struct lockdep_thread {
	unsigned int	nr;
	struct lockdep_held lock[LOCKDEP_MAX_MUTEXES];
};

/**
 * lock_acquire() - this CPU is about to wait for a spinlock, or has got it by trying
 * @name: of the class, if this is a static lock that was not seen before; static
 * Context: any; reports once what it finds wrong.
 */
void lock_acquire(struct lockdep_map *map, const char *name, enum lock_how how);

/** lock_contended() - after lock_acquire(): somebody has it */
void lock_contended(struct lockdep_map *map);

/** lock_release() - it is free again; in any order */
void lock_release(struct lockdep_map *map);

/** mutex_acquire(), mutex_release() - the same for a mutex of this thread */
void mutex_acquire(struct lockdep_map *map, const char *name, enum lock_how how);
void mutex_release(struct lockdep_map *map);

#else

#define lock_acquire(map, name, how)	((void)0)
#define lock_contended(map)		((void)0)
#define lock_release(map)		((void)0)
#define mutex_acquire(map, name, how)	((void)0)
#define mutex_release(map)		((void)0)

#endif

#endif
