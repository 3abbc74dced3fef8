// SPDX-License-Identifier: BSD-2-Clause
/* Locks tried out on the machine itself: selftest=locks. */
#include <kernel/completion.h>
#include <kernel/delay.h>
#include <kernel/kthread.h>
#include <kernel/mutex.h>
#include <kernel/rcupdate.h>
#include <kernel/selftest.h>
#include <kernel/seqlock.h>
#include <kernel/task.h>
#include <kernel/timekeeping.h>
#include <kernel/workqueue.h>
#include <mm/slab.h>

static void test_spinlock(void)
{
	static struct spinlock lock;
	unsigned int before = preempt_count();
	unsigned long flags;

	spin_lock(&lock);
	selftest_check(preempt_count() == before + 1, "a spinlock holds preemption off");
	selftest_check(!spin_trylock(&lock), "a lock that is held cannot be had");
	selftest_check(preempt_count() == before + 1, "a vain try changes no count");
	spin_unlock(&lock);
	flags = spin_lock_irqsave(&lock);
	selftest_check(spin_is_locked(&lock), "a taken lock is locked");
	spin_unlock_irqrestore(&lock, flags);
	selftest_check(spin_trylock(&lock), "a lock that is free can be had");
	spin_unlock(&lock);
	selftest_check(preempt_count() == before && !spin_is_locked(&lock), "all is as before");
}

static void test_seqlock(void)
{
	static struct seqlock lock;
	u32 seq = read_seqbegin(&lock);
	unsigned long flags;

	selftest_check(!read_seqretry(&lock, seq), "nobody wrote");
	flags = write_seqlock_irqsave(&lock);
	write_sequnlock_irqrestore(&lock, flags);
	selftest_check(read_seqretry(&lock, seq), "somebody wrote");
}

/* ------------------------------------------------------- threads against each other */

#define THREADS		6
#define ROUNDS		400		/* of each thread */
#define POISON		0xdeadUL

struct version {
	struct rcu_head	head;
	unsigned long	value;		/* of a live one: seq */
	unsigned long	seq;
};

static struct spinlock spin;
static struct seqlock seq;
static DEFINE_MUTEX(mutex);
static DEFINE_MUTEX(updaters);
static unsigned long spun, slept;	/* counters under spin and mutex: plain */
static unsigned long pair[2];		/* equal, under seq */
static struct version *shared;
static unsigned long nr_made, nr_freed;	/* versions; atomic */
static unsigned long nr_worked;		/* atomic */

static void count_spinning(void)
{
	unsigned long flags = spin_lock_irqsave(&spin);

	spun++;
	spin_unlock_irqrestore(&spin, flags);
}

/* The owner is away in the middle: who comes has to wait. */
static void count_sleeping(unsigned int round)
{
	unsigned long was;

	mutex_lock(&mutex);
	was = slept;
	if (round % 4 == 0)
		yield();
	slept = was + 1;
	mutex_unlock(&mutex);
}

static void write_pair(void)
{
	unsigned long flags = write_seqlock_irqsave(&seq);

	pair[0]++;
	barrier();
	pair[1]++;
	write_sequnlock_irqrestore(&seq, flags);
}

static bool pair_is_whole(void)
{
	unsigned long a, b;
	u32 s;

	do {
		s = read_seqbegin(&seq);
		a = __atomic_load_n(&pair[0], __ATOMIC_RELAXED);
		b = __atomic_load_n(&pair[1], __ATOMIC_RELAXED);
	} while (read_seqretry(&seq, s));
	return a == b;
}

static void free_version(struct rcu_head *head)
{
	struct version *v = container_of(head, struct version, head);

	v->value = POISON;
	kfree(v);
	__atomic_fetch_add(&nr_freed, 1, __ATOMIC_RELAXED);
}

static void publish_version(void)
{
	struct version *new = kmalloc(sizeof(*new), GFP_KERNEL), *old;

	if (!new)
		return;
	mutex_lock(&updaters);
	old = shared;
	new->value = new->seq = ++nr_made;
	rcu_assign_pointer(shared, new);
	mutex_unlock(&updaters);
	if (old)
		call_rcu(&old->head, free_version);
}

static bool version_is_alive(void)
{
	const struct version *v;
	bool alive = true;

	rcu_read_lock();
	v = rcu_dereference(shared);
	for (unsigned int i = 0; v && i < 20; i++)
		alive &= __atomic_load_n(&v->value, __ATOMIC_RELAXED) == v->seq;
	rcu_read_unlock();
	return alive;
}

static void do_work(struct work_struct *work)
{
	__atomic_fetch_add(&nr_worked, 1, __ATOMIC_RELAXED);
}

static int torture(void *arg)
{
	struct completion *done = arg;
	struct delayed_work late;
	struct work_struct work;
	unsigned int done_before = 0;
	bool whole = true, alive = true;

	INIT_WORK(&work, do_work);
	INIT_DELAYED_WORK(&late, do_work);
	for (unsigned int i = 0; i < ROUNDS; i++) {
		count_spinning();
		count_sleeping(i);
		if (i % 8 == 0)
			write_pair();
		whole &= pair_is_whole();
		if (i % 16 == 0)
			publish_version();
		alive &= version_is_alive();
		if (i % 32 == 0) {
			selftest_check(queue_work(&work), "work that is not pending is queued");
			flush_work(&work);
			done_before++;
		}
	}
	selftest_check(whole, "a reader believed half a change");
	selftest_check(alive, "a reader saw what was freed");
	selftest_check(queue_delayed_work(&late, NSEC_PER_MSEC), "delayed work is queued");
	flush_work(&late.work);
	selftest_check(queue_delayed_work(&late, 3600 * NSEC_PER_SEC), "work for much later");
	selftest_check(!queue_delayed_work(&late, NSEC_PER_MSEC), "pending work is not queued twice");
	selftest_check(cancel_delayed_work_sync(&late), "is cancelled");
	selftest_check(!late.work.pending && !work.pending, "nothing is pending");
	synchronize_rcu();
	complete(done);
	return done_before;
}

