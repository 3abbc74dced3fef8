// SPDX-License-Identifier: BSD-2-Clause
/*
 * Mutexes that somebody waits for. While the list is not empty MUTEX_WAITERS keeps
 * everybody off the fast ways, so the owner changes under wait_lock alone.
 *
 * Who lets go calls the first of the list, but does not keep the mutex for it: it
 * may be long until that one runs, and all who want the mutex would queue up
 * meanwhile, each to be waited for as long in its turn. So a thread that runs may
 * take it first. One that was called and came too late is due: it is made the owner
 * before it is woken the next time, so each waiter at the head comes too late once.
 *
 * A mutex that is free and waited for has a first waiter that was called, and runs.
 */
#include <kernel/mutex.h>
#include <kernel/panic.h>

struct mutex_waiter {
	struct task_struct	*task;
	enum { WAITER_SLEEPS, WAITER_CALLED, WAITER_DUE } state;	/* only the first is called, or due; wait_lock */
	struct list_head	list;
};

static struct task_struct *owner_of(const struct mutex *lock)
{
	return (struct task_struct *)(__atomic_load_n(&lock->owner, __ATOMIC_ACQUIRE) & ~MUTEX_WAITERS);
}

/* NULL: free. Context: wait_lock held. */
static void set_owner(struct mutex *lock, struct task_struct *task)
{
	unsigned long waiters = list_empty(&lock->wait_list) ? 0 : MUTEX_WAITERS;

	__atomic_store_n(&lock->owner, (unsigned long)task | waiters, __ATOMIC_RELEASE);
}

/* Who was woken looks what it was woken for. Return: whether it has the mutex now. Context: wait_lock held. */
static bool end_wait(struct mutex *lock, struct mutex_waiter *me)
{
	struct task_struct *owner = owner_of(lock);

	if (owner == current)
		return true;
	if (owner) {
		if (me->state == WAITER_CALLED)
			me->state = WAITER_DUE;
		return false;
	}
	list_del(&me->list);
	set_owner(lock, current);
	return true;
}

void mutex_lock_slow(struct mutex *lock)
{
	struct mutex_waiter me = { .task = current };

	spin_lock(&lock->wait_lock);
	/* announced first, so that the owner either comes for the list or has let go before */
	if (!(__atomic_fetch_or(&lock->owner, MUTEX_WAITERS, __ATOMIC_ACQUIRE) & ~MUTEX_WAITERS)) {
		set_owner(lock, current);
		spin_unlock(&lock->wait_lock);
		return;
	}
	list_add_tail(&me.list, &lock->wait_list);
	do {
		set_current_state(TASK_UNINTERRUPTIBLE);
		spin_unlock(&lock->wait_lock);
		schedule();
		spin_lock(&lock->wait_lock);	/* and who woke us is through with us */
	} while (!end_wait(lock, &me));
	spin_unlock(&lock->wait_lock);
}

void mutex_unlock_slow(struct mutex *lock)
{
	struct mutex_waiter *first;

	if (owner_of(lock) != current)
		panic("a mutex is unlocked by a thread that does not have it");
	spin_lock(&lock->wait_lock);
	first = list_first_entry(&lock->wait_list, struct mutex_waiter, list);
	if (first->state == WAITER_DUE) {
		list_del(&first->list);
		set_owner(lock, first->task);
	} else {
		set_owner(lock, NULL);
	}
	if (first->state != WAITER_CALLED)
		wake_up_process(first->task);
	first->state = WAITER_CALLED;
	spin_unlock(&lock->wait_lock);
}
