/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the time of a program goes: its own, the kernel's for it; and how often it had to stop. */
#include "check.h"
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/times.h>
#include <sys/wait.h>

#define PART	400			/* ms of each kind */

static char buf[1 << 20];

static long ms(const struct timeval *tv)
{
	return tv->tv_sec * 1000 + tv->tv_usec / 1000;
}

/* Times used by @who so far. */
static void used(int who, long *user, long *sys)
{
	struct rusage ru;

	getrusage(who, &ru);
	*user = ms(&ru.ru_utime);
	*sys = ms(&ru.ru_stime);
}

/* In the kernel nearly all the time, and then in none of it. */
static void spend(int in_kernel)
{
	int zero = open("/dev/zero", O_RDONLY);
	long user, sys, from;
	volatile long n = 0;

	used(RUSAGE_SELF, &user, &sys);
	from = user + sys;
	do {
		if (in_kernel)
			read(zero, buf, sizeof(buf));
		else
			for (n = 0; n < 300000; n++)
				;
		used(RUSAGE_SELF, &user, &sys);
	} while (user + sys - from < PART);
	close(zero);
}

static void times_of_both(void)
{
	long user, sys, user2, sys2;
	struct tms tms;

	spend(1);
	used(RUSAGE_SELF, &user, &sys);
	check(sys > PART / 2);
	check(user < PART / 2);
	spend(0);
	used(RUSAGE_SELF, &user2, &sys2);
	check(user2 - user > PART / 2);
	check(sys2 - sys < PART / 2);
	times(&tms);
	check(tms.tms_stime * 10 > PART / 2 && tms.tms_utime * 10 > PART / 2);
}

/* The line "cpu " of /proc/stat, where it is mounted: user, nice, system */
static int read_stat(long *user, long *sys)
{
	FILE *file = fopen("/proc/stat", "r");
	int nr = file ? fscanf(file, "cpu %ld %*d %ld", user, sys) : 0;

	if (file)
		fclose(file);
	return nr == 2;
}

static void child_times(void)
{
	long user, sys, u0 = 0, s0 = 0, u1 = 0, s1 = 0;
	int there = read_stat(&u0, &s0);

	if (!fork()) {
		spend(1);
		_exit(0);
	}
	wait(NULL);
	used(RUSAGE_CHILDREN, &user, &sys);
	check(sys > PART / 2);
	check(read_stat(&u1, &s1) == there && (!there || s1 - s0 > PART / 20));
}

/* Two that want the same CPU: each has to stop though it could go on. */
static void preempted(void)
{
	struct rusage ru;
	cpu_set_t one;
	pid_t pid;

	CPU_ZERO(&one);
	CPU_SET(sched_getcpu(), &one);
	sched_setaffinity(0, sizeof(one), &one);
	pid = fork();
	if (!pid)
		for (;;)
			;
	spend(0);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	getrusage(RUSAGE_SELF, &ru);
	check(ru.ru_nivcsw > 5);
	getrusage(RUSAGE_CHILDREN, &ru);
	check(ru.ru_nivcsw > 5);
}

int main(void)
{
	times_of_both();
	child_times();
	preempted();
	return 0;
}
