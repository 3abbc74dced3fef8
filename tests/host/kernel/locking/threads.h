/* SPDX-License-Identifier: BSD-2-Clause */
/* What <kernel/sched.h> promises, by threads of the host. Included before the .c files under test. */
#ifndef TESTS_HOST_KERNEL_LOCKING_THREADS_H
#define TESTS_HOST_KERNEL_LOCKING_THREADS_H

#include "cpus.h"
#include "kernel/locking/spinlock.c"

#define KERNEL_SCHED_H
enum task_state { TASK_RUNNING, TASK_INTERRUPTIBLE, TASK_UNINTERRUPTIBLE, TASK_KILLABLE };

struct task_struct {
	pthread_mutex_t	mutex;
	pthread_cond_t	woken;
	unsigned int	state;		/* mutex */
	unsigned int	nr_sleeps;	/* calls of schedule() that had to wait; mutex */
	bool		no_cpu;		/* it does not run, though it was woken; mutex */
};

static __thread struct task_struct self = { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, TASK_RUNNING, 0, false };
#define current	(&self)

static void set_current_state(enum task_state state)
{
	pthread_mutex_lock(&self.mutex);
	self.state = state;
	pthread_mutex_unlock(&self.mutex);
}

/* No signals here. */
#define KERNEL_SIGNAL_H
#define ERESTARTSYS	512
static inline bool signal_pending(const struct task_struct *p) { return false; }
static inline bool fatal_signal_pending(const struct task_struct *p) { return false; }

static void schedule(void)
{
	if (preempt_count() != 1)
		abort();		/* a spinlock is held */
	pthread_mutex_lock(&self.mutex);
	self.nr_sleeps += self.state != TASK_RUNNING;
	while (self.state != TASK_RUNNING || self.no_cpu)
		pthread_cond_wait(&self.woken, &self.mutex);
	pthread_mutex_unlock(&self.mutex);
}

static bool wake_up_process(struct task_struct *p)
{
	bool slept;

	pthread_mutex_lock(&p->mutex);
	slept = p->state != TASK_RUNNING;
	p->state = TASK_RUNNING;
	pthread_cond_signal(&p->woken);
	pthread_mutex_unlock(&p->mutex);
	return slept;
}

/* Whether @p, asleep now, is to run when it is woken. */
static inline void give_cpu(struct task_struct *p, bool give)
{
	pthread_mutex_lock(&p->mutex);
	p->no_cpu = !give;
	pthread_cond_signal(&p->woken);
	pthread_mutex_unlock(&p->mutex);
}

/* How many of @tasks sleep. */
static inline unsigned int nr_asleep(struct task_struct **tasks, unsigned int nr)
{
	unsigned int asleep = 0;

	for (unsigned int i = 0; i < nr; i++) {
		struct task_struct *p = __atomic_load_n(&tasks[i], __ATOMIC_ACQUIRE);

		if (!p)
			continue;
		pthread_mutex_lock(&p->mutex);
		asleep += p->state != TASK_RUNNING && p->nr_sleeps;
		pthread_mutex_unlock(&p->mutex);
	}
	return asleep;
}

#endif
