/* SPDX-License-Identifier: BSD-2-Clause */
/* CPUs and shares as programs ask for them; random numbers; what the machine is called. */
#include "check.h"
#include <sched.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/times.h>
#include <sys/utsname.h>

static void affinity(void)
{
	cpu_set_t all, one;
	int cpu = -1, moved = 1;

	result(sched_getaffinity(0, sizeof(all), &all));
	check(CPU_COUNT(&all) >= 1);
	for (int i = 0; i < 64; i++) {
		if (!CPU_ISSET(i, &all))
			continue;
		CPU_ZERO(&one);
		CPU_SET(i, &one);
		moved &= !sched_setaffinity(0, sizeof(one), &one) && sched_getcpu() == i;
		moved &= !sched_getaffinity(0, sizeof(one), &one) && CPU_COUNT(&one) == 1;
	}
	check(moved);
	result(sched_setaffinity(0, sizeof(all), &all));
	CPU_ZERO(&one);
	result(sched_setaffinity(0, sizeof(one), &one));
	result(sched_setaffinity(0x7ffffff0, sizeof(all), &all));
	result(syscall(SYS_sched_getaffinity, 0, 7, &all));
	result(syscall(SYS_sched_getaffinity, 0, 8, (void *)8));
	result(syscall(SYS_getcpu, &cpu, NULL, NULL));
	check(CPU_ISSET(cpu, &all));
	result(sched_yield());
}

static void policies(void)
{
	struct sched_param param = { 0 };

	result(sched_getscheduler(0));
	result(sched_getscheduler(-1));
	result(sched_setscheduler(0, SCHED_OTHER, &param));
	result(sched_setscheduler(0, 77, &param));
	param.sched_priority = 5;
	result(sched_setscheduler(0, SCHED_OTHER, &param));
	result(sched_getparam(0, &param));
	printf("%d\n", param.sched_priority);
	result(sched_get_priority_max(SCHED_OTHER));
	result(sched_get_priority_max(SCHED_FIFO));
	result(sched_get_priority_min(SCHED_RR));
	result(sched_get_priority_min(55));
}

static void nice_values(void)
{
	result(setpriority(PRIO_PROCESS, 0, 3));	/* whatever it was */
	result(getpriority(PRIO_PROCESS, 0));
	result(setpriority(PRIO_PROCESS, 0, 7));
	result(getpriority(PRIO_PROCESS, 0));
	result(setpriority(PRIO_PROCESS, 0, 100));
	result(setpriority(PRIO_PROCESS, 0, -3));
	result(getpriority(PRIO_PROCESS, getpid()));
	result(setpriority(PRIO_PROCESS, 0, 0));
	result(getpriority(9, 0));
	result(getpriority(PRIO_PROCESS, 0x7ffffff0));
}

static void random_numbers(void)
{
	unsigned char a[64] = { 0 }, b[64] = { 0 };
	char *big = malloc(1 << 20);

	result(getrandom(a, sizeof(a), 0));
	result(getrandom(b, sizeof(b), GRND_NONBLOCK));
	check(memcmp(a, b, sizeof(a)));
	result(getrandom(big, 1 << 20, 0));
	result(getrandom(a, 16, 0x80));
	result(getrandom(a, 16, GRND_RANDOM | 4));
	result(syscall(SYS_getrandom, (void *)8, 16, 0));
	result(getrandom(a, 0, 0));
	free(big);
}

static void the_machine(void)
{
	struct utsname name;
	struct sysinfo info;
	struct tms tms;

	result(uname(&name));
	printf("%s %s\n", name.sysname, name.machine);
	result(syscall(SYS_uname, (void *)8));
	result(sysinfo(&info));
	check(info.totalram * info.mem_unit > info.freeram * info.mem_unit && info.freeram && info.procs > 0);
	check(times(&tms) > 0);
	result(syscall(SYS_times, (void *)8));
	result(syscall(SYS_getrusage, 5, (void *)8));
	result(syscall(SYS_getrusage, 0, (void *)8));
	result(syscall(SYS_personality, 0xffffffff));
	result(syscall(SYS_reboot, 1, 2, 3, NULL));
}

int main(void)
{
	affinity();
	policies();
	nice_values();
	random_numbers();
	the_machine();
	return 0;
}
