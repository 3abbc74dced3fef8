// SPDX-License-Identifier: BSD-2-Clause
/*
 * Signals, from who sends them to the thread that takes them.
 *
 * A signal for a thread waits in p->pending, one for a process in signal->shared_pending
 * until a thread that does not block it comes by. A signal that will end the process
 * is SIGKILL to each of its threads from the moment it is sent. All of it under the siglock.
 */
#include "internal.h"
#include <kernel/signal.h>
#include <asm/ptrace.h>
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fork.h>
#include <kernel/pid.h>
#include <kernel/panic.h>
#include <kernel/signal_struct.h>
#include <kernel/smp.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <uapi/errno.h>

#define SIG_STOPS	(sigmask(SIGSTOP) | sigmask(SIGTSTP) | sigmask(SIGTTIN) | sigmask(SIGTTOU))
#define SIG_IGNORED	(sigmask(SIGCONT) | sigmask(SIGCHLD) | sigmask(SIGWINCH) | sigmask(SIGURG))	/* by default */
#define SIG_SYNCHRONOUS	(sigmask(SIGSEGV) | sigmask(SIGBUS) | sigmask(SIGILL) | sigmask(SIGTRAP) | sigmask(SIGFPE) | \
			 sigmask(SIGSYS))
#define SIG_UNSTOPPABLE	(sigmask(SIGKILL) | sigmask(SIGSTOP))	/* cannot be blocked, ignored or handled */

struct sigqueue {
	struct list_head	list;
	struct siginfo		info;
};

static struct kmem_cache *sigqueue_cache, *sighand_cache;

void signals_init(void)
{
	sigqueue_cache = kmem_cache_create("sigqueue", sizeof(struct sigqueue), 0, NULL);
	sighand_cache = kmem_cache_create("sighand", sizeof(struct sighand_struct), 0, NULL);
	if (!sigqueue_cache || !sighand_cache)
		panic("no memory for signals");
}

static bool sig_is(u64 set, int sig)
{
	return set & sigmask(sig);
}

/* What ends a process is SIGKILL to each of its threads, whatever signal it was. */
bool fatal_signal_pending(struct task_struct *p)
{
	return signal_pending(p) && sig_is(__atomic_load_n(&p->pending.signal, __ATOMIC_RELAXED), SIGKILL);
}

/* ---------------------------------------------------------------- what handlers there are */

struct sighand_struct *copy_sighand(void)
{
	struct sighand_struct *copy = kmem_cache_alloc(sighand_cache, GFP_KERNEL);
	unsigned long flags;

	if (!copy)
		return NULL;
	copy->usage = 1;
	copy->nr_queued = 0;
	spin_lock_init(&copy->siglock);
	flags = spin_lock_irqsave(&current->sighand->siglock);
	memcpy(copy->action, current->sighand->action, sizeof(copy->action));
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	return copy;
}

void put_sighand(struct sighand_struct *sighand)
{
	if (!__atomic_sub_fetch(&sighand->usage, 1, __ATOMIC_ACQ_REL))
		kmem_cache_free(sighand_cache, sighand);
}

void flush_signal_handlers(void)
{
	struct k_sigaction *ka = current->sighand->action;
	unsigned int i;

	for (i = 0; i < _NSIG; i++)
		ka[i].sa = (struct sigaction_user){ .handler = ka[i].sa.handler == SIG_IGN ? SIG_IGN : SIG_DFL };
}

static struct k_sigaction *action_of(struct task_struct *p, int sig)
{
	return &p->sighand->action[sig - 1];
}

/* Whether nothing would happen if @p took it. */
static bool sig_ignored(struct task_struct *p, int sig, bool from_kernel)
{
	unsigned long handler = action_of(p, sig)->sa.handler;

	if (sig_is(p->blocked | p->real_blocked, sig))
		return false;		/* the handler may be another one when it is unblocked */
	if (p->signal->flags & SIGNAL_UNKILLABLE && handler == SIG_DFL && !from_kernel)
		return true;
	return handler == SIG_IGN || (handler == SIG_DFL && sig_is(SIG_IGNORED, sig));
}

