/* SPDX-License-Identifier: BSD-2-Clause */
/* Futexes, and the locks and threads that glibc builds on them. */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <stddef.h>
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>

static long futex(void *addr, int op, unsigned int val, const void *timeout, void *addr2, unsigned int val3)
{
	return syscall(SYS_futex, addr, op, val, timeout, addr2, val3);
}

static unsigned int word, word2;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static long counter;
static int turn;
static __thread int own = 5;

static void calls(void)
{
	struct timespec soon = { 0, 10000000 }, bad = { 0, 2000000000 }, past = { 1, 0 };

	result(futex(&word, FUTEX_WAKE, 1, NULL, NULL, 0));
	result(futex(&word, FUTEX_WAIT, 1, NULL, NULL, 0));
	result(futex(&word, FUTEX_WAIT, 0, &soon, NULL, 0));
	result(futex(&word, FUTEX_WAIT_PRIVATE, 0, &bad, NULL, 0));
	result(futex(&word, FUTEX_WAIT_BITSET, 0, &past, NULL, 1));
	result(futex(&word, FUTEX_WAIT_BITSET, 0, &past, NULL, 0));
	result(futex((char *)&word + 1, FUTEX_WAIT, 0, NULL, NULL, 0));
	result(futex((void *)8, FUTEX_WAIT, 0, &soon, NULL, 0));
	result(futex((void *)-8, FUTEX_WAKE, 1, NULL, NULL, 0));
	result(futex(&word, 99, 0, NULL, NULL, 0));
	result(futex(&word, FUTEX_CMP_REQUEUE, 1, (void *)1, &word2, 7));
	result(futex(&word, FUTEX_WAKE_OP, 1, (void *)1, &word2, FUTEX_OP(FUTEX_OP_ADD, 3, FUTEX_OP_CMP_EQ, 0)));
	check(word2 == 3);
}

static void *locker(void *arg)
{
	for (int i = 0; i < 2000; i++) {
		pthread_mutex_lock(&mutex);
		counter++;
		pthread_mutex_unlock(&mutex);
	}
	own += (long)arg;
	return (void *)(long)own;
}

static void *ping(void *arg)
{
	int me = (long)arg;

	for (int i = 0; i < 200; i++) {
		pthread_mutex_lock(&mutex);
		while (turn != me)
			pthread_cond_wait(&cond, &mutex);
		turn = !me;
		pthread_cond_broadcast(&cond);
		pthread_mutex_unlock(&mutex);
	}
	return NULL;
}

static void threads(void)
{
	pthread_t t[4];
	void *ret;
	long sum = 0;

	for (long i = 0; i < 4; i++)
		check(!pthread_create(&t[i], NULL, locker, (void *)i));
	for (int i = 0; i < 4; i++) {
		pthread_join(t[i], &ret);
		sum += (long)ret;
	}
	check(counter == 8000);
	check(sum == 4 * 5 + 6 && own == 5);
	for (long i = 0; i < 2; i++)
		pthread_create(&t[i], NULL, ping, (void *)i);
	for (int i = 0; i < 2; i++)
		pthread_join(t[i], NULL);
	check(turn == 0);
}

static void between_processes(void)
{
	struct { sem_t sem; pthread_mutex_t robust; } *shared =
		mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pthread_mutexattr_t attr;
	pid_t pid;

	sem_init(&shared->sem, 1, 0);
	pid = fork();
	if (pid == 0) {
		usleep(20000);
		sem_post(&shared->sem);
		_exit(0);
	}
	result(sem_wait(&shared->sem));
	waitpid(pid, NULL, 0);
	pthread_mutexattr_init(&attr);
	pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
	pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
	pthread_mutex_init(&shared->robust, &attr);
	pid = fork();
	if (pid == 0) {
		pthread_mutex_lock(&shared->robust);
		_exit(0);		/* without unlocking it */
	}
	waitpid(pid, NULL, 0);
	check(pthread_mutex_lock(&shared->robust) == EOWNERDEAD);
	check(pthread_mutex_consistent(&shared->robust) == 0);
	check(pthread_mutex_unlock(&shared->robust) == 0);
}

