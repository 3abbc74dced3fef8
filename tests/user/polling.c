/* SPDX-License-Identifier: BSD-2-Clause */
/* poll, select, epoll, and the files made for them: eventfd, timerfd, signalfd. */
#include "check.h"
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/syscall.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <time.h>

static int fds[2];

static void polls(void)
{
	struct pollfd p[3] = { { .fd = fds[0], .events = POLLIN }, { .fd = fds[1], .events = POLLOUT }, { .fd = -1 } };

	result(poll(p, 3, 0));
	check(!p[0].revents && p[1].revents == POLLOUT && !p[2].revents);
	char odd[1 + sizeof(p)];
	memcpy(odd + 1, p, sizeof(p));		/* at any address */
	odd[1 + offsetof(struct pollfd, revents)] = 1;
	result(syscall(SYS_poll, odd + 1, 3, 0));
	check(!memcmp(odd + 1, p, sizeof(p)));
	p[2].fd = 999;
	result(poll(p, 3, 1000));
	check(p[2].revents == POLLNVAL);
	write(fds[1], "x", 1);
	result(poll(p, 1, -1));
	check(p[0].revents == POLLIN);
	char c;
	read(fds[0], &c, 1);
	result(poll(p, 1, 20));
	result(poll(NULL, 0, 10));
	result(syscall(SYS_poll, 8L, 1, 0));
	if (fork() == 0) {
		usleep(20000);
		write(fds[1], "y", 1);
		_exit(0);
	}
	result(poll(p, 1, 5000));
	wait(NULL);
	read(fds[0], &c, 1);
	check(c == 'y');
}

static void selects(void)
{
	struct timeval tv = { 0, 10000 };
	fd_set in, out;

	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_SET(fds[0], &in);
	FD_SET(fds[1], &out);
	result(select(fds[1] + 1, &in, &out, NULL, NULL));
	check(!FD_ISSET(fds[0], &in) && FD_ISSET(fds[1], &out));
	FD_ZERO(&in);
	FD_SET(fds[0], &in);
	result(select(fds[0] + 1, &in, NULL, NULL, &tv));
	check(tv.tv_sec == 0 && tv.tv_usec == 0);
	FD_SET(500, &in);
	tv.tv_usec = 0;
	result(select(501, &in, NULL, NULL, &tv));
	result(select(-1, NULL, NULL, NULL, &tv));
	tv = (struct timeval){ LONG_MAX, 1000000 };
	result(syscall(SYS_select, 0, NULL, NULL, NULL, &tv));
}

static void epolls(void)
{
	struct epoll_event ev = { .events = EPOLLIN, .data.u64 = 77 }, got[4];
	int ep, ep2;
	char c;

	outcome(ep = epoll_create1(EPOLL_CLOEXEC));
	result(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &ev));
	result(epoll_ctl(ep, EPOLL_CTL_ADD, fds[0], &ev));
	result(epoll_wait(ep, got, 4, 0));
	write(fds[1], "ab", 2);
	result(epoll_wait(ep, got, 4, -1));
	check(got[0].events == EPOLLIN && got[0].data.u64 == 77);
	result(epoll_wait(ep, got, 4, 0));	/* level: still there */
	ev.events = EPOLLIN | EPOLLET;
	result(epoll_ctl(ep, EPOLL_CTL_MOD, fds[0], &ev));
	result(epoll_wait(ep, got, 4, 0));
	result(epoll_wait(ep, got, 4, 0));	/* edge: told once */
	read(fds[0], &c, 1);
	write(fds[1], "c", 1);
	result(epoll_wait(ep, got, 4, 0));
	ev.events = EPOLLIN | EPOLLONESHOT;
	epoll_ctl(ep, EPOLL_CTL_MOD, fds[0], &ev);
	result(epoll_wait(ep, got, 4, 0));
	result(epoll_wait(ep, got, 4, 0));
	epoll_ctl(ep, EPOLL_CTL_MOD, fds[0], &ev);
	result(epoll_wait(ep, got, 4, 0));
	outcome(ep2 = epoll_create1(0));
	ev.events = EPOLLIN;
	result(epoll_ctl(ep2, EPOLL_CTL_ADD, ep, &ev));
	result(epoll_ctl(ep, EPOLL_CTL_ADD, ep2, &ev));
	result(epoll_ctl(ep, EPOLL_CTL_ADD, ep, &ev));
	int dir = open(".", O_RDONLY);
	result(epoll_ctl(ep, EPOLL_CTL_DEL, dir, &ev));
	close(dir);
	result(epoll_ctl(ep, EPOLL_CTL_DEL, fds[0], &ev));
	result(epoll_wait(ep, got, 0, 0));
	result(epoll_wait(ep, got, 4, 10));
	read(fds[0], &c, 1);
	read(fds[0], &c, 1);
	int d = dup(fds[0]);
	epoll_ctl(ep, EPOLL_CTL_ADD, d, &ev);
	close(d);			/* the file lives on under its other number, and so does the watch */
	write(fds[1], "x", 1);
	result(epoll_wait(ep, got, 4, 0));
	read(fds[0], &c, 1);
	close(ep2);
	close(ep);
	result(epoll_wait(ep, got, 4, 0));
}

