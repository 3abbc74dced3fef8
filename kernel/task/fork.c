// SPDX-License-Identifier: BSD-2-Clause
/*
 * A thread or process that begins as a copy of another. Everything that can fail
 * is done before anybody can find the new one; each step is undone in reverse.
 */
#include <kernel/fork.h>
#include <asm/ptrace.h>
#include <asm/uaccess.h>
#include <kernel/completion.h>
#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/fs_struct.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include <lib/err.h>
#include <lib/string.h>
#include <mm/mm.h>
#include <mm/slab.h>
#include <uapi/errno.h>
#include <kernel/tty_struct.h>
#include "internal.h"

/* Namespaces and the like: there is one of each, so a new one cannot be had. */
#define CLONE_UNKNOWN	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | CLONE_NEWPID | \
			 CLONE_NEWNET | CLONE_PIDFD | CLONE_INTO_CGROUP)
#define CLONE_KNOWN	(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_PTRACE | CLONE_VFORK | CLONE_PARENT | \
			 CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID | \
			 CLONE_DETACHED | CLONE_UNTRACED | CLONE_CHILD_SETTID | CLONE_IO | CLONE_CLEAR_SIGHAND)

static int check_flags(u64 flags)
{
	if (flags & ~CLONE_KNOWN)
		return -EINVAL;
	if ((flags & CLONE_THREAD && !(flags & CLONE_SIGHAND)) || (flags & CLONE_SIGHAND && !(flags & CLONE_VM)))
		return -EINVAL;
	if (flags & CLONE_SIGHAND && flags & CLONE_CLEAR_SIGHAND)
		return -EINVAL;
	/* a sibling of PID 1 would have no parent that waits for it */
	if (flags & CLONE_PARENT && current->signal->flags & SIGNAL_UNKILLABLE)
		return -EINVAL;
	return 0;
}

/* ---------------------------------------------------------------- what a process shares with its parent or has a copy of */

static int copy_files(struct task_struct *p, u64 flags)
{
	if (flags & CLONE_FILES) {
		__atomic_fetch_add(&current->files->count, 1, __ATOMIC_RELAXED);
		p->files = current->files;
		return 0;
	}
	p->files = dup_fd(current->files);
	return p->files ? 0 : -ENOMEM;
}

static int copy_fs(struct task_struct *p, u64 flags)
{
	if (flags & CLONE_FS) {
		__atomic_fetch_add(&current->fs->users, 1, __ATOMIC_RELAXED);
		p->fs = current->fs;
		return 0;
	}
	p->fs = copy_fs_struct(current->fs);
	return p->fs ? 0 : -ENOMEM;
}

static int copy_mm(struct task_struct *p, u64 flags)
{
	struct mm_struct *mm;

	if (!current->mm)
		return 0;
	if (flags & CLONE_VM) {
		mmget(current->mm);
		p->mm = current->mm;
		return 0;
	}
	mm = dup_mm(current->mm);
	if (IS_ERR(mm))
		return PTR_ERR(mm);
	p->mm = mm;
	return 0;
}

/* CLONE_CLEAR_SIGHAND. Nobody else knows @sighand yet. */
static void clear_handlers(struct sighand_struct *sighand)
{
	unsigned int i;

	for (i = 0; i < _NSIG; i++)
		if (sighand->action[i].sa.handler != SIG_IGN)
			sighand->action[i] = (struct k_sigaction){ .sa.handler = SIG_DFL };
}

static int copy_handlers(struct task_struct *p, u64 flags)
{
	if (flags & CLONE_SIGHAND) {
		__atomic_fetch_add(&current->sighand->usage, 1, __ATOMIC_RELAXED);
		p->sighand = current->sighand;
		return 0;
	}
	p->sighand = copy_sighand();
	if (!p->sighand)
		return -ENOMEM;
	if (flags & CLONE_CLEAR_SIGHAND)
		clear_handlers(p->sighand);
	return 0;
}

