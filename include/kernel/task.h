/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads as things that are made, found and freed; what they do with a CPU is <kernel/sched.h>. */
#ifndef KERNEL_TASK_H
#define KERNEL_TASK_H

#include <kernel/sched.h>
#include <lib/printf.h>

/** task_init() - init_task is in the list, others can be made; after mm_init() */
void task_init(void);

/** task_set_limits() - how many threads and processes there may be, with so much RAM. Boot */
void task_set_limits(unsigned long ram_pages);

/**
 * task_alloc() - a thread in state TASK_NEW, with a stack and one reference, the reaper's; nobody can find it yet
 * @prio: PRIO_IDLE, whose pid is 0, or PRIO_FAIR
 * Return: NULL when there is no memory.
 */
struct task_struct *task_alloc(int prio);

/* get_task_struct(), put_task_struct() - keep a thread's structure beyond its end; the last one frees it */
void get_task_struct(struct task_struct *p);
void put_task_struct(struct task_struct *p);

/** task_is_dead() - from the scheduler: nobody is on the stack of @p any more. Context: interrupts off */
void task_is_dead(struct task_struct *p);

/** reap_dead_tasks() - free those threads. Context: a thread, an idle one too; interrupts on */
void reap_dead_tasks(void);

/** task_stack_end() - end of the stack of the thread that runs here if @sp is in it, else 0. Context: any */
unsigned long task_stack_end(unsigned long sp);

/** task_stack_overflow() - whether @sp is in the page below the stack of the thread that runs here. Context: any */
bool task_stack_overflow(unsigned long sp);

/* A thread at one moment, see struct task_struct */
struct task_stat {
	u32	cpu, state;
	int	prio, nice;
	bool	runs;			/* on a CPU now */
	u64	cycles;			/* it has run */
	u64	nr_switches;
};

/** threads_print() - all threads as a table, unless there is no memory. Context: any but NMI */
void threads_print(void);

/** task_stat() - from the scheduler: how @p stands */
void task_stat(struct task_struct *p, struct task_stat *stat);

/** kthread_main() - from the scheduler: a new thread runs here first */
void __noreturn kthread_main(void);

/**
 * may_look() - whether this thread may look into the memory and files of @p, by its numbers for files
 * may_trace() - whether it may do so, and change them, by its real numbers
 * It is of the same process, or has CAP_SYS_PTRACE, or the same user who lets it: task_dumpable().
 */
bool may_look(struct task_struct *p);
bool may_trace(struct task_struct *p);

/** task_dumpable() - PR_SET_DUMPABLE: the user of @p may look into it. True as well of who has no memory */
bool task_dumpable(struct task_struct *p);

#endif
