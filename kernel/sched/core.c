// SPDX-License-Identifier: BSD-2-Clause
/*
 * Switching threads, and putting them to sleep and waking them.
 *
 * The lock of a queue is held across a switch: the thread before takes it, the
 * one after lets go of it. So whoever has the lock of the queue a thread was in
 * and finds it asleep knows that no CPU is on its stack any more.
 *
 * A thread's cpu changes under the lock of its old queue, while it is in none.
 */
#include <kernel/sched.h>
#include <asm/entry.h>
#include <asm/hw_irq.h>
#include <asm/idle.h>
#include <asm/io.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/sections.h>
#include <asm/stackprotector.h>
#include <asm/switch_to.h>
#include <asm/time.h>
#include <asm/timex.h>
#include <kernel/alarm.h>
#include <kernel/mutex.h>
#include <kernel/panic.h>
#include <kernel/rcupdate.h>
#include <kernel/smp.h>
#include <kernel/spinlock.h>
#include <kernel/sysinfo.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>
#include <kernel/workqueue.h>
#include <uapi/errno.h>
#include "runqueue.h"

#define SLICE_MS	4
#define TICK_NS		(SLICE_MS * NSEC_PER_MSEC / 2)
#define SAMPLE_NS	(10 * NSEC_PER_MSEC)	/* what programs count their time in */
#define STEAL_LOOK	16		/* threads an idle CPU looks at before it gives up */

struct cpu_rq {
	struct spinlock	lock;		/* interrupts off; with one held, another is only tried */
	unsigned int	cpu;
	bool		ticking;	/* tick is armed; lock */
	u64		nr_switches;	/* from one thread to another; lock */
	struct timer	tick;		/* ends slices, while there is a reason to */
	struct timer	sample;		/* armed while programs run; set_sample() */
	bool		sampling;	/* sample is armed; lock */
	u64		sampled;	/* cycles at the last sample; this CPU alone */
	u64		system;		/* cycles found in the kernel; this CPU alone */
	struct run_queue q;		/* lock */
};

struct task_struct init_task = {
	.stack = init_stack, .state = TASK_RUNNING, .se.prio = PRIO_IDLE, .usage = 1, .comm = "idle/0",
};
DEFINE_PER_CPU(struct task_struct *, current_task) = &init_task;

static_assert(THREAD_SIZE == INIT_STACK_SIZE, "the boot stack is that of a thread like others");

static DEFINE_PER_CPU(struct cpu_rq, runqueues);
static DEFINE_PER_CPU(struct cpu_rq *, local_rq);	/* this CPU's: two instructions fewer than its address */
static struct cpu_rq *cpu_rqs[NR_CPUS];		/* NULL: no such CPU, or not yet; atomic */
static unsigned int nr_cpu_rqs;			/* the highest number that was used + 1 */

static struct task_struct *task_of(struct sched_entity *se)
{
	return container_of(se, struct task_struct, se);
}

static struct cpu_rq *this_rq(void)
{
	return this_cpu_read(local_rq);
}

/* ---------------------------------------------------------------- whose CPU does what */

static __inline_always struct cpu_rq *task_rq_lock(struct task_struct *p, unsigned long *flags)
{
	struct cpu_rq *rq;

	for (;;) {
		rq = cpu_rqs[__atomic_load_n(&p->cpu, __ATOMIC_ACQUIRE)];
		*flags = spin_lock_irqsave(&rq->lock);
		if (likely(rq == cpu_rqs[__atomic_load_n(&p->cpu, __ATOMIC_RELAXED)]))
			return rq;
		spin_unlock_irqrestore(&rq->lock, *flags);
	}
}

static void task_rq_unlock(struct cpu_rq *rq, unsigned long flags)
{
	spin_unlock_irqrestore(&rq->lock, flags);
}

/* Context: rq->lock held. */
static void resched(struct cpu_rq *rq)
{
	if (rq == this_rq())
		set_need_resched();
	else
		smp_send_reschedule(rq->cpu);
}

void scheduler_ipi(void)
{
	set_need_resched();
}

unsigned int nr_running(unsigned int cpu)
{
	const struct cpu_rq *rq = __atomic_load_n(&cpu_rqs[cpu], __ATOMIC_ACQUIRE);

	return rq ? __atomic_load_n(&rq->q.nr_running, __ATOMIC_RELAXED) : 0;
}