static int copy_signal(struct task_struct *p, u64 flags)
{
	if (flags & CLONE_THREAD) {
		p->signal = current->signal;
		__atomic_fetch_add(&p->signal->usage, 1, __ATOMIC_RELAXED);
		return 0;
	}
	p->signal = signal_struct_alloc(current->signal);
	return p->signal ? 0 : -ENOMEM;
}

/* What a thread takes over from the one that makes it, and nothing can go wrong with. */
static void inherit(struct task_struct *p, const struct kernel_clone_args *args)
{
	const struct task_struct *me = current;

	se_set_class(&p->se, PRIO_FAIR, me->reset_on_fork ? max(me->se.nice, (s8)0) : me->se.nice);
	p->policy = me->reset_on_fork ? SCHED_NORMAL : me->policy;
	p->cpus_allowed = me->cpus_allowed;
	memcpy(p->comm, me->comm, sizeof(p->comm));
	p->blocked = me->blocked;
	p->personality = me->personality;
	p->no_new_privs = me->no_new_privs;
	p->timer_slack = me->timer_slack;
	p->work = me->work & TIF_SYSCALL_TRACE;
	if (!(args->flags & CLONE_VM) || args->flags & CLONE_VFORK) {
		p->sas_ss_sp = me->sas_ss_sp;
		p->sas_ss_size = me->sas_ss_size;
		p->sas_ss_flags = me->sas_ss_flags;
	}
	if (!(args->flags & CLONE_VM)) {
		p->rseq = me->rseq;
		p->rseq_sig = me->rseq_sig;
	}
	if (args->flags & CLONE_CHILD_SETTID)
		p->set_child_tid = args->child_tid;
	if (args->flags & CLONE_CHILD_CLEARTID)
		p->clear_child_tid = args->child_tid;
	p->threadfn = args->fn;
	p->data = args->fn_arg;
	p->exit_signal = args->flags & CLONE_THREAD ? -1 :
			 args->flags & CLONE_PARENT ? me->group_leader->exit_signal : args->exit_signal;
	p->start_time = ktime_get();
	init_sigpending(&p->pending);
	list_init(&p->children);
}

/* ---------------------------------------------------------------- the moment it is there */

static void link_thread(struct task_struct *p)
{
	struct task_struct *leader = current->group_leader;

	p->tgid = current->tgid;
	p->group_leader = leader;
	p->signal->nr_threads++;
	__atomic_fetch_add(&p->signal->live, 1, __ATOMIC_RELAXED);
	list_add_tail(&p->thread_node, &p->signal->thread_head);
}

static void link_process(struct task_struct *p)
{
	struct signal_struct *sig = p->signal;

	p->tgid = p->pid;
	p->group_leader = p;
	sig->leader = p;
	sig->nr_threads = sig->live = 1;
	sig->tty = current->signal->tty;
	if (sig->tty)
		tty_get(sig->tty);
	sig->has_child_subreaper = current->signal->has_child_subreaper || current->signal->is_child_subreaper;
	list_add_tail(&p->thread_node, &sig->thread_head);
	list_add_tail(&p->sibling, &p->parent->children);
	if (p->pid == 1) {
		sig->flags = SIGNAL_UNKILLABLE;
		join_pgrp(sig, p->thread_pid);
		join_session(sig, p->thread_pid);
		return;
	}
	join_pgrp(sig, current->signal->pgrp);
	join_session(sig, current->signal->session);
}

/*
 * Signals for a group of processes are sent under tasks_lock. Either the new
 * process is in the group by then, or the signal is pending here first and has to
 * be acted on before there is a copy.
 */
static int link_task(struct task_struct *p, u64 flags, int nr)
{
	unsigned long irq = spin_lock_irqsave(&tasks_lock);
	int err = 0;

	spin_lock(&current->sighand->siglock);
	if (signal_pending(current)) {
		err = -ERESTARTNOINTR;
	} else {
		pid_attach(p->thread_pid, p, nr);
		p->pid = p->thread_pid->nr;
		p->real_parent = p->parent = flags & (CLONE_PARENT | CLONE_THREAD) ? current->real_parent :
					       current->mm ? current : &init_task;
		p->ppid = p->real_parent->tgid;
		if (flags & CLONE_THREAD)
			link_thread(p);
		else
			link_process(p);
		list_add_tail(&p->tasks, &task_list);
		syscall_trace_new_task(p);
	}
	spin_unlock(&current->sighand->siglock);
	spin_unlock_irqrestore(&tasks_lock, irq);
	return err;
}

