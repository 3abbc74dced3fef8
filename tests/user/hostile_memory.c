/* SPDX-License-Identifier: BSD-2-Clause */
/* Addresses and lengths no program has reason to give, in the calls on memory. */
#include "check.h"
#include <sys/mman.h>
#include <sys/syscall.h>

#define PAGE	4096UL
#define TOP	0x7ffffffff000UL
#define MiB	0x100000UL

static long call(long nr, unsigned long a, unsigned long b, unsigned long c, unsigned long d, unsigned long e, unsigned long f)
{
	return syscall(nr, a, b, c, d, e, f);
}

static const unsigned long addresses[] = {
	0, 1, PAGE, 0x10000, TOP - PAGE, TOP, TOP + PAGE, 1UL << 47, 1UL << 56, 1UL << 63, 0xffff800000000000, 0xffff888000000000,
	0xffffffff81000000, 0xffffffffff600000, -PAGE, -1UL,
};
static const unsigned long sizes[] = { 0, 1, PAGE - 1, PAGE, TOP, 1UL << 47, 1UL << 62, 1UL << 63, -2 * PAGE, -PAGE, 1 - PAGE, -1UL };

#define EACH(array, i)	for (unsigned i = 0; i < sizeof(array) / sizeof(*array); i++)

static void show(const char *name, unsigned long at, unsigned long size, long ret)
{
	int err = errno;

	printf("%s(%#lx, %#lx): %s\n", name, at, size, ret == -1 ? strerrorname_np(err) : "works");
	fflush(stdout);
}

static const char *outcome_of(long ret)
{
	return ret == -1 ? strerrorname_np(errno) : "works";
}

/* What lies where nothing is mapped and what goes past the end of user space; never where the program itself is. */
static void ranges(void)
{
	static const struct { const char *name; long nr; unsigned long third; } calls[] = {
		{ "munmap", SYS_munmap, 0 }, { "mprotect", SYS_mprotect, PROT_READ }, { "msync", SYS_msync, MS_ASYNC },
		{ "madvise", SYS_madvise, MADV_NORMAL }, { "mlock", SYS_mlock, 0 }, { "munlock", SYS_munlock, 0 },
	};

	EACH(calls, c) EACH(addresses, a) EACH(sizes, s) {
		unsigned long at = addresses[a], size = sizes[s];

		if (at < TOP && size > PAGE && at + size > at && at + size <= TOP)
			continue;		/* the program would go */
		errno = 0;
		show(calls[c].name, at, size, call(calls[c].nr, at, size, calls[c].third, 0, 0, 0));
	}
}

