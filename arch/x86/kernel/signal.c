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
	u32	xstate_size;		/* without magic2 */
	u32	padding[7];
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
};

static_assert(sizeof(struct sigcontext) == 256, "struct sigcontext of the ABI");
static_assert(offsetof(struct rt_sigframe, info) == 312, "struct rt_sigframe of the ABI");

/* ---------------------------------------------------------------- into the handler */

static unsigned int fpu_frame_size(void)
{
	return fpu_size() + (fpu_features() ? sizeof(u32) : 0);
}

static int save_fpu(unsigned long at)
{
	struct fpu_state *fpu = current->thread.fpu;
	u32 magic2 = FP_XSTATE_MAGIC2;
	struct fpx_sw_bytes sw = {
		.magic1 = FP_XSTATE_MAGIC1, .extended_size = fpu_frame_size(), .xfeatures = fpu_features(),
		.xstate_size = fpu_size(),
	};

	fpu_copy_current(fpu);
	if (!fpu_features())
		return copy_to_user((void *)at, fpu, fpu_size());
	memcpy(fpu->software, &sw, sizeof(sw));
	if (copy_to_user((void *)at, fpu, fpu_size()))
		return -EFAULT;
	return copy_to_user((void *)(at + fpu_size()), &magic2, sizeof(magic2));
}

static void fill_sigcontext(struct sigcontext *mc, const struct pt_regs *r, sigset_t oldset)
{
	const struct thread_struct *t = &current->thread;

	*mc = (struct sigcontext){
		.r8 = r->r8, .r9 = r->r9, .r10 = r->r10, .r11 = r->r11, .r12 = r->r12, .r13 = r->r13,
		.r14 = r->r14, .r15 = r->r15, .di = r->di, .si = r->si, .bp = r->bp, .bx = r->bx,
		.dx = r->dx, .ax = r->ax, .cx = r->cx, .sp = r->sp, .ip = r->ip, .flags = r->flags,
		.cs = r->cs, .ss = r->ss,
		.err = t->error_code, .trapno = t->trap_nr, .oldmask = oldset, .cr2 = t->cr2,
	};
}

/* Where the frame's registers of x87, SSE and so on begin; everything else lies below. */
static unsigned long frame_top(const struct k_sigaction *ka, unsigned long sp)
{
	sp -= RED_ZONE;
	if (ka->sa.flags & SA_ONSTACK && !sas_ss_flags(sp))
		sp = current->sas_ss_sp + current->sas_ss_size;
	return ALIGN_DOWN(sp - fpu_frame_size(), 64UL);
}

int setup_rt_frame(int sig, const struct k_sigaction *ka, const struct siginfo *info, sigset_t oldset,
		   struct pt_regs *regs)
{
	struct task_struct *me = current;
	unsigned long fpstate = frame_top(ka, regs->sp);
	unsigned long sp = ALIGN_DOWN(fpstate - sizeof(struct rt_sigframe), 16UL) - 8;	/* as after a call */
	bool was_on = sas_ss_flags(regs->sp) == SS_ONSTACK;
	struct rt_sigframe frame = {
		.pretcode = ka->sa.restorer, .info = *info,
		.uc = {
			.uc_flags = UC_SIGCONTEXT_SS | UC_STRICT_RESTORE_SS | (fpu_features() ? UC_FP_XSTATE : 0),
			.uc_stack = {
				(void *)me->sas_ss_sp, sas_ss_flags(regs->sp) | (int)me->sas_ss_flags, me->sas_ss_size,
			},
			.uc_sigmask = oldset,
		},
	};

	if (!(ka->sa.flags & SA_RESTORER) || ka->sa.handler >= TASK_SIZE)
		return -EFAULT;
	/* an alternate stack that is used up is no reason to go on below it */
	if (was_on && sas_ss_flags(sp) != SS_ONSTACK)
		return -EFAULT;
	fill_sigcontext(&frame.uc.mc, regs, oldset);
	frame.uc.mc.fpstate = fpstate;
	if (save_fpu(fpstate) || copy_to_user((void *)sp, &frame, sizeof(frame)))
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

static int restore_fpu(unsigned long at)
{
	struct fpu_state *fpu = current->thread.fpu;
	struct fpx_sw_bytes sw;
	u32 magic2;

	if (!at) {
		fpu_reset_current();
		return 0;
	}
	if (!IS_ALIGNED(at, 64) || copy_from_user(&sw, (void *)(at + offsetof(struct fpu_state, software)), sizeof(sw)))
		return -EFAULT;
	/* a frame without the extension is one of FXSAVE */
	if (!fpu_features() || sw.magic1 != FP_XSTATE_MAGIC1 || sw.xstate_size != fpu_size() ||
	    get_user(magic2, (u32 *)(at + fpu_size())) || magic2 != FP_XSTATE_MAGIC2) {
		memset(fpu, 0, fpu_size());
		if (copy_from_user(fpu, (void *)at, FXSAVE_SIZE))
			goto broken;
		if (fpu_features())
			fpu->xstate_bv = 3;
	} else if (copy_from_user(fpu, (void *)at, fpu_size())) {
		goto broken;
	}
	fpu_check(fpu);
	fpu_set_current();
	return 0;
broken:
	fpu_reset_current();
	return -EFAULT;
}

static int restore_sigcontext(struct pt_regs *r, const struct sigcontext *mc)
{
	if (mc->ip >= TASK_SIZE)
		return -EFAULT;		/* the way to user mode would fault */
	*r = (struct pt_regs){
		.r8 = mc->r8, .r9 = mc->r9, .r10 = mc->r10, .r11 = mc->r11, .r12 = mc->r12, .r13 = mc->r13,
		.r14 = mc->r14, .r15 = mc->r15, .di = mc->di, .si = mc->si, .bp = mc->bp, .bx = mc->bx,
		.dx = mc->dx, .ax = mc->ax, .cx = mc->cx, .sp = mc->sp, .ip = mc->ip,
		.flags = (r->flags & ~USER_FLAGS) | (mc->flags & USER_FLAGS),
		.cs = __USER_CS, .ss = __USER_DS, .orig_ax = -1UL,
	};
	return restore_fpu(mc->fpstate);
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
	struct ucontext uc;

	/* the handler's return has taken pretcode from the stack */
	if (copy_from_user(&uc, (void *)regs->sp, sizeof(uc))) {
		force_fatal_sig(SIGSEGV);
		return 0;
	}
	set_current_blocked(uc.uc_sigmask);
	if (restore_sigcontext(regs, &uc.mc)) {
		force_fatal_sig(SIGSEGV);
		return 0;
	}
	restore_altstack(&uc.uc_stack, regs->sp);
	return regs->ax;
}
