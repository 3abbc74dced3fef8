/* SPDX-License-Identifier: BSD-2-Clause */
/* fork(), vfork(), exit and all the ways to wait. */
#include "check.h"
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

static void show(const char *what, int status)
{
	if (WIFEXITED(status))
		printf("%s: exit %d\n", what, WEXITSTATUS(status));
	else if (WIFSIGNALED(status))
		printf("%s: signal %d\n", what, WTERMSIG(status));
	else if (WIFSTOPPED(status))
		printf("%s: stopped by %d\n", what, WSTOPSIG(status));
	else if (WIFCONTINUED(status))
		printf("%s: goes on\n", what);
	else
		printf("%s: %#x\n", what, status);
	fflush(stdout);
}

static volatile int shared = 1;

static void memory_is_copied(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		check(shared == 1);
		shared = 2;
		_exit(shared);
	}
	check(waitpid(pid, &status, 0) == pid);
	show("child", status);
	check(shared == 1);
}

static void vfork_shares_memory(void)
{
	int status;
	pid_t pid = vfork();

	if (!pid) {
		shared = 3;
		_exit(7);
	}
	check(shared == 3);
	check(waitpid(pid, &status, 0) == pid);
	show("vfork", status);
}

static void ends_by_signals(void)
{
	const int signals[] = { SIGKILL, SIGTERM, SIGSEGV, SIGUSR1, SIGRTMIN };
	int status;

	for (unsigned int i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		pid_t pid = fork();

		if (!pid) {
			setrlimit(RLIMIT_CORE, &(struct rlimit){ 0, 0 });
			raise(signals[i]);
			_exit(99);
		}
		waitpid(pid, &status, 0);
		show("raised", status & ~0x80);
	}
}

static void stops_and_goes_on(void)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		raise(SIGSTOP);
		usleep(200000);		/* the parent is to see that it goes on */
		_exit(5);
	}
	result(waitpid(pid, &status, WUNTRACED) == pid);
	show("first", status);
	result(waitpid(pid, &status, WUNTRACED | WNOHANG));
	kill(pid, SIGCONT);
	result(waitpid(pid, &status, WCONTINUED) == pid);
	show("then", status);
	result(waitpid(pid, &status, 0) == pid);
	show("last", status);
	result(waitpid(pid, &status, 0));
}

static void waitid_tells(void)
{
	siginfo_t info;
	pid_t pid = fork();

	if (!pid)
		_exit(300);		/* the lower eight bits count */
	memset(&info, 0x55, sizeof(info));
	result(waitid(P_PID, pid, &info, WEXITED | WNOWAIT));
	check(info.si_pid == pid && info.si_signo == SIGCHLD && info.si_uid == getuid());
	printf("code %d status %d\n", info.si_code, info.si_status);
	result(waitid(P_ALL, 0, &info, WEXITED));
	check(info.si_pid == pid);
	result(waitid(P_PID, pid, &info, WEXITED));
	result(waitid(P_ALL, 0, &info, 0));
	result(waitid(77, 0, &info, WEXITED));
	pid = fork();
	if (!pid) {
		for (;;)
			pause();
	}
	memset(&info, 0x55, sizeof(info));
	result(waitid(P_PGID, 0, &info, WEXITED | WNOHANG));
	printf("nothing yet: pid %d signo %d\n", info.si_pid, info.si_signo);
	kill(pid, SIGKILL);
	result(waitid(P_PGID, getpgrp(), &info, WEXITED));
	printf("code %d status %d\n", info.si_code, info.si_status);
}

static void bad_arguments(void)
{
	int status;

	result(wait4(-1, &status, 0x12345678, NULL));
	result(wait4(-1, &status, 0, NULL));
	result(wait4(0x7fffffff, &status, 0, NULL));
	result(wait4((int)0x80000000, &status, 0, NULL));
	result(wait4(1, &status, WNOHANG, NULL));
}

/* A child leaves children behind: they get another parent. */
static void orphans(void)
{
	int fds[2], status;
	pid_t pid, parent;
	char c;

	pipe(fds);
	pid = fork();
	if (!pid) {
		pid_t me = getpid();

		if (!fork()) {
			while (getppid() == me)
				usleep(1000);
			parent = getppid();
			write(fds[1], &parent, sizeof(parent));
			_exit(0);
		}
		_exit(1);
	}
	waitpid(pid, &status, 0);
	check(read(fds[0], &parent, sizeof(parent)) == sizeof(parent));
	check(parent > 0 && parent != getpid());
	close(fds[1]);
	check(read(fds[0], &c, 1) == 0);
	close(fds[0]);
}

static void ignored_children_leave_nothing(void)
{
	signal(SIGCHLD, SIG_IGN);
	if (!fork())
		_exit(3);
	result(wait(NULL));
	signal(SIGCHLD, SIG_DFL);
}

static void times_are_counted(void)
{
	struct rusage ru;
	int status;
	pid_t pid = fork();

	if (!pid) {
		struct timespec used;

		do
			clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
		while (used.tv_nsec < 250000000);
		_exit(0);
	}
	check(wait4(pid, &status, 0, &ru) == pid);
	check(ru.ru_utime.tv_sec * 1000000 + ru.ru_utime.tv_usec + ru.ru_stime.tv_sec * 1000000 + ru.ru_stime.tv_usec > 200000);
	check(ru.ru_maxrss > 0);
	getrusage(RUSAGE_CHILDREN, &ru);
	check(ru.ru_utime.tv_sec * 1000000 + ru.ru_utime.tv_usec + ru.ru_stime.tv_sec * 1000000 + ru.ru_stime.tv_usec > 200000);
}

static void many(void)
{
	int n, ended = 0, sum = 0, status;

	for (n = 0; n < 60; n++)
		if (!fork())
			_exit(n);
	while (wait(&status) > 0) {
		ended++;
		sum += WEXITSTATUS(status);
	}
	printf("%d ended, sum %d\n", ended, sum);
}

int main(void)
{
	memory_is_copied();
	vfork_shares_memory();
	ends_by_signals();
	stops_and_goes_on();
	waitid_tells();
	bad_arguments();
	orphans();
	ignored_children_leave_nothing();
	times_are_counted();
	many();
	return 0;
}
