/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A thread as the CPU sees it: what lies on its stack before it has run, and what of a
 * user program's thread is not on its stack while it does not run.
 */
#include <asm/entry.h>
#include <asm/fpu.h>
#include <asm/processor.h>
#include <asm/speculation.h>
#include <asm/stackprotector.h>
#include <asm/switch_to.h>
#include <asm/tlb.h>
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fork.h>
#include <kernel/rseq.h>
#include <kernel/sched.h>
#include <kernel/syscall.h>
#include <lib/string.h>

/* What __switch_to() leaves on the stack, lowest address first. */
struct switch_frame {
	unsigned long bp, ret;
};

void first_switch(void);		/* switch_64.S */

void arch_thread_init(struct task_struct *p)
{
	/* ends at a multiple of 16, as the stack is at a call, below the room for struct pt_regs and 8 bytes */
	struct switch_frame *frame = (struct switch_frame *)((unsigned long)task_pt_regs(p) - 8) - 1;

	static_assert(sizeof(struct pt_regs) % 16 == 8, "the CPU aligns its frame in another way than C its stack");

	*frame = (struct switch_frame){ .ret = (unsigned long)first_switch };
	p->sp = (unsigned long)frame;
	p->stack_canary = stack_canary_new();
}

/*
 * The base of %gs in user mode is in MSR_KERNEL_GS_BASE as long as the kernel runs. A
 * program may set both by WRFSBASE and WRGSBASE, so they are read back.
 */
static void save_bases(struct thread_struct *t)
{
	t->fsbase = rdmsr(MSR_FS_BASE);
	t->gsbase = rdmsr(MSR_KERNEL_GS_BASE);
}

static void load_bases(const struct thread_struct *t)
{
	wrmsr(MSR_FS_BASE, t->fsbase);
	wrmsr(MSR_KERNEL_GS_BASE, t->gsbase);
}

void save_user_thread(struct task_struct *prev)
{
	save_bases(&prev->thread);
	fpu_save(prev);
	rseq_preempted(prev);
}

void load_user_thread(struct task_struct *next)
{
	if (this_cpu_read(speculation_user) != next->cred->euid)
		speculation_switch(next->cred->euid);
	if (next->mm)		/* not so at its end */
		switch_mm(next->mm);
	load_bases(&next->thread);
	fpu_load(next);
	set_kernel_stack((unsigned long)next->stack + THREAD_SIZE);
}

int copy_thread(struct task_struct *p, const struct kernel_clone_args *args)
{
	struct pt_regs *regs = task_pt_regs(p);

	p->thread = (struct thread_struct){ .fpu = fpu_alloc(), .fpu_cpu = NR_CPUS };
	if (!p->thread.fpu)
		return -ENOMEM;
	arch_thread_init(p);
	p->threadfn = args->fn;
	p->data = args->fn_arg;
	if (args->fn) {
		memset(regs, 0, sizeof(*regs));
		return 0;
	}
	save_bases(&p->thread);		/* this thread's */
	fpu_copy_current(p->thread.fpu);
	*regs = *task_pt_regs(current);
	regs->ax = 0;
	if (args->stack)
		regs->sp = args->stack;
	if (args->flags & CLONE_SETTLS)
		p->thread.fsbase = args->tls;
	return 0;
}

void exit_thread(struct task_struct *p)
{
	fpu_free(p->thread.fpu);
	p->thread.fpu = NULL;
}

void flush_thread(void)
{
	current->thread.fsbase = current->thread.gsbase = 0;
	load_bases(&current->thread);
	fpu_reset_current();
}

void start_thread(struct pt_regs *regs, unsigned long ip, unsigned long sp)
{
	*regs = (struct pt_regs){
		.ip = ip, .cx = ip, .sp = sp, .cs = __USER_CS, .ss = __USER_DS,
		.flags = X86_EFLAGS_FIXED | X86_EFLAGS_IF, .r11 = X86_EFLAGS_FIXED | X86_EFLAGS_IF,
		.orig_ax = -1UL,
	};
}

void user_thread_start(void)
{
	struct task_struct *me = current;
	int (*fn)(void *) = me->threadfn;

	if (me->set_child_tid)
		put_user(me->pid, me->set_child_tid);
	me->threadfn = NULL;
	if (fn)
		fn(me->data);
}

#define ARCH_SET_GS	0x1001
#define ARCH_SET_FS	0x1002
#define ARCH_GET_FS	0x1003
#define ARCH_GET_GS	0x1004

SYSCALL_DEFINE2(arch_prctl, int, option, unsigned long, addr)
{
	switch (option) {
	case ARCH_SET_FS:
	case ARCH_SET_GS:
		if (addr >= TASK_SIZE)		/* the registers take canonical addresses only */
			return -EPERM;
		wrmsr(option == ARCH_SET_FS ? MSR_FS_BASE : MSR_KERNEL_GS_BASE, addr);
		return 0;
	case ARCH_GET_FS:
	case ARCH_GET_GS:
		return put_user(rdmsr(option == ARCH_GET_FS ? MSR_FS_BASE : MSR_KERNEL_GS_BASE),
				(unsigned long __user *)addr);
	default:
		return -EINVAL;
	}
}
SYSCALL_PARTIAL(arch_prctl, "the bases of FS and GS alone");
