/* SPDX-License-Identifier: BSD-2-Clause */
/* mmap(), munmap(), mprotect(), mremap(), madvise(), mlock(), mincore(), brk(): what they do and what they refuse. */
#include "check.h"
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#define RW	(PROT_READ | PROT_WRITE)
#define ANON	(MAP_PRIVATE | MAP_ANONYMOUS)

static long page;
static sigjmp_buf back;
static volatile int sig, code;
static void *volatile where;

static void on_fault(int s, siginfo_t *info, void *context)
{
	sig = s;
	code = info->si_code;
	where = info->si_addr;
	siglongjmp(back, 1);
}

/* How a read or a write of one byte ends. */
static const char *touch(volatile char *at, int write)
{
	if (sigsetjmp(back, 1))
		return where != at ? "fault elsewhere" : sig == SIGBUS ? code == BUS_ADRERR ? "SIGBUS" : "SIGBUS?" :
		       code == SEGV_MAPERR ? "MAPERR" : code == SEGV_ACCERR ? "ACCERR" : "SIGSEGV?";
	if (write)
		*at = 1;
	else
		(void)*at;
	return "fine";
}

#define touched(at, write) printf("%s, %s: %s\n", #at, write ? "written" : "read", touch(at, write))

static void mapping(void)
{
	char *p = mmap(NULL, 4 * page, RW, ANON, -1, 0), *q;

	check(p != MAP_FAILED && (unsigned long)p % page == 0);
	touched(p, 1);
	touched(p + 3 * page, 0);
	result(munmap(p + page, page));
	touched(p + page, 0);
	touched(p + 2 * page, 1);
	check(mmap(p + page, page, RW, ANON | MAP_FIXED, -1, 0) == p + page);
	touched(p + page, 0);
	check(p[page] == 0);
	outcome(mmap(p, page, RW, ANON | MAP_FIXED_NOREPLACE, -1, 0));
	q = mmap(p, page, RW, ANON, -1, 0);
	check(q != p && q != MAP_FAILED);
	result(munmap(q, page));
	result(munmap(p, 4 * page));
	result(munmap(p, 4 * page));
	touched(p, 1);
	q = mmap(p, page, RW, ANON, -1, 0);
	check(q == p);
	munmap(q, page);
	q = mmap(NULL, page, RW, ANON | MAP_32BIT, -1, 0);
	check((unsigned long)q < 0x80000000UL);
	munmap(q, page);
	outcome(mmap(NULL, 0, RW, ANON, -1, 0));
	outcome(mmap(NULL, -1UL, RW, ANON, -1, 0));
	outcome(mmap(NULL, 1UL << 50, RW, ANON, -1, 0));
	outcome(mmap((void *)1, page, RW, ANON | MAP_FIXED, -1, 0));
	outcome(mmap((void *)-page, page, RW, ANON | MAP_FIXED, -1, 0));
	outcome(mmap(NULL, page, RW, MAP_ANONYMOUS, -1, 0));
	outcome(mmap(NULL, page, RW, MAP_PRIVATE, -1, 0));
	outcome(mmap(NULL, page, RW, MAP_PRIVATE, 0, 1));
	outcome(munmap((void *)1, page));
	outcome(munmap((void *)page, 0));
	outcome(munmap((void *)page, -1UL));
}

static void protection(void)
{
	char *p = mmap(NULL, 4 * page, RW, ANON, -1, 0);

	p[0] = p[page] = p[3 * page] = 5;
	result(mprotect(p + page, page, PROT_READ));
	touched(p + page, 0);
	touched(p + page, 1);
	touched(p, 1);
	result(mprotect(p, 4 * page, PROT_NONE));
	touched(p, 0);
	touched(p + 2 * page, 1);
	result(write(1, p, 1));
	result(mprotect(p, 4 * page, RW));
	check(p[page] == 5 && p[3 * page] == 5 && p[2 * page] == 0);
	result(mprotect(p, 4 * page, PROT_READ | PROT_EXEC));
	touched(p, 1);
	result(mprotect(p + 1, page, RW));
	result(mprotect(p, page, 0x100));
	munmap(p + page, page);
	result(mprotect(p, 3 * page, PROT_READ));
	touched(p, 1);
	munmap(p, 4 * page);
}

static void moving(void)
{
	char *p = mmap(NULL, 64 * page, RW, ANON, -1, 0), *q;

	for (int i = 0; i < 16; i++)
		p[i * page] = i + 1;
	munmap(p + 16 * page, 48 * page);
	check(mremap(p, 16 * page, 32 * page, 0) == p);
	check(p[15 * page] == 16 && p[31 * page] == 0);
	check(mremap(p, 32 * page, 8 * page, 0) == p);
	touched(p + 8 * page, 0);
	q = mmap(NULL, 64 * page, PROT_NONE, ANON, -1, 0);
	check(mremap(p, 8 * page, 12 * page, MREMAP_MAYMOVE | MREMAP_FIXED, q) == q);
	check(q[7 * page] == 8 && q[11 * page] == 0);
	touched(p, 0);
	touched(q + 12 * page, 0);
	outcome(mremap(q, 4 * page, 4 * page, MREMAP_FIXED, p));
	outcome(mremap(q, 4 * page, 4 * page, MREMAP_MAYMOVE | MREMAP_FIXED, q + 2 * page));
	outcome(mremap(q + 1, page, page, 0));
	outcome(mremap(p, page, 2 * page, MREMAP_MAYMOVE));
	outcome(mremap(q, page, 0, 0));
	outcome(mremap(q + 11 * page, 4 * page, 8 * page, MREMAP_MAYMOVE));
	munmap(q, 64 * page);
}

