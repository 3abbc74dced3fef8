/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Numbers of threads, processes, groups of processes and sessions. One number is
 * one struct pid for as long as anything goes by it; whoever keeps a reference
 * (a terminal, the owner of a file) is never led to somebody who got the number
 * later.
 *
 * A process is its struct signal_struct; that is what lies in the lists of a
 * group and of a session.
 */
#ifndef KERNEL_PID_H
#define KERNEL_PID_H

#include <kernel/spinlock.h>
#include <lib/list.h>

#define PID_MAX		0x400000	/* numbers are below this, as on Linux */

struct task_struct;
struct signal_struct;

struct pid {
	u32			count;		/* references; atomic */
	int			nr;
	struct pid		*hash_next;	/* tasks_lock */
	struct task_struct	*task;		/* the thread of this number, NULL once it is reaped; tasks_lock */
	struct list_head	pgrp;		/* processes of the group, by signal->pgrp_node; tasks_lock */
	struct list_head	session;	/* processes of the session, by signal->session_node; tasks_lock */
};

/**
 * tasks_lock - who is there and who belongs to whom: the list of all threads, numbers, parents and
 * children, threads of a process, groups, sessions, exit_state
 * Interrupts off. Outer to sighand->siglock and the locks of run queues.
 */
extern struct spinlock tasks_lock;

/* get_pid(), put_pid() - keep the structure; NULL is allowed */
struct pid *get_pid(struct pid *pid);
void put_pid(struct pid *pid);

/** find_pid() - what goes by number @nr, NULL: nothing. Context: tasks_lock held */
struct pid *find_pid(int nr);

/** find_get_pid() - the same with a reference. Context: any but NMI */
struct pid *find_get_pid(int nr);

/** find_task_by_pid() - the thread of that number, NULL: none. Context: tasks_lock held */
struct task_struct *find_task_by_pid(int nr);

/** get_task_by_pid() - the same with a reference for put_task_struct(). Context: any but NMI */
struct task_struct *get_task_by_pid(int nr);

/** for_each_task() - all threads that can be found, those of the kernel too. Context: tasks_lock held */
extern struct list_head task_list;
#define for_each_task(p)	list_for_each_entry(p, &task_list, tasks)

/** for_each_process() - of these, each leader of a process; none of the kernel's. Context: tasks_lock held */
extern struct signal_struct init_signals;	/* of all threads of the kernel */
#define for_each_process(p)	for_each_task(p) if ((p)->signal == &init_signals || (p)->group_leader != (p)) ; else

static inline int pid_nr(const struct pid *pid)
{
	return pid ? pid->nr : 0;
}

#endif
