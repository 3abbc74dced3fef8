/* SPDX-License-Identifier: BSD-2-Clause */
/* Timers that go by the CPU time of a process or thread, and the limit of that time. */
#include "check.h"
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>

#define MS	1000000LL
#define CLOCK_OF(pid, what)	((int)(~(unsigned)(pid) << 3 | (what)))

static volatile sig_atomic_t got[NSIG];

static void count(int sig)
{
	got[sig]++;
}

static void catch(int sig)
{
	struct sigaction sa = { .sa_handler = count };

	sigaction(sig, &sa, NULL);
}

static long long now(clockid_t clock)
{
	struct timespec ts = { 0 };

	clock_gettime(clock, &ts);
	return ts.tv_sec * 1000 * MS + ts.tv_nsec;
}

static struct timespec span(long long ns)
{
	return (struct timespec){ ns / (1000 * MS), ns % (1000 * MS) };
}

/* Use the CPU until @sig has come @times; at most @ns. Return: how long it took */
static long long spin(int sig, int times, long long ns)
{
	long long start = now(CLOCK_PROCESS_CPUTIME_ID), used;

	do
		used = now(CLOCK_PROCESS_CPUTIME_ID) - start;
	while (got[sig] < times && used < ns);
	return used;
}

/* Mostly in user mode, for about @ns. */
static void compute(long long ns)
{
	long long end = now(CLOCK_THREAD_CPUTIME_ID) + ns;

	while (now(CLOCK_THREAD_CPUTIME_ID) < end)
		for (volatile int i = 0; i < 20000; i++)
			;
}

static void interval_timers(int which, int sig)
{
	struct itimerval spec = { { 0, 20000 }, { 0, 40000 } }, value;
	struct itimerval far = { .it_value = { 5, 0 } };
	struct timespec pause = { 0, 200 * MS };
	long long start;

	catch(sig);
	setitimer(which, &far, NULL);
	nanosleep(&pause, NULL);
	getitimer(which, &value);
	check(value.it_value.tv_sec >= 4);	/* a sleep uses no CPU, or nearly none */
	start = now(CLOCK_PROCESS_CPUTIME_ID);
	got[sig] = 0;
	result(setitimer(which, &spec, NULL));
	result(getitimer(which, &value));
	check(value.it_interval.tv_usec == 20000 && value.it_value.tv_sec == 0 && value.it_value.tv_usec > 0);
	check(value.it_value.tv_usec <= 60000);
	while (got[sig] < 3)
		compute(5 * MS);
	check(now(CLOCK_PROCESS_CPUTIME_ID) - start >= 60 * MS);
	memset(&spec, 0, sizeof(spec));
	result(setitimer(which, &spec, &value));
	check(value.it_interval.tv_usec == 20000);
	result(getitimer(which, &value));
	check(value.it_interval.tv_usec == 0 && value.it_value.tv_usec == 0);
	got[sig] = 0;
	compute(50 * MS);
	check(got[sig] == 0);
	spec.it_value.tv_usec = 1000000;
	result(setitimer(which, &spec, NULL));
	spec.it_value.tv_usec = -1;
	result(setitimer(which, &spec, NULL));
	result(setitimer(3, &spec, NULL));
	result(setitimer(-1, &spec, NULL));
	result(getitimer(3, &value));
}

/* fork() begins without; execve() keeps them, and the signal ends a program that does not take it */
static void heirs(const char *self)
{
	struct itimerval spec = { { 0, 0 }, { 5, 0 } }, value;
	int status;

	setitimer(ITIMER_PROF, &spec, NULL);
	if (!fork()) {
		result(getitimer(ITIMER_PROF, &value));
		check(value.it_value.tv_sec == 0 && value.it_value.tv_usec == 0);
		spec.it_value = (struct timeval){ 0, 50000 };
		setitimer(ITIMER_PROF, &spec, NULL);
		execl("/proc/self/exe", self, "spin", NULL);
		_exit(1);
	}
	wait(&status);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGPROF);
	memset(&spec, 0, sizeof(spec));
	setitimer(ITIMER_PROF, &spec, &value);
	check(value.it_value.tv_sec >= 4);
}

/* ---------------------------------------------------------------- timer_create() */