/* ---------------------------------------------------------------- what is pending */

static void set_work(struct task_struct *p, u32 bits)
{
	__atomic_fetch_or(&p->work, bits, __ATOMIC_SEQ_CST);
}

static void clear_work(u32 bits)
{
	__atomic_fetch_and(&current->work, ~bits, __ATOMIC_SEQ_CST);
}

void recalc_sigpending(void)
{
	struct task_struct *me = current;

	if ((me->pending.signal | me->signal->shared_pending.signal) & ~me->blocked ||
	    me->jobctl & JOBCTL_STOP_PENDING || me->signal->flags & (SIGNAL_CLD_STOPPED | SIGNAL_CLD_CONTINUED))
		set_work(me, TIF_SIGPENDING);
	else
		clear_work(TIF_SIGPENDING);
}

void signal_wake_up(struct task_struct *p, bool fatal)
{
	u32 states = STATE_BIT(TASK_INTERRUPTIBLE);

	if (fatal)
		states |= STATE_BIT(TASK_KILLABLE) | STATE_BIT(TASK_STOPPED);
	set_work(p, TIF_SIGPENDING);
	if (p == current && p->state == TASK_RUNNING)
		return;
	/* one that runs is made to enter the kernel */
	if (!wake_up_state(p, states) && p != current)
		smp_send_reschedule(__atomic_load_n(&p->cpu, __ATOMIC_RELAXED));
}

static void free_sigqueue(struct sighand_struct *sighand, struct sigqueue *q)
{
	list_del(&q->list);
	sighand->nr_queued--;
	kmem_cache_free(sigqueue_cache, q);
}

/* Context: siglock. @mask: of signals to forget. */
static void forget(struct sighand_struct *sighand, struct sigpending *pending, u64 mask)
{
	struct list_head *node, *next;

	if (!(pending->signal & mask))
		return;
	pending->signal &= ~mask;
	for (node = pending->list.next; node != &pending->list; node = next) {
		struct sigqueue *q = container_of(node, struct sigqueue, list);

		next = node->next;
		if (sig_is(mask, q->info.si_signo))
			free_sigqueue(sighand, q);
	}
}

void forget_ignored(int sig)
{
	struct task_struct *me = current, *t;
	unsigned long handler = action_of(me, sig)->sa.handler;

	if (handler != SIG_IGN && !(handler == SIG_DFL && sig_is(SIG_IGNORED, sig)))
		return;
	forget(me->sighand, &me->signal->shared_pending, sigmask(sig));
	for_each_thread(me, t)
		forget(me->sighand, &t->pending, sigmask(sig));
	recalc_sigpending();
}

void flush_sigqueue(struct sighand_struct *sighand, struct sigpending *pending)
{
	forget(sighand, pending, ~0ULL);
}

/* ---------------------------------------------------------------- sending */

static bool wants_signal(struct task_struct *p, int sig)
{
	if (sig_is(p->blocked, sig) || p->exiting)
		return false;
	return sig == SIGKILL || p->state != TASK_STOPPED;
}

static bool sig_fatal(struct task_struct *p, int sig)
{
	return !sig_is(SIG_IGNORED | SIG_STOPS, sig) && action_of(p, sig)->sa.handler == SIG_DFL &&
	       !(p->signal->flags & SIGNAL_UNKILLABLE && sig != SIGKILL);
}

static struct task_struct *find_taker(struct task_struct *p, int sig, bool group)
{
	struct task_struct *t;

	if (wants_signal(p, sig))
		return p;
	if (!group)
		return NULL;
	for_each_thread(p, t)
		if (wants_signal(t, sig))
			return t;
	return NULL;
}

