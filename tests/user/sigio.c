/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals that tell that a pipe or a terminal can be read or written: O_ASYNC, F_SETOWN, F_SETSIG. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

static sigset_t set;

/* The signal that comes, or 0 if none does for a while. */
static int next(siginfo_t *info, int ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };
	int sig = sigtimedwait(&set, info, &ts);

	return sig < 0 ? 0 : sig == SIGRTMIN ? 1000 : sig;
}

#define LONG	20000			/* ms, for what is to come */
#define SHORT	50			/* for what is not */

static void owners(void)
{
	struct f_owner_ex ex = { F_OWNER_PID, 0 };
	int p[2];

	pipe(p);
	result(fcntl(p[0], F_GETOWN));
	result(fcntl(p[0], F_GETSIG));
	result(fcntl(p[0], F_SETOWN, getpid()));
	check(fcntl(p[0], F_GETOWN) == getpid());
	result(fcntl(p[0], F_GETOWN_EX, &ex));
	check(ex.type == F_OWNER_PID && ex.pid == getpid());
	ex = (struct f_owner_ex){ F_OWNER_TID, gettid() };
	result(fcntl(p[0], F_SETOWN_EX, &ex));
	ex.pid = 0;
	result(fcntl(p[0], F_GETOWN_EX, &ex));
	check(ex.type == F_OWNER_TID && ex.pid == gettid());
	result(fcntl(p[0], F_SETOWN, -getpgrp()));
	result(fcntl(p[0], F_GETOWN_EX, &ex));
	check(ex.type == F_OWNER_PGRP && ex.pid == getpgrp());
	result(fcntl(p[0], F_SETOWN, 0x3fffffff));
	result(fcntl(p[0], F_SETOWN, 0x80000000));
	ex.type = 3;
	result(fcntl(p[0], F_SETOWN_EX, &ex));
	result(fcntl(p[0], F_SETOWN_EX, (void *)8));
	result(fcntl(p[0], F_GETOWN_EX, (void *)8));
	result(fcntl(p[0], F_SETOWN, 0));
	result(fcntl(p[0], F_GETOWN));
	result(fcntl(p[0], F_SETSIG, SIGUSR1));
	check(fcntl(p[0], F_GETSIG) == SIGUSR1);
	result(fcntl(p[0], F_SETSIG, 65));
	result(fcntl(p[0], F_SETSIG, -1));
	result(fcntl(p[0], F_SETFL, O_ASYNC));
	check(fcntl(p[0], F_GETFL) == (O_RDONLY | O_ASYNC));
	write(p[1], "x", 1);		/* nobody is told */
	result(next(NULL, SHORT));
	close(p[0]);
	close(p[1]);
}

static void pipes(void)
{
	siginfo_t info;
	char buf[70000] = { 0 };
	int p[2], on = 1;

	pipe2(p, O_NONBLOCK);
	fcntl(p[0], F_SETOWN, getpid());
	result(fcntl(p[0], F_SETFL, O_ASYNC | O_NONBLOCK));
	result(next(NULL, SHORT));
	write(p[1], "x", 1);
	check(next(&info, LONG) == SIGIO);
	check(info.si_code == SI_KERNEL);
	read(p[0], buf, 1);
	result(next(NULL, SHORT));
	result(fcntl(p[0], F_SETSIG, SIGRTMIN));
	write(p[1], "x", 1);
	check(next(&info, LONG) == 1000);
	check(info.si_code == POLL_IN && info.si_fd == p[0] && info.si_band == (POLLIN | POLLRDNORM));
	read(p[0], buf, 1);
	result(fcntl(p[0], F_SETFL, O_NONBLOCK));
	write(p[1], "x", 1);
	result(next(NULL, SHORT));
	/* the end for writing has its own */
	while (write(p[1], buf, sizeof(buf)) > 0)
		;
	fcntl(p[1], F_SETOWN, getpid());
	fcntl(p[1], F_SETSIG, SIGRTMIN);
	result(ioctl(p[1], FIOASYNC, &on));
	check(fcntl(p[1], F_GETFL) & O_ASYNC);
	result(next(NULL, SHORT));
	while (read(p[0], buf, sizeof(buf)) > 0)
		;
	check(next(&info, LONG) == 1000);
	check(info.si_code == POLL_OUT && info.si_fd == p[1]);
	while (next(&info, SHORT))
		;
	on = 0;
	result(ioctl(p[1], FIOASYNC, &on));
	close(p[1]);
	/* the last writer goes */
	pipe(p);
	fcntl(p[0], F_SETOWN, getpid());
	fcntl(p[0], F_SETFL, O_ASYNC);
	close(p[1]);
	check(next(&info, LONG) == SIGIO);
	close(p[0]);
}

