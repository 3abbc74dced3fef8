/* SPDX-License-Identifier: BSD-2-Clause */
/* Contents of files: reading, writing, places, holes, sizes, numbers of files, times, rights. */
#include "check.h"
#include <fcntl.h>
#include <limits.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>

static char buf[70000], zeros[70000];
static struct stat st;

static void places(void)
{
	int fd = open("f", O_CREAT | O_RDWR | O_TRUNC, 0644), again = dup(fd), other = open("f", O_RDONLY);

	result(write(fd, "0123456789", 10));
	result(lseek(again, 0, SEEK_CUR));
	result(lseek(other, 0, SEEK_CUR));
	result(read(other, buf, 4));
	result(lseek(fd, -3, SEEK_END));
	result(read(fd, buf, 100));
	check(!memcmp(buf, "789", 3));
	result(read(fd, buf, 100));
	result(lseek(fd, -11, SEEK_END));
	result(lseek(fd, 0, 9));
	result(lseek(fd, -1, SEEK_SET));
	result(write(fd, "x", 1));
	result(pread(fd, buf, 3, 2));
	result(pread(fd, buf, 3, -1));
	result(pwrite(fd, "ab", 2, 4));
	result(pread(fd, buf, 10, 0));
	check(!memcmp(buf, "0123ab6789", 10));
	result(read(other, (void *)8, 4));
	result(read(other, buf, 0));
	result(write(other, "x", 1));
	result(read(99, buf, 1));
	close(fd);
	close(again);
	close(other);
}

static void holes(void)
{
	int fd = open("holes", O_CREAT | O_RDWR | O_TRUNC, 0644);

	result(pwrite(fd, "end", 3, 50000));
	check(!fstat(fd, &st) && st.st_size == 50003);
	result(read(fd, buf, 60000));
	check(!memcmp(buf, zeros, 50000) && !memcmp(buf + 50000, "end", 3));
	result(ftruncate(fd, 50001));
	result(ftruncate(fd, 50010));
	result(pread(fd, buf, 100, 50000));
	check(!memcmp(buf, "e\0\0\0\0\0\0\0\0\0", 10));
	result(ftruncate(fd, -1));
	result(truncate("holes", 5));
	result(truncate("none", 5));
	result(truncate(".", 5));
	check(!fstat(fd, &st) && st.st_size == 5);
	memset(buf, 'y', sizeof(buf));
	result(pwrite(fd, buf, 20000, 0));
	result(fallocate(fd, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, 3000, 10000));
	result(pread(fd, buf, 20000, 0));
	check(buf[2999] == 'y' && !memcmp(buf + 3000, zeros, 10000) && buf[13000] == 'y');
	result(fallocate(fd, 0, 0, 30000));
	check(!fstat(fd, &st) && st.st_size == 30000);
	result(fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, 40000));
	check(!fstat(fd, &st) && st.st_size == 30000);
	result(fallocate(fd, 0, -1, 10));
	result(fallocate(fd, 0, 0, 0));
	close(fd);
}

static void pieces(void)
{
	int fd = open("pieces", O_CREAT | O_RDWR | O_TRUNC | O_APPEND, 0644);
	struct iovec v[4] = { { "one ", 4 }, { NULL, 0 }, { "two ", 4 }, { "three", 5 } };
	char a[6], b[20];
	struct iovec r[2] = { { a, 6 }, { b, 20 } };

	result(writev(fd, v, 4));
	result(lseek(fd, 0, SEEK_SET));
	result(readv(fd, r, 2));
	check(!memcmp(a, "one tw", 6) && !memcmp(b, "o three", 7));
	result(preadv(fd, r, 1, 4));
	result(pwritev(fd, v, 1, 0));
	check(!fstat(fd, &st) && st.st_size == 17);		/* O_APPEND */
	result(writev(fd, v, -1));
	result(writev(fd, v, 1025));
	v[0].iov_len = (size_t)-1;
	result(writev(fd, v, 2));
	v[0] = (struct iovec){ (void *)8, 4 };
	result(writev(fd, v, 1));
	result(readv(fd, NULL, 0));
	close(fd);
}

/* The second page of the buffer is not there: what lies before it is moved. */
static void edges(void)
{
	char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	int fd = open("edges", O_CREAT | O_RDWR | O_TRUNC, 0644), fds[2];

	munmap(p + 4096, 4096);
	memset(p, 'e', 4096);
	result(write(fd, buf, 10000));
	result(pwrite(fd, p + 4000, 96, 0));
	result(pwrite(fd, p + 4096, 96, 0));
	result(pread(fd, p + 4096, 10, 0));
	pipe(fds);
	result(write(fds[1], buf, 10));
	result(read(fds[0], p + 4096, 10));
	result(read(fds[0], buf, 20));
	close(fd);
	close(fds[0]);
	close(fds[1]);
}

