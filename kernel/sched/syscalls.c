// SPDX-License-Identifier: BSD-2-Clause
/* What programs may say about who runs when and where. */
#include <uapi/sched.h>
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fork.h>
#include <kernel/smp.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include <uapi/resource.h>

struct sched_param {
	int	sched_priority;
};

/* The thread that @nr means, with a reference; 0: this one. NULL: none */
static struct task_struct *get_target(int nr)
{
	if (nr)
		return get_task_by_pid(nr);
	get_task_struct(current);
	return current;
}

/* Whether this thread may change @p. */
static bool is_mine(struct task_struct *p)
{
	const struct cred *mine = current_cred(), *theirs;
	bool same;

	rcu_read_lock();
	theirs = task_cred(p);
	same = mine->euid == theirs->uid || mine->euid == theirs->euid;
	rcu_read_unlock();
	return same || capable(CAP_SYS_NICE);
}

static int nice_to_rlimit(int nice)
{
	return NICE_MAX + 1 - nice;
}

/* Whether this thread may give @p so large a share. */
static bool may_set_nice(const struct task_struct *p, int nice)
{
	return nice_to_rlimit(nice) <= p->signal->rlim[RLIMIT_NICE].rlim_cur || capable(CAP_SYS_NICE);
}

SYSCALL_DEFINE0(sched_yield)
{
	yield();
	return 0;
}

/* ---------------------------------------------------------------- CPUs */

SYSCALL_DEFINE3(sched_getaffinity, int, nr, unsigned int, size, u64 __user *, mask)
{
	struct task_struct *p;
	u64 cpus;

	if (size < sizeof(cpus) || size % sizeof(cpus))
		return -EINVAL;
	p = get_target(nr);
	if (!p)
		return -ESRCH;
	cpus = __atomic_load_n(&p->cpus_allowed, __ATOMIC_RELAXED) & cpu_online_mask;
	put_task_struct(p);
	return put_user(cpus, mask) ? -EFAULT : (long)sizeof(cpus);
}

SYSCALL_DEFINE3(sched_setaffinity, int, nr, unsigned int, size, const u64 __user *, mask)
{
	struct task_struct *p;
	u64 cpus = 0;
	int err;

	/* CPUs above those there can be are as good as not asked for */
	if (copy_from_user(&cpus, mask, min(size, (unsigned int)sizeof(cpus))))
		return -EFAULT;
	p = get_target(nr);
	if (!p)
		return -ESRCH;
	err = !p->mm ? -EINVAL : is_mine(p) ? set_cpus_allowed(p, cpus) : -EPERM;
	put_task_struct(p);
	return err;
}

SYSCALL_DEFINE3(getcpu, unsigned int __user *, cpu, unsigned int __user *, node, void __user *, unused)
{
	if (cpu && put_user((unsigned int)this_cpu_read(cpu_number), cpu))
		return -EFAULT;
	return node && put_user(0, node) ? -EFAULT : 0;
}

/* ---------------------------------------------------------------- policies */

#define POLICIES	(1u << SCHED_NORMAL | 1u << SCHED_BATCH)

static int set_policy(int nr, int policy, const struct sched_param __user *param)
{
	bool reset = policy >= 0 && policy & SCHED_RESET_ON_FORK;
	struct sched_param sp;
	struct task_struct *p;
	int err = 0;

	if (nr < 0 || !param)
		return -EINVAL;
	if (copy_from_user(&sp, param, sizeof(sp)))
		return -EFAULT;
	p = get_target(nr);
	if (!p)
		return -ESRCH;
	if (policy < 0)
		policy = p->policy;
	else
		policy &= ~SCHED_RESET_ON_FORK;
	if (policy > 31 || !(POLICIES >> policy & 1) || sp.sched_priority || !p->mm)
		err = -EINVAL;
	else if (!is_mine(p))
		err = -EPERM;
	if (!err) {
		p->policy = policy;
		p->reset_on_fork = reset;
	}
	put_task_struct(p);
	return err;
}

SYSCALL_DEFINE3(sched_setscheduler, int, nr, int, policy, const struct sched_param __user *, param)
{
	return policy < 0 ? -EINVAL : set_policy(nr, policy, param);
}
SYSCALL_PARTIAL(sched_setscheduler, "SCHED_OTHER and SCHED_BATCH only");

