// SPDX-License-Identifier: BSD-2-Clause
/*
 * Timers. Arming one puts it on the CPU that does it, unless its function is
 * running elsewhere: then it stays there, so that there is one place to wait for
 * it. A timer knows its base; whoever has locked that base looks again, because
 * the timer may have moved before.
 */
#include <kernel/timer.h>
#include <kernel/clockchips.h>
#include <kernel/printk.h>
#include <kernel/timekeeping.h>
#include <asm/io.h>
#include <asm/percpu.h>

static DEFINE_PER_CPU(struct timer_base, timer_base);

static struct timer *timer_of(const struct rb_node *node)
{
	return container_of(node, struct timer, node);
}

static bool expires_before(const struct rb_node *a, const struct rb_node *b)
{
	return (s64)(timer_of(a)->expires - timer_of(b)->expires) < 0;
}

/* Interrupts are off. Return: the base, locked. */
static struct timer_base *lock_base(struct timer *timer)
{
	for (;;) {
		struct timer_base *base = __atomic_load_n(&timer->base, __ATOMIC_RELAXED);

		if (!base) {
			cpu_relax();
			continue;
		}
		spin_lock(&base->lock);
		if (base == timer->base)
			return base;
		spin_unlock(&base->lock);
	}
}

static bool detach(struct timer_base *base, struct timer *timer)
{
	bool pending = timer->pending;

	if (pending) {
		rb_erase(&base->timers, &timer->node);
		base->nr--;
		timer->pending = false;
	}
	return pending;
}

void timer_setup(struct timer *timer, void (*function)(struct timer *timer))
{
	*timer = (struct timer){ .function = function, .base = this_cpu_ptr(&timer_base) };
}

bool mod_timer(struct timer *timer, u64 expires)
{
	unsigned long flags = local_irq_save();
	struct timer_base *here = this_cpu_ptr(&timer_base), *base;
	u64 now = ktime_get();
	bool was, first;

	if ((s64)(expires - now) < 0)
		expires = now;
	expires = now + min(expires - now, TIMER_MAX_DELTA);
	base = lock_base(timer);
	was = detach(base, timer);
	if (base != here && base->running != timer) {
		/* between the two locks nobody else gets hold of it, and arms it once more */
		__atomic_store_n(&timer->base, NULL, __ATOMIC_RELAXED);
		spin_unlock(&base->lock);
		base = here;
		spin_lock(&base->lock);
		__atomic_store_n(&timer->base, base, __ATOMIC_RELAXED);
	}
	timer->expires = expires;
	timer->pending = true;
	base->nr++;
	rb_add(&base->timers, &timer->node, expires_before);
	first = rb_first(&base->timers) == &timer->node;
	spin_unlock(&base->lock);
	/* a CPU that is running timers sees to its next interrupt afterwards */
	if (first && base == here && !base->running)
		clockevents_program(expires);
	local_irq_restore(flags);
	return was;
}

static bool delete(struct timer *timer, bool *running)
{
	unsigned long flags = local_irq_save();
	struct timer_base *base = lock_base(timer);
	bool was = detach(base, timer);

	*running = base->running == timer;
	spin_unlock(&base->lock);
	local_irq_restore(flags);
	return was;
}

bool timer_delete(struct timer *timer)
{
	bool running;

	return delete(timer, &running);
}

bool timer_delete_sync(struct timer *timer)
{
	bool running, was = delete(timer, &running);

	while (running) {
		cpu_relax();
		was |= delete(timer, &running);
	}
	return was;
}

/* The first timer, if it has expired. Context: @base->lock held. */
static struct timer *expired(struct timer_base *base, u64 now)
{
	struct rb_node *first = rb_first(&base->timers);

	return first && (s64)(timer_of(first)->expires - now) <= 0 ? timer_of(first) : NULL;
}

void timers_run(u64 now)
{
	struct timer_base *base = this_cpu_ptr(&timer_base);
	struct timer *timer;

	spin_lock(&base->lock);
	while ((timer = expired(base, now))) {
		detach(base, timer);
		base->running = timer;
		base->nr_run++;
		spin_unlock(&base->lock);
		timer->function(timer);		/* the timer may be gone after it */
		spin_lock(&base->lock);
		base->running = NULL;
	}
	spin_unlock(&base->lock);
}

bool timers_next(u64 *expires)
{
	struct timer_base *base = this_cpu_ptr(&timer_base);
	struct rb_node *first;

	spin_lock(&base->lock);
	first = rb_first(&base->timers);
	if (first)
		*expires = timer_of(first)->expires;
	spin_unlock(&base->lock);
	return first;
}

void timers_print(void)
{
	unsigned long flags = local_irq_save();
	struct timer_base *base = this_cpu_ptr(&timer_base);
	u64 expires, now = ktime_get(), in_us = 0;

	if (timers_next(&expires) && (s64)(expires - now) > 0)
		in_us = (expires - now) / NSEC_PER_USEC;
	local_irq_restore(flags);
	if (base->nr)
		printk("timers: %u pending, next in %llu us, %llu have run\n", base->nr, (unsigned long long)in_us,
		       (unsigned long long)base->nr_run);
	else
		printk("timers: none pending, %llu have run\n", (unsigned long long)base->nr_run);
}
