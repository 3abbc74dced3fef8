// SPDX-License-Identifier: BSD-2-Clause
/*
 * Mutexes that somebody waits for. MUTEX_WAITERS keeps the owner off the fast way
 * out; then it makes the first of the list the owner before it wakes it.
 */
#include <kernel/mutex.h>
#include <kernel/panic.h>

struct mutex_waiter {
	struct task_struct	*task;
	struct list_head	list;
};

static struct task_struct *owner_of(const struct mutex *lock)
{
	return (struct task_struct *)(__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) & ~MUTEX_WAITERS);
}

/* Context: wait_lock held. */
static void set_owner(struct mutex *lock, struct task_struct *task)
{
	unsigned long waiters = list_empty(&lock->wait_list) ? 0 : MUTEX_WAITERS;

	__atomic_store_n(&lock->owner, (unsigned long)task | waiters, __ATOMIC_RELEASE);
}

void mutex_lock_slow(struct mutex *lock)
{
	struct mutex_waiter me = { .task = current };

	spin_lock(&lock->wait_lock);
	/* announced first, so that the owner either hands over or has let go before */
	if (!__atomic_fetch_or(&lock->owner, MUTEX_WAITERS, __ATOMIC_ACQUIRE)) {
		set_owner(lock, current);
		spin_unlock(&lock->wait_lock);
		return;
	}
	list_add_tail(&me.list, &lock->wait_list);
	while (owner_of(lock) != current) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		spin_unlock(&lock->wait_lock);
		if (owner_of(lock) != current)
			schedule();
		spin_lock(&lock->wait_lock);	/* and who handed over is through with us */
	}
	set_current_state(TASK_RUNNING);
	spin_unlock(&lock->wait_lock);
}

void mutex_unlock_slow(struct mutex *lock)
{
	struct mutex_waiter *first;

	if (owner_of(lock) != current)
		panic("a mutex is unlocked by a thread that does not have it");
	spin_lock(&lock->wait_lock);
	first = list_first_entry(&lock->wait_list, struct mutex_waiter, list);
	list_del(&first->list);
	set_owner(lock, first->task);
	wake_up_process(first->task);
	spin_unlock(&lock->wait_lock);
}
