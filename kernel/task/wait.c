// SPDX-License-Identifier: BSD-2-Clause
/* Waiting for children: what has happened to them, and the last of those that have ended. */
#include <uapi/wait.h>
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fork.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <lib/string.h>
#include "internal.h"
#include "rusage.h"

/* What somebody waits for, and the answer. */
struct wait_opts {
	int		type;		/* P_... */
	int		nr;		/* of the process or group */
	struct pid	*pgrp;		/* P_PGID; with a reference */
	u32		options;

	int		pid;		/* who it was; 0: nobody yet */
	u32		uid;
	int		code;		/* CLD_... */
	int		status;		/* as wait4() shows it */
	bool		want_usage;
	struct task_usage usage;
	bool		found;		/* there is at least one that may be waited for */
};

/* ---------------------------------------------------------------- one child */

static bool eligible(const struct wait_opts *wo, const struct task_struct *p)
{
	if (wo->type == P_PID && p->pid != wo->nr)
		return false;
	if (wo->type == P_PGID && p->signal->pgrp != wo->pgrp)
		return false;
	return wo->options & __WALL || (p->exit_signal != SIGCHLD) == !!(wo->options & __WCLONE);
}

static void answer(struct wait_opts *wo, struct task_struct *p, int code, int status)
{
	wo->pid = p->pid;
	wo->uid = p->cred->uid;
	wo->code = code;
	wo->status = status;
	if (wo->want_usage) {
		process_usage(p, &wo->usage);
		usage_add(&wo->usage, &p->signal->children);
	}
}

static int exit_status(const struct task_struct *p)
{
	return p->signal->flags & SIGNAL_GROUP_EXIT ? p->signal->group_exit_code : p->exit_code;
}

static int exit_reason(int status)
{
	return !(status & 0x7f) ? CLD_EXITED : status & 0x80 ? CLD_DUMPED : CLD_KILLED;
}

/* The child is gone, what it has used becomes its parent's. Context: tasks_lock held. */
static void take_zombie(struct task_struct *p)
{
	struct signal_struct *mine = current->signal;
	struct task_usage used;

	p->exit_state = EXIT_DEAD;
	process_usage(p, &used);
	spin_lock(&current->sighand->siglock);
	usage_add(&mine->children, &used);
	usage_add(&mine->children, &p->signal->children);
	spin_unlock(&current->sighand->siglock);
}

/* Context: tasks_lock held. Return: whether there is something to tell; then @wo has it. */
static bool consider(struct wait_opts *wo, struct task_struct *p, struct task_struct **zombie)
{
	struct signal_struct *sig = p->signal;
	bool keep = wo->options & WNOWAIT;

	if (p->exit_state == EXIT_DEAD || !eligible(wo, p))
		return false;
	wo->found = true;
	if (p->exit_state == EXIT_ZOMBIE && thread_group_empty(p)) {
		if (!(wo->options & WEXITED))
			return false;
		answer(wo, p, exit_reason(exit_status(p)), exit_status(p));
		if (!keep) {
			take_zombie(p);
			*zombie = p;
		}
		return true;
	}
	if (wo->options & WUNTRACED && sig->flags & SIGNAL_STOP_STOPPED && sig->group_exit_code) {
		answer(wo, p, CLD_STOPPED, sig->group_exit_code << 8 | 0x7f);
		if (!keep)
			sig->group_exit_code = 0;
		return true;
	}
	if (wo->options & WCONTINUED && sig->flags & SIGNAL_STOP_CONTINUED) {
		answer(wo, p, CLD_CONTINUED, 0xffff);
		if (!keep)
			sig->flags &= ~SIGNAL_STOP_CONTINUED;
		return true;
	}
	return false;
}

/* ---------------------------------------------------------------- all of them */

static bool is_my_child(const struct wait_opts *wo, const struct task_struct *p)
{
	return thread_group_leader(p) && (wo->options & __WNOTHREAD ? p->parent == current :
								       p->parent->signal == current->signal);
}

static bool consider_children_of(struct wait_opts *wo, struct task_struct *parent, struct task_struct **zombie)
{
	struct task_struct *p;

	list_for_each_entry(p, &parent->children, sibling)
		if (consider(wo, p, zombie))
			return true;
	return false;
}

/* Context: tasks_lock held. */
static bool consider_all(struct wait_opts *wo, struct task_struct **zombie)
{
	struct task_struct *t;

	if (wo->type == P_PID) {
		t = find_task_by_pid(wo->nr);
		return t && is_my_child(wo, t) && consider(wo, t, zombie);
	}
	if (wo->options & __WNOTHREAD)
		return consider_children_of(wo, current, zombie);
	for_each_thread(current, t)
		if (consider_children_of(wo, t, zombie))
			return true;
	return false;
}

