// SPDX-License-Identifier: BSD-2-Clause
/*
 * Timers of a process that send it signals: the interval timers, alarm() among them,
 * and those of timer_create(). Their functions run in interrupts, and take the siglock;
 * so who deletes a timer lets go of it first.
 */
#include <asm/uaccess.h>
#include <kernel/alarm.h>
#include <kernel/itimer.h>
#include <kernel/posix_clock.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <uapi/errno.h>

#define MAX_TIMERS	1024		/* of timer_create(), of one process */

struct posix_timer {
	struct list_head entry;		/* signal->posix_timers; siglock */
	struct alarm	alarm;		/* its expires is 0 while it is not armed, and guarded by siglock */
	struct signal_struct *signal;	/* outlives the timer */
	struct task_struct *target;	/* SIGEV_THREAD_ID: with a reference; else NULL */
	u32		usage;		/* calls that are at it, and the list; atomic */
	bool		gone;		/* deleted; siglock */
	int		id, clock, notify, sig;
	union sigval_user value;
	u64		interval;	/* ns, 0: once; siglock */
	int		overrun;	/* expiries that sent no signal since the last one that did; siglock */
};

/* ---------------------------------------------------------------- interval timers */

struct itimer {
	struct alarm	alarm;		/* as above */
	struct signal_struct *signal;
	u64		interval;	/* as above */
	int		sig;
};

static unsigned long lock_signal(struct signal_struct *s)
{
	return spin_lock_irqsave(&s->leader->sighand->siglock);
}

static void unlock_signal(struct signal_struct *s, unsigned long flags)
{
	spin_unlock_irqrestore(&s->leader->sighand->siglock, flags);
}

/*
 * Take the siglock, and tell what the clock of @a shows. A CPU clock cannot be read with the
 * lock held; it was a moment ago what is told then.
 */
static u64 lock_alarm(struct signal_struct *s, const struct alarm *a, unsigned long *flags)
{
	u64 now = a->clock.kind == CLOCK_KIND_CPU ? timed_clock_read(&a->clock) : 0;

	*flags = lock_signal(s);
	return a->clock.kind == CLOCK_KIND_CPU ? now : timed_clock_read(&a->clock);
}

/* When a timer comes next that has come due; the times that have gone by are counted in @missed. */
static u64 next_expiry(u64 expires, u64 interval, u64 now, u64 *missed)
{
	u64 n = now > expires ? (now - expires) / interval : 0;

	*missed = n;
	return expires + (n + 1) * interval;
}

/* Context: siglock. What is left of a timer that is due, but whose signal is not sent yet, is @least. */
static u64 time_left(const struct alarm *a, u64 now, u64 least)
{
	return !a->expires ? 0 : a->expires > now ? a->expires - now : least;
}

/* Context: siglock. 0: stop it */
static void set_alarm(struct alarm *a, u64 expires, u64 now)
{
	a->expires = 0;
	alarm_stop(a);			/* one that runs finds 0, or what follows */
	a->expires = expires;
	if (expires)
		alarm_arm(a, now);
}

static void itimer_expired(struct timer *timer)
{
	struct itimer *t = container_of(timer, struct itimer, alarm.timer);
	unsigned long flags;
	u64 now = lock_alarm(t->signal, &t->alarm, &flags), missed;

	if (t->alarm.expires && now >= t->alarm.expires) {
		send_sig_locked(t->sig, SEND_SIG_PRIV, t->signal->leader, true);
		t->alarm.expires = t->interval ? next_expiry(t->alarm.expires, t->interval, now, &missed) : 0;
	}
	if (t->alarm.expires)
		alarm_arm(&t->alarm, now);
	unlock_signal(t->signal, flags);
}

static struct itimer *itimer_make(struct signal_struct *s, int which)
{
	static const int signals[] = { SIGALRM, SIGVTALRM, SIGPROF };
	struct timed_clock clock = { .kind = CLOCK_KIND_TIME };
	struct itimer *t = kzalloc(sizeof(*t), GFP_KERNEL);
	unsigned long flags;

	if (!t)
		return NULL;
	if (which != ITIMER_REAL) {
		timed_clock_get(CLOCK_PROCESS_CPUTIME_ID, false, &clock);
		clock.user = which == ITIMER_VIRTUAL;
	}
	alarm_setup(&t->alarm, &clock, itimer_expired);
	t->signal = s;
	t->sig = signals[which];
	flags = lock_signal(s);
	if (!s->itimers[which]) {
		s->itimers[which] = t;
		t = NULL;
	}
	unlock_signal(s, flags);
	if (t) {
		timed_clock_put(&clock);
		kfree(t);
	}
	return s->itimers[which];
}

