/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C side of the way into the kernel by SYSCALL and of every way back to user mode.
 *
 * What IRETQ and SYSRET take from struct pt_regs cannot make them fault, as they would
 * with the program's GS base loaded: cs and ss are those of user mode, as the CPU saved
 * them or as we wrote them, and rip is below TASK_SIZE, where who writes it (exec, signals)
 * has made sure of that.
 */
#include <asm/entry.h>
#include <asm/fpu.h>
#include <asm/irqflags.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <asm/pti.h>
#include <asm/vdso.h>
#include <kernel/initmem.h>
#include <kernel/rseq.h>
#include <kernel/sched.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <uapi/errno.h>
#include <uapi/unistd.h>

/* SYSCALL clears these of the program's flags, SDM 2B SYSCALL */
#define SYSCALL_MASK	(X86_EFLAGS_TF | X86_EFLAGS_IF | X86_EFLAGS_DF | X86_EFLAGS_IOPL | X86_EFLAGS_NT | \
			 X86_EFLAGS_RF | X86_EFLAGS_AC)

static_assert(__USER_DS == __USER32_CS + 8 && __USER_CS == __USER32_CS + 16, "what SYSRET takes, SDM 2B");
static_assert(__KERNEL_DS == __KERNEL_CS + 8, "what SYSCALL takes");

void user_mode_cpu_init(void)
{
	fpu_cpu_init();
	pti_cpu_init();
	this_cpu_write(entry_area.sysret_end, this_cpu_read(entry_area.user_exit) ? 0 : TASK_SIZE);
	wrmsr(MSR_STAR, (u64)__USER32_CS << 48 | (u64)__KERNEL_CS << 32);
	wrmsr(MSR_LSTAR, (unsigned long)(pti_on ? pti_entry_SYSCALL_64 : entry_SYSCALL_64));
	wrmsr(MSR_CSTAR, (unsigned long)entry_SYSCALL_compat);	/* AMD: SYSCALL of 32-bit code */
	wrmsr(MSR_SYSCALL_MASK, SYSCALL_MASK);
	wrmsr(MSR_EFER, rdmsr(MSR_EFER) | EFER_SCE);
}

void __init user_mode_init(void)
{
	fpu_init();
	vdso_init();
	pti_init();
	user_mode_cpu_init();
}

static void do_exit_work(struct pt_regs *regs, u32 work)
{
	if (work & TIF_NOTIFY_RESUME) {
		__atomic_fetch_and(&current->work, ~TIF_NOTIFY_RESUME, __ATOMIC_RELAXED);
		rseq_resume(regs);
	}
	if (work & (TIF_SIGPENDING | TIF_RESTORE_SIGMASK))
		do_signal(regs);
}

void exit_to_user_mode(struct pt_regs *regs)
{
	for (;;) {
		u32 work = __atomic_load_n(&current->work, __ATOMIC_RELAXED);

		if (need_resched())
			preempt_schedule_irq();
		else if (!(work & (TIF_SIGPENDING | TIF_NOTIFY_RESUME | TIF_RESTORE_SIGMASK)))
			break;
		else {
			local_irq_enable();
			do_exit_work(regs, work);
			local_irq_disable();
		}
	}
}

long syscall_traced(struct pt_regs *regs)
{
	sysarg_t args[6] = { regs->di, regs->si, regs->dx, regs->r10, regs->r8, regs->r9 };
	unsigned long nr = regs->orig_ax;
	struct syscall_trace line;
	long result = -ENOSYS;

	syscall_trace_enter(&line, nr, args);
	if (nr < NR_SYSCALLS)
		result = sys_call_table[nr](args[0], args[1], args[2], args[3], args[4], args[5]);
	syscall_trace_exit(&line, args, result);
	return result;
}
