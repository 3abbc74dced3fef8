/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * fuzz SEED ROUNDS CALLS PROCESSES THREADS UID: as PID 1, in rounds. A round is some
 * lives at once, each of some threads that make CALLS calls each, in one directory and
 * with one piece of shared memory. Many a call ends its life: another goes on after it.
 * At the end of a round everybody must be dead and gone, and what memory they took must
 * be back. The last line is "@fuzz done" or "@fuzz failed: ...".
 */
#include "fuzz.h"
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysinfo.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PLACE		"/tmp/fuzz"
#define POKE_MS		4		/* who is in one call as long as that gets a signal */
#define POKE_SIGNAL	33		/* which make_signal() gives but seldom */
#define GIVE_UP_MS	1000		/* a life that comes no further ends */
#define ROUND_MS	60000		/* what lives longer hangs in the kernel */
#define SETTLE_MS	2000		/* in which what is freed late is free */
#define REFRESH_CALLS	64
#define LIMIT_BYTES	(96UL << 20)

static struct worker (*workers)[MAX_THREADS];	/* of each process; shared by all processes */
static unsigned long calls;
static int shared_fd;

static void fail(const char *what)
{
	printf("@fuzz failed: %s (%s)\n", what, strerror(errno));
	fflush(stdout);
	for (;;)
		pause();
}

static unsigned long now_ms(void)
{
	struct timespec ts = { 0 };

	sys(SYS_clock_gettime, CLOCK_MONOTONIC, (unsigned long)&ts, 0, 0);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void sleep_ms(unsigned long ms)
{
	struct timespec ts = { ms / 1000, ms % 1000 * 1000000 };

	sys(SYS_nanosleep, (unsigned long)&ts, 0, 0, 0);
}

/* --- a life; nothing of libc from here on --- */

static void ignore(int sig)
{
}

__asm__(".globl fuzz_restorer\nfuzz_restorer: movl $15, %eax; syscall");
extern void fuzz_restorer(void);

static void catch_signals(void)
{
	static const int sigs[] = { SIGUSR1, SIGUSR2, SIGALRM, SIGURG, SIGCHLD, SIGPIPE, SIGXFSZ, SIGIO, SIGHUP, SIGPROF, SIGVTALRM, SIGTTOU, SIGTTIN, POKE_SIGNAL, 34, 35, 64 };
	struct { void (*handler)(int); unsigned long flags; void (*restorer)(void); unsigned long mask; } act = {
		ignore, 0x04000000, fuzz_restorer, 0
	};
	unsigned int i;

	for (i = 0; i < sizeof(sigs) / sizeof(*sigs); i++)
		sys(SYS_rt_sigaction, sigs[i], (unsigned long)&act, 0, 8);
}

static void thread(void *arg)
{
	struct worker *w = arg;
	unsigned long i;

	w->tid = sys(SYS_gettid, 0, 0, 0, 0);
	for (i = 0; w->calls < calls; i++) {
		if (i % REFRESH_CALLS == 0) {
			unsigned long none = 0;

			sys(SYS_chdir, (unsigned long)PLACE, 0, 0, 0);
			memory_setup(3);
			open_fds();
			catch_signals();
			sys(SYS_rt_sigprocmask, SIG_SETMASK, (unsigned long)&none, 0, 8);
		}
		one_call(w);
	}
	w->done = true;
	for (;;)
		sys(SYS_exit, 0, 0, 0, 0);
}

/* The first thread of a life only watches: who sleeps is woken, who sleeps on ends all. */
static void watch(struct worker *mine, int nr)
{
	unsigned long seen[MAX_THREADS] = { 0 }, last = now_ms();
	bool left = true;
	int i;

	while (left && now_ms() - last < GIVE_UP_MS) {
		sleep_ms(POKE_MS);
		left = false;
		for (i = 0; i < nr; i++) {
			if (mine[i].done)
				continue;
			left = true;
			if (mine[i].calls != seen[i])
				last = now_ms();
			else
				sys(SYS_tkill, mine[i].tid, POKE_SIGNAL, 0, 0);
			seen[i] = mine[i].calls;
		}
	}
	sys(SYS_exit_group, left, 0, 0, 0);
}

static void limit(int what, rlim_t soft)
{
	struct rlimit limit = { soft, soft };

	setrlimit(what, &limit);
}

static void become(unsigned int uid)
{
	if (uid && (setresgid(uid, uid, uid) || setresuid(uid, uid, uid)))
		_exit(3);
}

static void live(struct worker *mine, int threads, unsigned int uid)
{
	int i;

	setsid();
	limit(RLIMIT_AS, LIMIT_BYTES);
	limit(RLIMIT_FSIZE, LIMIT_BYTES / 32);
	limit(RLIMIT_NOFILE, 256);
	limit(RLIMIT_NPROC, 200);
	limit(RLIMIT_MEMLOCK, LIMIT_BYTES / 4);
	become(uid);
	dup2(shared_fd, 3);
	catch_signals();
	for (i = 0; i < threads; i++) {
		char *area;

		if (mine[i].done)
			continue;
		area = mmap((void *)(THREAD_AREA + i * THREAD_SIZE), THREAD_SIZE - PAGE, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED | MAP_NORESERVE, -1, 0);
		if (area == MAP_FAILED)
			_exit(4);
		mine[i].out = area;
		start_thread(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM,
			     area + THREAD_SIZE - PAGE, NULL, thread, &mine[i]);
	}
	watch(mine, threads);
}

/* --- PID 1 --- */

static void write_file(const char *name, const void *data, size_t size, mode_t mode)
{
	int fd = open(name, O_CREAT | O_TRUNC | O_WRONLY, mode);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		fail("a file cannot be written");
	fchmod(fd, mode);
	close(fd);
}

static void make_place(void)
{
	static char page[3 * PAGE] = "\177ELF\2\1\1";
	int i;

	if (mkdir(PLACE, 0777) || chmod(PLACE, 0777) || chdir(PLACE))
		fail("no place to work in");
	for (i = 100; i < (int)sizeof(page); i++)
		page[i] = i;
	write_file("a", page, sizeof(page), 0666);
	write_file("b", page, PAGE + 100, 0666);
	write_file("spoiled", page, sizeof(page), 0777);
	write_file("script", "#!script2 a\n", 12, 0777);
	write_file("script2", "#!script\n", 9, 0777);
	if (mkdir("d", 0777) || chmod("d", 0777) || mkdir("tmpfs", 0777) || mkdir("proc", 0777) || symlink("a", "l") ||
	    symlink("loop", "loop") || symlink("nothing", "dangling") || mkfifo("fifo", 0666) || chmod("fifo", 0666) || link("a", "hard"))
		fail("a name cannot be made");
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	while (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) == 0)
		;
	remove(path);
	return 0;
}

