// SPDX-License-Identifier: BSD-2-Clause
/* The system calls about signals: sending, waiting for them, and what is to happen. */
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/pid.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>
#include <kernel/syscall.h>
#include <kernel/timekeeping.h>
#include <uapi/errno.h>
#include <uapi/time.h>

static bool valid_signal(int sig)
{
	return sig > 0 && sig <= _NSIG;
}

/* ---------------------------------------------------------------- what is to happen */

SYSCALL_DEFINE4(rt_sigaction, int, sig, const struct sigaction_user __user *, act,
		struct sigaction_user __user *, oact, size_t, size)
{
	struct k_sigaction *ka, new, old;
	unsigned long flags;

	if (size != sizeof(sigset_t) || !valid_signal(sig) || (act && (sig == SIGKILL || sig == SIGSTOP)))
		return -EINVAL;
	if (act && copy_from_user(&new.sa, act, sizeof(new.sa)))
		return -EFAULT;
	ka = &current->sighand->action[sig - 1];
	flags = spin_lock_irqsave(&current->sighand->siglock);
	old = *ka;
	if (act) {
		new.sa.mask &= ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
		*ka = new;
		forget_ignored(sig);
	}
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	return oact ? copy_to_user(oact, &old.sa, sizeof(old.sa)) : 0;
}

SYSCALL_DEFINE4(rt_sigprocmask, int, how, const sigset_t __user *, set, sigset_t __user *, oset, size_t, size)
{
	sigset_t old = current->blocked, new;

	if (size != sizeof(sigset_t))
		return -EINVAL;
	if (set) {
		if (get_user(new, set))
			return -EFAULT;
		switch (how) {
		case SIG_BLOCK:		set_current_blocked(old | new); break;
		case SIG_UNBLOCK:	set_current_blocked(old & ~new); break;
		case SIG_SETMASK:	set_current_blocked(new); break;
		default:		return -EINVAL;
		}
	}
	return oset ? put_user(old, oset) : 0;
}

SYSCALL_DEFINE2(rt_sigpending, sigset_t __user *, set, size_t, size)
{
	sigset_t pending = (current->pending.signal | current->signal->shared_pending.signal) & current->blocked;

	if (size > sizeof(pending))
		return -EINVAL;
	return copy_to_user(set, &pending, size);
}

int sas_ss_flags(unsigned long sp)
{
	if (!current->sas_ss_size)
		return SS_DISABLE;
	return sp - current->sas_ss_sp - 1 < current->sas_ss_size ? SS_ONSTACK : 0;
}

SYSCALL_DEFINE2(sigaltstack, const stack_t_user __user *, uss, stack_t_user __user *, uoss)
{
	struct task_struct *me = current;
	int on = sas_ss_flags(user_stack_pointer(task_pt_regs(me)));
	stack_t_user ss, old = {
		.ss_sp = (void *)me->sas_ss_sp, .ss_flags = on | (int)me->sas_ss_flags, .ss_size = me->sas_ss_size,
	};

	if (uss) {
		int mode;

		if (copy_from_user(&ss, uss, sizeof(ss)))
			return -EFAULT;
		mode = ss.ss_flags & ~SS_AUTODISARM;
		if (on == SS_ONSTACK && !(me->sas_ss_flags & SS_AUTODISARM))
			return -EPERM;
		if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0)
			return -EINVAL;
		if (mode != SS_DISABLE && ss.ss_size < MINSIGSTKSZ)
			return -ENOMEM;
		me->sas_ss_sp = mode == SS_DISABLE ? 0 : (unsigned long)ss.ss_sp;
		me->sas_ss_size = mode == SS_DISABLE ? 0 : ss.ss_size;
		me->sas_ss_flags = ss.ss_flags & SS_AUTODISARM;
	}
	return uoss ? copy_to_user(uoss, &old, sizeof(old)) : 0;
}

/* ---------------------------------------------------------------- waiting */

static long wait_for_signal(void)
{
	while (!signal_pending(current)) {
		set_current_state(TASK_INTERRUPTIBLE);
		if (!signal_pending(current))
			schedule();
	}
	set_current_state(TASK_RUNNING);
	return -ERESTARTNOHAND;
}