static void itimer_read(int which, u64 *left, u64 *interval)
{
	struct itimer *t = current->signal->itimers[which];
	unsigned long flags;
	u64 now;

	*left = *interval = 0;
	if (!t)
		return;
	now = lock_alarm(t->signal, &t->alarm, &flags);
	*left = time_left(&t->alarm, now, NSEC_PER_USEC);
	*interval = t->interval;
	unlock_signal(t->signal, flags);
}

/* @ns 0: not any more. Gives what was before. */
static int itimer_set(int which, u64 ns, u64 interval, u64 *old_left, u64 *old_interval)
{
	struct signal_struct *s = current->signal;
	struct itimer *t = s->itimers[which];
	unsigned long flags;
	u64 now;

	*old_left = *old_interval = 0;
	if (!t && !ns)
		return 0;
	if (!t)
		t = itimer_make(s, which);
	if (!t)
		return -ENOMEM;
	now = lock_alarm(s, &t->alarm, &flags);
	*old_left = time_left(&t->alarm, now, NSEC_PER_USEC);
	*old_interval = t->interval;
	t->interval = ns ? interval : 0;
	set_alarm(&t->alarm, ns ? now + ns : 0, now);
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
	struct itimerval_user value;
	u64 left, interval;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	itimer_read(which, &left, &interval);
	value = to_itimerval(left, interval);
	return copy_to_user(uvalue, &value, sizeof(value));
}

SYSCALL_DEFINE3(setitimer, int, which, const struct itimerval_user __user *, uvalue,
		struct itimerval_user __user *, uold)
{
	struct itimerval_user value = { 0 };
	u64 ns, interval, left, old_interval;
	int err;

	if (which < ITIMER_REAL || which > ITIMER_PROF)
		return -EINVAL;
	if (uvalue && copy_from_user(&value, uvalue, sizeof(value)))
		return -EFAULT;
	err = from_timeval(&value.it_value, &ns);
	if (!err)
		err = from_timeval(&value.it_interval, &interval);
	if (!err)
		err = itimer_set(which, ns, interval, &left, &old_interval);
	if (err || !uold)
		return err;
	value = to_itimerval(left, old_interval);
	return copy_to_user(uold, &value, sizeof(value));
}

SYSCALL_DEFINE1(alarm, unsigned int, seconds)
{
	u64 left, interval;
	int err = itimer_set(ITIMER_REAL, seconds * NSEC_PER_SEC, 0, &left, &interval);

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
	struct posix_timer *t = container_of(timer, struct posix_timer, alarm.timer);
	unsigned long flags;
	u64 now = lock_alarm(t->signal, &t->alarm, &flags), missed = 0;

	if (t->alarm.expires && now >= t->alarm.expires) {
		u64 next = t->interval ? next_expiry(t->alarm.expires, t->interval, now, &missed) : 0;

		t->overrun = min(missed, (u64)0x7fffffff);
		send_timer_signal(t);
		t->alarm.expires = next;
	}
	if (t->alarm.expires)
		alarm_arm(&t->alarm, now);
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

static void put_timer(struct posix_timer *t)
{
	if (__atomic_sub_fetch(&t->usage, 1, __ATOMIC_ACQ_REL))
		return;
	if (t->target)
		put_task_struct(t->target);
	timed_clock_put(&t->alarm.clock);
	kfree(t);
}

/* Timer @id for a call that lets go of the siglock; put_timer() afterwards. NULL: none */
static struct posix_timer *get_timer(int id)
{
	unsigned long flags = lock_signal(current->signal);
	struct posix_timer *t = find_timer(id);

	if (t)
		__atomic_add_fetch(&t->usage, 1, __ATOMIC_RELAXED);
	unlock_signal(current->signal, flags);
	return t;
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
	struct timed_clock timed;
	struct posix_timer *t;
	int err;

	if (uevent && copy_from_user(&event, uevent, sizeof(event)))
		return -EFAULT;
	if (event.sigev_notify != SIGEV_SIGNAL && event.sigev_notify != SIGEV_NONE &&
	    event.sigev_notify != SIGEV_THREAD_ID)
		return -EINVAL;
	if (event.sigev_notify != SIGEV_NONE && (event.sigev_signo < 1 || event.sigev_signo > _NSIG))
		return -EINVAL;
	err = timed_clock_get(clock, false, &timed);
	if (err)
		return err;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t) {
		timed_clock_put(&timed);
		return -EAGAIN;
	}
	alarm_setup(&t->alarm, &timed, posix_timer_expired);
	t->usage = 1;
	t->signal = current->signal;
	t->clock = clock;
	t->notify = event.sigev_notify;
	t->sig = event.sigev_signo;
	t->value = event.sigev_value;
	err = find_target(t, event.sigev_tid);
	if (!err)
		err = add_timer(t);
	if (err) {
		put_timer(t);
		return err;
	}
	if (!uevent)
		t->value.sival_int = t->id;
	return put_user(t->id, uid);
}