static void test_threads(void)
{
	unsigned int nr = 0;
	struct completion done;

	init_completion(&done);
	spun = slept = pair[0] = pair[1] = nr_made = nr_freed = nr_worked = 0;
	while (nr < THREADS && kthread_run(torture, &done, "locks/%u", nr))
		nr++;
	selftest_check(nr == THREADS, "threads for the test");
	for (unsigned int i = 0; i < nr; i++)
		wait_for_completion(&done);
	selftest_check(spun == nr * ROUNDS, "a spinlock let two in");
	selftest_check(slept == nr * ROUNDS, "a mutex let two in");
	selftest_check(pair[0] == nr * (ROUNDS / 8), "a sequence lock let two writers in");
	selftest_check(nr_worked == nr * ((ROUNDS + 31) / 32 + 1), "work was lost or done twice");
	if (shared)
		call_rcu(&shared->head, free_version);
	shared = NULL;
	synchronize_rcu();
	/* callbacks of other CPUs may still be on their way */
	for (unsigned int i = 0; i < 100 && nr_freed < nr_made; i++)
		msleep(20);
	selftest_check(nr_made && nr_freed == nr_made, "every version was freed once");
}

/* -------------------------------------------- one that always has it, one that wants it */

#define TURNS		50		/* of the one that wants it */
#define MOST_PASSES	2		/* that it is called and comes too late, and that it is its turn */

static DEFINE_MUTEX(wanted);

struct glutton {
	struct task_struct *victim;	/* waits for the mutex each time it sleeps */
	struct completion started, ended;
	unsigned int	passes;		/* of the glutton since the victim had it; under the mutex */
	unsigned int	most;		/* passes there were */
	unsigned int	turns;		/* of the victim; atomic */
};

static bool sleeps(struct task_struct *p)
{
	struct task_stat stat;

	task_stat(p, &stat);
	return stat.state == TASK_UNINTERRUPTIBLE;
}

/* Has it again at once when it has let go, and lets go when the other sleeps for it. */
static int take_all(void *arg)
{
	struct glutton *g = arg;

	sched_set_fifo(current, 1);
	mutex_lock(&wanted);
	complete(&g->started);
	do {
		while (!sleeps(g->victim) && __atomic_load_n(&g->turns, __ATOMIC_ACQUIRE) < TURNS)
			msleep(1);
		g->most = max(g->most, ++g->passes);
		mutex_unlock(&wanted);
		mutex_lock(&wanted);
	} while (__atomic_load_n(&g->turns, __ATOMIC_ACQUIRE) < TURNS && g->passes < 100);
	mutex_unlock(&wanted);
	complete(&g->ended);
	return 0;
}

static void test_starvation(void)
{
	struct glutton g = { .victim = current };
	bool runs;

	init_completion(&g.started);
	init_completion(&g.ended);
	runs = kthread_run(take_all, &g, "glutton");
	selftest_check(runs, "a thread for the test");
	if (!runs)
		return;
	wait_for_completion(&g.started);
	while (g.turns < TURNS) {
		mutex_lock(&wanted);
		g.passes = 0;
		__atomic_store_n(&g.turns, g.turns + 1, __ATOMIC_RELEASE);
		mutex_unlock(&wanted);
	}
	wait_for_completion(&g.ended);
	selftest_check(g.most <= MOST_PASSES, "a mutex passed over who waits for it");
}

#ifdef LANTERN_LOCKDEP
/* Mistakes that the checker of lock orders reports; none of them is a deadlock here and now. */
static void plant_mistakes(void)
{
	static struct spinlock red, blue, green;
	static DEFINE_MUTEX(tea);
	static DEFINE_MUTEX(coffee);
	unsigned long flags;

	spin_lock(&red);
	spin_lock(&blue);
	spin_unlock(&blue);
	spin_unlock(&red);
	spin_lock(&blue);
	spin_lock(&red);		/* "opposite orders" */
	spin_unlock(&red);
	spin_unlock(&blue);

	spin_lock(&green);
	spin_unlock(&green);
	flags = local_irq_save();
	preempt_count_add(HARDIRQ_OFFSET);
	spin_lock(&green);		/* "taken where one may come" */
	spin_unlock(&green);
	preempt_count_sub(HARDIRQ_OFFSET);
	local_irq_restore(flags);

	mutex_lock(&tea);
	mutex_lock(&coffee);
	mutex_unlock(&coffee);
	mutex_unlock(&tea);
	mutex_lock(&coffee);
	mutex_lock(&tea);		/* "opposite orders" */
	mutex_unlock(&tea);
	mutex_unlock(&coffee);

	spin_lock(&red);
	mutex_lock(&tea);		/* "where nobody may sleep" */
	mutex_unlock(&tea);
	spin_unlock(&red);
}
#else
static void plant_mistakes(void)
{
}
#endif

static void selftest_locks(void)
{
	test_spinlock();
	test_seqlock();
	test_threads();
	test_starvation();
	plant_mistakes();
}
SELFTEST(locks, selftest_locks);
