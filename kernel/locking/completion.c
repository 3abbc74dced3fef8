// SPDX-License-Identifier: BSD-2-Clause
/*
 * Completions. A wait ends under the lock of the queue, under which complete()
 * does all it does: when wait_for_completion() returns, complete() is through
 * with the completion, and it may be on the stack of who waited.
 */
#include <kernel/completion.h>

static void finish(struct completion *c, unsigned int done)
{
	unsigned long flags = spin_lock_irqsave(&c->wait.lock);
	struct wait_queue_entry *first;

	if (done == COMPLETED_FOR_ALL)
		c->done = done;
	else if (c->done < COMPLETED_FOR_ALL - 1)
		c->done += done;
	list_for_each_entry(first, &c->wait.entries, entry) {
		wake_up_process(first->task);
		if (done != COMPLETED_FOR_ALL)
			break;
	}
	spin_unlock_irqrestore(&c->wait.lock, flags);
}

void complete(struct completion *c)
{
	finish(c, 1);
}

void complete_all(struct completion *c)
{
	finish(c, COMPLETED_FOR_ALL);
}

/* Context: c->wait.lock held. */
static bool take(struct completion *c)
{
	if (!c->done)
		return false;
	if (c->done != COMPLETED_FOR_ALL)
		c->done--;
	return true;
}

bool try_wait_for_completion(struct completion *c)
{
	unsigned long flags = spin_lock_irqsave(&c->wait.lock);
	bool done = take(c);

	spin_unlock_irqrestore(&c->wait.lock, flags);
	return done;
}

void wait_for_completion(struct completion *c)
{
	unsigned long flags = spin_lock_irqsave(&c->wait.lock);
	DEFINE_WAIT(wait, true);

	list_add_tail(&wait.entry, &c->wait.entries);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		/* oldest first: who comes while another is being woken does not take its turn */
		if (c->wait.entries.next == &wait.entry && take(c))
			break;
		if (c->done == COMPLETED_FOR_ALL)
			break;
		spin_unlock_irqrestore(&c->wait.lock, flags);
		schedule();
		flags = spin_lock_irqsave(&c->wait.lock);
	}
	set_current_state(TASK_RUNNING);
	list_del(&wait.entry);
	/* two complete() before the first of us ran woke that one twice */
	if (c->done && !list_empty(&c->wait.entries))
		wake_up_process(list_first_entry(&c->wait.entries, struct wait_queue_entry, entry)->task);
	spin_unlock_irqrestore(&c->wait.lock, flags);
}
