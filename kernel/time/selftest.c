// SPDX-License-Identifier: BSD-2-Clause
/* Timers armed, moved and cancelled by all CPUs at the same time: selftest=timers. */
#include <asm/io.h>
#include <kernel/completion.h>
#include <kernel/kthread.h>
#include <kernel/selftest.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>
#include <mm/slab.h>

#define SHARED		4
#define THREADS		6
#define ROUNDS		2000		/* of each thread */
#define OWN_RUNS	3
#define LONG		500		/* rounds of a loop */

static struct timer shared[SHARED];
static u64 nr_armed, nr_run, nr_cancelled;	/* of shared; atomic */
static struct timer awaited;			/* not counted: one timer_delete_sync() may cancel what two threads armed */

/* A timer that one thread arms, and mostly another cancels and frees. */
struct own {
	struct timer	timer;
	u64		expires, ran_at;	/* the first time */
	unsigned int	nr_run;
	bool		inside;
};

static struct own *handed_on;			/* atomic */
static unsigned int nr_there;			/* threads that have begun; atomic */

static void run_shared(struct timer *timer)
{
	__atomic_fetch_add(&nr_run, 1, __ATOMIC_RELAXED);
}

static void take_time(void)
{
	unsigned int i;

	for (i = 0; i < LONG; i++)
		cpu_relax();
}

static void run_awaited(struct timer *timer)
{
	take_time();
}

/* It takes its time, and arms itself some times. */
static void run_own(struct timer *timer)
{
	struct own *own = container_of(timer, struct own, timer);

	__atomic_store_n(&own->inside, true, __ATOMIC_RELAXED);
	if (!own->nr_run++)
		own->ran_at = ktime_get();
	take_time();
	if (own->nr_run < OWN_RUNS)
		mod_timer(timer, ktime_get() + NSEC_PER_USEC);
	__atomic_store_n(&own->inside, false, __ATOMIC_RELEASE);
}

static struct own *make_own(u64 ns)
{
	struct own *own = kzalloc(sizeof(*own), GFP_KERNEL);

	selftest_check(own, "memory for a timer");
	if (!own)
		return NULL;
	own->expires = ktime_get() + ns;
	timer_setup(&own->timer, run_own);
	selftest_check(!mod_timer(&own->timer, own->expires), "a new timer was not armed before");
	return own;
}

static void end_own(struct own *own)
{
	if (!own)
		return;
	if (timer_delete_sync(&own->timer))
		selftest_check(own->nr_run < OWN_RUNS, "what was cancelled has not run");
	selftest_check(!__atomic_load_n(&own->inside, __ATOMIC_ACQUIRE) && !own->timer.pending,
		       "what is cancelled does not run any more");
	selftest_check(!own->nr_run || own->ran_at >= own->expires, "no timer runs early");
	kfree(own);
}

static void count(u64 *counter, bool one)
{
	__atomic_fetch_add(counter, one, __ATOMIC_RELAXED);
}

static int torture(void *done)
{
	u64 random = (unsigned long)current;
	unsigned int i;

	__atomic_fetch_add(&nr_there, 1, __ATOMIC_RELAXED);
	while (__atomic_load_n(&nr_there, __ATOMIC_RELAXED) < THREADS)
		yield();
	for (i = 0; i < ROUNDS; i++) {
		struct timer *timer;

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		timer = &shared[(random >> 40) % SHARED];
		switch (random >> 33 & 7) {
		case 0:
			end_own(__atomic_exchange_n(&handed_on, make_own((random >> 44 & 63) * NSEC_PER_USEC), __ATOMIC_ACQ_REL));
			break;
		case 1:
			count(&nr_cancelled, timer_delete(timer));
			break;
		case 2:
			timer_delete_sync(&awaited);
			break;
		case 3:
			mod_timer(&awaited, ktime_get() + (random >> 44 & 63) * NSEC_PER_USEC);
			yield();
			break;
		default:
			count(&nr_armed, !mod_timer(timer, ktime_get() + (random >> 44 & 63) * NSEC_PER_USEC));
		}
	}
	complete(done);
	return 0;
}

static void selftest_timers(void)
{
	struct completion done;
	unsigned int i, nr = 0;

	init_completion(&done);
	nr_armed = nr_run = nr_cancelled = nr_there = 0;
	for (i = 0; i < SHARED; i++)
		timer_setup(&shared[i], run_shared);
	timer_setup(&awaited, run_awaited);
	while (nr < THREADS && kthread_run(torture, &done, "timers/%u", nr))
		nr++;
	selftest_check(nr == THREADS, "threads for the test");
	__atomic_fetch_add(&nr_there, THREADS - nr, __ATOMIC_RELAXED);	/* those that came wait for no others */
	for (i = 0; i < nr; i++)
		wait_for_completion(&done);
	end_own(__atomic_exchange_n(&handed_on, NULL, __ATOMIC_ACQUIRE));
	for (i = 0; i < SHARED; i++)
		count(&nr_cancelled, timer_delete_sync(&shared[i]));
	timer_delete_sync(&awaited);
	selftest_check(!awaited.pending, "what was waited for is not armed");
	selftest_check(nr_armed == nr_run + nr_cancelled, "each time it is armed a timer runs or is cancelled, once");
}
SELFTEST(timers, selftest_timers);