/* Each thread of the process gets SIGKILL. Context: siglock */
static void kill_threads(struct task_struct *p, struct task_struct *but)
{
	struct task_struct *t;

	for_each_thread(p, t)
		if (t != but && !t->exit_state) {
			t->jobctl = 0;
			t->pending.signal |= sigmask(SIGKILL);
			signal_wake_up(t, true);
		}
}

int zap_other_threads(struct task_struct *p)
{
	struct task_struct *t;
	int n = 0;

	p->signal->group_stop_count = 0;
	for_each_thread(p, t)
		n += t != p && !t->exit_state;
	kill_threads(p, p);
	return n;
}

static void start_group_exit(struct task_struct *p, int sig)
{
	p->signal->flags = (p->signal->flags & SIGNAL_UNKILLABLE) | SIGNAL_GROUP_EXIT;
	p->signal->group_exit_code = sig;
	p->signal->group_stop_count = 0;
	kill_threads(p, NULL);
}

/* Find somebody to take what is pending now. */
static void complete_signal(int sig, struct task_struct *p, bool group)
{
	struct task_struct *t = find_taker(p, sig, group);

	if (!t)
		return;
	if (sig_fatal(p, sig) && !(p->signal->flags & SIGNAL_GROUP_EXIT) && !sig_is(t->real_blocked, sig))
		start_group_exit(p, sig);
	else
		signal_wake_up(t, sig == SIGKILL);
}

/* A stop and its end forget each other. */
static void stop_or_continue(int sig, struct task_struct *p)
{
	struct signal_struct *s = p->signal;
	struct task_struct *t;
	u64 opposite = sig == SIGCONT ? SIG_STOPS : sigmask(SIGCONT);
	u32 why = 0;

	forget(p->sighand, &s->shared_pending, opposite);
	for_each_thread(p, t)
		forget(p->sighand, &t->pending, opposite);
	if (sig != SIGCONT)
		return;
	for_each_thread(p, t) {
		t->jobctl = 0;
		wake_up_state(t, STATE_BIT(TASK_STOPPED));
	}
	if (s->flags & SIGNAL_STOP_STOPPED)
		why = SIGNAL_CLD_CONTINUED;
	else if (s->group_stop_count)
		why = SIGNAL_CLD_STOPPED;	/* not all had stopped; the parent learns that it was to be */
	if (why) {
		s->flags = (s->flags & SIGNAL_UNKILLABLE) | SIGNAL_STOP_CONTINUED | why;
		s->group_stop_count = 0;
		s->group_exit_code = 0;
	}
}

static void fill_info(struct siginfo *to, int sig, const struct siginfo *info)
{
	if (info != SEND_SIG_NOINFO && info != SEND_SIG_PRIV) {
		*to = *info;
		return;
	}
	*to = (struct siginfo){ .si_signo = sig, .si_code = info == SEND_SIG_PRIV ? SI_KERNEL : SI_USER };
	if (info == SEND_SIG_NOINFO) {
		to->kill.pid = current->tgid;
		to->kill.uid = current_uid();
	}
}

static bool is_from_kernel(const struct siginfo *info)
{
	return info == SEND_SIG_PRIV || (info != SEND_SIG_NOINFO && info->si_code > 0);
}

/* Of signals up to 31 one waits at most, and without what it would tell if there is no memory. */
static int queue_signal(int sig, const struct siginfo *info, struct task_struct *p, struct sigpending *pending)
{
	struct sigqueue *q = NULL;

	if (p->sighand->nr_queued < p->signal->rlim[RLIMIT_SIGPENDING].rlim_cur || sig < SIGRTMIN)
		q = kmem_cache_alloc(sigqueue_cache, GFP_ATOMIC);
	if (!q)
		return sig >= SIGRTMIN && info != SEND_SIG_PRIV && info != SEND_SIG_NOINFO ? -EAGAIN : 0;
	fill_info(&q->info, sig, info);
	list_add_tail(&q->list, &pending->list);
	p->sighand->nr_queued++;
	return 0;
}

