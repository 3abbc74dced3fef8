// SPDX-License-Identifier: BSD-2-Clause
/*
 * Grace periods under threads, with TSan: each thread is a CPU that reads, switches
 * threads, idles, and replaces what the others read. What is freed is poisoned by
 * plain stores, so a reader that still sees it is caught twice.
 */
#include "threads.h"

#define KERNEL_SMP_H
#define KERNEL_TIMER_H
#define KERNEL_INTERRUPT_H
#define KERNEL_TIMEKEEPING_H
#define NSEC_PER_MSEC	1000000ULL
struct timer { void (*function)(struct timer *timer); };
enum softirq { RCU_SOFTIRQ };

static __thread bool raised;
static void (*softirq)(void);
static unsigned int nr_kicks;			/* atomic */

static void timer_setup(struct timer *timer, void (*function)(struct timer *timer)) { timer->function = function; }
static bool mod_timer(struct timer *timer, u64 expires) { return false; }
static u64 ktime_get(void) { return 0; }
static void open_softirq(enum softirq nr, void (*fn)(void)) { softirq = fn; }
static void raise_softirq(enum softirq nr) { raised = true; }
static void smp_send_reschedule(unsigned int cpu) { __atomic_fetch_add(&nr_kicks, 1, __ATOMIC_RELAXED); }

#include "kernel/locking/wait.c"
#include "kernel/locking/completion.c"
#define rcu_idle rcu_idle_of_all		/* the header's is not a thread's own */
#include <kernel/rcupdate.h>
#undef rcu_idle
#include "kernel/locking/rcu.c"

#define CPUS	5
#define ROUNDS	20000
#define POISON	0xdeadULL

struct object {
	struct rcu_head	head;
	u64		value;
};

static struct object *shared[4];
static unsigned long made, freed, read_in;		/* atomic */

static void free_object(struct rcu_head *head)
{
	struct object *o = container_of(head, struct object, head);

	o->value = POISON;
	free(o);
	__atomic_fetch_add(&freed, 1, __ATOMIC_RELAXED);
}

static struct object *new_object(void)
{
	struct object *o = malloc(sizeof(*o));

	o->value = 42;
	__atomic_fetch_add(&made, 1, __ATOMIC_RELAXED);
	return o;
}

static void quiescent(void)
{
	unsigned long flags = local_irq_save();

	rcu_qs();
	local_irq_restore(flags);
	while (raised) {
		raised = false;
		softirq();
	}
}

static void idle(bool long_one)
{
	unsigned long flags = local_irq_save();

	rcu_idle_enter();
	if (long_one)
		sched_yield();
	rcu_idle_exit();
	local_irq_restore(flags);
	quiescent();
}

static void read_one(unsigned int *seed)
{
	struct object *o;

	rcu_read_lock();
	o = rcu_dereference(shared[rand_r(seed) % 4]);
	if (o->value != 42)
		abort();
	if (rand_r(seed) % 64 == 0)
		sched_yield();			/* held up in the middle */
	if (o->value != 42)
		abort();
	rcu_read_unlock();
	__atomic_fetch_add(&read_in, 1, __ATOMIC_RELAXED);
}

static void update_one(unsigned int *seed)
{
	struct object *old = __atomic_exchange_n(&shared[rand_r(seed) % 4], new_object(), __ATOMIC_ACQ_REL);

	call_rcu(&old->head, free_object);
}

static pthread_barrier_t all_online;

static void *live(void *cpu)
{
	unsigned int seed = (unsigned long)cpu + 1;

	cpu_number = (unsigned long)cpu;
	rcu_cpu_online();
	pthread_barrier_wait(&all_online);
	for (int i = 0; i < ROUNDS; i++)
		switch (rand_r(&seed) % 16) {
		case 0:
			update_one(&seed);
			break;
		case 1:
			quiescent();
			break;
		case 2:
			idle(rand_r(&seed) % 8 == 0);
			break;
		default:
			read_one(&seed);
		}
	/* everybody idles until nothing is left */
	while (__atomic_load_n(&freed, __ATOMIC_RELAXED) + 4 < __atomic_load_n(&made, __ATOMIC_RELAXED) ||
	       this_cpu_ptr(&rcu_cpu)->done.first) {
		idle(true);
		if (__atomic_load_n(&freed, __ATOMIC_RELAXED) + 4 == __atomic_load_n(&made, __ATOMIC_RELAXED))
			break;
	}
	local_irq_save();
	rcu_idle_enter();
	return NULL;
}

static void no_reader_sees_what_was_freed(void **state)
{
	(void)state;
	rcu_init();
	for (int i = 0; i < 4; i++)
		shared[i] = new_object();
	pthread_barrier_init(&all_online, NULL, CPUS);
	run_cpus(CPUS, live);
	print_message("%lu read, %lu made, %lu freed, %llu grace periods\n", read_in, made, freed,
		      (unsigned long long)rcu.ended);
	assert_int_equal(made, freed + 4);
	assert_int_equal(rcu.ended, rcu.started);
	assert_int_equal(rcu_holdouts, 0);
	assert_true(rcu.ended > 100);
}

