/* SPDX-License-Identifier: BSD-2-Clause */
/* Buffers that end where nothing is mapped, and sizes that do not fit: what is done of a call, and what not. */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/utsname.h>
#include <time.h>

#define PAGE	4096
#define LEFT	100

static char *page;			/* a page, and behind it a hole */
static char *tail;			/* its last LEFT bytes */
static char data[4 * PAGE];
static void *volatile bad = (void *)8, *volatile kernel = (void *)0xffffffff81000000;

/* How much of the last bytes was written over, and whether only there. */
static void filled(void)
{
	int n = 0, before = 0;

	for (int i = 0; i < PAGE - LEFT; i++)
		before += page[i] != 'p';
	for (int i = 0; i < LEFT; i++)
		n += tail[i] != 'p';
	printf("  %s of it filled%s\n", n == LEFT ? "all" : n ? "a part" : "nothing", before ? ", AND BYTES BEFORE" : "");
	fflush(stdout);
	memset(page, 'p', PAGE);
}

#define FILLS(call) do {			\
	result(call);				\
	filled();				\
} while (0)

static int file_of(size_t size)
{
	int fd = memfd_create("data", 0);

	write(fd, data, size);
	lseek(fd, 0, SEEK_SET);
	return fd;
}

static void reads(void)
{
	int fd = file_of(sizeof(data)), short_fd = file_of(LEFT), pipes[2], zero = open("/dev/zero", O_RDWR);
	int random = open("/dev/urandom", O_RDONLY), proc = open("/proc/self/maps", O_RDONLY);
	struct iovec v[] = { { data, 10 }, { tail, 2 * LEFT }, { data, 10 } }, bad_second[] = { { tail, LEFT }, { bad, 8 } };

	FILLS(read(fd, tail, LEFT + 1));
	result(lseek(fd, 0, SEEK_CUR));
	FILLS(pread(fd, tail, 3 * PAGE, 0));
	FILLS(pread(fd, tail, 3 * PAGE, PAGE - 50));
	FILLS(pread(fd, tail, LEFT, sizeof(data) - 7));
	FILLS(read(short_fd, tail, 2 * PAGE));
	FILLS(read(short_fd, tail, 2 * PAGE));
	result(read(fd, tail + LEFT, 10));
	result(read(fd, bad, 10));
	result(read(fd, kernel, 10));
	result(read(fd, bad, 0));
	FILLS(preadv(fd, v, 3, 0));
	FILLS(preadv(fd, bad_second, 2, 0));
	result(preadv(fd, bad_second + 1, 1, 0));
	FILLS(read(zero, tail, LEFT + 1));
	result(read(random, tail, LEFT + 1));
	result(getrandom(tail, LEFT + 1, 0));
	result(getrandom(bad, 10, 0));
	result(getrandom(bad, 0, 0));
	result(getrandom(tail, LEFT, 0xf0));
	memset(page, 'p', PAGE);
	FILLS(read(proc, tail, 1) + read(proc, tail + LEFT, 1));
	pipe(pipes);
	write(pipes[1], data, 50);
	result(read(pipes[0], tail + LEFT - 20, 50));
	result(read(pipes[0], data, 50));
	memset(page, 'p', PAGE);
	close(fd), close(short_fd), close(zero), close(random), close(proc), close(pipes[0]), close(pipes[1]);
}

static void writes(void)
{
	int fd = memfd_create("to", 0), null = open("/dev/null", O_WRONLY), full = open("/dev/full", O_WRONLY), pipes[2];
	struct iovec v[] = { { data, 10 }, { tail, 2 * LEFT }, { data, 10 } };
	char got[PAGE];

	result(write(fd, tail, LEFT + 1));
	result(write(fd, tail, 2 * PAGE));
	result(pwrite(fd, tail, 2 * PAGE, PAGE - 50));
	result(lseek(fd, 0, SEEK_END));
	result(write(fd, tail + LEFT, 1));
	result(write(fd, bad, 1));
	result(write(fd, kernel, 1));
	result(write(fd, bad, 0));
	result(pwritev(fd, v, 3, 0));
	result(pread(fd, got, 10 + LEFT + 1, 0));
	check(!memcmp(got, data, 10) && !memcmp(got + 10, tail, LEFT));
	result(write(null, bad, 10));
	result(write(full, bad, 10));
	pipe(pipes);
	result(write(pipes[1], bad, 10));
	result(write(pipes[1], tail + LEFT, 1));
	result(vmsplice(pipes[1], &(struct iovec){ bad, 8 }, 1, 0));
	result(tee(pipes[0], pipes[1], 1, 0));
	close(fd), close(null), close(full), close(pipes[0]), close(pipes[1]);
}

