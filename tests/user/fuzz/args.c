/* SPDX-License-Identifier: BSD-2-Clause */
/* What calls are made with: memory of every kind, descriptors of every kind, numbers at the edges. */
#include "fuzz.h"
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>

/* Memory: places with holes between them; the last page of each ends at a hole. */
#define ARENA_RW	0x10000000UL
#define ARENA_RO	0x10100000UL
#define ARENA_NONE	0x10200000UL
#define ARENA_SHARED	0x10300000UL
#define ARENA_FILE	0x10400000UL
#define ARENA_HUGE	0x20000000UL
#define ARENA_PAGES	16
#define HUGE_SIZE	0x400000UL

static const unsigned long arenas[] = {
	ARENA_RW, ARENA_RW, ARENA_RW, ARENA_RW, ARENA_SHARED, ARENA_SHARED, ARENA_FILE, ARENA_RO, ARENA_NONE, ARENA_HUGE,
};

/* Where a program has nothing to look for. These exact values may come back from the kernel: we gave them. */
static const unsigned long bad_addresses[] = {
	0, 1, 8, 0xfff, 0x1000, 0xffff, 0x7ffffffff000, 0x7fffffffefff, 0x7ffffffffff8, 0x800000000000, 0x8000000000000000,
	0x7fffffffffffffff, 0xffff800000000000, 0xffff888000001000, 0xffff888000100000, 0xffffc90000000000,
	0xff11000000001000, 0xff11000000100000, 0xffa0000000000000, 0xffd4000000000000, 0xffffea0000000000, 0xffffffff80000000, 0xffffffff81000000, 0xffffffff81200008, 0xffffffffff600000,
	0xfffffffffffff000, -4095UL, -8UL, -1UL,
};

static const unsigned long lengths[] = {
	0, 0, 1, 2, 4, 7, 8, 8, 12, 15, 16, 24, 32, 63, 64, 100, 128, 144, 255, 256, 511, 512, 1024, 4095, 4096, 4097, 8192, 12288,
	65535, 65536, 1 << 20, 1 << 21, INT_MAX, 1UL << 31, UINT_MAX, 1UL << 32, 1UL << 40, 1UL << 46, 1UL << 47, LONG_MAX,
	LONG_MAX - 4095, 1UL << 63, -4097UL, -4096UL, -4095UL, -8UL, -1UL,
};

static const unsigned long numbers[] = {
	0, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 15, 16, 17, 31, 32, 63, 64, 65, 100, 127, 128, 255, 256, 1000, 1024, 4095, 4096, 32767,
	65535, 65536, 0x80000, INT_MAX, 1UL << 31, UINT_MAX, 1UL << 32, LONG_MAX, 1UL << 63, -2UL, -1UL, -100UL, -4096UL,
};

const char *const fuzz_paths[] = {
	"a", "b", "c", "d", "d/x", "d/y", "d/../a", "./", ".", "..", "", "l", "loop", "dangling", "fifo", "hard", "a/b", "d//x/",
	"/proc/self", "/proc/self/exe", "/proc/self/fd/3", "/proc/self/fd", "/proc/self/maps", "/proc/self/cmdline",
	"/proc/self/environ", "/proc/self/stat", "/proc/self/cwd", "/proc/self/comm", "/proc/meminfo", "/proc/stat", "/proc",
	"/sys", "/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/dev/tty", "/dev/ptmx", "/dev/pts/0", "/dev",
	"/nothing/here", "script", "script2", "spoiled", "tmpfs", "proc",
};
#define NR_PATHS	(sizeof(fuzz_paths) / sizeof(*fuzz_paths))
#define PICK(w, array)	((array)[below(w, sizeof(array) / sizeof(*(array)))])

uint64_t rnd(struct worker *w)
{
	uint64_t x = w->rng += 0x9e3779b97f4a7c15;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9;
	x = (x ^ x >> 27) * 0x94d049bb133111eb;
	return x ^ x >> 31;
}

unsigned long below(struct worker *w, unsigned long n)
{
	return rnd(w) % n;
}