static bool may_run_on(const struct task_struct *p, unsigned int cpu)
{
	return p->cpus_allowed >> cpu & 1 && __atomic_load_n(&cpu_rqs[cpu], __ATOMIC_RELAXED);
}

static bool is_idle_for(const struct task_struct *p, unsigned int cpu)
{
	return may_run_on(p, cpu) && !nr_running(cpu);
}

/*
 * Where a thread wakes: on the CPU whose caches may still have its data, if that
 * is idle; on the waker's, which has what it is woken for; on any idle one. When
 * all are busy, it waits where it was.
 */
static unsigned int select_cpu(const struct task_struct *p)
{
	unsigned int here = this_cpu_read(cpu_number), cpu, allowed = NR_CPUS;

	if (is_idle_for(p, p->cpu))
		return p->cpu;
	if (is_idle_for(p, here))
		return here;
	for (cpu = 0; cpu < nr_cpu_rqs; cpu++) {
		if (is_idle_for(p, cpu))
			return cpu;
		if (may_run_on(p, cpu) && (allowed == NR_CPUS || nr_running(cpu) < nr_running(allowed)))
			allowed = cpu;
	}
	return may_run_on(p, p->cpu) || allowed == NR_CPUS ? p->cpu : allowed;
}

/* ---------------------------------------------------------------- waking */

/* Context: rq->lock held. */
static __inline_always void enqueue(struct cpu_rq *rq, struct task_struct *p, enum enqueue how)
{
	bool urgent;

	rq_update(&rq->q, get_cycles());
	urgent = rq_enqueue(&rq->q, &p->se, how);
	if (urgent || !rq->ticking)	/* its CPU starts the tick */
		resched(rq);
}

static __inline_always bool try_to_wake(struct task_struct *p, u32 states)
{
	unsigned long flags;
	struct cpu_rq *rq = task_rq_lock(p, &flags), *to;
	u32 state = __atomic_load_n(&p->state, __ATOMIC_RELAXED);

	if (unlikely(!(states >> state & 1))) {
		task_rq_unlock(rq, flags);
		return false;
	}
	if (p->se.on_rq) {			/* on its way to sleep */
		__atomic_store_n(&p->state, TASK_RUNNING, __ATOMIC_RELAXED);
		task_rq_unlock(rq, flags);
		return true;
	}
	to = nr_cpu_rqs > 1 ? cpu_rqs[select_cpu(p)] : rq;
	if (to != rq) {
		/* the state keeps other wakers away until it is in the new queue */
		__atomic_store_n(&p->state, TASK_WAKING, __ATOMIC_RELAXED);
		rq_detach(&rq->q, &p->se);
		__atomic_store_n(&p->cpu, to->cpu, __ATOMIC_RELEASE);
		spin_unlock(&rq->lock);
		spin_lock(&to->lock);
		rq_attach(&to->q, &p->se);
	}
	enqueue(to, p, state == TASK_NEW ? ENQUEUE_NEW : ENQUEUE_WAKEUP);
	__atomic_store_n(&p->state, TASK_RUNNING, __ATOMIC_RELAXED);
	task_rq_unlock(to, flags);
	return true;
}

bool wake_up_process(struct task_struct *p)
{
	return try_to_wake(p, STATE_BIT(TASK_INTERRUPTIBLE) | STATE_BIT(TASK_UNINTERRUPTIBLE) |
			      STATE_BIT(TASK_KILLABLE) | STATE_BIT(TASK_NEW));
}

bool wake_up_state(struct task_struct *p, u32 states)
{
	return try_to_wake(p, states);
}

/*
 * From where @p waits to another queue. Its state stays what it is: it may have been on its way to
 * sleep when it was preempted, and nobody has woken it. Context: the locks of both queues held.
 */
static void move(struct cpu_rq *from, struct cpu_rq *to, struct task_struct *p)
{
	rq_dequeue(&from->q, &p->se);
	rq_detach(&from->q, &p->se);
	__atomic_store_n(&p->cpu, to->cpu, __ATOMIC_RELEASE);
	rq_attach(&to->q, &p->se);
	enqueue(to, p, ENQUEUE_MOVED);
}

/* ---------------------------------------------------------------- slices */

/* Context: rq->lock held, on its CPU. */
static __noinline void set_tick(struct cpu_rq *rq)
{
	rq->ticking = true;
	mod_timer(&rq->tick, ktime_get() + TICK_NS);
}

