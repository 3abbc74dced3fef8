// SPDX-License-Identifier: BSD-2-Clause
/*
 * Waiting for several files: poll() and select(). The first time around each file
 * names the queues it wakes, and this thread stands in all of them; when one is woken,
 * all files are asked again.
 */
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/poll.h>
#include <kernel/posix_clock.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>
#include <kernel/syscall.h>
#include <kernel/timekeeping.h>
#include <lib/string.h>
#include <mm/slab.h>

#define INLINE_ENTRIES	10		/* queues that need no memory of their own */
#define INLINE_POLLFDS	16

struct poll_wait;

struct poll_entry {
	struct wait_queue_entry	wait;
	struct wait_queue_head	*wq;
	struct file		*file;	/* with a reference: the queue is there as long as the file is */
	struct poll_wait	*owner;
	struct poll_entry	*next;	/* those beyond the inline ones */
};

struct poll_wait {
	struct poll_table	pt;
	struct task_struct	*task;
	bool			woken;	/* since the files were asked; atomic */
	int			err;	/* no memory for an entry */
	unsigned int		nr;
	struct poll_entry	entries[INLINE_ENTRIES], *more;
};

static void poll_woken(struct wait_queue_entry *wait)
{
	struct poll_wait *pw = container_of(wait, struct poll_entry, wait)->owner;

	__atomic_store_n(&pw->woken, true, __ATOMIC_SEQ_CST);
	wake_up_process(pw->task);
}

static struct poll_entry *new_entry(struct poll_wait *pw)
{
	struct poll_entry *e;

	if (pw->nr < INLINE_ENTRIES)
		return &pw->entries[pw->nr++];
	e = kmalloc(sizeof(*e), GFP_KERNEL);
	if (!e) {
		pw->err = -ENOMEM;
		return NULL;
	}
	e->next = pw->more;
	pw->more = e;
	return e;
}

static void poll_queue(struct poll_table *pt, struct file *file, struct wait_queue_head *wq)
{
	struct poll_wait *pw = container_of(pt, struct poll_wait, pt);
	struct poll_entry *e = new_entry(pw);

	if (!e)
		return;
	e->wq = wq;
	e->file = get_file(file);
	e->owner = pw;
	e->wait = (struct wait_queue_entry){ .func = poll_woken };
	add_wait_queue(wq, &e->wait);
}

static void poll_wait_init(struct poll_wait *pw)
{
	pw->pt = (struct poll_table){ .queue = poll_queue };
	pw->task = current;
	pw->woken = false;
	pw->err = 0;
	pw->nr = 0;
	pw->more = NULL;
}

static void drop_entry(struct poll_entry *e)
{
	remove_wait_queue(e->wq, &e->wait);
	fput(e->file);
}

static void poll_wait_end(struct poll_wait *pw)
{
	struct poll_entry *e, *next;
	unsigned int i;

	for (i = 0; i < pw->nr; i++)
		drop_entry(&pw->entries[i]);
	for (e = pw->more; e; e = next) {
		next = e->next;
		drop_entry(e);
		kfree(e);
	}
}

/* Until woken, a signal or @expires. Return: whether it is worth asking again. */
static bool poll_sleep(struct poll_wait *pw, u64 expires)
{
	bool again = true;

	set_current_state(TASK_INTERRUPTIBLE);
	if (!__atomic_load_n(&pw->woken, __ATOMIC_SEQ_CST) && !signal_pending(current)) {
		u64 now = expires == NEVER ? 0 : ktime_get();

		if (expires == NEVER)
			schedule();
		else if (now < expires)
			schedule_timeout(expires - now);
		else
			again = false;
	}
	set_current_state(TASK_RUNNING);
	__atomic_store_n(&pw->woken, false, __ATOMIC_SEQ_CST);
	return again;
}

u32 vfs_poll(struct file *file, struct poll_table *pt)
{
	return file->f_op->poll ? file->f_op->poll(file, pt) : EPOLL_DEFAULT;
}

/* ---------------------------------------------------------------- poll() */

/* What of @events is true of @fd; EPOLLNVAL when it is no file's number, 0 when it is negative. */
static u32 poll_one(int fd, u32 events, struct poll_table *pt)
{
	u32 ready = EPOLLNVAL;
	struct fd f;

	if (fd < 0)
		return 0;
	f = fdget(fd);
	if (f.file) {
		events |= EPOLLERR | EPOLLHUP;
		if (pt)
			pt->events = events;
		ready = vfs_poll(f.file, pt) & events;
		fdput(f);
	}
	return ready;
}

