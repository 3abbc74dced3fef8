// SPDX-License-Identifier: BSD-2-Clause
/*
 * Grace periods. They are numbered, and one runs at a time: at its start every
 * CPU that is not idle is a holdout, and it ends when each has told of a
 * quiescent state. Callbacks wait on the CPU that brought them: those that are
 * fresh until the ones before are through, then for the first grace period that
 * starts after that, then for their softirq.
 *
 * An idle CPU is asked nothing. It leaves idleness by an atomic change of rcu.idle,
 * which the start of a grace period also changes: either the start sees it busy, or
 * all that was published before the start is seen by the readers it begins then.
 * It enters by saying so before it looks whether it is a holdout, and the start makes
 * holdouts of all before it looks who is idle: one of the two sees the other.
 */
#include <kernel/rcupdate.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <kernel/completion.h>
#include <kernel/interrupt.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>

#define BATCH		64		/* callbacks before others have their turn */
#define LOOK_NS		(10 * NSEC_PER_MSEC)	/* how often a CPU with callbacks looks how far it is */

static struct {
	struct spinlock	lock;		/* taken with interrupts off */
	u64	started;		/* the last grace period that began, by number; lock */
	u64	ended;			/* and that ended: started, or one less; lock */
	u64	wanted;			/* callbacks wait for grace periods up to this; lock */
	u64	online;			/* set of CPUs; lock */
	u64	idle;			/* idle CPUs; atomic */
} rcu;

u64 rcu_holdouts;			/* CPUs the grace period under way waits for; rcu.lock, read without */

struct rcu_list {
	struct rcu_head	*first;
	struct rcu_head	**end;		/* where the next one goes, NULL: list is empty */
};

struct rcu_cpu {
	struct rcu_list	fresh;		/* in no grace period yet */
	struct rcu_list	waiting;	/* for the end of waiting_for */
	u64		waiting_for;
	struct rcu_list	done;		/* to be called */
	struct timer	timer;
};

static DEFINE_PER_CPU(struct rcu_cpu, rcu_cpu);		/* interrupts off */
DEFINE_PER_CPU(bool, rcu_idle);

static u64 me(void)
{
	return 1ULL << this_cpu_read(cpu_number);
}

/* ---------------------------------------------------------------------- lists */

static void append(struct rcu_list *list, struct rcu_head *first, struct rcu_head **end)
{
	if (!list->first)
		list->end = &list->first;
	*list->end = first;
	list->end = end;
}

/* All of @from behind those of @to. */
static void splice(struct rcu_list *to, struct rcu_list *from)
{
	if (!from->first)
		return;
	append(to, from->first, from->end);
	from->first = NULL;
}

static struct rcu_head *take_first(struct rcu_list *list)
{
	struct rcu_head *head = list->first;

	if (head)
		list->first = head->next;
	return head;
}

/* -------------------------------------------------------------- grace periods */

/* Without any, the grace period is over. Context: rcu.lock held. */
static void set_holdouts(u64 cpus)
{
	__atomic_store_n(&rcu_holdouts, cpus, __ATOMIC_SEQ_CST);
	if (!cpus)
		__atomic_store_n(&rcu.ended, rcu.started, __ATOMIC_RELEASE);
}

/* Context: rcu.lock held. */
static void start_if_wanted(void)
{
	while (rcu.ended == rcu.started && rcu.wanted > rcu.ended) {
		rcu.started++;
		set_holdouts(rcu.online);
		set_holdouts(rcu.online & ~__atomic_fetch_or(&rcu.idle, 0, __ATOMIC_SEQ_CST));
	}
}

/* Return: the first grace period that begins after now; it is under way soon. */
static u64 want_grace_period(void)
{
	u64 gp;

	spin_lock(&rcu.lock);
	gp = rcu.started + 1;
	rcu.wanted = max(rcu.wanted, gp);
	start_if_wanted();
	spin_unlock(&rcu.lock);
	return gp;
}

/* Context: rcu.lock held. */
static void tell_quiescent(u64 cpu)
{
	if (rcu_holdouts & cpu)
		set_holdouts(rcu_holdouts & ~cpu);
	start_if_wanted();
}

