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
#include <kernel/lockdep.h>
#include <asm/thread.h>
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

struct cred;
struct files_struct;
struct fs_struct;
struct mm_struct;
struct pid;
struct sighand_struct;
struct signal_struct;

enum task_state {
	TASK_RUNNING,			/* runs, or is ready to */
	TASK_INTERRUPTIBLE,		/* sleeps; a signal ends it */
	TASK_UNINTERRUPTIBLE,		/* sleeps until it is woken */
	TASK_KILLABLE,			/* sleeps; only a signal that ends the thread ends it */
	TASK_STOPPED,			/* sleeps until SIGCONT or SIGKILL */
	TASK_NEW,			/* has not run yet, waits for its first wake-up */
	TASK_WAKING,			/* on its way to a queue */
	TASK_DEAD,			/* has ended, and never runs again */
};

#define STATE_BIT(state)	(1u << (state))

struct completion;

/* What restart_syscall() goes on with. */
struct restart_block {
	long		(*fn)(struct restart_block *restart);
	u64		expires;	/* ns of ktime_get() or ktime_get_real() */
	unsigned long	arg[4];
};

/* Signals that wait for a thread or a process. */
struct sigpending {
	struct list_head list;		/* struct sigqueue, oldest first; siglock */
	u64		signal;		/* bit n - 1: signal n waits; siglock */
};

/* task_struct.work: what a thread does on its way to user mode */
#define TIF_SIGPENDING		1u	/* look at signals */
#define TIF_NOTIFY_RESUME	2u	/* rseq, and what is to happen once */
#define TIF_RESTORE_SIGMASK	4u	/* saved_sigmask is to be blocked again */
#define TIF_SYSCALL_TRACE	8u	/* tell of each system call */

struct task_struct {
	unsigned long	sp;		/* stack pointer while it does not run; switch_64.S */
	u64		stack_canary;	/* goes with its stack from CPU to CPU; switch_64.S */
	void		*stack;		/* lowest address, THREAD_SIZE bytes */
	u32		state;		/* enum task_state; its own, wakers change it under the lock of its queue */
	u32		cpu;		/* whose queue it is in, or ran on last; that queue's lock */
	struct sched_entity se;		/* that queue's lock */
	u64		cpus_allowed;	/* bit for each CPU it may run on; that queue's lock, once it has run */
	u8		policy;		/* SCHED_NORMAL or SCHED_BATCH, which are the same here */
	bool		reset_on_fork;	/* a child begins with SCHED_NORMAL */
	u64		nr_switches;	/* times it began to run; that queue's lock */
	u64		nr_preempted;	/* times it had to stop though it was ready; that queue's lock */
#ifdef LANTERN_LOCKDEP
	struct lockdep_thread mutexes;	/* that it has, or waits for */
#endif
#ifdef LANTERN_FAIL_NTH
	unsigned int	fail_nth;	/* allocations up to the one that is to fail, 0: none; its own, and written by tests */
	bool		fail_nth_hit;	/* one has, see fail_nth_is_why(); its own */
#endif
	struct mm_struct *mm;		/* memory of a user program; NULL: a kernel thread */
	u32		work;		/* TIF_*; atomic */
	struct thread_struct thread;	/* arch: what is saved while it does not run */
	int		pid;		/* 0: an idle thread */
	int		tgid;		/* number of its process */
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

	/* a thread of a user program */
	struct files_struct *files;
	struct fs_struct *fs;
	struct signal_struct *signal;	/* its process */
	struct sighand_struct *sighand;	/* see lock_task_sighand() */
	const struct cred *cred;	/* see <kernel/cred.h> */
	struct pid	*thread_pid;
	struct task_struct *parent, *real_parent;	/* who waits for it, who made it; tasks_lock */
	int		ppid;		/* number of the process of real_parent; written under tasks_lock */
	struct task_struct *group_leader;
	struct list_head children, sibling;	/* tasks_lock */
	struct list_head thread_node;	/* in signal->thread_head; tasks_lock and siglock */

	struct sigpending pending;	/* for this thread alone */
	u64		blocked;	/* signals that wait; written by the thread under siglock */
	u64		saved_sigmask;	/* TIF_RESTORE_SIGMASK */
	u64		real_blocked;	/* in sigtimedwait(): what was blocked; siglock */
	unsigned long	sas_ss_sp, sas_ss_size;	/* sigaltstack() */
	u32		sas_ss_flags;
	u32		jobctl;		/* JOBCTL_*; siglock */
	struct restart_block restart;

	int		exit_state;	/* EXIT_*; tasks_lock */
	int		exit_signal;	/* to the parent at the end; -1: not the leader */
	int		pdeath_signal;
	u32		personality;
	bool		exiting;	/* takes no more signals for its process; siglock */
	bool		in_execve, did_exec, no_new_privs;
	struct completion *vfork_done;
	int __user	*set_child_tid, *clear_child_tid;
	void __user	*robust_list;	/* struct robust_list_head */
	void __user	*rseq;		/* struct rseq, see rseq() */
	u32		rseq_sig;
	u64		stime;		/* of se.sum_exec in the kernel, sampled: may be more; its own */
	u64		start_time;	/* ns of ktime_get() */
	u64		min_flt, maj_flt;
	u64		timer_slack;	/* ns */
	struct rb_root	cpu_alarms[2];	/* see <kernel/alarm.h>: by all of its time, by that in user mode */
};

/* What a thread begins with that is not the copy of another. */
#define EXIT_ZOMBIE	1		/* has ended, and is waited for */
#define EXIT_DEAD	2		/* is being reaped */

/* task_struct.jobctl */
#define JOBCTL_STOP_PENDING	1u	/* is to take part in the stop of its process */
#define JOBCTL_STOP_CONSUME	2u	/* and counts in group_stop_count */
#define JOBCTL_STOP_DEQUEUED	4u	/* has taken a signal that stops, and no SIGCONT has come since */

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

/** wake_up_state() - the same if it sleeps in one of @states, STATE_BIT()s; wake_up_process() leaves TASK_STOPPED alone */
bool wake_up_state(struct task_struct *p, u32 states);

/**
 * set_user_nice() - share of the CPU for a fair thread, NICE_MIN (most) to NICE_MAX
 * sched_set_fifo() - make @p run before all fair threads, 1..PRIO_FIFO_MAX, larger is more
 *                    urgent; for threads that serve their CPU a moment at a time. 0: fair again
 */
void set_user_nice(struct task_struct *p, int nice);
void sched_set_fifo(struct task_struct *p, int prio);

/** set_cpus_allowed() - @p runs on these CPUs only when this returns. Return: 0, -EINVAL: none of them is there. May sleep */
int set_cpus_allowed(struct task_struct *p, u64 cpus);

/** sched_update_current() - charge this thread for the time until now; sched_update(): @p. Context: any but NMI */
void sched_update_current(void);
void sched_update(struct task_struct *p);

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

struct cpu_stat {
	u64		cycles;		/* of get_cycles(), when this was so */
	u64		idle;		/* of them, in the idle thread */
	u64		system;		/* of them, in the kernel for a program, or in a kernel thread; sampled */
	unsigned int	nr_running;	/* threads that are ready, the one that runs included */
};

/** cpu_stat() - how busy CPU @cpu has been; false when it does not run. Context: any but NMI */
bool cpu_stat(unsigned int cpu, struct cpu_stat *stat);

/** nr_running() - threads that are ready on @cpu, 0 for one that is idle or not there; not exact */
unsigned int nr_running(unsigned int cpu);

#endif
