/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the threads of a process share. It is there as long as one struct
 * task_struct of the process is: who has a reference to a thread may use
 * p->signal and, through lock_task_sighand(), p->sighand.
 */
#ifndef KERNEL_SIGNAL_STRUCT_H
#define KERNEL_SIGNAL_STRUCT_H

#include <kernel/pid.h>
#include <kernel/rcupdate.h>
#include <kernel/sched.h>
#include <kernel/signal.h>
#include <kernel/wait.h>
#include <uapi/resource.h>

struct tty_struct;
struct itimer;

/* signal_struct.flags */
#define SIGNAL_STOP_STOPPED	0x01	/* all threads have stopped */
#define SIGNAL_STOP_CONTINUED	0x02	/* SIGCONT came after a stop; nobody has waited for that yet */
#define SIGNAL_GROUP_EXIT	0x04	/* all threads are to end with group_exit_code */
#define SIGNAL_UNKILLABLE	0x10	/* PID 1: what would kill by default is ignored */
#define SIGNAL_CLD_STOPPED	0x100	/* the parent is yet to be told of the stop */
#define SIGNAL_CLD_CONTINUED	0x200	/* or of its end */

/* What threads have used that are gone. */
struct task_usage {
	u64	cycles, stime;		/* of get_cycles(): in all; in the kernel */
	u64	nvcsw, nivcsw;
	u64	min_flt, maj_flt;
	u64	maxrss;			/* pages */
};

struct signal_struct {
	u32			usage;		/* one for each task_struct; atomic */
	u32			live;		/* threads that have not begun to end; atomic */
	u32			nr_threads;	/* not reaped; tasks_lock, siglock */
	struct list_head	thread_head;	/* those, by p->thread_node, the leader first; tasks_lock, siglock */
	struct task_struct	*leader;	/* its number is that of the process; tasks_lock */
	struct wait_queue_head	wait_chldexit;	/* wait4() and its kind */

	/* signals; sighand->siglock */
	struct sigpending	shared_pending;	/* for any thread */
	struct task_struct	*curr_target;	/* the thread that got the last one of those */
	u32			flags;
	int			group_exit_code;	/* as wait4() shows it; while stopped the signal */
	u32			group_stop_count;	/* threads that are yet to stop */
	struct task_struct	*group_exec_task;	/* waits in execve() for the others to end */
	int			notify_count;		/* how many of them are left */

	/* who it belongs to; tasks_lock, but to compare the pointers needs none */
	struct pid		*pgrp, *session;	/* there while the process is in their lists */
	struct list_head	pgrp_node, session_node;
	bool			session_leader;
	bool			is_child_subreaper, has_child_subreaper;
	struct tty_struct	*tty;		/* controlling terminal, with a reference */

	struct rlimit		rlim[RLIM_NLIMITS];	/* each number is read and written at once; pairs under siglock */
	struct task_usage	gone;		/* threads of this process that are reaped; siglock */
	struct task_usage	children;	/* children that were waited for, and theirs; siglock */
	short			oom_score_adj, oom_score_adj_min;

	struct itimer		*itimers[3];	/* by ITIMER_..., each made at its first use; siglock */
	struct list_head	posix_timers;	/* siglock */
	struct rb_root		cpu_alarms[2];	/* see <kernel/alarm.h>: by all of its time, by that in user mode */
};

/** rlimit() - what this process may have of @limit (RLIMIT_...) now; a constant RLIMIT_ costs a load */
static inline unsigned long rlimit(unsigned int limit)
{
	return __atomic_load_n(&current->signal->rlim[limit].rlim_cur, __ATOMIC_RELAXED);
}

static inline unsigned long rlimit_max(unsigned int limit)
{
	return __atomic_load_n(&current->signal->rlim[limit].rlim_max, __ATOMIC_RELAXED);
}

static inline bool thread_group_leader(const struct task_struct *p)
{
	return p->group_leader == p;
}

static inline bool thread_group_empty(const struct task_struct *p)
{
	return p->signal->nr_threads == 1;
}

/** for_each_thread() - of the process of @p, itself too. Context: tasks_lock or siglock held */
#define for_each_thread(p, t)	list_for_each_entry(t, &(p)->signal->thread_head, thread_node)

/* for_each_process_of_...() - @sig is a struct signal_struct *. Context: tasks_lock held */
#define for_each_process_of_pgrp(pid, sig)	list_for_each_entry(sig, &(pid)->pgrp, pgrp_node)
#define for_each_process_of_session(pid, sig)	list_for_each_entry(sig, &(pid)->session, session_node)

/**
 * lock_task_sighand() - take p->sighand->siglock of a thread that may be in execve()
 * Threads of one process have the same; only an execve() of a process that shares it with
 * another one makes a new one. A thread uses its own sighand without this.
 * Return: flags for unlock_task_sighand(). Context: a reference to @p is held, or tasks_lock.
 */
static inline unsigned long lock_task_sighand(struct task_struct *p)
{
	struct sighand_struct *sighand;
	unsigned long flags;

	for (;;) {
		rcu_read_lock();
		sighand = rcu_dereference(p->sighand);
		flags = spin_lock_irqsave(&sighand->siglock);
		rcu_read_unlock();
		if (likely(sighand == p->sighand))
			return flags;
		spin_unlock_irqrestore(&sighand->siglock, flags);
	}
}

static inline void unlock_task_sighand(struct task_struct *p, unsigned long flags)
{
	spin_unlock_irqrestore(&p->sighand->siglock, flags);
}

/** task_usage() - what @p itself has used. Context: a reference to @p is held */
void task_usage(const struct task_struct *p, struct task_usage *usage);

/** process_usage() - its process: threads that are there and those that are gone. Context: tasks_lock or siglock held */
void process_usage(struct task_struct *p, struct task_usage *usage);

/** cycles_to_ns() - of the time that threads are charged */
u64 cycles_to_ns(u64 cycles);

/**
 * is_current_pgrp_orphaned() - whether nobody outside of the group of this process and inside of its
 * session is the parent of one of the group: stops by the terminal are ignored then
 * Context: tasks_lock not held.
 */
bool is_current_pgrp_orphaned(void);

#endif