SYSCALL_DEFINE0(pause)
{
	return wait_for_signal();
}

SYSCALL_DEFINE2(rt_sigsuspend, const sigset_t __user *, set, size_t, size)
{
	int err;

	if (size != sizeof(sigset_t))
		return -EINVAL;
	err = set ? set_user_sigmask(set, size) : -EFAULT;
	return err ? err : wait_for_signal();
}

/* Take one of @set, which are blocked as a rule, or wait for one. */
static int take_signal(sigset_t set, struct siginfo *info, bool wait, u64 timeout)
{
	struct task_struct *me = current;
	unsigned long flags = spin_lock_irqsave(&me->sighand->siglock);
	int sig = dequeue_signal(set, info);

	if (!sig && wait) {
		me->real_blocked = me->blocked;
		me->blocked &= ~set;
		recalc_sigpending();
		set_current_state(TASK_INTERRUPTIBLE);
		spin_unlock_irqrestore(&me->sighand->siglock, flags);
		if (signal_pending(me))
			set_current_state(TASK_RUNNING);
		else if (timeout == ~0ULL)
			schedule();
		else
			timeout = schedule_timeout(timeout);
		set_current_state(TASK_RUNNING);
		flags = spin_lock_irqsave(&me->sighand->siglock);
		me->blocked = me->real_blocked;
		me->real_blocked = 0;
		sig = dequeue_signal(set, info);
	}
	spin_unlock_irqrestore(&me->sighand->siglock, flags);
	if (sig)
		return sig;
	return wait && timeout ? -EINTR : -EAGAIN;
}

SYSCALL_DEFINE4(rt_sigtimedwait, const sigset_t __user *, uset, struct siginfo __user *, uinfo,
		const struct timespec_user __user *, uts, size_t, size)
{
	u64 timeout = ~0ULL;
	struct timespec_user ts;
	struct siginfo info;
	sigset_t set;
	int sig;

	if (size != sizeof(set))
		return -EINVAL;
	if (get_user(set, uset) || (uts && copy_from_user(&ts, uts, sizeof(ts))))
		return -EFAULT;
	if (uts) {
		if (!timespec_valid(&ts))
			return -EINVAL;
		timeout = timespec_to_ns(&ts);
	}
	set &= ~(sigmask(SIGKILL) | sigmask(SIGSTOP));
	sig = take_signal(set, &info, timeout, timeout);
	if (sig > 0 && uinfo && (copy_to_user(uinfo, &info, sizeof(info)) || clear_user(uinfo + 1, SIGINFO_SIZE - sizeof(info))))
		return -EFAULT;
	return sig;
}

/* ---------------------------------------------------------------- sending */

/* Context: tasks_lock held. */
static int check_permission(int sig, const struct siginfo *info, struct task_struct *p)
{
	const struct cred *mine = current_cred(), *its = p->cred;

	if (info != SEND_SIG_NOINFO && info->si_code > 0)
		return 0;
	if (p->signal == current->signal || mine->euid == its->suid || mine->euid == its->uid ||
	    mine->uid == its->suid || mine->uid == its->uid || capable(CAP_KILL))
		return 0;
	return sig == SIGCONT && p->signal->session == current->signal->session ? 0 : -EPERM;
}

/* @sig 0 only asks whether one could. Context: tasks_lock held. */
static int send_checked(int sig, const struct siginfo *info, struct task_struct *p, bool group)
{
	int err = check_permission(sig, info, p);

	if (err || !sig)
		return err;
	return send_sig_info(sig, info, p, group);
}

/* One that got it is enough. */
static int send_to_pgrp(int sig, struct pid *pgrp)
{
	struct signal_struct *s;
	int err = -ESRCH;

	if (!pgrp)
		return -ESRCH;
	for_each_process_of_pgrp(pgrp, s) {
		int e = send_checked(sig, SEND_SIG_NOINFO, s->leader, true);

		err = err ? e : 0;
	}
	return err;
}

static int send_to_all(int sig)
{
	struct task_struct *p;
	int err = -ESRCH;

	for_each_process(p)
		if (p->tgid > 1 && p->signal != current->signal) {
			int e = send_checked(sig, SEND_SIG_NOINFO, p, true);

			err = err && e != -EPERM ? e : 0;
		}
	return err;
}

