// SPDX-License-Identifier: BSD-2-Clause
/* System calls that read clocks, set the one that can be set, and sleep by them. */
#include <kernel/posix_clock.h>
#include <asm/uaccess.h>
#include <kernel/alarm.h>
#include <kernel/cred.h>
#include <kernel/sched.h>
#include <kernel/signal.h>
#include <kernel/signal_struct.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include <uapi/errno.h>

#define LONGEST		(~0ULL >> 1)	/* ns */

static u64 thread_cpu_ns(void)
{
	sched_update_current();
	return cycles_to_ns(current->se.sum_exec);
}

static u64 process_cpu_ns(void)
{
	unsigned long flags = spin_lock_irqsave(&current->sighand->siglock);
	u64 cycles = current->signal->gone.cycles;
	struct task_struct *t;

	sched_update_current();
	for_each_thread(current, t)
		cycles += t->se.sum_exec;
	spin_unlock_irqrestore(&current->sighand->siglock, flags);
	return cycles_to_ns(cycles);
}

/* What the clocks show that have a number of their own; NULL: no such clock. */
static u64 (*const clocks[])(void) = {
	[CLOCK_REALTIME] = ktime_get_real,
	[CLOCK_MONOTONIC] = ktime_get,
	[CLOCK_PROCESS_CPUTIME_ID] = process_cpu_ns,
	[CLOCK_THREAD_CPUTIME_ID] = thread_cpu_ns,
	[CLOCK_MONOTONIC_RAW] = ktime_get,
	[CLOCK_REALTIME_COARSE] = ktime_get_real,
	[CLOCK_MONOTONIC_COARSE] = ktime_get,
	[CLOCK_BOOTTIME] = ktime_get,
	[CLOCK_REALTIME_ALARM] = ktime_get_real,
	[CLOCK_BOOTTIME_ALARM] = ktime_get,
	[CLOCK_TAI] = ktime_get_real,
};

/* A CPU clock that belongs to a certain thread or process. */
static int cpu_clock_read(int id, u64 *ns)
{
	struct timed_clock clock;
	int err = timed_clock_get(id, true, &clock);

	if (err)
		return err;
	*ns = timed_clock_read(&clock);
	timed_clock_put(&clock);
	return 0;
}

static int clock_read(int id, u64 *ns)
{
	if (id < 0)
		return cpu_clock_read(id, ns);
	if (id >= (int)ARRAY_SIZE(clocks) || !clocks[id])
		return -EINVAL;
	*ns = clocks[id]();
	return 0;
}

int get_timespec(u64 *ns, const struct timespec_user __user *uts)
{
	struct timespec_user ts;

	if (copy_from_user(&ts, uts, sizeof(ts)))
		return -EFAULT;
	if (!timespec_valid(&ts))
		return -EINVAL;
	*ns = timespec_to_ns(&ts);
	return 0;
}

int put_timespec(u64 ns, struct timespec_user __user *uts)
{
	struct timespec_user ts = ns_to_timespec(ns);
	u64 __user *to = (u64 __user *)uts;	/* at any address, where no structure of ours may be */

	if (!user_access_begin(uts, sizeof(*uts)))
		return -EFAULT;
	unsafe_put_user(ts.tv_sec, &to[0], fault);
	unsafe_put_user(ts.tv_nsec, &to[1], fault);
	user_access_end();
	return 0;
fault:
	user_access_end();
	return -EFAULT;
}

int timeout_expiry(const struct timespec_user __user *uts, u64 *expires)
{
	u64 ns;
	int err;

	*expires = NEVER;
	if (!uts)
		return 0;
	err = get_timespec(&ns, uts);
	if (!err)
		*expires = ns ? min(ktime_get() + ns, LONGEST) : 0;
	return err;
}

/* ---------------------------------------------------------------- reading and setting */

SYSCALL_DEFINE2(clock_gettime, int, id, struct timespec_user __user *, uts)
{
	u64 ns;
	int err = clock_read(id, &ns);

	return err ? err : put_timespec(ns, uts);
}

SYSCALL_DEFINE2(clock_getres, int, id, struct timespec_user __user *, uts)
{
	u64 ns;
	int err = clock_read(id, &ns);

	if (err)
		return err;
	return uts ? put_timespec(1, uts) : 0;
}