int send_sig_locked(int sig, const struct siginfo *info, struct task_struct *p, bool group)
{
	struct sigpending *pending = group ? &p->signal->shared_pending : &p->pending;
	int err;

	if (p->exit_state && !group)	/* threads may go on whose leader has ended */
		return 0;
	if (p->signal->flags & SIGNAL_GROUP_EXIT && sig != SIGKILL)
		return 0;
	if (sig == SIGCONT || sig_is(SIG_STOPS, sig))
		stop_or_continue(sig, p);
	if (sig_ignored(p, sig, is_from_kernel(info)))
		return 0;
	if (sig < SIGRTMIN && sig_is(pending->signal, sig))
		return 0;
	err = queue_signal(sig, info, p, pending);
	if (err)
		return err;
	pending->signal |= sigmask(sig);
	signalfd_notify(sig);
	complete_signal(sig, p, group);
	return 0;
}

int send_sig_info(int sig, const struct siginfo *info, struct task_struct *p, bool group)
{
	unsigned long flags = lock_task_sighand(p);
	int err = send_sig_locked(sig, info, p, group);

	unlock_task_sighand(p, flags);
	return err;
}

int __kill_pgrp(struct pid *pgrp, int sig, const struct siginfo *info)
{
	struct signal_struct *s;
	int err = -ESRCH;

	for_each_process_of_pgrp(pgrp, s)
		if (!send_sig_info(sig, info, s->leader, true))
			err = 0;
	return err;
}

int kill_pgrp(struct pid *pgrp, int sig, const struct siginfo *info)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	int err = __kill_pgrp(pgrp, sig, info);

	spin_unlock_irqrestore(&tasks_lock, flags);
	return err;
}

/* What a thread brought upon itself: neither blocked nor ignored, it ends the process then. */
static void force_sig_info(const struct siginfo *info, bool fatal)
{
	struct task_struct *me = current;
	unsigned long flags = spin_lock_irqsave(&me->sighand->siglock);
	int sig = info->si_signo;
	struct k_sigaction *ka = action_of(me, sig);

	if (fatal || sig_is(me->blocked, sig) || ka->sa.handler == SIG_IGN) {
		ka->sa.handler = SIG_DFL;
		me->blocked &= ~sigmask(sig);
	}
	if (ka->sa.handler == SIG_DFL)
		me->signal->flags &= ~SIGNAL_UNKILLABLE;
	send_sig_locked(sig, info, me, false);
	recalc_sigpending();
	spin_unlock_irqrestore(&me->sighand->siglock, flags);
}

void force_sig_fault(int sig, int code, unsigned long addr)
{
	force_sig_info(&(struct siginfo){ .si_signo = sig, .si_code = code, .sigfault.addr = (void *)addr }, false);
}

void force_sig(int sig)
{
	force_sig_info(&(struct siginfo){ .si_signo = sig, .si_code = SI_KERNEL }, false);
}

void force_fatal_sig(int sig)
{
	force_sig_info(&(struct siginfo){ .si_signo = sig, .si_code = SI_KERNEL }, true);
}

/* ---------------------------------------------------------------- taking */

static int next_signal(u64 set)
{
	u64 first = set & SIG_SYNCHRONOUS ? set & SIG_SYNCHRONOUS : set;

	return first ? __builtin_ctzll(first) + 1 : 0;
}

static int take_from(struct sigpending *pending, u64 mask, struct siginfo *info)
{
	int sig = next_signal(pending->signal & mask);
	struct sigqueue *q, *first = NULL;
	bool more = false;

	if (!sig)
		return 0;
	list_for_each_entry(q, &pending->list, list)
		if (q->info.si_signo == sig) {
			if (first) {
				more = true;
				break;
			}
			first = q;
		}
	if (!more)
		pending->signal &= ~sigmask(sig);
	if (first) {
		*info = first->info;
		free_sigqueue(current->sighand, first);
	} else {
		*info = (struct siginfo){ .si_signo = sig, .si_code = SI_USER };
	}
	return sig;
}