static void eventfds(void)
{
	int fd = eventfd(3, EFD_NONBLOCK), sem = eventfd(2, EFD_SEMAPHORE | EFD_NONBLOCK);
	uint64_t v = 5;

	result(write(fd, &v, 8));
	result(read(fd, &v, 8));
	check(v == 8);
	result(read(fd, &v, 8));
	v = ~0ULL;
	result(write(fd, &v, 8));
	v = ~0ULL - 1;
	result(write(fd, &v, 8));
	v = 1;
	result(write(fd, &v, 8));
	result(read(fd, &v, 4));
	result(read(sem, &v, 8));
	check(v == 1);
	result(read(sem, &v, 8));
	result(read(sem, &v, 8));
	close(fd);
	close(sem);
}

static void timerfds(void)
{
	struct itimerspec spec = { { 0, 5000000 }, { 0, 5000000 } }, now;
	int fd = timerfd_create(CLOCK_MONOTONIC, 0);
	struct pollfd p = { .fd = fd, .events = POLLIN };
	uint64_t n;

	result(timerfd_settime(fd, 0, &spec, NULL));
	result(read(fd, &n, 8));
	check(n >= 1);
	usleep(30000);
	result(poll(&p, 1, 0));
	result(read(fd, &n, 8));
	check(n >= 4);
	result(timerfd_gettime(fd, &now));
	check(now.it_interval.tv_nsec == 5000000 && now.it_value.tv_nsec > 0 && now.it_value.tv_nsec <= 5000000);
	spec.it_value.tv_nsec = 0;
	result(timerfd_settime(fd, 0, &spec, &now));
	result(poll(&p, 1, 20));
	result(timerfd_create(99, 0));
	spec.it_value.tv_nsec = 1000000000;
	result(timerfd_settime(fd, 0, &spec, NULL));
	result(timerfd_settime(fds[0], 0, &now, NULL));
	close(fd);
}

static void signalfds(void)
{
	struct signalfd_siginfo info;
	sigset_t set;
	int fd;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	fd = signalfd(-1, &set, SFD_NONBLOCK);
	result(read(fd, &info, sizeof(info)));
	struct pollfd p = { .fd = fd, .events = POLLIN };
	result(poll(&p, 1, 0));
	kill(getpid(), SIGUSR1);
	result(poll(&p, 1, 0));
	result(read(fd, &info, sizeof(info)));
	check(info.ssi_signo == SIGUSR1 && info.ssi_pid == (unsigned)getpid() && info.ssi_code == SI_USER);
	result(read(fd, &info, 10));
	if (fork() == 0) {
		usleep(20000);
		kill(getppid(), SIGUSR1);
		_exit(0);
	}
	result(poll(&p, 1, 5000));
	wait(NULL);
	close(fd);
}

int main(void)
{
	if (pipe(fds))
		return 1;
	polls();
	selects();
	epolls();
	eventfds();
	timerfds();
	signalfds();
	return 0;
}