/* Context: siglock. */
static void timer_read(const struct posix_timer *t, u64 now, struct itimerspec_user *value)
{
	*value = (struct itimerspec_user){ ns_to_timespec(t->interval), ns_to_timespec(time_left(&t->alarm, now, 1)) };
}

SYSCALL_DEFINE2(timer_gettime, int, id, struct itimerspec_user __user *, uvalue)
{
	struct posix_timer *t = get_timer(id);
	struct itimerspec_user value;
	unsigned long flags;
	u64 now;

	if (!t)
		return -EINVAL;
	now = lock_alarm(t->signal, &t->alarm, &flags);
	timer_read(t, now, &value);
	unlock_signal(t->signal, flags);
	put_timer(t);
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

/* Context: siglock. What it takes does not depend on the date; so a date is another clock than a time from now. */
static void timer_set(struct posix_timer *t, const struct itimerspec_user *value, bool absolute, u64 now)
{
	u64 ns = timespec_to_ns(&value->it_value);

	set_alarm(&t->alarm, 0, 0);
	t->interval = min(timespec_to_ns(&value->it_interval), ~0ULL >> 3);
	t->overrun = 0;
	if (t->alarm.clock.kind != CLOCK_KIND_CPU) {
		timed_clock_get(t->clock, absolute, &t->alarm.clock);
		now = timed_clock_read(&t->alarm.clock);
	}
	if (ns)
		set_alarm(&t->alarm, absolute ? ns : now + min(ns, ~0ULL >> 3), now);
}

SYSCALL_DEFINE4(timer_settime, int, id, int, flags, const struct itimerspec_user __user *, uvalue,
		struct itimerspec_user __user *, uold)
{
	struct itimerspec_user value, old;
	struct posix_timer *t;
	unsigned long irq;
	bool gone;
	u64 now;

	if (copy_from_user(&value, uvalue, sizeof(value)))
		return -EFAULT;
	if (!timespec_valid(&value.it_value) || !timespec_valid(&value.it_interval))
		return -EINVAL;
	t = get_timer(id);
	if (!t)
		return -EINVAL;
	now = lock_alarm(t->signal, &t->alarm, &irq);
	timer_read(t, now, &old);
	gone = t->gone;
	if (!gone)
		timer_set(t, &value, flags & TIMER_ABSTIME, now);
	unlock_signal(t->signal, irq);
	put_timer(t);
	return gone ? -EINVAL : uold ? copy_to_user(uold, &old, sizeof(old)) : 0;
}

SYSCALL_DEFINE1(timer_delete, int, id)
{
	unsigned long flags = lock_signal(current->signal);
	struct posix_timer *t = find_timer(id);

	if (t) {
		list_del(&t->entry);
		t->alarm.expires = 0;
		t->gone = true;
	}
	unlock_signal(current->signal, flags);
	if (!t)
		return -EINVAL;
	alarm_stop_sync(&t->alarm);
	put_timer(t);
	return 0;
}

void exit_posix_timers(void)
{
	struct signal_struct *s = current->signal;

	while (!list_empty(&s->posix_timers))
		do_sys_timer_delete(list_first_entry(&s->posix_timers, struct posix_timer, entry)->id);
}

static void itimer_free(struct itimer *t)
{
	unsigned long flags = lock_signal(t->signal);

	t->alarm.expires = 0;		/* one that runs arms itself no more */
	unlock_signal(t->signal, flags);
	alarm_stop_sync(&t->alarm);
	timed_clock_put(&t->alarm.clock);
	kfree(t);
}

void exit_itimers(void)
{
	struct signal_struct *s = current->signal;
	unsigned int i;

	exit_posix_timers();
	for (i = 0; i < ARRAY_SIZE(s->itimers); i++) {
		if (s->itimers[i])
			itimer_free(s->itimers[i]);
		s->itimers[i] = NULL;
	}
}
