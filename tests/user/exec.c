/* SPDX-License-Identifier: BSD-2-Clause */
/* execve(): arguments and environment arrive, scripts find who reads them, what cannot run is refused. */
#include "check.h"
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static char me[4096];
static char *no_env[] = { NULL };
static void *volatile bad = (void *)8, *volatile high = (void *)-4096;	/* nothing is there */

/* What the child prints, and how it ended or why it did not begin. */
static void run(const char *path, char *const argv[], char *const envp[])
{
	int status;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		execve(path, argv, envp);
		printf("-> %s\n", strerrorname_np(errno));
		fflush(stdout);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	if (status)
		printf("-> %s %d\n", WIFSIGNALED(status) ? "signal" : "exit",
		       WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
}

static void file(const char *name, const void *data, size_t size, int mode)
{
	int fd;

	unlink(name);
	fd = open(name, O_CREAT | O_WRONLY, 0600);
	write(fd, data, size);
	fchmod(fd, mode);
	close(fd);
}

static void script(const char *name, const char *text)
{
	file(name, text, strlen(text), 0755);
}

/* As the program that is run. */
static int child(int argc, char **argv, char **envp)
{
	printf("%d arguments:", argc);
	for (int i = 0; i < argc; i++)
		printf(" [%s]", strlen(argv[i]) > 5 && !strcmp(strchr(argv[i], 0) - 5, "/exec") ? "me" : argv[i]);
	printf("\nenvironment:");
	for (; *envp; envp++)
		printf(" [%s]", *envp);
	printf("\n");
	return 0;
}

static void arguments(void)
{
	run(me, (char *[]){ me, "child", "a", "", "b c", NULL }, (char *[]){ "X=1", "Y=", "Z", NULL });
	run(me, (char *[]){ "other name", "child", NULL }, no_env);
	run(me, (char *[]){ me, "child", NULL }, NULL);
}

static void long_arguments(void)
{
	size_t size = 128 * 1024;
	char *text = malloc(size + 1), *list[40];
	int i;

	memset(text, 'x', size);
	text[size] = 0;
	run(me, (char *[]){ me, "length", text, NULL }, no_env);	/* a byte too long */
	text[size - 1] = 0;
	run(me, (char *[]){ me, "length", text, NULL }, no_env);
	list[0] = me;
	list[1] = "length";
	for (i = 2; i < 39; i++)
		list[i] = text;
	list[i] = NULL;
	run(me, list, no_env);			/* more than a quarter of the stack */
	list[12] = NULL;
	run(me, list, no_env);
	free(text);
}

static void scripts(void)
{
	char line[5000], name[64];

	snprintf(line, sizeof(line), "#!%s child\n", me);
	script("s1", line);
	run("./s1", (char *[]){ "s1", "x", "y", NULL }, no_env);
	snprintf(line, sizeof(line), "#! \t%s \t child  of two words \t\n", me);
	script("s2", line);
	run("./s2", (char *[]){ "s2", NULL }, no_env);
	snprintf(line, sizeof(line), "#!%s child", me);
	script("s3", line);
	run("./s3", (char *[]){ "s3", "z", NULL }, no_env);
	script("s4", "#!\n");
	run("./s4", (char *[]){ "s4", NULL }, no_env);
	script("s5", "#!/no/such/file\n");
	run("./s5", (char *[]){ "s5", NULL }, no_env);
	script("s6", "#!./s1\n");
	run("./s6", (char *[]){ "s6", "deep", NULL }, no_env);
	for (int i = 0; i < 8; i++) {
		snprintf(line, sizeof(line), i ? "#!./n%d\n" : "#!./s1\n", i - 1);
		snprintf(name, sizeof(name), "n%d", i);
		script(name, line);
	}
	run("./n2", (char *[]){ "n2", "deep", NULL }, no_env);
	run("./n7", (char *[]){ "n7", "deep", NULL }, no_env);
	memset(line, 'a', sizeof(line));
	memcpy(line, "#!/", 3);
	line[4000] = 0;
	script("s7", line);
	run("./s7", (char *[]){ "s7", NULL }, no_env);
	for (int length = 253; length < 259; length++) {	/* of a path that is there, as far as it is read */
		int slashes = length - 2 - strlen(me);

		snprintf(line, sizeof(line), "#!%*s%s\n", slashes, "", me);
		memset(line + 2, '/', slashes);
		script("s7", line);
		run("./s7", (char *[]){ "s7", "child", NULL }, no_env);
	}
	script("loop", "#!./loop\n");
	run("./loop", (char *[]){ "loop", NULL }, no_env);
	script("loop1", "#!./loop2 x\n");
	script("loop2", "#! ./loop1\n");
	run("./loop1", (char *[]){ "loop1", NULL }, no_env);
	script("s8", "echo a script without a first line\n");
	run("./s8", (char *[]){ "s8", NULL }, no_env);
	script("s9", "");
	run("./s9", (char *[]){ "s9", NULL }, no_env);
}

static void refused(void)
{
	mkdir("dir", 0755);
	run("./dir", (char *[]){ "x", NULL }, no_env);
	run("./nothing", (char *[]){ "x", NULL }, no_env);
	run("", (char *[]){ "x", NULL }, no_env);
	file("plain", "#!/bin/sh\n", 10, 0644);
	run("./plain", (char *[]){ "x", NULL }, no_env);
	run("./plain/x", (char *[]){ "x", NULL }, no_env);
	run(bad, (char *[]){ "x", NULL }, no_env);
	run(me, bad, no_env);
	run(me, (char *[]){ me, bad, NULL }, no_env);
	run(me, (char *[]){ me, NULL }, (char *[]){ high, NULL });
}

/* A file that is open for writing does not run, one that runs is not opened for writing, and keeps its size. */
static void busy(void)
{
	int fd, started[2];
	char c;
	pid_t pid;

	script("busy", "#!/bin/sh\n");
	fd = open("busy", O_WRONLY);
	run("./busy", (char *[]){ "busy", NULL }, no_env);
	close(fd);
	result(open(me, O_WRONLY));
	result(open(me, O_RDONLY | O_TRUNC));
	result(open(me, O_ACCMODE | O_TRUNC));	/* neither to read nor to write */
	result(truncate(me, 0));
	pipe(started);
	pid = fork();
	if (!pid) {
		close(started[0]);
		for (;;)
			pause();
	}
	close(started[1]);
	result(open(me, O_WRONLY));
	kill(pid, SIGKILL);
	read(started[0], &c, 1);
	waitpid(pid, NULL, 0);
	close(started[0]);
}

static void close_on_exec(void)
{
	int keep = open("/", O_RDONLY), lose = open("/", O_RDONLY | O_CLOEXEC);
	char a[16], b[16];

	snprintf(a, sizeof(a), "%d", keep);
	snprintf(b, sizeof(b), "%d", lose);
	run(me, (char *[]){ me, "fds", a, b, NULL }, no_env);
	close(keep);
	close(lose);
}

static void handlers_are_forgotten(void)
{
	signal(SIGUSR1, (void (*)(int))arguments);
	signal(SIGUSR2, SIG_IGN);
	run(me, (char *[]){ me, "signals", NULL }, no_env);
	signal(SIGUSR1, SIG_DFL);
	signal(SIGUSR2, SIG_DFL);
}

static void at_a_directory(void)
{
	int dir = open(".", O_RDONLY | O_DIRECTORY), fd = open(me, O_RDONLY);
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (!pid) {
		syscall(SYS_execveat, dir, "s1", (char *[]){ "s1", NULL }, no_env, 0x100);
		_exit(99);
	}
	waitpid(pid, NULL, 0);
	pid = fork();
	if (!pid) {
		syscall(SYS_execveat, fd, "", (char *[]){ me, "child", "by number", NULL }, no_env, AT_EMPTY_PATH);
		_exit(99);
	}
	waitpid(pid, NULL, 0);
	result(syscall(SYS_execveat, dir, "", (char *[]){ "x", NULL }, no_env, 0));
	result(syscall(SYS_execveat, -1, "s1", (char *[]){ "x", NULL }, no_env, 0));
	result(syscall(SYS_execveat, dir, "s1", (char *[]){ "x", NULL }, no_env, 0x10));
	close(dir);
	close(fd);
}

int main(int argc, char **argv, char **envp)
{
	realpath(argv[0], me);
	if (argc > 1 && !strcmp(argv[1], "length")) {
		printf("%d arguments, the last of %zu bytes\n", argc, strlen(argv[argc - 1]));
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "fds")) {
		printf("%s %s\n", fcntl(atoi(argv[2]), F_GETFD) == 0 ? "kept" : "LOST",
		       fcntl(atoi(argv[3]), F_GETFD) == -1 ? "closed" : "OPEN");
		return 0;
	}
	if (argc > 1 && !strcmp(argv[1], "signals")) {
		printf("%s %s\n", signal(SIGUSR1, SIG_DFL) == SIG_DFL ? "default" : "HANDLER",
		       signal(SIGUSR2, SIG_DFL) == SIG_IGN ? "ignored" : "NOT IGNORED");
		return 0;
	}
	if (argc > 1)
		return child(argc, argv, envp);
	arguments();
	long_arguments();
	scripts();
	refused();
	busy();
	close_on_exec();
	handlers_are_forgotten();
	at_a_directory();
	return 0;
}
