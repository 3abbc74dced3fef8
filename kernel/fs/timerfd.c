// SPDX-License-Identifier: BSD-2-Clause
/* A timer that is a file: a read tells how often it has expired since the last one. */
#include <asm/uaccess.h>
#include <kernel/alarm.h>
#include <kernel/fdtable.h>
#include <kernel/poll.h>
#include <kernel/posix_clock.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <kernel/timekeeping.h>
#include <mm/slab.h>

struct timerfd {
	struct wait_queue_head	wq;
	struct alarm		alarm;
	int			clock;
	u64			expires;	/* of the alarm's clock, 0: not armed; wq.lock */
	u64			interval;	/* ns, 0: once; wq.lock */
	u64			ticks;		/* expiries nobody has read; wq.lock */
	bool			cancel;		/* when the date is set; wq.lock */
	u64			sets;		/* date_times_set() that are known; wq.lock */
};

static const struct file_operations timerfd_fops;

/* Context: wq.lock. Count what has come due by now. */
static void catch_up(struct timerfd *t)
{
	u64 now = timed_clock_read(&t->alarm.clock), n = 1;

	if (!t->expires || now < t->expires)
		return;
	if (t->interval)
		n += (now - t->expires) / t->interval;
	t->ticks += n;
	t->expires = t->interval ? t->expires + n * t->interval : 0;
}

/* Context: wq.lock. One to be cancelled is armed for the end of time at least, so that it is called when the date is set. */
static void arm(struct timerfd *t)
{
	t->alarm.expires = t->expires ? t->expires : NEVER;
	if (t->expires || t->cancel)
		alarm_arm(&t->alarm, 0);
}

static bool is_cancelled(const struct timerfd *t)
{
	return t->cancel && t->sets != date_times_set();
}

static void timerfd_expired(struct timer *timer)
{
	struct timerfd *t = container_of(timer, struct timerfd, alarm.timer);
	unsigned long flags = spin_lock_irqsave(&t->wq.lock);
	bool wake;

	catch_up(t);
	arm(t);
	wake = t->ticks || is_cancelled(t);
	spin_unlock_irqrestore(&t->wq.lock, flags);
	if (wake)
		wake_up_all(&t->wq);
}

static bool has_ticks(struct timerfd *t)
{
	return __atomic_load_n(&t->ticks, __ATOMIC_ACQUIRE) || is_cancelled(t);
}

/* Context: wq.lock. Whether the date was set; told once. */
static bool take_cancelled(struct timerfd *t)
{
	bool cancelled = is_cancelled(t);

	t->sets = date_times_set();
	return cancelled;
}

static s64 take(struct timerfd *t)
{
	unsigned long flags = spin_lock_irqsave(&t->wq.lock);
	s64 n = take_cancelled(t) ? -ECANCELED : (s64)min(t->ticks, ~0ULL >> 1);

	t->ticks = 0;
	spin_unlock_irqrestore(&t->wq.lock, flags);
	return n;
}

static ssize_t timerfd_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct timerfd *t = file->private_data;
	s64 n;

	if (iov_iter_count(to) < sizeof(n))
		return -EINVAL;
	while (!(n = take(t))) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&t->wq, has_ticks(t)))
			return -ERESTARTSYS;
	}
	if (n < 0)
		return n;
	return copy_to_iter(&n, sizeof(n), to) == sizeof(n) ? (ssize_t)sizeof(n) : -EFAULT;
}

static u32 timerfd_poll(struct file *file, struct poll_table *pt)
{
	struct timerfd *t = file->private_data;

	poll_wait(file, &t->wq, pt);
	return has_ticks(t) ? EPOLLIN | EPOLLRDNORM : 0;
}

static void timerfd_release(struct inode *inode, struct file *file)
{
	struct timerfd *t = file->private_data;
	unsigned long flags = spin_lock_irqsave(&t->wq.lock);

	t->expires = t->interval = 0;	/* one that runs arms itself no more */
	t->cancel = false;
	spin_unlock_irqrestore(&t->wq.lock, flags);
	alarm_stop_sync(&t->alarm);
	kfree(t);
}