SYSCALL_DEFINE2(sched_setparam, int, nr, const struct sched_param __user *, param)
{
	return set_policy(nr, -1, param);
}
SYSCALL_PARTIAL(sched_setparam, "no SCHED_FIFO, SCHED_RR, so the priority is 0");

SYSCALL_DEFINE1(sched_getscheduler, int, nr)
{
	struct task_struct *p = nr < 0 ? NULL : get_target(nr);
	long policy;

	if (!p)
		return nr < 0 ? -EINVAL : -ESRCH;
	policy = p->policy | (p->reset_on_fork ? SCHED_RESET_ON_FORK : 0);
	put_task_struct(p);
	return policy;
}

SYSCALL_DEFINE2(sched_getparam, int, nr, struct sched_param __user *, param)
{
	struct task_struct *p;

	if (nr < 0 || !param)
		return -EINVAL;
	p = get_target(nr);
	if (!p)
		return -ESRCH;
	put_task_struct(p);
	return put_user(0, (int __user *)param);
}

static bool is_policy(int policy)
{
	return policy == SCHED_FIFO || policy == SCHED_RR || (policy >= 0 && policy < 32 && POLICIES >> policy & 1);
}

SYSCALL_DEFINE1(sched_get_priority_max, int, policy)
{
	if (!is_policy(policy))
		return -EINVAL;
	return policy == SCHED_FIFO || policy == SCHED_RR ? 99 : 0;
}

SYSCALL_DEFINE1(sched_get_priority_min, int, policy)
{
	if (!is_policy(policy))
		return -EINVAL;
	return policy == SCHED_FIFO || policy == SCHED_RR ? 1 : 0;
}

/* ---------------------------------------------------------------- nice values */

/* Whom a call is about. */
struct targets {
	int		which;
	u32		who;
	u32		uid;
};

static int find_targets(struct targets *t, int which, int who)
{
	if (which < PRIO_PROCESS || which > PRIO_USER)
		return -EINVAL;
	*t = (struct targets){ .which = which, .who = which == PRIO_PROCESS && !who ? current->pid : who,
			       .uid = which == PRIO_USER && !who ? current_uid() : who };
	return 0;
}

/* Context: tasks_lock held. */
static bool is_target(const struct targets *t, const struct task_struct *p)
{
	if (!p->mm)
		return false;
	switch (t->which) {
	case PRIO_PROCESS:
		return p->pid == t->who;
	case PRIO_PGRP:
		return t->who ? pid_nr(p->signal->pgrp) == t->who : p->signal->pgrp == current->signal->pgrp;
	default:
		return p->cred->uid == t->uid;
	}
}

SYSCALL_DEFINE3(setpriority, int, which, int, who, int, nice)
{
	struct targets targets;
	struct task_struct *p;
	int err = find_targets(&targets, which, who), one;
	unsigned long flags;

	if (err)
		return err;
	nice = min(max(nice, NICE_MIN), NICE_MAX);
	err = -ESRCH;
	flags = spin_lock_irqsave(&tasks_lock);
	for_each_task(p) {
		if (!is_target(&targets, p))
			continue;
		one = !is_mine(p) ? -EPERM : nice < p->se.nice && !may_set_nice(p, nice) ? -EACCES : 0;
		if (!one)
			set_user_nice(p, nice);
		err = err == -ESRCH || one ? one : err;
	}
	spin_unlock_irqrestore(&tasks_lock, flags);
	return err;
}

/* The most favoured; as 1 to 40, since a negative result is an error. */
SYSCALL_DEFINE2(getpriority, int, which, int, who)
{
	struct targets targets;
	struct task_struct *p;
	long ret = find_targets(&targets, which, who);
	unsigned long flags;

	if (ret)
		return ret;
	ret = -ESRCH;
	flags = spin_lock_irqsave(&tasks_lock);
	for_each_task(p)
		if (is_target(&targets, p))
			ret = max(ret, (long)nice_to_rlimit(p->se.nice));
	spin_unlock_irqrestore(&tasks_lock, flags);
	return ret;
}
