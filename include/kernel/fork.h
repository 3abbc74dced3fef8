/* SPDX-License-Identifier: BSD-2-Clause */
/* Processes and threads of user programs: how they come to be and how they end. */
#ifndef KERNEL_FORK_H
#define KERNEL_FORK_H

#include <kernel/signal_struct.h>
#include <uapi/sched.h>

struct kernel_clone_args {
	u64		flags;		/* CLONE_..., without a signal */
	int __user	*child_tid, *parent_tid;
	int		exit_signal;	/* what the parent gets at the end; 0: nothing */
	unsigned long	stack;		/* stack pointer, 0: that of the parent */
	unsigned long	tls;
	int		(*fn)(void *);	/* not NULL: what the new thread does before it goes to user mode */
	void		*fn_arg;
};

/** kernel_clone() - a new thread or process, started. Return: its number or -Exxx; waits for it with CLONE_VFORK */
int kernel_clone(const struct kernel_clone_args *args);

/**
 * user_mode_thread() - a process that begins in the kernel, in @fn, and goes to user mode when that returns
 * What it goes to is what kernel_execve() has made ready. It does not return from @fn without that.
 * @nr: the number it gets, 0: any. Return: that or -Exxx.
 */
int user_mode_thread(int (*fn)(void *), void *arg, int nr);

/**
 * copy_thread() - arch: registers of @p, which is a copy of current, TLS and FPU state
 * The child returns 0 to where the parent is (or on args->stack), or begins in args->fn, from
 * where it returns to user mode by task_pt_regs(@p).
 * Return: 0 or -ENOMEM; nothing is left to free then.
 */
int copy_thread(struct task_struct *p, const struct kernel_clone_args *args);

/** exit_thread() - arch: give back what copy_thread() took. Context: @p will not run in user mode any more */
void exit_thread(struct task_struct *p);

/** flush_thread() - arch: registers, FPU state and TLS of this thread as a new program has them */
void flush_thread(void);

/** start_thread() - arch: the way to user mode leads to @ip with stack @sp, other registers 0 */
void start_thread(struct pt_regs *regs, unsigned long ip, unsigned long sp);

/**
 * do_exit() - end this thread; @code as wait4() shows it: exit status << 8, or the signal
 * do_group_exit() - end all threads of this process
 * Context: a thread that may sleep. A panic in PID 1.
 */
void __noreturn do_exit(int code);
void __noreturn do_group_exit(int code);

#endif
