/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals of the Linux ABI on x86-64: numbers, actions, what a handler is told. */
#ifndef UAPI_SIGNAL_H
#define UAPI_SIGNAL_H

#include <lib/types.h>

#define SIGHUP		1
#define SIGINT		2
#define SIGQUIT		3
#define SIGILL		4
#define SIGTRAP		5
#define SIGABRT		6
#define SIGBUS		7
#define SIGFPE		8
#define SIGKILL		9
#define SIGUSR1		10
#define SIGSEGV		11
#define SIGUSR2		12
#define SIGPIPE		13
#define SIGALRM		14
#define SIGTERM		15
#define SIGSTKFLT	16
#define SIGCHLD		17
#define SIGCONT		18
#define SIGSTOP		19
#define SIGTSTP		20
#define SIGTTIN		21
#define SIGTTOU		22
#define SIGURG		23
#define SIGXCPU		24
#define SIGXFSZ		25
#define SIGVTALRM	26
#define SIGPROF		27
#define SIGWINCH	28
#define SIGIO		29
#define SIGPWR		30
#define SIGSYS		31
#define SIGRTMIN	32
#define _NSIG		64		/* the highest */

#define SA_NOCLDSTOP	0x00000001u
#define SA_NOCLDWAIT	0x00000002u
#define SA_SIGINFO	0x00000004u
#define SA_EXPOSE_TAGBITS 0x00000800u
#define SA_RESTORER	0x04000000u
#define SA_ONSTACK	0x08000000u
#define SA_RESTART	0x10000000u
#define SA_NODEFER	0x40000000u
#define SA_RESETHAND	0x80000000u

#define SIG_BLOCK	0
#define SIG_UNBLOCK	1
#define SIG_SETMASK	2

#define SIG_DFL		0UL
#define SIG_IGN		1UL

#define SS_ONSTACK	1
#define SS_DISABLE	2
#define SS_AUTODISARM	(1U << 31)
#define MINSIGSTKSZ	2048

typedef u64 sigset_t;			/* bit n - 1 for signal n */

/* rt_sigaction() */
struct sigaction_user {
	unsigned long	handler;	/* or SIG_DFL, SIG_IGN */
	unsigned long	flags;		/* SA_* */
	unsigned long	restorer;
	sigset_t	mask;
};

typedef struct {
	void		*ss_sp;
	int		ss_flags;
	int		pad;		/* named, so that it is cleared */
	size_t		ss_size;
} stack_t_user;

union sigval_user {
	int		sival_int;
	void		*sival_ptr;
};

/*
 * What is used of the 128 bytes of a siginfo_t, the others are zero; which part of
 * the union counts depends on si_signo and si_code.
 */
struct siginfo {
	int	si_signo, si_errno, si_code;
	int	pad;
	union {
		struct { int pid; u32 uid; } kill;
		struct { int tid, overrun; union sigval_user sigval; int sys_private; } timer;
		struct { int pid; u32 uid; union sigval_user sigval; } rt;
		struct { int pid; u32 uid; int status; long utime, stime; } sigchld;	/* times in 1/100 s */
		struct { void *addr; } sigfault;
		struct { long band; int fd; } sigpoll;
		struct { void *call_addr; int syscall; u32 arch; } sigsys;
	};
};

#define SIGINFO_SIZE	128

static_assert(sizeof(struct siginfo) == 48, "parts of siginfo_t of the ABI");

#define SI_USER		0
#define SI_KERNEL	0x80
#define POLL_IN		1		/* of SIGIO and its kind */
#define POLL_OUT	2
#define SI_QUEUE	(-1)
#define SI_TIMER	(-2)
#define SI_TKILL	(-6)
#define SI_DETHREAD	(-7)		/* the last of a row */
#define SI_ASYNCNL	(-60)

#define ILL_ILLOPN	2
#define FPE_INTDIV	1
#define FPE_INTOVF	2
#define FPE_FLTDIV	3
#define FPE_FLTOVF	4
#define FPE_FLTUND	5
#define FPE_FLTRES	6
#define FPE_FLTINV	7
#define SEGV_MAPERR	1		/* nothing is there */
#define SEGV_ACCERR	2		/* it may not be used that way */
#define BUS_ADRALN	1
#define BUS_ADRERR	2		/* past the end of the file */
#define TRAP_BRKPT	1
#define TRAP_TRACE	2
#define CLD_EXITED	1
#define CLD_KILLED	2
#define CLD_DUMPED	3
#define CLD_TRAPPED	4
#define CLD_STOPPED	5
#define CLD_CONTINUED	6

/* sigevent of timer_create(), 64 bytes */
struct sigevent_user {
	union sigval_user sigev_value;
	int	sigev_signo, sigev_notify;
	int	sigev_tid;
	int	pad[11];
};

#define SIGEV_SIGNAL	0
#define SIGEV_NONE	1
#define SIGEV_THREAD	2
#define SIGEV_THREAD_ID	4

#endif