/* readv() and its like: how many, and of what length */
static void vectors(void)
{
	int fd = file_of(sizeof(data));
	static struct iovec many[1025];
	struct iovec *at_end = (struct iovec *)(page + PAGE) - 1;

	for (int i = 0; i < 1025; i++)
		many[i] = (struct iovec){ data, 1 };
	result(preadv(fd, many, 1024, 0));
	result(preadv(fd, many, 1025, 0));
	result(preadv(fd, many, -1, 0));
	result(preadv(fd, bad, 1, 0));
	result(preadv(fd, bad, 0, 0));
	result(preadv(fd, kernel, 1, 0));
	*at_end = (struct iovec){ data, 1 };
	result(preadv(fd, at_end, 1, 0));
	result(preadv(fd, at_end, 2, 0));
	many[1].iov_len = -1UL;
	result(preadv(fd, many, 2, 0));
	many[1].iov_len = 1UL << 63;
	result(preadv(fd, many, 2, 0));
	many[1].iov_len = 0x7fffffffffffffff;
	many[1].iov_base = kernel;
	result(preadv(fd, many, 2, 0));
	many[0].iov_len = many[1].iov_len = 0x7ffff000;
	many[1].iov_base = data;
	result(preadv(fd, many + 2, 1, -1));
	result(syscall(SYS_preadv2, fd, many + 2, 1, -1L, -1L, 0x10000));
	result(pread(fd, data, 1, -1));
	result(pread(fd, data, 1, 0x7fffffffffffffff));
	memset(page, 'p', PAGE);
	close(fd);
}

/* Entries of directories are whole or not there. */
static void directories(void)
{
	int dir;

	mkdir("dir", 0755);
	close(open("dir/a_name_that_is_longer_than_the_others", O_CREAT | O_WRONLY, 0600));
	dir = open("dir", O_RDONLY | O_DIRECTORY);
	for (int size = 0; size < 24; size++)
		result(syscall(SYS_getdents64, dir, data, size));
	result(syscall(SYS_getdents64, dir, bad, 4096));
	result(syscall(SYS_getdents64, dir, kernel, 4096));
	result(syscall(SYS_getdents64, dir, tail + LEFT, 4096));
	result(syscall(SYS_getdents64, dir, tail + LEFT - 10, 4096));
	result(syscall(SYS_getdents64, dir, data, -1) > 0);
	result(syscall(SYS_getdents64, dir, data, 4096));
	result(syscall(SYS_getdents64, 0, data, 4096));
	result(syscall(SYS_getdents64, -1, data, 4096));
	close(dir);
}

static void names(void)
{
	char *end = page + PAGE;

	symlink("a_target_of_some_length", "link");
	FILLS(readlink("link", end - 5, 10));
	FILLS(readlink("link", end - 5, 5));
	result(readlink("link", bad, 5));
	result(readlink("link", tail, 0));
	result(readlink("link", tail, -1));
	memset(page, 'p', PAGE);
	result(syscall(SYS_getcwd, tail, 1));
	result(syscall(SYS_getcwd, tail, 0));
	result(syscall(SYS_getcwd, end - 2, 4096));
	result(syscall(SYS_getcwd, bad, 4096));
	memset(page, 'p', PAGE);
	memcpy(end - 4, "link", 4);
	result(readlink(end - 4, data, 5));	/* the name does not end before the hole */
	end[-1] = 0;
	result(readlink(end - 4, data, 5));
	memset(page, 'a', PAGE);
	result(open(page, O_RDONLY));		/* as long as a path can be, and no end */
	page[PAGE - 1] = 0;
	result(open(page, O_RDONLY));
	for (int i = 1; i < PAGE - 1; i += 2)
		page[i] = '/';
	result(open(page, O_RDONLY));
	result(open(page + PAGE - 257, O_RDONLY));
	result(open(bad, O_RDONLY));
	result(open(kernel, O_RDONLY));
	memset(page, 'p', PAGE);
	unlink("link");
}

