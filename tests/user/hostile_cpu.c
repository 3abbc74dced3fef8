/* SPDX-License-Identifier: BSD-2-Clause */
/* Instructions a program may not run, and what it may but should not: the program dies of it, no more. */
#include "check.h"
#include <asm/prctl.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <ucontext.h>

static void told(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;

	printf("signal %d, code %d, trap %lld", sig, info->si_code, uc->uc_mcontext.gregs[REG_TRAPNO]);
	if (uc->uc_mcontext.gregs[REG_TRAPNO] == 14)	/* QEMU has others of its own for #GP */
		printf(", error %lld", uc->uc_mcontext.gregs[REG_ERR]);
	printf("\n");
	fflush(stdout);
	_exit(0);
}

static char other_stack[65536] __attribute__((aligned(64)));

/* Run it in a process of its own, which tells which signal comes. */
static void attempt(const char *name, void (*what)(void))
{
	struct sigaction sa = { .sa_sigaction = told, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t ss = { .ss_sp = other_stack, .ss_size = sizeof(other_stack) };
	int status;

	printf("%s: ", name);
	fflush(stdout);
	if (fork() == 0) {
		sigaltstack(&ss, NULL);
		for (int sig = 1; sig < 32; sig++)
			if (sig != SIGKILL && sig != SIGSTOP)
				sigaction(sig, &sa, NULL);
		what();
		printf("nothing happens\n");
		fflush(stdout);
		_exit(0);
	}
	wait(&status);
	if (status)
		printf("ended by %#x\n", status);
	fflush(stdout);
}

#define INSTRUCTION(name, ...)	static void name(void) { __asm__ volatile(__VA_ARGS__ : : : "rax", "rbx", "rcx", "rdx", "memory"); }
INSTRUCTION(do_int3, "int3")
INSTRUCTION(do_int3_long, ".byte 0xcd, 0x03")
INSTRUCTION(do_icebp, ".byte 0xf1")
INSTRUCTION(do_iret, "pushq $0; pushq $0; pushq $0; pushq $0; pushq $0; iretq")
INSTRUCTION(do_int80, "movl $20, %%eax; int $0x80; hlt")
INSTRUCTION(do_sysenter, "movl $20, %%eax; movq %%rsp, %%rbp; sysenter")
INSTRUCTION(do_sgdt, "sgdt -16(%%rsp); sidt -16(%%rsp); sldt %%eax; str %%eax; smsw %%eax")
INSTRUCTION(do_int4, "int $4")
INSTRUCTION(do_int1, "int $1")
INSTRUCTION(do_int2, "int $2")
INSTRUCTION(do_int8, "int $8")
INSTRUCTION(do_int13, "int $13")
INSTRUCTION(do_int14, "int $14")
INSTRUCTION(do_int32, "int $32")
INSTRUCTION(do_int255, "int $255")
INSTRUCTION(do_hlt, "hlt")
INSTRUCTION(do_cli, "cli")
INSTRUCTION(do_sti, "sti")
INSTRUCTION(do_in, "inb $0x80, %%al")
INSTRUCTION(do_out, "outb %%al, $0x80")
INSTRUCTION(do_insb, "movw $0x80, %%dx; leaq -200(%%rsp), %%rdi; insb")
INSTRUCTION(do_ud2, "ud2")
INSTRUCTION(do_rdmsr, "movl $0xc0000082, %%ecx; rdmsr")
INSTRUCTION(do_wrmsr, "movl $0xc0000082, %%ecx; wrmsr")
INSTRUCTION(do_lgdt, "lgdt -8(%%rsp)")
INSTRUCTION(do_lidt, "lidt -8(%%rsp)")
INSTRUCTION(do_ltr, "movw $0x40, %%ax; ltr %%ax")
INSTRUCTION(do_lldt, "movw $0x40, %%ax; lldt %%ax")
INSTRUCTION(do_cr0, "movq %%cr0, %%rax")
INSTRUCTION(do_cr3, "movq %%rax, %%cr3")
INSTRUCTION(do_cr4, "movq %%cr4, %%rax")
INSTRUCTION(do_cr8, "movq %%cr8, %%rax")
INSTRUCTION(do_dr7, "movq %%dr7, %%rax")
INSTRUCTION(do_swapgs, "swapgs")
INSTRUCTION(do_sysret, "sysretq")
INSTRUCTION(do_invlpg, "invlpg (%%rsp)")
INSTRUCTION(do_wbinvd, "wbinvd")
INSTRUCTION(do_clts, "clts")
INSTRUCTION(do_xsetbv, "xorl %%ecx, %%ecx; movl $7, %%eax; xorl %%edx, %%edx; xsetbv")
INSTRUCTION(do_monitor, "movq %%rsp, %%rax; xorl %%ecx, %%ecx; xorl %%edx, %%edx; monitor")
INSTRUCTION(do_lock, ".byte 0xf0; nop")
INSTRUCTION(do_long, ".fill 16, 1, 0x66; nop")
INSTRUCTION(do_divide, "xorl %%edx, %%edx; xorl %%ecx, %%ecx; movl $1, %%eax; divl %%ecx")
INSTRUCTION(do_overflow, "movl $0x80000000, %%eax; cdq; movl $-1, %%ecx; idivl %%ecx")
INSTRUCTION(do_jump_kernel, "movq $0xffffffff81000000, %%rax; jmp *%%rax")
INSTRUCTION(do_jump_odd, "movabsq $0x8000000000000000, %%rax; jmp *%%rax")
INSTRUCTION(do_jump_null, "xorl %%eax, %%eax; jmp *%%rax")
INSTRUCTION(do_ret_odd, "movabsq $0x8000000000000000, %%rax; pushq %%rax; ret")
INSTRUCTION(do_read_kernel, "movq $0xffffffff81000000, %%rax; movb (%%rax), %%al")
INSTRUCTION(do_write_kernel, "movq $0xffffffff81000000, %%rax; movb %%al, (%%rax)")
INSTRUCTION(do_read_odd, "movabsq $0x1234567812345678, %%rax; movb (%%rax), %%al")
INSTRUCTION(do_stack_odd, "movabsq $0x1234567812345678, %%rsp; pushq %%rax")
INSTRUCTION(do_stack_kernel, "movq $0xffffffff81000000, %%rsp; pushq %%rax")
INSTRUCTION(do_load_ds, "movl $0x18, %%eax; movw %%ax, %%ds")
INSTRUCTION(do_load_kernel_ss, "movl $0x18, %%eax; movw %%ax, %%ss")
INSTRUCTION(do_far_kernel, "pushq $0x10; pushq $0x1000; lretq")
INSTRUCTION(do_call_gate, "pushq $0x43; pushq $0x1000; lretq")
INSTRUCTION(do_popf, "pushq $0x3202; popfq; pushfq; popq %%rax; testl $0x3000, %%eax; jz 1f; ud2; 1:")
INSTRUCTION(do_popf_nt, "pushfq; orq $0x4000, (%%rsp); popfq; movl $39, %%eax; syscall; pushfq; popq %%rax; testl $0x4000, %%eax; jnz 1f; ud2; 1:")
INSTRUCTION(do_align, "pushfq; orq $0x40000, (%%rsp); popfq; movl 1(%%rsp), %%eax")
INSTRUCTION(do_x87, "fninit; pushq $0x37b; fldcw (%%rsp); popq %%rax; fld1; fldz; fdivrp; fwait")
INSTRUCTION(do_sse, "pushq $0x1d80; ldmxcsr (%%rsp); popq %%rax; pxor %%xmm1, %%xmm1; pcmpeqd %%xmm0, %%xmm0; psrld $25, %%xmm0; pslld $23, %%xmm0; divss %%xmm1, %%xmm0")
INSTRUCTION(do_mxcsr, "pushq $-1; ldmxcsr (%%rsp)")
INSTRUCTION(do_step, "pushfq; orq $0x100, (%%rsp); popfq; nop; nop")
INSTRUCTION(do_step_syscall, "movl $39, %%eax; pushfq; orq $0x100, (%%rsp); popfq; syscall; nop")
INSTRUCTION(do_syscall_odd, "movq $-1, %%rax; syscall; movabsq $0x7fffffffffffffff, %%rax; syscall")
INSTRUCTION(do_syscall_stack, "movq %%rsp, %%rbx; movabsq $0x1234567812345678, %%rsp; movl $39, %%eax; syscall; movq %%rbx, %%rsp")
INSTRUCTION(do_syscall_kernel_stack, "movq %%rsp, %%rbx; movq $0xffffffff81000000, %%rsp; movl $39, %%eax; syscall; movq %%rbx, %%rsp")

/* Down and down, until the guard below the stack */
static void do_recursion(void)
{
	for (;;)
		__asm__ volatile("subq $4096, %%rsp; movq %%rax, (%%rsp)" : : : "memory");
}

/* In a segment of 32 bits an address of the program is only right below 4 GiB. */
static void (*volatile low)(void);
static void in_32_bits(const unsigned char *code, size_t size)
{
	unsigned char *page = mmap((void *)0x40000000, 8192, PROT_READ | PROT_WRITE | PROT_EXEC,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	memcpy(page, code, size);
	__asm__ volatile("movq $0x40001800, %%rsp; pushq $0x23; pushq $0x40000000; lretq" : : : "memory");
}

static void do_32_getpid(void)	{ in_32_bits((const unsigned char *)"\xb8\x14\0\0\0\xf4", 6); }
static void do_32_bound(void)	{ in_32_bits((const unsigned char *)"\x0f\x0b", 2); }
static void do_32_into(void)	{ in_32_bits((const unsigned char *)"\xb0\x7f\x04\x01\xce\xf4", 6); }

static void do_syscall_32(void)	{ in_32_bits((const unsigned char *)"\xb8\x14\0\0\0\x0f\x05\x0f\x34\xf4", 10); }

/* The last call of a page whose next address is no address any more */
static void do_last_page(void)
{
	unsigned char *page = mmap((void *)0x7fffffffe000, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				   MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0);

	if (page == MAP_FAILED)
		return;
	memcpy(page + 4089, "\xb8\x27\0\0\0\x0f\x05", 7);
	((void (*)(void))(page + 4089))();
}

static void do_map_top(void)
{
	result(mmap((void *)0x7ffffffff000, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0));
}

static void bases(void)
{
	static const unsigned long odd[] = { 1UL << 47, 1UL << 63, 0xffff888000000000, 0xffffffff81000000, -1UL };
	unsigned long back;

	for (int i = 0; i < 5; i++) {
		result(syscall(SYS_arch_prctl, ARCH_SET_GS, odd[i]));
		result(syscall(SYS_arch_prctl, ARCH_SET_FS, odd[i]));
	}
	result(syscall(SYS_arch_prctl, ARCH_GET_FS, 8));
	result(syscall(SYS_arch_prctl, ARCH_GET_FS, 0xffffffff81000000));
	result(syscall(SYS_arch_prctl, ARCH_GET_GS, &back));
	result(syscall(SYS_arch_prctl, 0x1234, 0));
}

/* A program may have any base, if the CPU lets it; the kernel's own is another. */
static void do_wrgsbase(void)
{
	unsigned long kernel = 0xffffffff81000000, back;

	__asm__ volatile("wrgsbase %1; movl $24, %%eax; syscall; rdgsbase %0" : "=r"(back) : "r"(kernel) : "rax", "rcx", "r11");
	printf("%s, ", back == kernel ? "kept" : "LOST");
	fflush(stdout);
	__asm__ volatile("movb %%gs:0, %%al" : : : "rax");
}

static void do_wrgsbase_odd(void)
{
	__asm__ volatile("wrgsbase %0" : : "r"(0x1234567812345678UL));
	for (int i = 0; i < 100; i++)
		syscall(SYS_sched_yield);
}

static void do_gs_segment(void)
{
	__asm__ volatile("movl $0x2b, %%eax; movw %%ax, %%gs; movw %%ax, %%fs; movl $39, %%eax; syscall; movb %%gs:0, %%al"
			 : : : "rax", "rcx", "r11");
}

#define A(name)	{ #name, do_##name }
static const struct { const char *name; void (*what)(void); } attempts[] = {
	A(int3), A(int3_long), A(int4), A(int1), A(int2), A(int8), A(int13), A(int14), A(int32), A(int255), A(hlt), A(cli), A(sti),
	A(in), A(out), A(insb), A(ud2), A(rdmsr), A(wrmsr), A(lgdt), A(lidt), A(ltr), A(lldt), A(cr0), A(cr3), A(cr4), A(cr8), A(dr7),
	A(swapgs), A(sysret), A(invlpg), A(wbinvd), A(clts), A(xsetbv), A(monitor), A(lock), A(long), A(divide), A(overflow),
	A(jump_kernel), A(jump_odd), A(jump_null), A(ret_odd), A(read_kernel), A(write_kernel), A(read_odd),
	A(stack_kernel), A(load_ds), A(load_kernel_ss), A(popf), A(popf_nt), A(x87), A(step), A(step_syscall), A(syscall_odd), A(syscall_stack), A(syscall_kernel_stack), A(recursion),
	A(last_page), A(map_top), A(gs_segment),
};

/* Of these it differs from CPU to CPU, and in emulators, what comes of them. */
static const struct { const char *name; void (*what)(void); } harmless[] = {
	A(icebp), A(iret), A(stack_odd), A(far_kernel), A(call_gate), A(align), A(sse), A(mxcsr), A(32_getpid), A(32_bound), A(32_into),
	A(int80), A(sgdt), A(sysenter), A(syscall_32),
};

static void try_harmless(void (*what)(void))
{
	int status, null = open("/dev/null", O_WRONLY);

	if (fork() == 0) {
		dup2(null, 1);
		alarm(5);
		what();
		_exit(0);
	}
	close(null);
	check(wait(&status) > 0 && (!WIFSIGNALED(status) || WTERMSIG(status) != SIGALRM));
}

int main(void)
{
	for (unsigned i = 0; i < sizeof(attempts) / sizeof(*attempts); i++)
		attempt(attempts[i].name, attempts[i].what);
	for (unsigned i = 0; i < sizeof(harmless) / sizeof(*harmless); i++)
		try_harmless(harmless[i].what);
	if (getauxval(AT_HWCAP2) & 2) {
		attempt("wrgsbase", do_wrgsbase);
		try_harmless(do_wrgsbase_odd);
	}
	bases();
	return 0;
}