static void timer_of(clockid_t clock, int flags)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN, .sigev_value.sival_int = 5 };
	struct itimerspec spec = { { 0, 10 * MS }, { 0, 30 * MS } }, value;
	long long start = now(CLOCK_PROCESS_CPUTIME_ID);
	timer_t timer;

	got[SIGRTMIN] = 0;
	result(timer_create(clock, &event, &timer));
	if (flags & TIMER_ABSTIME)
		spec.it_value = span(now(clock) + 30 * MS);
	result(timer_settime(timer, flags, &spec, NULL));
	result(timer_gettime(timer, &value));
	check(value.it_value.tv_sec == 0 && value.it_value.tv_nsec > 0 && value.it_value.tv_nsec <= 30 * MS);
	check(value.it_interval.tv_nsec == 10 * MS);
	spin(SIGRTMIN, 3, 5000 * MS);
	check(got[SIGRTMIN] >= 3);
	check(now(CLOCK_PROCESS_CPUTIME_ID) - start >= 50 * MS);
	memset(&spec, 0, sizeof(spec));
	result(timer_settime(timer, 0, &spec, &value));
	check(value.it_interval.tv_nsec == 10 * MS);
	result(timer_gettime(timer, &value));
	check(value.it_value.tv_nsec == 0);
	spec.it_value.tv_nsec = 1;	/* long ago */
	got[SIGRTMIN] = 0;
	result(timer_settime(timer, TIMER_ABSTIME, &spec, NULL));
	while (!got[SIGRTMIN])
		usleep(1000);
	check(got[SIGRTMIN] == 1);
	result(timer_delete(timer));
	result(timer_gettime(timer, &value));
}

static int child_gate[2];

/* A process that waits until it is told to compute, and then does nothing else. */
static pid_t computing_child(void)
{
	pid_t pid;

	pipe(child_gate);
	pid = fork();
	if (!pid) {
		char c;

		close(child_gate[1]);
		read(child_gate[0], &c, 1);
		for (;;)
			;
	}
	close(child_gate[0]);
	return pid;
}

static void timers(void)
{
	struct sigevent none = { .sigev_notify = SIGEV_NONE };
	clockid_t process, thread, other;
	timer_t timer;
	pid_t pid;

	catch(SIGRTMIN);
	clock_getcpuclockid(0, &process);
	pthread_getcpuclockid(pthread_self(), &thread);
	timer_of(CLOCK_PROCESS_CPUTIME_ID, 0);
	timer_of(CLOCK_THREAD_CPUTIME_ID, TIMER_ABSTIME);
	timer_of(process, TIMER_ABSTIME);
	timer_of(thread, 0);

	pid = computing_child();
	result(clock_getcpuclockid(pid, &other));
	check(now(other) < 1000 * MS);
	result(timer_create(other, &none, &timer));
	result(timer_delete(timer));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	struct timespec ts;
	result(clock_gettime(other, &ts));
	result(timer_create(other, &none, &timer));
	result(clock_getres(process, &ts));
	check(ts.tv_sec == 0 && ts.tv_nsec == 1);
	result(clock_settime(process, &ts));
	result(clock_gettime(CLOCK_OF(5, 3), &ts));	/* of a device */
	result(clock_gettime(CLOCK_OF(0, 7), &ts));
	result(clock_gettime(CLOCK_OF(1, 6), &ts));	/* a thread of another process */
	result(timer_create(CLOCK_OF(1, 6), &none, &timer));
	result(timer_create(CLOCK_MONOTONIC_RAW, &none, &timer));
	result(timer_create(CLOCK_REALTIME_COARSE, &none, &timer));
}

/* A timer on the CPU time of another process. */
static void timer_of_other(void)
{
	struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = SIGRTMIN };
	struct itimerspec spec = { { 0, 0 }, { 0, 500 * MS } }, value;
	struct timespec pause = { 0, 100 * MS };
	pid_t pid = computing_child();
	clockid_t clock;
	timer_t timer;

	got[SIGRTMIN] = 0;
	clock_getcpuclockid(pid, &clock);
	result(timer_create(clock, &event, &timer));
	result(timer_settime(timer, 0, &spec, NULL));
	compute(100 * MS);
	check(got[SIGRTMIN] == 0);
	close(child_gate[1]);
	while (!got[SIGRTMIN])
		nanosleep(&pause, NULL);
	check(now(clock) >= 500 * MS);
	spec.it_value.tv_sec = 1000;
	result(timer_settime(timer, 0, &spec, NULL));
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	result(timer_gettime(timer, &value));
	result(timer_delete(timer));
}

