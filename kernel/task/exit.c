// SPDX-License-Identifier: BSD-2-Clause
/*
 * The end of threads and processes. A thread that ends gives back what it has
 * and tells who cares; a process that ends stays as a zombie until its parent has
 * asked how (kernel/task/wait.c).
 */
#include <kernel/cred.h>
#include <asm/irqflags.h>
#include <asm/uaccess.h>
#include <kernel/fdtable.h>
#include <kernel/fork.h>
#include <kernel/futex.h>
#include <kernel/itimer.h>
#include <kernel/fs_struct.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <mm/mm.h>
#include <kernel/tty_struct.h>
#include "internal.h"

/* ---------------------------------------------------------------- what has been used */

void usage_add(struct task_usage *sum, const struct task_usage *more)
{
	sum->cycles += more->cycles;
	sum->stime += more->stime;
	sum->nvcsw += more->nvcsw;
	sum->nivcsw += more->nivcsw;
	sum->min_flt += more->min_flt;
	sum->maj_flt += more->maj_flt;
	sum->maxrss = max(sum->maxrss, more->maxrss);
}

void task_usage(const struct task_struct *p, struct task_usage *usage)
{
	*usage = (struct task_usage){
		.cycles = p->se.sum_exec, .stime = min(p->stime, p->se.sum_exec),
		.nvcsw = p->nr_switches - min(p->nr_preempted, p->nr_switches), .nivcsw = p->nr_preempted,
		.min_flt = p->min_flt, .maj_flt = p->maj_flt,
	};
}

/* ---------------------------------------------------------------- reaping */

/* Context: tasks_lock held. */
static void unlink_process(struct task_struct *leader)
{
	leave_pgrp(leader->signal);
	leave_session(leader->signal);
	list_del(&leader->sibling);
}

/* Context: tasks_lock held. */
static void unlink_task(struct task_struct *p)
{
	struct signal_struct *sig = p->signal;
	struct task_usage used;

	list_del(&p->tasks);
	spin_lock(&p->sighand->siglock);
	list_del(&p->thread_node);
	sig->nr_threads--;
	if (sig->curr_target == p)
		sig->curr_target = NULL;
	task_usage(p, &used);
	usage_add(&sig->gone, &used);
	if (sig->notify_count > 0 && !--sig->notify_count)
		wake_up_process(sig->group_exec_task);
	flush_sigqueue(p->sighand, &p->pending);
	if (!sig->nr_threads)
		flush_sigqueue(p->sighand, &sig->shared_pending);
	spin_unlock(&p->sighand->siglock);
	if (!sig->nr_threads)
		unlink_process(p);
	p->thread_pid->task = NULL;	/* not before: it may go by the group's and the session's number too */
	pid_release(p->thread_pid);
}

/* The last thread but the leader is gone, and that has ended before. Return: the leader if nobody waits for it. */
static struct task_struct *zap_leader(struct task_struct *leader)
{
	if (!thread_group_empty(leader) || leader->exit_state != EXIT_ZOMBIE ||
	    !do_notify_parent(leader, leader->exit_signal))
		return NULL;
	leader->exit_state = EXIT_DEAD;
	return leader;
}

void release_task(struct task_struct *p)
{
	struct task_struct *leader, *next;
	unsigned long flags;

	for (; p; p = next) {
		__atomic_fetch_sub(&p->cred->user->processes, 1, __ATOMIC_RELAXED);
		flags = spin_lock_irqsave(&tasks_lock);
		leader = p->group_leader;
		unlink_task(p);
		next = leader != p ? zap_leader(leader) : NULL;
		spin_unlock_irqrestore(&tasks_lock, flags);
		put_task_struct(p);
	}
}

/* ---------------------------------------------------------------- orphans */

static bool has_stopped_process(struct pid *pgrp)
{
	struct signal_struct *sig;

	for_each_process_of_pgrp(pgrp, sig)
		if (sig->flags & SIGNAL_STOP_STOPPED)
			return true;
	return false;
}

