/* SPDX-License-Identifier: BSD-2-Clause */
/* Locks on files: of processes, of open files, of whole files; conflicts, pieces, waiting, deadlock. */
#include "check.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/wait.h>

static int fd, other;

static int lock(int file, int cmd, int type, long start, long len)
{
	struct flock l = { .l_type = type, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	return fcntl(file, cmd, &l);
}

/* What keeps us from a write lock there. */
static void show(int file, int cmd, long start, long len)
{
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET, .l_start = start, .l_len = len };

	result(fcntl(file, cmd, &l));
	printf("%s %ld %ld %s\n", l.l_type == F_UNLCK ? "free" : l.l_type == F_RDLCK ? "read" : "write", l.l_start, l.l_len,
	       l.l_pid == getppid() ? "parent" : l.l_pid == -1 ? "file" : l.l_pid ? "somebody" : "nobody");
}

#define in_child(...) do {			\
	fflush(stdout);				\
	if (fork() == 0) {			\
		__VA_ARGS__;			\
		fflush(stdout);			\
		_exit(0);			\
	}					\
	wait(NULL);				\
} while (0)

static void ranges(void)
{
	result(lock(fd, F_SETLK, F_WRLCK, 10, 10));
	result(lock(fd, F_SETLK, F_RDLCK, 14, 2));
	in_child(show(fd, F_GETLK, 0, 0); show(fd, F_GETLK, 14, 1); show(fd, F_GETLK, 16, 1); show(fd, F_GETLK, 20, 0));
	in_child(result(lock(fd, F_SETLK, F_RDLCK, 14, 2)); result(lock(fd, F_SETLK, F_RDLCK, 13, 2));
		 result(lock(fd, F_SETLK, F_WRLCK, 14, 2)); result(lock(fd, F_SETLK, F_WRLCK, 0, 10)));
	result(lock(fd, F_SETLK, F_WRLCK, 14, 2));
	in_child(show(fd, F_GETLK, 0, 0));
	result(lock(fd, F_SETLK, F_UNLCK, 12, 4));
	in_child(show(fd, F_GETLK, 0, 0); show(fd, F_GETLK, 12, 0));
	result(lock(fd, F_SETLK, F_WRLCK, 100, -50));
	in_child(show(fd, F_GETLK, 30, 0));
	result(lock(fd, F_SETLK, 7, 0, 1));
	result(lock(fd, F_SETLK, F_WRLCK, -1, 1));
	close(other);				/* any number of the file that is closed takes all locks along */
	in_child(show(fd, F_GETLK, 0, 0));
	other = open("locked", O_RDWR);
	int ro = open("locked", O_RDONLY);
	result(lock(ro, F_SETLK, F_WRLCK, 0, 1));
	close(ro);
}

static void open_files(void)
{
	result(lock(fd, F_OFD_SETLK, F_WRLCK, 0, 5));
	result(lock(other, F_OFD_SETLK, F_WRLCK, 0, 5));
	result(lock(other, F_OFD_SETLK, F_WRLCK, 5, 5));
	show(other, F_OFD_GETLK, 0, 0);
	result(lock(fd, F_OFD_SETLK, F_UNLCK, 0, 0));
	result(lock(other, F_OFD_SETLK, F_UNLCK, 0, 0));
}

static void whole(void)
{
	result(flock(fd, LOCK_SH));
	result(flock(other, LOCK_SH | LOCK_NB));
	result(flock(other, LOCK_EX | LOCK_NB));
	result(flock(fd, LOCK_UN));
	result(flock(other, LOCK_EX | LOCK_NB));
	result(flock(fd, LOCK_SH | LOCK_NB));
	in_child(result(flock(other, LOCK_UN)));
	result(flock(fd, LOCK_EX | LOCK_NB));
	result(flock(fd, 9));
	result(flock(99, LOCK_EX));
	flock(fd, LOCK_UN);
}

static void waiting(void)
{
	int status, fds[2];
	char c;

	pipe(fds);
	lock(fd, F_SETLK, F_WRLCK, 0, 1);
	fflush(stdout);
	if (fork() == 0) {
		lock(fd, F_SETLK, F_WRLCK, 1, 1);
		write(fds[1], "", 1);
		_exit(lock(fd, F_SETLKW, F_WRLCK, 0, 1) ? errno : 0);
	}
	read(fds[0], &c, 1);
	usleep(50000);
	result(lock(fd, F_SETLKW, F_WRLCK, 1, 1));
	result(lock(fd, F_SETLK, F_UNLCK, 0, 0));
	wait(&status);
	check(status == 0);
}

int main(void)
{
	fd = open("locked", O_CREAT | O_RDWR, 0600);
	other = open("locked", O_RDWR);
	ranges();
	open_files();
	whole();
	waiting();
	return 0;
}