static void map(unsigned long at, unsigned long size, unsigned long prot, unsigned long flags, long fd)
{
	unsigned long args[6] = { at, size, prot, flags | MAP_FIXED, fd, 0 };

	invoke(SYS_mmap, args);
}

void memory_setup(int shared)
{
	long fd = sys(SYS_open, (unsigned long)"b", O_RDWR, 0, 0);

	map(ARENA_RW, ARENA_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(ARENA_RO, ARENA_PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(ARENA_NONE, ARENA_PAGES * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1);
	map(ARENA_HUGE, HUGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1);
	if (shared >= 0)
		map(ARENA_SHARED, ARENA_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, shared);
	if (fd < 0)
		return;
	map(ARENA_FILE, ARENA_PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd);
	sys(SYS_close, fd, 0, 0, 0);
}

/* The descriptor a call made becomes number @to. */
static void at(long fd, int to)
{
	if (fd < 0 || fd == to)
		return;
	sys(SYS_dup2, fd, to, 0, 0);
	sys(SYS_close, fd, 0, 0, 0);
}

static void open_at(const char *path, unsigned long flags, int to)
{
	at(sys(SYS_open, (unsigned long)path, flags | O_NOCTTY, 0666, 0), to);
}

static void open_pipe(unsigned long flags, int to)
{
	int ends[2];

	if (sys(SYS_pipe2, (unsigned long)ends, flags, 0, 0) == 0) {
		at(ends[0], to);
		at(ends[1], to + 1);
	}
}

static void open_pty(int to)
{
	unsigned int nr = 0, i;
	int unlock = 0;
	char path[] = "/dev/pts/000";

	open_at("/dev/ptmx", O_RDWR | O_NONBLOCK, to);
	sys(SYS_ioctl, to, 0x40045431, (unsigned long)&unlock, 0);	/* TIOCSPTLCK */
	if (sys(SYS_ioctl, to, 0x80045430, (unsigned long)&nr, 0))	/* TIOCGPTN */
		return;
	for (i = 0; i < 3; i++, nr /= 10)
		path[11 - i] = '0' + nr % 10;
	open_at(nr > 99 ? path : path[10] == '0' ? "/dev/pts/0" : path, O_RDWR | O_NONBLOCK, to + 1);
}

void open_fds(void)
{
	static const char *const files[] = {
		"/dev/null", "/dev/zero", "/dev/full", "/dev/urandom", "/proc/self/maps", "/proc/self/status", "/proc/self/fd",
		"/proc/meminfo", "/sys", "/proc",
	};
	unsigned long mask[16] = { 1UL << (SIGUSR2 - 1) };
	struct epoll_event event = { .events = EPOLLIN | EPOLLOUT };
	unsigned int i;

	open_at("a", O_RDWR | O_CREAT, 0);
	open_at("b", O_RDWR | O_CREAT | O_APPEND, 1);
	open_at("a", O_RDONLY, 2);
	open_at("d", O_RDONLY | O_DIRECTORY, 3);
	open_at(".", O_RDONLY | O_DIRECTORY, 4);
	open_at("a", O_PATH, 5);
	open_at("l", O_PATH | O_NOFOLLOW, 6);
	open_at("fifo", O_RDWR | O_NONBLOCK, 7);
	open_pipe(0, 8);
	open_pipe(O_NONBLOCK, 10);
	open_pipe(O_DIRECT | O_NONBLOCK, 12);
	at(sys(SYS_eventfd2, 3, O_NONBLOCK, 0, 0), 14);
	at(sys(SYS_timerfd_create, CLOCK_MONOTONIC, O_NONBLOCK, 0, 0), 15);
	at(sys(SYS_signalfd4, -1, (unsigned long)mask, 8, O_NONBLOCK), 16);
	at(sys(SYS_epoll_create1, 0, 0, 0, 0), 17);
	at(sys(SYS_inotify_init1, O_NONBLOCK, 0, 0, 0), 18);
	at(sys(SYS_memfd_create, (unsigned long)"m", 2, 0, 0), 19);
	sys(SYS_ftruncate, 19, 4 * PAGE, 0, 0);
	open_pty(20);
	open_at(".", O_TMPFILE | O_RDWR, 22);
	at(sys(SYS_epoll_create1, 0, 0, 0, 0), 23);
	for (i = 0; i < sizeof(files) / sizeof(*files); i++)
		open_at(files[i], i < 3 ? O_RDWR : O_RDONLY, 24 + i);
	open_at("/dev/kmsg", O_RDONLY | O_NONBLOCK, 34);
	sys(SYS_epoll_ctl, 17, EPOLL_CTL_ADD, 10, (unsigned long)&event);
	sys(SYS_epoll_ctl, 17, EPOLL_CTL_ADD, 14, (unsigned long)&event);
	sys(SYS_inotify_add_watch, 18, (unsigned long)".", 0xfff, 0);
}

static unsigned long make_address(struct worker *w)
{
	unsigned long arena = PICK(w, arenas), how = below(w, 16);

	if (how == 0)
		return PICK(w, bad_addresses) + (below(w, 2) ? 0 : 8 * below(w, 3));
	if (how <= 3)		/* what lies there goes past the end */
		return arena + ARENA_PAGES * PAGE - 1 - below(w, 64);
	if (how == 4)
		return (unsigned long)w->out + below(w, PAGE);
	return arena + (below(w, ARENA_PAGES * PAGE) & ~(below(w, 4) ? 7UL : 0UL));
}

static unsigned long make_number(struct worker *w)
{
	switch (below(w, 6)) {
	case 0:
		return 1UL << below(w, 33);
	case 1:
		return 1UL << below(w, 24) | 1UL << below(w, 24);
	case 2:
		return below(w, 64);
	case 3:
		return rnd(w) >> (16 + below(w, 48));
	default:
		return PICK(w, numbers);
	}
}

static unsigned long make_fd(struct worker *w)
{
	unsigned long how = below(w, 24);

	return how == 0 ? PICK(w, numbers) : how == 1 ? (unsigned long)AT_FDCWD : how == 2 ? below(w, 100) : below(w, NR_FDS);
}

/* A page of memory where a structure is, all of its words plausible for something. */
static unsigned long *make_words(struct worker *w)
{
	unsigned long *words = (unsigned long *)w->out, i, kind = below(w, 4);

	for (i = 0; i < 64; i++) {
		switch (kind) {
		case 0:
			words[i] = 0;
			break;
		case 1:
			words[i] = i % 2 ? lengths[below(w, 24)] : make_address(w);
			break;
		case 2:
			words[i] = make_number(w);
			break;
		default:
			words[i] = below(w, 64) | below(w, 64) << 32;
		}
	}
	return words;
}

static unsigned long make_struct(struct worker *w)
{
	return below(w, 8) ? (unsigned long)make_words(w) : make_address(w);
}

/* Times are short, or too odd to wait for. */
static unsigned long make_time(struct worker *w)
{
	long *words = (long *)w->out + 64;
	unsigned int i;

	for (i = 0; i < 8; i += 2) {
		words[i] = below(w, 8) ? 0 : (long)make_number(w);
		words[i + 1] = below(w, 8) ? (long)below(w, 2000000) : (long)make_number(w);
	}
	return below(w, 8) ? (unsigned long)words : make_address(w);
}

static unsigned long make_path(struct worker *w)
{
	char *text = w->out + 2048;
	unsigned long i, n;

	switch (below(w, 24)) {
	case 0:
		return make_address(w);
	case 1:			/* long, of one name or of many; not always ended */
		n = below(w, 2) ? 2047 : below(w, 2047);
		for (i = 0; i < n; i++)
			text[i] = below(w, 8) ? 'a' : '/';
		text[n] = below(w, 2) ? '\0' : 'a';
		return (unsigned long)text;
	case 2:
		for (i = 0; i < 16; i++)
			text[i] = rnd(w);
		text[i] = '\0';
		return (unsigned long)text;
	default:
		return (unsigned long)fuzz_paths[below(w, below(w, 2) ? 16 : NR_PATHS)];
	}
}

/* argv: strings that are there, that are not, and sometimes no end */
static unsigned long make_strings(struct worker *w)
{
	unsigned long *words = (unsigned long *)w->out + 128, i, n = below(w, 8);

	for (i = 0; i < n; i++)
		words[i] = make_path(w);
	words[n] = below(w, 16) ? 0 : make_address(w);
	return below(w, 16) ? (unsigned long)words : make_address(w);
}

/* Own processes and threads, and numbers nobody has. */
static unsigned long make_pid(struct worker *w)
{
	switch (below(w, 8)) {
	case 0:
		return 0;
	case 1:
		return sys(SYS_getpid, 0, 0, 0, 0);
	case 2:
		return sys(SYS_getpid, 0, 0, 0, 0) + below(w, 4);
	case 3:
		return -sys(SYS_getpid, 0, 0, 0, 0);
	case 4:
		return below(w, 2) ? 0x7fffffff : 1UL << 31;
	default:
		return w->tid;
	}
}

static unsigned long make_signal(struct worker *w)
{
	static const unsigned long mild[] = { 0, SIGUSR1, SIGUSR2, SIGCHLD, SIGCONT, SIGURG, SIGWINCH, 34, 35, 64, 65, -1UL, 128 };

	return below(w, 200) ? PICK(w, mild) : below(w, 66);
}

static unsigned long make_mapping(struct worker *w)
{
	return below(w, 8) ? PICK(w, arenas) + below(w, ARENA_PAGES + 1) * PAGE : make_address(w);
}

/* Most memory calls are about some pages; the lengths at the edges come often enough. */
static unsigned long make_pages(struct worker *w)
{
	return below(w, 6) ? (1 + below(w, ARENA_PAGES)) * PAGE : below(w, 3) ? PICK(w, lengths) : below(w, 1024) * PAGE;
}

unsigned long make_arg(struct worker *w, char type, const unsigned long *list)
{
	static const unsigned long set_sizes[] = { 8, 8, 8, 8, 8, 8, 0, 4, 16, 128, -1UL };
	unsigned long n;

	switch (type) {
	case 'f':
		return make_fd(w);
	case 'p':
		return make_path(w);
	case 'b':
		return make_address(w);
	case 's':
		return make_struct(w);
	case 't':
		return make_time(w);
	case 'v':
		return make_strings(w);
	case 'l':
		return PICK(w, lengths);
	case 'P':
		return make_pid(w);
	case 'S':
		return make_signal(w);
	case 'm':
		return make_mapping(w);
	case 'M':
		return make_pages(w);
	case 'z':
		return PICK(w, set_sizes);
	case 'o':		/* one of the call's own numbers: others would end the test */
		for (n = 0; list[n] != ~0UL; n++)
			;
		return list[below(w, n)];
	case 'n':		/* one of the call's own numbers, or none of them */
		for (n = 0; list[n] != ~0UL; n++)
			;
		return below(w, 16) ? list[below(w, n)] : make_number(w);
	case 'N':		/* several of them at once */
		for (n = 0; list[n] != ~0UL; n++)
			;
		return below(w, 16) ? list[below(w, n)] | list[below(w, n)] | list[below(w, n)] : make_number(w);
	case '0':
		return 0;
	case 'g':		/* nothing is known of it */
		return below(w, 3) == 0 ? make_address(w) : below(w, 2) ? make_fd(w) : make_number(w);
	default:
		return make_number(w);
	}
}

/* Given as it is, or the kernel has put an int of its own into the lower half. Of kernel text all upper halves are alike. */
static bool was_given(unsigned long value, unsigned long address)
{
	return value - address < 64 || (value >> 32 == address >> 32 && value >> 32 != UINT_MAX);
}

bool is_kernel_address(unsigned long value)
{
	unsigned int i;

	if ((value < 0xff11000000000000 || value >= 0xffe0000000000000) && (value < 0xffff888000000000 || value >= 0xffffec0000000000) &&
	    (value < 0xffffffff80000000 || value >= 0xffffffffff000000))
		return false;
	if (!(value & UINT_MAX))		/* the low bytes of a number that went to an odd address: a clock's seconds */
		return false;
	for (i = 0; i < sizeof(bad_addresses) / sizeof(*bad_addresses); i++)
		if (was_given(value, bad_addresses[i]))
			return false;
	return true;
}