static int poll_files(struct pollfd *fds, unsigned int n, u64 expires)
{
	struct poll_wait pw;
	struct poll_table *pt;
	int ready = 0;

	poll_wait_init(&pw);
	for (pt = expires ? &pw.pt : NULL; ; pt = NULL) {
		unsigned int i;

		for (i = 0; i < n; i++) {
			fds[i].revents = poll_one(fds[i].fd, (u16)fds[i].events, pt);
			if (fds[i].revents) {
				ready++;
				pt = NULL;	/* nobody waits any more */
			}
		}
		if (ready || !expires)
			break;
		ready = pw.err ? pw.err : signal_pending(current) ? -EINTR : 0;
		if (ready || !poll_sleep(&pw, expires))
			break;
	}
	poll_wait_end(&pw);
	return ready;
}

/* The array may lie at any address. */
static int put_revents(struct pollfd __user *ufds, unsigned int i, s16 revents)
{
	return put_user(revents, (s16 __user *)((char __user *)ufds + i * sizeof(*ufds) + offsetof(struct pollfd, revents)));
}

/* @expires: of ktime_get(), 0: only ask, NEVER. */
static long do_poll(struct pollfd __user *ufds, unsigned int n, u64 expires)
{
	struct pollfd fast[INLINE_POLLFDS], *fds = fast;
	unsigned int i;
	long ready = -EFAULT;

	if (n > rlimit(RLIMIT_NOFILE))
		return -EINVAL;
	if (n > INLINE_POLLFDS)
		fds = kmalloc(n * sizeof(*fds), GFP_KERNEL);
	if (!fds)
		return -ENOMEM;
	if (!copy_from_user(fds, ufds, n * sizeof(*fds))) {
		ready = poll_files(fds, n, expires);
		for (i = 0; ready >= 0 && i < n; i++)
			if (put_revents(ufds, i, fds[i].revents))
				ready = -EFAULT;
	}
	if (fds != fast)
		kfree(fds);
	return ready;
}

static long poll_restart(struct restart_block *r)
{
	long ready = do_poll((struct pollfd __user *)r->arg[0], r->arg[1], r->expires);

	return ready == -EINTR ? -ERESTART_RESTARTBLOCK : ready;
}

SYSCALL_DEFINE3(poll, struct pollfd __user *, ufds, unsigned int, n, int, timeout_ms)
{
	u64 expires = timeout_ms < 0 ? NEVER : timeout_ms ? ktime_get() + timeout_ms * NSEC_PER_MSEC : 0;
	long ready = do_poll(ufds, n, expires);

	if (ready != -EINTR)
		return ready;
	current->restart = (struct restart_block){ poll_restart, expires, { (unsigned long)ufds, n } };
	return -ERESTART_RESTARTBLOCK;
}

/* ---------------------------------------------------------------- times and masks of ppoll(), pselect6() */

/* The call changes the time it was given to what is left; one that cannot be written is let pass, as on Linux. */
static void put_time_left(u64 expires, struct timespec_user __user *uts)
{
	u64 now = ktime_get();

	if (uts && put_timespec(expires > now ? expires - now : 0, uts))
		return;
}

SYSCALL_DEFINE5(ppoll, struct pollfd __user *, ufds, unsigned int, n, struct timespec_user __user *, uts,
		const sigset_t __user *, set, size_t, size)
{
	u64 expires;
	long ready = timeout_expiry(uts, &expires);

	if (!ready)
		ready = set_user_sigmask(set, size);
	if (ready)
		return ready;
	ready = do_poll(ufds, n, expires);
	restore_saved_sigmask_unless(ready == -EINTR);
	put_time_left(expires, uts);
	return ready == -EINTR ? -ERESTARTNOHAND : ready;
}

/* ---------------------------------------------------------------- select() */

#define FD_WORDS(n)	(((n) + 63) / 64)
#define NR_SETS		3		/* of those that can be read, written, or have something special */

static const u32 set_events[NR_SETS] = {
	EPOLLIN | EPOLLRDNORM | EPOLLRDBAND | EPOLLHUP | EPOLLERR,
	EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND | EPOLLERR,
	EPOLLPRI,
};

struct select_sets {
	unsigned int	n;		/* numbers below it */
	unsigned long	*in[NR_SETS], *out[NR_SETS];	/* FD_WORDS(n) each */
};

static bool set_has(const unsigned long *set, unsigned int fd)
{
	return set[fd / 64] >> fd % 64 & 1;
}

