/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Data that is read without a lock while it is changed: read, copy, update. A
 * reader follows pointers between rcu_read_lock() and rcu_read_unlock(). An
 * updater, who has a lock of its own against other updaters, makes a new version,
 * publishes it with rcu_assign_pointer(), and frees the old one after a grace
 * period, when every reader that may have seen it has ended.
 *
 * A reader holds preemption off, and that is all: a grace period has passed when
 * each CPU has switched threads, idled, or been interrupted in code that could
 * have been preempted. So a reader must not sleep, and a CPU that holds
 * preemption off for long holds up everybody's freeing.
 */
#ifndef KERNEL_RCUPDATE_H
#define KERNEL_RCUPDATE_H

#include <kernel/preempt.h>

/* In an object that is freed by call_rcu(). */
struct rcu_head {
	struct rcu_head	*next;
	void		(*func)(struct rcu_head *head);
};

static inline void rcu_read_lock(void)
{
	preempt_disable();
}

static inline void rcu_read_unlock(void)
{
	preempt_enable();
}

/** rcu_dereference() - the pointer @p as it is now; what it points to is there until rcu_read_unlock() */
#define rcu_dereference(p)		__atomic_load_n(&(p), __ATOMIC_ACQUIRE)

/** rcu_assign_pointer() - let readers find @v, whose contents are complete */
#define rcu_assign_pointer(p, v)	__atomic_store_n(&(p), v, __ATOMIC_RELEASE)

/**
 * call_rcu() - call @func(@head) after a grace period
 * On this CPU, in a softirq; those of one CPU in the order of call_rcu().
 * Context: any but NMI.
 */
void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head));

/** synchronize_rcu() - wait for a grace period. Context: a thread that may sleep */
void synchronize_rcu(void);

/* ---- between this and who knows what CPUs do */

/** rcu_init() - boot CPU, once, before the first call_rcu() */
void rcu_init(void);

/** rcu_cpu_online() - this CPU may have readers from now on */
void rcu_cpu_online(void);

extern u64 rcu_holdouts;		/* CPUs the grace period under way waits for; atomic */

/** rcu_qs() - this CPU is in no reader: a quiescent state. Context: interrupts off */
void rcu_qs(void);

/** rcu_note_qs() - the same where it must cost nothing when nobody waits */
static inline void rcu_note_qs(void)
{
	if (unlikely(rcu_holdouts))	/* a plain look is one instruction; an old answer only delays */
		rcu_qs();
}

/**
 * rcu_idle_enter() - nothing runs on this CPU until rcu_idle_exit(), which may be called more often
 * An interrupt calls rcu_idle_exit() before anything else. Context: interrupts off.
 */
void rcu_idle_enter(void);
void rcu_idle_exit(void);

extern bool rcu_idle;			/* per CPU: between enter and exit */

#endif
