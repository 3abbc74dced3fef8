// SPDX-License-Identifier: BSD-2-Clause
/* Mutexes, wait queues and completions under threads, with TSan. */
#include "threads.h"
#include "kernel/locking/wait.c"
#include "kernel/locking/completion.c"
#include "kernel/locking/mutex.c"

#define THREADS	6
#define ROUNDS	3000

void panic(const char *fmt, ...) { abort(); }

static struct task_struct *tasks[THREADS];
static unsigned int order[THREADS], nr_order;	/* who came first; guarded by what is tested */

static void i_am(void *cpu)
{
	cpu_number = (unsigned long)cpu;
	__atomic_store_n(&tasks[cpu_number], current, __ATOMIC_RELEASE);
}

static int nobody(void **state)
{
	(void)state;
	memset(tasks, 0, sizeof(tasks));
	nr_order = 0;
	cpu_number = THREADS;		/* the test itself is a CPU of its own */
	return 0;
}

/* Until @nr threads sleep; none may have ended. */
static void wait_until_asleep(unsigned int nr)
{
	while (nr_asleep(tasks, ARRAY_SIZE(tasks)) < nr)
		sched_yield();
}

/* -------------------------------------------------------------------- mutexes */

static DEFINE_MUTEX(mutex);
static unsigned long counter;		/* plain: TSan sees whether the mutex guards it */

static void *count_up(void *cpu)
{
	i_am(cpu);
	for (int i = 0; i < ROUNDS; i++) {
		mutex_lock(&mutex);
		counter++;
		if (i % 8 == 0)
			sched_yield();
		mutex_unlock(&mutex);
		while (i % 16 == 0 && !mutex_trylock(&mutex))
			sched_yield();
		if (i % 16 == 0) {
			counter--;
			mutex_unlock(&mutex);
		}
	}
	return NULL;
}

static void only_one_has_it(void **state)
{
	(void)state;
	run_cpus(THREADS, count_up);
	assert_int_equal(counter, THREADS * (ROUNDS - (ROUNDS + 15) / 16));
	assert_int_equal(mutex.owner, 0);
	assert_true(list_empty(&mutex.wait_list));
}

static void *lock_once(void *cpu)
{
	i_am(cpu);
	mutex_lock(&mutex);
	order[nr_order++] = cpu_number;
	mutex_unlock(&mutex);
	return NULL;
}

static void it_goes_to_who_waited_longest(void **state)
{
	pthread_t thread[THREADS];

	(void)state;
	mutex_lock(&mutex);
	for (unsigned long i = 0; i < THREADS; i++) {
		pthread_create(&thread[i], NULL, lock_once, (void *)(THREADS - 1 - i));
		wait_until_asleep(i + 1);
	}
	assert_false(mutex_trylock(&mutex));
	mutex_unlock(&mutex);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	for (unsigned int i = 0; i < THREADS; i++)
		assert_int_equal(order[i], THREADS - 1 - i);
}

static struct task_struct *owner(void)
{
	return (struct task_struct *)(__atomic_load_n(&mutex.owner, __ATOMIC_ACQUIRE) & ~MUTEX_WAITERS);
}

static unsigned int nr_sleeps(struct task_struct *p)
{
	unsigned int nr;

	pthread_mutex_lock(&p->mutex);
	nr = p->state != TASK_RUNNING ? p->nr_sleeps : 0;
	pthread_mutex_unlock(&p->mutex);
	return nr;
}

static void who_runs_may_take_it_but_nobody_comes_too_late_twice(void **state)
{
	pthread_t thread[2];

	(void)state;
	mutex_lock(&mutex);
	for (unsigned long i = 0; i < 2; i++) {
		pthread_create(&thread[i], NULL, lock_once, (void *)i);
		wait_until_asleep(i + 1);
	}
	give_cpu(tasks[0], false);
	for (unsigned int i = 0; i < 3; i++) {		/* as often as it likes, while the first has not run */
		mutex_unlock(&mutex);
		assert_ptr_equal(owner(), NULL);
		assert_false(mutex_trylock(&mutex));	/* that is for those nobody waits behind */
		mutex_lock(&mutex);
		assert_ptr_equal(owner(), current);
	}
	give_cpu(tasks[0], true);
	while (nr_sleeps(tasks[0]) < 2)			/* it finds the mutex taken */
		sched_yield();
	give_cpu(tasks[0], false);
	mutex_unlock(&mutex);
	assert_ptr_equal(owner(), tasks[0]);		/* has it before it runs */
	assert_int_equal(nr_sleeps(tasks[1]), 1);
	give_cpu(tasks[0], true);
	for (unsigned int i = 0; i < 2; i++)
		pthread_join(thread[i], NULL);
	assert_true(order[0] == 0 && order[1] == 1);
	assert_int_equal(mutex.owner, 0);
}

/* ---------------------------------------------------------------- wait queues */

static DECLARE_WAIT_QUEUE_HEAD(queue);
static unsigned int tokens, taken;	/* atomic */