/* A timer of this CPU. It ends by itself when nobody waits, so a CPU with one thread has no tick. */
static void tick(struct timer *timer)
{
	struct cpu_rq *rq = container_of(timer, struct cpu_rq, tick);
	unsigned long flags = spin_lock_irqsave(&rq->lock);

	rq_update(&rq->q, get_cycles());
	if (rq_slice_over(&rq->q))
		set_need_resched();
	rq->ticking = false;
	if (rq_needs_tick(&rq->q))
		set_tick(rq);
	spin_unlock_irqrestore(&rq->lock, flags);
}

/* ---------------------------------------------------------------- user and system time */

/*
 * Which part of its time a program spends in the kernel is found by looking at what it
 * does 100 times a second. To read the clock whenever it enters and leaves the kernel
 * would cost each system call a fifth more.
 *
 * Context: rq->lock held, on its CPU.
 */
static __noinline void set_sample(struct cpu_rq *rq)
{
	rq->sampling = true;
	mod_timer(&rq->sample, ktime_get() + SAMPLE_NS);
}

/* A timer of this CPU. It ends when the CPU is idle; the next program that runs here arms it again. */
static void sample(struct timer *timer)
{
	struct cpu_rq *rq = container_of(timer, struct cpu_rq, sample);
	u64 now = get_cycles(), period = min(now - rq->sampled, (u64)tsc_khz() * (SAMPLE_NS / NSEC_PER_MSEC) * 2);
	const struct pt_regs *regs = interrupted_regs();
	unsigned long flags;

	rq->sampled = now;
	if (!is_idle_task(current) && regs && !user_mode(regs)) {
		rq->system += period;
		current->stime += period;
	}
	if (current->mm)
		cpu_alarms_run();
	flags = spin_lock_irqsave(&rq->lock);
	rq->sampling = false;
	if (!is_idle_task(current))
		set_sample(rq);
	spin_unlock_irqrestore(&rq->lock, flags);
}

/* ---------------------------------------------------------------- switching */

static void __noreturn schedule_bug(void)
{
	panic("schedule() in thread %s, where it may not be switched away from (count %#x)", current->comm,
	      preempt_count());
}

/* The first thing after a switch. Context: rq->lock held, of the queue of the CPU we are on now. */
static inline void finish_switch(struct task_struct *prev)
{
	struct cpu_rq *rq = this_rq();

	if (unlikely(prev->state == TASK_DEAD) && !prev->se.on_rq)
		task_is_dead(prev);	/* if not just preempted at its end */
	spin_unlock(&rq->lock);
}

/* Context: preemption not disabled. */
static inline void switch_threads(enum leave why)
{
	unsigned long flags = local_irq_save();
	struct cpu_rq *rq = this_rq();
	struct task_struct *prev = current, *next;

	if (unlikely(preempt_count()))
		schedule_bug();
	rcu_note_qs();
	spin_lock(&rq->lock);
	clear_need_resched();
	rq_update(&rq->q, get_cycles());
	if (why == LEAVE_SLEEP && prev->state == TASK_RUNNING)
		why = LEAVE_PREEMPTED;		/* woken before it slept */
	next = task_of(rq_pick(&rq->q, why));
	if (!rq->ticking && rq_needs_tick(&rq->q))
		set_tick(rq);
	if (next == prev) {
		spin_unlock(&rq->lock);
	} else {
		next->nr_switches++;
		rq->nr_switches++;
		if (unlikely(prev->thread.fpu))
			save_user_thread(prev);
		if (why != LEAVE_SLEEP)
			prev->nr_preempted++;
		if (unlikely(next->thread.fpu)) {
			load_user_thread(next);
			if (!rq->sampling)
				set_sample(rq);
		}
		finish_switch(switch_to(prev, next));
	}
	local_irq_restore(flags);
}

void schedule(void)
{
	do
		switch_threads(LEAVE_SLEEP);
	while (unlikely(need_resched()));
}

void yield(void)
{
	switch_threads(LEAVE_YIELD);
}

void preempt_schedule(void)
{
	if (irqs_disabled())
		return;			/* the interrupt that comes next, or the next preempt_enable(), does it */
	do
		switch_threads(LEAVE_PREEMPTED);
	while (need_resched());
}

void preempt_schedule_irq(void)
{
	do
		switch_threads(LEAVE_PREEMPTED);
	while (need_resched());
}

void thread_start(struct task_struct *prev)
{
	finish_switch(prev);
	local_irq_enable();
	if (!current->thread.fpu)
		kthread_main();
	user_thread_start();
}

