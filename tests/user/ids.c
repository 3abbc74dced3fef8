/* SPDX-License-Identifier: BSD-2-Clause */
/* Users, groups and rights: what root may, what is left once it has become somebody else. */
#include "check.h"
#include <grp.h>
#include <signal.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/types.h>
#include <sys/uio.h>
#include <fcntl.h>

static void show(void)
{
	uid_t r, e, s;
	gid_t rg, eg, sg;

	getresuid(&r, &e, &s);
	getresgid(&rg, &eg, &sg);
	printf("uid %d %d %d gid %d %d %d\n", r, e, s, rg, eg, sg);
}

static unsigned long long caps(int which)
{
	struct { unsigned int version; int pid; } header = { 0x20080522, 0 };
	struct { unsigned int effective, permitted, inheritable; } data[2];

	syscall(SYS_capget, &header, data);
	return which ? data[0].permitted | (unsigned long long)data[1].permitted << 32 :
		       data[0].effective | (unsigned long long)data[1].effective << 32;
}

static void part(void (*fn)(void))
{
	printf("child: %#x\n", status_of_child(fn, 0));
}

static void become_somebody(void)
{
	result(setgroups(0, NULL));
	result(setgid(100));
	result(setuid(1000));
	show();
	check(!caps(0) && !caps(1));
	result(setuid(0));
	result(setgid(0));
	result(seteuid(0));
	result(setgroups(0, NULL));
	result(setresuid(1000, -1, 1000));
	result(setresuid(-1, 0, -1));
	result(setuid(1000));
	result(kill(1, 0));
	result(kill(getppid(), SIGTERM));
	result(sethostname("x", 1));
	result(chroot("/"));
	result(setpriority(PRIO_PROCESS, 0, 5));
	result(setpriority(PRIO_PROCESS, 0, -5));
	result(mknod("/device", S_IFCHR | 0600, 0x103));
}

static void for_a_while(void)
{
	result(setresuid(0, 1000, 0));
	show();
	check(!caps(0) && caps(1));
	result(seteuid(0));
	check(caps(0) == caps(1) && caps(0));
	result(setfsuid(1000));
	result(setfsuid(-1));
	result(setfsgid(5));
	result(setfsgid(-1));
	result(setreuid(1000, 1001));
	show();
	result(setreuid(1001, 1000));
	show();
}

static void keep(void)
{
	result(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
	result(setuid(1000));
	check(!caps(0) && caps(1));
	result(prctl(PR_GET_KEEPCAPS, 0, 0, 0, 0));
}

static void groups(void)
{
	gid_t list[4] = { 30, 10, 20, 10 }, got[4];

	result(setgroups(4, list));
	result(getgroups(0, NULL));
	result(getgroups(3, got));
	result(getgroups(4, got));
	result(syscall(SYS_getgroups, -1, got));
	result(syscall(SYS_setgroups, -1, list));
	result(syscall(SYS_setgroups, 65537, list));
	result(syscall(SYS_setgroups, 2, (void *)8));
}

static void set_user_id_files(void)
{
	char *argv[] = { "x", NULL };
	int fd;

	result(chmod(".", 0755));
	fd = open("/bin/sh", O_RDONLY);
	close(fd);
	result(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0));
	result(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
	result(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
	(void)argv;
}

static void limits(void)
{
	struct rlimit limit;

	setrlimit(RLIMIT_NPROC, &(struct rlimit){ 0, 0 });
	setuid(4711);
	result(fork());
	getrlimit(RLIMIT_STACK, &limit);
	result(setrlimit(99, &limit));
	limit.rlim_cur = 2;
	limit.rlim_max = 1;
	result(setrlimit(RLIMIT_STACK, &limit));
	limit.rlim_cur = limit.rlim_max = 100;
	result(setrlimit(RLIMIT_NOFILE, &limit));
	limit.rlim_max = 101;
	result(setrlimit(RLIMIT_NOFILE, &limit));
	result(prlimit(1, RLIMIT_NOFILE, NULL, &limit));
	result(prlimit(0, RLIMIT_NOFILE, NULL, &limit));
	printf("%lu %lu\n", limit.rlim_cur, limit.rlim_max);
}

static void names(void)
{
	char name[17] = "";

	result(prctl(PR_SET_NAME, "a name that is too long"));
	result(prctl(PR_GET_NAME, name));
	printf("[%s]\n", name);
	result(prctl(PR_SET_NAME, 8));
	result(prctl(12345, 0, 0, 0, 0));
	result(prctl(PR_CAPBSET_READ, 0, 0, 0, 0));
	result(prctl(PR_CAPBSET_READ, 64, 0, 0, 0));
	result(prctl(PR_SET_PDEATHSIG, 65, 0, 0, 0));
	result(prctl(PR_SET_DUMPABLE, 7, 0, 0, 0));
	result(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0));
}

static void subreaper(void)
{
	int fds[2];
	pid_t parent;

	pipe(fds);
	result(prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0));
	if (!fork()) {
		pid_t me = getpid();

		if (!fork()) {
			while (getppid() == me)
				usleep(1000);
			parent = getppid();
			write(fds[1], &parent, sizeof(parent));
			_exit(0);
		}
		_exit(0);
	}
	read(fds[0], &parent, sizeof(parent));
	check(parent == getpid());
	check(wait(NULL) > 0 && wait(NULL) > 0);
	result(wait(NULL));
}

