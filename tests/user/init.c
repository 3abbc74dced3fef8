/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PID 1 of the test machine: runs each program of /t, in the order of their names or
 * as the command line says after "--", between lines that tell where its output begins
 * and how it ended; then powers the machine off.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/klog.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define LIMIT_SECONDS	240

static void run(const char *name)
{
	char path[256], work[256], *const argv[] = { path, NULL };
	char *const envp[] = { "PATH=/bin:/t", "HOME=/", "TERM=linux", NULL };
	int status = 0;
	pid_t pid;

	snprintf(path, sizeof(path), "/t/%s", name);
	snprintf(work, sizeof(work), "/tmp/%s", name);
	printf("@begin %s\n", name);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		setpgid(0, 0);
		mkdir(work, 0700);
		chdir(work);
		alarm(LIMIT_SECONDS);
		execve(path, argv, envp);
		printf("cannot run %s: %s\n", path, strerror(errno));
		_exit(127);
	}
	if (pid < 0)
		printf("cannot fork: %s\n", strerror(errno));
	while (pid > 0 && waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	kill(-pid, SIGKILL);
	while (waitpid(-1, NULL, WNOHANG) > 0)
		;
	if (WIFSIGNALED(status))
		printf("@end %s signal %d\n", name, WTERMSIG(status));
	else
		printf("@end %s exit %d\n", name, WEXITSTATUS(status));
	fflush(stdout);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

int main(int argc, char **argv)
{
	struct dirent **list;
	int i, n;

	mount("proc", "/proc", "proc", 0, NULL);
	mount("sysfs", "/sys", "sysfs", 0, NULL);
	mount("devpts", "/dev/pts", "devpts", 0, NULL);
	if (argc > 1) {
		for (i = 1; i < argc; i++)
			run(argv[i]);
	} else {
		n = scandir("/t", &list, NULL, by_name);
		for (i = 0; i < n; i++)
			if (list[i]->d_name[0] != '.')
				run(list[i]->d_name);
	}
	printf("@all done\n");
	fflush(stdout);
	klogctl(8, NULL, 8);		/* all messages, in spite of "quiet" */
	write(open("/proc/sysrq-trigger", O_WRONLY), "m", 1);	/* what the kernel says of its memory */
	reboot(RB_POWER_OFF);
	return 0;
}
