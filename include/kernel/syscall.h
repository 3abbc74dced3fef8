/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * System calls. Each stands where its subject is, in any file:
 *
 *	SYSCALL_DEFINE3(read, unsigned int, fd, char __user *, buf, size_t, count)
 *	{
 *		...
 *		return n;		or a negative error
 *	}
 *	SYSCALL_PARTIAL(read, "what is missing")	when it does less than Linux's
 *
 * kernel/syscall/mksyscalls.py finds them in the sources and makes the table, and
 * the one in the README. What is not defined returns -ENOSYS.
 *
 * An argument is what the program had in the register, cut to its type. Context:
 * the calling thread, interrupts on. Where the registers are wanted as a whole,
 * they are task_pt_regs(current).
 */
#ifndef KERNEL_SYSCALL_H
#define KERNEL_SYSCALL_H

#include <lib/types.h>

typedef unsigned long sysarg_t;
typedef long (*syscall_fn_t)(sysarg_t, sysarg_t, sysarg_t, sysarg_t, sysarg_t, sysarg_t);

/** sys_ni_syscall() - what is not implemented: -ENOSYS */
long sys_ni_syscall(sysarg_t, sysarg_t, sysarg_t, sysarg_t, sysarg_t, sysarg_t);

extern const syscall_fn_t sys_call_table[];	/* NR_SYSCALLS of them */

/** syscall_name() - "read"; NULL for a number that has none */
const char *syscall_name(unsigned long nr);

/** syscall_letters() - how to print its arguments, a letter for each: see mksyscalls.py */
const char *syscall_letters(unsigned long nr);

struct task_struct;

/* The line for a call that is being made. */
struct syscall_trace {
	const char	*letters;	/* of the arguments */
	unsigned int	next;		/* argument to print */
	size_t		len;
	char		text[320];
};

/** syscall_trace_init() - syscall.trace= of the command line, before there is a program */
void syscall_trace_init(const char *cmdline);

/** syscall_trace_new_task() - @p, which has its number and has not run, is traced if that was asked for */
void syscall_trace_new_task(struct task_struct *p);

/** syscall_trace_exec() - the same for this thread, which has a new name */
void syscall_trace_exec(void);

/** syscall_trace_enter(), syscall_trace_exit() - tell of a call of this thread, which has TIF_SYSCALL_TRACE. May sleep */
void syscall_trace_enter(struct syscall_trace *line, unsigned long nr, const sysarg_t args[6]);
void syscall_trace_exit(struct syscall_trace *line, const sysarg_t args[6], long result);

/** SYSCALL_PARTIAL() - read by mksyscalls.py; @what is missing, one short phrase */
#define SYSCALL_PARTIAL(name, what)	static_assert(sizeof(what) > 1, #name)

#define __SYSCALL(name, params, ...)								\
	static __inline_always long do_sys_##name params;					\
	long sys_##name(sysarg_t a1, sysarg_t a2, sysarg_t a3, sysarg_t a4, sysarg_t a5, sysarg_t a6);	\
	long sys_##name(sysarg_t a1, sysarg_t a2, sysarg_t a3, sysarg_t a4, sysarg_t a5, sysarg_t a6)	\
	{											\
		return do_sys_##name(__VA_ARGS__);						\
	}											\
	static __inline_always long do_sys_##name params

#define SYSCALL_DEFINE0(name) \
	__SYSCALL(name, (void))
#define SYSCALL_DEFINE1(name, t1, p1) \
	__SYSCALL(name, (t1 p1), (t1)a1)
#define SYSCALL_DEFINE2(name, t1, p1, t2, p2) \
	__SYSCALL(name, (t1 p1, t2 p2), (t1)a1, (t2)a2)
#define SYSCALL_DEFINE3(name, t1, p1, t2, p2, t3, p3) \
	__SYSCALL(name, (t1 p1, t2 p2, t3 p3), (t1)a1, (t2)a2, (t3)a3)
#define SYSCALL_DEFINE4(name, t1, p1, t2, p2, t3, p3, t4, p4) \
	__SYSCALL(name, (t1 p1, t2 p2, t3 p3, t4 p4), (t1)a1, (t2)a2, (t3)a3, (t4)a4)
#define SYSCALL_DEFINE5(name, t1, p1, t2, p2, t3, p3, t4, p4, t5, p5) \
	__SYSCALL(name, (t1 p1, t2 p2, t3 p3, t4 p4, t5 p5), (t1)a1, (t2)a2, (t3)a3, (t4)a4, (t5)a5)
#define SYSCALL_DEFINE6(name, t1, p1, t2, p2, t3, p3, t4, p4, t5, p5, t6, p6) \
	__SYSCALL(name, (t1 p1, t2 p2, t3 p3, t4 p4, t5 p5, t6 p6), (t1)a1, (t2)a2, (t3)a3, (t4)a4, (t5)a5, (t6)a6)

#endif
