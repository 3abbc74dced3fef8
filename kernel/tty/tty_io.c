// SPDX-License-Identifier: BSD-2-Clause
/*
 * Terminals as files: reading, writing, polling, and whose terminal it is. A process
 * that is not in the foreground is stopped when it reads, and when it changes modes
 * or, with TOSTOP, writes (POSIX.1 11.1.4).
 */
#include "tty_internal.h"
#include <asm/uaccess.h>
#include <kernel/chrdev.h>
#include <kernel/pid.h>
#include <kernel/poll.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>
#include <kernel/timekeeping.h>
#include <lib/string.h>
#include <mm/slab.h>

#define CHUNK	256			/* bytes moved between two looks at the lock */
#define DECISECOND	(100 * NSEC_PER_MSEC)

static struct tty_struct *owner(struct n_tty *n)
{
	return container_of(n, struct tty_struct, ldisc);
}

/* Context: tty->lock. */
static void echo(struct n_tty *n, const u8 *s, size_t len)
{
	struct tty_struct *tty = owner(n);

	tty->ops->write(tty, s, len);
}

static void signal_foreground(struct n_tty *n, int sig, bool flush)
{
	struct tty_struct *tty = owner(n);
	unsigned long flags = spin_lock_irqsave(&tasks_lock);

	if (tty->pgrp)
		__kill_pgrp(tty->pgrp, sig, SEND_SIG_PRIV);
	spin_unlock_irqrestore(&tasks_lock, flags);
	if (flush && tty->ops->changed)
		tty->ops->changed(tty, TIOCPKT_FLUSHREAD | TIOCPKT_FLUSHWRITE);
}

void tty_setup(struct tty_struct *tty, const struct tty_operations *ops, const char *name, dev_t dev, void *priv)
{
	memset(tty, 0, sizeof(*tty));
	tty->ops = ops;
	tty->count = 1;
	strscpy(tty->name, name, sizeof(tty->name));
	tty->dev = dev;
	tty->priv = priv;
	mutex_init(&tty->lock);
	mutex_init(&tty->write_lock);
	init_waitqueue_head(&tty->read_wait);
	init_waitqueue_head(&tty->write_wait);
	n_tty_init(&tty->ldisc, echo, signal_foreground);
}

void tty_put(struct tty_struct *tty)
{
	if (__atomic_sub_fetch(&tty->count, 1, __ATOMIC_ACQ_REL))
		return;
	put_pid(tty->pgrp);
	put_pid(tty->session);
	kfree(tty);
}

/* ---------------------------------------------------------------- input from its other end */

size_t tty_receive(struct tty_struct *tty, const u8 *s, size_t n)
{
	bool was_stopped;
	size_t took;

	mutex_lock(&tty->lock);
	was_stopped = tty->ldisc.stopped;
	took = n_tty_receive(&tty->ldisc, s, n);
	if (was_stopped != tty->ldisc.stopped && tty->ops->changed)
		tty->ops->changed(tty, was_stopped ? TIOCPKT_START : TIOCPKT_STOP);
	mutex_unlock(&tty->lock);
	wake_up(&tty->read_wait);
	if (was_stopped)
		wake_up_all(&tty->write_wait);
	return took;
}

/* ---------------------------------------------------------------- foreground and background */

/*
 * Whether this process may go on: 0; -EIO: it never may; -ERESTARTSYS: it has got @sig,
 * which stops it, and tries again afterwards.
 */
int tty_check_change(struct tty_struct *tty, int sig)
{
	struct signal_struct *s = current->signal;
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	bool background = s->tty == tty && tty->pgrp && s->pgrp != tty->pgrp, ignored;

	spin_unlock_irqrestore(&tasks_lock, flags);
	if (!background)
		return 0;
	ignored = current->blocked & sigmask(sig) || current->sighand->action[sig - 1].sa.handler == SIG_IGN;
	if (ignored)
		return sig == SIGTTIN ? -EIO : 0;
	if (is_current_pgrp_orphaned())
		return -EIO;
	kill_pgrp(s->pgrp, sig, SEND_SIG_PRIV);
	return -ERESTARTSYS;
}

/* ---------------------------------------------------------------- reading */