static const struct file_operations timerfd_fops = {
	.read_iter = timerfd_read, .poll = timerfd_poll, .release = timerfd_release, .llseek = noop_llseek,
};

static bool is_for_files(int clock)
{
	return clock >= 0 && clock != CLOCK_PROCESS_CPUTIME_ID && clock != CLOCK_THREAD_CPUTIME_ID && clock != CLOCK_TAI;
}

SYSCALL_DEFINE2(timerfd_create, int, clock, int, flags)
{
	struct timed_clock timed;
	struct timerfd *t;
	long fd;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK) || !is_for_files(clock) || timed_clock_get(clock, false, &timed))
		return -EINVAL;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	init_waitqueue_head(&t->wq);
	alarm_setup(&t->alarm, &timed, timerfd_expired);
	t->clock = clock;
	fd = anon_inode_getfd("anon_inode:[timerfd]", &timerfd_fops, t, O_RDWR | flags);
	if (fd < 0)
		kfree(t);
	return fd;
}

/* Context: wq.lock. */
static struct itimerspec_user current_value(struct timerfd *t)
{
	u64 now = timed_clock_read(&t->alarm.clock), left;

	catch_up(t);
	left = t->expires > now ? t->expires - now : t->expires ? 1 : 0;
	return (struct itimerspec_user){ ns_to_timespec(t->interval), ns_to_timespec(left) };
}

#define TFD_TIMER_CANCEL_ON_SET	2

static bool is_date(int clock)
{
	return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_ALARM;
}

/* Return: 0, or -ECANCELED: it is set, but the date was before. */
static int set_value(struct timerfd *t, const struct itimerspec_user *value, int flags, struct itimerspec_user *old)
{
	u64 ns = timespec_to_ns(&value->it_value);
	bool absolute = flags & TIMER_ABSTIME, cancelled;
	unsigned long irq = spin_lock_irqsave(&t->wq.lock);

	*old = current_value(t);
	alarm_stop(&t->alarm);
	timed_clock_get(t->clock, absolute, &t->alarm.clock);
	t->interval = min(timespec_to_ns(&value->it_interval), ~0ULL >> 3);
	t->ticks = 0;
	t->expires = !ns || absolute ? ns : timed_clock_read(&t->alarm.clock) + min(ns, ~0ULL >> 3);
	cancelled = take_cancelled(t);
	t->cancel = absolute && flags & TFD_TIMER_CANCEL_ON_SET && is_date(t->clock);
	arm(t);
	spin_unlock_irqrestore(&t->wq.lock, irq);
	return cancelled && t->cancel && ns ? -ECANCELED : 0;
}

static struct timerfd *timerfd_of(struct fd f)
{
	return f.file && f.file->f_op == &timerfd_fops ? f.file->private_data : NULL;
}

SYSCALL_DEFINE4(timerfd_settime, int, fd, int, flags, const struct itimerspec_user __user *, uvalue,
		struct itimerspec_user __user *, uold)
{
	struct itimerspec_user value, old;
	struct timerfd *t;
	struct fd f;
	int err;

	if (copy_from_user(&value, uvalue, sizeof(value)))
		return -EFAULT;
	if (flags & ~(TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET) || !timespec_valid(&value.it_value) ||
	    !timespec_valid(&value.it_interval))
		return -EINVAL;
	f = fdget(fd);
	t = timerfd_of(f);
	err = t ? 0 : f.file ? -EINVAL : -EBADF;
	if (t)
		err = set_value(t, &value, flags, &old);
	fdput(f);
	return err ? err : uold ? copy_to_user(uold, &old, sizeof(old)) : 0;
}

SYSCALL_DEFINE2(timerfd_gettime, int, fd, struct itimerspec_user __user *, uvalue)
{
	struct itimerspec_user value;
	struct fd f = fdget(fd);
	struct timerfd *t = timerfd_of(f);
	unsigned long flags;
	int err = t ? 0 : f.file ? -EINVAL : -EBADF;

	if (t) {
		flags = spin_lock_irqsave(&t->wq.lock);
		value = current_value(t);
		spin_unlock_irqrestore(&t->wq.lock, flags);
	}
	fdput(f);
	return err ? err : copy_to_user(uvalue, &value, sizeof(value));
}
