/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Timers that go by any clock: the time since the start, the date, which may be set, or
 * the CPU time of a thread or a process. Their function is called when the time may have
 * come; it looks at the clock, and arms the alarm again when it has not.
 */
#ifndef KERNEL_ALARM_H
#define KERNEL_ALARM_H

#include <kernel/timer.h>
#include <lib/list.h>

struct task_struct;

enum clock_kind { CLOCK_KIND_TIME, CLOCK_KIND_DATE, CLOCK_KIND_CPU };

/* A clock that one can wait for. */
struct timed_clock {
	enum clock_kind	kind;
	/* CLOCK_KIND_CPU */
	bool		thread;		/* of @task alone, not of its process */
	bool		user;		/* of that the time in user mode */
	struct task_struct *task;	/* with a reference */
};

struct alarm {
	struct timer	timer;
	struct timed_clock clock;	/* changed by its owner while the alarm is stopped */
	u64		expires;	/* ns of the clock; the owner's lock */
	bool		queued;		/* in one of these; the lock of that */
	union {
		struct list_head date;	/* in the list of those that go by the date */
		struct rb_node	cpu;	/* cpu_alarms of the thread or process */
	};
};

/**
 * timed_clock_get() - the clock that @id (CLOCK_..., or of clock_getcpuclockid()) means here
 * @absolute: times of the clock are meant; how long something takes does not depend on the date
 * Return: 0; -EINVAL: no such clock, or not of this process; -EOPNOTSUPP: one that is only read.
 */
int timed_clock_get(int id, bool absolute, struct timed_clock *clock);

/** timed_clock_put() - give back what it refers to */
void timed_clock_put(struct timed_clock *clock);

/** timed_clock_read() - ns. Context: any but NMI; a CPU clock takes tasks_lock, so no siglock is held then */
u64 timed_clock_read(const struct timed_clock *clock);

/** alarm_setup() - @function is called as that of a timer is; it goes by @clock, whose reference stays the caller's */
void alarm_setup(struct alarm *a, const struct timed_clock *clock, void (*function)(struct timer *timer));

/**
 * alarm_arm() - call the function when the clock, which was @now or more, may show a->expires, and when the date is set
 * Context: the owner's lock, and any but NMI.
 */
void alarm_arm(struct alarm *a, u64 now);

/** alarm_stop() - do not call it; it may be running. alarm_stop_sync(): and it is not running afterwards */
void alarm_stop(struct alarm *a);
void alarm_stop_sync(struct alarm *a);

/**
 * schedule_until() - schedule(), but not for longer than until @clock may show @expires
 * Context: as schedule(); the state is set before.
 */
void schedule_until(const struct timed_clock *clock, u64 expires);

/** clock_sleep() - sleep until @clock shows @expires: 0; or a signal: -EINTR. Context: may sleep */
int clock_sleep(const struct timed_clock *clock, u64 expires);

/* ---- between the alarms and what they go by */

/** date_was_set() - the date is another: alarms that go by it are called, and look */
void date_was_set(void);

/** date_times_set() - how often that has been */
u64 date_times_set(void);

/** cpu_alarms_run() - the program of this CPU has used some time: look at its alarms and RLIMIT_CPU. Context: interrupt */
void cpu_alarms_run(void);

#endif
