// SPDX-License-Identifier: BSD-2-Clause
/* Numbers of threads and processes as programs ask for them; groups of processes and sessions. */
#include <kernel/fork.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <lib/err.h>
#include <kernel/tty_struct.h>
#include "internal.h"

SYSCALL_DEFINE0(getpid)		{ return current->tgid; }
SYSCALL_DEFINE0(gettid)		{ return current->pid; }
SYSCALL_DEFINE0(getppid)	{ return __atomic_load_n(&current->ppid, __ATOMIC_RELAXED); }

/* Whom @nr means: 0 is this process. Context: tasks_lock held. */
static struct task_struct *find_process(int nr)
{
	return nr ? find_task_by_pid(nr) : current;
}

struct pid *get_current_pgrp(void)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct pid *pgrp = get_pid(current->signal->pgrp);

	spin_unlock_irqrestore(&tasks_lock, flags);
	return pgrp;
}

static long get_group(int nr, bool session)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	const struct task_struct *p = find_process(nr);
	long ret = p ? pid_nr(session ? p->signal->session : p->signal->pgrp) : -ESRCH;

	spin_unlock_irqrestore(&tasks_lock, flags);
	return ret;
}

SYSCALL_DEFINE1(getpgid, int, nr)	{ return get_group(nr, false); }
SYSCALL_DEFINE0(getpgrp)		{ return get_group(0, false); }
SYSCALL_DEFINE1(getsid, int, nr)	{ return get_group(nr, true); }

/* POSIX, setpgid(): who may be moved where. Context: tasks_lock held. */
static int check_setpgid(const struct task_struct *p, struct pid *pgrp)
{
	const struct signal_struct *mine = current->signal;
	const struct signal_struct *member;

	if (!p)
		return -ESRCH;
	if (!thread_group_leader(p))
		return -EINVAL;
	if (p->signal != mine) {
		if (p->real_parent->signal != mine)
			return -ESRCH;
		if (p->signal->session != mine->session)
			return -EPERM;
		if (p->did_exec)
			return -EACCES;
	}
	if (p->signal->session_leader)
		return -EPERM;
	if (pgrp == p->thread_pid)
		return 0;
	if (!pgrp || list_empty(&pgrp->pgrp))
		return -EPERM;
	member = list_first_entry(&pgrp->pgrp, struct signal_struct, pgrp_node);
	return member->session == mine->session ? 0 : -EPERM;
}

SYSCALL_DEFINE2(setpgid, int, nr, int, pgid)
{
	struct task_struct *p;
	unsigned long flags;
	struct pid *pgrp;
	int err;

	nr = nr ? nr : current->tgid;
	pgid = pgid ? pgid : nr;
	if (pgid < 0)
		return -EINVAL;
	flags = spin_lock_irqsave(&tasks_lock);
	p = find_task_by_pid(nr);
	pgrp = find_pid(pgid);
	err = check_setpgid(p, pgrp);
	if (!err && p->signal->pgrp != pgrp) {
		leave_pgrp(p->signal);
		join_pgrp(p->signal, pgrp);
	}
	spin_unlock_irqrestore(&tasks_lock, flags);
	return err;
}

SYSCALL_DEFINE0(setsid)
{
	struct signal_struct *sig = current->signal;
	struct pid *pid = current->group_leader->thread_pid;
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct tty_struct *tty = NULL;
	long ret = -EPERM;

	/* also when a group goes by our number whose leader we are not any more */
	if (!sig->session_leader && list_empty(&pid->pgrp)) {
		leave_pgrp(sig);
		leave_session(sig);
		join_pgrp(sig, pid);
		join_session(sig, pid);
		sig->session_leader = true;
		tty = sig->tty;
		sig->tty = NULL;
		ret = pid->nr;
	}
	spin_unlock_irqrestore(&tasks_lock, flags);
	if (tty)
		tty_put(tty);
	return ret;
}
