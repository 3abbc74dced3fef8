// SPDX-License-Identifier: BSD-2-Clause
/* Timers armed, moved and cancelled by all CPUs at the same time: selftest=timers. */
#include <kernel/completion.h>
#include <kernel/kthread.h>
#include <kernel/selftest.h>
#include <kernel/timekeeping.h>
#include <kernel/timer.h>
#include <mm/slab.h>

#define SHARED		4
#define THREADS		6
#define ROUNDS		500		/* of each thread */
#define OWN_RUNS	3

static struct timer shared[SHARED];
static u64 nr_armed, nr_run, nr_cancelled;	/* of shared; atomic */

/* A timer that one thread makes and frees. */
struct own {
	struct timer	timer;
	u64		ran_at;		/* the first time */
	unsigned int	nr_run;
	bool		inside;
};

static void run_shared(struct timer *timer)
{
	__atomic_fetch_add(&nr_run, 1, __ATOMIC_RELAXED);
}

/* It arms itself some times. */
static void run_own(struct timer *timer)
{
	struct own *own = container_of(timer, struct own, timer);

	__atomic_store_n(&own->inside, true, __ATOMIC_RELAXED);
	if (!own->nr_run++)
		own->ran_at = ktime_get();
	if (own->nr_run < OWN_RUNS)
		mod_timer(timer, ktime_get() + NSEC_PER_USEC);
	__atomic_store_n(&own->inside, false, __ATOMIC_RELEASE);
}

static void try_own(u64 random)
{
	struct own *own = kzalloc(sizeof(*own), GFP_KERNEL);
	u64 expires = ktime_get() + (random & 127) * NSEC_PER_USEC;

	selftest_check(own, "memory for a timer");
	if (!own)
		return;
	timer_setup(&own->timer, run_own);
	selftest_check(!mod_timer(&own->timer, expires), "a new timer was not armed before");
	if (random & 128)
		yield();			/* and perhaps go on on another CPU */
	if (timer_delete_sync(&own->timer))
		selftest_check(own->nr_run < OWN_RUNS, "what was cancelled has not run");
	selftest_check(!__atomic_load_n(&own->inside, __ATOMIC_ACQUIRE) && !own->timer.pending,
		       "what is cancelled does not run any more");
	selftest_check(!own->nr_run || own->ran_at >= expires, "no timer runs early");
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

	for (i = 0; i < ROUNDS; i++) {
		struct timer *timer;

		random = random * 6364136223846793005ULL + 1442695040888963407ULL;
		timer = &shared[(random >> 40) % SHARED];
		switch (random >> 33 & 7) {
		case 0:
			try_own(random >> 44);
			break;
		case 1:
			count(&nr_cancelled, timer_delete(timer));
			break;
		case 2:
			count(&nr_cancelled, timer_delete_sync(timer));
			break;
		case 3:
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
	nr_armed = nr_run = nr_cancelled = 0;
	for (i = 0; i < SHARED; i++)
		timer_setup(&shared[i], run_shared);
	while (nr < THREADS && kthread_run(torture, &done, "timers/%u", nr))
		nr++;
	selftest_check(nr == THREADS, "threads for the test");
	for (i = 0; i < nr; i++)
		wait_for_completion(&done);
	for (i = 0; i < SHARED; i++)
		count(&nr_cancelled, timer_delete_sync(&shared[i]));
	selftest_check(nr_armed == nr_run + nr_cancelled, "each time it is armed a timer runs or is cancelled, once");
}
SELFTEST(timers, selftest_timers);
