// SPDX-License-Identifier: BSD-2-Clause
/*
 * Timers of a process that send it signals: the interval timers, alarm() among them,
 * and those of timer_create(). Their functions run in interrupts, and take the siglock;
 * so who deletes a timer lets go of it first.
 */
#include <asm/uaccess.h>
#include <kernel/itimer.h>
#include <kernel/posix_clock.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <uapi/errno.h>

#define MAX_TIMERS	1024		/* of timer_create(), of one process */

struct posix_timer {
	struct list_head entry;		/* signal->posix_timers; siglock */
	struct timer	timer;
	struct signal_struct *signal;	/* outlives the timer */
	struct task_struct *target;	/* SIGEV_THREAD_ID: with a reference; else NULL */
	int		id, clock, notify, sig;
	union sigval_user value;
	u64		interval;	/* ns, 0: once; siglock */
	u64		expires;	/* of ktime_get(), 0: not armed; siglock */
	int		overrun;	/* expiries that sent no signal since the last one that did; siglock */
};

/* ---------------------------------------------------------------- ITIMER_REAL */

struct real_timer {
	struct timer	timer;
	struct signal_struct *signal;
	u64		expires, interval;	/* as above */
};

static unsigned long lock_signal(struct signal_struct *s)
{
	return spin_lock_irqsave(&s->leader->sighand->siglock);
}

static void unlock_signal(struct signal_struct *s, unsigned long flags)
{
	spin_unlock_irqrestore(&s->leader->sighand->siglock, flags);
}

/* When a timer comes next that has come due; the times that have gone by are counted in @missed. */
static u64 next_expiry(u64 expires, u64 interval, u64 now, u64 *missed)
{
	u64 n = now > expires ? (now - expires) / interval : 0;

	*missed = n;
	return expires + (n + 1) * interval;
}

static void real_timer_expired(struct timer *timer)
{
	struct real_timer *t = container_of(timer, struct real_timer, timer);
	unsigned long flags = lock_signal(t->signal);
	u64 missed;

	if (t->expires && ktime_get() >= t->expires) {
		send_sig_locked(SIGALRM, SEND_SIG_PRIV, t->signal->leader, true);
		t->expires = t->interval ? next_expiry(t->expires, t->interval, ktime_get(), &missed) : 0;
		if (t->expires)
			mod_timer(&t->timer, t->expires);
	}
	unlock_signal(t->signal, flags);
}

static struct real_timer *real_timer_make(struct signal_struct *s)
{
	struct real_timer *t = kzalloc(sizeof(*t), GFP_KERNEL);
	unsigned long flags;

	if (!t)
		return NULL;
	t->signal = s;
	timer_setup(&t->timer, real_timer_expired);
	flags = lock_signal(s);
	if (!s->real_timer) {
		s->real_timer = &t->timer;
		t = NULL;
	}
	unlock_signal(s, flags);
	kfree(t);
	return container_of(s->real_timer, struct real_timer, timer);
}

static struct real_timer *real_timer_of(struct signal_struct *s)
{
	return s->real_timer ? container_of(s->real_timer, struct real_timer, timer) : NULL;
}

/* Context: siglock. 0, 0 when it is not armed. */
static void real_timer_read(const struct real_timer *t, u64 *left, u64 *interval)
{
	u64 now = ktime_get();

	*left = t && t->expires ? (t->expires > now ? t->expires - now : NSEC_PER_USEC) : 0;
	*interval = t ? t->interval : 0;
}

/* @ns 0: not any more. Gives what was before. */
static int real_timer_set(u64 ns, u64 interval, u64 *old_left, u64 *old_interval)
{
	struct signal_struct *s = current->signal;
	struct real_timer *t = real_timer_of(s);
	unsigned long flags;

	*old_left = *old_interval = 0;
	if (!t && !ns)
		return 0;
	if (!t)
		t = real_timer_make(s);
	if (!t)
		return -ENOMEM;
	flags = lock_signal(s);
	real_timer_read(t, old_left, old_interval);
	t->expires = ns ? ktime_get() + ns : 0;
	t->interval = ns ? interval : 0;
	if (ns)
		mod_timer(&t->timer, t->expires);
	else
		timer_delete(&t->timer);	/* one that runs finds expires 0 */
	unlock_signal(s, flags);
	return 0;
}

static struct itimerval_user to_itimerval(u64 left, u64 interval)
{
	return (struct itimerval_user){ ns_to_timeval(interval), ns_to_timeval(left) };
}

static int from_timeval(const struct timeval_user *tv, u64 *ns)
{
	if (tv->tv_sec < 0 || tv->tv_usec < 0 || tv->tv_usec >= 1000000)
		return -EINVAL;
	*ns = min(timespec_to_ns(&(struct timespec_user){ tv->tv_sec, tv->tv_usec * 1000 }), ~0ULL >> 3);
	return 0;
}

