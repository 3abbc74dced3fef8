/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PID 1 of a machine that is measured: how many instructions each operation of a
 * program takes, on Lantern and on Linux, from the same binary. It needs nothing but
 * itself in the initramfs and stays within / and /bench.
 *
 *   ops [row:NAME]   all rows, or those whose names begin with NAME (_ for a space),
 *                    over and over between the two marks that tests/bench/profile.c knows
 *
 * A row is a function that does its operation some times and returns the ticks that
 * took, without what had to be prepared. It runs BATCHES times, and the median is told:
 * what a clock interrupt or a refilled cache added to one batch is not in it, what each
 * batch pays for is.
 */
#include <elf.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <time.h>

#include "sys.h"

#define BATCHES		15
#define PROFILE_BATCHES	60
#define PAGE		4096UL
#define PAGES		200		/* of a batch of faults: no room for a large page */
#define CHUNK		65536
#define ENTRIES		100

struct row {
	const char	*name;
	uint64_t	(*run)(unsigned int n);	/* ticks of n operations */
	unsigned int	n;
};

static char buffer[CHUNK], small[PAGE];
static char names[32768];
static char thread_stack[16384] __attribute__((aligned(16)));
static char *const self_argv[] = { "/init", "exit", NULL };

/* ------------------------------------------------------------- output */

static size_t length(const char *s)
{
	size_t n = 0;

	while (s[n])
		n++;
	return n;
}

static void say(const char *s)
{
	sys3(SYS_write, 1, (long)s, length(s));
}

static void say_number(uint64_t n)
{
	char text[24], *p = text + sizeof(text) - 1;

	*p = '\0';
	do
		*--p = '0' + n % 10;
	while (n /= 10);
	say(p);
}

static void finish(void)
{
	sys4(SYS_reboot, 0xfee1dead, 0x28121969, RB_POWER_OFF, 0);
	for (;;)
		sys0(SYS_pause);
}

static void fail(const char *what, long err)
{
	say("bench: failed: ");
	say(what);
	say(" ");
	say_number(-err);
	say("\n");
	finish();
}

/* The result of a call that must not fail */
static long must(const char *what, long ret)
{
	if (ret < 0 && ret > -4096)
		fail(what, ret);
	return ret;
}

/* ------------------------------------------------------------- the counter itself */

static uint64_t nops(unsigned int n)
{
	uint64_t start, end;

	start = now();
	asm volatile(".rept 1000; nop; .endr");
	end = now();
	return end - start;
}

/* ------------------------------------------------------------- short calls */

#define TIMED(n, operation)				\
({							\
	uint64_t start_ = now();			\
	unsigned int i_;				\
							\
	for (i_ = 0; i_ < (n); i_++) {			\
		operation;				\
	}						\
	now() - start_;					\
})

static uint64_t getppid_(unsigned int n)
{
	return TIMED(n, sys0(SYS_getppid));
}

static uint64_t clock_gettime_(unsigned int n)
{
	struct timespec ts;

	return TIMED(n, sys2(SYS_clock_gettime, CLOCK_MONOTONIC, (long)&ts));
}

static int (*vdso_clock_gettime)(clockid_t, struct timespec *);

static uint64_t clock_gettime_vdso(unsigned int n)
{
	struct timespec ts;

	return vdso_clock_gettime ? TIMED(n, vdso_clock_gettime(CLOCK_MONOTONIC, &ts)) : 0;
}

static uint64_t sched_yield_(unsigned int n)
{
	return TIMED(n, sys0(SYS_sched_yield));
}

static uint64_t dup_close(unsigned int n)
{
	return TIMED(n, sys1(SYS_close, sys1(SYS_dup, 0)));
}

static uint64_t futex_wake(unsigned int n)
{
	static int word;

	return TIMED(n, sys3(SYS_futex, (long)&word, FUTEX_WAKE_PRIVATE, 1));
}

/* ------------------------------------------------------------- pipes, signals */

static uint64_t pipe_self(unsigned int n, size_t size)
{
	uint64_t ticks;
	int fd[2];

	must("pipe", sys1(SYS_pipe, (long)fd));
	must("write", sys3(SYS_write, fd[1], (long)buffer, size));	/* not the first page of the pipe */
	sys3(SYS_read, fd[0], (long)buffer, size);
	ticks = TIMED(n, sys3(SYS_write, fd[1], (long)buffer, size); sys3(SYS_read, fd[0], (long)buffer, size));
	sys1(SYS_close, fd[0]);
	sys1(SYS_close, fd[1]);
	return ticks;
}