/* Whether no process of @pgrp but @ignored has a parent in another group of the session. Context: tasks_lock */
static bool is_orphaned_pgrp(struct pid *pgrp, const struct signal_struct *ignored)
{
	struct signal_struct *sig;

	for_each_process_of_pgrp(pgrp, sig) {
		const struct task_struct *p = sig->leader, *parent = p->real_parent;

		if (sig == ignored || (p->exit_state && thread_group_empty(p)) || parent->tgid <= 1)
			continue;
		if (parent->signal->pgrp != pgrp && parent->signal->session == sig->session)
			return false;
	}
	return true;
}

bool is_current_pgrp_orphaned(void)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	bool orphaned = is_orphaned_pgrp(current->signal->pgrp, NULL);

	spin_unlock_irqrestore(&tasks_lock, flags);
	return orphaned;
}

/*
 * POSIX: jobs that stand still when nobody is left who could start them again are told, and go on.
 * @sig loses its connection with @parent; @ignored: it is the one that ends.
 */
static void kill_orphaned_pgrp(struct signal_struct *sig, const struct signal_struct *parent, bool ends)
{
	struct pid *pgrp = sig->pgrp;

	if (parent->pgrp == pgrp || parent->session != sig->session)
		return;
	if (!is_orphaned_pgrp(pgrp, ends ? sig : NULL) || !has_stopped_process(pgrp))
		return;
	__kill_pgrp(pgrp, SIGHUP, SEND_SIG_PRIV);
	__kill_pgrp(pgrp, SIGCONT, SEND_SIG_PRIV);
}

/* Who is the parent from now on of what @father leaves behind. Context: tasks_lock */
static struct task_struct *find_reaper(struct task_struct *father)
{
	struct task_struct *t, *p;

	for_each_thread(father, t)
		if (!t->exiting)
			return t;
	if (father->signal->has_child_subreaper)
		for (p = father->real_parent; p->tgid > 1; p = p->real_parent) {
			if (!p->signal->is_child_subreaper)
				continue;
			for_each_thread(p, t)
				if (!t->exiting)
					return t;
		}
	return find_task_by_pid(1);
}

/* All that are there already, and their children, have one to look for from now on. Context: tasks_lock */
static void mark_descendants(struct task_struct *p)
{
	struct task_struct *t;

	list_for_each_entry(t, &task_list, tasks) {
		const struct task_struct *up = t;

		while (up->ppid && up->signal != p->signal)
			up = up->real_parent;
		if (up->signal == p->signal && t->signal != p->signal)
			t->signal->has_child_subreaper = true;
	}
}

void set_child_subreaper(bool on)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);

	current->signal->is_child_subreaper = on;
	if (on)
		mark_descendants(current);
	spin_unlock_irqrestore(&tasks_lock, flags);
}

/* A child got a new parent in another process. Return: whether nobody waits for it. */
static bool reparent(struct task_struct *p, struct task_struct *father)
{
	p->exit_signal = SIGCHLD;
	if (p->exit_state == EXIT_ZOMBIE && thread_group_empty(p) && do_notify_parent(p, SIGCHLD)) {
		p->exit_state = EXIT_DEAD;
		return true;
	}
	kill_orphaned_pgrp(p->signal, father->signal, false);
	return false;
}

/* Children that nobody waits for any more go to @dead. Context: tasks_lock held. */
static void forget_original_parent(struct task_struct *father, struct list_head *dead)
{
	struct task_struct *reaper, *p, *next, *t;

	if (list_empty(&father->children))
		return;
	reaper = find_reaper(father);
	list_for_each_entry_safe(p, next, &father->children, sibling) {
		for_each_thread(p, t) {
			t->real_parent = t->parent = reaper;
			__atomic_store_n(&t->ppid, reaper->tgid, __ATOMIC_RELAXED);
			if (t->pdeath_signal)
				send_sig_info(t->pdeath_signal, SEND_SIG_NOINFO, t, false);
		}
		list_del(&p->sibling);
		if (reaper->signal != father->signal && reparent(p, father))
			list_add_tail(&p->sibling, dead);
		else
			list_add_tail(&p->sibling, &reaper->children);
	}
}