/* What the kernel fills in is there as a whole, or the call fails. */
static void structures(void)
{
	char *end = page + PAGE;

	result(syscall(SYS_uname, end - sizeof(struct utsname) + 1));
	result(syscall(SYS_fstat, 0, end - sizeof(struct stat) + 1));
	result(syscall(SYS_newfstatat, AT_FDCWD, "/", kernel, 0));
	result(syscall(SYS_statx, AT_FDCWD, "/", 0, 0x7ff, end - 255));
	result(syscall(SYS_getrusage, 0, end - sizeof(struct rusage) + 1));
	result(syscall(SYS_times, end - 1));
	result(syscall(SYS_sysinfo, end - 1));
	result(syscall(SYS_clock_gettime, 0, end - 8));
	result(syscall(SYS_gettimeofday, end - 8, NULL));
	result(syscall(SYS_gettimeofday, NULL, end - 4));
	result(syscall(SYS_getrlimit, 0, end - 8));
	result(syscall(SYS_prlimit64, 0, 0, NULL, end - 8));
	result(syscall(SYS_prlimit64, 0, 0, end - 8, NULL));
	result(syscall(SYS_getitimer, 0, end - 24));
	result(syscall(SYS_setitimer, 0, end - 24, NULL));
	result(syscall(SYS_nanosleep, end - 8, NULL));
	result(syscall(SYS_pipe2, end - 4, 0));
	result(syscall(SYS_pipe2, bad, 0));
	result(dup(0));				/* none is lost by that */
	close(3);
	result(syscall(SYS_getresuid, bad, bad, bad));
	result(syscall(SYS_getcpu, bad, NULL, NULL));
	result(syscall(SYS_poll, end - 4, 1, 0));
	result(syscall(SYS_poll, NULL, -1, 0));
	result(syscall(SYS_poll, bad, 1, 0));
	result(syscall(SYS_select, 1025, bad, NULL, NULL, NULL));
	result(syscall(SYS_select, -1, NULL, NULL, NULL, NULL));
	result(syscall(SYS_select, 1, end - 4, NULL, NULL, NULL));
	result(syscall(SYS_sched_getaffinity, 0, 1, data));
	result(syscall(SYS_sched_getaffinity, 0, 12, data));
	result(syscall(SYS_sched_getaffinity, 0, 4096, bad));
	result(syscall(SYS_sched_setaffinity, 0, 8, bad));
	result(syscall(SYS_sched_setaffinity, 0, 0, data));
	result(syscall(SYS_sched_setscheduler, 0, 0, bad));
	result(syscall(SYS_set_robust_list, bad, 8));
	result(syscall(SYS_set_robust_list, bad, 25));
	result(syscall(SYS_rseq, page, 8, 0, 0));
	result(syscall(SYS_mincore, page, PAGE, end - 0));
	result(syscall(SYS_sigaltstack, end - 8, NULL));
	result(syscall(SYS_wait4, -1, end - 2, 1, bad));
}

