/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Handlers of signals on the stack of a user program: a frame that holds all of its
 * registers, and rt_sigreturn(), which takes them from there again. The layout is the
 * ABI's; programs read and change it. Nothing of it is believed on the way back.
 */
#include <asm/entry.h>
#include <asm/fpu.h>
#include <asm/processor-flags.h>
#include <asm/uaccess.h>
#include <kernel/signal.h>
#include <kernel/syscall.h>
#include <lib/string.h>
#include <uapi/unistd.h>

#define RED_ZONE	128		/* bytes below its stack pointer that a function may use, System V ABI 3.2.2 */

/* Bits of rflags that are the program's own to set */
#define USER_FLAGS	(_BITUL(0) | _BITUL(2) | _BITUL(4) | _BITUL(6) | _BITUL(7) | X86_EFLAGS_TF | X86_EFLAGS_DF | \
			 X86_EFLAGS_OF | X86_EFLAGS_RF | X86_EFLAGS_AC)

#define UC_FP_XSTATE		1
#define UC_SIGCONTEXT_SS	2
#define UC_STRICT_RESTORE_SS	4

/* What says, in the unused end of the FXSAVE area, that more follows it */
#define FP_XSTATE_MAGIC1	0x46505853
#define FP_XSTATE_MAGIC2	0x46505845

struct fpx_sw_bytes {
	u32	magic1, extended_size;	/* of everything, magic2 included */
	u64	xfeatures;
	u64	xstate_size;		/* 32 bits; without magic2 */
	u64	padding[3];
};

static_assert(sizeof(struct fpx_sw_bytes) == sizeof(((struct fpu_state *)0)->software), "SDM leaves 48 bytes");

struct sigcontext {
	u64	r8, r9, r10, r11, r12, r13, r14, r15, di, si, bp, bx, dx, ax, cx, sp, ip, flags;
	u16	cs, gs, fs, ss;
	u64	err, trapno, oldmask, cr2;
	u64	fpstate;		/* address, 0: none */
	u64	reserved[8];
};

struct ucontext {
	u64			uc_flags, uc_link;
	stack_t_user		uc_stack;
	struct sigcontext	mc;
	sigset_t		uc_sigmask;
};

struct rt_sigframe {
	u64		pretcode;	/* where the handler returns to: sa_restorer */
	struct ucontext	uc;
	struct siginfo	info;
	u64		info_rest[(SIGINFO_SIZE - sizeof(struct siginfo)) / sizeof(u64)];
};

static_assert(sizeof(struct sigcontext) == 256, "struct sigcontext of the ABI");
static_assert(offsetof(struct rt_sigframe, info) == 312, "struct rt_sigframe of the ABI");

/* ---------------------------------------------------------------- into the handler */

static unsigned int fpu_frame_size(void)
{
	return fpu_size() + (fpu_features() ? sizeof(u32) : 0);
}

