// SPDX-License-Identifier: BSD-2-Clause
/*
 * Semaphores that somebody waits for. RWSEM_WAITERS makes the count negative, which
 * keeps everybody off the fast ways in; then the lock is handed to the first of the
 * list before he is woken, and with a reader to all readers that follow him.
 */
#include <kernel/rwsem.h>

struct rwsem_waiter {
	struct task_struct	*task;
	bool			writer, granted;	/* granted is set last: the waiter may be gone then */
	struct list_head	list;
};

static struct rwsem_waiter *first_waiter(struct rw_semaphore *sem)
{
	return list_empty(&sem->wait_list) ? NULL : list_first_entry(&sem->wait_list, struct rwsem_waiter, list);
}

/* It has the lock. Context: wait_lock held. */
static void grant(struct rw_semaphore *sem, struct rwsem_waiter *w)
{
	struct task_struct *task = w->task;

	list_del(&w->list);
	if (list_empty(&sem->wait_list))
		__atomic_fetch_and(&sem->count, ~RWSEM_WAITERS, __ATOMIC_RELAXED);
	__atomic_store_n(&w->granted, true, __ATOMIC_RELEASE);
	wake_up_process(task);
}

/* The lock to whom it is due. Context: wait_lock held, RWSEM_WAITERS set: nobody comes in but here. */
static void hand_over(struct rw_semaphore *sem)
{
	long count = __atomic_load_n(&sem->count, __ATOMIC_ACQUIRE) & ~RWSEM_WAITERS;
	struct rwsem_waiter *w = first_waiter(sem);

	if (w && w->writer && !count) {
		__atomic_fetch_add(&sem->count, RWSEM_WRITER, __ATOMIC_ACQUIRE);
		grant(sem, w);
		return;
	}
	while (w && !w->writer && !(count & RWSEM_WRITER)) {
		__atomic_fetch_add(&sem->count, RWSEM_READER, __ATOMIC_ACQUIRE);
		grant(sem, w);
		w = first_waiter(sem);
	}
}

static void down_slow(struct rw_semaphore *sem, bool writer)
{
	struct rwsem_waiter me = { .task = current, .writer = writer };

	spin_lock(&sem->wait_lock);
	list_add_tail(&me.list, &sem->wait_list);
	/* announced first, so that the holder either hands over or has let go before */
	__atomic_fetch_or(&sem->count, RWSEM_WAITERS, __ATOMIC_ACQUIRE);
	hand_over(sem);
	while (!me.granted) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		spin_unlock(&sem->wait_lock);
		if (!__atomic_load_n(&me.granted, __ATOMIC_ACQUIRE))
			schedule();
		spin_lock(&sem->wait_lock);	/* and who handed over is through with us */
	}
	set_current_state(TASK_RUNNING);
	spin_unlock(&sem->wait_lock);
}

void down_read_slow(struct rw_semaphore *sem)
{
	down_slow(sem, false);
}

void down_write_slow(struct rw_semaphore *sem)
{
	down_slow(sem, true);
}

void rwsem_wake(struct rw_semaphore *sem)
{
	spin_lock(&sem->wait_lock);
	hand_over(sem);
	spin_unlock(&sem->wait_lock);
}