/* Return: the new thread with a reference of the caller's, or an error; @nr: its number, 0: any */
static struct task_struct *copy_process(const struct kernel_clone_args *args, int nr)
{
	u64 flags = args->flags;
	struct task_struct *p;
	int err = check_flags(flags);

	if (err)
		return ERR_PTR(err);
	if (too_many_threads())
		return ERR_PTR(-EAGAIN);
	p = task_alloc(PRIO_FAIR);
	if (!p)
		return ERR_PTR(-ENOMEM);
	p->usage = 2;			/* also of those who can find it, see release_task() */
	inherit(p, args);
	err = copy_creds(p);
	if (err)
		goto free_task;
	p->thread_pid = pid_alloc();
	err = -ENOMEM;
	if (!p->thread_pid)
		goto put_cred;
	err = copy_files(p, flags);
	if (err)
		goto free_pid;
	err = copy_fs(p, flags);
	if (err)
		goto put_files;
	err = copy_handlers(p, flags);
	if (err)
		goto put_fs;
	err = copy_signal(p, flags);
	if (err)
		goto put_sighand;
	err = copy_mm(p, flags);
	if (err)
		goto put_signal;
	err = copy_thread(p, args);
	if (err)
		goto put_mm;
	err = link_task(p, flags, nr);
	if (err)
		goto undo_thread;
	return p;

undo_thread:
	exit_thread(p);
put_mm:
	if (p->mm)
		mmput(p->mm);
put_signal:
	put_signal_struct(p->signal);
put_sighand:
	put_sighand(p->sighand);
put_fs:
	put_fs_struct(p->fs);
put_files:
	put_files_struct(p->files);
free_pid:
	put_pid(p->thread_pid);
put_cred:
	uncopy_creds(p);
free_task:
	task_free(p);
	return ERR_PTR(err);
}

/* ---------------------------------------------------------------- calls */

/* Context: the caller has a reference to @p. */
static void wait_for_vfork_done(struct task_struct *p, struct completion *done)
{
	unsigned long flags;

	/* a thread that is to end does not wait any more; then the child must not find what is on this stack */
	if (!wait_event_killable(&done->wait, try_wait_for_completion(done)))
		return;
	flags = spin_lock_irqsave(&tasks_lock);
	p->vfork_done = NULL;
	spin_unlock_irqrestore(&tasks_lock, flags);
}

void complete_vfork_done(struct task_struct *p)
{
	unsigned long flags;

	if (!__atomic_load_n(&p->vfork_done, __ATOMIC_RELAXED))
		return;
	flags = spin_lock_irqsave(&tasks_lock);
	if (p->vfork_done)
		complete(p->vfork_done);
	p->vfork_done = NULL;
	spin_unlock_irqrestore(&tasks_lock, flags);
}

static int start_copy(const struct kernel_clone_args *args, int nr)
{
	struct task_struct *p = copy_process(args, nr);
	struct completion vfork;

	if (IS_ERR(p))
		return PTR_ERR(p);
	nr = p->pid;			/* it may be gone once it runs */
	if (args->flags & CLONE_PARENT_SETTID)
		put_user(nr, args->parent_tid);
	if (!(args->flags & CLONE_VFORK)) {
		wake_up_process(p);
		return nr;
	}
	init_completion(&vfork);
	p->vfork_done = &vfork;
	get_task_struct(p);
	wake_up_process(p);
	wait_for_vfork_done(p, &vfork);
	put_task_struct(p);
	return nr;
}

int kernel_clone(const struct kernel_clone_args *args)
{
	return start_copy(args, 0);
}