static void numbers(void)
{
	int fd = open("f", O_RDONLY), a, b;

	a = dup(fd);
	check(a == fd + 1);
	result(dup2(fd, fd) == fd);
	result(dup2(99, 5));
	result(dup2(fd, 50));
	result(dup3(fd, fd, 0));
	result(dup3(fd, 51, O_CLOEXEC));
	result(fcntl(51, F_GETFD));
	result(fcntl(50, F_GETFD));
	result(fcntl(50, F_SETFD, FD_CLOEXEC));
	result(fcntl(50, F_GETFD));
	result(fcntl(fd, F_DUPFD, 60));
	result(fcntl(fd, F_DUPFD_CLOEXEC, 60));
	result(fcntl(61, F_GETFD));
	result(fcntl(fd, F_DUPFD, -1));
	check((fcntl(fd, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK)) == O_RDONLY);
	result(fcntl(fd, F_SETFL, O_APPEND | O_NONBLOCK));
	check((fcntl(a, F_GETFL) & (O_ACCMODE | O_APPEND | O_NONBLOCK)) == (O_APPEND | O_NONBLOCK));
	result(fcntl(fd, 12345));
	result(fcntl(98, F_GETFD));
	close(a);
	b = open("f", O_RDONLY);
	check(b == a);
	result(syscall(SYS_close_range, 50, 70, 0));
	result(fcntl(61, F_GETFD));
	result(syscall(SYS_close_range, 70, 50, 0));
	result(syscall(SYS_close_range, 70, 80, 64));
	for (int i = 0; i < 300; i++)
		if (dup(fd) < 0)
			printf("dup fails\n");
	check(fcntl(fd + 250, F_GETFD) == 0);
	if (fork() == 0)
		_exit(fcntl(fd + 250, F_GETFD) == 0 && close(fd + 250) == 0 ? 0 : 1);
	int status;
	wait(&status);
	check(status == 0 && fcntl(fd + 250, F_GETFD) == 0);
	result(syscall(SYS_close_range, 3, ~0U, 0));
	check(open("f", O_RDONLY) == 3);
	close(3);
	result(close(3));
	result(ioctl(0, FIONREAD, 8L) == -1);
}

static void times(void)
{
	struct timespec t[2] = { { 1000, 5 }, { 2000, 7 } };

	result(utimensat(AT_FDCWD, "f", t, 0));
	check(!stat("f", &st) && st.st_atim.tv_sec == 1000 && st.st_atim.tv_nsec == 5 && st.st_mtim.tv_nsec == 7);
	t[0].tv_nsec = UTIME_OMIT;
	t[1].tv_nsec = UTIME_NOW;
	result(utimensat(AT_FDCWD, "f", t, 0));
	check(!stat("f", &st) && st.st_atim.tv_sec == 1000 && st.st_mtim.tv_sec > 1000000);
	t[1] = (struct timespec){ -5, 999999999 };
	result(utimensat(AT_FDCWD, "f", t, 0));
	check(!stat("f", &st) && st.st_mtim.tv_sec == -5 && st.st_mtim.tv_nsec == 999999999);
	t[1].tv_nsec = 1000000000;
	result(utimensat(AT_FDCWD, "f", t, 0));
	t[1] = (struct timespec){ LONG_MIN, 0 };	/* the earliest there is */
	result(utimensat(AT_FDCWD, "f", t, 0));
	result(utimensat(AT_FDCWD, "none", NULL, 0));
	result(utimensat(99, NULL, NULL, 0));
}

static void rights(void)
{
	int status;

	mkdir("closed", 0700);
	close(open("closed/f", O_CREAT | O_WRONLY, 0644));
	close(open("mine", O_CREAT | O_WRONLY, 0600));
	close(open("run", O_CREAT | O_WRONLY, 04755));
	mkdir("sticky", 01777);
	chmod("sticky", 01777);
	close(open("sticky/root", O_CREAT | O_WRONLY, 0666));
	chmod(".", 0755);
	result(chmod("run", 04755));
	check(!stat("run", &st) && (st.st_mode & 07777) == 04755);
	result(chown("run", 0, 0));
	check(!stat("run", &st) && (st.st_mode & 07777) == 0755);
	if (fork() == 0) {
		result(setgid(1000));
		result(setuid(1000));
		result(open("closed/f", O_RDONLY));
		result(access("closed/f", F_OK));
		result(open("mine", O_RDONLY));
		result(access("mine", R_OK));
		result(open("new", O_CREAT | O_WRONLY, 0600));
		result(chmod("f", 0777));
		result(chown("f", 1000, 1000));
		result(utimensat(AT_FDCWD, "f", NULL, 0));
		result(unlink("sticky/root"));
		result(close(open("sticky/own", O_CREAT | O_WRONLY, 0600)));
		result(rename("sticky/root", "sticky/x"));
		result(unlink("sticky/own"));
		result(mknod("sticky/dev", S_IFCHR | 0600, 0x103));
		result(chroot("."));
		result(truncate("f", 0));
		_exit(0);
	}
	wait(&status);
	check(status == 0);
}

static void moving(void)
{
	int a = open("from", O_CREAT | O_RDWR | O_TRUNC, 0644), b = open("to", O_CREAT | O_RDWR | O_TRUNC, 0644), fds[2];
	loff_t off = 5, out = 1;

	write(a, "0123456789", 10);
	result(sendfile(b, a, &off, 3));
	check(off == 8);
	result(sendfile(b, a, NULL, 3));
	lseek(a, 0, SEEK_SET);
	result(sendfile(b, a, NULL, 100));
	result(lseek(b, 0, SEEK_END));
	off = 2;
	result(copy_file_range(a, &off, b, &out, 4, 0));
	check(off == 6 && out == 5);
	result(copy_file_range(a, &off, a, &off, 4, 0));
	result(copy_file_range(a, NULL, b, NULL, 4, 1));
	result(pread(b, buf, 100, 0));
	printf("%.20s\n", buf);
	pipe(fds);
	off = 0;
	result(splice(a, &off, fds[1], NULL, 6, 0));
	result(tee(fds[0], fds[0], 6, 0));
	result(splice(fds[0], NULL, b, NULL, 4, 0));
	result(read(fds[0], buf, 10));
	result(splice(a, NULL, b, NULL, 4, 0));
	result(splice(fds[0], &off, b, NULL, 4, 0));
}

int main(void)
{
	places();
	holes();
	pieces();
	edges();
	numbers();
	times();
	if (!geteuid())
		rights();
	moving();
	return 0;
}
