/* SPDX-License-Identifier: BSD-2-Clause */
/* Flags of calls that few programs give: single reads and writes, renames, huge pages, watches. */
#include "check.h"
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>

static char buf[65536];

static void appending(void)
{
	struct iovec v = { "abcd", 4 }, in = { buf, sizeof(buf) };
	int fd = open("a", O_CREAT | O_RDWR, 0600), p[2];

	result(pwritev2(fd, &v, 1, 0, RWF_APPEND));
	result(pwritev2(fd, &v, 1, 0, RWF_APPEND));
	result(lseek(fd, 0, SEEK_CUR));
	result(lseek(fd, 2, SEEK_SET));
	result(pwritev2(fd, &v, 1, -1, RWF_APPEND));
	result(lseek(fd, 0, SEEK_CUR));
	result(pwritev2(fd, &v, 1, 1, 0));
	result(pread(fd, buf, sizeof(buf), 0));
	check(!memcmp(buf, "aabcdbcdabcd", 12));
	result(preadv2(fd, &in, 1, 0, RWF_APPEND));
	result(pwritev2(fd, &v, 1, -2, RWF_APPEND));
	result(pwritev2(fd, &v, 1, 0, 0x4000));
	result(pwritev2(99, &v, 1, 0, RWF_APPEND));
	result(pwritev2(fd, (void *)8, 1, 0, RWF_APPEND));
	close(fd);
	pipe(p);
	result(pwritev2(p[1], &v, 1, -1, RWF_APPEND));
	result(pwritev2(p[1], &v, 1, 3, RWF_APPEND));
	close(p[0]);
	close(p[1]);
}

static void not_waiting(void)
{
	struct iovec v = { buf, 4 }, big = { buf, sizeof(buf) };
	int p[2], fd = memfd_create("m", 0);

	pipe(p);
	fcntl(p[0], F_SETPIPE_SZ, 4096);
	result(preadv2(p[0], &v, 1, -1, RWF_NOWAIT));
	result(pwritev2(p[1], &v, 1, -1, RWF_NOWAIT));
	result(preadv2(p[0], &v, 1, -1, RWF_NOWAIT));
	result(pwritev2(p[1], &big, 1, -1, RWF_NOWAIT));
	result(pwritev2(p[1], &v, 1, -1, RWF_NOWAIT));
	result(vmsplice(p[1], &v, 1, SPLICE_F_NONBLOCK));
	check(!(fcntl(p[1], F_GETFL) & O_NONBLOCK));
	result(preadv2(p[0], &big, 1, -1, RWF_NOWAIT));
	result(vmsplice(p[0], &v, 1, SPLICE_F_NONBLOCK));
	close(p[1]);
	result(vmsplice(p[0], &v, 1, SPLICE_F_NONBLOCK));
	close(p[0]);
	result(preadv2(fd, &v, 1, 0, RWF_NOWAIT));
	result(pwritev2(fd, &v, 1, 0, RWF_NOWAIT));
	result(fallocate(fd, FALLOC_FL_COLLAPSE_RANGE, 0, 4096));
	result(fallocate(fd, FALLOC_FL_INSERT_RANGE, 0, 4096));
	close(fd);
}

static void white(const char *name)
{
	struct stat st;

	result(lstat(name, &st));
	check(st.st_mode == S_IFCHR && st.st_rdev == 0 && st.st_nlink == 1);
}

static void whiteouts(void)
{
	struct stat st;

	close(open("f", O_CREAT | O_RDWR, 0600));
	close(open("g", O_CREAT | O_RDWR, 0600));
	result(renameat2(AT_FDCWD, "f", AT_FDCWD, "h", RENAME_WHITEOUT));
	white("f");
	result(open("f", O_RDONLY));
	result(renameat2(AT_FDCWD, "h", AT_FDCWD, "g", RENAME_WHITEOUT | RENAME_NOREPLACE));
	result(renameat2(AT_FDCWD, "h", AT_FDCWD, "g", RENAME_WHITEOUT | RENAME_EXCHANGE));
	result(renameat2(AT_FDCWD, "h", AT_FDCWD, "g", RENAME_WHITEOUT));
	white("h");
	result(mkdir("d", 0700));
	result(renameat2(AT_FDCWD, "d", AT_FDCWD, "e", RENAME_WHITEOUT));
	white("d");
	result(renameat2(AT_FDCWD, "g", AT_FDCWD, "g", RENAME_WHITEOUT));
	result(stat("g", &st));
	check(S_ISREG(st.st_mode));
	result(renameat2(AT_FDCWD, "none", AT_FDCWD, "x", RENAME_WHITEOUT));
	result(renameat2(AT_FDCWD, "g", AT_FDCWD, "x", 8));
	result(unlink("d"));
	result(unlink("f"));
	result(unlink("h"));
	result(unlink("g"));
	result(rmdir("e"));
	/* one that nobody has may be made by anybody */
	if (!fork()) {
		chmod(".", 0777);
		setuid(1000);
		result(mknod("w", S_IFCHR, 0));
		result(mknod("z", S_IFCHR, makedev(1, 5)));
		exit(0);
	}
	wait(NULL);
	result(unlink("w"));
}

static void huge_pages(void)
{
	const int anonymous = MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB;
	int fd = open("a", O_RDWR);

	result(mmap(NULL, 2 << 20, PROT_READ | PROT_WRITE, anonymous, -1, 0));
	result(mmap(NULL, 4096, PROT_READ | PROT_WRITE, anonymous, -1, 0));
	result(mmap(NULL, 2 << 20, PROT_READ, anonymous | 30 << 26, -1, 0));
	result(mmap(NULL, 2 << 20, PROT_READ, anonymous | 21 << 26, -1, 0));
	result(mmap(NULL, 2 << 20, PROT_READ, anonymous | 12 << 26, -1, 0));
	result(mmap(NULL, 0, PROT_READ, anonymous, -1, 0));
	result(mmap((void *)0x1000, 2 << 20, PROT_READ, anonymous | MAP_FIXED, -1, 0));
	result(mmap(NULL, 2 << 20, PROT_READ, MAP_PRIVATE | MAP_HUGETLB, fd, 0));
	close(fd);
	unlink("a");
}

/* What is done to a file that has lost its name is of no interest to who watches its directory and says so. */
static void watches(void)
{
	struct inotify_event *e = (void *)buf;

	for (int i = 0; i < 2; i++) {
		int in = inotify_init1(IN_NONBLOCK), fd = open("b", O_CREAT | O_RDWR, 0600);

		inotify_add_watch(in, ".", IN_MODIFY | (i ? IN_EXCL_UNLINK : 0));
		write(fd, "x", 1);
		check(read(in, buf, sizeof(buf)) > 0 && e->mask == IN_MODIFY && !strcmp(e->name, "b"));
		unlink("b");
		write(fd, "x", 1);
		result(read(in, buf, sizeof(buf)) > 0 && e->mask == IN_MODIFY);
		close(fd);
		close(in);
	}
}

int main(void)
{
	appending();
	not_waiting();
	whiteouts();
	huge_pages();
	watches();
	return 0;
}