static uint64_t pipe_1(unsigned int n)
{
	return pipe_self(n, 1);
}

static uint64_t pipe_4096(unsigned int n)
{
	return pipe_self(n, PAGE);
}

static uint64_t ping_pong(unsigned int n)
{
	uint64_t ticks;
	int there[2], back[2];
	long pid;

	must("pipe", sys1(SYS_pipe, (long)there));
	must("pipe", sys1(SYS_pipe, (long)back));
	pid = must("fork", sys0(SYS_fork));
	if (!pid) {
		sys1(SYS_close, there[1]);
		while (sys3(SYS_read, there[0], (long)small, 1) == 1)
			sys3(SYS_write, back[1], (long)small, 1);
		sys1(SYS_exit_group, 0);
	}
	sys3(SYS_write, there[1], (long)small, 1);
	sys3(SYS_read, back[0], (long)small, 1);
	ticks = TIMED(n, sys3(SYS_write, there[1], (long)small, 1); sys3(SYS_read, back[0], (long)small, 1));
	sys1(SYS_close, there[1]);
	sys1(SYS_close, there[0]);
	sys1(SYS_close, back[0]);
	sys1(SYS_close, back[1]);
	sys4(SYS_wait4, pid, 0, 0, 0);
	return ticks;
}

static volatile unsigned int nr_signals;

static void on_signal(int sig)
{
	nr_signals++;
}

asm("signal_restorer: mov $15, %eax\n\tsyscall");
extern void signal_restorer(void);

static uint64_t signal_self(unsigned int n)
{
	struct {
		void		(*handler)(int);
		unsigned long	flags;
		void		(*restorer)(void);
		uint64_t	mask;
	} action = { on_signal, 0x04000000 /* SA_RESTORER */, signal_restorer, 0 };
	long pid = sys0(SYS_getpid);

	must("sigaction", sys4(SYS_rt_sigaction, SIGUSR1, (long)&action, 0, 8));
	nr_signals = 0;
	n = TIMED(n, sys2(SYS_kill, pid, SIGUSR1));
	return nr_signals ? n : 0;
}

/* ------------------------------------------------------------- processes */

/* A child that ends at once, or becomes this program, which then ends at once. */
static inline __attribute__((always_inline)) void child_of(long nr, bool exec)
{
	long pid = sys0(nr);

	if (!pid) {
		if (exec)
			sys3(SYS_execve, (long)self_argv[0], (long)self_argv, (long)(self_argv + 2));
		sys1(SYS_exit_group, 0);
	}
	sys4(SYS_wait4, pid, 0, 0, 0);
}

static uint64_t fork_exit(unsigned int n)
{
	return TIMED(n, child_of(SYS_fork, false));
}

static uint64_t vfork_exit(unsigned int n)
{
	return TIMED(n, child_of(SYS_vfork, false));
}

static uint64_t vfork_exec(unsigned int n)
{
	return TIMED(n, child_of(SYS_vfork, true));
}

static uint64_t fork_exec(unsigned int n)
{
	return TIMED(n, child_of(SYS_fork, true));
}

static volatile int thread_lives;
static uint64_t thread_tls[2];

/* As a C library makes threads, on a stack it has kept; the thread ends at once. */
static void thread_create_join(void)
{
	register long r10 asm("r10") = (long)&thread_lives, r8 asm("r8") = (long)thread_tls;
	long ret;

	thread_lives = 1;
	asm volatile("syscall\n\ttest %%eax, %%eax\n\tjnz 1f\n\t"
		     "xorl %%edi, %%edi\n\tmov %[exit], %%eax\n\tsyscall\n1:"
		     : "=a"(ret)
		     : "a"(SYS_clone), [exit] "i"(SYS_exit), "S"(thread_stack + sizeof(thread_stack)), "d"(&thread_lives),
		       "r"(r10), "r"(r8),
		       "D"(CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD | CLONE_SYSVSEM | CLONE_SETTLS |
			   CLONE_PARENT_SETTID | CLONE_CHILD_CLEARTID)
		     : "rcx", "r11", "memory");
	must("clone", ret);
	while (thread_lives)
		sys4(SYS_futex, (long)&thread_lives, FUTEX_WAIT, thread_lives, 0);
}

static uint64_t thread(unsigned int n)
{
	return TIMED(n, thread_create_join());
}

/* ------------------------------------------------------------- memory */

static char *map(size_t size, int prot, int flags, int fd)
{
	return (char *)must("mmap", sys6(SYS_mmap, 0, size, prot, flags, fd, 0));
}