/* Return: whether the wait is over, as there is an answer or can be none. */
static bool look(struct wait_opts *wo)
{
	struct task_struct *zombie = NULL;
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	bool over;

	wo->found = false;
	over = consider_all(wo, &zombie) || !wo->found;
	spin_unlock_irqrestore(&tasks_lock, flags);
	release_task(zombie);
	return over;
}

/* Return: number of the child; 0: none yet, with WNOHANG; -ECHILD, -ERESTARTSYS */
static long do_wait(struct wait_opts *wo)
{
	struct wait_queue_head *wq = &current->signal->wait_chldexit;
	DEFINE_WAIT(wait, false);
	long err = 0;

	if (!look(wo) && !(wo->options & WNOHANG)) {
		for (;;) {
			err = prepare_to_wait_event(wq, &wait, TASK_INTERRUPTIBLE);
			if (look(wo)) {
				err = 0;
				break;
			}
			if (err)
				break;
			schedule();
		}
		finish_wait(wq, &wait);
	}
	if (wo->pid)
		return wo->pid;
	return err ? err : wo->found ? 0 : -ECHILD;
}

/* ---------------------------------------------------------------- calls */

static int put_usage(struct rusage __user *usage, const struct wait_opts *wo)
{
	struct rusage ru;

	usage_to_rusage(&wo->usage, &ru);
	return copy_to_user(usage, &ru, sizeof(ru));
}

SYSCALL_DEFINE4(wait4, int, nr, int __user *, status, int, options, struct rusage __user *, usage)
{
	struct wait_opts wo = { .options = options | WEXITED, .want_usage = usage };
	long ret;

	if (options & ~(WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL))
		return -EINVAL;
	if (nr == INT32_MIN)
		return -ESRCH;
	wo.type = nr == -1 ? P_ALL : nr > 0 ? P_PID : P_PGID;
	wo.nr = nr < 0 ? -nr : nr;
	if (wo.type == P_PGID)
		wo.pgrp = nr ? find_get_pid(wo.nr) : get_current_pgrp();
	ret = do_wait(&wo);
	put_pid(wo.pgrp);
	if (ret <= 0)
		return ret;
	if ((status && put_user(wo.status, status)) || (usage && put_usage(usage, &wo)))
		return -EFAULT;
	return ret;
}

static int set_wait_target(struct wait_opts *wo, int type, int nr)
{
	wo->type = type;
	wo->nr = nr;
	switch (type) {
	case P_ALL:
		return 0;
	case P_PID:
		return nr > 0 ? 0 : -EINVAL;
	case P_PGID:
		if (nr < 0)
			return -EINVAL;
		wo->pgrp = nr ? find_get_pid(nr) : get_current_pgrp();
		return 0;
	default:
		return -EINVAL;
	}
}

/* What the program is told; zeros when nobody has changed. */
static int put_siginfo(struct siginfo __user *info, const struct wait_opts *wo)
{
	struct siginfo si = { 0 };

	if (wo->pid) {
		si.si_signo = SIGCHLD;
		si.si_code = wo->code;
		si.sigchld.pid = wo->pid;
		si.sigchld.uid = wo->uid;
		si.sigchld.status = wo->code == CLD_EXITED ? wo->status >> 8 & 0xff :
				    wo->code == CLD_STOPPED ? wo->status >> 8 :
				    wo->code == CLD_CONTINUED ? SIGCONT : wo->status & 0x7f;
	}
	/* of the 128 bytes those before the times; the others stay as they are */
	return copy_to_user(info, &si, offsetof(struct siginfo, sigchld.utime));
}

SYSCALL_DEFINE5(waitid, int, type, int, nr, struct siginfo __user *, info, int, options, struct rusage __user *, usage)
{
	struct wait_opts wo = { .options = options, .want_usage = usage };
	long ret;

	if (options & ~(WNOHANG | WNOWAIT | WEXITED | WSTOPPED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL) ||
	    !(options & (WEXITED | WSTOPPED | WCONTINUED)))
		return -EINVAL;
	ret = set_wait_target(&wo, type, nr);
	if (ret)
		return ret;
	ret = do_wait(&wo);
	put_pid(wo.pgrp);
	if (ret < 0)
		return ret;
	if ((ret && usage && put_usage(usage, &wo)) || (info && put_siginfo(info, &wo)))
		return -EFAULT;
	return 0;
}
SYSCALL_PARTIAL(waitid, "no P_PIDFD");