static void *waiter(void *arg)
{
	return (void *)futex(arg, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
}

static void requeue(void)
{
	pthread_t t[3];
	void *ret;
	long woken = 0;

	word = word2 = 0;
	for (int i = 0; i < 3; i++)
		pthread_create(&t[i], NULL, waiter, &word);
	usleep(50000);
	result(futex(&word, FUTEX_CMP_REQUEUE_PRIVATE, 1, (void *)10, &word2, 0));
	result(futex(&word, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
	result(futex(&word2, FUTEX_WAKE_PRIVATE, 10, NULL, NULL, 0));
	for (int i = 0; i < 3; i++) {
		pthread_join(t[i], &ret);
		woken += ret == NULL;
	}
	check(woken == 3);
}

/* Wherever the kernel keeps those who wait for the two words, be it the same place. */
static void requeue_anywhere(void)
{
	static unsigned int words[600];
	int moved = 0;
	pthread_t t;

	pthread_create(&t, NULL, waiter, &words[0]);
	while (futex(&words[0], FUTEX_CMP_REQUEUE_PRIVATE, 0, (void *)1, &words[0], 0) != 1)
		usleep(1000);
	for (int i = 1; i < 600; i++)
		moved += futex(&words[i - 1], FUTEX_CMP_REQUEUE_PRIVATE, 0, (void *)1, &words[i], 0);
	check(moved == 599);
	result(futex(&words[0], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
	result(futex(&words[599], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0));
	pthread_join(t, NULL);
}

static void *shared_waiter(void *arg)
{
	return (void *)futex(arg, FUTEX_WAIT, 1, NULL, NULL, 0);
}

static unsigned int initialized[2048] = { [1024] = 1 };	/* a page of the program's file that nobody has written */

/* The page has another place in memory once it is written: that is before a wait for it begins. */
static void private_page_of_a_file(void)
{
	pthread_t t;
	void *ret;

	pthread_create(&t, NULL, shared_waiter, &initialized[1024]);
	while (futex(&initialized[1024], FUTEX_CMP_REQUEUE, 0, (void *)1, &initialized[1024], 1) != 1)
		usleep(1000);
	initialized[1024] = 2;
	while (futex(&initialized[1024], FUTEX_WAKE, 1, NULL, NULL, 0) != 1)
		usleep(1000);
	pthread_join(t, &ret);
	check(ret == NULL);
}

struct lock {
	struct robust_list list;
	unsigned int word;
};

/* It has let go of a lock and dies before it tells. */
static void *dies_telling(void *arg)
{
	static struct robust_list_head head = { .futex_offset = offsetof(struct lock, word) };
	struct lock *lock = arg;

	head.list.next = &head.list;
	head.list_op_pending = &lock->list;
	syscall(SYS_set_robust_list, &head, sizeof(head));
	syscall(SYS_exit, 0);
	return NULL;
}

static void *lock_waiter(void *arg)
{
	return (void *)futex(arg, FUTEX_WAIT, 0, NULL, NULL, 0);
}

static void robust_and_pending(void)
{
	static struct lock lock;
	pthread_t waits, dies;
	void *ret;

	pthread_create(&waits, NULL, lock_waiter, &lock.word);
	while (futex(&lock.word, FUTEX_CMP_REQUEUE, 0, (void *)1, &lock.word, 0) != 1)
		usleep(1000);
	pthread_create(&dies, NULL, dies_telling, &lock);
	pthread_join(waits, &ret);
	check(ret == NULL && lock.word == 0);
	pthread_join(dies, NULL);
}

int main(void)
{
	calls();
	threads();
	between_processes();
	requeue();
	requeue_anywhere();
	private_page_of_a_file();
	robust_and_pending();
	return 0;
}