static char *map_anon(size_t size)
{
	return map(size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
}

static void unmap(char *p, size_t size)
{
	sys2(SYS_munmap, (long)p, size);
}

static void write_pages(volatile char *p, unsigned int n)
{
	unsigned int i;

	for (i = 0; i < n; i++)
		p[i * PAGE] = 1;
}

static uint64_t anon_touch(unsigned int n)
{
	char *p = map_anon(n * PAGE);
	uint64_t start = now();

	write_pages(p, n);
	start = now() - start;
	unmap(p, n * PAGE);
	return start;
}

static uint64_t anon_unmap(unsigned int n)
{
	char *p = map_anon(n * PAGE);

	write_pages(p, n);
	return TIMED(1, unmap(p, n * PAGE));
}

/* Written by a child, whose parent keeps its own */
static uint64_t cow(unsigned int n)
{
	volatile uint64_t *ticks = (uint64_t *)map(PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1);
	char *p = map_anon(n * PAGE);
	uint64_t start;
	long pid;

	write_pages(p, n);
	*ticks = 0;
	pid = must("fork", sys0(SYS_fork));
	if (!pid) {
		start = now();
		write_pages(p, n);
		*ticks = now() - start;
		sys1(SYS_exit_group, 0);
	}
	sys4(SYS_wait4, pid, 0, 0, 0);
	unmap(p, n * PAGE);
	start = *ticks;
	unmap((char *)ticks, PAGE);
	return start;
}

static uint64_t map_unmap(unsigned int n)
{
	return TIMED(n, unmap(map_anon(PAGE), PAGE));
}

static uint64_t map_touch_unmap(unsigned int n)
{
	return TIMED(n, char *p = map_anon(PAGE); write_pages(p, 1); unmap(p, PAGE));
}

static uint64_t mprotect_(unsigned int n)
{
	char *p = map_anon(PAGE);

	write_pages(p, 1);
	n = TIMED(n, sys3(SYS_mprotect, (long)p, PAGE, PROT_READ); sys3(SYS_mprotect, (long)p, PAGE, PROT_READ | PROT_WRITE));
	unmap(p, PAGE);
	return n;
}

static uint64_t brk_touch(unsigned int n)
{
	unsigned long end = (sys1(SYS_brk, 0) + PAGE - 1) & ~(PAGE - 1), at = end;

	must("brk", -(sys1(SYS_brk, end) != (long)end));
	n = TIMED(n, at += PAGE; sys1(SYS_brk, at); write_pages((char *)at - PAGE, 1));
	sys1(SYS_brk, end);
	return n;
}

/* ------------------------------------------------------------- files */

static int open_(const char *name, int flags)
{
	return must(name, sys3(SYS_open, (long)name, flags, 0644));
}

static uint64_t open_close(unsigned int n)
{
	return TIMED(n, sys1(SYS_close, sys2(SYS_open, (long)"/bench/file", O_RDONLY)));
}

static uint64_t stat_(unsigned int n)
{
	struct stat st;

	return TIMED(n, sys2(SYS_stat, (long)"/bench/file", (long)&st));
}

static uint64_t fstat_(unsigned int n)
{
	int fd = open_("/bench/file", O_RDONLY);
	struct stat st;

	n = TIMED(n, sys2(SYS_fstat, fd, (long)&st));
	sys1(SYS_close, fd);
	return n;
}

static char *numbered(char *name, unsigned int i)
{
	char *digit = name + length(name);

	for (; digit[-1] >= '0' && digit[-1] <= '9'; i /= 10)
		*--digit = '0' + i % 10;
	return name;
}

static uint64_t create_close(unsigned int n)
{
	static char name[] = "/bench/new/000";
	uint64_t ticks = TIMED(n, sys1(SYS_close, sys3(SYS_open, (long)numbered(name, i_), O_CREAT | O_EXCL | O_WRONLY, 0644)));
	unsigned int i;

	for (i = 0; i < n; i++)
		must("unlink", sys1(SYS_unlink, (long)numbered(name, i)));
	return ticks;
}

static uint64_t append(unsigned int n)
{
	int fd = open_("/bench/large", O_CREAT | O_TRUNC | O_WRONLY);
	uint64_t ticks = TIMED(n, sys3(SYS_write, fd, (long)buffer, CHUNK));

	sys1(SYS_close, fd);
	return ticks;
}

static uint64_t overwrite(unsigned int n)
{
	int fd = open_("/bench/file", O_RDWR);
	uint64_t ticks = TIMED(n, sys4(SYS_pwrite64, fd, (long)buffer, CHUNK, 0));

	sys1(SYS_close, fd);
	return ticks;
}

static uint64_t read_(unsigned int n)
{
	int fd = open_("/bench/file", O_RDWR);
	uint64_t ticks = TIMED(n, sys4(SYS_pread64, fd, (long)buffer, CHUNK, 0));

	sys1(SYS_close, fd);
	return ticks;
}

static uint64_t getdents(unsigned int n)
{
	int fd = open_("/bench/dir", O_RDONLY | O_DIRECTORY);
	uint64_t ticks = TIMED(1, must("getdents64", sys3(SYS_getdents64, fd, (long)names, sizeof(names))));

	sys1(SYS_close, fd);
	return ticks;
}

static uint64_t file_pages(unsigned int n, int prot, int flags)
{
	int fd = open_("/bench/pages", O_RDWR);
	volatile char *p = map(n * PAGE, prot, flags, fd);
	uint64_t start = now();
	unsigned int i;

	if (prot & PROT_WRITE)
		write_pages((char *)p, n);
	else
		for (i = 0; i < n; i++)
			(void)p[i * PAGE];
	start = now() - start;
	unmap((char *)p, n * PAGE);
	sys1(SYS_close, fd);
	return start;
}

static uint64_t file_read_fault(unsigned int n)
{
	return file_pages(n, PROT_READ, MAP_SHARED);
}

static uint64_t file_write_fault(unsigned int n)
{
	return file_pages(n, PROT_READ | PROT_WRITE, MAP_PRIVATE);
}

static void make_files(void)
{
	static char name[] = "/bench/dir/entry-000";
	unsigned int i;
	int fd;

	must("mkdir", sys2(SYS_mkdir, (long)"/bench", 0755));
	must("mkdir", sys2(SYS_mkdir, (long)"/bench/new", 0755));
	must("mkdir", sys2(SYS_mkdir, (long)"/bench/dir", 0755));
	fd = open_("/bench/file", O_CREAT | O_WRONLY);
	must("write", sys3(SYS_write, fd, (long)buffer, CHUNK));
	sys1(SYS_close, fd);
	fd = open_("/bench/pages", O_CREAT | O_WRONLY);
	for (i = 0; i < PAGES; i++)
		must("write", sys3(SYS_write, fd, (long)buffer, PAGE));
	sys1(SYS_close, fd);
	for (i = 0; i < ENTRIES; i++)
		sys1(SYS_close, open_(numbered(name, i), O_CREAT | O_WRONLY));
}

/* ------------------------------------------------------------- all of them */

static const struct row rows[] = {
	{ "1000 nops", nops, 1 },
	{ "getppid", getppid_, 100 },
	{ "clock_gettime by syscall", clock_gettime_, 100 },
	{ "clock_gettime by vDSO", clock_gettime_vdso, 100 },
	{ "sched_yield", sched_yield_, 100 },
	{ "dup + close", dup_close, 100 },
	{ "futex wake, nobody there", futex_wake, 100 },
	{ "pipe, 1 byte to self, write + read", pipe_1, 100 },
	{ "pipe, 4 KiB to self", pipe_4096, 100 },
	{ "pipe ping-pong of two processes", ping_pong, 50 },
	{ "signal delivered and returned", signal_self, 50 },
	{ "fork + exit + wait", fork_exit, 5 },
	{ "vfork + exit + wait", vfork_exit, 5 },
	{ "vfork + exec + wait", vfork_exec, 5 },
	{ "fork + exec + wait", fork_exec, 5 },
	{ "thread create + join", thread, 5 },
	{ "anonymous memory, first touch, per page", anon_touch, PAGES },
	{ "anonymous memory, unmap, per page", anon_unmap, PAGES },
	{ "copy-on-write fault, per page", cow, PAGES },
	{ "mmap + munmap, untouched", map_unmap, 20 },
	{ "mmap + touch + munmap, one page", map_touch_unmap, 20 },
	{ "mprotect there and back", mprotect_, 50 },
	{ "brk growth and touch, per page", brk_touch, 50 },
	{ "open + close", open_close, 50 },
	{ "stat", stat_, 50 },
	{ "fstat", fstat_, 100 },
	{ "create + close a file", create_close, 20 },
	{ "append 64 KiB", append, 4 },
	{ "overwrite 64 KiB", overwrite, 4 },
	{ "read 64 KiB", read_, 4 },
	{ "mapped file, shared, read fault, per page", file_read_fault, PAGES },
	{ "mapped file, private, write fault, per page", file_write_fault, PAGES },
	{ "getdents, per entry", getdents, ENTRIES },
};

/* Hundredths of a tick an operation */
static void measure(const struct row *row)
{
	uint64_t ticks[BATCHES], t;
	unsigned int i, j;

	row->run(row->n);
	for (i = 0; i < BATCHES; i++) {
		t = row->run(row->n);
		for (j = i; j > 0 && ticks[j - 1] > t; j--)
			ticks[j] = ticks[j - 1];
		ticks[j] = t;
	}
	say("bench: ");
	say(row->name);
	say(": ");
	say_number(ticks[BATCHES / 2] * 100 / row->n);
	say("\n");
}

#define MARK(n)	asm volatile(".byte 0x0f, 0x1f, 0x80, 'M', 'K', " #n ", 0" : : : "memory")

static void profile(const struct row *row)
{
	unsigned int i;

	for (i = 0; i < 3; i++)
		row->run(row->n);
	MARK(1);
	for (i = 0; i < PROFILE_BATCHES; i++)
		row->run(row->n);
	MARK(2);
	say("bench: operations: ");
	say_number(PROFILE_BATCHES * row->n);
	say("\n");
}

/* The address of a symbol of the vDSO, NULL without one; what the kernel gives is trusted. */
static void *vdso_symbol(const char *base, const char *name)
{
	const Elf64_Ehdr *eh = (const void *)base;
	const Elf64_Phdr *ph = (const void *)(base + eh->e_phoff);
	const Elf64_Sym *sym = NULL;
	const char *strings = NULL, *s;
	const uint32_t *hash = NULL;
	const Elf64_Dyn *dyn = NULL;
	long bias = 0;
	uint32_t i;

	for (i = 0; i < eh->e_phnum; i++)
		if (ph[i].p_type == PT_DYNAMIC)
			dyn = (const void *)(base + ph[i].p_offset);
		else if (ph[i].p_type == PT_LOAD)
			bias = (long)base + ph[i].p_offset - ph[i].p_vaddr;
	for (; dyn && dyn->d_tag; dyn++) {
		if (dyn->d_tag == DT_SYMTAB)
			sym = (const void *)(bias + dyn->d_un.d_ptr);
		if (dyn->d_tag == DT_STRTAB)
			strings = (const void *)(bias + dyn->d_un.d_ptr);
		if (dyn->d_tag == DT_HASH)
			hash = (const void *)(bias + dyn->d_un.d_ptr);
	}
	for (i = 0; sym && strings && hash && i < hash[1]; i++) {
		s = strings + sym[i].st_name;
		if (length(s) == length(name) && !__builtin_memcmp(s, name, length(name)))
			return (void *)(bias + sym[i].st_value);
	}
	return NULL;
}

int memcmp(const void *a, const void *b, size_t n)
{
	const unsigned char *x = a, *y = b;

	for (; n; n--, x++, y++)
		if (*x != *y)
			return *x - *y;
	return 0;
}

static bool begins_with(const char *s, const char *prefix)
{
	for (; *prefix; s++, prefix++)
		if (*s != *prefix && !(*s == ' ' && *prefix == '_'))
			return false;
	return true;
}

/* In: the stack as the kernel made it */
__attribute__((used)) static void start(long *sp)
{
	long argc = sp[0], *auxv = sp + 1 + argc + 1;
	char **argv = (char **)(sp + 1);
	const char *only = NULL;
	unsigned int i;

	if (argc > 1 && begins_with(argv[1], "exit"))
		sys1(SYS_exit_group, 0);
	for (i = 1; i < argc; i++)	/* Linux gives its init what it does not know itself */
		if (begins_with(argv[i], "row:"))
			only = argv[i] + 4;
	while (*auxv++)		/* the environment */
		;
	for (; auxv[0]; auxv += 2)
		if (auxv[0] == AT_SYSINFO_EHDR)
			vdso_clock_gettime = vdso_symbol((const char *)auxv[1], "__vdso_clock_gettime");
	make_files();
	for (i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (!only)
			measure(&rows[i]);
		else if (begins_with(rows[i].name, only))
			profile(&rows[i]);
	say("bench: done\n");
	finish();
}

asm(".globl _start\n_start:\n\txorl %ebp, %ebp\n\tmovq %rsp, %rdi\n\tandq $-16, %rsp\n\tcall start\n\thlt");
