/* SPDX-License-Identifier: BSD-2-Clause */
/* Pipes and FIFOs: order, waiting, room, ends that are gone, sizes; many writers at once. */
#include "check.h"
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <sys/wait.h>

static char buf[200000];
static int fds[2];

static void simple(void)
{
	int n;

	result(pipe2(fds, O_NONBLOCK));
	result(read(fds[0], buf, 10));
	result(write(fds[1], "hello", 5));
	result(ioctl(fds[0], FIONREAD, &n));
	check(n == 5);
	result(read(fds[0], buf, 2));
	result(read(fds[0], buf, 10));
	result(write(fds[1], buf, 0));
	result(write(fds[1], buf, 100000));
	result(write(fds[1], buf, 1));
	result(read(fds[0], buf, 4095));
	result(write(fds[1], buf, 4096));
	result(read(fds[0], buf, 1));
	result(write(fds[1], buf, 4096));
	result(read(fds[0], buf, 100000));
	result(lseek(fds[0], 0, SEEK_CUR));
	result(pread(fds[0], buf, 1, 0));
	result(write(fds[0], buf, 1));
	result(read(fds[1], buf, 1));
	result(fcntl(fds[0], F_GETPIPE_SZ));
	result(fcntl(fds[0], F_SETPIPE_SZ, 5000));
	result(write(fds[1], buf, 100000));
	result(fcntl(fds[0], F_SETPIPE_SZ, 4096));
	result(close(fds[1]));
	result(read(fds[0], buf, 100000));
	result(read(fds[0], buf, 10));
	close(fds[0]);
	pipe(fds);
	signal(SIGPIPE, SIG_IGN);
	close(fds[0]);
	result(write(fds[1], "x", 1));
	close(fds[1]);
	result(pipe((int *)8));
	result(pipe2(fds, 0x123));
}

/* Writes of up to PIPE_BUF bytes stay in one piece, whoever else writes. */
static void writers(void)
{
	int mixed = 0, seen[4] = { 0 };
	char piece[1000];

	pipe(fds);
	for (int i = 0; i < 4; i++)
		if (fork() == 0) {
			memset(piece, 'a' + i, sizeof(piece));
			for (int n = 0; n < 200; n++)
				write(fds[1], piece, sizeof(piece));
			_exit(0);
		}
	close(fds[1]);
	for (;;) {
		size_t got = 0;
		ssize_t n = 1;

		while (got < sizeof(piece) && (n = read(fds[0], piece + got, sizeof(piece) - got)) > 0)
			got += n;
		if (got < sizeof(piece))
			break;
		for (size_t i = 1; i < sizeof(piece); i++)
			mixed += piece[i] != piece[0];
		seen[piece[0] - 'a']++;
	}
	check(!mixed && seen[0] == 200 && seen[1] == 200 && seen[2] == 200 && seen[3] == 200);
	close(fds[0]);
	while (wait(NULL) > 0)
		;
}

/* All bytes, in order, through a pipe that is often full. */
static void stream(void)
{
	unsigned long sum = 0, total = 0;
	ssize_t n;

	pipe(fds);
	if (fork() == 0) {
		for (size_t i = 0; i < sizeof(buf); i++)
			buf[i] = i * 7;
		for (int i = 0; i < 10; i++)
			write(fds[1], buf, sizeof(buf));
		_exit(0);
	}
	close(fds[1]);
	while ((n = read(fds[0], buf, 3000)) > 0)
		for (ssize_t i = 0; i < n; i++, total++)
			sum += (unsigned char)buf[i] != (unsigned char)(total % sizeof(buf) * 7);
	check(sum == 0 && total == 10 * sizeof(buf));
	close(fds[0]);
	wait(NULL);
}

static void fifos(void)
{
	int a, b;

	result(mkfifo("a_fifo", 0600));
	result(open("a_fifo", O_WRONLY | O_NONBLOCK));
	a = open("a_fifo", O_RDONLY | O_NONBLOCK);
	check(a >= 0);
	result(read(a, buf, 10));
	b = open("a_fifo", O_WRONLY);
	result(read(a, buf, 10));
	result(write(b, "through", 7));
	result(read(a, buf, 10));
	close(b);
	result(read(a, buf, 10));
	struct pollfd p = { .fd = a, .events = POLLIN };
	check(poll(&p, 1, 0) == 1 && p.revents == POLLHUP);
	close(a);
	if (fork() == 0) {
		a = open("a_fifo", O_WRONLY);
		write(a, "from a child", 12);
		_exit(0);
	}
	a = open("a_fifo", O_RDONLY);
	result(read(a, buf, 100));
	close(a);
	wait(NULL);
}

static void nothing(int sig)
{
}

static void interrupted(void)
{
	struct sigaction act = { .sa_handler = nothing };

	sigaction(SIGALRM, &act, NULL);
	pipe(fds);
	ualarm(50000, 0);
	result(read(fds[0], buf, 1));
	act.sa_flags = SA_RESTART;
	sigaction(SIGALRM, &act, NULL);
	ualarm(20000, 0);
	if (fork() == 0) {
		usleep(100000);
		write(fds[1], "z", 1);
		_exit(0);
	}
	result(read(fds[0], buf, 1));
	wait(NULL);
}

int main(void)
{
	simple();
	writers();
	stream();
	fifos();
	interrupted();
	return 0;
}