/* Context: tty->lock. */
static bool can_read(struct tty_struct *tty)
{
	const struct n_tty *n = &tty->ldisc;

	if (tty->hung_up)
		return true;
	if (n->t.c_lflag & ICANON)
		return n_tty_has_line(n);
	return n_tty_readable(n) >= (n->t.c_cc[VTIME] ? 1 : max(n->t.c_cc[VMIN], (u8)1));
}

static bool can_read_now(struct tty_struct *tty)
{
	bool can;

	mutex_lock(&tty->lock);
	can = can_read(tty);
	mutex_unlock(&tty->lock);
	return can;
}

/* What a read that finds too little does. */
struct patience {
	bool	canonical;
	size_t	minimum;		/* bytes that satisfy it; 0: what comes first, time or a byte */
	u64	first, between;		/* ns to wait for the first byte and for each further one; ~0: for ever */
};

static void get_patience(struct tty_struct *tty, size_t size, struct patience *p)
{
	const struct ktermios *t = &tty->ldisc.t;
	u64 time = t->c_cc[VTIME] * DECISECOND;

	*p = (struct patience){ .canonical = t->c_lflag & ICANON, .minimum = 1, .first = ~0ULL, .between = ~0ULL };
	if (p->canonical)
		return;
	p->minimum = min((size_t)t->c_cc[VMIN], size);
	if (!t->c_cc[VMIN])
		p->first = time;	/* 0: only what is there */
	else if (time)
		p->between = time;
}

static bool has_input(struct tty_struct *tty)
{
	return __atomic_load_n(&tty->ldisc.head, __ATOMIC_RELAXED) != __atomic_load_n(&tty->ldisc.tail, __ATOMIC_RELAXED) ||
	       tty->hung_up;
}

/* Context: tty->lock not held. Return: 0: look again; 1: the time is up; or an error. */
static int wait_for_input(struct tty_struct *tty, bool canonical, u64 ns)
{
	long left;

	if (!ns)
		return 1;
	if (canonical)
		return wait_event_interruptible(&tty->read_wait, can_read_now(tty));
	if (ns == ~0ULL)
		return wait_event_interruptible(&tty->read_wait, has_input(tty));
	left = wait_event_interruptible_timeout(&tty->read_wait, has_input(tty), ns);
	return left < 0 ? left : !left;
}

static size_t take_some(struct tty_struct *tty, u8 *buf, size_t size, bool *end)
{
	size_t got;

	mutex_lock(&tty->lock);
	got = n_tty_read(&tty->ldisc, buf, size, end);
	*end |= tty->hung_up;
	mutex_unlock(&tty->lock);
	return got;
}

static ssize_t tty_read(struct file *file, struct iov_iter *to, loff_t *pos)
{
	struct tty_struct *tty = file->private_data;
	size_t want = iov_iter_count(to), done = 0;
	struct patience p;
	u8 buf[CHUNK];
	bool end = false;
	int err = tty_check_change(tty, SIGTTIN);

	if (err || !want)
		return err;
	get_patience(tty, want, &p);
	while (done < want) {
		size_t got = 0;

		if (!p.canonical || done || can_read_now(tty))
			got = take_some(tty, buf, min(want - done, sizeof(buf)), &end);
		if (got && copy_to_iter(buf, got, to) != got)
			return done ? (ssize_t)done : -EFAULT;
		done += got;
		if (end || (got && p.canonical))
			break;
		if (got)
			continue;
		if (!p.canonical && done && done >= p.minimum)
			break;
		if (file->f_flags & O_NONBLOCK)
			return done ? (ssize_t)done : -EAGAIN;
		err = wait_for_input(tty, p.canonical, done ? p.between : p.first);
		if (err)
			return done || err > 0 ? (ssize_t)done : err;
	}
	return done;
}

/* ---------------------------------------------------------------- writing */

static bool can_write(struct tty_struct *tty)
{
	return tty->hung_up || (!tty->ldisc.stopped && tty->ops->write_room(tty));
}

/* One piece through the output rules. Return: bytes of @s that went; fewer when there is no more room. */
static size_t write_piece(struct tty_struct *tty, const u8 *s, size_t n)
{
	u8 out[CHUNK];
	size_t used = 0, room, len;

	mutex_lock(&tty->lock);
	room = tty->ldisc.stopped ? 0 : min(tty->ops->write_room(tty), sizeof(out));
	if (room >= 8) {
		len = n_tty_output(&tty->ldisc, s, n, out, room, &used);
		tty->ops->write(tty, out, len);
	}
	mutex_unlock(&tty->lock);
	return used;
}

