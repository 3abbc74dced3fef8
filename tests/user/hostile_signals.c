/* SPDX-License-Identifier: BSD-2-Clause */
/* Signals that find no stack, lists of locks that lead astray: a process dies of it, nobody else. */
#include "check.h"
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define PAGE	4096UL

static void (*trial)(void);

static void in_time(void)
{
	alarm(10);
	trial();
}

/* In a process of its own, which has ten seconds. */
static void try_out(const char *what, void (*fn)(void))
{
	trial = fn;
	in_a_child(what, in_time, 7);
}

/* ---------------------------------------------------------------- stacks */

static void on_signal(int sig)
{
	_exit(3);
}

static void handle(int sig, int flags)
{
	struct sigaction sa = { .sa_handler = on_signal, .sa_flags = flags };

	sigaction(sig, &sa, NULL);
}

static void use_stack(void *at, size_t size)
{
	stack_t ss = { .ss_sp = at, .ss_size = size };

	if (sigaltstack(&ss, NULL))
		_exit(100 + errno);
	handle(SIGUSR1, SA_ONSTACK);
	raise(SIGUSR1);
}

static void *area(size_t size, int prot)
{
	return mmap(NULL, size, prot, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
}

static void stack_right(void)		{ use_stack(area(0x10000, PROT_READ | PROT_WRITE), 0x10000); }
static void stack_none(void)		{ use_stack(area(0x10000, PROT_NONE), 0x10000); }
static void stack_read_only(void)	{ use_stack(area(0x10000, PROT_READ), 0x10000); }
static void stack_null(void)		{ use_stack(NULL, 0x10000); }
static void stack_kernel(void)		{ use_stack((void *)0xffffffff81000000, 0x10000); }
static void stack_top(void)		{ use_stack((void *)-0x10000UL, 0x10000); }
static void stack_wraps(void)		{ use_stack((void *)-0x8000UL, 0x10000); }
static void stack_huge(void)		{ use_stack((void *)0x10000, -1UL); }
static void stack_no_address(void)	{ use_stack((void *)0x1234567812345000, 0x10000); }
static void stack_small(void)		{ use_stack(area(0x10000, PROT_READ | PROT_WRITE), 100); }

static void stack_half(void)
{
	char *at = area(0x10000, PROT_READ | PROT_WRITE);

	mprotect(at, 0x8000, PROT_NONE);
	munmap(at, PAGE);
	use_stack(at, 0x10000);
}

static void stack_gone(void)
{
	char *at = area(0x10000, PROT_READ | PROT_WRITE);
	stack_t ss = { .ss_sp = at, .ss_size = 0x10000 };

	sigaltstack(&ss, NULL);
	handle(SIGSEGV, SA_ONSTACK);
	munmap(at, 0x10000);
	*(volatile int *)8 = 1;
}

/* Without another stack there is the program's own, and where that ends nothing can be told. */
static void no_stack_left(void)
{
	handle(SIGSEGV, 0);
	__asm__ volatile("1: pushq %rax; jmp 1b");
}

static void stack_pointer_astray(void)
{
	handle(SIGUSR1, 0);
	__asm__ volatile("movq $0xffffffff81000000, %%rsp; movl $62, %%eax; syscall" : : "D"(getpid()), "S"(SIGUSR1) : "rax", "rcx", "r11", "memory");
	_exit(4);
}

static void return_to_nowhere(unsigned long sp)
{
	__asm__ volatile("movq %0, %%rsp; movl $15, %%eax; syscall; movl $60, %%eax; movl $9, %%edi; syscall" : : "r"(sp) : "memory");
}

static void return_null(void)		{ return_to_nowhere(0); }
static void return_kernel(void)		{ return_to_nowhere(0xffffffff81000008); }
static void return_no_address(void)	{ return_to_nowhere(0x1234567812345678); }
static void return_end(void)		{ return_to_nowhere((unsigned long)area(PAGE, PROT_READ | PROT_WRITE) + PAGE - 8); }
static void return_zeros(void)		{ return_to_nowhere((unsigned long)area(2 * PAGE, PROT_READ | PROT_WRITE) + 64); }

static void stacks(void)
{
	try_out("a stack as it should be", stack_right);
	try_out("a stack with no rights", stack_none);
	try_out("a stack to be read", stack_read_only);
	try_out("a stack at 0", stack_null);
	try_out("a stack in the kernel", stack_kernel);
	try_out("a stack at the top", stack_top);
	try_out("a stack that wraps", stack_wraps);
	try_out("a stack of all memory", stack_huge);
	try_out("a stack at no address", stack_no_address);
	try_out("a stack too small", stack_small);
	try_out("a stack half there", stack_half);
	try_out("a stack that is gone", stack_gone);
	try_out("no stack left", no_stack_left);
	try_out("a stack pointer astray", stack_pointer_astray);
	try_out("a return from 0", return_null);
	try_out("a return from the kernel", return_kernel);
	try_out("a return from no address", return_no_address);
	try_out("a return from the end of a page", return_end);
	try_out("a return from zeros", return_zeros);
}

/* ---------------------------------------------------------------- locks of who has ended */

struct lock {
	struct robust_list	list;
	int			futex;
};

static struct robust_list_head *head;
static struct lock *locks;		/* shared with who looks at them afterwards */

static void set_head(struct robust_list *first, long offset, struct robust_list *pending)
{
	*head = (struct robust_list_head){ { first }, offset, pending };
	if (syscall(SYS_set_robust_list, head, sizeof(*head)))
		_exit(50);
}

static void own(struct lock *l)
{
	l->futex = syscall(SYS_gettid) | FUTEX_WAITERS;
}

#define OFFSET	((long)offsetof(struct lock, futex))

static void list_right(void)
{
	own(&locks[0]), own(&locks[1]);
	locks[0].list.next = &locks[1].list;
	locks[1].list.next = &head->list;
	set_head(&locks[0].list, OFFSET, NULL);
}

static void list_circular(void)
{
	own(&locks[0]), own(&locks[1]);
	locks[0].list.next = &locks[1].list;
	locks[1].list.next = &locks[0].list;
	set_head(&locks[0].list, OFFSET, NULL);
}

static void list_of_itself(void)
{
	own(&locks[0]);
	locks[0].list.next = &locks[0].list;
	set_head(&locks[0].list, OFFSET, &locks[0].list);
}

static void list_kernel(void)		{ set_head((void *)0xffffffff81000000, OFFSET, NULL); }
static void list_null(void)		{ set_head(NULL, OFFSET, NULL); }
static void list_no_address(void)	{ set_head((void *)0x1234567812345678, OFFSET, NULL); }
static void list_odd(void)		{ set_head((void *)0x1237, OFFSET, (void *)0x1235); }

static void list_into_kernel(void)
{
	own(&locks[0]);
	locks[0].list.next = (void *)0xffff888000000000;
	set_head(&locks[0].list, OFFSET, (void *)0xffffffff81000000);
}

static void list_offset_kernel(void)
{
	own(&locks[0]);
	locks[0].list.next = &head->list;
	set_head(&locks[0].list, 0xffffffff81000000 - (unsigned long)&locks[0], NULL);
}

static void list_offset_odd(void)
{
	own(&locks[0]);
	locks[0].list.next = &head->list;
	set_head(&locks[0].list, OFFSET + 1, NULL);
}

static void list_read_only(void)
{
	struct lock *l = area(PAGE, PROT_READ | PROT_WRITE);

	own(l);
	l->list.next = &head->list;
	set_head(&l->list, OFFSET, NULL);
	mprotect(l, PAGE, PROT_READ);
}

static void list_nowhere(void)
{
	syscall(SYS_set_robust_list, (void *)0xffffffff81000000, sizeof(*head));
}

static void lists(void)
{
	static const struct { const char *what; void (*fn)(void); } all[] = {
		{ "a list", list_right }, { "a circular list", list_circular }, { "a list of itself", list_of_itself },
		{ "a list in the kernel", list_kernel }, { "a list at 0", list_null }, { "a list at no address", list_no_address },
		{ "a list at an odd address", list_odd }, { "a list into the kernel", list_into_kernel },
		{ "a lock in the kernel", list_offset_kernel }, { "a lock at an odd address", list_offset_odd },
		{ "a lock to be read", list_read_only }, { "a head in the kernel", list_nowhere },
	};

	head = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	locks = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	for (unsigned i = 0; i < sizeof(all) / sizeof(*all); i++) {
		memset(locks, 0, PAGE);
		try_out(all[i].what, all[i].fn);
		printf("  %#x %#x\n", locks[0].futex & 0xc0000000, locks[1].futex & 0xc0000000);
	}
}

/* The number of a thread that has ended is cleared where it said, if that can be written. */
static void *clear_kernel(void *arg)
{
	syscall(SYS_set_tid_address, arg);
	syscall(SYS_exit, 0);
	return NULL;
}

static void clear_tids(void)
{
	static void *const where[] = { (void *)8, (void *)0xffffffff81000000, (void *)0x1234567812345678, (void *)-4UL };
	pthread_t t;

	for (unsigned i = 0; i < 4; i++)
		pthread_create(&t, NULL, clear_kernel, where[i]);
	usleep(50000);
}

int main(void)
{
	stacks();
	lists();
	try_out("threads that end astray", clear_tids);
	return 0;
}
