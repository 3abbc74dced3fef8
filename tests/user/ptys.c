/* SPDX-License-Identifier: BSD-2-Clause */
/* Pairs of terminals, and through them the line discipline: what is echoed, edited, cut, signalled. */
#include "check.h"
#include <ctype.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <termios.h>

static int master, slave;
static volatile sig_atomic_t got_signal;

static void show(const char *what, const char *s, int n)
{
	printf("%s %d:", what, n);
	for (int i = 0; i < n; i++)
		if (isprint((unsigned char)s[i]))
			putchar(s[i]);
		else
			printf("<%02x>", (unsigned char)s[i]);
	putchar('\n');
	fflush(stdout);
}

/* What is shown until nothing more comes for a while. */
static void show_echo(void)
{
	struct pollfd p = { .fd = master, .events = POLLIN };
	char buf[4096];
	int n = 0, got;

	while (poll(&p, 1, 250) == 1 && p.revents & POLLIN && (got = read(master, buf + n, sizeof(buf) - n)) > 0)
		n += got;
	show("  shown", buf, n);
}

static void show_reads(void)
{
	char buf[4096];
	int n;

	fcntl(slave, F_SETFL, O_NONBLOCK);
	while ((n = read(slave, buf, sizeof(buf))) >= 0) {
		show("  read", buf, n);
		if (!n)
			break;
	}
	if (n < 0)
		printf("  then %s\n", strerrorname_np(errno));
	fcntl(slave, F_SETFL, 0);
}

static void type(const char *s, int n)
{
	show("type", s, n);
	if (write(master, s, n) != n)
		printf("  write failed: %s\n", strerrorname_np(errno));
	show_echo();
	show_reads();
}

#define TYPE(s)	type(s, sizeof(s) - 1)

static void modes(int iflag_off, int iflag_on, int lflag_off, int lflag_on)
{
	struct termios t;

	tcgetattr(slave, &t);
	t.c_iflag = (t.c_iflag & ~iflag_off) | iflag_on;
	t.c_lflag = (t.c_lflag & ~lflag_off) | lflag_on;
	result(tcsetattr(slave, TCSAFLUSH, &t));
}

static void write_slave(const char *s)
{
	show("write", s, strlen(s));
	write(slave, s, strlen(s));
	show_echo();
}

static void editing(void)
{
	TYPE("hello\n");
	TYPE("abc\177\177d\n");
	TYPE("one two\027three\n");
	TYPE("one two\025x\n");
	TYPE("a\tb\177\177\177c\n");
	TYPE("\001\002\n");
	TYPE("lit\026\003\n");
	TYPE("ab\022c\n");
	TYPE("\303\244\303\266\177x\n");
	TYPE("partial");
	TYPE("\004");
	TYPE("\004");
	TYPE("more\r");
	TYPE("a\nb\nc");
	TYPE("\n");
	TYPE("\177\177\025\027\n");
	TYPE("\023");			/* output stops */
	TYPE("\021");
}

static void other_modes(void)
{
	modes(0, 0, ECHO, 0);
	TYPE("silent\n");
	modes(0, 0, 0, ECHONL);
	TYPE("newline\n");
	modes(0, 0, ECHOE | ECHOKE, ECHO);
	TYPE("abc\177d\025e\n");
	modes(0, 0, 0, ECHOE | ECHOPRT);
	TYPE("abc\177\177de\n");
	modes(0, 0, ECHOPRT | ECHOCTL, ECHOKE);
	TYPE("\001b\n");
	modes(ICRNL, INLCR, ECHOCTL, ECHOCTL);
	TYPE("a\rb\n\n");
	modes(INLCR, IGNCR, 0, 0);
	TYPE("a\rb\n");
	modes(IGNCR, ICRNL | ISTRIP, 0, 0);
	TYPE("\341b\n");
	modes(ISTRIP, 0, IEXTEN, 0);
	TYPE("a b\027c\026d\n");
	modes(0, 0, 0, IEXTEN);
}

static void output(void)
{
	struct termios t;

	write_slave("line\nnext\n");
	write_slave("a\tb\r\n");
	tcgetattr(slave, &t);
	t.c_oflag = OPOST | OCRNL;
	tcsetattr(slave, TCSANOW, &t);
	write_slave("a\rb\n");
	t.c_oflag = OPOST | ONOCR | ONLCR;
	tcsetattr(slave, TCSANOW, &t);
	write_slave("\rx\r\r\n");
	t.c_oflag = OPOST | XTABS | ONLCR;
	tcsetattr(slave, TCSANOW, &t);
	write_slave("a\tbcd\te\n");
	t.c_oflag = ONLCR;
	tcsetattr(slave, TCSANOW, &t);
	write_slave("raw\n\t\r");
	t.c_oflag = OPOST | ONLCR;
	tcsetattr(slave, TCSANOW, &t);
}

static void raw(void)
{
	struct termios t, old;
	char buf[8];
	struct pollfd p = { .fd = slave, .events = POLLIN };

	tcgetattr(slave, &old);
	t = old;
	cfmakeraw(&t);
	tcsetattr(slave, TCSANOW, &t);
	TYPE("\003\004\r\nx");
	t.c_cc[VMIN] = 0;
	t.c_cc[VTIME] = 1;
	tcsetattr(slave, TCSANOW, &t);
	result(read(slave, buf, 8));
	t.c_cc[VTIME] = 0;
	tcsetattr(slave, TCSANOW, &t);
	result(read(slave, buf, 8));
	t.c_cc[VMIN] = 3;
	t.c_cc[VTIME] = 1;
	tcsetattr(slave, TCSANOW, &t);
	write(master, "ab", 2);
	result(poll(&p, 1, 50));
	result(read(slave, buf, 8));
	t.c_cc[VTIME] = 0;
	tcsetattr(slave, TCSANOW, &t);
	write(master, "abcde", 5);
	result(read(slave, buf, 2));
	result(read(slave, buf, 8));
	write(master, "left", 4);
	usleep(20000);
	tcsetattr(slave, TCSANOW, &old);
	show_reads();
}

