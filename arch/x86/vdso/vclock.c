/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What runs in user mode, <asm/vdso.h>: no data of its own, no calls. What it cannot
 * answer it asks the kernel for.
 */
#include <asm/segment.h>
#include <asm/vdso.h>
#include <kernel/clocksource.h>
#include <uapi/time.h>
#include <uapi/unistd.h>

extern const volatile struct vdso_data vvar __attribute__((visibility("hidden")));

int __vdso_clock_gettime(int id, struct timespec_user *ts);
int __vdso_clock_getres(int id, struct timespec_user *ts);
int __vdso_gettimeofday(struct timeval_user *tv, void *tz);
s64 __vdso_time(s64 *t);
long __vdso_getcpu(unsigned int *cpu, unsigned int *node, void *unused);

static long syscall2(long nr, long a, long b)
{
	long ret;

	__asm__ volatile("syscall" : "=a"(ret) : "0"(nr), "D"(a), "S"(b) : "rcx", "r11", "memory");
	return ret;
}

/* In the order of the program: no earlier than the loads before it. */
static u64 rdtsc_ordered(void)
{
	u32 lo, hi;

	__asm__ volatile("lfence; rdtsc" : "=a"(lo), "=d"(hi) : : "memory");
	return (u64)hi << 32 | lo;
}

/* ns of the clock that does not stop; false: it cannot be read here. */
static bool read_time(u64 *ns)
{
	u32 seq;

	do {
		const volatile struct vdso_moment *m;
		u64 delta;

		seq = __atomic_load_n(&vvar.seq, __ATOMIC_ACQUIRE);
		m = &vvar.base[seq & 1];
		if (!m->by_tsc)
			return false;
		delta = rdtsc_ordered() - m->cycles;
		if ((s64)delta < 0)
			delta = 0;
		*ns = m->ns + (u64)(((unsigned __int128)delta * m->mult + m->fraction) >> CLOCKSOURCE_SHIFT);
		__atomic_thread_fence(__ATOMIC_ACQUIRE);
	} while (__atomic_load_n(&vvar.seq, __ATOMIC_RELAXED) != seq);
	return true;
}

static bool read_date(u64 *ns)
{
	if (!__atomic_load_n(&vvar.wall_known, __ATOMIC_ACQUIRE) || !read_time(ns))
		return false;
	*ns += vvar.wall_offset;
	return true;
}

int __vdso_clock_gettime(int id, struct timespec_user *ts)
{
	bool known;
	u64 ns;

	switch (id) {
	case CLOCK_REALTIME:
	case CLOCK_REALTIME_COARSE:
	case CLOCK_TAI:
		known = read_date(&ns);
		break;
	case CLOCK_MONOTONIC:
	case CLOCK_MONOTONIC_RAW:
	case CLOCK_MONOTONIC_COARSE:
	case CLOCK_BOOTTIME:
		known = read_time(&ns);
		break;
	default:
		known = false;
	}
	if (!known)
		return syscall2(__NR_clock_gettime, id, (long)ts);
	ts->tv_sec = ns / 1000000000;
	ts->tv_nsec = ns % 1000000000;
	return 0;
}

int __vdso_clock_getres(int id, struct timespec_user *ts)
{
	return syscall2(__NR_clock_getres, id, (long)ts);
}

int __vdso_gettimeofday(struct timeval_user *tv, void *tz)
{
	u64 ns;

	if (tz || !tv || !read_date(&ns))
		return syscall2(__NR_gettimeofday, (long)tv, (long)tz);
	tv->tv_sec = ns / 1000000000;
	tv->tv_usec = ns % 1000000000 / 1000;
	return 0;
}

s64 __vdso_time(s64 *t)
{
	u64 ns;

	if (!read_date(&ns))
		return syscall2(__NR_time, (long)t, 0);
	if (t)
		*t = ns / 1000000000;
	return ns / 1000000000;
}

long __vdso_getcpu(unsigned int *cpu, unsigned int *node, void *unused)
{
	u32 limit;

	__asm__ volatile("lsl %1, %0" : "=r"(limit) : "r"(__CPU_SEG));
	if (cpu)
		*cpu = limit & VDSO_CPU_BITS;
	if (node)
		*node = limit >> 12;
	return 0;
}
