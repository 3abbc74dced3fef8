/* SPDX-License-Identifier: BSD-2-Clause */
/* Names: making, linking, renaming, removing, symbolic links, where paths begin, and what is refused. */
#include "check.h"
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <sys/stat.h>
#include <sys/syscall.h>

static struct stat st, st2;

static void make(void)
{
	char long_name[300];

	memset(long_name, 'n', sizeof(long_name));
	long_name[256] = '\0';
	result(mkdir("d", 0755));
	result(mkdir("d", 0755));
	result(mkdir("d/", 0755));
	result(mkdir("e/", 0700));
	result(mkdir("no/e", 0755));
	result(mkdir("", 0755));
	result(mkdir(".", 0755));
	result(mkdir("..", 0755));
	result(mkdir(long_name, 0755));
	long_name[255] = '\0';
	result(mkdir(long_name, 0755));
	result(rmdir(long_name));
	result(mkdir((char *)8, 0755));
	result(close(open("d/f", O_CREAT | O_EXCL | O_RDWR, 0640)));
	result(open("d/f", O_CREAT | O_EXCL | O_RDWR, 0640));
	result(open("d/f/", O_RDONLY));
	result(open("d/f/g", O_RDONLY));
	result(open("d/g/", O_CREAT | O_RDWR, 0640));
	result(open("d", O_RDWR));
	result(open("d", O_CREAT | O_RDONLY, 0640));
	result(open("d/f", O_DIRECTORY | O_RDONLY));
	result(open("d/none", O_RDONLY));
	result(open("d/none", O_TMPFILE | O_RDONLY, 0600));
	result(mknod("fifo", S_IFIFO | 0600, 0));
	result(mknod("odd", 0150000, 0));
	check(!stat("fifo", &st) && S_ISFIFO(st.st_mode) && (st.st_mode & 07777) == 0600);
	check(!stat("d/f", &st) && S_ISREG(st.st_mode) && (st.st_mode & 07777) == 0640 && st.st_nlink == 1);
	umask(027);
	result(mkdir("masked", 0777));
	check(!stat("masked", &st) && (st.st_mode & 07777) == 0750);
	umask(022);
}

static void links(void)
{
	char buf[64];

	result(link("d/f", "d/hard"));
	check(!stat("d/f", &st) && !stat("d/hard", &st2) && st.st_ino == st2.st_ino && st.st_nlink == 2);
	result(link("d/f", "d/hard"));
	result(link("d", "dd"));
	result(link("none", "x"));
	result(symlink("d/f", "s"));
	result(symlink("d/f", "s"));
	result(symlink("", "empty"));
	result(readlink("s", buf, sizeof(buf)));
	check(!memcmp(buf, "d/f", 3));
	result(readlink("s", buf, 2));
	result(readlink("d/f", buf, sizeof(buf)));
	result(readlink("s", buf, 0));
	check(!stat("s", &st) && st.st_ino == st2.st_ino);
	check(!lstat("s", &st) && S_ISLNK(st.st_mode) && st.st_size == 3);
	result(symlink("loop", "loop"));
	result(open("loop", O_RDONLY));
	result(stat("loop", &st));
	result(lstat("loop", &st));
	result(open("s", O_NOFOLLOW | O_RDONLY));
	result(symlink("d", "to_d"));
	check(!stat("to_d/../d/./f", &st) && st.st_ino == st2.st_ino);
	check(!lstat("to_d/", &st) && S_ISDIR(st.st_mode));
	result(rmdir("to_d"));
	result(rmdir("to_d/"));
	result(unlink("to_d/"));
	result(symlink("made_by_link", "dangling"));
	result(open("dangling", O_CREAT | O_EXCL | O_RDWR, 0600));
	result(close(open("dangling", O_CREAT | O_RDWR, 0600)));
	check(!stat("made_by_link", &st));
	result(linkat(AT_FDCWD, "s", AT_FDCWD, "hard_to_link", 0));
	check(!lstat("hard_to_link", &st) && S_ISLNK(st.st_mode) && st.st_nlink == 2);
	result(linkat(AT_FDCWD, "s", AT_FDCWD, "hard_to_file", AT_SYMLINK_FOLLOW));
	check(!lstat("hard_to_file", &st) && S_ISREG(st.st_mode) && st.st_nlink == 3);
}

/* A chain of @n links to d/f. */
static void chain(int n)
{
	char name[16], target[16] = "d/f";

	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "chain%d", i);
		symlink(target, name);
		strcpy(target, name);
	}
	printf("chain of %d: ", n);
	result(stat(name, &st));
	for (int i = 0; i < n; i++) {
		snprintf(name, sizeof(name), "chain%d", i);
		unlink(name);
	}
}