/* ------------------------------------------------- one thread that is several CPUs in turn */

static struct rcu_cpu saved[CPUS];

static void be(unsigned int cpu)
{
	saved[cpu_number] = rcu_cpu;
	cpu_number = cpu;
	rcu_cpu = saved[cpu];
}

static int three_cpus(void **state)
{
	(void)state;
	memset(&rcu, 0, sizeof(rcu));
	memset(saved, 0, sizeof(saved));
	memset(&rcu_cpu, 0, sizeof(rcu_cpu));
	rcu_holdouts = made = freed = nr_kicks = 0;
	raised = rcu_idle = false;
	cpu_number = 0;
	rcu_init();
	for (unsigned int cpu = 0; cpu < 3; cpu++) {
		be(cpu);
		rcu_cpu_online();
	}
	be(0);
	return 0;
}

static void it_waits_for_each_cpu_once(void **state)
{
	struct object *o = new_object();

	(void)state;
	call_rcu(&o->head, free_object);
	assert_int_equal(rcu_holdouts, 7);
	quiescent();
	quiescent();
	be(2);
	quiescent();
	be(0);
	quiescent();
	assert_int_equal(freed, 0);
	assert_int_equal(rcu_holdouts, 2);
	be(1);
	quiescent();
	assert_int_equal(freed, 0);		/* its own CPU calls it */
	be(0);
	quiescent();
	assert_int_equal(freed, 1);
	assert_int_equal(rcu.started, 1);
}

/* What comes while a grace period runs may still be seen by readers that this one does not wait for. */
static void what_comes_late_waits_for_the_next(void **state)
{
	struct object *first = new_object(), *second = new_object();

	(void)state;
	call_rcu(&first->head, free_object);
	quiescent();
	be(1);
	quiescent();
	call_rcu(&second->head, free_object);
	be(2);
	quiescent();				/* the first ends, the second begins */
	assert_int_equal(rcu.ended, 1);
	assert_int_equal(rcu_holdouts, 7);
	be(0);
	quiescent();
	assert_int_equal(freed, 1);
	be(1);
	quiescent();
	assert_int_equal(freed, 1);
	be(2);
	quiescent();
	be(1);
	quiescent();
	assert_int_equal(freed, 2);
}

static void idle_cpus_are_not_asked(void **state)
{
	struct object *o = new_object();

	(void)state;
	be(1);
	rcu_idle_enter();
	be(0);
	call_rcu(&o->head, free_object);
	assert_int_equal(rcu_holdouts, 5);
	be(2);
	rcu_idle_enter();			/* to become idle is to be quiescent */
	rcu_idle_exit();
	be(0);
	quiescent();
	assert_int_equal(freed, 1);
	o = new_object();
	call_rcu(&o->head, free_object);
	assert_int_equal(rcu_holdouts, 5);	/* 2 is back, 1 is not */
}

static void the_timer_looks_after_holdouts(void **state)
{
	struct object *o = new_object();

	(void)state;
	look(&rcu_cpu.timer);
	assert_int_equal(nr_kicks, 0);		/* nothing waits */
	call_rcu(&o->head, free_object);
	look(&rcu_cpu.timer);
	assert_int_equal(nr_kicks, 2);		/* the two others */
	quiescent();
	be(1);
	quiescent();
	be(2);
	quiescent();
	be(0);
	look(&rcu_cpu.timer);
	assert_int_equal(nr_kicks, 2);
	assert_true(raised);
	softirq();
	assert_int_equal(freed, 1);
}

static struct object many[3 * BATCH];
static unsigned int nr_called;

static void called(struct rcu_head *head)
{
	assert_ptr_equal(container_of(head, struct object, head), &many[nr_called++]);
}

static void callbacks_come_in_order_and_in_batches(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(many); i++)
		call_rcu(&many[i].head, called);
	be(1);
	rcu_idle_enter();
	be(2);
	rcu_idle_enter();
	be(0);
	rcu_qs();				/* the first is through, the others wait for the next */
	rcu_qs();
	for (unsigned int i = 1; i <= 3; i++) {
		assert_true(raised);
		raised = false;
		softirq();
		assert_int_equal(nr_called, i * BATCH);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_reader_sees_what_was_freed),
		cmocka_unit_test_setup(it_waits_for_each_cpu_once, three_cpus),
		cmocka_unit_test_setup(what_comes_late_waits_for_the_next, three_cpus),
		cmocka_unit_test_setup(idle_cpus_are_not_asked, three_cpus),
		cmocka_unit_test_setup(the_timer_looks_after_holdouts, three_cpus),
		cmocka_unit_test_setup(callbacks_come_in_order_and_in_batches, three_cpus),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
