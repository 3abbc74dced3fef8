/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Signals: what is pending for a thread or its process, what each does, and how
 * they are sent. What a thread does about them on its way to user mode is
 * do_signal(), kernel/task/signal.c.
 */
#ifndef KERNEL_SIGNAL_H
#define KERNEL_SIGNAL_H

#include <kernel/sched.h>
#include <kernel/spinlock.h>
#include <kernel/wait.h>
#include <lib/list.h>
#include <uapi/signal.h>

struct pid;
struct pt_regs;

#define sigmask(sig)	(1ULL << ((sig) - 1))

struct k_sigaction {
	struct sigaction_user sa;
};

/* What signals do; threads of one process share it, others may (CLONE_SIGHAND). */
struct sighand_struct {
	u32			usage;		/* references; atomic */
	struct spinlock		siglock;	/* interrupts off; inner to tasks_lock */
	struct k_sigaction	action[_NSIG];	/* siglock */
	u32			nr_queued;	/* struct sigqueue in use; siglock */
};

/* SEND_SIG_NOINFO: from this thread, as kill() does it. SEND_SIG_PRIV: from the kernel */
#define SEND_SIG_NOINFO	((struct siginfo *)0)
#define SEND_SIG_PRIV	((struct siginfo *)1)

static inline void init_sigpending(struct sigpending *pending)
{
	pending->signal = 0;
	list_init(&pending->list);
}

/** signal_pending() - whether this thread has something to do about a signal before it sleeps on */
static inline bool signal_pending(struct task_struct *p)
{
	return unlikely(__atomic_load_n(&p->work, __ATOMIC_RELAXED) & TIF_SIGPENDING);
}

/** fatal_signal_pending() - whether this thread is to end, whatever else it was doing */
bool fatal_signal_pending(struct task_struct *p);

/**
 * send_sig_info() - queue a signal for @p, or for its process when @group, and wake who is to take it
 * @sig: 1 to _NSIG. Permission is the caller's affair.
 * Return: 0; -EAGAIN when a realtime signal of sigqueue() cannot be queued; -ESRCH when @p has ended.
 * Context: any but NMI; a reference to @p is held. Takes siglock.
 */
int send_sig_info(int sig, const struct siginfo *info, struct task_struct *p, bool group);

/** send_sig_locked() - the same. Context: @p's siglock is held */
int send_sig_locked(int sig, const struct siginfo *info, struct task_struct *p, bool group);

/** kill_pgrp() - for each process of @pgrp. Return: 0, -ESRCH when there is none. Context: any but NMI, tasks_lock not held */
int kill_pgrp(struct pid *pgrp, int sig, const struct siginfo *info);
int __kill_pgrp(struct pid *pgrp, int sig, const struct siginfo *info);	/* tasks_lock is held */

/** force_sig_fault() - this thread did what raises @sig: it cannot be blocked or ignored; @addr where */
void force_sig_fault(int sig, int code, unsigned long addr);

/** force_sig() - the same without a place; force_fatal_sig(): ends the process whatever the program says */
void force_sig(int sig);
void force_fatal_sig(int sig);

/** recalc_sigpending() - TIF_SIGPENDING of this thread as its signals are. Context: siglock */
void recalc_sigpending(void);

/** signal_wake_up() - @p is to look at its signals; @fatal: even from a stop. Context: its siglock */
void signal_wake_up(struct task_struct *p, bool fatal);

/** set_current_blocked() - which signals wait; SIGKILL and SIGSTOP never do */
void set_current_blocked(sigset_t set);

/** set_user_sigmask() - for calls such as ppoll(): block *@set until they end, then as before; NULL: nothing */
int set_user_sigmask(const sigset_t __user *set, size_t size);

/** restore_saved_sigmask_unless() - at the end of such a call; @interrupted: the handler runs under the mask first */
void restore_saved_sigmask_unless(bool interrupted);

/** dequeue_signal() - take the next of this thread's in @mask. Return: 0 when there is none. Context: siglock */
int dequeue_signal(sigset_t mask, struct siginfo *info);

/** flush_sigqueue() - forget what is pending to who has @sighand. Context: its siglock */
void flush_sigqueue(struct sighand_struct *sighand, struct sigpending *pending);

/**
 * zap_other_threads() - have the other threads of this process end; Return: how many there are
 * Context: siglock
 */
int zap_other_threads(struct task_struct *p);

/** do_signal() - from arch, interrupts on: act on what is pending, before user mode goes on with @regs */
void do_signal(struct pt_regs *regs);

/** exit_signals() - this thread takes no more signals for its process; another one takes those that wait */
void exit_signals(struct task_struct *p);

/**
 * do_notify_parent() - tell the parent of @p, the last of its process, of its end
 * Return: whether nobody wants to wait for it. Context: tasks_lock held.
 */
bool do_notify_parent(struct task_struct *p, int sig);

/** copy_sighand() - that of a new process, a copy of this one's; NULL: no memory. put_sighand(): a reference less */
struct sighand_struct *copy_sighand(void);
void put_sighand(struct sighand_struct *sighand);

/** flush_signal_handlers() - for a new program: handlers become SIG_DFL. Context: nobody else uses this sighand */
void flush_signal_handlers(void);

/**
 * setup_rt_frame() - arch: make user mode go on in the handler, with a frame on its stack from which
 * rt_sigreturn() restores everything
 * Return: 0 or -EFAULT, and then nothing has changed.
 */
int setup_rt_frame(int sig, const struct k_sigaction *ka, const struct siginfo *info, sigset_t oldset,
		   struct pt_regs *regs);

/** arch_restart_syscall() - arch: make the call of @regs happen again, or restart_syscall() in its place */
void arch_restart_syscall(struct pt_regs *regs, bool by_block);

extern struct list_head signalfds;	/* all there are */

void __signalfd_notify(int sig);

/** signalfd_notify() - @sig is pending for somebody. Context: siglock */
static inline void signalfd_notify(int sig)
{
	if (unlikely(!list_empty(&signalfds)))
		__signalfd_notify(sig);
}

/** forget_ignored() - the action of @sig has changed: what is pending and would be ignored goes. Context: siglock */
void forget_ignored(int sig);

/** signals_init() - boot, once, after mm_init() */
void signals_init(void);

/** sas_ss_flags() - SS_DISABLE, SS_ONSTACK or 0, for a stack pointer of this thread */
int sas_ss_flags(unsigned long sp);

#endif