/* ---------------------------------------------------------------- class and share */

static void set_class(struct task_struct *p, int prio, int nice)
{
	unsigned long flags;
	struct cpu_rq *rq = task_rq_lock(p, &flags);

	rq_update(&rq->q, get_cycles());
	if (rq_set_class(&rq->q, &p->se, prio, nice))
		resched(rq);
	task_rq_unlock(rq, flags);
}

void set_user_nice(struct task_struct *p, int nice)
{
	set_class(p, p->se.prio, min(max(nice, NICE_MIN), NICE_MAX));
}

void sched_set_fifo(struct task_struct *p, int prio)
{
	set_class(p, min(max(prio, PRIO_FAIR), PRIO_FIFO_MAX), p->se.nice);
}

void task_stat(struct task_struct *p, struct task_stat *stat)
{
	unsigned long flags;
	struct cpu_rq *rq = task_rq_lock(p, &flags);

	rq_update(&rq->q, get_cycles());
	*stat = (struct task_stat){
		.cpu = p->cpu, .state = p->state, .prio = p->se.prio, .nice = p->se.nice,
		.runs = rq->q.curr == &p->se, .cycles = p->se.sum_exec, .nr_switches = p->nr_switches,
	};
	task_rq_unlock(rq, flags);
}

bool cpu_stat(unsigned int cpu, struct cpu_stat *stat)
{
	struct cpu_rq *rq = cpu_rqs[cpu];
	unsigned long flags;

	if (!rq)
		return false;
	flags = spin_lock_irqsave(&rq->lock);
	rq_update(&rq->q, get_cycles());
	*stat = (struct cpu_stat){
		.cycles = rq->q.clock, .idle = rq->q.idle->sum_exec, .nr_running = rq->q.nr_running,
		.system = min(__atomic_load_n(&rq->system, __ATOMIC_RELAXED), rq->q.clock - rq->q.idle->sum_exec),
	};
	spin_unlock_irqrestore(&rq->lock, flags);
	return true;
}

void sched_update(struct task_struct *p)
{
	unsigned long flags;
	struct cpu_rq *rq = task_rq_lock(p, &flags);

	rq_update(&rq->q, get_cycles());
	task_rq_unlock(rq, flags);
}

void sched_update_current(void)
{
	unsigned long flags = local_irq_save();
	struct cpu_rq *rq = this_rq();

	spin_lock(&rq->lock);
	rq_update(&rq->q, get_cycles());
	spin_unlock(&rq->lock);
	local_irq_restore(flags);
}

/* ---------------------------------------------------------------- where it may run */

static DEFINE_MUTEX(push_lock);
static struct task_struct *to_push;		/* push_lock */

/* If @p waits in @rq and may not run there, it goes elsewhere. Context: rq->lock held */
static void move_if_waiting(struct cpu_rq *rq, struct task_struct *p)
{
	struct cpu_rq *to;

	if (p->cpu != rq->cpu || !p->se.on_rq || rq->q.curr == &p->se || may_run_on(p, rq->cpu))
		return;
	to = cpu_rqs[select_cpu(p)];
	while (!spin_trylock(&to->lock))	/* who has it waits for no other queue, and with push_lock there is one of us */
		cpu_relax();
	move(rq, to, p);
	spin_unlock(&to->lock);
}

/* By the thread of a CPU's work queue: while that runs, @to_push does not run there. */
static void push_from_here(struct work_struct *unused)
{
	unsigned long flags = local_irq_save();
	struct cpu_rq *rq = this_rq();

	spin_lock(&rq->lock);
	move_if_waiting(rq, to_push);
	task_rq_unlock(rq, flags);
}

/* As task_rq_lock(), but not while @p is on its way to a CPU that was chosen by where it might run before. */
static struct cpu_rq *lock_unless_waking(struct task_struct *p, unsigned long *flags)
{
	struct cpu_rq *rq;

	while (rq = task_rq_lock(p, flags), p->state == TASK_WAKING) {
		task_rq_unlock(rq, *flags);
		cpu_relax();
	}
	return rq;
}

int set_cpus_allowed(struct task_struct *p, u64 cpus)
{
	unsigned long flags;
	struct cpu_rq *rq;
	bool runs;

	if (!(cpus & cpu_online_mask))
		return -EINVAL;
	mutex_lock(&push_lock);
	rq = lock_unless_waking(p, &flags);
	p->cpus_allowed = cpus;
	runs = rq->q.curr == &p->se && !may_run_on(p, rq->cpu);
	move_if_waiting(rq, p);
	task_rq_unlock(rq, flags);
	if (runs) {
		to_push = p;
		schedule_on_each_cpu(push_from_here);
	}
	mutex_unlock(&push_lock);
	return 0;
}

