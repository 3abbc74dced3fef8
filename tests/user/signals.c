/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals: handlers, masks, queues, siginfo, alternate stacks, restarts, and what ends a process. */
#include "check.h"
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/time.h>

static volatile sig_atomic_t count, last_signal, nested_order[8];
static siginfo_t last_info;

static void count_signal(int sig)
{
	count++;
	last_signal = sig;
}

static void note_info(int sig, siginfo_t *info, void *context)
{
	last_info = *info;
	if (count < 8)
		nested_order[count] = sig;
	count++;
}

static void set_handler(int sig, void (*handler)(int), int flags)
{
	struct sigaction sa = { .sa_handler = handler, .sa_flags = flags };

	sigaction(sig, &sa, NULL);
}

static void set_info_handler(int sig, int flags)
{
	struct sigaction sa = { .sa_sigaction = note_info, .sa_flags = SA_SIGINFO | flags };

	sigaction(sig, &sa, NULL);
}

static void handlers(void)
{
	struct sigaction old;

	set_handler(SIGUSR1, count_signal, 0);
	result(raise(SIGUSR1));
	check(count == 1 && last_signal == SIGUSR1);
	set_handler(SIGUSR2, count_signal, SA_RESETHAND);
	raise(SIGUSR2);
	sigaction(SIGUSR2, NULL, &old);
	check(old.sa_handler == SIG_DFL);
	result(sigaction(SIGKILL, &old, NULL));
	result(sigaction(65, NULL, &old));
	result(kill(getpid(), 0));
	result(kill(0x3fffff, SIGUSR1));
	result(kill(getpid(), 65));
}

static void masks(void)
{
	sigset_t set, pending;

	count = 0;
	sigemptyset(&set);
	sigaddset(&set, SIGUSR1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	raise(SIGUSR1);
	raise(SIGUSR1);
	check(count == 0);
	sigpending(&pending);
	check(sigismember(&pending, SIGUSR1) == 1);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	check(count == 1);		/* two became one */
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	sigprocmask(SIG_SETMASK, NULL, &set);
	check(!sigismember(&set, SIGKILL) && !sigismember(&set, SIGSTOP));
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	result(sigprocmask(99, &set, NULL));
}

static void queues(void)
{
	union sigval value = { .sival_int = 7 };
	sigset_t set;
	siginfo_t info;
	struct timespec none = { 0, 0 };

	count = 0;
	set_info_handler(SIGRTMIN, 0);
	set_info_handler(SIGRTMIN + 1, 0);
	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigaddset(&set, SIGRTMIN + 1);
	sigprocmask(SIG_BLOCK, &set, NULL);
	result(sigqueue(getpid(), SIGRTMIN + 1, value));
	value.sival_int = 1;
	sigqueue(getpid(), SIGRTMIN, value);
	value.sival_int = 2;
	sigqueue(getpid(), SIGRTMIN, value);
	result(sigtimedwait(&set, &info, &none) - SIGRTMIN);
	check(info.si_value.sival_int == 1 && info.si_code == SI_QUEUE && info.si_pid == getpid());
	result(sigwaitinfo(&set, &info) - SIGRTMIN);
	check(info.si_value.sival_int == 2);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	check(count == 1 && last_info.si_value.sival_int == 7);
	result(sigtimedwait(&set, &info, &none));
}

static void order(void)
{
	sigset_t set;

	count = 0;
	set_info_handler(SIGUSR1, 0);
	set_info_handler(SIGUSR2, 0);
	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	kill(getpid(), SIGUSR2);
	kill(getpid(), SIGUSR1);
	sigemptyset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	/* the frame of the last one made runs first */
	check(count == 2 && nested_order[0] == SIGUSR2 && nested_order[1] == SIGUSR1);
	check(last_info.si_code == SI_USER && last_info.si_uid == getuid());
}

static char *alt_low, *alt_high;
static int was_on_alt;

static void on_alt(int sig)
{
	char here;
	stack_t ss;

	was_on_alt = &here >= alt_low && &here < alt_high;
	sigaltstack(NULL, &ss);
	if (ss.ss_flags != SS_ONSTACK)
		was_on_alt = 0;
}

static void alternate_stack(void)
{
	stack_t ss = { .ss_sp = malloc(65536), .ss_size = 65536 }, old;

	alt_low = ss.ss_sp;
	alt_high = alt_low + ss.ss_size;
	result(sigaltstack(&ss, NULL));
	set_handler(SIGUSR1, on_alt, SA_ONSTACK);
	raise(SIGUSR1);
	check(was_on_alt);
	ss.ss_size = 100;
	result(sigaltstack(&ss, NULL));
	ss.ss_flags = 77;
	result(sigaltstack(&ss, NULL));
	ss.ss_flags = SS_DISABLE;
	result(sigaltstack(&ss, &old));
	check(old.ss_size == 65536 && old.ss_sp == alt_low);
}

static void fault_handler(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	last_info = *info;
	count++;
	uc->uc_mcontext.gregs[REG_RIP] += 2;	/* mov (%rax),%al is two bytes; so is ud2 */
}

static void faults(void)
{
	struct sigaction sa = { .sa_sigaction = fault_handler, .sa_flags = SA_SIGINFO };

	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGILL, &sa, NULL);
	sigaction(SIGFPE, &sa, NULL);
	count = 0;
	__asm__ volatile("movb (%%rax), %%al" : : "a"(0x1234) : "memory");
	check(count == 1 && last_info.si_signo == SIGSEGV && last_info.si_code == SEGV_MAPERR);
	check(last_info.si_addr == (void *)0x1234);
	__asm__ volatile("ud2");
	check(count == 2 && last_info.si_signo == SIGILL && last_info.si_code == ILL_ILLOPN);
	__asm__ volatile("divl %%ecx" : : "a"(1), "d"(0), "c"(0));
	check(count == 3 && last_info.si_signo == SIGFPE && last_info.si_code == FPE_INTDIV);
	signal(SIGSEGV, SIG_DFL);
	signal(SIGILL, SIG_DFL);
	signal(SIGFPE, SIG_DFL);
}