int user_mode_thread(int (*fn)(void *), void *arg, int nr)
{
	return start_copy(&(struct kernel_clone_args){ .exit_signal = SIGCHLD, .fn = fn, .fn_arg = arg }, nr);
}

SYSCALL_DEFINE0(fork)
{
	return kernel_clone(&(struct kernel_clone_args){ .exit_signal = SIGCHLD });
}

SYSCALL_DEFINE0(vfork)
{
	return kernel_clone(&(struct kernel_clone_args){ .flags = CLONE_VFORK | CLONE_VM, .exit_signal = SIGCHLD });
}

SYSCALL_DEFINE5(clone, unsigned long, flags, unsigned long, stack, int __user *, parent_tid, int __user *, child_tid,
		unsigned long, tls)
{
	return kernel_clone(&(struct kernel_clone_args){
		.flags = (u32)flags & ~CSIGNAL, .exit_signal = flags & CSIGNAL, .stack = stack,
		.parent_tid = parent_tid, .child_tid = child_tid, .tls = tls,
	});
}
SYSCALL_PARTIAL(clone, "no namespaces, no pidfd");

/* The part of the structure that this kernel does not know has to be zero. */
static int copy_clone_args(struct clone_args *args, const struct clone_args __user *user, size_t size)
{
	*args = (struct clone_args){ 0 };
	if (size < CLONE_ARGS_SIZE_VER0)
		return -EINVAL;
	if (size > PAGE_SIZE)
		return -E2BIG;
	return copy_struct_from_user(args, sizeof(*args), user, size);
}

static int check_clone_args(const struct clone_args *args)
{
	if (args->flags & (CLONE_DETACHED | (CSIGNAL & ~(u64)0)))
		return -EINVAL;
	if (args->exit_signal & ~(u64)CSIGNAL || args->exit_signal > _NSIG)
		return -EINVAL;
	if (args->flags & (CLONE_THREAD | CLONE_PARENT) && args->exit_signal)
		return -EINVAL;
	if (!args->stack != !args->stack_size)
		return -EINVAL;
	if (args->stack && !access_ok((void __user *)args->stack, args->stack_size))
		return -EINVAL;
	/* one level of numbers, and who gets which is not for programs to say */
	return args->set_tid || args->set_tid_size ? -EINVAL : 0;
}

SYSCALL_DEFINE2(clone3, const struct clone_args __user *, uargs, size_t, size)
{
	struct clone_args args;
	int err = copy_clone_args(&args, uargs, size);

	if (!err)
		err = check_clone_args(&args);
	if (err)
		return err;
	return kernel_clone(&(struct kernel_clone_args){
		.flags = args.flags, .exit_signal = args.exit_signal, .stack = args.stack + args.stack_size,
		.parent_tid = (int __user *)args.parent_tid, .child_tid = (int __user *)args.child_tid, .tls = args.tls,
	});
}
SYSCALL_PARTIAL(clone3, "no namespaces, no pidfd, no set_tid");

SYSCALL_DEFINE1(unshare, unsigned long, flags)
{
	int err = 0;

	/* to have one's own memory, handlers or process takes nobody who shares them */
	if (flags & ~(u64)(CLONE_FS | CLONE_FILES | CLONE_SYSVSEM | CLONE_THREAD | CLONE_SIGHAND | CLONE_VM))
		return -EINVAL;
	if (flags & (CLONE_THREAD | CLONE_SIGHAND | CLONE_VM) && !thread_group_empty(current))
		return -EINVAL;
	if (flags & CLONE_SIGHAND && current->sighand->usage > 1)
		return -EINVAL;
	if (flags & CLONE_VM && current->mm->mm_users > 1)
		return -EINVAL;
	if (flags & CLONE_FS)
		err = unshare_fs_struct();
	if (!err && flags & CLONE_FILES)
		err = unshare_files();
	return err;
}
SYSCALL_PARTIAL(unshare, "no namespaces");

SYSCALL_DEFINE1(set_tid_address, int __user *, tid)
{
	current->clear_child_tid = tid;
	return current->pid;
}