/* A group is told, and a thread that another process names. */
static void groups(void)
{
	int p[2], status;
	siginfo_t info;
	pid_t pid;

	pipe(p);
	pid = fork();
	if (!pid) {
		setpgid(0, 0);
		write(p[1], "r", 1);
		check(next(&info, LONG) == SIGIO);
		exit(0);
	}
	while (poll(&(struct pollfd){ p[0], POLLIN, 0 }, 1, -1) != 1)
		;
	result(fcntl(p[0], F_SETOWN, -pid));
	result(fcntl(p[0], F_SETFL, O_ASYNC));
	write(p[1], "x", 1);
	waitpid(pid, &status, 0);
	check(WIFEXITED(status) && !WEXITSTATUS(status));
	result(next(NULL, SHORT));
	result(fcntl(p[0], F_GETOWN) == 0 || fcntl(p[0], F_GETOWN) == -pid);
	write(p[1], "x", 1);		/* nobody is there any more */
	result(next(NULL, SHORT));
	close(p[0]);
	close(p[1]);
	/* by default it ends a process */
	if (!fork()) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		pipe(p);
		fcntl(p[0], F_SETOWN, getpid());
		fcntl(p[0], F_SETFL, O_ASYNC);
		write(p[1], "x", 1);
		for (;;)
			pause();
	}
	wait(&status);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGIO);
}

static void terminals(void)
{
	int master, slave;
	siginfo_t info;
	char c[8];

	openpty(&master, &slave, NULL, NULL, NULL);
	fcntl(slave, F_SETOWN, getpid());
	fcntl(slave, F_SETSIG, SIGRTMIN);
	result(fcntl(slave, F_SETFL, O_RDWR | O_ASYNC));
	write(master, "a", 1);
	result(next(NULL, SHORT));	/* not a line yet */
	write(master, "\n", 1);
	check(next(&info, LONG) == 1000);
	check(info.si_code == POLL_IN && info.si_fd == slave);
	result(read(slave, c, sizeof(c)));
	fcntl(slave, F_SETFL, O_RDWR);
	write(master, "b\n", 2);
	result(next(NULL, SHORT));
	tcflush(slave, TCIOFLUSH);
	while (poll(&(struct pollfd){ master, POLLIN, 0 }, 1, 0) == 1)
		read(master, c, sizeof(c));
	fcntl(master, F_SETOWN, getpid());
	result(fcntl(master, F_SETFL, O_RDWR | O_ASYNC));
	write(slave, "c", 1);
	check(next(&info, LONG) == SIGIO);
	close(slave);
	close(master);
}

/* Files that never make anyone wait have no such signal. */
static void others(void)
{
	int fd = open("f", O_CREAT | O_RDWR, 0600);

	result(fcntl(fd, F_SETFL, O_ASYNC));
	check(!(fcntl(fd, F_GETFL) & O_ASYNC));
	result(ioctl(fd, FIOASYNC, &(int){ 1 }));
	result(fcntl(fd, F_SETOWN, getpid()));
	close(fd);
	unlink("f");
}

int main(void)
{
	sigemptyset(&set);
	sigaddset(&set, SIGIO);
	sigaddset(&set, SIGUSR1);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	owners();
	pipes();
	groups();
	terminals();
	others();
	return 0;
}
