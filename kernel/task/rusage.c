// SPDX-License-Identifier: BSD-2-Clause
/* What threads and processes may use, and what they have used. */
#include <asm/time.h>
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/fork.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include <lib/math64.h>
#include <lib/string.h>
#include <mm/mm.h>
#include "internal.h"
#include "rusage.h"

#define NSEC_PER_CLOCK	(NSEC_PER_SEC / 100)	/* of times() */
#define NR_OPEN_LIMIT	(1u << 20)		/* what RLIMIT_NOFILE may be at most */

u64 cycles_to_ns(u64 cycles)
{
	return tsc_khz() ? mul_u64_u64_div_u64(cycles, 1000000, tsc_khz()) : 0;
}

void process_usage(struct task_struct *p, struct task_usage *usage)
{
	struct task_usage one;
	struct task_struct *t;

	*usage = p->signal->gone;
	for_each_thread(p, t) {
		task_usage(t, &one);
		usage_add(usage, &one);
	}
}

static struct timeval cycles_to_timeval(u64 cycles)
{
	u64 ns = cycles_to_ns(cycles);

	return (struct timeval){ ns / NSEC_PER_SEC, ns % NSEC_PER_SEC / NSEC_PER_USEC };
}

void usage_to_rusage(const struct task_usage *usage, struct rusage *ru)
{
	*ru = (struct rusage){
		.ru_utime = cycles_to_timeval(usage->cycles - usage->stime), .ru_stime = cycles_to_timeval(usage->stime),
		.ru_maxrss = usage->maxrss * (PAGE_SIZE / 1024), .ru_minflt = usage->min_flt,
		.ru_majflt = usage->maj_flt, .ru_nvcsw = usage->nvcsw, .ru_nivcsw = usage->nivcsw,
	};
}

/* The time that runs just now is charged at the next switch. */
static void get_own_usage(struct task_usage *own)
{
	unsigned long flags = spin_lock_irqsave(&tasks_lock);

	sched_update_current();
	process_usage(current, own);
	if (current->mm)
		own->maxrss = max(own->maxrss, (u64)max(current->mm->hiwater_rss, get_mm_rss(current->mm)));
	spin_unlock_irqrestore(&tasks_lock, flags);
}

static void get_children_usage(struct task_usage *usage)
{
	unsigned long flags = spin_lock_irqsave(&current->sighand->siglock);

	*usage = current->signal->children;
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
}

SYSCALL_DEFINE2(getrusage, int, who, struct rusage __user *, buf)
{
	struct task_usage usage;
	struct rusage ru;

	switch (who) {
	case RUSAGE_SELF:
		get_own_usage(&usage);
		break;
	case RUSAGE_THREAD:
		sched_update_current();
		task_usage(current, &usage);
		break;
	case RUSAGE_CHILDREN:
		get_children_usage(&usage);
		break;
	default:
		return -EINVAL;
	}
	usage_to_rusage(&usage, &ru);
	return copy_to_user(buf, &ru, sizeof(ru));
}

struct tms {
	long	utime, stime, cutime, cstime;
};

SYSCALL_DEFINE1(times, struct tms __user *, buf)
{
	struct task_usage own, children;
	struct tms tms;

	if (buf) {
		get_own_usage(&own);
		get_children_usage(&children);
		tms = (struct tms){
			cycles_to_ns(own.cycles - own.stime) / NSEC_PER_CLOCK, cycles_to_ns(own.stime) / NSEC_PER_CLOCK,
			cycles_to_ns(children.cycles - children.stime) / NSEC_PER_CLOCK,
			cycles_to_ns(children.stime) / NSEC_PER_CLOCK,
		};
		if (copy_to_user(buf, &tms, sizeof(tms)))
			return -EFAULT;
	}
	return ktime_get() / NSEC_PER_CLOCK;
}

/* ---------------------------------------------------------------- limits */

static int check_limit(unsigned int limit, const struct rlimit *new, const struct rlimit *old)
{
	if (new->rlim_cur > new->rlim_max)
		return -EINVAL;
	if (limit == RLIMIT_NOFILE && new->rlim_max > NR_OPEN_LIMIT)
		return -EPERM;
	return new->rlim_max > old->rlim_max && !capable(CAP_SYS_RESOURCE) ? -EPERM : 0;
}

static int do_prlimit(struct task_struct *p, unsigned int limit, const struct rlimit *new, struct rlimit *old)
{
	struct rlimit *rlim = &p->signal->rlim[limit];
	unsigned long flags = lock_task_sighand(p);
	int err;

	*old = *rlim;
	err = new ? check_limit(limit, new, old) : 0;
	if (new && !err) {
		__atomic_store_n(&rlim->rlim_cur, new->rlim_cur, __ATOMIC_RELAXED);
		__atomic_store_n(&rlim->rlim_max, new->rlim_max, __ATOMIC_RELAXED);
	}
	unlock_task_sighand(p, flags);
	return err;
}

/* Whether this thread may see and change the limits of @p. */
static bool may_set_limits(struct task_struct *p)
{
	const struct cred *mine = current_cred(), *theirs;
	bool ok;

	if (p->signal == current->signal)
		return true;
	rcu_read_lock();
	theirs = task_cred(p);
	ok = capable(CAP_SYS_RESOURCE) ||
	     (mine->uid == theirs->uid && mine->uid == theirs->euid && mine->uid == theirs->suid &&
	      mine->gid == theirs->gid && mine->gid == theirs->egid && mine->gid == theirs->sgid);
	rcu_read_unlock();
	return ok;
}

SYSCALL_DEFINE4(prlimit64, int, nr, unsigned int, limit, const struct rlimit __user *, unew,
		struct rlimit __user *, uold)
{
	struct rlimit new, old;
	struct task_struct *p;
	int err;

	if (limit >= RLIM_NLIMITS)
		return -EINVAL;
	if (unew && copy_from_user(&new, unew, sizeof(new)))
		return -EFAULT;
	if (nr) {
		p = get_task_by_pid(nr);
	} else {
		p = current;
		get_task_struct(p);
	}
	if (!p)
		return -ESRCH;
	err = may_set_limits(p) ? do_prlimit(p, limit, unew ? &new : NULL, &old) : -EPERM;
	put_task_struct(p);
	if (!err && uold && copy_to_user(uold, &old, sizeof(old)))
		return -EFAULT;
	return err;
}

SYSCALL_DEFINE2(getrlimit, unsigned int, limit, struct rlimit __user *, buf)
{
	struct rlimit old;

	if (limit >= RLIM_NLIMITS)
		return -EINVAL;
	do_prlimit(current, limit, NULL, &old);
	return copy_to_user(buf, &old, sizeof(old));
}

SYSCALL_DEFINE2(setrlimit, unsigned int, limit, const struct rlimit __user *, buf)
{
	struct rlimit new, old;

	if (limit >= RLIM_NLIMITS)
		return -EINVAL;
	if (copy_from_user(&new, buf, sizeof(new)))
		return -EFAULT;
	return do_prlimit(current, limit, &new, &old);
}