static bool take_token(void)
{
	unsigned int n = __atomic_load_n(&tokens, __ATOMIC_SEQ_CST);

	while (n && !__atomic_compare_exchange_n(&tokens, &n, n - 1, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
		;
	return n;
}

static bool gate;			/* atomic */

static bool gate_is_open(void)
{
	return __atomic_load_n(&gate, __ATOMIC_SEQ_CST);
}

/* wait_event() for one of several who want the same thing */
static void wait_exclusive(bool (*condition)(void))
{
	DEFINE_WAIT(wait, true);

	for (;;) {
		prepare_to_wait(&queue, &wait, TASK_UNINTERRUPTIBLE);
		if (condition())
			break;
		schedule();
	}
	finish_wait(&queue, &wait);
}

static void *take_tokens(void *cpu)
{
	i_am(cpu);
	for (int i = 0; i < ROUNDS; i++) {
		if (cpu_number == 0) {		/* one makes them, each for one of the others */
			for (int j = 1; j < THREADS; j++) {
				__atomic_fetch_add(&tokens, 1, __ATOMIC_SEQ_CST);
				wake_up(&queue);
			}
			continue;
		}
		wait_exclusive(take_token);
		__atomic_fetch_add(&taken, 1, __ATOMIC_SEQ_CST);
	}
	return NULL;
}

static void no_wake_up_is_lost(void **state)
{
	(void)state;
	run_cpus(THREADS, take_tokens);		/* a lost one hangs here */
	assert_int_equal(taken, (THREADS - 1) * ROUNDS);
	assert_int_equal(tokens, 0);
	assert_true(list_empty(&queue.entries));
}

static void *wait_at_gate(void *cpu)
{
	i_am(cpu);
	if (cpu_number % 2)
		wait_exclusive(gate_is_open);
	else
		wait_event(&queue, gate_is_open());
	return NULL;
}

static void wake_up_wakes_all_but_one_exclusive(void **state)
{
	pthread_t thread[THREADS];
	unsigned int left;

	(void)state;
	for (unsigned long i = 0; i < THREADS; i++) {
		pthread_create(&thread[i], NULL, wait_at_gate, (void *)i);
		wait_until_asleep(i + 1);
	}
	__atomic_store_n(&gate, true, __ATOMIC_SEQ_CST);
	wake_up(&queue);
	for (unsigned int i = 0; i < THREADS; i += 2)
		pthread_join(thread[i], NULL);
	pthread_join(thread[1], NULL);		/* the first of the exclusive ones */
	spin_lock(&queue.lock);
	left = 0;
	for (struct list_head *e = queue.entries.next; e != &queue.entries; e = e->next)
		left++;
	spin_unlock(&queue.lock);
	assert_int_equal(left, THREADS / 2 - 1);
	wake_up_all(&queue);
	for (unsigned int i = 3; i < THREADS; i += 2)
		pthread_join(thread[i], NULL);
	assert_true(list_empty(&queue.entries));
}

/* ---------------------------------------------------------------- completions */

static struct completion done;

static void *wait_once(void *cpu)
{
	i_am(cpu);
	wait_for_completion(&done);
	__atomic_fetch_add(&taken, 1, __ATOMIC_SEQ_CST);
	return NULL;
}

static void each_complete_ends_one_wait(void **state)
{
	pthread_t thread[THREADS];

	(void)state;
	init_completion(&done);
	taken = 0;
	complete(&done);
	complete(&done);
	assert_true(try_wait_for_completion(&done));
	wait_for_completion(&done);		/* does not sleep */
	assert_false(try_wait_for_completion(&done));
	for (unsigned long i = 0; i < THREADS; i++)
		pthread_create(&thread[i], NULL, wait_once, (void *)i);
	wait_until_asleep(THREADS);
	complete(&done);
	complete(&done);			/* perhaps before the first has run */
	while (__atomic_load_n(&taken, __ATOMIC_SEQ_CST) < 2)
		sched_yield();
	assert_int_equal(__atomic_load_n(&taken, __ATOMIC_SEQ_CST), 2);
	complete_all(&done);
	for (unsigned int i = 0; i < THREADS; i++)
		pthread_join(thread[i], NULL);
	wait_for_completion(&done);
	assert_true(try_wait_for_completion(&done));
}

struct job {
	struct completion done;
	unsigned int canary;
};

static struct job *job;			/* atomic */

/* Waits on its own stack, which is used for something else as soon as the wait ends. */
static void *give_jobs(void *cpu)
{
	i_am(cpu);
	for (int i = 0; i < ROUNDS; i++) {
		struct job mine = { .canary = i };

		if (cpu_number == 0) {
			init_completion(&mine.done);
			__atomic_store_n(&job, &mine, __ATOMIC_SEQ_CST);
			wait_for_completion(&mine.done);
			memset(&mine, 0xff, sizeof(mine));
		} else {
			struct job *j;

			while (!(j = __atomic_exchange_n(&job, NULL, __ATOMIC_SEQ_CST)))
				sched_yield();
			assert_int_equal(j->canary, i);
			complete(&j->done);
		}
	}
	return NULL;
}

static void a_completion_may_be_on_the_stack(void **state)
{
	(void)state;
	run_cpus(2, give_jobs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup(only_one_has_it, nobody),
		cmocka_unit_test_setup(it_goes_to_who_waited_longest, nobody),
		cmocka_unit_test_setup(who_runs_may_take_it_but_nobody_comes_too_late_twice, nobody),
		cmocka_unit_test_setup(no_wake_up_is_lost, nobody),
		cmocka_unit_test_setup(wake_up_wakes_all_but_one_exclusive, nobody),
		cmocka_unit_test_setup(each_complete_ends_one_wait, nobody),
		cmocka_unit_test_setup(a_completion_may_be_on_the_stack, nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
