/* SPDX-License-Identifier: BSD-2-Clause */
/* A thread as the CPU sees it: what lies on its stack before it has run. */
#include <asm/stackprotector.h>
#include <asm/switch_to.h>
#include <kernel/sched.h>

/* What __switch_to() leaves on the stack, lowest address first. */
struct switch_frame {
	unsigned long bp, ret;
};

void first_switch(void);		/* switch_64.S */

void arch_thread_init(struct task_struct *p)
{
	/* ends at a multiple of 16, as the stack is at a call */
	struct switch_frame *frame = (struct switch_frame *)((unsigned long)p->stack + THREAD_SIZE) - 1;

	*frame = (struct switch_frame){ .ret = (unsigned long)first_switch };
	p->sp = (unsigned long)frame;
	p->stack_canary = stack_canary_new();
}
