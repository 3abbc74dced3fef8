// SPDX-License-Identifier: BSD-2-Clause
/* Work queues: see <kernel/workqueue.h>. */
#include <kernel/workqueue.h>
#include <asm/percpu.h>
#include <kernel/kthread.h>
#include <kernel/mutex.h>
#include <kernel/panic.h>
#include <kernel/smp.h>
#include <kernel/timekeeping.h>
#include <kernel/wait.h>
#include <uapi/errno.h>

struct worker_pool {
	struct spinlock		lock;		/* taken with interrupts off */
	struct list_head	works;		/* pending, oldest first; lock */
	struct work_struct	*running;	/* perhaps gone already: for comparison only; lock */
	struct wait_queue_head	more;		/* the thread waits for works */
	struct task_struct	*thread;	/* set once */
};

static DEFINE_PER_CPU(struct worker_pool, worker_pool);
static struct worker_pool *pools[NR_CPUS];
static DEFINE_PER_CPU(struct work_struct, everywhere);	/* schedule_on_each_cpu()'s; everywhere_lock */
static DEFINE_MUTEX(everywhere_lock);
static DECLARE_WAIT_QUEUE_HEAD(work_done);	/* of flush_work(): a work may end on another CPU than it was awaited on */
static unsigned int nr_flushing;		/* threads in flush_work(); atomic */

static bool take_pending(struct work_struct *work)
{
	return !__atomic_exchange_n(&work->pending, 1, __ATOMIC_ACQ_REL);
}

static void insert(struct work_struct *work)
{
	struct worker_pool *pool;
	unsigned long flags;

	preempt_disable();
	pool = this_cpu_ptr(&worker_pool);
	flags = spin_lock_irqsave(&pool->lock);
	list_add_tail(&work->entry, &pool->works);
	spin_unlock_irqrestore(&pool->lock, flags);
	wake_up(&pool->more);
	preempt_enable();
}

bool queue_work(struct work_struct *work)
{
	if (!take_pending(work))
		return false;
	insert(work);
	return true;
}

void delayed_work_timer(struct timer *timer)
{
	insert(&container_of(timer, struct delayed_work, timer)->work);
}

bool queue_delayed_work(struct delayed_work *dwork, u64 ns)
{
	if (!take_pending(&dwork->work))
		return false;
	mod_timer(&dwork->timer, ktime_get() + ns);
	return true;
}

static bool runs_in(struct worker_pool *pool, const struct work_struct *work)
{
	unsigned long flags = spin_lock_irqsave(&pool->lock);
	bool runs = pool->running == work;

	spin_unlock_irqrestore(&pool->lock, flags);
	return runs;
}

/* What is not pending any more has been made the running one of a pool before, under its lock. */
static bool is_idle(const struct work_struct *work)
{
	unsigned int cpu;

	if (__atomic_load_n(&work->pending, __ATOMIC_ACQUIRE))
		return false;
	for (cpu = 0; cpu < NR_CPUS; cpu++) {
		struct worker_pool *pool = __atomic_load_n(&pools[cpu], __ATOMIC_ACQUIRE);

		if (pool && runs_in(pool, work))
			return false;
	}
	return true;
}

void flush_work(struct work_struct *work)
{
	__atomic_fetch_add(&nr_flushing, 1, __ATOMIC_SEQ_CST);
	wait_event(&work_done, is_idle(work));
	__atomic_fetch_sub(&nr_flushing, 1, __ATOMIC_SEQ_CST);
}

bool cancel_delayed_work_sync(struct delayed_work *dwork)
{
	bool cancelled = timer_delete_sync(&dwork->timer);

	if (cancelled)
		__atomic_store_n(&dwork->work.pending, 0, __ATOMIC_RELEASE);
	flush_work(&dwork->work);
	return cancelled;
}

static void queue_here(void *func)
{
	struct work_struct *work = this_cpu_ptr(&everywhere);

	INIT_WORK(work, *(work_func_t *)func);
	queue_work(work);
}

void schedule_on_each_cpu(work_func_t func)
{
	unsigned int cpu;

	mutex_lock(&everywhere_lock);
	on_each_cpu(queue_here, &func);
	for_each_online_cpu(cpu)
		flush_work(per_cpu_ptr(&everywhere, cpu));
	mutex_unlock(&everywhere_lock);
}

static struct work_struct *take_first(struct worker_pool *pool)
{
	unsigned long flags = spin_lock_irqsave(&pool->lock);
	struct work_struct *work = NULL;

	if (!list_empty(&pool->works)) {
		work = list_first_entry(&pool->works, struct work_struct, entry);
		list_del(&work->entry);
		/* from here on it may be queued again */
		__atomic_store_n(&work->pending, 0, __ATOMIC_RELEASE);
	}
	pool->running = work;
	spin_unlock_irqrestore(&pool->lock, flags);
	return work;
}

static void set_done(struct worker_pool *pool)
{
	unsigned long flags = spin_lock_irqsave(&pool->lock);

	pool->running = NULL;
	spin_unlock_irqrestore(&pool->lock, flags);
	/* either we see who waits, or it sees that nothing runs any more */
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (__atomic_load_n(&nr_flushing, __ATOMIC_RELAXED))
		wake_up_all(&work_done);
}

static int kworker(void *arg)
{
	struct worker_pool *pool = arg;
	struct work_struct *work;

	while (!kthread_should_stop()) {
		wait_event(&pool->more, (work = take_first(pool)));
		work->func(work);
		set_done(pool);
	}
	return 0;
}

int workqueue_cpu_prepare(unsigned int cpu)
{
	struct worker_pool *pool = per_cpu_ptr(&worker_pool, cpu);
	struct task_struct *thread = kthread_create(kworker, pool, "kworker/%u", cpu);

	if (!thread)
		return -ENOMEM;
	spin_lock_init(&pool->lock);
	list_init(&pool->works);
	init_waitqueue_head(&pool->more);
	pool->thread = thread;
	kthread_bind(thread, cpu);
	__atomic_store_n(&pools[cpu], pool, __ATOMIC_RELEASE);
	return 0;
}

void workqueue_cpu_start(void)
{
	wake_up_process(this_cpu_ptr(&worker_pool)->thread);
}

void workqueue_init(void)
{
	if (workqueue_cpu_prepare(this_cpu_read(cpu_number)))
		panic("no memory for the thread of the work queue");
	workqueue_cpu_start();
}