u64 nr_context_switches(void)
{
	unsigned int cpu;
	u64 sum = 0;

	for (cpu = 0; cpu < nr_cpu_rqs; cpu++)
		if (cpu_rqs[cpu])
			sum += __atomic_load_n(&cpu_rqs[cpu]->nr_switches, __ATOMIC_RELAXED);
	return sum;
}

/* ---------------------------------------------------------------- idle CPUs */

/* The first that waits in @from and may run here; not one far behind, so that the locks are held for a moment only. */
static struct task_struct *find_stealable(struct cpu_rq *from, unsigned int cpu)
{
	struct sched_entity *se = NULL;
	unsigned int i;

	for (i = 0; i < STEAL_LOOK && (se = rq_waiting(&from->q, se)); i++)
		if (task_of(se)->cpus_allowed >> cpu & 1)
			return task_of(se);
	return NULL;
}

/*
 * Many CPUs become idle at the same time, and what waits may be bound to where it is. In a
 * queue for the lock of @from each would wait for all before it, with interrupts off; so who
 * finds it taken looks again. Context: interrupts off. Return: whether a new look is due.
 */
static bool steal_from(struct cpu_rq *from, struct cpu_rq *to)
{
	struct task_struct *p;

	spin_lock(&to->lock);
	if (!spin_trylock(&from->lock)) {
		spin_unlock(&to->lock);
		cpu_relax();
		return true;
	}
	p = find_stealable(from, to->cpu);
	if (p)
		move(from, to, p);
	spin_unlock(&from->lock);
	spin_unlock(&to->lock);
	return p;
}

/* A CPU with nothing to do takes what waits where most wait. Context: interrupts off. Return: whether it is not to sleep. */
static bool steal(void)
{
	struct cpu_rq *rq = this_rq();
	unsigned int cpu, most = 1, busiest = NR_CPUS;

	for (cpu = 0; cpu < nr_cpu_rqs; cpu++)
		if (cpu != rq->cpu && nr_running(cpu) > most) {
			most = nr_running(cpu);
			busiest = cpu;
		}
	return busiest < NR_CPUS && steal_from(cpu_rqs[busiest], rq);
}

/* Context: interrupts off, preemption disabled. */
static void idle(void)
{
	rcu_idle_enter();
	if (!need_resched())		/* callbacks may have become ready */
		arch_cpu_idle();
	rcu_idle_exit();
}

void cpu_idle_loop(void)
{
	preempt_enable();
	for (;;) {
		reap_dead_tasks();
		preempt_disable();	/* nothing comes between the look and the sleep but interrupts */
		local_irq_disable();
		if (!need_resched() && !steal())
			idle();
		local_irq_enable();
		preempt_enable();
	}
}

/* ---------------------------------------------------------------- start */

void sched_cpu_init(struct task_struct *idle)
{
	struct cpu_rq *rq = this_cpu_ptr(&runqueues);
	unsigned int nr;

	this_cpu_write(local_rq, rq);
	*rq = (struct cpu_rq){ .cpu = this_cpu_read(cpu_number) };
	idle->cpu = rq->cpu;
	timer_setup(&rq->tick, tick);
	timer_setup(&rq->sample, sample);
	rq_init(&rq->q, &idle->se);
	rq_update(&rq->q, get_cycles());
	rcu_cpu_online();
	idle->stack_canary = stack_canary_current();
	this_cpu_write(current_task, idle);
	__atomic_store_n(&cpu_rqs[rq->cpu], rq, __ATOMIC_RELEASE);
	nr = __atomic_load_n(&nr_cpu_rqs, __ATOMIC_RELAXED);
	while (nr <= rq->cpu &&		/* several CPUs come at the same time */
	       !__atomic_compare_exchange_n(&nr_cpu_rqs, &nr, rq->cpu + 1, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
		;
}

void sched_init(void)
{
	if (tsc_khz())
		rq_set_slice((u64)tsc_khz() * SLICE_MS);
	se_set_class(&init_task.se, PRIO_IDLE, 0);
	init_task.cpus_allowed = 1;
	task_init();
	sched_cpu_init(&init_task);
}