static void renames(void)
{
	result(rename("d/hard", "moved"));
	check(!stat("moved", &st) && st.st_nlink == 3);
	result(rename("moved", "hard_to_file"));
	check(!access("moved", F_OK));		/* two links of one file: nothing happens */
	result(rename("none", "x"));
	result(rename("d", "d/below"));
	result(rename("d/f", "e"));
	result(rename("e", "d/f"));
	result(rename("e", "d"));
	result(rename("e", "fresh"));
	result(rename("fresh", "e"));
	result(rename("d/f", "e/"));
	result(rename("moved", "moved/"));
	result(rename(".", "x"));
	result(rename("d", ".."));
	result(syscall(SYS_renameat2, AT_FDCWD, "moved", AT_FDCWD, "made_by_link", 1));
	result(syscall(SYS_renameat2, AT_FDCWD, "moved", AT_FDCWD, "e", 2));
	check(!stat("e", &st) && S_ISREG(st.st_mode) && !stat("moved", &st) && S_ISDIR(st.st_mode));
	result(syscall(SYS_renameat2, AT_FDCWD, "moved", AT_FDCWD, "e", 2));
	result(syscall(SYS_renameat2, AT_FDCWD, "moved", AT_FDCWD, "none", 2));
	result(syscall(SYS_renameat2, AT_FDCWD, "moved", AT_FDCWD, "e", 3));
	mkdir("p", 0755);
	mkdir("p/q", 0755);
	result(rename("p", "p/q/r"));
	result(rename("p/q", "p"));
	result(rename("e", "p/q"));
	check(!stat("p/q", &st) && S_ISDIR(st.st_mode) && stat("e", &st) == -1);
}

static void removals(void)
{
	int fd = open("d/f", O_RDWR);
	char buf[8] = "";

	result(rmdir("p"));
	result(rmdir("p/q/."));
	result(rmdir("p/q/.."));
	result(rmdir("d/f"));
	result(unlink("p"));
	result(unlink("none"));
	result(unlink("d/f/"));
	result(unlinkat(AT_FDCWD, "p/q", 0));
	result(unlinkat(AT_FDCWD, "p/q", AT_REMOVEDIR));
	result(unlinkat(AT_FDCWD, "p", 1));
	result(rmdir("p"));
	result(write(fd, "kept", 4));
	result(unlink("d/f"));
	check(pread(fd, buf, 8, 0) == 4 && !strcmp(buf, "kept") && !fstat(fd, &st) && st.st_nlink == 2);
	close(fd);
}

static void places(void)
{
	char before[PATH_MAX], buf[PATH_MAX];
	int dir = open("d", O_RDONLY | O_DIRECTORY), path = open("d", O_PATH);

	check(getcwd(before, sizeof(before)) != NULL);
	result(chdir("d"));
	check(getcwd(buf, sizeof(buf)) && !strncmp(buf, before, strlen(before)) && !strcmp(buf + strlen(before), "/d"));
	check(syscall(SYS_getcwd, buf, 2L) == -1 && errno == ERANGE);
	result(chdir("nowhere"));
	result(close(open("in_d", O_CREAT | O_WRONLY, 0600)));
	result(fchdir(path));
	result(chdir(".."));
	check(!faccessat(dir, "in_d", F_OK, 0) && !faccessat(path, "in_d", F_OK, 0));
	result(openat(dir, "../d/in_d/x", O_RDONLY));
	result(openat(99, "in_d", O_RDONLY));
	result(mkdirat(dir, "sub", 0755));
	result(fchdir(open("d/in_d", O_RDONLY)));
	result(read(path, buf, 1));
	result(fchmod(path, 0700));
	result(chdir("d/sub"));
	result(rmdir("../sub"));
	check(getcwd(buf, sizeof(buf)) == NULL && errno == ENOENT);
	result(open("x", O_CREAT | O_RDWR, 0600));
	result(chdir(before));
	check(!fstatat(dir, "", &st, AT_EMPTY_PATH) && S_ISDIR(st.st_mode));
	result(fstatat(dir, "", &st, 0));
	result(fstatat(dir, "in_d", &st, 0x8000000));
}

/* Names of a directory, in order. */
static int list(const char *path)
{
	struct dirent **names;
	int n = scandir(path, &names, NULL, alphasort);

	for (int i = 0; i < n; i++)
		printf("%s%s", names[i]->d_name, i + 1 < n ? " " : "\n");
	return n;
}

static void listing(void)
{
	char name[32], buf[4096];
	int fd, n = 0;
	long got;

	mkdir("many", 0755);
	for (int i = 0; i < 300; i++) {
		snprintf(name, sizeof(name), "many/%d%.*s", i, i % 20, "abcdefghijklmnopqrst");
		close(open(name, O_CREAT | O_WRONLY, 0644));
	}
	fd = open("many", O_RDONLY | O_DIRECTORY);
	while ((got = syscall(SYS_getdents64, fd, buf, 200)) > 0)
		for (long at = 0; at < got; n++)
			at += *(unsigned short *)(buf + at + 16);
	check(n == 302 && got == 0);
	result(lseek(fd, 0, SEEK_SET));
	result(syscall(SYS_getdents64, fd, buf, 10));
	result(syscall(SYS_getdents64, fd, 16L, 4096));
	result(syscall(SYS_getdents64, 0x7fff, buf, 4096));
	for (int i = 0; i < 300; i += 2) {
		snprintf(name, sizeof(name), "many/%d%.*s", i, i % 20, "abcdefghijklmnopqrst");
		unlink(name);
	}
	check(list("many") == 152);
	check(list("d") > 0);
}

int main(void)
{
	make();
	links();
	chain(39);
	chain(40);
	chain(41);
	renames();
	removals();
	places();
	listing();
	return 0;
}