/* ---------------------------------------------------------------- clock_nanosleep() */

static volatile int stop;

static void *compute_on(void *arg)
{
	while (!stop)
		;
	return NULL;
}

static void interrupt(int sig)
{
}

static void sleeping(void)
{
	struct timespec ts = span(60 * MS), at, left = { 0 };
	struct sigaction sa = { .sa_handler = interrupt };
	clockid_t process, thread, other;
	struct itimerval alarm = { .it_value = { 0, 100000 } };
	long long start;
	pthread_t t;

	check(clock_nanosleep(CLOCK_THREAD_CPUTIME_ID, 0, &ts, NULL) == EINVAL);
	result(syscall(SYS_clock_nanosleep, CLOCK_THREAD_CPUTIME_ID, 0, &ts, NULL));
	result(syscall(SYS_clock_nanosleep, CLOCK_MONOTONIC_RAW, 0, &ts, NULL));
	result(syscall(SYS_clock_nanosleep, CLOCK_REALTIME_COARSE, 0, &ts, NULL));
	result(syscall(SYS_clock_nanosleep, 77, 0, &ts, NULL));
	pthread_getcpuclockid(pthread_self(), &thread);
	check(clock_nanosleep(thread, 0, &ts, NULL) == EINVAL);
	clock_getcpuclockid(0, &process);
	pthread_create(&t, NULL, compute_on, NULL);
	pthread_getcpuclockid(t, &other);
	for (int i = 0; i < 3; i++) {
		clockid_t clock = i == 0 ? CLOCK_PROCESS_CPUTIME_ID : i == 1 ? process : other;

		start = now(clock);
		check(clock_nanosleep(clock, 0, &ts, NULL) == 0);
		check(now(clock) - start >= 60 * MS);
		at = span(now(clock) + 40 * MS);
		check(clock_nanosleep(clock, TIMER_ABSTIME, &at, NULL) == 0);
		check(now(clock) >= at.tv_sec * 1000 * MS + at.tv_nsec);
		check(clock_nanosleep(clock, TIMER_ABSTIME, &at, NULL) == 0);
	}
	stop = 1;
	pthread_join(t, NULL);
	/* nobody uses the CPU, so only a signal ends it */
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &alarm, NULL);
	ts = span(3000 * MS);
	check(clock_nanosleep(CLOCK_PROCESS_CPUTIME_ID, 0, &ts, &left) == EINTR);
	check(left.tv_sec == 2 && left.tv_nsec > 500 * MS);
	check(clock_nanosleep(other, 0, &ts, NULL) == EINVAL);	/* that thread has ended */
}

/* ---------------------------------------------------------------- RLIMIT_CPU */

static void on_xcpu(int sig)
{
	struct rlimit limit;

	got[sig]++;
	getrlimit(RLIMIT_CPU, &limit);
	if (got[sig] == 1)
		check(limit.rlim_cur == 2);
}

static void cpu_limit(void)
{
	struct sigaction sa = { .sa_handler = on_xcpu };
	struct rlimit limit = { 1, 3 };
	struct timeval used;
	struct rusage usage;
	int status;

	fflush(stdout);
	if (!fork()) {
		sigaction(SIGXCPU, &sa, NULL);
		result(setrlimit(RLIMIT_CPU, &limit));
		spin(SIGXCPU, 1, 3000 * MS);
		check(got[SIGXCPU] == 1);
		spin(SIGXCPU, 2, 3000 * MS);
		check(got[SIGXCPU] == 2);
		for (;;)
			;
	}
	wait(&status);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	getrusage(RUSAGE_CHILDREN, &usage);
	timeradd(&usage.ru_utime, &usage.ru_stime, &used);
	check(used.tv_sec >= 2);
	if (!fork()) {
		limit = (struct rlimit){ 0, RLIM_INFINITY };
		setrlimit(RLIMIT_CPU, &limit);
		for (;;)
			;
	}
	wait(&status);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGXCPU);
}

int main(int argc, char **argv)
{
	if (argc > 1) {
		for (;;)
			;
	}
	interval_timers(ITIMER_VIRTUAL, SIGVTALRM);
	interval_timers(ITIMER_PROF, SIGPROF);
	heirs(argv[0]);
	timers();
	timer_of_other();
	sleeping();
	cpu_limit();
	return 0;
}