/* ------------------------------------------------------------------ callbacks */

/* Move on what can. Context: interrupts off. */
static void advance(struct rcu_cpu *cpu)
{
	while (cpu->waiting.first || cpu->fresh.first) {
		if (!cpu->waiting.first) {
			splice(&cpu->waiting, &cpu->fresh);
			cpu->waiting_for = want_grace_period();
			mod_timer(&cpu->timer, ktime_get() + LOOK_NS);
		}
		if (__atomic_load_n(&rcu.ended, __ATOMIC_ACQUIRE) < cpu->waiting_for)
			return;
		splice(&cpu->done, &cpu->waiting);
		raise_softirq(RCU_SOFTIRQ);
	}
}

/* A CPU that computes without a pause is interrupted, so that it has a quiescent state. */
static void look(struct timer *timer)
{
	struct rcu_cpu *cpu = this_cpu_ptr(&rcu_cpu);
	u64 holdouts = __atomic_load_n(&rcu_holdouts, __ATOMIC_RELAXED) & ~me();

	advance(cpu);
	if (!cpu->waiting.first)
		return;
	for (; holdouts; holdouts &= holdouts - 1)
		smp_send_reschedule(__builtin_ctzll(holdouts));
	mod_timer(timer, ktime_get() + LOOK_NS);
}

static void call_done(void)
{
	struct rcu_cpu *cpu = this_cpu_ptr(&rcu_cpu);

	for (unsigned int i = 0; i < BATCH; i++) {
		unsigned long flags = local_irq_save();
		struct rcu_head *head = take_first(&cpu->done);

		local_irq_restore(flags);
		if (!head)
			return;
		head->func(head);
	}
	raise_softirq(RCU_SOFTIRQ);
}

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	unsigned long flags = local_irq_save();
	struct rcu_cpu *cpu = this_cpu_ptr(&rcu_cpu);

	head->next = NULL;
	head->func = func;
	append(&cpu->fresh, head, &head->next);
	advance(cpu);
	local_irq_restore(flags);
}

struct waiting_thread {
	struct rcu_head		head;
	struct completion	over;
};

static void wake_thread(struct rcu_head *head)
{
	complete(&container_of(head, struct waiting_thread, head)->over);
}

void synchronize_rcu(void)
{
	struct waiting_thread w;

	init_completion(&w.over);
	call_rcu(&w.head, wake_thread);
	wait_for_completion(&w.over);
}

/* ------------------------------------------------------------ what CPUs do */

void rcu_qs(void)
{
	if (__atomic_load_n(&rcu_holdouts, __ATOMIC_RELAXED) & me()) {
		spin_lock(&rcu.lock);
		tell_quiescent(me());
		spin_unlock(&rcu.lock);
	}
	advance(this_cpu_ptr(&rcu_cpu));
}

void rcu_idle_enter(void)
{
	/* CPUs that become idle together do not queue for the lock: it is for those that are waited for */
	__atomic_fetch_or(&rcu.idle, me(), __ATOMIC_SEQ_CST);
	if (__atomic_load_n(&rcu_holdouts, __ATOMIC_SEQ_CST) & me()) {
		spin_lock(&rcu.lock);
		tell_quiescent(me());
		spin_unlock(&rcu.lock);
	}
	this_cpu_write(rcu_idle, true);
	advance(this_cpu_ptr(&rcu_cpu));
}

void rcu_idle_exit(void)
{
	if (!this_cpu_read(rcu_idle))
		return;
	this_cpu_write(rcu_idle, false);
	__atomic_fetch_and(&rcu.idle, ~me(), __ATOMIC_SEQ_CST);
}

void rcu_cpu_online(void)
{
	unsigned long flags = spin_lock_irqsave(&rcu.lock);

	rcu.online |= me();
	timer_setup(&this_cpu_ptr(&rcu_cpu)->timer, look);
	spin_unlock_irqrestore(&rcu.lock, flags);
}

void rcu_init(void)
{
	open_softirq(RCU_SOFTIRQ, call_done);
}