static void restarts(void)
{
	int fds[2];
	char c;
	struct itimerval soon = { .it_value = { 0, 300000 } };	/* time enough to get to where it is waited for */

	if (pipe(fds))
		return;
	set_handler(SIGALRM, count_signal, 0);
	setitimer(ITIMER_REAL, &soon, NULL);
	result(read(fds[0], &c, 1));
	set_handler(SIGALRM, count_signal, SA_RESTART);
	if (fork() == 0) {
		usleep(900000);
		_exit(write(fds[1], "x", 1) != 1);
	}
	count = 0;
	setitimer(ITIMER_REAL, &soon, NULL);
	result(read(fds[0], &c, 1));
	check(count == 1 && c == 'x');
	wait(NULL);
	setitimer(ITIMER_REAL, &soon, NULL);
	result(pause());
	close(fds[0]);
	result(signal(SIGPIPE, SIG_IGN) == SIG_DFL);
	result(write(fds[1], "x", 1));
	close(fds[1]);
}

static void child_ends(void (*what)(void))
{
	int status = status_of_child(what, 3);

	if (WIFSIGNALED(status))
		printf("child ended by signal %d\n", WTERMSIG(status));
	else
		printf("child exited with %d\n", WEXITSTATUS(status));
	fflush(stdout);
}

static void by_abort(void)	{ abort(); }
static void by_kill(void)	{ kill(getpid(), SIGKILL); }
static void by_null(void)	{ *(volatile int *)8 = 1; }
static void by_term(void)	{ raise(SIGTERM); }
static void by_ignored(void)	{ raise(SIGCHLD); raise(SIGWINCH); raise(SIGURG); raise(SIGCONT); }

static void by_blocked_fault(void)
{
	sigset_t set;

	sigfillset(&set);
	sigprocmask(SIG_SETMASK, &set, NULL);
	*(volatile int *)8 = 1;
}

/* The frame does not fit: nothing is mapped where the stack is said to be. */
static void by_bad_stack(void)
{
	set_handler(SIGUSR1, count_signal, 0);
	__asm__ volatile("movq $0x1000, %%rsp; movl $39, %%eax; syscall; movl %%eax, %%edi; movl $10, %%esi;"
			 "movl $62, %%eax; syscall; hlt" : : : "rax", "rdi", "rsi", "rcx", "r11");
}

static void by_bad_sigreturn(void)
{
	__asm__ volatile("movq $0x1000, %%rsp; movl $15, %%eax; syscall; hlt" : : : "rax", "rcx", "r11");
}

