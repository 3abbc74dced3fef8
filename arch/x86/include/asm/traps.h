/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_TRAPS_H
#define ASM_TRAPS_H

#include <asm/ptrace.h>
#include <lib/types.h>

/**
 * trap_init() - boot CPU: TSS, the full IDT and cpu_init()
 * A stack overflow is then reported instead of a reset. After paging_init().
 */
void trap_init(void);

/** do_exception() - from entry_64.S, interrupts off; returns to resume */
void do_exception(struct pt_regs *regs, unsigned int vector);

/** trap_name() - the SDM's name of an exception vector */
const char *trap_name(unsigned int vector);

/** ist_stack_end() - end of the exception stack that @sp lies on, 0 when it is on none */
unsigned long ist_stack_end(unsigned long sp);

/** show_regs() - all registers of @regs and the control registers, six lines */
void show_regs(const struct pt_regs *regs);

/** show_symbol() - one line: @before, a return address, the function and, where it is known, the source line it is in */
void show_symbol(const char *before, unsigned long ip);

/**
 * show_backtrace() - symbolised call chain along frame pointers
 * @ip: where it starts, 0 for "the caller"; @bp: first frame
 * Every frame is checked to lie in the stack and every address in kernel text.
 */
void show_backtrace(unsigned long ip, unsigned long bp);

/** die() - report an exception nobody can handle, then panic_stop() */
void __attribute__((noreturn)) die(const struct pt_regs *regs, unsigned int vector);

#endif
