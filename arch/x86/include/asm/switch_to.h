/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_SWITCH_TO_H
#define ASM_SWITCH_TO_H

struct task_struct;

/**
 * switch_to() - go on with @next where it stopped, and stop here
 * Return: when this thread goes on, the one that ran before it on the CPU it is
 * on then. Context: interrupts off.
 */
static inline struct task_struct *switch_to(struct task_struct *prev, struct task_struct *next)
{
	struct task_struct *before;

	__asm__ volatile("call __switch_to"
			 : "=a"(before), "+D"(prev), "+S"(next)
			 : : "rbx", "rcx", "rdx", "r8", "r9", "r10", "r11", "r12", "r13", "r14", "r15", "memory", "cc");
	return before;
}

/** arch_thread_init() - make the first switch to @p, whose stack is new, go to thread_start() */
void arch_thread_init(struct task_struct *p);

/**
 * save_user_thread(), load_user_thread() - what a thread of a user program has in the CPU, before
 * a switch from it and to it. Context: interrupts off, the lock of the queue held
 */
void save_user_thread(struct task_struct *prev);
void load_user_thread(struct task_struct *next);

/** user_thread_start() - first thing that a thread of a user program does; returns to go to user mode */
void user_thread_start(void);

/** thread_start() - upcall: first C function of a thread; @prev as from switch_to() */
void thread_start(struct task_struct *prev);

#endif
