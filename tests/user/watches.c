/* SPDX-License-Identifier: BSD-2-Clause */
/* inotify: what is told of files and directories, and in which order. */
#include "check.h"
#include <fcntl.h>
#include <sys/inotify.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

static int in;

static void drain(void)
{
	static char buf[8192] __attribute__((aligned(8)));
	ssize_t n;

	while ((n = read(in, buf, sizeof(buf))) > 0)
		for (ssize_t at = 0; at < n;) {
			struct inotify_event *e = (void *)(buf + at);

			printf("  %d %x%s %s\n", e->wd, e->mask, e->cookie ? " cookie" : "", e->len ? e->name : "");
			at += sizeof(*e) + e->len;
		}
	fflush(stdout);
}

#define told(what) do { printf("%s\n", #what); what; drain(); } while (0)

int main(void)
{
	int fd, n;
	char small[8];

	in = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	check(in >= 0);
	result(read(in, small, sizeof(small)));
	mkdir("w", 0755);
	result(inotify_add_watch(in, "w", IN_ALL_EVENTS));
	result(inotify_add_watch(in, "none", IN_ALL_EVENTS));
	result(inotify_add_watch(in, "w", 0));
	result(inotify_add_watch(0, "w", IN_CREATE));
	told(fd = open("w/f", O_CREAT | O_RDWR, 0644));
	told(write(fd, "x", 1); write(fd, "x", 1));
	told(pread(fd, small, 1, 0));
	told(close(fd));
	result(inotify_add_watch(in, "w/f", IN_ATTRIB | IN_MODIFY | IN_DELETE_SELF | IN_MOVE_SELF));
	told(chmod("w/f", 0600));
	told(link("w/f", "w/l"));
	told(rename("w/f", "w/g"));
	told(mkdir("w/d", 0755));
	told(rename("w/g", "w/d/h"));
	told(truncate("w/d/h", 0));
	told(unlink("w/d/h"));
	told(unlink("w/l"));
	result(inotify_add_watch(in, "w", IN_CREATE));
	told(rmdir("w/d"); mkdir("w/e", 0755));
	mkdir("w/x", 0755);
	result(ioctl(in, FIONREAD, &n));
	printf("%d bytes\n", n);
	result(read(in, small, sizeof(small)));
	drain();
	result(inotify_rm_watch(in, 1));
	drain();
	result(inotify_rm_watch(in, 1));
	told(mkdir("w/y", 0755));
	result(inotify_add_watch(in, "w", IN_CREATE | IN_ONESHOT));
	told(mkdir("w/z", 0755); mkdir("w/zz", 0755));
	return 0;
}