static ssize_t write_buffer(struct tty_struct *tty, struct file *file, const u8 *s, size_t n)
{
	size_t done = 0;

	while (done < n) {
		size_t went;

		if (tty->hung_up)
			return done ? (ssize_t)done : -EIO;
		went = write_piece(tty, s + done, n - done);
		done += went;
		if (went)
			continue;
		if (file->f_flags & O_NONBLOCK)
			return done ? (ssize_t)done : -EAGAIN;
		if (wait_event_interruptible(&tty->write_wait, can_write(tty)))
			return done ? (ssize_t)done : -ERESTARTSYS;
	}
	return done;
}

static ssize_t tty_write(struct file *file, struct iov_iter *from, loff_t *pos)
{
	struct tty_struct *tty = file->private_data;
	ssize_t done = 0, n = 0;
	u8 buf[CHUNK];
	int err = 0;

	if (tty->ldisc.t.c_lflag & TOSTOP)
		err = tty_check_change(tty, SIGTTOU);
	if (err)
		return err;
	mutex_lock(&tty->write_lock);
	while (iov_iter_count(from)) {
		size_t want = min(iov_iter_count(from), sizeof(buf)), got = copy_from_iter(buf, want, from);

		n = got ? write_buffer(tty, file, buf, got) : -EFAULT;
		if (n < 0)
			break;
		done += n;
		if ((size_t)n < want)
			break;
		if (signal_pending(current) && iov_iter_count(from))
			break;
	}
	mutex_unlock(&tty->write_lock);
	return done ? done : n;
}

/* ---------------------------------------------------------------- the rest of a file */

static u32 tty_poll(struct file *file, struct poll_table *pt)
{
	struct tty_struct *tty = file->private_data;
	u32 ready = 0;

	poll_wait(file, &tty->read_wait, pt);
	poll_wait(file, &tty->write_wait, pt);
	if (can_read_now(tty))
		ready |= EPOLLIN | EPOLLRDNORM;
	if (tty->hung_up)
		ready |= EPOLLHUP;
	if (can_write(tty))
		ready |= EPOLLOUT | EPOLLWRNORM;
	return ready;
}

/* Context: tasks_lock held. */
static void set_controlling(struct tty_struct *tty)
{
	struct signal_struct *s = current->signal;

	put_pid(tty->session);
	put_pid(tty->pgrp);
	tty->session = get_pid(s->session);
	tty->pgrp = get_pid(s->pgrp);
	tty_get(tty);
	s->tty = tty;
}

int tty_take_control(struct tty_struct *tty, bool steal)
{
	struct signal_struct *s = current->signal;
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	int err = 0;

	if (s->session_leader && tty->session && s->session == tty->session && s->tty == tty)
		goto out;
	if (!s->session_leader || s->tty)
		err = -EPERM;
	else if (tty->session && !(steal && capable(CAP_SYS_ADMIN)))
		err = -EPERM;
	else
		set_controlling(tty);
out:
	spin_unlock_irqrestore(&tasks_lock, flags);
	return err;
}

int tty_open(struct tty_struct *tty, struct file *file)
{
	int err = 0;

	mutex_lock(&tty->lock);
	if (tty->hung_up && tty->nr_open == 0 && !tty->ops->last_close)
		tty->hung_up = false;	/* a console comes back */
	if (tty->exclusive && !capable(CAP_SYS_ADMIN))
		err = -EBUSY;
	else if (tty->hung_up)
		err = -EIO;
	else
		tty->nr_open++;
	mutex_unlock(&tty->lock);
	if (err)
		return err;
	tty_get(tty);
	file->f_op = &tty_fops;
	file->private_data = tty;
	if (!(file->f_flags & O_NOCTTY))
		tty_take_control(tty, false);
	return 0;
}

static void tty_release(struct inode *inode, struct file *file)
{
	struct tty_struct *tty = file->private_data;
	bool last;

	mutex_lock(&tty->lock);
	last = !--tty->nr_open;
	if (last)
		tty->exclusive = false;
	mutex_unlock(&tty->lock);
	if (last && tty->ops->last_close)
		tty->ops->last_close(tty);
	tty_put(tty);
}

static long tty_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	return tty_ioctl(file->private_data, file, cmd, arg);
}

