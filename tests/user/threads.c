/* SPDX-License-Identifier: BSD-2-Clause */
/* Threads: what they share, how they end one by one and all together, execve() from among them. */
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define THREADS	8

static int counter;
static pid_t tids[THREADS];
static __thread int own = 5;
static pthread_barrier_t together;

static void *count(void *arg)
{
	long nr = (long)arg;

	own += nr;
	tids[nr] = syscall(SYS_gettid);
	for (int i = 0; i < 1000; i++)
		__atomic_fetch_add(&counter, 1, __ATOMIC_RELAXED);
	pthread_barrier_wait(&together);
	return (void *)(long)own;
}

static void they_share_memory_and_number(void)
{
	pthread_t t[THREADS];
	void *result;
	long sum = 0;
	int same = 0;

	pthread_barrier_init(&together, NULL, THREADS);
	for (long i = 0; i < THREADS; i++)
		check(!pthread_create(&t[i], NULL, count, (void *)i));
	for (int i = 0; i < THREADS; i++) {
		pthread_join(t[i], &result);
		sum += (long)result;
	}
	for (int i = 0; i < THREADS; i++)
		for (int k = 0; k < i; k++)
			same += tids[i] == tids[k] || tids[i] == getpid();
	check(counter == THREADS * 1000);
	check(sum == THREADS * 5 + THREADS * (THREADS - 1) / 2 && own == 5);
	check(same == 0);
	check(syscall(SYS_gettid) == getpid());
	result(syscall(SYS_tgkill, getpid(), tids[0], 0));
}

static void *sleep_on(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static void *spin(void *arg)
{
	for (volatile int on = 1; on;)
		;
	return arg;
}

static void *leave(void *arg)
{
	usleep(20000);
	exit(23);
}

static void others(int nr)
{
	pthread_t t;

	for (int i = 0; i < nr; i++)
		pthread_create(&t, NULL, i % 2 ? spin : sleep_on, NULL);
	usleep(20000);
}

static void exit_ends_all(void)
{
	others(4);
	_exit(21);
}

static void a_thread_may_end_all(void)
{
	pthread_t t;

	others(2);
	pthread_create(&t, NULL, leave, NULL);
	for (;;)
		pause();
}

static void a_signal_ends_all(void)
{
	others(4);
	raise(SIGTERM);
}

static void *last(void *arg)
{
	usleep(50000);
	syscall(SYS_exit, 24);
	return NULL;
}

static void the_last_thread_ends_the_process(void)
{
	pthread_t t;

	pthread_create(&t, NULL, last, NULL);
	syscall(SYS_exit, 22);
}

static void exec_from_the_leader(void)
{
	others(4);
	execl("/bin/sh", "sh", "-c", "exit 31", NULL);
}

static pid_t leader;

static void *exec_it(void *arg)
{
	char command[64];

	usleep(20000);
	snprintf(command, sizeof(command), "test $$ = %d && exit 32", leader);
	execl("/bin/sh", "sh", "-c", command, NULL);
	_exit(97);
}

static void exec_from_another(void)
{
	pthread_t t;

	leader = getpid();
	others(3);
	pthread_create(&t, NULL, exec_it, NULL);
	for (;;)
		pause();
}

static void exec_when_the_leader_has_ended(void)
{
	pthread_t t;

	leader = getpid();
	pthread_create(&t, NULL, exec_it, NULL);
	syscall(SYS_exit, 0);
}

static void leader_leaves(void)
{
	pthread_t t;

	pthread_create(&t, NULL, sleep_on, NULL);
	syscall(SYS_exit, 0);
}

static int has_ended(pid_t pid)
{
	char path[32], text[64] = "";
	FILE *stat;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = fopen(path, "r");
	fgets(text, sizeof(text), stat);
	fclose(stat);
	return strstr(text, ") Z ") != NULL;
}

static void signals_when_the_leader_has_ended(void)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		leader_leaves();
	while (!has_ended(pid))
		usleep(1000);
	result(syscall(SYS_tgkill, pid, pid, SIGTERM));
	usleep(20000);
	result(waitpid(pid, &status, WNOHANG));
	result(kill(pid, 0));
	result(kill(pid, SIGTERM));
	check(waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	pid = fork();
	if (!pid)
		_exit(5);
	result(waitid(P_PID, pid, NULL, WEXITED | WNOWAIT));
	result(kill(pid, SIGKILL));
	result(kill(pid, SIGCONT));
	result(syscall(SYS_tgkill, pid, pid, SIGTERM));
	check(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 5);
	result(kill(pid, SIGKILL));
}

static void many_at_once(void)
{
	pthread_t t[100];
	int made = 0;

	for (int i = 0; i < 100; i++)
		made += !pthread_create(&t[i], NULL, sleep_on, NULL);
	_exit(made);
}

static void clone_flags(void)
{
	char *stack = malloc(65536);

	result(syscall(SYS_clone, CLONE_THREAD | SIGCHLD, stack + 65536, NULL, NULL, 0));
	result(syscall(SYS_clone, CLONE_SIGHAND | SIGCHLD, stack + 65536, NULL, NULL, 0));
	result(syscall(SYS_clone, CLONE_FS | CLONE_NEWNS | SIGCHLD, NULL, NULL, NULL, 0));
	result(syscall(SYS_clone3, NULL, 64));
	result(syscall(SYS_clone3, (void *)8, 64));
	result(syscall(SYS_clone3, stack, 32));
	result(syscall(SYS_clone3, stack, 8192));
	struct { unsigned long flags, pidfd, child, parent, exit_signal, stack, size, tls, set_tid, tids, cgroup, more; } a;
	memset(&a, 0, sizeof(a));
	a.more = 1;
	result(syscall(SYS_clone3, &a, sizeof(a)));
	a.more = 0;
	a.exit_signal = 65;
	result(syscall(SYS_clone3, &a, sizeof(a)));
	a.exit_signal = SIGCHLD;
	a.stack = 4096;
	result(syscall(SYS_clone3, &a, sizeof(a)));
	a.stack = 0;
	a.flags = 1UL << 40;
	result(syscall(SYS_clone3, &a, sizeof(a)));
	a.flags = SIGCHLD;
	result(syscall(SYS_clone3, &a, sizeof(a)));
	a.flags = CLONE_VM | CLONE_VFORK;
	pid_t pid = vfork();
	if (!pid)
		_exit(3);
	int status;
	check(waitpid(pid, &status, 0) == pid && WEXITSTATUS(status) == 3);
	result(waitpid(-1, &status, __WCLONE));
	pid_t child, parent = 0;
	pid = syscall(SYS_clone, CLONE_PARENT_SETTID | CLONE_CHILD_SETTID, NULL, &parent, &child, 0);
	if (!pid)
		_exit(child == syscall(SYS_gettid));
	check(parent == pid);
	result(waitpid(pid, &status, 0));
	check(waitpid(pid, &status, __WCLONE) == pid && WEXITSTATUS(status) == 1);
	free(stack);
}

int main(void)
{
	they_share_memory_and_number();
	in_a_child("exit_group", exit_ends_all, 98);
	in_a_child("exit in a thread", a_thread_may_end_all, 98);
	in_a_child("signal", a_signal_ends_all, 98);
	in_a_child("last thread", the_last_thread_ends_the_process, 98);
	in_a_child("exec by the leader", exec_from_the_leader, 98);
	in_a_child("exec by another", exec_from_another, 98);
	in_a_child("exec after the leader", exec_when_the_leader_has_ended, 98);
	signals_when_the_leader_has_ended();
	in_a_child("a hundred", many_at_once, 98);
	clone_flags();
	return 0;
}
