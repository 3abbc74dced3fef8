/* SPDX-License-Identifier: BSD-2-Clause */
/* Groups of processes and sessions: who may make, join and ask for which. */
#include "check.h"
#include <signal.h>

static int pipe_in[2];

static void wait_for_end(void)
{
	char c;

	close(pipe_in[1]);
	read(pipe_in[0], &c, 1);
	_exit(0);
}

static void part(void (*fn)(void))
{
	printf("child: %#x\n", status_of_child(fn, 0));
}

static void new_session(void)
{
	pid_t before = getpgrp();

	check(before != getpid());
	check(setsid() == getpid());
	check(getsid(0) == getpid() && getpgrp() == getpid() && getpgid(0) == getpid());
	result(setsid());
	result(setpgid(0, 0));
	result(setpgid(0, before));
}

static void groups_of_children(void)
{
	pid_t a, b;

	setsid();
	pipe(pipe_in);
	a = fork();
	if (!a)
		wait_for_end();
	b = fork();
	if (!b)
		wait_for_end();
	result(setpgid(a, 0));
	check(getpgid(a) == a);
	result(setpgid(b, a));
	check(getpgid(b) == a);
	result(setpgid(b, b + 12345));
	result(setpgid(b, -1));
	result(setpgid(1, 0));
	result(setpgid(0x7ffffff0, 0));
	result(kill(-a, 0));
	result(kill(-a, SIGTERM));
	check(waitpid(-a, NULL, 0) > 0);
	check(waitpid(-a, NULL, 0) > 0);
	result(waitpid(-a, NULL, 0));
	result(kill(-a, 0));
}

static void not_after_exec(void)
{
	static char *const argv[] = { "sh", "-c", "read x", NULL };
	int in[2], started[2];
	char c;
	pid_t pid;

	pipe(in);
	pipe2(started, 02000000);	/* O_CLOEXEC: closed once the program runs */
	pid = fork();
	if (!pid) {
		dup2(in[0], 0);
		close(in[1]);
		execv("/bin/sh", argv);
		_exit(1);
	}
	close(started[1]);
	read(started[0], &c, 1);
	result(setpgid(pid, 0));
	close(in[1]);
	waitpid(pid, NULL, 0);
}

static void bad_numbers(void)
{
	result(getpgid(-1));
	result(getsid(-1));
	result(getpgid(0x7ffffff0));
	result(getsid(0x7ffffff0));
	check(getppid() > 0);
}

int main(void)
{
	part(new_session);
	part(groups_of_children);
	part(not_after_exec);
	part(bad_numbers);
	return 0;
}
