// SPDX-License-Identifier: BSD-2-Clause
/*
 * Wait queues. A thread is woken before it is taken out of the queue, and both
 * under the queue's lock, which finish_wait() takes too: so nobody who has
 * returned from a wait, and may be gone, is woken for it.
 */
#include <kernel/wait.h>
#include <kernel/signal.h>

void add_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags = spin_lock_irqsave(&wq->lock);

	list_add_tail(&entry->entry, &wq->entries);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void remove_wait_queue(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags = spin_lock_irqsave(&wq->lock);

	list_del(&entry->entry);
	spin_unlock_irqrestore(&wq->lock, flags);
}

void prepare_to_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry, enum task_state state)
{
	unsigned long flags = spin_lock_irqsave(&wq->lock);

	if (list_empty(&entry->entry))
		list_add_tail(&entry->entry, &wq->entries);
	set_current_state(state);
	spin_unlock_irqrestore(&wq->lock, flags);
}

long prepare_to_wait_event(struct wait_queue_head *wq, struct wait_queue_entry *entry, enum task_state state)
{
	/* the state first: a signal from here on wakes */
	prepare_to_wait(wq, entry, state);
	if (state == TASK_KILLABLE ? fatal_signal_pending(current) : signal_pending(current))
		return -ERESTARTSYS;
	return 0;
}

void finish_wait(struct wait_queue_head *wq, struct wait_queue_entry *entry)
{
	unsigned long flags = spin_lock_irqsave(&wq->lock);

	__atomic_store_n(&current->state, TASK_RUNNING, __ATOMIC_RELAXED);	/* nobody's decision hangs on it */
	if (unlikely(!list_empty(&entry->entry))) {	/* who was woken is out already */
		list_del(&entry->entry);
		list_init(&entry->entry);
	}
	spin_unlock_irqrestore(&wq->lock, flags);
}

/* Wake all, but no more than @exclusive of the exclusive ones. */
static void wake(struct wait_queue_head *wq, unsigned int exclusive)
{
	unsigned long flags = spin_lock_irqsave(&wq->lock);
	struct list_head *node, *next;

	for (node = wq->entries.next; node != &wq->entries; node = next) {
		struct wait_queue_entry *e = container_of(node, struct wait_queue_entry, entry);

		next = node->next;
		if (e->exclusive && !exclusive)
			continue;
		exclusive -= e->exclusive;
		if (unlikely(e->func)) {
			e->func(e);
			continue;
		}
		wake_up_process(e->task);
		list_del(node);
		list_init(node);
	}
	spin_unlock_irqrestore(&wq->lock, flags);
}

void wake_up(struct wait_queue_head *wq)
{
	wake(wq, 1);
}

void wake_up_all(struct wait_queue_head *wq)
{
	wake(wq, ~0u);
}