/* ---------------------------------------------------------------- the end */

static void exit_notify(struct task_struct *me, bool last)
{
	struct list_head dead = { &dead, &dead };
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	bool autoreap = true;

	forget_original_parent(me, &dead);
	if (last)
		kill_orphaned_pgrp(me->signal, me->group_leader->real_parent->signal, true);
	me->exit_state = EXIT_ZOMBIE;
	if (thread_group_leader(me))
		autoreap = thread_group_empty(me) && do_notify_parent(me, me->exit_signal);
	if (autoreap)
		me->exit_state = EXIT_DEAD;
	/* a thread in execve() waits for the leader by itself */
	if (me->signal->notify_count < 0)
		wake_up_process(me->signal->group_exec_task);
	spin_unlock_irqrestore(&tasks_lock, flags);
	while (!list_empty(&dead))
		release_task(list_first_entry(&dead, struct task_struct, sibling));
	if (autoreap)
		release_task(me);
}

void mm_release(struct task_struct *p)
{
	exit_robust_list();
	if (p->clear_child_tid) {
		if (p->mm->mm_users > 1 && !put_user(0, p->clear_child_tid))
			futex_wake_user((u32 __user *)p->clear_child_tid, true, 1);
		p->clear_child_tid = NULL;
	}
	complete_vfork_done(p);
}

void drop_mm(struct mm_struct *mm)
{
	struct task_usage *gone = &current->signal->gone;

	gone->maxrss = max(gone->maxrss, (u64)max(mm->hiwater_rss, get_mm_rss(mm)));
	mmput(mm);
}

static void exit_mm(struct task_struct *me)
{
	struct mm_struct *mm = me->mm;

	if (!mm)
		return;
	mm_release(me);
	task_set_mm(me, NULL);
	drop_mm(mm);
}

/* The process ends as its last thread does, unless something has ended all of them. */
static void set_group_code(struct signal_struct *sig, int code)
{
	unsigned long flags = spin_lock_irqsave(&current->sighand->siglock);

	if (!(sig->flags & SIGNAL_GROUP_EXIT)) {
		sig->flags |= SIGNAL_GROUP_EXIT;
		sig->group_exit_code = code;
	}
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
}

void do_exit(int code)
{
	struct task_struct *me = current;
	bool last;

	if (me->exiting || !me->mm)
		panic("thread %s (%d) ends in the kernel", me->comm, me->pid);
	exit_signals(me);
	last = !__atomic_sub_fetch(&me->signal->live, 1, __ATOMIC_ACQ_REL);
	if (last && me->tgid == 1)
		panic("PID 1 has ended, exit code %#x", me->signal->group_exit_code ? me->signal->group_exit_code : code);
	if (last) {
		set_group_code(me->signal, code);
		exit_itimers();
		disassociate_ctty();
	}
	me->exit_code = code;
	exit_mm(me);
	exit_files(me);
	exit_fs(me);
	exit_thread(me);
	exit_notify(me, last);
	set_current_state(TASK_DEAD);
	schedule();
	panic("thread %s runs after its end", me->comm);
}

void do_group_exit(int code)
{
	struct signal_struct *sig = current->signal;
	unsigned long flags = spin_lock_irqsave(&current->sighand->siglock);

	if (sig->flags & SIGNAL_GROUP_EXIT) {
		code = sig->group_exit_code;
	} else if (sig->group_exec_task) {
		code = 0;		/* a thread that execve() ends */
	} else {
		sig->group_exit_code = code;
		sig->flags = SIGNAL_GROUP_EXIT;
		zap_other_threads(current);
	}
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	do_exit(code);
}

SYSCALL_DEFINE1(exit, int, status)
{
	do_exit((status & 0xff) << 8);
}

SYSCALL_DEFINE1(exit_group, int, status)
{
	do_group_exit((status & 0xff) << 8);
}
