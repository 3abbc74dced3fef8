/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of the bench: the memory of processes, without the way into the kernel and out of it. */
#include "internal.h"
#include "mmap.h"
#include <kernel/bench.h>
#include <kernel/panic.h>
#include <kernel/sched.h>
#include <asm/processor.h>
#include <lib/err.h>

#define RW		(PROT_READ | PROT_WRITE)
#define PRIVATE		(MAP_PRIVATE | MAP_ANONYMOUS)
#define SHARED		(MAP_SHARED | MAP_ANONYMOUS)

static struct mm_struct *mm;
static u64 took;
static bool thp;

static void prepare(void)
{
	mm = mm_alloc();
	if (!mm)
		panic("bench: no memory");
	current->mm = mm;		/* for calls; its tables are never loaded */
	thp = transparent_hugepage;
	transparent_hugepage = false;
}

static void finish(void)
{
	current->mm = NULL;
	transparent_hugepage = thp;
	mmput(mm);
}

static unsigned long map(unsigned long pages, unsigned long flags)
{
	unsigned long addr = vm_mmap(NULL, 0, pages * PAGE_SIZE, RW, flags, 0);

	if (IS_ERR((void *)addr))
		panic("bench: mmap fails: %ld", (long)addr);
	return addr;
}

static void touch_all(unsigned long addr, unsigned int pages)
{
	for (; pages; pages--, addr += PAGE_SIZE)
		handle_mm_fault(mm, addr, FAULT_WRITE | FAULT_USER);
}

static void run_touch(unsigned int rounds)
{
	unsigned long addr = map(rounds, PRIVATE);
	u64 start = rdtsc();

	touch_all(addr, rounds);
	took = rdtsc() - start;
	vm_munmap(addr, rounds * PAGE_SIZE);
}

static void run_unmap(unsigned int rounds)
{
	unsigned long addr = map(rounds, PRIVATE);
	u64 start;

	touch_all(addr, rounds);
	start = rdtsc();
	vm_munmap(addr, rounds * PAGE_SIZE);
	took = rdtsc() - start;
}

static void run_copy(unsigned int rounds)
{
	unsigned long addr = map(rounds, PRIVATE);
	struct mm_struct *child;
	u64 start;

	touch_all(addr, rounds);
	child = dup_mm(mm);
	start = rdtsc();
	touch_all(addr, rounds);
	took = rdtsc() - start;
	if (!IS_ERR(child))
		mmput(child);
	vm_munmap(addr, rounds * PAGE_SIZE);
}

/* Another mapping of pages that are in the page cache: what a program's text is. */
static void run_shared(unsigned int rounds)
{
	unsigned long addr = map(rounds, SHARED), i;
	struct vm_area_struct *vma;
	u64 start;

	for (i = 0; i < rounds; i++) {
		vma = vma_lookup(mm, addr);
		put_page(find_or_create_page(vma->vm_mapping, i));
	}
	start = rdtsc();
	for (i = 0; i < rounds; i += 16)
		handle_mm_fault(mm, addr + i * PAGE_SIZE, FAULT_USER);
	took = rdtsc() - start;
	vm_munmap(addr, rounds * PAGE_SIZE);
}

static void run_mmap(unsigned int rounds)
{
	u64 start = rdtsc();

	for (; rounds; rounds--)
		vm_munmap(map(1, PRIVATE), PAGE_SIZE);
	took = rdtsc() - start;
}

static void run_mmap_touch(unsigned int rounds)
{
	u64 start = rdtsc();

	for (; rounds; rounds--) {
		unsigned long addr = map(1, PRIVATE);

		touch_all(addr, 1);
		vm_munmap(addr, PAGE_SIZE);
	}
	took = rdtsc() - start;
}

/* A process like that of a small program: 8 areas with 4 pages each of its own. */
static void run_fork(unsigned int rounds)
{
	unsigned int i;
	u64 start;

	for (i = 0; i < 8; i++)
		touch_all(vm_mmap(NULL, 0x400000UL << 3 * i, 4 * PAGE_SIZE, RW, PRIVATE | MAP_FIXED, 0), 4);
	start = rdtsc();
	for (; rounds; rounds--) {
		struct mm_struct *child = dup_mm(mm);

		if (!IS_ERR(child))
			mmput(child);
	}
	took = rdtsc() - start;
	for (i = 0; i < 8; i++)
		vm_munmap(0x400000UL << 3 * i, 4 * PAGE_SIZE);
}

#define MM_ROW(_id, _name, _run) \
	BENCH_ROW(_id) = { .name = _name, .run = _run, .ticks = &took, .prepare = prepare, .finish = finish }

MM_ROW(mmu_0, "fault: anonymous page", run_touch);
MM_ROW(mmu_1, "fault: copy on write", run_copy);
MM_ROW(mmu_2, "fault: shared, a page of 16", run_shared);
MM_ROW(mmu_3, "munmap, a page", run_unmap);
MM_ROW(mmu_4, "mmap and munmap", run_mmap);
MM_ROW(mmu_5, "mmap, touch and munmap", run_mmap_touch);
MM_ROW(mmu_6, "dup_mm and mmput, 32 pages", run_fork);
