/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads and who runs when. Every CPU has a queue of the threads that are ready
 * and runs one of them; one that sleeps is in no queue until it is woken. A
 * thread is switched away from when it sleeps or yields, and, while it has not
 * called preempt_disable(), after an interrupt that woke a more urgent one or
 * ended its slice.
 *
 * To sleep until something is true:
 *
 *	for (;;) {
 *		set_current_state(TASK_UNINTERRUPTIBLE);
 *		if (condition)
 *			break;
 *		schedule();
 *	}
 *	set_current_state(TASK_RUNNING);
 *
 * and to end that: make it true, then wake_up_process(). The state is set before
 * the look at the condition, so a waker in between is not missed.
 */
#ifndef KERNEL_SCHED_H
#define KERNEL_SCHED_H

#include <asm/current.h>
#include <kernel/preempt.h>
#include <kernel/sched_entity.h>
#include <lib/list.h>

#define TASK_COMM_LEN	16
/* bytes of a stack; a page that is not mapped lies on either side */
#ifdef LANTERN_SAN
#define THREAD_SIZE	0x10000UL
#else
#define THREAD_SIZE	0x4000UL
#endif

struct mm_struct;

enum task_state {
	TASK_RUNNING,			/* runs, or is ready to */
	TASK_INTERRUPTIBLE,		/* sleeps; a signal ends it */
	TASK_UNINTERRUPTIBLE,		/* sleeps until it is woken */
	TASK_NEW,			/* has not run yet, waits for its first wake-up */
	TASK_WAKING,			/* on its way to a queue */
	TASK_DEAD,			/* has ended, and never runs again */
};

struct task_struct {
	unsigned long	sp;		/* stack pointer while it does not run; switch_64.S */
	u64		stack_canary;	/* goes with its stack from CPU to CPU; switch_64.S */
	void		*stack;		/* lowest address, THREAD_SIZE bytes */
	u32		state;		/* enum task_state; its own, wakers change it under the lock of its queue */
	u32		cpu;		/* whose queue it is in, or ran on last; that queue's lock */
	struct sched_entity se;		/* that queue's lock */
	u64		cpus_allowed;	/* bit for each CPU it may run on; set before it runs */
	u64		nr_switches;	/* times it began to run; that queue's lock */
	struct mm_struct *mm;		/* memory of a user program; NULL: a kernel thread */
	int		pid;		/* 0: an idle thread */
	u32		usage;		/* references; atomic */
	char		comm[TASK_COMM_LEN];
	struct list_head tasks;		/* in the list of all; tasks_lock */
	struct task_struct *next_dead;	/* in the list of those to be freed */

	int		(*threadfn)(void *data);
	void		*data;
	struct task_struct *stopper;	/* waits in kthread_stop(); kthread_lock */
	int		exit_code;	/* kthread_lock */
	bool		should_stop;	/* atomic */
	bool		exited;		/* kthread_lock */
};

extern struct task_struct init_task;	/* what start_kernel() runs on; then idle thread of CPU 0 */

/** set_current_state() - what this thread is about to do; a full barrier */
#define set_current_state(_state) \
	((void)__atomic_exchange_n(&current->state, (u32)(_state), __ATOMIC_SEQ_CST))

/** is_idle_task() - whether it may not sleep, because it is what runs when nobody else does */
static inline bool is_idle_task(const struct task_struct *p)
{
	return p->se.prio == PRIO_IDLE;
}

/**
 * schedule() - let another thread run; returns when this one is to go on
 * With a state other than TASK_RUNNING set, only after a wake-up.
 * Context: a thread, not an idle one unless its state is TASK_RUNNING;
 * preemption not disabled, no spinlock held.
 */
void schedule(void);

/** yield() - let the others run that are as urgent as this thread; it stays ready. As schedule() */
void yield(void);

/**
 * schedule_timeout() - schedule(), but not for longer than @ns
 * Return: ns that were left when it was woken, 0 when the time is up.
 * Context: as schedule(); the state is set before.
 */
u64 schedule_timeout(u64 ns);

/**
 * wake_up_process() - end the sleep of @p, or start a new thread
 * Return: whether it slept. Context: any but NMI; what was written before is
 * seen by @p when it goes on.
 */
bool wake_up_process(struct task_struct *p);

/**
 * set_user_nice() - share of the CPU for a fair thread, NICE_MIN (most) to NICE_MAX
 * sched_set_fifo() - make @p run before all fair threads, 1..PRIO_FIFO_MAX, larger is more
 *                    urgent; for threads that serve their CPU a moment at a time. 0: fair again
 */
void set_user_nice(struct task_struct *p, int nice);
void sched_set_fifo(struct task_struct *p, int prio);

/** sched_init() - boot CPU: threads can be made and woken, and run when start_kernel() is at its end */
void sched_init(void);

/**
 * sched_cpu_init() - this CPU has a queue and runs @idle, which called this
 * Context: interrupts off, cpu_number and %gs base set, current not yet.
 */
void sched_cpu_init(struct task_struct *idle);

/** cpu_idle_loop() - what an idle thread does once its CPU takes interrupts; ends the preempt_disable() it began with */
void __noreturn cpu_idle_loop(void);

/** idle_task_create() - the idle thread of CPU @cpu, which will run on its stack; NULL: no memory */
struct task_struct *idle_task_create(unsigned int cpu);

/** scheduler_ipi() - another CPU has put something in this one's queue. Context: interrupt */
void scheduler_ipi(void);

/** nr_running() - threads that are ready on @cpu, 0 for one that is idle or not there; not exact */
unsigned int nr_running(unsigned int cpu);

#endif