static void mappings(void)
{
	EACH(addresses, a) EACH(sizes, s) {
		unsigned long at = addresses[a], size = sizes[s], got;

		if ((at && at < 0x10000) || at == -1UL)
			continue;		/* as vm.mmap_min_addr says */
		errno = 0;
		got = call(SYS_mmap, at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE | MAP_NORESERVE, -1, 0);
		show("mmap fixed", at, size, got);
		if (got != -1UL)
			munmap((void *)got, size);
		errno = 0;
		got = call(SYS_mmap, at, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
		show("mmap", at, size, got);
		if (got != -1UL)
			munmap((void *)got, size);
	}
}

/* Every bit of the protection and of the flags alone */
static void bits(void)
{
	char *at = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	long got;

	for (int bit = 0; bit < 32; bit++) {
		if (bit == 24 || bit == 25)
			continue;		/* growsdown, growsup: below */
		got = call(SYS_mprotect, (unsigned long)at, PAGE, 1UL << bit, 0, 0, 0);
		printf("mprotect bit %d: %s\n", bit, outcome_of(got));
		got = call(SYS_mmap, 0, PAGE, 1UL << bit, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
		printf("mmap prot bit %d: %s\n", bit, outcome_of(got));
	}
	result(mprotect(at, PAGE, PROT_READ | PROT_GROWSDOWN));
	result(mprotect(at, PAGE, PROT_READ | PROT_GROWSUP));
	result(mprotect(at, PAGE, PROT_READ | PROT_GROWSDOWN | PROT_GROWSUP));
	result(mprotect(at + 1, PAGE, PROT_READ));
	outcome(call(SYS_mmap, 0, PAGE, PROT_READ, 0, -1, 0));
	outcome(call(SYS_mmap, 0, PAGE, PROT_READ, MAP_ANONYMOUS, -1, 0));
	outcome(call(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, -1, 0));
	outcome(call(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE, 1000000, 0));
	outcome(call(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 1));
	outcome(call(SYS_mmap, 0, PAGE, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, -PAGE));
	outcome(call(SYS_mmap, 0, PAGE, PROT_READ, MAP_SHARED_VALIDATE | MAP_ANONYMOUS, -1, 0));
	munmap(at, PAGE);
}

static void advice(void)
{
	char *at = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	munmap(at + PAGE, PAGE);
	result(madvise(at + 1, PAGE, MADV_NORMAL));
	result(madvise(at, 0, MADV_DONTNEED));
	result(madvise(at, 0, 12345));
	result(madvise(at, PAGE, 12345));
	result(madvise(at, PAGE, -1));
	result(madvise(at, 3 * PAGE, MADV_DONTNEED));		/* a hole within: done for the rest, and told */
	result(madvise(at, -PAGE, MADV_DONTNEED));
	result(madvise(at, -1UL, MADV_DONTNEED));
	result(mprotect(at, 3 * PAGE, PROT_READ));
	result(msync(at, 3 * PAGE, MS_SYNC));
	result(msync(at, PAGE, MS_SYNC | MS_ASYNC));
	result(msync(at, PAGE, 8));
	result(mlock(at, 3 * PAGE));
	result(munlock(at, 3 * PAGE));
	result(call(SYS_mlock2, (unsigned long)at, PAGE, 2, 0, 0, 0));
	result(mlockall(0));
	result(mlockall(8));
	munmap(at, 4 * PAGE);
}

static void remaps(void)
{
	char *at = mmap(NULL, 8 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char *target = mmap(NULL, 64 * PAGE, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned long a = (unsigned long)at, t = (unsigned long)target;

	munmap(at + 4 * PAGE, PAGE);
	outcome(call(SYS_mremap, a + 1, PAGE, PAGE, 0, 0, 0));
	outcome(call(SYS_mremap, a, PAGE, 0, 0, 0, 0));
	outcome(call(SYS_mremap, a, 0, PAGE, MREMAP_MAYMOVE, 0, 0));
	outcome(call(SYS_mremap, a, PAGE, -1UL, MREMAP_MAYMOVE, 0, 0));
	outcome(call(SYS_mremap, a, -PAGE, PAGE, MREMAP_MAYMOVE, 0, 0));
	outcome(call(SYS_mremap, a, PAGE, TOP, MREMAP_MAYMOVE, 0, 0));
	outcome(call(SYS_mremap, a, 8 * PAGE, 9 * PAGE, MREMAP_MAYMOVE, 0, 0));	/* over the hole */
	outcome(call(SYS_mremap, a + 4 * PAGE, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0, 0));
	outcome(call(SYS_mremap, a, PAGE, PAGE, 8, 0, 0));
	outcome(call(SYS_mremap, a, PAGE, PAGE, MREMAP_FIXED, t, 0));
	outcome(call(SYS_mremap, a, PAGE, PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, t + 1, 0));
	outcome(call(SYS_mremap, a, 2 * PAGE, 2 * PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, a + PAGE, 0));
	outcome(call(SYS_mremap, a, PAGE, PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, TOP, 0));
	outcome(call(SYS_mremap, a, PAGE, PAGE, MREMAP_FIXED | MREMAP_MAYMOVE, -PAGE, 0));
	outcome(call(SYS_mremap, a, PAGE, 2 * PAGE, MREMAP_DONTUNMAP | MREMAP_MAYMOVE, 0, 0));
	outcome(call(SYS_mremap, a, PAGE, PAGE, MREMAP_DONTUNMAP, 0, 0));
	outcome(call(SYS_mremap, 0xffffffff81000000, PAGE, PAGE, MREMAP_MAYMOVE, 0, 0));
	outcome(call(SYS_mremap, 1UL << 63, PAGE, 2 * PAGE, MREMAP_MAYMOVE, 0, 0));
	munmap(at, 8 * PAGE);
	munmap(target, 64 * PAGE);
}

static void breaks(void)
{
	unsigned long now = call(SYS_brk, 0, 0, 0, 0, 0, 0);

	EACH(addresses, a)
		if (addresses[a] != 0)
			check((unsigned long)call(SYS_brk, addresses[a], 0, 0, 0, 0, 0) == now);
	check((unsigned long)call(SYS_brk, now + PAGE, 0, 0, 0, 0, 0) == now + PAGE);
	check((unsigned long)call(SYS_brk, now, 0, 0, 0, 0, 0) == now);
}

static void residence(void)
{
	char *at = mmap(NULL, 2 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	unsigned char vec[2] = { 9, 9 };

	munmap(at + PAGE, PAGE);
	*at = 1;
	result(mincore(at, 2 * PAGE, vec));
	result(mincore(at + 1, PAGE, vec));
	result(mincore(at, -PAGE, vec));
	result(mincore(at, PAGE, (void *)0xffffffff81000000));
	result(mincore(at, PAGE, (void *)8));
	result(mincore((void *)TOP, PAGE, vec));
	result(mincore(at, PAGE, vec));
	check(vec[0] == 1);
}

int main(void)
{
	ranges();
	mappings();
	bits();
	advice();
	remaps();
	breaks();
	residence();
	return 0;
}
