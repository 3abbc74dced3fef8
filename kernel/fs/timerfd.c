// SPDX-License-Identifier: BSD-2-Clause
/* A timer that is a file: a read tells how often it has expired since the last one. */
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/poll.h>
#include <kernel/posix_clock.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>
#include <mm/slab.h>

struct timerfd {
	struct wait_queue_head	wq;
	struct timer		timer;
	int			clock;
	u64			expires;	/* of ktime_get(), 0: not armed; wq.lock */
	u64			interval;	/* ns, 0: once; wq.lock */
	u64			ticks;		/* expiries nobody has read; wq.lock */
};

static const struct file_operations timerfd_fops;

/* Context: wq.lock. Count what has come due by now. */
static void catch_up(struct timerfd *t)
{
	u64 now = ktime_get(), n = 1;

	if (!t->expires || now < t->expires)
		return;
	if (t->interval)
		n += (now - t->expires) / t->interval;
	t->ticks += n;
	t->expires = t->interval ? t->expires + n * t->interval : 0;
}

static void timerfd_expired(struct timer *timer)
{
	struct timerfd *t = container_of(timer, struct timerfd, timer);
	unsigned long flags = spin_lock_irqsave(&t->wq.lock);

	catch_up(t);
	if (t->expires)
		mod_timer(&t->timer, t->expires);
	spin_unlock_irqrestore(&t->wq.lock, flags);
	wake_up_all(&t->wq);
}

static bool has_ticks(struct timerfd *t)
{
	return __atomic_load_n(&t->ticks, __ATOMIC_ACQUIRE);
}

static u64 take(struct timerfd *t)
{
	unsigned long flags = spin_lock_irqsave(&t->wq.lock);
	u64 n = t->ticks;

	t->ticks = 0;
	spin_unlock_irqrestore(&t->wq.lock, flags);
	return n;
}

static ssize_t timerfd_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct timerfd *t = file->private_data;
	u64 n;

	if (iov_iter_count(to) < sizeof(n))
		return -EINVAL;
	while (!(n = take(t))) {
		if (file->f_flags & O_NONBLOCK)
			return -EAGAIN;
		if (wait_event_interruptible(&t->wq, has_ticks(t)))
			return -ERESTARTSYS;
	}
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
	spin_unlock_irqrestore(&t->wq.lock, flags);
	timer_delete_sync(&t->timer);
	kfree(t);
}

static const struct file_operations timerfd_fops = {
	.read_iter = timerfd_read, .poll = timerfd_poll, .release = timerfd_release, .llseek = noop_llseek,
};

SYSCALL_DEFINE2(timerfd_create, int, clock, int, flags)
{
	struct timerfd *t;
	long fd;

	if (flags & ~(O_CLOEXEC | O_NONBLOCK) || !clock_is_timed(clock))
		return -EINVAL;
	t = kzalloc(sizeof(*t), GFP_KERNEL);
	if (!t)
		return -ENOMEM;
	init_waitqueue_head(&t->wq);
	timer_setup(&t->timer, timerfd_expired);
	t->clock = clock;
	fd = anon_inode_getfd("anon_inode:[timerfd]", &timerfd_fops, t, O_RDWR | flags);
	if (fd < 0)
		kfree(t);
	return fd;
}

/* Context: wq.lock. */
static struct itimerspec_user current_value(struct timerfd *t)
{
	u64 now = ktime_get(), left;

	catch_up(t);
	left = t->expires > now ? t->expires - now : t->expires ? 1 : 0;
	return (struct itimerspec_user){ ns_to_timespec(t->interval), ns_to_timespec(left) };
}

static struct itimerspec_user set_value(struct timerfd *t, const struct itimerspec_user *value, bool absolute)
{
	u64 ns = timespec_to_ns(&value->it_value);
	unsigned long flags = spin_lock_irqsave(&t->wq.lock);
	struct itimerspec_user old = current_value(t);

	t->interval = min(timespec_to_ns(&value->it_interval), ~0ULL >> 3);
	t->ticks = 0;
	t->expires = !ns ? 0 : absolute ? clock_expiry(t->clock, ns) : ktime_get() + min(ns, ~0ULL >> 3);
	if (t->expires)
		mod_timer(&t->timer, t->expires);
	else
		timer_delete(&t->timer);
	spin_unlock_irqrestore(&t->wq.lock, flags);
	return old;
}

static struct timerfd *timerfd_of(struct fd f)
{
	return f.file && f.file->f_op == &timerfd_fops ? f.file->private_data : NULL;
}

#define TFD_TIMER_CANCEL_ON_SET	2

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
		old = set_value(t, &value, flags & TIMER_ABSTIME);
	fdput(f);
	return err ? err : uold ? copy_to_user(uold, &old, sizeof(old)) : 0;
}
SYSCALL_PARTIAL(timerfd_settime, "TFD_TIMER_CANCEL_ON_SET has no effect");

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
