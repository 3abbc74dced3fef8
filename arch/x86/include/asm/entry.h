/* SPDX-License-Identifier: BSD-2-Clause */
/* Between user mode and the kernel: what entry_64.S needs of C. */
#ifndef ASM_ENTRY_H
#define ASM_ENTRY_H

#include <asm/percpu.h>
#include <asm/ptrace.h>
#include <asm/segment.h>
#include <lib/types.h>

/** user_mode() - whether @regs are those of a user program */
static inline bool user_mode(const struct pt_regs *regs)
{
	return regs->cs & 3;
}

/** user_mode_init() - boot CPU, after mm_init(): threads can go to user mode and come back by any way */
void user_mode_init(void);

/** user_mode_cpu_init() - the same on another CPU, after its cpu_init() */
void user_mode_cpu_init(void);

/** exit_to_user_mode() - from entry_64.S: do what current->work says, interrupts off, as afterwards */
void exit_to_user_mode(struct pt_regs *regs);

/** user_exception() - from traps.c: exception @vector of a user program becomes a signal. Interrupts off at entry */
void user_exception(struct pt_regs *regs, unsigned int vector);

/** do_page_fault() - from traps.c: @addr as CR2 has it. Return: whether the code may go on, at regs->ip */
bool do_page_fault(struct pt_regs *regs, unsigned long addr);

/** syscall_traced() - from entry_64.S: make the call that @regs ask for and tell of it; returns its result */
long syscall_traced(struct pt_regs *regs);

/** set_kernel_stack() - where entries from user mode begin their stack on this CPU; interrupts off */
void set_kernel_stack(unsigned long top);

DECLARE_PER_CPU(unsigned long, kernel_stack_top);
DECLARE_PER_CPU(unsigned long, user_stack_scratch);

void entry_SYSCALL_64(void);		/* entry_64.S */
void pti_entry_SYSCALL_64(void);
void entry_SYSCALL_compat(void);

#endif
