/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * O_ASYNC: a signal when a file can be read, or, if it is open for writing alone, written.
 * Who wants that stands in the queue of those who poll the file. Whoever wakes the queue
 * may hold any lock, so a work looks at the file afterwards and sends the signal.
 */
#include "internal.h"
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/pid.h>
#include <kernel/poll.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>
#include <kernel/workqueue.h>
#include <mm/slab.h>

enum { OWNER_TID, OWNER_PID, OWNER_PGRP };

/* struct f_owner_ex of the ABI */
struct owner_ex { int type, pid; };

/* Who is told, fasync_mutex; and how that is noticed. */
struct file_async {
	struct file		*file;
	struct pid		*pid;		/* with a reference; NULL: nobody */
	int			type;		/* OWNER_... */
	u32			uid, euid;	/* of who said so, whose signal it is */
	int			sig;		/* F_SETSIG; 0: SIGIO, without more */
	int			fd;		/* by which O_ASYNC was asked for */
	struct wait_queue_head	*wq;		/* NULL: without O_ASYNC */
	struct wait_queue_entry	wait;
	struct poll_table	pt;
	struct work_struct	work;
};

static DEFINE_MUTEX(fasync_mutex);

/* ---------------------------------------------------------------- the signal */

static bool may_signal(const struct file_async *a, struct task_struct *p)
{
	const struct cred *cred;
	bool may;

	rcu_read_lock();
	cred = task_cred(p);
	may = !a->euid || a->euid == cred->suid || a->euid == cred->uid || a->uid == cred->suid || a->uid == cred->uid;
	rcu_read_unlock();
	return may;
}

/* Context: tasks_lock, fasync_mutex. */
static void tell_one(const struct file_async *a, struct task_struct *p, bool out)
{
	struct siginfo info = {
		.si_signo = a->sig, .si_code = out ? POLL_OUT : POLL_IN,
		.sigpoll = { .band = out ? EPOLLOUT | EPOLLWRNORM | EPOLLWRBAND : EPOLLIN | EPOLLRDNORM, .fd = a->fd },
	};
	bool group = a->type != OWNER_TID;

	if (may_signal(a, p) && (!a->sig || send_sig_info(a->sig, &info, p, group) == -EAGAIN))
		send_sig_info(SIGIO, SEND_SIG_PRIV, p, group);
}

static void tell(const struct file_async *a, bool out)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct signal_struct *s;

	if (a->type == OWNER_PGRP) {
		for_each_process_of_pgrp(a->pid, s)
			tell_one(a, s->leader, out);
	} else if (a->pid->task) {
		tell_one(a, a->pid->task, out);
	}
	spin_unlock_irqrestore(&tasks_lock, flags);
}

static void look(struct work_struct *work)
{
	struct file_async *a = container_of(work, struct file_async, work);
	bool out = !(a->file->f_mode & FMODE_READ);
	u32 events = vfs_poll(a->file, NULL) & (out ? EPOLLOUT | EPOLLERR : EPOLLIN | EPOLLHUP);

	mutex_lock(&fasync_mutex);
	if (events && a->wq && a->pid)
		tell(a, out);
	mutex_unlock(&fasync_mutex);
}

static void woken(struct wait_queue_entry *wait)
{
	queue_work(&container_of(wait, struct file_async, wait)->work);
}

/* The first queue a file names is that for what it is read for, if it can be. */
static void stand_in_queue(struct poll_table *pt, struct file *file, struct wait_queue_head *wq)
{
	struct file_async *a = container_of(pt, struct file_async, pt);

	if (a->wq)
		return;
	a->wq = wq;
	add_wait_queue(wq, &a->wait);
}

/* ---------------------------------------------------------------- who wants it */

/* Context: fasync_mutex. NULL: no memory */
static struct file_async *async_of(struct file *file)
{
	struct file_async *a = file->f_async;