static void on_signal(int sig)
{
	got_signal = sig;
}

static void child_signals(void)
{
	static const char keys[] = { 3, 28, 26 };
	sigset_t keyed, none;

	sigemptyset(&none);
	sigemptyset(&keyed);
	sigaddset(&keyed, SIGINT);
	sigaddset(&keyed, SIGQUIT);
	sigaddset(&keyed, SIGTSTP);
	for (int i = 0; i < 3; i++) {
		int status, ready[2];
		pid_t pid;
		char c;

		pipe(ready);
		pid = fork();
		if (pid == 0) {
			setsid();
			check(ioctl(slave, TIOCSCTTY, 0) == 0);
			check(tcgetpgrp(slave) == getpid());
			int tty = open("/dev/tty", O_RDWR);
			check(tty >= 0 && isatty(tty));
			signal(SIGINT, on_signal);
			signal(SIGQUIT, on_signal);
			signal(SIGTSTP, on_signal);
			sigprocmask(SIG_BLOCK, &keyed, NULL);	/* it comes when it is waited for */
			write(ready[1], "x", 1);
			while (!got_signal)
				sigsuspend(&none);
			printf("signal %d\n", got_signal);
			fflush(stdout);
			_exit(0);
		}
		read(ready[0], &c, 1);
		write(master, keys + i, 1);
		waitpid(pid, &status, 0);
		check(WIFEXITED(status) && WEXITSTATUS(status) == 0);
		show_echo();
		close(ready[0]);
		close(ready[1]);
	}
}

static void sizes(void)
{
	struct winsize w = { 33, 77, 0, 0 }, got;

	result(ioctl(master, TIOCSWINSZ, &w));
	result(ioctl(slave, TIOCGWINSZ, &got));
	check(got.ws_row == 33 && got.ws_col == 77);
	result(ioctl(slave, TIOCGPGRP, &got));
	result(ioctl(slave, 0x9999, 0));
	int n;
	write(master, "abc\n", 4);
	poll(&(struct pollfd){ .fd = slave, .events = POLLIN }, 1, 10000);
	poll(&(struct pollfd){ .fd = master, .events = POLLIN }, 1, 10000);	/* the echo */
	result(ioctl(slave, FIONREAD, &n));
	printf("n = %d\n", n);
	result(tcflush(slave, TCIFLUSH));
	result(ioctl(slave, FIONREAD, &n));
	printf("n = %d\n", n);
	show_echo();
	check(isatty(slave) && isatty(master));
}

static void background(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {			/* a session leader whose child is in the background */
		int st;
		pid_t child;

		setsid();
		ioctl(slave, TIOCSCTTY, 0);
		signal(SIGCHLD, SIG_DFL);
		child = fork();
		if (child == 0) {
			char c;

			setpgid(0, 0);
			read(slave, &c, 1);
			_exit(1);
		}
		setpgid(child, child);
		waitpid(child, &st, WUNTRACED);
		check(WIFSTOPPED(st) && WSTOPSIG(st) == SIGTTIN);
		check(tcsetpgrp(slave, child) == 0);
		check(tcgetpgrp(slave) == child);
		kill(child, SIGCONT);
		usleep(20000);
		write(master, "x\n", 2);
		waitpid(child, &st, 0);
		check(WIFEXITED(st) && WEXITSTATUS(st) == 1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	check(WIFEXITED(status));
	show_echo();
	tcflush(slave, TCIFLUSH);
}

static void hangup(void)
{
	char c;
	struct pollfd p;
	int status, ready[2];
	pid_t pid;

	pipe(ready);
	pid = fork();
	if (pid == 0) {
		signal(SIGHUP, SIG_DFL);	/* nohup(1) may have started us */
		setsid();
		ioctl(slave, TIOCSCTTY, 0);
		close(master);
		alarm(60);
		write(ready[1], "x", 1);
		read(slave, &c, 1);	/* ends before the signal comes, or after it: Linux does either */
		pause();
		_exit(9);
	}
	read(ready[0], &c, 1);
	close(ready[0]);
	close(ready[1]);
	close(master);
	waitpid(pid, &status, 0);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGHUP);
	result(read(slave, &c, 1));
	result(write(slave, "x", 1));
	p = (struct pollfd){ .fd = slave, .events = POLLIN };
	result(poll(&p, 1, 0));
	check(p.revents & POLLHUP);
	close(slave);
	openpty(&master, &slave, NULL, NULL, NULL);
	write(slave, "last", 4);
	close(slave);
	p = (struct pollfd){ .fd = master, .events = POLLIN };
	result(poll(&p, 1, 1000));
	check(p.revents == (POLLIN | POLLHUP));
	show_echo();
	result(read(master, &c, 1));
}

int main(void)
{
	outcome(master = posix_openpt(O_RDWR | O_NOCTTY));
	result(open(ptsname(master), O_RDWR | O_NOCTTY));	/* locked */
	result(grantpt(master));
	result(unlockpt(master));
	check(!strncmp(ptsname(master), "/dev/pts/", 9));
	outcome(slave = open(ptsname(master), O_RDWR | O_NOCTTY));
	editing();
	other_modes();
	output();
	raw();
	sizes();
	child_signals();
	background();
	hangup();
	return 0;
}
