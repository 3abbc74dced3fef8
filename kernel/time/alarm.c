// SPDX-License-Identifier: BSD-2-Clause
/*
 * Alarms by three kinds of clock. Each is an ordinary timer in the end. One that goes by
 * the date is armed for when the date will be that, and is in a list: who sets the date
 * lets all of them expire at once, and their functions arm them anew. One that goes by
 * CPU time is in a tree of its thread or process instead of being armed; the interrupt
 * that samples what programs do, 100 times a second, looks whether the first of the
 * trees has come due, and lets its timer expire. So who has none pays nothing for it.
 */
#include <kernel/alarm.h>
#include <kernel/posix_clock.h>
#include <kernel/sched.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include <uapi/errno.h>

#define LONGEST		(~0ULL >> 1)	/* ns */

/* Numbers of clock_getcpuclockid(): what they count, whose, and whether of a thread. */
#define CPU_CLOCK_WHAT		3
#define CPU_CLOCK_PROF		0
#define CPU_CLOCK_VIRT		1
#define CPU_CLOCK_SCHED		2
#define CPU_CLOCK_THREAD	4
#define CPU_CLOCK_WHOSE(id)	(~((id) >> 3))

static struct spinlock date_lock;
static struct list_head date_alarms = { &date_alarms, &date_alarms };	/* date_lock */
static u64 date_sets;				/* date_lock; atomic */
static struct spinlock cpu_alarms_lock;		/* all trees cpu_alarms */

/* ---------------------------------------------------------------- clocks */

/* The thread of this process, or the leader of any, that number @nr means; 0: this one, its leader. With a reference */
static struct task_struct *get_whose(int nr, bool thread)
{
	struct task_struct *p = nr ? get_task_by_pid(nr) : thread ? current : current->group_leader;

	if (!nr)
		get_task_struct(p);
	if (!p || (thread ? p->signal == current->signal : p->group_leader == p && p->signal != &init_signals))
		return p;
	put_task_struct(p);
	return NULL;
}

static int cpu_clock_get(int whose, bool thread, bool user, struct timed_clock *clock)
{
	*clock = (struct timed_clock){
		.kind = CLOCK_KIND_CPU, .thread = thread, .user = user, .task = get_whose(whose, thread),
	};
	return clock->task ? 0 : -EINVAL;
}

int timed_clock_get(int id, bool absolute, struct timed_clock *clock)
{
	if (id < 0 && (id & CPU_CLOCK_WHAT) <= CPU_CLOCK_SCHED)
		return cpu_clock_get(CPU_CLOCK_WHOSE(id), id & CPU_CLOCK_THREAD, (id & CPU_CLOCK_WHAT) == CPU_CLOCK_VIRT,
				     clock);
	switch (id) {
	case CLOCK_PROCESS_CPUTIME_ID:
	case CLOCK_THREAD_CPUTIME_ID:
		return cpu_clock_get(0, id == CLOCK_THREAD_CPUTIME_ID, false, clock);
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_ALARM:
	case CLOCK_TAI:
		*clock = (struct timed_clock){ .kind = absolute ? CLOCK_KIND_DATE : CLOCK_KIND_TIME };
		return 0;
	case CLOCK_MONOTONIC:
	case CLOCK_BOOTTIME:
	case CLOCK_BOOTTIME_ALARM:
		*clock = (struct timed_clock){ .kind = CLOCK_KIND_TIME };
		return 0;
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_REALTIME_COARSE:
		return -EOPNOTSUPP;
	default:
		return -EINVAL;
	}
}

void timed_clock_put(struct timed_clock *clock)
{
	if (clock->task)
		put_task_struct(clock->task);
	clock->task = NULL;
}