static int tty_fsync(struct file *file)
{
	return -EINVAL;
}

const struct file_operations tty_fops = {
	.read_iter = tty_read, .write_iter = tty_write, .poll = tty_poll, .unlocked_ioctl = tty_file_ioctl,
	.release = tty_release, .fsync = tty_fsync, .async = true,
};

/* ---------------------------------------------------------------- ends */

/* Context: tasks_lock held. The session has no terminal any more. Return: references to @tty that were its processes'. */
static unsigned int leave_session(struct tty_struct *tty)
{
	struct signal_struct *s;
	unsigned int n = 0;

	for_each_process_of_session(tty->session, s)
		if (s->tty == tty) {
			s->tty = NULL;
			n++;
		}
	put_pid(tty->session);
	put_pid(tty->pgrp);
	tty->session = tty->pgrp = NULL;
	return n;
}

static void hup_session(struct tty_struct *tty)
{
	struct signal_struct *s;

	for_each_process_of_session(tty->session, s)
		if (s->session_leader && s->tty == tty) {
			send_sig_info(SIGHUP, SEND_SIG_PRIV, s->leader, true);
			send_sig_info(SIGCONT, SEND_SIG_PRIV, s->leader, true);
		}
}

void tty_hangup(struct tty_struct *tty)
{
	unsigned long flags;
	unsigned int refs = 0;

	mutex_lock(&tty->lock);
	n_tty_flush(&tty->ldisc);
	flags = spin_lock_irqsave(&tasks_lock);
	if (tty->session) {
		hup_session(tty);
		if (tty->pgrp) {
			__kill_pgrp(tty->pgrp, SIGHUP, SEND_SIG_PRIV);
			__kill_pgrp(tty->pgrp, SIGCONT, SEND_SIG_PRIV);
		}
		refs = leave_session(tty);
	}
	tty->hung_up = true;		/* nobody sees that before he has the signal */
	spin_unlock_irqrestore(&tasks_lock, flags);
	mutex_unlock(&tty->lock);
	wake_up_all(&tty->read_wait);
	wake_up_all(&tty->write_wait);
	while (refs--)
		tty_put(tty);
}

void disassociate_ctty(void)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct signal_struct *s = current->signal;
	struct tty_struct *tty = s->tty;
	unsigned int refs = 0;

	if (tty && s->session_leader) {
		if (tty->pgrp) {
			__kill_pgrp(tty->pgrp, SIGHUP, SEND_SIG_PRIV);
			__kill_pgrp(tty->pgrp, SIGCONT, SEND_SIG_PRIV);
		}
		refs = leave_session(tty);
	} else if (tty) {
		s->tty = NULL;
		refs = 1;
	}
	spin_unlock_irqrestore(&tasks_lock, flags);
	while (refs--)
		tty_put(tty);
}

/* ---------------------------------------------------------------- /dev/tty */

struct tty_struct *get_current_tty(void)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct tty_struct *tty = current->signal->tty;

	if (tty)
		tty_get(tty);
	spin_unlock_irqrestore(&tasks_lock, flags);
	return tty;
}

static int current_tty_open(struct inode *inode, struct file *file)
{
	struct tty_struct *tty = get_current_tty();
	int err;

	if (!tty)
		return -ENXIO;
	file->f_flags |= O_NOCTTY;
	err = tty_open(tty, file);
	tty_put(tty);
	return err;
}

static int console_open(struct inode *inode, struct file *file)
{
	struct tty_struct *tty = tty_for_console();

	if (!tty)
		return -ENODEV;
	file->f_flags |= O_NOCTTY;
	return tty_open(tty, file);
}

static const struct file_operations current_tty_fops = { .open = current_tty_open };
static const struct file_operations console_fops = { .open = console_open };

static struct chrdev current_tty_dev = { TTYAUX_MAJOR, 0, 1, "/dev/tty", &current_tty_fops, NULL };
static struct chrdev console_dev = { TTYAUX_MAJOR, 1, 1, "/dev/console", &console_fops, NULL };

void tty_init(void)
{
	register_chrdev(&current_tty_dev);
	register_chrdev(&console_dev);
	devtmpfs_create("tty", 0666, MKDEV(TTYAUX_MAJOR, 0));
	devtmpfs_create("console", 0600, MKDEV(TTYAUX_MAJOR, 1));
	tty_console_init();
	pty_init();
}