/* One number, asked for whatever sets it is in. Return: how many sets it is ready for, or -EBADF. */
static int select_one(struct select_sets *s, unsigned int fd, struct poll_table *pt)
{
	u32 events = 0, ready;
	unsigned int i;
	int n = 0;

	for (i = 0; i < NR_SETS; i++)
		if (set_has(s->in[i], fd))
			events |= set_events[i];
	if (!events)
		return 0;
	ready = poll_one(fd, events, pt);
	if (ready & EPOLLNVAL)
		return -EBADF;
	for (i = 0; i < NR_SETS; i++)
		if (set_has(s->in[i], fd) && ready & set_events[i]) {
			s->out[i][fd / 64] |= 1UL << fd % 64;
			n++;
		}
	return n;
}

static int select_files(struct select_sets *s, u64 expires)
{
	struct poll_wait pw;
	struct poll_table *pt;
	int ready = 0;

	poll_wait_init(&pw);
	for (pt = expires ? &pw.pt : NULL; ; pt = NULL) {
		unsigned int fd;

		for (fd = 0; fd < s->n; fd++) {
			int n = select_one(s, fd, pt);

			if (n < 0) {
				ready = n;
				goto end;
			}
			ready += n;
			if (n)
				pt = NULL;
		}
		if (ready || !expires)
			break;
		ready = pw.err ? pw.err : signal_pending(current) ? -EINTR : 0;
		if (ready || !poll_sleep(&pw, expires))
			break;
	}
end:
	poll_wait_end(&pw);
	return ready;
}

static long do_select(int n, unsigned long __user *const usets[NR_SETS], u64 expires)
{
	unsigned long fast[2 * NR_SETS * 2], *words = fast;
	struct select_sets s = { .n = min((unsigned int)n, current->files->fdt->max_fds) };
	size_t size = FD_WORDS(s.n) * sizeof(long), room = FD_WORDS(s.n);
	unsigned int i;
	long ready = 0;

	if (n < 0)
		return -EINVAL;
	if (2 * NR_SETS * room > ARRAY_SIZE(fast))
		words = kmalloc(2 * NR_SETS * size, GFP_KERNEL);
	if (!words)
		return -ENOMEM;
	memset(words, 0, 2 * NR_SETS * size);
	for (i = 0; i < NR_SETS && !ready; i++) {
		s.in[i] = words + i * room;
		s.out[i] = words + (NR_SETS + i) * room;
		if (usets[i])
			ready = copy_from_user(s.in[i], usets[i], size);
		if (s.n % 64)
			s.in[i][room - 1] &= (1UL << s.n % 64) - 1;
	}
	if (!ready)
		ready = select_files(&s, expires);
	for (i = 0; i < NR_SETS && ready >= 0; i++)
		if (usets[i] && copy_to_user(usets[i], s.out[i], size))
			ready = -EFAULT;
	if (words != fast)
		kfree(words);
	return ready;
}

SYSCALL_DEFINE5(select, int, n, unsigned long __user *, in, unsigned long __user *, out,
		unsigned long __user *, except, struct timeval_user __user *, utv)
{
	unsigned long __user *const sets[NR_SETS] = { in, out, except };
	u64 expires = NEVER, now;
	struct timeval_user tv;
	long ready;

	if (utv) {
		if (copy_from_user(&tv, utv, sizeof(tv)))
			return -EFAULT;
		if (tv.tv_sec < 0 || tv.tv_usec < 0 || __builtin_add_overflow(tv.tv_sec, tv.tv_usec / 1000000, &tv.tv_sec))
			return -EINVAL;
		now = timespec_to_ns(&(struct timespec_user){ tv.tv_sec, tv.tv_usec % 1000000 * 1000 });
		expires = now ? min(ktime_get() + now, NEVER >> 1) : 0;
	}
	ready = do_select(n, sets, expires);
	if (utv) {
		now = ktime_get();
		tv = ns_to_timeval(expires > now ? expires - now : 0);
		if (copy_to_user(utv, &tv, sizeof(tv)))
			return ready == -EINTR ? -EINTR : ready;
	}
	return ready == -EINTR ? -ERESTARTNOHAND : ready;
}

SYSCALL_DEFINE6(pselect6, int, n, unsigned long __user *, in, unsigned long __user *, out,
		unsigned long __user *, except, struct timespec_user __user *, uts, const void __user *, umask)
{
	unsigned long __user *const sets[NR_SETS] = { in, out, except };
	struct { const sigset_t __user *set; size_t size; } mask = { NULL, sizeof(sigset_t) };
	u64 expires;
	long ready = timeout_expiry(uts, &expires);

	if (!ready && umask)
		ready = copy_from_user(&mask, umask, sizeof(mask));
	if (!ready)
		ready = set_user_sigmask(mask.set, mask.size);
	if (ready)
		return ready;
	ready = do_select(n, sets, expires);
	restore_saved_sigmask_unless(ready == -EINTR);
	put_time_left(expires, uts);
	return ready == -EINTR ? -ERESTARTNOHAND : ready;
}
