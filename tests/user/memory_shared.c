/* SPDX-License-Identifier: BSD-2-Clause */
/* Memory of several processes and of files: copied when written, shared, cut off. */
#include "check.h"
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define RW	(PROT_READ | PROT_WRITE)
#define PAGES	40

static long page;
static sigjmp_buf back;
static volatile int sig;

static void on_fault(int s, siginfo_t *info, void *context)
{
	sig = s;
	siglongjmp(back, 1);
}

static int dies(volatile char *at, int write)
{
	sig = 0;
	if (sigsetjmp(back, 1))
		return sig;
	if (write)
		*at = 1;
	else
		(void)*at;
	return 0;
}

static int child_says(int (*what)(char *), char *arg)
{
	pid_t pid = fork();
	int status;

	if (!pid)
		_exit(what(arg));
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int writes_private(char *p)
{
	int sum = p[0] + p[page];

	p[0] = 50;
	p[2 * page] = 60;
	return sum + p[0];
}

static int writes_shared(char *p)
{
	p[0]++;
	p[3 * page] = 9;
	return p[page];
}

static int nested(char *p)
{
	p[0] = 1;
	return child_says(writes_private, p) + p[0];
}

static int sees_zeros(char *p)
{
	return p[0] == 0 && p[page] == 0;
}

static int is_unmapped(char *p)
{
	return dies(p, 0) == SIGSEGV;
}

static void forks(void)
{
	char *p = mmap(NULL, 4 * page, RW, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	p[0] = 3;
	p[page] = 4;
	result(child_says(writes_private, p));
	check(p[0] == 3 && p[page] == 4 && p[2 * page] == 0);
	result(child_says(nested, p));
	check(p[0] == 3);
	p[0] = 7;
	result(child_says(writes_private, p));
	result(madvise(p, 2 * page, MADV_WIPEONFORK));
	result(child_says(sees_zeros, p));
	result(madvise(p, 2 * page, MADV_KEEPONFORK));
	result(madvise(p + 2 * page, page, MADV_DONTFORK));
	result(child_says(is_unmapped, p + 2 * page));
	check(p[0] == 7);
	munmap(p, 4 * page);
	p = mmap(NULL, 4 * page, RW, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	p[0] = 1;
	p[page] = 2;
	result(child_says(writes_shared, p));
	check(p[0] == 2 && p[3 * page] == 9);
	result(munmap(p, 4 * page));
}

static void files(void)
{
	char buf[64], *a, *b, *c;
	int fd, ro;

	unlink("mapped");
	fd = open("mapped", O_RDWR | O_CREAT, 0600);
	ro = open("mapped", O_RDONLY);
	result(ftruncate(fd, PAGES * page));
	a = mmap(NULL, PAGES * page, RW, MAP_SHARED, fd, 0);
	b = mmap(NULL, PAGES * page, RW, MAP_PRIVATE, ro, 0);
	c = mmap(NULL, PAGES * page, PROT_READ, MAP_SHARED, ro, 0);
	check(a != MAP_FAILED && b != MAP_FAILED && c != MAP_FAILED);
	outcome(mmap(NULL, page, RW, MAP_SHARED, ro, 0));
	result(mprotect(c, page, RW));
	strcpy(a + 100, "through the mapping");
	result(pread(fd, buf, 20, 100));
	printf("%s\n", buf);
	result(pwrite(fd, "through the file", 17, 5 * page));
	printf("%s, %s, %s\n", a + 5 * page, b + 5 * page, c + 5 * page);
	strcpy(b + 5 * page, "private");
	printf("%s, %s, %s\n", a + 5 * page, b + 5 * page, c + 5 * page);
	strcpy(a + 5 * page, "shared");
	printf("%s, %s, %s\n", a + 5 * page, b + 5 * page, c + 5 * page);
	result(msync(a, PAGES * page, MS_SYNC));
	result(ftruncate(fd, 4 * page + 10));
	result(dies(a + 5 * page, 0));
	result(dies(b + 5 * page, 0));
	result(dies(c + 5 * page, 1));
	result(dies(a + 4 * page, 1));
	check(a[100] == 't');
	a[4 * page + 20] = 5;
	result(ftruncate(fd, PAGES * page));
	check(a[5 * page] == 0 && b[5 * page] == 0 && c[5 * page] == 0);
	result(read(fd, a + 6 * page, 10));
	result(munmap(a, PAGES * page));
	result(close(fd));
	result(unlink("mapped"));
	printf("%s\n", c + 100);
	result(write(1, c + 100, 8));
	printf("\n");
	close(ro);
	printf("%s\n", b + 100);
}

#define CUTS	200

static char *shared, *own;		/* two mappings of one file */

static void touch_pages(int i)
{
	dies(shared + i % PAGES * page, 1);	/* or not: it is just being cut off */
	dies(own + i % PAGES * page, 1);
}

static void makes_children(void)
{
	for (int i = 0; i < CUTS; i++) {
		pid_t pid = fork();

		touch_pages(i);
		if (!pid)
			_exit(0);
		waitpid(pid, NULL, 0);
	}
}

/* Who maps a file comes and goes while it is cut off, and nobody keeps what was cut off. */
static void forks_while_cut(void)
{
	int fd = open("cut", O_RDWR | O_CREAT, 0600), status, left = 0;
	pid_t pid[2];

	result(ftruncate(fd, PAGES * page));
	shared = mmap(NULL, PAGES * page, RW, MAP_SHARED, fd, 0);
	own = mmap(NULL, PAGES * page, RW, MAP_PRIVATE, fd, 0);
	check(shared != MAP_FAILED && own != MAP_FAILED);
	for (int i = 0; i < 2; i++) {
		pid[i] = fork();
		if (!pid[i]) {
			makes_children();
			_exit(0);
		}
	}
	for (int i = 0; i < CUTS; i++) {
		touch_pages(i);
		if (ftruncate(fd, 0) || ftruncate(fd, PAGES * page))
			left++;
	}
	for (int i = 0; i < 2; i++) {
		waitpid(pid[i], &status, 0);
		check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
	}
	result(ftruncate(fd, 0));
	result(ftruncate(fd, PAGES * page));
	for (int i = 0; i < PAGES; i++)
		left += shared[i * page] || own[i * page];
	result(left);
	munmap(shared, PAGES * page);
	munmap(own, PAGES * page);
	result(close(fd));
	result(unlink("cut"));
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	page = sysconf(_SC_PAGESIZE);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	forks();
	files();
	forks_while_cut();
	return 0;
}