static int set_date(u64 ns)
{
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	ktime_set_real(ns);
	return 0;
}

SYSCALL_DEFINE2(clock_settime, int, id, const struct timespec_user __user *, uts)
{
	u64 ns;
	int err;

	if (id != CLOCK_REALTIME)
		return clock_read(id, &ns) ? -EINVAL : -EPERM;
	err = get_timespec(&ns, uts);
	return err ? err : set_date(ns);
}

struct timezone {
	int	tz_minuteswest, tz_dsttime;
};

static struct timezone timezone;	/* kept for who asks; nothing here goes by it */

SYSCALL_DEFINE2(gettimeofday, struct timeval_user __user *, utv, struct timezone __user *, utz)
{
	struct timeval_user tv = ns_to_timeval(ktime_get_real());

	if (utv && copy_to_user(utv, &tv, sizeof(tv)))
		return -EFAULT;
	return utz ? copy_to_user(utz, &timezone, sizeof(timezone)) : 0;
}

SYSCALL_DEFINE2(settimeofday, const struct timeval_user __user *, utv, const struct timezone __user *, utz)
{
	struct timeval_user tv;
	struct timezone tz;

	if ((utv && copy_from_user(&tv, utv, sizeof(tv))) || (utz && copy_from_user(&tz, utz, sizeof(tz))))
		return -EFAULT;
	if (!capable(CAP_SYS_TIME))
		return -EPERM;
	if (utv && (tv.tv_sec < 0 || tv.tv_usec < 0 || tv.tv_usec >= 1000000))
		return -EINVAL;
	if (utz)
		timezone = tz;
	return utv ? set_date(timespec_to_ns(&(struct timespec_user){ tv.tv_sec, tv.tv_usec * 1000 })) : 0;
}

SYSCALL_DEFINE1(time, s64 __user *, ut)
{
	s64 now = ktime_get_real() / NSEC_PER_SEC;

	return ut && put_user(now, ut) ? -EFAULT : now;
}

/* ---------------------------------------------------------------- sleeping */

/* arg[0]: where the time that is left goes, or NULL; arg[1]: id of the clock */
static long sleep_restart(struct restart_block *restart)
{
	struct timespec_user __user *urem = (void *)restart->arg[0];
	u64 expires = restart->expires, now;
	struct timed_clock clock;
	long err = timed_clock_get(restart->arg[1], false, &clock);

	if (err)
		return err;
	err = clock_sleep(&clock, expires);
	now = timed_clock_read(&clock);
	timed_clock_put(&clock);
	if (!err)
		return 0;
	if (urem && put_timespec(expires > now ? expires - now : 0, urem))
		return -EFAULT;
	return -ERESTART_RESTARTBLOCK;
}

static long sleep_for(int id, u64 now, u64 ns, struct timespec_user __user *urem)
{
	current->restart = (struct restart_block){
		.fn = sleep_restart, .expires = min(now + ns, LONGEST), .arg = { (unsigned long)urem, id },
	};
	return sleep_restart(&current->restart);
}

SYSCALL_DEFINE2(nanosleep, const struct timespec_user __user *, uts, struct timespec_user __user *, urem)
{
	u64 ns;
	int err = get_timespec(&ns, uts);

	return err ? err : sleep_for(CLOCK_MONOTONIC, ktime_get(), ns, urem);
}

/* A thread cannot wait for itself to run. */
static int check_sleep_clock(int id, const struct timed_clock *clock)
{
	return id == CLOCK_THREAD_CPUTIME_ID ? -EOPNOTSUPP : clock->thread && clock->task == current ? -EINVAL : 0;
}

SYSCALL_DEFINE4(clock_nanosleep, int, id, int, flags, const struct timespec_user __user *, uts,
		struct timespec_user __user *, urem)
{
	struct timed_clock clock;
	u64 ns;
	long err = timed_clock_get(id, flags & TIMER_ABSTIME, &clock);

	if (err)
		return err;
	err = check_sleep_clock(id, &clock);
	if (!err)
		err = get_timespec(&ns, uts);
	if (!err)
		err = flags & TIMER_ABSTIME ? (clock_sleep(&clock, ns) ? -ERESTARTNOHAND : 0) :
					      sleep_for(id, timed_clock_read(&clock), ns, urem);
	timed_clock_put(&clock);
	return err;
}