	if (a)
		return a;
	a = kzalloc(sizeof(*a), GFP_KERNEL);
	if (!a)
		return NULL;
	a->file = file;
	a->wait.func = woken;
	list_init(&a->wait.entry);
	a->pt.queue = stand_in_queue;
	INIT_WORK(&a->work, look);
	file->f_async = a;
	return a;
}

/* Context: fasync_mutex; takes over the reference to @pid. */
static void set_owner(struct file_async *a, struct pid *pid, int type)
{
	put_pid(a->pid);
	a->pid = pid;
	a->type = type;
	a->uid = current_cred()->uid;
	a->euid = current_cred()->euid;
}

int fasync_set(unsigned int fd, struct file *file, bool on)
{
	struct file_async *a;
	int err = 0;

	if (!file->f_op->async)
		return 0;
	mutex_lock(&fasync_mutex);
	a = on ? async_of(file) : file->f_async;
	if (on && !a) {
		err = -ENOMEM;
	} else if (on && !a->wq) {
		a->fd = fd;
		if (!a->pid && S_ISCHR(file->f_inode->i_mode))	/* a terminal */
			set_owner(a, get_pid(current->group_leader->thread_pid), OWNER_PID);
		vfs_poll(file, &a->pt);
	} else if (!on && a && a->wq) {
		remove_wait_queue(a->wq, &a->wait);
		a->wq = NULL;
	}
	if (!err)
		file_change_flags(file, FASYNC, on ? FASYNC : 0);
	mutex_unlock(&fasync_mutex);
	return err;
}

void fasync_release_file(struct file *file)
{
	struct file_async *a = file->f_async;

	fasync_set(0, file, false);
	flush_work(&a->work);
	put_pid(a->pid);
	kfree(a);
}

/* ---------------------------------------------------------------- fcntl() */

static long set_owner_nr(struct file *file, int nr, int type)
{
	struct pid *pid = nr ? find_get_pid(nr) : NULL;
	struct file_async *a;

	if (nr && !pid)
		return -ESRCH;
	mutex_lock(&fasync_mutex);
	a = async_of(file);
	if (a)
		set_owner(a, pid, type);
	else
		put_pid(pid);
	mutex_unlock(&fasync_mutex);
	return a ? 0 : -ENOMEM;
}

static struct owner_ex get_owner(struct file *file)
{
	struct owner_ex o = { OWNER_PID, 0 };
	const struct file_async *a;

	mutex_lock(&fasync_mutex);
	a = file->f_async;
	if (a && a->pid)
		o = (struct owner_ex){ a->type, a->type == OWNER_PGRP || a->pid->task ? a->pid->nr : 0 };
	mutex_unlock(&fasync_mutex);
	return o;
}

static long set_signal(struct file *file, unsigned long sig)
{
	struct file_async *a;

	if (sig > _NSIG)
		return -EINVAL;
	mutex_lock(&fasync_mutex);
	a = async_of(file);
	if (a)
		a->sig = sig;
	mutex_unlock(&fasync_mutex);
	return a ? 0 : -ENOMEM;
}

long fasync_fcntl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct owner_ex o;

	switch (cmd) {
	case F_SETOWN:
		if ((int)arg == -0x7fffffff - 1)
			return -EINVAL;
		return (int)arg < 0 ? set_owner_nr(file, -(int)arg, OWNER_PGRP) : set_owner_nr(file, arg, OWNER_PID);
	case F_GETOWN:
		o = get_owner(file);
		return o.type == OWNER_PGRP ? -o.pid : o.pid;
	case F_SETOWN_EX:
		if (copy_from_user(&o, (void __user *)arg, sizeof(o)))
			return -EFAULT;
		return o.type < OWNER_TID || o.type > OWNER_PGRP ? -EINVAL : set_owner_nr(file, o.pid, o.type);
	case F_GETOWN_EX:
		o = get_owner(file);
		return copy_to_user((void __user *)arg, &o, sizeof(o));
	case F_SETSIG:
		return set_signal(file, arg);
	default:			/* F_GETSIG */
		return file->f_async ? file->f_async->sig : 0;
	}
}