static void advice(void)
{
	char *p = mmap(NULL, 8 * page, RW, ANON, -1, 0);
	unsigned char vec[8];

	memset(p, 7, 8 * page);
	result(madvise(p + page, 2 * page, MADV_DONTNEED));
	check(p[0] == 7 && p[page] == 0 && p[2 * page] == 0 && p[3 * page] == 7);
	result(madvise(p, page, MADV_HUGEPAGE));
	result(madvise(p, page, MADV_WILLNEED));
	result(madvise(p + 1, page, MADV_DONTNEED));
	result(madvise(p, page, 12345));
	result(madvise(p, -page, MADV_DONTNEED));
	munmap(p + 4 * page, page);
	result(madvise(p, 8 * page, MADV_DONTNEED));
	check(p[3 * page] == 0 && p[5 * page] == 0);
	munmap(p, 8 * page);
	p = mmap(NULL, 4 * page, RW, ANON, -1, 0);
	p[page] = 1;
	result(mincore(p, 4 * page, vec));
	check(!(vec[0] & 1) && vec[1] & 1 && !(vec[2] & 1));
	result(mincore(p + 1, page, vec));
	result(mincore(p, page, (void *)8));
	result(mlock(p, 2 * page));
	result(mincore(p, 4 * page, vec));
	check(vec[0] & 1 && vec[1] & 1 && !(vec[2] & 1));
	result(madvise(p, page, MADV_DONTNEED));
	result(msync(p, page, MS_SYNC | MS_INVALIDATE));
	result(munlock(p, 2 * page));
	result(msync(p, page, MS_SYNC));
	result(msync(p, page, MS_SYNC | MS_ASYNC));
	munmap(p, 4 * page);
	result(mincore(p, 4 * page, vec));
	result(msync(p, page, MS_SYNC));
	result(mlock(p, page));
	p = mmap(NULL, 4 * page, RW, ANON | MAP_POPULATE, -1, 0);
	result(mincore(p, 4 * page, vec));
	check(vec[0] & vec[1] & vec[2] & vec[3] & 1);
	munmap(p, 4 * page);
}

static void the_break(void)
{
	char *p = sbrk(0);

	check(sbrk(3 * page + 100) == p);
	touched(p + 3 * page, 1);
	check(p[page] == 0);
	check(sbrk(-(3 * page + 100)) == p + 3 * page + 100);
	check(sbrk(0) == p);
	check((char *)syscall(SYS_brk, 8) == p);
	check((char *)syscall(SYS_brk, -1L) == p);
	check(sbrk(4 * page) == p && p[3 * page] == 0);
	sbrk(-4 * page);
}

static int depth(int n)
{
	volatile char room[8192];

	room[0] = n;
	return n ? depth(n - 1) + room[0] - room[0] + 1 : 0;
}

static void limits(void)
{
	struct rlimit all = { RLIM_INFINITY, RLIM_INFINITY }, some = { 64 << 20, RLIM_INFINITY };
	char *stack = mmap(NULL, 64 * page, RW, ANON | MAP_GROWSDOWN | MAP_STACK, -1, 0);

	check(depth(500) == 500);
	touched(stack, 1);
	munmap(stack, 64 * page);
	result(setrlimit(RLIMIT_AS, &some));
	outcome(mmap(NULL, 128 << 20, RW, ANON, -1, 0));
	result(setrlimit(RLIMIT_AS, &all));
	stack = mmap(NULL, 128 << 20, RW, ANON | MAP_NORESERVE, -1, 0);
	check(stack != MAP_FAILED);
	touched(stack + (100 << 20), 1);
	result(munmap(stack, 128 << 20));
}

static void large(void)
{
	size_t size = 8 << 20;
	char *p = mmap(NULL, size, RW, ANON, -1, 0);
	long sum = 0;

	memset(p, 3, size);
	result(mprotect(p + (3 << 20), page, PROT_READ));
	result(munmap(p + (5 << 20), page));
	for (size_t i = 0; i < 5 << 20; i += page)
		sum += p[i];
	check(sum == 3 * ((5 << 20) / page));
	touched(p + (5 << 20), 0);
	touched(p + (3 << 20), 1);
	result(madvise(p, 4 << 20, MADV_DONTNEED));
	check(p[0] == 0 && p[(4 << 20) - 1] == 0 && p[4 << 20] == 3);
	p = mremap(p, 5 << 20, 32 << 20, MREMAP_MAYMOVE);
	outcome(p);
	munmap(p, 32 << 20);
}

int main(void)
{
	struct sigaction sa = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO };

	page = sysconf(_SC_PAGESIZE);
	sigaction(SIGSEGV, &sa, NULL);
	sigaction(SIGBUS, &sa, NULL);
	mapping();
	protection();
	moving();
	advice();
	the_break();
	limits();
	large();
	return 0;
}