static u64 cpu_clock_read(const struct timed_clock *clock)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct task_usage used;
	struct task_struct *t;

	if (clock->thread) {
		sched_update(clock->task);
		task_usage(clock->task, &used);
	} else {
		for_each_thread(clock->task, t)
			sched_update(t);
		process_usage(clock->task, &used);
	}
	spin_unlock_irqrestore(&tasks_lock, flags);
	return cycles_to_ns(used.cycles - (clock->user ? used.stime : 0));
}

u64 timed_clock_read(const struct timed_clock *clock)
{
	return clock->kind == CLOCK_KIND_TIME ? ktime_get() : clock->kind == CLOCK_KIND_DATE ? ktime_get_real() :
	       cpu_clock_read(clock);
}

/* ---------------------------------------------------------------- those that go by the date */

/* When @expires of the date is, of ktime_get(); the past is now. */
static u64 date_to_time(u64 expires)
{
	u64 date = ktime_get_real(), now = ktime_get();

	return expires <= date ? now : min(now + (expires - date), LONGEST);
}

static void arm_by_date(struct alarm *a)
{
	unsigned long flags = spin_lock_irqsave(&date_lock);

	if (!a->queued)
		list_add_tail(&a->date, &date_alarms);
	a->queued = true;
	mod_timer(&a->timer, date_to_time(a->expires));
	spin_unlock_irqrestore(&date_lock, flags);
}

static void leave_date(struct alarm *a)
{
	unsigned long flags = spin_lock_irqsave(&date_lock);

	if (a->queued)
		list_del(&a->date);
	a->queued = false;
	spin_unlock_irqrestore(&date_lock, flags);
}

void date_was_set(void)
{
	unsigned long flags = spin_lock_irqsave(&date_lock);
	struct alarm *a;

	__atomic_store_n(&date_sets, date_sets + 1, __ATOMIC_RELEASE);
	list_for_each_entry(a, &date_alarms, date)
		mod_timer(&a->timer, 0);
	spin_unlock_irqrestore(&date_lock, flags);
}

u64 date_times_set(void)
{
	return __atomic_load_n(&date_sets, __ATOMIC_ACQUIRE);
}

/* ---------------------------------------------------------------- those that go by CPU time */

static struct alarm *cpu_alarm_of(const struct rb_node *node)
{
	return container_of(node, struct alarm, cpu);
}

static bool expires_before(const struct rb_node *a, const struct rb_node *b)
{
	return cpu_alarm_of(a)->expires < cpu_alarm_of(b)->expires;
}

static struct rb_root *tree_of(const struct timed_clock *clock)
{
	return &(clock->thread ? clock->task->cpu_alarms : clock->task->signal->cpu_alarms)[clock->user];
}

static void leave_tree(struct alarm *a)
{
	unsigned long flags = spin_lock_irqsave(&cpu_alarms_lock);

	if (a->queued)
		rb_erase(tree_of(&a->clock), &a->cpu);
	a->queued = false;
	spin_unlock_irqrestore(&cpu_alarms_lock, flags);
}

/* Nobody may look at the tree before the thread or process runs, so what is due already expires now. */
static void arm_by_cpu(struct alarm *a, u64 now)
{
	unsigned long flags;

	leave_tree(a);
	if (a->expires <= now) {
		mod_timer(&a->timer, 0);
		return;
	}
	flags = spin_lock_irqsave(&cpu_alarms_lock);
	rb_add(tree_of(&a->clock), &a->cpu, expires_before);
	a->queued = true;
	spin_unlock_irqrestore(&cpu_alarms_lock, flags);
}

/* Context: cpu_alarms_lock. */
static void expire(struct rb_root *tree, u64 now)
{
	struct rb_node *first;

	while ((first = rb_first(tree)) && cpu_alarm_of(first)->expires <= now) {
		rb_erase(tree, first);
		cpu_alarm_of(first)->queued = false;
		mod_timer(&cpu_alarm_of(first)->timer, 0);
	}
}

static void expire_both(struct rb_root trees[2], const struct task_usage *used)
{
	expire(&trees[false], cycles_to_ns(used->cycles));
	expire(&trees[true], cycles_to_ns(used->cycles - used->stime));
}

