/* SPDX-License-Identifier: BSD-2-Clause */
/* As many processes as one may have, and those that make more and more of themselves. */
#include "check.h"
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>

#define USERS	100000			/* from here on nobody has a process */
#define LIMIT		20

static const char *me;

/* Who is root has no limit; a user nobody was before has, for all processes. Return: its exit code, 128 and more: a signal */
static int as_user(rlim_t limit, int (*fn)(void))
{
	struct rlimit nproc = { limit, limit };
	static int nr;
	uid_t user = USERS + getpid() * 16 + nr++;
	int status;

	fflush(stdout);
	if (fork() == 0) {
		alarm(60);
		setpgid(0, 0);
		setrlimit(RLIMIT_NPROC, &nproc);
		if (setresgid(user, user, user) || setresuid(user, user, user))
			_exit(126);
		_exit(fn());
	}
	wait(&status);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* All of the group but who calls this. */
static void end_group(int nr)
{
	signal(SIGTERM, SIG_IGN);
	kill(0, SIGTERM);
	while (nr-- > 0)
		wait(NULL);
}

static int processes(void)
{
	int nr = 0;
	pid_t pid;

	while ((pid = fork()) > 0)
		nr++;
	if (pid == 0)
		for (;;)
			pause();
	if (errno != EAGAIN)
		nr = 100 + errno;
	end_group(nr);
	return nr;
}

static void *sleep_on(void *arg)
{
	for (;;)
		pause();
	return arg;
}

static int threads(void)
{
	pthread_attr_t attr;
	pthread_t t;
	int nr = 0, err;

	pthread_attr_init(&attr);
	pthread_attr_setstacksize(&attr, 65536);
	while ((err = pthread_create(&t, &attr, sleep_on, NULL)) == 0)
		nr++;
	return err == EAGAIN ? nr : 100 + err;
}

/* They count as long as nobody has asked how they ended. */
static int zombies(void)
{
	int nr = 0;
	pid_t pid;

	while ((pid = fork()) > 0)
		nr++;
	if (pid == 0)
		_exit(0);
	while (wait(NULL) > 0)
		;
	pid = fork();
	if (pid == 0)
		_exit(0);
	return pid > 0 ? nr : 100;
}

static int run_program(void)
{
	execl(me, me, "child", NULL);
	return 4;
}

/* All of them do what their parent does, until they are killed. */
static void bomb(void)
{
	for (;;)
		if (fork() < 0)
			usleep(1000);
}

static int bomb_survived(void)
{
	pid_t pid;
	int first;

	prctl(PR_SET_CHILD_SUBREAPER, 1);	/* all that the bomb leaves are asked for here */
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		bomb();
	}
	setpgid(pid, pid);
	while ((first = fork()) >= 0) {		/* until there is room for no more */
		if (first == 0)
			_exit(0);
		waitpid(first, NULL, 0);
	}
	do
		kill(-pid, SIGKILL);
	while (waitpid(-pid, NULL, 0) > 0);
	return errno == ECHILD && kill(-pid, 0) < 0;
}

int main(int argc, char **argv)
{
	bool root;

	if (argc > 1)
		return 3;
	me = argv[0];
	root = geteuid() == 0;		/* who is not can try none of it */
	check(!root || as_user(LIMIT, processes) == LIMIT - 1);
	check(!root || as_user(LIMIT, threads) == LIMIT - 1);
	check(!root || as_user(LIMIT, zombies) == LIMIT - 1);
	check(!root || as_user(0, processes) == 0);
	check(!root || as_user(1, processes) == 0);
	check(!root || as_user(LIMIT, run_program) == 3);
	check(!root || as_user(40, bomb_survived) == 1);
	return 0;
}