static void stop_and_go(void)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		raise(SIGSTOP);
		usleep(200000);		/* the parent is to see that it goes on */
		_exit(9);
	}
	waitpid(pid, &status, WUNTRACED);
	check(WIFSTOPPED(status) && WSTOPSIG(status) == SIGSTOP);
	kill(pid, SIGCONT);
	waitpid(pid, &status, WCONTINUED);
	check(WIFCONTINUED(status));
	waitpid(pid, &status, 0);
	check(WIFEXITED(status) && WEXITSTATUS(status) == 9);
	pid = fork();
	if (pid == 0) {
		raise(SIGSTOP);
		usleep(200000);		/* the parent is to see that it goes on */
		_exit(9);
	}
	waitpid(pid, &status, WUNTRACED);
	kill(pid, SIGKILL);
	waitpid(pid, &status, 0);
	check(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
}

static void child_signal(void)
{
	pid_t pid;

	set_info_handler(SIGCHLD, 0);
	count = 0;
	pid = fork();
	if (pid == 0)
		_exit(5);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	check(last_info.si_signo == SIGCHLD && last_info.si_code == CLD_EXITED && last_info.si_status == 5);
	check(last_info.si_pid == pid);
	signal(SIGCHLD, SIG_IGN);
	pid = fork();
	if (pid == 0)
		_exit(5);
	result(waitpid(pid, NULL, 0));
	signal(SIGCHLD, SIG_DFL);
}

static void *sleeper(void *arg)
{
	sigset_t set;
	int sig;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	sigwait(&set, &sig);
	return (void *)(long)sig;
}

static void threads(void)
{
	pthread_t thread;
	sigset_t set;
	void *got;

	sigemptyset(&set);
	sigaddset(&set, SIGUSR2);
	pthread_sigmask(SIG_BLOCK, &set, NULL);
	pthread_create(&thread, NULL, sleeper, NULL);
	usleep(10000);
	result(pthread_kill(thread, SIGUSR2));
	pthread_join(thread, &got);
	check((long)got == SIGUSR2);
	pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

static void suspend(void)
{
	sigset_t set, none;
	struct itimerval soon = { .it_value = { 0, 10000 } };

	set_handler(SIGALRM, count_signal, 0);
	sigemptyset(&set);
	sigemptyset(&none);
	sigaddset(&set, SIGALRM);
	sigprocmask(SIG_BLOCK, &set, NULL);
	count = 0;
	setitimer(ITIMER_REAL, &soon, NULL);
	result(sigsuspend(&none));
	check(count == 1);
	sigprocmask(SIG_BLOCK, NULL, &none);
	check(sigismember(&none, SIGALRM) == 1);
	sigprocmask(SIG_UNBLOCK, &set, NULL);
}

/* What a program says of a signal of its own; only 48 bytes of it mean something. */
static void own_info(void)
{
	static const int codes[] = { SI_QUEUE, SI_TIMER, SI_TKILL, -7, -8, SI_ASYNCNL, SI_USER, SI_KERNEL, 77 };
	siginfo_t info, seen;
	unsigned int i;
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGRTMIN);
	sigprocmask(SIG_BLOCK, &set, NULL);
	for (i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		memset(&info, 0x5a, sizeof(info));
		info.si_code = codes[i];
		printf("%d ", codes[i]);
		result(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &info));
		memset((char *)&info + 48, 0, sizeof(info) - 48);
		result(syscall(SYS_rt_sigqueueinfo, getpid(), SIGRTMIN, &info));
	}
	for (i = 0; i < 6; i++) {
		memset(&seen, 0xff, sizeof(seen));
		result(sigwaitinfo(&set, &seen) == SIGRTMIN);
		info.si_signo = SIGRTMIN;
		info.si_code = seen.si_code;
		check(!memcmp((char *)&seen + 16, (char *)&info + 16, 16) && !memcmp((char *)&seen + 48, (char *)&info + 48, 80));
		printf("%d\n", seen.si_code);
	}
	set_info_handler(SIGRTMIN, 0);
	count = 0;
	sigprocmask(SIG_UNBLOCK, &set, NULL);
	printf("%d more\n", count);
	check(!memcmp((char *)&last_info + 48, (char *)&info + 48, 80));
}

int main(void)
{
	handlers();
	masks();
	queues();
	order();
	alternate_stack();
	faults();
	restarts();
	child_ends(by_abort);
	child_ends(by_kill);
	child_ends(by_null);
	child_ends(by_term);
	child_ends(by_ignored);
	child_ends(by_blocked_fault);
	child_ends(by_bad_stack);
	child_ends(by_bad_sigreturn);
	stop_and_go();
	child_signal();
	threads();
	suspend();
	own_info();
	return 0;
}
