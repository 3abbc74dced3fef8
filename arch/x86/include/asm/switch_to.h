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

/** thread_start() - upcall: first C function of a thread; @prev as from switch_to() */
void __attribute__((noreturn)) thread_start(struct task_struct *prev);

#endif