static void signal_sets(void)
{
	static const long sizes[] = { 0, 1, 4, 7, 9, 16, 128, -1L };

	for (unsigned i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		long size = sizes[i];

		printf("size %ld\n", size);
		result(syscall(SYS_rt_sigprocmask, SIG_BLOCK, data, NULL, size));
		result(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, data, size));
		result(syscall(SYS_rt_sigaction, SIGUSR1, NULL, data, size));
		result(syscall(SYS_rt_sigpending, data, size));
		result(syscall(SYS_rt_sigsuspend, data, size));
		result(syscall(SYS_rt_sigtimedwait, data, NULL, data, size));
		result(syscall(SYS_signalfd4, -1, data, size, 0));
		result(syscall(SYS_ppoll, NULL, 0, data, data, size));
	}
	result(syscall(SYS_rt_sigprocmask, 3, data, NULL, 8));
	result(syscall(SYS_rt_sigprocmask, 3, NULL, data, 8));
	result(syscall(SYS_rt_sigprocmask, SIG_BLOCK, bad, NULL, 8));
	result(syscall(SYS_rt_sigprocmask, SIG_BLOCK, NULL, kernel, 8));
	result(syscall(SYS_rt_sigprocmask, SIG_BLOCK, page + PAGE - 4, NULL, 8));
	result(syscall(SYS_rt_sigpending, page + PAGE - 4, 8));
	result(syscall(SYS_rt_sigpending, page + PAGE - 4, 4));
	result(syscall(SYS_rt_sigaction, SIGKILL, data, NULL, 8));
	result(syscall(SYS_rt_sigaction, 0, NULL, data, 8));
	result(syscall(SYS_rt_sigaction, 65, NULL, data, 8));
	result(syscall(SYS_rt_sigaction, SIGUSR1, bad, NULL, 8));
	result(syscall(SYS_rt_sigaction, SIGUSR1, NULL, bad, 8));
}

static void events(void)
{
	int ep = epoll_create1(0), ev = eventfd(1, EFD_NONBLOCK), ev2 = eventfd(2, EFD_NONBLOCK);
	struct epoll_event want = { .events = EPOLLIN }, *at_end = (struct epoll_event *)(page + PAGE) - 1;

	result(epoll_ctl(ep, EPOLL_CTL_ADD, ev, &want));
	result(epoll_ctl(ep, EPOLL_CTL_ADD, ev2, &want));
	result(epoll_ctl(ep, EPOLL_CTL_MOD, ev, bad));
	result(epoll_ctl(ep, 9, ev, &want));
	result(epoll_wait(ep, at_end, 1, 0));
	result(epoll_wait(ep, at_end, 2, 0));		/* one is told, the other stays */
	result(epoll_wait(ep, bad, 2, 0));
	result(epoll_wait(ep, kernel, 2, 0));
	result(epoll_wait(ep, at_end, 0, 0));
	result(epoll_wait(ep, at_end, -1, 0));
	result(epoll_wait(ep, at_end, 0x7fffffff, 0));
	result(read(ev, bad, 8));
	result(read(ev, data, 7));
	result(write(ev, bad, 8));
	result(write(ev, &(long){ -1 }, 8));
	result(read(ev, data, 8));
	memset(page, 'p', PAGE);
	close(ep), close(ev), close(ev2);
}

static void copies_between_files(void)
{
	int from = file_of(sizeof(data)), to = memfd_create("to", 0), pipes[2];
	off_t at = -1, *at_end = (off_t *)(page + PAGE - 4);

	pipe(pipes);
	result(sendfile(to, from, bad, 10));
	result(sendfile(to, from, &at, 10));
	result(sendfile(to, from, at_end, 10));
	result(sendfile(to, from, NULL, -1UL));
	result(copy_file_range(from, bad, to, NULL, 10, 0));
	result(copy_file_range(from, NULL, to, NULL, 10, 1));
	result(splice(from, bad, pipes[1], NULL, 10, 0));
	result(splice(from, &at, pipes[1], NULL, 10, 0));
	result(splice(from, NULL, pipes[1], &(off_t){ 0 }, 10, 0));
	result(splice(from, NULL, to, NULL, 10, 0));
	memset(page, 'p', PAGE);
	close(from), close(to), close(pipes[0]), close(pipes[1]);
}

int main(void)
{
	page = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	munmap(page + PAGE, PAGE);
	tail = page + PAGE - LEFT;
	memset(page, 'p', PAGE);
	memset(data, 'd', sizeof(data));
	reads();
	writes();
	vectors();
	directories();
	names();
	structures();
	signal_sets();
	events();
	copies_between_files();
	return 0;
}