SYSCALL_DEFINE2(getitimer, int, which, struct itimerval_user __user *, uvalue)
{
	struct signal_struct *s = current->signal;
	struct itimerval_user value;
	unsigned long flags;
	u64 left, interval;

	if (which != ITIMER_REAL)
		return -EINVAL;
	flags = lock_signal(s);
	real_timer_read(real_timer_of(s), &left, &interval);
	unlock_signal(s, flags);
	value = to_itimerval(left, interval);
	return copy_to_user(uvalue, &value, sizeof(value));
}
SYSCALL_PARTIAL(getitimer, "ITIMER_VIRTUAL, ITIMER_PROF");

SYSCALL_DEFINE3(setitimer, int, which, const struct itimerval_user __user *, uvalue,
		struct itimerval_user __user *, uold)
{
	struct itimerval_user value = { 0 };
	u64 ns, interval, left, old_interval;
	int err;

	if (which != ITIMER_REAL)
		return -EINVAL;
	if (uvalue && copy_from_user(&value, uvalue, sizeof(value)))
		return -EFAULT;
	err = from_timeval(&value.it_value, &ns);
	if (!err)
		err = from_timeval(&value.it_interval, &interval);
	if (!err)
		err = real_timer_set(ns, interval, &left, &old_interval);
	if (err || !uold)
		return err;
	value = to_itimerval(left, old_interval);
	return copy_to_user(uold, &value, sizeof(value));
}
SYSCALL_PARTIAL(setitimer, "ITIMER_VIRTUAL, ITIMER_PROF");

SYSCALL_DEFINE1(alarm, unsigned int, seconds)
{
	u64 left, interval;
	int err = real_timer_set(seconds * NSEC_PER_SEC, 0, &left, &interval);

	if (err)
		return err;
	/* what is left is never told as nothing */
	return left && left < NSEC_PER_SEC / 2 ? 1 : (left + NSEC_PER_SEC / 2) / NSEC_PER_SEC;
}

/* ---------------------------------------------------------------- timer_create() */

/* Context: siglock. */
static void send_timer_signal(struct posix_timer *t)
{
	struct siginfo info = {
		.si_signo = t->sig, .si_code = SI_TIMER,
		.timer = { .tid = t->id, .overrun = t->overrun, .sigval = t->value },
	};
	struct task_struct *target = t->target ? t->target : t->signal->leader;

	if (t->notify == SIGEV_NONE)
		return;
	send_sig_locked(t->sig, &info, target, !t->target);
}

static void posix_timer_expired(struct timer *timer)
{
	struct posix_timer *t = container_of(timer, struct posix_timer, timer);
	unsigned long flags = lock_signal(t->signal);
	u64 now = ktime_get(), missed = 0;

	if (t->expires && now >= t->expires) {
		u64 next = t->interval ? next_expiry(t->expires, t->interval, now, &missed) : 0;

		t->overrun = min(missed, (u64)0x7fffffff);
		send_timer_signal(t);
		t->expires = next;
		if (next)
			mod_timer(&t->timer, next);
	}
	unlock_signal(t->signal, flags);
}

/* Context: siglock. */
static struct posix_timer *find_timer(int id)
{
	struct posix_timer *t;

	list_for_each_entry(t, &current->signal->posix_timers, entry)
		if (t->id == id)
			return t;
	return NULL;
}

/* The first number that is free, -1 when there are too many. Context: siglock */
static int free_id(void)
{
	int id;

	for (id = 0; id < MAX_TIMERS; id++)
		if (!find_timer(id))
			return id;
	return -1;
}

static int find_target(struct posix_timer *t, int tid)
{
	struct task_struct *p;

	if (t->notify != SIGEV_THREAD_ID)
		return 0;
	p = get_task_by_pid(tid);
	if (!p || p->signal != current->signal) {
		if (p)
			put_task_struct(p);
		return -EINVAL;
	}
	t->target = p;
	return 0;
}

static void free_timer(struct posix_timer *t)
{
	if (t->target)
		put_task_struct(t->target);
	kfree(t);
}

static int add_timer(struct posix_timer *t)
{
	unsigned long flags = lock_signal(current->signal);

	t->id = free_id();
	if (t->id >= 0)
		list_add_tail(&t->entry, &current->signal->posix_timers);
	unlock_signal(current->signal, flags);
	return t->id < 0 ? -EAGAIN : 0;
}