SYSCALL_DEFINE2(kill, int, pid, int, sig)
{
	unsigned long flags;
	struct task_struct *p;
	int err;

	if (sig && !valid_signal(sig))
		return -EINVAL;
	flags = spin_lock_irqsave(&tasks_lock);
	if (pid > 0) {
		p = find_task_by_pid(pid);
		err = p && p->signal ? send_checked(sig, SEND_SIG_NOINFO, p, true) : -ESRCH;
	} else if (pid == 0) {
		err = send_to_pgrp(sig, current->signal->pgrp);
	} else if (pid == -1) {
		err = send_to_all(sig);
	} else {
		err = pid == (int)0x80000000 ? -ESRCH : send_to_pgrp(sig, find_pid(-pid));
	}
	spin_unlock_irqrestore(&tasks_lock, flags);
	return err;
}

/* @tgid 0: whatever process the thread is of */
static int send_to_thread(int tgid, int tid, int sig, const struct siginfo *info)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct task_struct *p = find_task_by_pid(tid);
	int err = -ESRCH;

	if (p && p->signal && (!tgid || p->tgid == tgid))
		err = send_checked(sig, info, p, false);
	spin_unlock_irqrestore(&tasks_lock, flags);
	return err;
}

static int tkill(int tgid, int tid, int sig)
{
	struct siginfo info = {
		.si_signo = sig, .si_code = SI_TKILL, .kill = { current->tgid, current_uid() },
	};

	if (tid <= 0 || (sig && !valid_signal(sig)))
		return -EINVAL;
	return send_to_thread(tgid, tid, sig, &info);
}

SYSCALL_DEFINE3(tgkill, int, tgid, int, tid, int, sig)
{
	return tgid > 0 ? tkill(tgid, tid, sig) : -EINVAL;
}

SYSCALL_DEFINE2(tkill, int, tid, int, sig)
{
	return tkill(0, tid, sig);
}

/* Codes whose siginfo has no more than we know of. */
static bool is_known_code(int code)
{
	return code > SI_USER ? code <= 6 || code == SI_KERNEL : code >= SI_DETHREAD || code == SI_ASYNCNL;
}

/* What a program says of a signal of its own. Nobody but the kernel claims to be the kernel, or kill(). */
static int get_info(struct siginfo *info, const struct siginfo __user *uinfo, int sig, int pid)
{
	int err;

	if (!valid_signal(sig))
		return -EINVAL;
	/* in the rest only what we do not know could mean something: zeros, or E2BIG */
	err = copy_struct_from_user(info, sizeof(*info), uinfo, SIGINFO_SIZE);
	if (err == -E2BIG && is_known_code(info->si_code))
		err = 0;
	if (err)
		return err;
	if ((info->si_code >= 0 || info->si_code == SI_TKILL) && pid != current->tgid)
		return -EPERM;
	info->si_signo = sig;
	return 0;
}

SYSCALL_DEFINE3(rt_sigqueueinfo, int, pid, int, sig, const struct siginfo __user *, uinfo)
{
	struct siginfo info;
	int err = get_info(&info, uinfo, sig, pid);
	struct task_struct *p;
	unsigned long flags;

	if (err)
		return err;
	flags = spin_lock_irqsave(&tasks_lock);
	p = pid > 0 ? find_task_by_pid(pid) : NULL;
	err = p && p->signal ? send_checked(sig, &info, p, true) : -ESRCH;
	spin_unlock_irqrestore(&tasks_lock, flags);
	return err;
}

SYSCALL_DEFINE4(rt_tgsigqueueinfo, int, tgid, int, tid, int, sig, const struct siginfo __user *, uinfo)
{
	struct siginfo info;
	int err = get_info(&info, uinfo, sig, tgid);

	if (err)
		return err;
	return tgid > 0 && tid > 0 ? send_to_thread(tgid, tid, sig, &info) : -EINVAL;
}

SYSCALL_DEFINE0(restart_syscall)
{
	struct restart_block *restart = &current->restart;

	return restart->fn ? restart->fn(restart) : -EINTR;
}