static void parent_dies(void)
{
	int fds[2], started[2];
	char c;

	pipe(fds);
	pipe(started);
	if (!fork()) {
		if (!fork()) {
			prctl(PR_SET_PDEATHSIG, SIGKILL);
			close(fds[0]);
			write(started[1], "x", 1);
			for (;;)
				pause();
		}
		read(started[0], &c, 1);
		_exit(0);
	}
	close(fds[1]);
	result(read(fds[0], &c, 1));	/* the end: nobody is left */
	wait(NULL);
}

/* Whether a process of the same user can open @name of process @pid. */
static void open_of(pid_t pid, const char *name)
{
	char path[64];
	struct stat st;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = open(path, O_RDONLY);
	printf("%s: %s", name, fd >= 0 ? "opened" : strerrorname_np(errno));
	close(fd);
	printf(", %s", readlink(path, path + 32, 32) >= 0 ? "read" : strerrorname_np(errno));
	printf(", owner %d\n", lstat(path, &st) ? -1 : (int)st.st_uid);
	fflush(stdout);
}

static void look_at(pid_t pid)
{
	static const char *const names[] = { "", "environ", "auxv", "maps", "fd", "fd/50", "exe", "cwd", "stat", "task" };
	struct iovec local = { (char[1]){ 0 }, 1 }, remote = { &local, 1 };

	for (unsigned int i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		open_of(pid, names[i]);
	if (pid != getpid() && !prctl(PR_GET_DUMPABLE))
		result(process_vm_readv(pid, &local, 1, &remote, 1, 0));
}

/* Of another process, and of one's own. */
static void dumpable(void)
{
	int fds[2], status;
	pid_t pid;

	pipe(fds);
	setgroups(0, NULL);
	setresgid(1000, 1000, 1000);
	setresuid(1000, 1000, 1000);
	chdir("/");
	dup2(open("/", O_RDONLY), 50);
	for (int dumpable = 0; dumpable < 2; dumpable++) {
		result(prctl(PR_SET_DUMPABLE, dumpable));
		pid = fork();
		if (!pid) {
			read(fds[0], &status, sizeof(status));
			_exit(0);
		}
		look_at(pid);
		look_at(getpid());
		write(fds[1], &pid, sizeof(pid));
		waitpid(pid, &status, 0);
	}
}

int main(void)
{
	show();
	part(become_somebody);
	part(for_a_while);
	part(keep);
	part(groups);
	part(set_user_id_files);
	part(limits);
	part(names);
	part(subreaper);
	part(parent_dies);
	part(dumpable);
	return 0;
}
