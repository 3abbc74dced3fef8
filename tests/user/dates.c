/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Who waits for a date notices that the date is set; who waits for a time does not. The
 * machine that builds keeps its date: there nothing is done but to print what is expected.
 */
#include "check.h"
#include <linux/futex.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/timerfd.h>
#include <sys/utsname.h>
#include <time.h>

#define HOUR	3600

static int lantern;
static struct timespec begin_date, begin_time;

static struct timespec now(int clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts;
}

/* As check(), on Lantern alone. */
#define check_there(what) printf("%s: %s\n", #what, !lantern || (what) ? "yes" : "NO")

static void set_date(long seconds)
{
	struct timespec ts = { seconds, 0 };

	if (lantern && clock_settime(CLOCK_REALTIME, &ts))
		printf("the date cannot be set\n");
}

/* Some time after a sleeper sleeps, and so that it does not matter if it sleeps not yet. */
static void *set_later(void *arg)
{
	usleep(100000);
	set_date((long)arg);
	return NULL;
}

static void later(long seconds)
{
	pthread_t t;

	pthread_create(&t, NULL, set_later, (void *)seconds);
	pthread_detach(t);
}

static long start;

static struct timespec in_an_hour(void)
{
	set_date(start);
	return (struct timespec){ start + HOUR, 0 };
}

static void sleepers(void)
{
	struct timespec at = in_an_hour();
	unsigned word = 0;

	later(start + HOUR);
	check_there(!lantern || clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL) == 0);
	check_there(now(CLOCK_REALTIME).tv_sec - start - HOUR < 60);
	at = in_an_hour();
	later(start + HOUR + 1);
	check_there(syscall(SYS_futex, &word, FUTEX_WAIT_BITSET | FUTEX_CLOCK_REALTIME, 0, &at, NULL, ~0) == -1 && errno == ETIMEDOUT);
	check_there(now(CLOCK_REALTIME).tv_sec - start - HOUR < 60);

	/* back: a date that was near is far away, and a time is not */
	set_date(start);
	at = (struct timespec){ start, 300000000 };
	later(start - HOUR);
	struct timespec relative = { 0, 400000000 };
	check_there(clock_nanosleep(CLOCK_REALTIME, 0, &relative, NULL) == 0);
	check_there(now(CLOCK_REALTIME).tv_sec < start - HOUR + 60);
	later(start);
	check_there(!lantern || clock_nanosleep(CLOCK_REALTIME, TIMER_ABSTIME, &at, NULL) == 0);
	check_there(now(CLOCK_REALTIME).tv_sec >= start);
}

static void timers(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct itimerspec spec = { .it_value = in_an_hour(), .it_interval = { HOUR, 0 } }, value;
	timer_t timer;
	sigset_t set;
	siginfo_t info;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	result(timer_create(CLOCK_REALTIME, &event, &timer));
	result(timer_settime(timer, TIMER_ABSTIME, &spec, NULL));
	set_date(start + HOUR / 2);
	timer_gettime(timer, &value);
	check_there(value.it_value.tv_sec > HOUR / 2 - 60 && value.it_value.tv_sec <= HOUR / 2);
	set_date(start + HOUR);
	check_there(sigwaitinfo(&set, &info) == SIGRTMIN && info.si_overrun == 0);
	timer_gettime(timer, &value);
	check_there(value.it_value.tv_sec > HOUR - 60);
	set_date(start + 4 * HOUR + 1);		/* two were missed */
	check_there(sigwaitinfo(&set, &info) == SIGRTMIN && info.si_overrun == 2);
	/* the time that something takes does not go by the date */
	spec = (struct itimerspec){ .it_value = { HOUR, 0 } };
	result(timer_settime(timer, 0, &spec, NULL));
	set_date(start + 10 * HOUR);
	timer_gettime(timer, &value);
	check_there(value.it_value.tv_sec > HOUR - 60);
	result(timer_delete(timer));
}

static void files(void)
{
	struct itimerspec spec = { .it_value = in_an_hour() }, value;
	unsigned long long n = 0;
	int fd = timerfd_create(CLOCK_REALTIME, TFD_NONBLOCK);
	struct pollfd p = { .fd = fd, .events = POLLIN };

	result(timerfd_settime(fd, TFD_TIMER_ABSTIME, &spec, NULL));
	result(read(fd, &n, 8));
	set_date(start + HOUR);
	check_there(poll(&p, 1, -1) == 1);
	check_there(read(fd, &n, 8) == 8 && n == 1);
	/* the next is cancelled */
	spec.it_value = in_an_hour();
	result(timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, NULL));
	result(poll(&p, 1, 0));
	set_date(start + 10);
	check_there(poll(&p, 1, -1) == 1 && p.revents == POLLIN);
	check_there(read(fd, &n, 8) == -1 && errno == ECANCELED);
	result(read(fd, &n, 8));
	timerfd_gettime(fd, &value);
	check_there(value.it_value.tv_sec > HOUR - 70 && value.it_value.tv_sec <= HOUR - 10);
	set_date(start + 20);
	spec.it_value.tv_sec++;
	check_there(timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &spec, NULL) == -1 && errno == ECANCELED);
	result(read(fd, &n, 8));
	set_date(start + HOUR + 2);
	check_there(read(fd, &n, 8) == -1 && errno == ECANCELED);
	/* without a date it is of no use */
	spec.it_value = (struct timespec){ HOUR, 0 };
	result(timerfd_settime(fd, TFD_TIMER_CANCEL_ON_SET, &spec, NULL));
	set_date(start);
	result(read(fd, &n, 8));
	timerfd_gettime(fd, &value);
	check_there(value.it_value.tv_sec > HOUR - 60);
	result(timerfd_settime(fd, 4, &spec, NULL));
	result(timerfd_create(CLOCK_TAI, 0));
	result(timerfd_create(CLOCK_PROCESS_CPUTIME_ID, 0));
	close(fd);
}

int main(void)
{
	struct utsname name;

	uname(&name);
	lantern = strstr(name.release, "lantern") != NULL;
	begin_date = now(CLOCK_REALTIME);
	begin_time = now(CLOCK_MONOTONIC);
	start = begin_date.tv_sec;
	sleepers();
	timers();
	files();
	set_date(begin_date.tv_sec + now(CLOCK_MONOTONIC).tv_sec - begin_time.tv_sec);
	return 0;
}
