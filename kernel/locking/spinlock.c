// SPDX-License-Identifier: BSD-2-Clause
/*
 * The queue of CPUs that wait for a spinlock. Who comes puts itself behind the
 * last; the first of the queue waits for the lock, the others each for the word
 * in their own place, which the one before sets when it leaves the queue
 * (Mellor-Crummey and Scott, 1991).
 *
 * A CPU may stand in several queues at once, for a lock in a thread and for
 * another in the interrupt that came in between, so it has several places. It
 * leaves them in reverse order.
 */
#include <kernel/spinlock.h>
#include <asm/io.h>
#include <asm/percpu.h>

#define MAX_NESTED	4		/* thread, softirq, interrupt, NMI */

struct waiter {
	struct waiter	*next;		/* set by the one behind */
	u32		first;		/* set by the one before */
};

static struct {
	struct waiter	place[MAX_NESTED];
} __aligned(64) waiters[NR_CPUS];	/* one cache line a CPU */

static DEFINE_PER_CPU(unsigned int, nr_waiting);	/* places of this CPU in use */

unsigned int spin_nr_waiting(unsigned int cpu)
{
	return __atomic_load_n(per_cpu_ptr(&nr_waiting, cpu), __ATOMIC_RELAXED);
}

/* A place as the lock names it: never 0. */
static u32 tail_of(unsigned long cpu, unsigned int nested)
{
	return ((u32)cpu * MAX_NESTED + nested + 1) << SPIN_TAIL_SHIFT;
}

static struct waiter *waiter_at(u32 tail)
{
	u32 nr = (tail >> SPIN_TAIL_SHIFT) - 1;

	return &waiters[nr / MAX_NESTED].place[nr % MAX_NESTED];
}

/* Put @tail behind the last of the queue. Return: the lock as it was. */
static u32 join(struct spinlock *lock, u32 tail)
{
	u32 was = __atomic_load_n(&lock->val, __ATOMIC_RELAXED);

	while (!__atomic_compare_exchange_n(&lock->val, &was, (was & SPIN_LOCKED) | tail, true, __ATOMIC_ACQ_REL,
					    __ATOMIC_RELAXED))
		;
	return was;
}

static void wait_to_be_first(struct waiter *me, u32 last)
{
	__atomic_store_n(&waiter_at(last)->next, me, __ATOMIC_RELEASE);
	while (!__atomic_load_n(&me->first, __ATOMIC_ACQUIRE))
		cpu_relax();
}

/* The first of the queue: wait for the lock, take it, make the next one first. */
static void take_as_first(struct spinlock *lock, struct waiter *me, u32 tail)
{
	struct waiter *next;
	u32 alone = tail;

	while (spin_is_locked(lock))
		cpu_relax();
	/* nobody else takes it: it is free, but the queue is not empty */
	if (__atomic_compare_exchange_n(&lock->val, &alone, SPIN_LOCKED, false, __ATOMIC_ACQUIRE, __ATOMIC_ACQUIRE))
		return;
	__atomic_store_n((u8 *)&lock->val, SPIN_LOCKED, __ATOMIC_RELAXED);
	while (!(next = __atomic_load_n(&me->next, __ATOMIC_ACQUIRE)))
		cpu_relax();
	__atomic_store_n(&next->first, 1, __ATOMIC_RELEASE);
}

void spin_lock_slow(struct spinlock *lock)
{
	unsigned int nested = this_cpu_read(nr_waiting);
	struct waiter *me;
	u32 tail, was;

	if (nested == MAX_NESTED) {		/* a machine check within all of them: without a place, and without order */
		while (!spin_try_free(lock))
			cpu_relax();
		return;
	}
	this_cpu_write(nr_waiting, nested + 1);
	tail = tail_of(this_cpu_read(cpu_number), nested);
	me = waiter_at(tail);
	__atomic_store_n(&me->next, NULL, __ATOMIC_RELAXED);	/* before join(), which releases */
	__atomic_store_n(&me->first, 0, __ATOMIC_RELAXED);
	was = join(lock, tail);
	if (was >> SPIN_TAIL_SHIFT)
		wait_to_be_first(me, was);
	take_as_first(lock, me, tail);
	this_cpu_write(nr_waiting, nested);
}