int dequeue_signal(sigset_t mask, struct siginfo *info)
{
	int sig = 0;

	if (current->pending.signal & mask)
		sig = take_from(&current->pending, mask, info);
	if (!sig)
		sig = take_from(&current->signal->shared_pending, mask, info);
	recalc_sigpending();
	return sig;
}

void exit_signals(struct task_struct *p)
{
	unsigned long flags = spin_lock_irqsave(&p->sighand->siglock);
	u64 left = p->signal->shared_pending.signal & ~p->blocked;
	struct task_struct *t;

	p->exiting = true;
	if (left && !(p->signal->flags & SIGNAL_GROUP_EXIT))	/* then nobody takes any */
		for_each_thread(p, t)
			if (t != p && !t->exiting && left & ~t->blocked)
				signal_wake_up(t, false);
	if (p->jobctl & JOBCTL_STOP_CONSUME && !--p->signal->group_stop_count)
		p->signal->flags = (p->signal->flags & SIGNAL_UNKILLABLE) | SIGNAL_STOP_STOPPED;
	p->jobctl = 0;
	spin_unlock_irqrestore(&p->sighand->siglock, flags);
}

/* ---------------------------------------------------------------- telling the parent */

#define NS_PER_TICK	10000000ULL	/* of the 100 a second that siginfo counts */

static void tell_parent(struct task_struct *p, int sig, int code, int status)
{
	struct task_struct *parent = p->parent;
	unsigned long flags = lock_task_sighand(parent);
	const struct k_sigaction *ka = action_of(parent, SIGCHLD);
	u64 used = p->se.sum_exec + p->signal->gone.cycles, stime = min(p->stime, p->se.sum_exec) + p->signal->gone.stime;
	bool stops = code == CLD_STOPPED || code == CLD_CONTINUED;
	struct siginfo info = {
		.si_signo = sig, .si_code = code,
		.sigchld = {
			.pid = p->tgid, .uid = p->cred->uid, .status = status,
			.utime = cycles_to_ns(used - stime) / NS_PER_TICK, .stime = cycles_to_ns(stime) / NS_PER_TICK,
		},
	};

	/* clone() takes any byte for the signal of the end; no signal is sent for what is none */
	if (sig > 0 && sig <= _NSIG && !(sig == SIGCHLD && (ka->sa.handler == SIG_IGN || (stops && ka->sa.flags & SA_NOCLDSTOP))))
		send_sig_locked(sig, &info, parent, true);
	unlock_task_sighand(parent, flags);
	wake_up_all(&parent->signal->wait_chldexit);
}

bool do_notify_parent(struct task_struct *p, int sig)
{
	struct task_struct *parent = p->parent;
	const struct k_sigaction *ka = action_of(parent, SIGCHLD);
	bool nobody = sig == SIGCHLD && (ka->sa.handler == SIG_IGN || ka->sa.flags & SA_NOCLDWAIT);
	int code = p->exit_code & 0x80 ? CLD_DUMPED : p->exit_code & 0x7f ? CLD_KILLED : CLD_EXITED;

	tell_parent(p, sig, code, code == CLD_EXITED ? p->exit_code >> 8 & 0xff : p->exit_code & 0x7f);
	return nobody;
}

static void notify_stop(int code)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);
	struct task_struct *leader = current->group_leader;

	tell_parent(leader, SIGCHLD, code, code == CLD_STOPPED ? current->signal->group_exit_code : SIGCONT);
	spin_unlock_irqrestore(&tasks_lock, flags);
}

/* ---------------------------------------------------------------- stopping */

