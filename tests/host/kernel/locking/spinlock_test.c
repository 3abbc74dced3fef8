// SPDX-License-Identifier: BSD-2-Clause
/* Spinlocks under threads, with TSan: one holder at a time, first come first served, also from interrupts. */
#include "cpus.h"
#include "kernel/locking/spinlock.c"

#define CPUS	6
#define ROUNDS	4000			/* of each CPU */

static struct spinlock lock;
static unsigned long counter;		/* plain: TSan sees whether the lock guards it */

static void *count_up(void *cpu)
{
	cpu_number = (unsigned long)cpu;
	for (int i = 0; i < ROUNDS; i++) {
		unsigned long flags = spin_lock_irqsave(&lock);

		counter++;
		if (i % 16 == 0)
			sched_yield();	/* a long hold: the others queue up */
		spin_unlock_irqrestore(&lock, flags);
	}
	assert_int_equal(preempt_count(), 1);
	assert_false(interrupts_are_off);
	assert_int_equal(nr_waiting, 0);
	return NULL;
}

static void only_one_holds_it(void **state)
{
	(void)state;
	counter = 0;
	run_cpus(CPUS, count_up);
	assert_int_equal(counter, CPUS * ROUNDS);
	assert_int_equal(lock.val, 0);
}

/* ------------------------------------------------------------------- fairness */

static unsigned int order[CPUS], nr_in;

static void *enter_once(void *cpu)
{
	cpu_number = (unsigned long)cpu;
	spin_lock(&lock);
	order[nr_in++] = cpu_number;
	spin_unlock(&lock);
	return NULL;
}

static void who_comes_first_enters_first(void **state)
{
	pthread_t thread[CPUS];

	(void)state;
	for (int round = 0; round < 50; round++) {
		nr_in = 0;
		spin_lock(&lock);
		for (unsigned long i = 1; i < CPUS; i++) {
			u32 was = __atomic_load_n(&lock.val, __ATOMIC_RELAXED);

			pthread_create(&thread[i], NULL, enter_once, (void *)(CPUS - i));
			while (__atomic_load_n(&lock.val, __ATOMIC_RELAXED) == was)
				sched_yield();		/* until it stands in the queue */
		}
		spin_unlock(&lock);
		for (unsigned long i = 1; i < CPUS; i++)
			pthread_join(thread[i], NULL);
		assert_int_equal(nr_in, CPUS - 1);
		for (unsigned int i = 1; i < CPUS; i++)
			assert_int_equal(order[i - 1], CPUS - i);
	}
}

static void trylock_does_not_pass_the_queue(void **state)
{
	struct spinlock left = { tail_of(3, 0) };	/* the holder has let go, the first has not yet taken it */

	(void)state;
	assert_false(spin_trylock(&left));
	assert_int_equal(preempt_count(), 1);
	left.val = SPIN_LOCKED;
	assert_false(spin_trylock(&left));
	left.val = 0;
	assert_true(spin_trylock(&left));
	assert_int_equal(preempt_count(), 2);
	assert_true(spin_is_locked(&left));
	spin_unlock(&left);
	assert_int_equal(preempt_count(), 1);
	assert_int_equal(left.val, 0);
}

/* -------------------------------------------------------------------- nesting */

static void *count_within_interrupts(void *cpu)
{
	cpu_number = (unsigned long)cpu;
	for (int i = 0; i < ROUNDS / 2; i++) {
		nr_waiting = i % (MAX_NESTED + 1);	/* places of what was interrupted while it waited */
		spin_lock(&lock);
		counter++;
		spin_unlock(&lock);
	}
	return NULL;
}

static void every_depth_of_interrupts_has_its_place(void **state)
{
	(void)state;
	counter = 0;
	run_cpus(CPUS, count_within_interrupts);
	assert_int_equal(counter, CPUS * (ROUNDS / 2));
	assert_int_equal(lock.val, 0);
}

static void each_place_has_a_name(void **state)
{
	(void)state;
	for (unsigned int cpu = 0; cpu < NR_CPUS; cpu++)
		for (unsigned int nested = 0; nested < MAX_NESTED; nested++) {
			u32 tail = tail_of(cpu, nested);

			assert_int_not_equal(tail, 0);
			assert_int_equal(tail & 0xff, 0);
			assert_ptr_equal(waiter_at(tail), &waiters[cpu].place[nested]);
		}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_one_holds_it),
		cmocka_unit_test(who_comes_first_enters_first),
		cmocka_unit_test(trylock_does_not_pass_the_queue),
		cmocka_unit_test(every_depth_of_interrupts_has_its_place),
		cmocka_unit_test(each_place_has_a_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
