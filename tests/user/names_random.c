/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls on names picked at random, the same ones each time: what each returns, and what is there in the end. */
#include "check.h"
#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#define CALLS	3000
#define PARTS	3			/* of a path, at most */

static unsigned long state = 20261129;

static unsigned int below(unsigned int n)
{
	state = state * 6364136223846793005UL + 1442695040888963407UL;
	return (state >> 33) % n;
}

static const char *path(char *buf)
{
	static const char *const names[] = { "a", "b", "c", "a_longer_name_of_a_file", "..", ".", "a", "b" };
	unsigned int n = 1 + below(PARTS);
	int depth = 0;

	*buf = '\0';
	for (unsigned int i = 0; i < n; i++) {
		const char *name = names[below(8)];

		if (!strcmp(name, "..") && --depth < 0)	/* stay where others are not */
			name = "a";
		depth += strcmp(name, "..") && strcmp(name, ".");
		strcat(strcat(buf, i ? "/" : ""), name);
	}
	if (!below(12))
		strcat(buf, "/");
	if (!below(200))
		*buf = '\0';
	return buf;
}

static long call(char *what)
{
	char p[256], q[256], buf[256];
	struct stat st;
	long r, fd;

	path(p);
	path(q);
	errno = 0;
	switch (below(14)) {
	case 0:
	case 1:
		sprintf(what, "mkdir %s", p);
		return mkdir(p, 0755);
	case 2:
		sprintf(what, "rmdir %s", p);
		return rmdir(p);
	case 3:
	case 4:
		sprintf(what, "create %s", p);
		fd = open(p, O_CREAT | O_WRONLY | (below(2) ? O_EXCL : 0) | (below(4) ? 0 : O_NOFOLLOW), 0644);
		return fd < 0 ? fd : close(fd);
	case 5:
		sprintf(what, "unlink %s", p);
		return unlink(p);
	case 6:
	case 7:
		sprintf(what, "rename %s %s", p, q);
		return rename(p, q);
	case 8:
		r = below(3);
		sprintf(what, "renameat2 %s %s %ld", p, q, r);
		return syscall(SYS_renameat2, AT_FDCWD, p, AT_FDCWD, q, r);
	case 9:
		sprintf(what, "link %s %s", p, q);
		return link(p, q);
	case 10:
		sprintf(what, "symlink %s %s", p, q);
		return symlink(p, q);
	case 11:
		sprintf(what, "stat %s", p);
		r = stat(p, &st);
		return r ? r : (long)st.st_mode;
	case 12:
		sprintf(what, "lstat %s", p);
		r = lstat(p, &st);
		return r ? r : st.st_mode * 100L + (S_ISDIR(st.st_mode) ? 0 : (long)st.st_nlink);
	default:
		sprintf(what, "readlink %s", p);
		return readlink(p, buf, sizeof(buf));
	}
}

static int files, others;

static int count(const char *name, const struct stat *st, int kind, struct FTW *where)
{
	if (S_ISREG(st->st_mode))
		files++;
	else
		others++;
	return 0;
}

int main(void)
{
	char what[600];

	mkdir("random", 0755);
	chdir("random");
	for (int i = 0; i < CALLS; i++) {
		long r = call(what);

		printf("%s = %ld%s%s\n", what, r, r < 0 ? " " : "", r < 0 ? strerrorname_np(errno) : "");
	}
	nftw(".", count, 16, FTW_PHYS);
	printf("%d files, %d others\n", files, others);
	return 0;
}