static int tell_of(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	if (remove(path))
		printf("fuzz: left: %s, mode %o: %s\n", path, st->st_mode, strerror(errno));
	return 0;
}

/* What lives made above the place, where ".." leads. */
static void remove_files(const char *name)
{
	DIR *dir = opendir(name);
	struct dirent *d;

	while (dir && (d = readdir(dir)))
		if (d->d_type == DT_REG && strcmp(d->d_name, "init"))
			unlinkat(dirfd(dir), d->d_name, 0);
	if (dir)
		closedir(dir);
}

/* A second time for what a mount covered at the first. */
static void remove_place(void)
{
	int i;

	chdir("/");
	while (umount2("/tmp", MNT_DETACH) == 0)		/* mounted at ".." */
		;
	for (i = 0; i < 4 && access(PLACE, F_OK) == 0; i++)
		nftw(PLACE, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	if (i == 4) {
		nftw(PLACE, tell_of, 16, FTW_DEPTH | FTW_PHYS);
		fail("the place cannot be removed");
	}
	remove_files("/tmp");
	remove_files("/");
}

static void report(int processes, int threads)
{
	static const char *const text[] = {
		[OWN_ERROR] = "an error of the kernel's own was returned", [KERNEL_READ] = "the kernel's memory was read",
		[KERNEL_ADDRESS] = "an address of the kernel was told",
	};
	bool wrong = false;
	int p, t;

	for (p = 0; p < processes; p++)
		for (t = 0; t < threads; t++) {
			struct worker *w = &workers[p][t];

			if (w->wrong < OWN_ERROR || w->wrong > KERNEL_ADDRESS)
				continue;
			printf("fuzz: %s(%lu) = %ld: %s: %#lx\n", call_name(w->wrong_nr), w->wrong_nr, w->wrong_result, text[w->wrong],
			       w->wrong_value);
			wrong = true;
		}
	if (wrong)
		fail("a call did what it must not");
}

/* Everybody ends now, however many they are. */
static void end_all(void)
{
	unsigned long start = now_ms();
	pid_t pid;

	do {
		kill(-1, SIGKILL);
		pid = waitpid(-1, NULL, WNOHANG | __WALL);
		if (pid == 0)
			sleep_ms(1);
		if (now_ms() - start > ROUND_MS)
			fail("a process does not end");
	} while (pid >= 0 || errno != ECHILD);
}

static bool all_done(const struct worker *mine, int threads)
{
	int t;

	for (t = 0; t < threads; t++)
		if (!mine[t].done)
			return false;
	return true;
}

/* One process after the other, until all calls are made; orphans are nobody's until end_all(). */
struct life {
	pid_t pid;			/* 0: no more are needed */
	unsigned long begun;		/* how many */
	unsigned long since, calls;	/* when there were that many */
};

static unsigned long calls_of(const struct worker *mine, int threads)
{
	unsigned long sum = 0;
	int t;

	for (t = 0; t < threads; t++)
		sum += mine[t].calls;
	return sum;
}

static void next_life(struct life *life, struct worker *mine, int threads, unsigned int uid)
{
	if (life->begun++ > calls * threads)
		fail("lives make no calls");
	life->since = now_ms();
	life->pid = 0;
	if (all_done(mine, threads))
		return;
	life->pid = fork();
	if (life->pid < 0)
		fail("no process can be made");
	if (life->pid == 0)
		live(mine, threads, uid);
}

/* It may have stopped itself, and then not even watches any more. */
static void look_after(struct life *life, const struct worker *mine, int threads)
{
	unsigned long made = calls_of(mine, threads), now = now_ms();

	if (made != life->calls) {
		life->calls = made;
		life->since = now;
	} else if (now - life->since > ROUND_MS) {
		fail("a life does not end");
	} else if (now - life->since > 4 * GIVE_UP_MS) {
		kill(life->pid, SIGKILL);
	}
}

static void live_on(int processes, int threads, unsigned int uid)
{
	struct life lives[MAX_PROCESSES] = { 0 };
	int p, left = 1;
	pid_t pid;

	for (p = 0; p < processes; p++)
		next_life(&lives[p], workers[p], threads, uid);
	while (left) {
		sleep_ms(2);
		while ((pid = waitpid(-1, NULL, WNOHANG | __WALL)) > 0)
			for (p = 0; p < processes; p++)
				if (lives[p].pid == pid)
					next_life(&lives[p], workers[p], threads, uid);
		for (left = p = 0; p < processes; p++) {
			if (!lives[p].pid)
				continue;
			look_after(&lives[p], workers[p], threads);
			left++;
		}
	}
}

static unsigned long free_kib(void)
{
	struct sysinfo info;

	sysinfo(&info);
	return info.freeram * info.mem_unit / 1024;
}

/* What is freed only when no CPU looks any more may take a while. */
static unsigned long settled_kib(unsigned long wanted)
{
	unsigned long start = now_ms(), most = free_kib();

	while (most < wanted && now_ms() - start < SETTLE_MS) {
		sleep_ms(20);
		most = free_kib() > most ? free_kib() : most;
	}
	return most;
}

static unsigned long one_round(unsigned long seed, int processes, int threads, unsigned int uid)
{
	unsigned long made = 0;
	int p, t;

	memset(workers, 0, sizeof(workers[0]) * MAX_PROCESSES);
	make_place();
	for (p = 0; p < processes; p++)
		for (t = 0; t < threads; t++)
			workers[p][t].rng = seed * 1000003 + p * MAX_THREADS + t;
	live_on(processes, threads, uid);
	end_all();
	for (p = 0; p < processes; p++)
		for (t = 0; t < threads; t++)
			made += workers[p][t].calls;
	report(processes, threads);
	remove_place();
	return made;
}

static unsigned long number(char **argv, int nr, unsigned long without, unsigned long max)
{
	int i;

	for (i = 1; i <= nr; i++)
		if (!argv[i])
			return without;
	without = strtoul(argv[nr], NULL, 0);
	return max && without > max ? max : without;
}

int main(int argc, char **argv)
{
	unsigned long seed = number(argv, 1, 1, 0), rounds = number(argv, 2, 10, 0), round, made, total = 0, first = 0, last = 0;
	int processes = number(argv, 4, 2, MAX_PROCESSES), threads = number(argv, 5, 3, MAX_THREADS);
	unsigned int uid = number(argv, 6, 0, 0);
	int trigger;

	if (getpid() != 1)
		return 1;
	calls = number(argv, 3, 1000, 0);
	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	trigger = open("/proc/sysrq-trigger", O_WRONLY);
	mkdir("/tmp", 0777);
	workers = mmap(NULL, sizeof(workers[0]) * MAX_PROCESSES, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	shared_fd = memfd_create("shared", 0);
	if (workers == MAP_FAILED || shared_fd < 0 || ftruncate(shared_fd, 16 * PAGE))
		fail("no shared memory");
	printf("fuzz: seed %lu, %lu rounds, %lu calls of each of %d threads of %d processes, uid %u\n", seed, rounds, calls, threads,
	       processes, uid);
	for (round = 0; round < rounds; round++) {
		made = one_round(seed + round, processes, threads, uid);
		total += made;
		last = settled_kib(first);
		if (round == 0)
			first = last;
		printf("fuzz: seed %lu: %lu calls, %lu KiB free\n", seed + round, made, last);
		fflush(stdout);
	}
	printf("fuzz: %lu calls, %ld KiB less free than after the first round\n", total, (long)(first - last));
	write(trigger, "m", 1);		/* what the kernel says of its memory */
	printf("@fuzz done\n");
	fflush(stdout);
	for (;;)
		pause();
}
