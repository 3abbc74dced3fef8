/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks, sleeps and timers. */
#include "check.h"
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/times.h>
#include <time.h>

static volatile sig_atomic_t ticks;

static void tick(int sig)
{
	ticks++;
}

static double now(int clock)
{
	struct timespec ts;

	clock_gettime(clock, &ts);
	return ts.tv_sec + ts.tv_nsec * 1e-9;
}

static void reading(void)
{
	static const int clocks[] = {
		CLOCK_REALTIME, CLOCK_MONOTONIC, CLOCK_MONOTONIC_RAW, CLOCK_REALTIME_COARSE, CLOCK_MONOTONIC_COARSE,
		CLOCK_BOOTTIME, CLOCK_TAI, CLOCK_PROCESS_CPUTIME_ID, CLOCK_THREAD_CPUTIME_ID,
	};
	struct timespec a, b;
	struct timeval tv;

	for (unsigned i = 0; i < sizeof(clocks) / sizeof(*clocks); i++) {
		result(clock_gettime(clocks[i], &a));
		syscall(SYS_clock_gettime, clocks[i], &b);	/* the vDSO and the kernel agree */
		check(b.tv_sec > a.tv_sec || (b.tv_sec == a.tv_sec && b.tv_nsec >= a.tv_nsec));
	}
	result(clock_gettime(77, &a));
	result(syscall(SYS_clock_gettime, CLOCK_MONOTONIC, (void *)8));
	result(clock_getres(CLOCK_MONOTONIC, &a));
	check(a.tv_sec == 0 && a.tv_nsec == 1);
	gettimeofday(&tv, NULL);
	check(labs(tv.tv_sec - time(NULL)) <= 1 && tv.tv_sec > 1600000000);
	check(times(NULL) > 0);
}

static void sleeping(void)
{
	struct timespec ts = { 0, 20000000 }, bad = { 0, 1000000000 }, at;
	double start = now(CLOCK_MONOTONIC);

	result(nanosleep(&ts, NULL));
	check(now(CLOCK_MONOTONIC) - start >= 0.02);
	result(nanosleep(&bad, NULL));
	clock_gettime(CLOCK_MONOTONIC, &at);
	at.tv_nsec += 20000000;
	if (at.tv_nsec >= 1000000000) {
		at.tv_sec++;
		at.tv_nsec -= 1000000000;
	}
	start = now(CLOCK_MONOTONIC);
	check(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == 0);
	check(now(CLOCK_MONOTONIC) - start >= 0.015);
	check(clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, NULL) == 0);
	check(clock_nanosleep(77, 0, &ts, NULL) == EINVAL);
}

static void interrupted(void)
{
	struct sigaction sa = { .sa_handler = tick };
	struct itimerval soon = { .it_value = { 0, 300000 } }, old;
	struct timespec ts = { 5, 0 }, left = { 0, 0 };

	sigaction(SIGALRM, &sa, NULL);
	result(setitimer(ITIMER_REAL, &soon, NULL));
	result(nanosleep(&ts, &left));
	check(left.tv_sec == 4 && ticks == 1);
	soon.it_interval.tv_usec = 5000;
	soon.it_value.tv_usec = 5000;
	setitimer(ITIMER_REAL, &soon, NULL);
	while (ticks < 5)
		pause();
	result(getitimer(ITIMER_REAL, &old));
	check(old.it_interval.tv_usec == 5000);
	memset(&soon, 0, sizeof(soon));
	result(setitimer(ITIMER_REAL, &soon, &old));
	check(old.it_interval.tv_usec == 5000);
	result(alarm(10));
	result(alarm(0));
	result(alarm(0));
	soon.it_value.tv_usec = 1000000;
	result(setitimer(ITIMER_REAL, &soon, NULL));
	result(setitimer(9, &soon, NULL));
}

static void posix_timers(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 33 };
	struct itimerspec spec = { { 0, 0 }, { 0, 300000000 } }, value;
	siginfo_t info;
	sigset_t set;
	timer_t timer;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	result(timer_create(CLOCK_MONOTONIC, &event, &timer));
	result(timer_settime(timer, 0, &spec, NULL));
	result(timer_gettime(timer, &value));
	check(value.it_value.tv_nsec > 0 && value.it_value.tv_nsec <= 300000000);
	result(sigwaitinfo(&set, &info) - SIGRTMIN);
	check(info.si_code == SI_TIMER && info.si_value.sival_int == 33);
	result(timer_gettime(timer, &value));
	check(value.it_value.tv_nsec == 0);
	result(timer_getoverrun(timer));
	result(timer_delete(timer));
	result(timer_create(99, &event, &timer));
	event.sigev_signo = 99;
	result(timer_create(CLOCK_MONOTONIC, &event, &timer));
}

int main(void)
{
	reading();
	sleeping();
	interrupted();
	posix_timers();
	return 0;
}