/* Have all threads of the process stop. Context: siglock */
static void begin_stop(int sig)
{
	struct signal_struct *s = current->signal;
	struct task_struct *t;

	s->group_exit_code = sig;
	s->group_stop_count = 0;
	for_each_thread(current, t)
		if (!t->exiting && t->state != TASK_STOPPED) {
			t->jobctl |= JOBCTL_STOP_PENDING | JOBCTL_STOP_CONSUME;
			s->group_stop_count++;
			if (t != current)
				signal_wake_up(t, false);
		}
}

/* Stop until SIGCONT or SIGKILL. Context: siglock, which is let go. */
static void take_part_in_stop(unsigned long flags)
{
	struct task_struct *me = current;
	struct signal_struct *s = me->signal;
	bool last = false;

	if (me->jobctl & JOBCTL_STOP_CONSUME && !--s->group_stop_count) {
		s->flags = (s->flags & SIGNAL_UNKILLABLE) | SIGNAL_STOP_STOPPED;
		last = true;
	}
	me->jobctl = 0;
	set_current_state(TASK_STOPPED);
	spin_unlock_irqrestore(&me->sighand->siglock, flags);
	if (last)
		notify_stop(CLD_STOPPED);
	schedule();
}

/* ---------------------------------------------------------------- on the way to user mode */

/* What a process that was stopped or continued owes its parent. Context: siglock; Return: whether it was let go for it */
static bool pay_notice(unsigned long flags)
{
	struct signal_struct *s = current->signal;
	u32 why = s->flags & (SIGNAL_CLD_STOPPED | SIGNAL_CLD_CONTINUED);

	if (!why)
		return false;
	s->flags &= ~why;
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	notify_stop(why & SIGNAL_CLD_CONTINUED ? CLD_CONTINUED : CLD_STOPPED);
	return true;
}

/* What happens to a signal without a handler. */
enum outcome { NOTHING, STOPS, ENDS };

static enum outcome default_action(int sig)
{
	if (sig_is(SIG_IGNORED, sig) || (current->signal->flags & SIGNAL_UNKILLABLE && !sig_is(SIG_UNSTOPPABLE, sig)))
		return NOTHING;
	return sig_is(SIG_STOPS, sig) ? STOPS : ENDS;
}

static bool stop_is_for_nobody(int sig)
{
	return sig != SIGSTOP && is_current_pgrp_orphaned();
}

/*
 * Take signals until one has a handler, which is in @ka then, or none is left: 0.
 * Does not come back from one that ends the process.
 */
static int get_signal(struct siginfo *info, struct k_sigaction *ka)
{
	struct task_struct *me = current;
	unsigned long flags;
	int sig;

	for (;;) {
		flags = spin_lock_irqsave(&me->sighand->siglock);
		if (pay_notice(flags))
			continue;
		if (me->signal->flags & SIGNAL_GROUP_EXIT || sig_is(me->pending.signal, SIGKILL)) {
			spin_unlock_irqrestore(&me->sighand->siglock, flags);
			do_group_exit(SIGKILL);		/* or what the process ends with already */
		}
		if (me->jobctl & JOBCTL_STOP_PENDING) {
			take_part_in_stop(flags);
			continue;
		}
		sig = dequeue_signal(~me->blocked, info);
		if (!sig)
			break;
		*ka = *action_of(me, sig);
		if (ka->sa.handler == SIG_IGN)
			goto next;
		if (ka->sa.handler != SIG_DFL) {
			if (ka->sa.flags & SA_RESETHAND)
				action_of(me, sig)->sa.handler = SIG_DFL;
			break;
		}
		switch (default_action(sig)) {
		case NOTHING:
			break;
		case STOPS:
			me->jobctl |= JOBCTL_STOP_DEQUEUED;
			spin_unlock_irqrestore(&me->sighand->siglock, flags);
			if (stop_is_for_nobody(sig))
				continue;
			flags = spin_lock_irqsave(&me->sighand->siglock);
			if (me->jobctl & JOBCTL_STOP_DEQUEUED && !(me->signal->flags & SIGNAL_GROUP_EXIT))
				begin_stop(sig);
			break;
		case ENDS:
			spin_unlock_irqrestore(&me->sighand->siglock, flags);
			do_group_exit(sig);
		}
next:
		spin_unlock_irqrestore(&me->sighand->siglock, flags);
	}
	spin_unlock_irqrestore(&me->sighand->siglock, flags);
	return sig;
}

