/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page faults, SDM 3A 4.7. One of a user program, or of the kernel where it touches the
 * program's memory by <asm/uaccess.h>, asks the process's memory for a page; all others
 * are the kernel's own mistakes, save where the exception table says otherwise.
 */
#include <asm/entry.h>
#include <asm/extable.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <asm/smap.h>
#include <asm/trapnr.h>
#include <asm/uaccess.h>
#include <kernel/preempt.h>
#include <kernel/sched.h>
#include <kernel/signal.h>
#include <mm/mm.h>

static unsigned int fault_flags(unsigned long code)
{
	return (code & X86_PF_WRITE ? FAULT_WRITE : 0) | (code & X86_PF_USER ? FAULT_USER : 0) |
	       (code & X86_PF_INSTR ? FAULT_EXEC : 0);
}

static void send_signal(unsigned long addr, unsigned long code, enum vm_fault_result result)
{
	struct thread_struct *t = &current->thread;

	t->trap_nr = X86_TRAP_PF;
	/* of the kernel's half it is not told what is mapped */
	t->error_code = code | X86_PF_USER | (addr >= TASK_SIZE ? X86_PF_PROT : 0);
	t->cr2 = addr;
	switch (result) {
	case VM_FAULT_SIGBUS:
		force_sig_fault(SIGBUS, BUS_ADRERR, addr);
		break;
	case VM_FAULT_ACCERR:
		force_sig_fault(SIGSEGV, SEGV_ACCERR, addr);
		break;
	default:
		force_sig_fault(SIGSEGV, SEGV_MAPERR, addr);
	}
}

/* As if by the kernel though a program runs, and refused by SMAP: some emulators read the stack so for IRET and far returns. */
static bool is_refused_implicit(unsigned long code)
{
	return (code & (X86_PF_PROT | X86_PF_USER)) == X86_PF_PROT;
}

/* Until the access is possible, or will never be. */
static enum vm_fault_result resolve(unsigned long addr, unsigned int flags)
{
	enum vm_fault_result result;

	do
		result = handle_mm_fault(current->mm, addr, flags);
	while (result == VM_FAULT_OOM && pagefault_out_of_memory());
	return result;
}

static void user_fault(struct pt_regs *regs, unsigned long addr, unsigned long code)
{
	enum vm_fault_result result = VM_FAULT_MAPERR;

	regs->orig_ax = -1UL;		/* no system call to restart */
	local_irq_enable();
	if (is_refused_implicit(code))
		result = VM_FAULT_ACCERR;
	else if (addr < TASK_SIZE && !(code & X86_PF_RSVD))
		result = resolve(addr, fault_flags(code));
	if (result != VM_FAULT_OK && result != VM_FAULT_OOM)
		send_signal(addr, code, result);
	local_irq_disable();
}

/* Return: whether the page is there now. */
static bool kernel_fault(struct pt_regs *regs, unsigned long addr, unsigned long code)
{
	bool stray = smap_on && !(regs->flags & X86_EFLAGS_AC);	/* not between stac() and clac() */
	enum vm_fault_result result;

	if (addr >= TASK_SIZE || code & (X86_PF_RSVD | X86_PF_INSTR) || stray || !current->mm ||
	    preempt_count() || !(regs->flags & X86_EFLAGS_IF))
		return false;
	local_irq_enable();
	result = resolve(addr, fault_flags(code));
	local_irq_disable();
	return result == VM_FAULT_OK;
}

bool do_page_fault(struct pt_regs *regs, unsigned long addr)
{
	unsigned long code = regs->orig_ax;

	if (user_mode(regs)) {
		user_fault(regs, addr, code);
		return true;
	}
	return kernel_fault(regs, addr, code);
}