SYSCALL_DEFINE3(timer_create, int, clock, const struct sigevent_user __user *, uevent, int __user *, uid)
{
	struct sigevent_user event = { .sigev_signo = SIGALRM, .sigev_notify = SIGEV_SIGNAL };
	struct posix_timer *t;
	int err;

	if (!clock_is_timed(clock))
		return -EINVAL;
	if (uevent && copy_from_user(&event, uevent, sizeof(event)))
		return -EFAULT;
	if (event.sigev_notify != SIGEV_SIGNAL && event.sigev_notify != SIGEV_NONE &&
	    event.sigev_notify != SIGEV_THREAD_ID)
		return -EINVAL;
	if (event.sigev_notify != SIGEV_NONE && (event.sigev_signo < 1 || event.sigev_signo > _NSIG))
		return -EINVAL;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -EAGAIN;
	timer_setup(&t->timer, posix_timer_expired);
	t->signal = current->signal;
	t->clock = clock;
	t->notify = event.sigev_notify;
	t->sig = event.sigev_signo;
	t->value = event.sigev_value;
	err = find_target(t, event.sigev_tid);
	if (!err)
		err = add_timer(t);
	if (err) {
		free_timer(t);
		return err;
	}
	if (!uevent)
		t->value.sival_int = t->id;
	return put_user(t->id, uid);
}
SYSCALL_PARTIAL(timer_create, "clocks of CPU time");

/* Context: siglock. */
static void timer_read(const struct posix_timer *t, struct itimerspec_user *value)
{
	u64 now = ktime_get(), left = 0;

	if (t->expires)
		left = t->expires > now ? t->expires - now : 1;
	*value = (struct itimerspec_user){ ns_to_timespec(t->interval), ns_to_timespec(left) };
}

SYSCALL_DEFINE2(timer_gettime, int, id, struct itimerspec_user __user *, uvalue)
{
	unsigned long flags = lock_signal(current->signal);
	struct posix_timer *t = find_timer(id);
	struct itimerspec_user value;

	if (t)
		timer_read(t, &value);
	unlock_signal(current->signal, flags);
	if (!t)
		return -EINVAL;
	return copy_to_user(uvalue, &value, sizeof(value));
}

SYSCALL_DEFINE1(timer_getoverrun, int, id)
{
	unsigned long flags = lock_signal(current->signal);
	struct posix_timer *t = find_timer(id);
	int overrun = t ? t->overrun : -EINVAL;

	unlock_signal(current->signal, flags);
	return overrun;
}

SYSCALL_DEFINE4(timer_settime, int, id, int, flags, const struct itimerspec_user __user *, uvalue,
		struct itimerspec_user __user *, uold)
{
	struct itimerspec_user value, old;
	struct posix_timer *t;
	unsigned long irq;
	u64 ns;

	if (copy_from_user(&value, uvalue, sizeof(value)))
		return -EFAULT;
	if (!timespec_valid(&value.it_value) || !timespec_valid(&value.it_interval))
		return -EINVAL;
	ns = timespec_to_ns(&value.it_value);
	irq = lock_signal(current->signal);
	t = find_timer(id);
	if (t) {
		timer_read(t, &old);
		t->interval = min(timespec_to_ns(&value.it_interval), ~0ULL >> 3);
		t->overrun = 0;
		t->expires = !ns ? 0 : flags & TIMER_ABSTIME ? clock_expiry(t->clock, ns) :
			     ktime_get() + min(ns, ~0ULL >> 3);
		if (t->expires)
			mod_timer(&t->timer, t->expires);
		else
			timer_delete(&t->timer);	/* one that runs finds expires 0 */
	}
	unlock_signal(current->signal, irq);
	if (!t)
		return -EINVAL;
	return uold ? copy_to_user(uold, &old, sizeof(old)) : 0;
}

SYSCALL_DEFINE1(timer_delete, int, id)
{
	unsigned long flags = lock_signal(current->signal);
	struct posix_timer *t = find_timer(id);

	if (t) {
		list_del(&t->entry);
		t->expires = 0;
	}
	unlock_signal(current->signal, flags);
	if (!t)
		return -EINVAL;
	timer_delete_sync(&t->timer);
	free_timer(t);
	return 0;
}

void exit_posix_timers(void)
{
	struct signal_struct *s = current->signal;

	while (!list_empty(&s->posix_timers))
		do_sys_timer_delete(list_first_entry(&s->posix_timers, struct posix_timer, entry)->id);
}

void exit_itimers(void)
{
	struct signal_struct *s = current->signal;
	struct real_timer *t = real_timer_of(s);
	unsigned long flags;

	exit_posix_timers();
	if (!t)
		return;
	flags = lock_signal(s);
	t->expires = 0;			/* one that runs arms itself no more */
	unlock_signal(s, flags);
	timer_delete_sync(&t->timer);
	s->real_timer = NULL;
	kfree(t);
}