/* Make a system call that a signal ended happen again; @handler: it goes on after that, NULL: there is none. */
static void restart_syscall(struct pt_regs *regs, const struct k_sigaction *handler)
{
	if ((long)regs->orig_ax < 0)
		return;
	switch ((long)regs->ax) {
	case -ERESTART_RESTARTBLOCK:
	case -ERESTARTNOHAND:
		if (handler) {
			regs->ax = -EINTR;
			return;
		}
		break;
	case -ERESTARTSYS:
		if (handler && !(handler->sa.flags & SA_RESTART)) {
			regs->ax = -EINTR;
			return;
		}
		break;
	case -ERESTARTNOINTR:
		break;
	default:
		return;
	}
	arch_restart_syscall(regs, (long)regs->ax == -ERESTART_RESTARTBLOCK);
}

/* The mask a handler is to return to. */
static sigset_t sigmask_to_save(void)
{
	return current->work & TIF_RESTORE_SIGMASK ? current->saved_sigmask : current->blocked;
}

static void deliver(int sig, const struct siginfo *info, const struct k_sigaction *ka, struct pt_regs *regs)
{
	sigset_t mask = current->blocked | ka->sa.mask;

	restart_syscall(regs, ka);
	if (setup_rt_frame(sig, ka, info, sigmask_to_save(), regs)) {
		force_fatal_sig(SIGSEGV);
		return;
	}
	clear_work(TIF_RESTORE_SIGMASK);
	if (!(ka->sa.flags & SA_NODEFER))
		mask |= sigmask(sig);
	set_current_blocked(mask);
}

void do_signal(struct pt_regs *regs)
{
	struct k_sigaction ka;
	struct siginfo info;
	int sig = get_signal(&info, &ka);

	if (sig) {
		deliver(sig, &info, &ka, regs);
		return;
	}
	restart_syscall(regs, NULL);
	if (current->work & TIF_RESTORE_SIGMASK) {
		clear_work(TIF_RESTORE_SIGMASK);
		set_current_blocked(current->saved_sigmask);
	}
}

/* ---------------------------------------------------------------- masks */

void set_current_blocked(sigset_t set)
{
	struct task_struct *me = current, *t;
	unsigned long flags;
	sigset_t newly;

	set &= ~SIG_UNSTOPPABLE;
	if (set == me->blocked)
		return;
	flags = spin_lock_irqsave(&me->sighand->siglock);
	newly = set & ~me->blocked & me->signal->shared_pending.signal;
	me->blocked = set;
	recalc_sigpending();
	/* what this thread will not take any more another one may */
	if (newly && !thread_group_empty(me))
		for_each_thread(me, t)
			if (t != me && !t->exiting && newly & ~t->blocked)
				signal_wake_up(t, false);
	spin_unlock_irqrestore(&me->sighand->siglock, flags);
}

int set_user_sigmask(const sigset_t __user *set, size_t size)
{
	sigset_t mask;

	if (!set)
		return 0;
	if (size != sizeof(mask))
		return -EINVAL;
	if (copy_from_user(&mask, set, sizeof(mask)))
		return -EFAULT;
	current->saved_sigmask = current->blocked;
	set_work(current, TIF_RESTORE_SIGMASK);
	set_current_blocked(mask);
	return 0;
}

void restore_saved_sigmask_unless(bool interrupted)
{
	if (interrupted || !(current->work & TIF_RESTORE_SIGMASK))
		return;
	clear_work(TIF_RESTORE_SIGMASK);
	set_current_blocked(current->saved_sigmask);
}