/* What FXSAVE and XSAVE leave alone: who saves says there what follows, and the header has to be zeros. */
static int put_fpu_header(struct fpu_state __user *at)
{
	struct fpx_sw_bytes __user *sw = (void *)at->software;
	unsigned int i;

	if (!user_access_begin(at, fpu_frame_size()))
		return -EFAULT;
#pragma GCC unroll 8
	for (i = 0; i < ARRAY_SIZE(sw->padding); i++)
		unsafe_put_user(0, &sw->padding[i], fault);
#pragma GCC unroll 8
	for (i = 0; i < ARRAY_SIZE(at->header_reserved); i++)
		unsafe_put_user(0, &at->header_reserved[i], fault);
	unsafe_put_user(FP_XSTATE_MAGIC1, &sw->magic1, fault);
	unsafe_put_user(fpu_frame_size(), &sw->extended_size, fault);
	unsafe_put_user(fpu_features(), &sw->xfeatures, fault);
	unsafe_put_user(fpu_size(), &sw->xstate_size, fault);
	unsafe_put_user(0, &at->xstate_bv, fault);
	unsafe_put_user(0, &at->xcomp_bv, fault);
	unsafe_put_user(FP_XSTATE_MAGIC2, (u32 *)((u8 *)at + fpu_size()), fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

static int save_fpu(unsigned long at)
{
	struct fpu_state *fpu = current->thread.fpu;

	if (fpu_features())
		return put_fpu_header((void *)at) ? -EFAULT : fpu_save_user((void *)at);
	fpu_copy_current(fpu);
	return copy_to_user((void *)at, fpu, fpu_size());
}

/* Where the frame's registers of x87, SSE and so on begin; everything else lies below. */
static unsigned long frame_top(const struct k_sigaction *ka, unsigned long sp)
{
	sp -= RED_ZONE;
	if (ka->sa.flags & SA_ONSTACK && !sas_ss_flags(sp))
		sp = current->sas_ss_sp + current->sas_ss_size;
	return ALIGN_DOWN(sp - fpu_frame_size(), 64UL);
}

static int put_frame(struct rt_sigframe __user *frame, unsigned long restorer, const struct siginfo *info,
		     const struct pt_regs *r, sigset_t oldset, unsigned long fpstate)
{
	const struct task_struct *me = current;
	const struct thread_struct *t = &me->thread;
	struct ucontext __user *uc = &frame->uc;
	struct sigcontext __user *mc = &uc->mc;
	unsigned int i;

	if (!user_access_begin(frame, sizeof(*frame)))
		return -EFAULT;
	unsafe_put_user(restorer, &frame->pretcode, fault);
	unsafe_put_user(UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS | (fpu_features() ? UC_FP_XSTATE : 0), &uc->uc_flags, fault);
	unsafe_put_user(0, &uc->uc_link, fault);
	unsafe_put_user((void *)me->sas_ss_sp, &uc->uc_stack.ss_sp, fault);
	unsafe_put_user(sas_ss_flags(r->sp) | (int)me->sas_ss_flags, &uc->uc_stack.ss_flags, fault);
	unsafe_put_user(me->sas_ss_size, &uc->uc_stack.ss_size, fault);
	unsafe_put_user(r->r8, &mc->r8, fault);
	unsafe_put_user(r->r9, &mc->r9, fault);
	unsafe_put_user(r->r10, &mc->r10, fault);
	unsafe_put_user(r->r11, &mc->r11, fault);
	unsafe_put_user(r->r12, &mc->r12, fault);
	unsafe_put_user(r->r13, &mc->r13, fault);
	unsafe_put_user(r->r14, &mc->r14, fault);
	unsafe_put_user(r->r15, &mc->r15, fault);
	unsafe_put_user(r->di, &mc->di, fault);
	unsafe_put_user(r->si, &mc->si, fault);
	unsafe_put_user(r->bp, &mc->bp, fault);
	unsafe_put_user(r->bx, &mc->bx, fault);
	unsafe_put_user(r->dx, &mc->dx, fault);
	unsafe_put_user(r->ax, &mc->ax, fault);
	unsafe_put_user(r->cx, &mc->cx, fault);
	unsafe_put_user(r->sp, &mc->sp, fault);
	unsafe_put_user(r->ip, &mc->ip, fault);
	unsafe_put_user(r->flags, &mc->flags, fault);
	unsafe_put_user((u32)(u16)r->cs, (u32 *)&mc->cs, fault);	/* and gs, zero */
	unsafe_put_user((u32)r->ss << 16, (u32 *)&mc->fs, fault);	/* and fs, zero */
	unsafe_put_user(t->error_code, &mc->err, fault);
	unsafe_put_user(t->trap_nr, &mc->trapno, fault);
	unsafe_put_user(oldset, &mc->oldmask, fault);
	unsafe_put_user(t->cr2, &mc->cr2, fault);
	unsafe_put_user(fpstate, &mc->fpstate, fault);
	unsafe_put_user(oldset, &uc->uc_sigmask, fault);
#pragma GCC unroll 8
	for (i = 0; i < sizeof(*info) / sizeof(u64); i++)
		unsafe_put_user(((const u64 *)info)[i], (u64 *)&frame->info + i, fault);
#pragma GCC unroll 16
	for (i = 0; i < ARRAY_SIZE(frame->info_rest); i++)
		unsafe_put_user(0, &frame->info_rest[i], fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

int setup_rt_frame(int sig, const struct k_sigaction *ka, const struct siginfo *info, sigset_t oldset,
		   struct pt_regs *regs)
{
	struct task_struct *me = current;
	unsigned long fpstate = frame_top(ka, regs->sp);
	unsigned long sp = ALIGN_DOWN(fpstate - sizeof(struct rt_sigframe), 16UL) - 8;	/* as after a call */
	struct rt_sigframe __user *frame = (void *)sp;
	bool was_on = sas_ss_flags(regs->sp) == SS_ONSTACK;

	if (!(ka->sa.flags & SA_RESTORER) || ka->sa.handler >= TASK_SIZE)
		return -EFAULT;
	/* an alternate stack that is used up is no reason to go on below it */
	if (was_on && sas_ss_flags(sp) != SS_ONSTACK)
		return -EFAULT;
	if (save_fpu(fpstate) || put_frame(frame, ka->sa.restorer, info, regs, oldset, fpstate))
		return -EFAULT;
	if (me->sas_ss_flags & SS_AUTODISARM)
		me->sas_ss_sp = me->sas_ss_size = me->sas_ss_flags = 0;
	fpu_reset_current();

	regs->di = sig;
	regs->si = sp + offsetof(struct rt_sigframe, info);
	regs->dx = sp + offsetof(struct rt_sigframe, uc);
	regs->ax = 0;			/* no vector registers hold arguments */
	regs->ip = ka->sa.handler;
	regs->sp = sp;
	regs->cs = __USER_CS;
	regs->ss = __USER_DS;
	regs->flags &= ~(X86_EFLAGS_DF | X86_EFLAGS_RF | X86_EFLAGS_TF);
	return 0;
}

void arch_restart_syscall(struct pt_regs *regs, bool by_block)
{
	regs->ax = by_block ? __NR_restart_syscall : regs->orig_ax;
	regs->ip -= 2;			/* the SYSCALL instruction */
}

/* ---------------------------------------------------------------- and back */

/* A frame without the extension, or with one that cannot be ours, is one of FXSAVE. */
static bool is_extended(const struct fpu_state __user *at)
{
	const struct fpx_sw_bytes __user *sw = (const void *)at->software;
	u32 magic1, magic2, size;

	if (!fpu_features() || !user_access_begin(at, fpu_frame_size()))
		return false;
	unsafe_get_user(magic1, &sw->magic1, fault);
	unsafe_get_user(size, (const u32 *)&sw->xstate_size, fault);
	unsafe_get_user(magic2, (const u32 *)((const u8 *)at + fpu_size()), fault);
	user_access_end();
	return magic1 == FP_XSTATE_MAGIC1 && size == fpu_size() && magic2 == FP_XSTATE_MAGIC2;
fault:
	user_access_end();
	return false;
}

static int restore_fpu(unsigned long at)
{
	struct fpu_state *fpu;
	bool extended;
	int err;

	if (!at) {
		fpu_reset_current();
		return 0;
	}
	if (!IS_ALIGNED(at, 64))
		return -EFAULT;
	extended = is_extended((const void *)at);
	if (extended && !fpu_load_user((void *)at))
		return 0;
	/* bits that make loading it fault are no reason to end; but half of it read, no switch of threads may load it */
	fpu = fpu_take_current();
	memset(fpu, 0, fpu_size());
	err = copy_from_user(fpu, (void *)at, extended ? fpu_size() : FXSAVE_SIZE);
	if (fpu_features() && !extended)
		fpu->xstate_bv = 3;
	fpu_give_current();
	return err;
}

/* What of a frame is for others than the registers. */
struct rest_of_frame {
	stack_t_user	stack;
	sigset_t	mask;
	unsigned long	fpstate;
};

static int get_frame(struct pt_regs *r, struct rest_of_frame *rest, const struct ucontext __user *uc)
{
	const struct sigcontext __user *mc = &uc->mc;
	u64 flags, ip;

	if (!user_access_begin(uc, sizeof(*uc)))
		return -EFAULT;
	unsafe_get_user(ip, &mc->ip, fault);
	if (ip >= TASK_SIZE)
		goto fault;		/* the way to user mode would fault */
	r->ip = ip;
	unsafe_get_user(r->r8, &mc->r8, fault);
	unsafe_get_user(r->r9, &mc->r9, fault);
	unsafe_get_user(r->r10, &mc->r10, fault);
	unsafe_get_user(r->r11, &mc->r11, fault);
	unsafe_get_user(r->r12, &mc->r12, fault);
	unsafe_get_user(r->r13, &mc->r13, fault);
	unsafe_get_user(r->r14, &mc->r14, fault);
	unsafe_get_user(r->r15, &mc->r15, fault);
	unsafe_get_user(r->di, &mc->di, fault);
	unsafe_get_user(r->si, &mc->si, fault);
	unsafe_get_user(r->bp, &mc->bp, fault);
	unsafe_get_user(r->bx, &mc->bx, fault);
	unsafe_get_user(r->dx, &mc->dx, fault);
	unsafe_get_user(r->ax, &mc->ax, fault);
	unsafe_get_user(r->cx, &mc->cx, fault);
	unsafe_get_user(r->sp, &mc->sp, fault);
	unsafe_get_user(flags, &mc->flags, fault);
	unsafe_get_user(rest->fpstate, &mc->fpstate, fault);
	unsafe_get_user(rest->mask, &uc->uc_sigmask, fault);
	unsafe_get_user(rest->stack.ss_sp, &uc->uc_stack.ss_sp, fault);
	unsafe_get_user(rest->stack.ss_flags, &uc->uc_stack.ss_flags, fault);
	unsafe_get_user(rest->stack.ss_size, &uc->uc_stack.ss_size, fault);
	user_access_end();
	r->flags = (r->flags & ~USER_FLAGS) | (flags & USER_FLAGS);
	r->cs = __USER_CS;
	r->ss = __USER_DS;
	r->orig_ax = -1UL;
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

/* As sigaltstack() does, and what it would refuse does not count. */
static void restore_altstack(const stack_t_user *ss, unsigned long sp)
{
	struct task_struct *me = current;
	int mode = ss->ss_flags & ~SS_AUTODISARM;

	if (sas_ss_flags(sp) == SS_ONSTACK && !(me->sas_ss_flags & SS_AUTODISARM))
		return;
	if (mode == SS_DISABLE) {
		me->sas_ss_sp = me->sas_ss_size = 0;
	} else if ((mode == 0 || mode == SS_ONSTACK) && ss->ss_size >= MINSIGSTKSZ) {
		me->sas_ss_sp = (unsigned long)ss->ss_sp;
		me->sas_ss_size = ss->ss_size;
	}
	me->sas_ss_flags = ss->ss_flags & SS_AUTODISARM;
}

SYSCALL_DEFINE0(rt_sigreturn)
{
	struct pt_regs *regs = task_pt_regs(current);
	struct rest_of_frame rest;

	/* the handler's return has taken pretcode from the stack */
	if (get_frame(regs, &rest, (void *)regs->sp)) {
		force_fatal_sig(SIGSEGV);
		return 0;
	}
	set_current_blocked(rest.mask);
	if (restore_fpu(rest.fpstate)) {
		force_fatal_sig(SIGSEGV);
		return 0;
	}
	restore_altstack(&rest.stack, regs->sp);
	return regs->ax;
}
