/* SPDX-License-Identifier: BSD-2-Clause */
/* What a system call keeps and loses of the registers, and that threads keep theirs apart. */
#include "check.h"
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>

static unsigned long out[16] __attribute__((used));

static void kept(void)
{
	__asm__ volatile(
		"movq $0x1111, %%rbx; movq $0x2222, %%r12; movq $0x3333, %%r13; movq $0x4444, %%r14; movq $0x5555, %%r15\n"
		"movq $0x6666, %%rdi; movq $0x7777, %%rsi; movq $0x8888, %%rdx; movq $0x9999, %%r8; movq $0xaaaa, %%r9\n"
		"movq $0xbbbb, %%r10; pushfq; popq out+120(%%rip); std; stc; movl $39, %%eax; syscall; 1:\n"
		"movq %%rbx, out+0(%%rip); movq %%r12, out+8(%%rip); movq %%r13, out+16(%%rip); movq %%r14, out+24(%%rip); movq %%r15, out+32(%%rip)\n"
		"movq %%rdi, out+40(%%rip); movq %%rsi, out+48(%%rip); movq %%rdx, out+56(%%rip); movq %%r8, out+64(%%rip); movq %%r9, out+72(%%rip)\n"
		"movq %%r10, out+80(%%rip); pushfq; popq out+88(%%rip); movq %%rcx, out+96(%%rip); leaq 1b(%%rip), %%rax; movq %%rax, out+104(%%rip)\n"
		"movq %%r11, out+112(%%rip); cld\n"
		: : : "rax", "rbx", "rcx", "rdx", "rsi", "rdi", "r8", "r9", "r10", "r11", "r12", "r13", "r14",
		"r15", "memory", "cc");
	check(out[0] == 0x1111 && out[1] == 0x2222 && out[2] == 0x3333 && out[3] == 0x4444 && out[4] == 0x5555);
	check(out[5] == 0x6666 && out[6] == 0x7777 && out[7] == 0x8888 && out[8] == 0x9999 && out[9] == 0xaaaa);
	check(out[10] == 0xbbbb);
	check((out[11] & 0x401) == 0x401);	/* DF and CF are the program's own */
	check(out[12] == out[13]);		/* rcx: where it goes on */
	check(out[14] == out[11]);		/* r11: flags */
}

static void numbers(void)
{
	result(syscall(100000));
	result(syscall(-1));
	result(syscall(0xffffffffUL));
	result(syscall(511));
}

static int failures;

/* Each thread has its own numbers in x87, SSE and, where there is AVX, the upper halves. */
static void *floats(void *arg)
{
	double mine = (long)arg + 0.5, x87 = mine * 3, back;
	unsigned long pattern[4] = { (long)arg, (long)arg * 7, (long)arg * 11, (long)arg * 13 }, seen[4];

	for (int i = 0; i < 300; i++) {
		int avx = __builtin_cpu_supports("avx");

		if (avx)
			__asm__ volatile("vmovdqu %0, %%ymm7" : : "m"(pattern) : "xmm7");
		__asm__ volatile("fldl %1; movsd %2, %%xmm9; movl %3, %%eax; syscall; fstpl %0"
				 : "=m"(back) : "m"(x87), "m"(mine), "i"(SYS_sched_yield) : "rax", "rcx", "r11", "xmm9", "memory");
		if (avx) {
			__asm__ volatile("vmovdqu %%ymm7, %0" : "=m"(seen));
			if (memcmp(seen, pattern, sizeof(seen)))
				failures++;
		}
		if (back != x87)
			failures++;
	}
	return NULL;
}

static void apart(void)
{
	pthread_t t[4];

	for (long i = 0; i < 4; i++)
		pthread_create(&t[i], NULL, floats, (void *)(i + 1));
	for (int i = 0; i < 4; i++)
		pthread_join(t[i], NULL);
	check(failures == 0);
}

static volatile double in_handler;

static void spoil(int sig)
{
	double zero = 0;

	__asm__ volatile("fninit; fldpi; fldpi; fldpi");
	__asm__ volatile("pcmpeqd %%xmm6, %%xmm6" : : : "xmm6");
	in_handler = zero + 1;
}

static void in_signals(void)
{
	unsigned long before[2] = { 0x1234567890, 0xabcdef }, after[2];
	unsigned short cw = 0x27f, cw_after;
	unsigned int mxcsr = 0x1f80 | 0x6000, mxcsr_after;
	pid_t pid = getpid();

	signal(SIGUSR1, spoil);
	__asm__ volatile("fldcw %3; ldmxcsr %4; movdqu %5, %%xmm6; syscall; movdqu %%xmm6, %0; fnstcw %1; stmxcsr %2"
			 : "=m"(after), "=m"(cw_after), "=m"(mxcsr_after)
			 : "m"(cw), "m"(mxcsr), "m"(before), "a"(SYS_kill), "D"((long)pid), "S"((long)SIGUSR1)
			 : "rcx", "r11", "xmm6", "memory");
	check(!memcmp(before, after, sizeof(before)));
	check(cw_after == cw && mxcsr_after == mxcsr);
	check(in_handler == 1);
	mxcsr = 0x1f80;
	cw = 0x37f;
	__asm__ volatile("ldmxcsr %0; fldcw %1" : : "m"(mxcsr), "m"(cw));
}

/* A frame may ask for flags that are not the program's to set. */
static void forge(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	uc->uc_mcontext.gregs[REG_EFL] |= 0x3000 | 0x20000;	/* IOPL 3, VM */
}

static void forged(void)
{
	struct sigaction sa = { .sa_sigaction = forge, .sa_flags = SA_SIGINFO };
	unsigned long flags;

	sigaction(SIGUSR2, &sa, NULL);
	raise(SIGUSR2);
	__asm__ volatile("pushfq; popq %0" : "=r"(flags));
	check((flags & 0x23000) == 0);
}

int main(void)
{
	kept();
	numbers();
	apart();
	in_signals();
	forged();
	return 0;
}