/* For each second above the soft limit SIGXCPU, at the hard one SIGKILL; not for PID 1, whose end is that of the machine. */
static void check_cpu_limit(u64 ns)
{
	struct rlimit *limit = &current->signal->rlim[RLIMIT_CPU];
	unsigned long flags = lock_task_sighand(current);
	u64 seconds = ns / NSEC_PER_SEC, soft = limit->rlim_cur;

	if (seconds >= limit->rlim_max) {
		send_sig_locked(SIGKILL, SEND_SIG_PRIV, current, true);
	} else if (seconds >= soft) {
		send_sig_locked(SIGXCPU, SEND_SIG_PRIV, current, true);
		__atomic_store_n(&limit->rlim_cur, soft + 1, __ATOMIC_RELAXED);
	}
	unlock_task_sighand(current, flags);
}

static __noinline void look_at_cpu_time(void)
{
	struct task_usage thread, process;

	spin_lock(&tasks_lock);
	sched_update_current();
	task_usage(current, &thread);
	process_usage(current, &process);
	spin_unlock(&tasks_lock);
	spin_lock(&cpu_alarms_lock);
	expire_both(current->cpu_alarms, &thread);
	expire_both(current->signal->cpu_alarms, &process);
	spin_unlock(&cpu_alarms_lock);
	if (rlimit(RLIMIT_CPU) != RLIM_INFINITY && !(current->signal->flags & SIGNAL_UNKILLABLE))
		check_cpu_limit(cycles_to_ns(process.cycles));
}

static bool has_alarms(const struct rb_root trees[2])
{
	return rb_first(&trees[false]) || rb_first(&trees[true]);
}

void cpu_alarms_run(void)
{
	if (has_alarms(current->cpu_alarms) || has_alarms(current->signal->cpu_alarms) ||
	    rlimit(RLIMIT_CPU) != RLIM_INFINITY)
		look_at_cpu_time();
}

/* ---------------------------------------------------------------- alarms */

void alarm_setup(struct alarm *a, const struct timed_clock *clock, void (*function)(struct timer *timer))
{
	*a = (struct alarm){ .clock = *clock };
	timer_setup(&a->timer, function);
}

void alarm_arm(struct alarm *a, u64 now)
{
	if (a->clock.kind == CLOCK_KIND_CPU)
		arm_by_cpu(a, now);
	else if (a->clock.kind == CLOCK_KIND_DATE)
		arm_by_date(a);
	else
		mod_timer(&a->timer, a->expires);
}

static void leave_queue(struct alarm *a)
{
	if (a->clock.kind == CLOCK_KIND_CPU)
		leave_tree(a);
	else if (a->clock.kind == CLOCK_KIND_DATE)
		leave_date(a);
}

void alarm_stop(struct alarm *a)
{
	leave_queue(a);
	timer_delete(&a->timer);
}

void alarm_stop_sync(struct alarm *a)
{
	leave_queue(a);
	timer_delete_sync(&a->timer);
}

/* ---------------------------------------------------------------- sleeping */

struct sleeper {
	struct alarm		alarm;
	struct task_struct	*task;
};

static void wake_sleeper(struct timer *timer)
{
	wake_up_process(container_of(timer, struct sleeper, alarm.timer)->task);
}

void schedule_until(const struct timed_clock *clock, u64 expires)
{
	struct sleeper s = { .task = current };

	alarm_setup(&s.alarm, clock, wake_sleeper);
	s.alarm.expires = expires;
	alarm_arm(&s.alarm, 0);
	schedule();
	alarm_stop_sync(&s.alarm);
}

int clock_sleep(const struct timed_clock *clock, u64 expires)
{
	while (timed_clock_read(clock) < expires) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (signal_pending(current)) {
			set_current_state(TASK_RUNNING);
			return -EINTR;
		}
		schedule_until(clock, expires);
	}
	return 0;
}
