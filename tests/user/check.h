/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For programs that print the same on Linux and on Lantern. What differs from run to
 * run (numbers of processes, times, addresses) is not printed but checked.
 */
#ifndef CHECK_H
#define CHECK_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

/* check() - print what is promised and whether it is so */
#define check(what) do {						\
	printf("%s: %s\n", #what, (what) ? "yes" : "NO");		\
	fflush(stdout);							\
} while (0)

/* result() - print what a call returns: its value, or the error by name */
#define result(call) do {						\
	errno = 0;							\
	long _r = (long)(call);						\
	if (_r == -1)							\
		printf("%s = -1 %s\n", #call, strerrorname_np(errno));	\
	else								\
		printf("%s = %ld\n", #call, _r);			\
	fflush(stdout);							\
} while (0)

/* outcome() - the same for a call whose value differs from run to run */
#define outcome(call) do {						\
	errno = 0;							\
	long _r = (long)(call);						\
	if (_r == -1)							\
		printf("%s = -1 %s\n", #call, strerrorname_np(errno));	\
	else								\
		printf("%s works\n", #call);				\
	fflush(stdout);							\
} while (0)

/* status_of_child() - run a function in a process of its own, which exits with @code if it returns. Return: as waitpid() has it */
static inline int status_of_child(void (*fn)(void), int code)
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		fn();
		fflush(stdout);
		_exit(code);
	}
	waitpid(pid, &status, 0);
	return status;
}

/* in_a_child() - the same, and print how it ended */
static inline void in_a_child(const char *what, void (*fn)(void), int code)
{
	int status = status_of_child(fn, code);

	if (WIFEXITED(status))
		printf("%s: exit %d\n", what, WEXITSTATUS(status));
	else
		printf("%s: signal %d\n", what, WTERMSIG(status));
	fflush(stdout);
}

#endif
