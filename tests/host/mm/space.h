/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory of processes over simulated physical memory: all of mm/ that programs
 * reach, one thread, a TLB, and a memory allocator that can be told to fail. What a
 * program does is go(), which looks things up as a CPU does.
 */
#ifndef TESTS_HOST_MM_SPACE_H
#define TESTS_HOST_MM_SPACE_H

#include "tests/host/mm/machine.h"
#define sigset_t	kernel_sigset_t	/* libc has its own */
#define timeval		kernel_timeval
#define timespec	kernel_timespec
#undef MAP_GROWSDOWN			/* and the same numbers, written in another way */
#undef MAP_DENYWRITE
#undef MAP_EXECUTABLE
#undef MAP_LOCKED
#undef MAP_NORESERVE
#undef MAP_POPULATE
#define NR_CPUS 4
unsigned long cpu_number;
#include "mm/page_alloc.c"
#include "mm/deferred.c"
#include "mm/books.c"

static unsigned int deny_one_in;	/* of allocations for programs; 0: none */

static struct page *may_alloc_pages(gfp_t gfp, unsigned int order)
{
	return deny_one_in && one_in(deny_one_in) ? NULL : alloc_pages(gfp, order);
}

#define alloc_pages	may_alloc_pages
#include "mm/slab.c"

#include <kernel/cred.h>
#include <kernel/fdtable.h>
#include <kernel/fs.h>
#include <kernel/signal_struct.h>

#define ASM_TLB_H
static void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start, unsigned long end);
static void flush_tlb_mm(struct mm_struct *mm);
static void leave_mm(struct mm_struct *mm);

#include "mm/pages.c"
#include "mm/vma_tree.c"
#include "mm/commit.c"
#include "mm/tables.c"
#define counter_of zap_counter_of
#include "mm/zap.c"
#undef counter_of
#include "mm/huge.c"
#include "mm/dup.c"
#include "mm/vma.c"
#include "mm/page_tree.c"
#include "mm/filemap.c"
#include "mm/memory.c"
#include "mm/mmap.c"
#include "mm/mprotect.c"
#include "mm/mremap.c"
#include "mm/madvise.c"
#undef BATCH
#include "mm/mlock.c"

/* ---------------------------------------------------------------- what is not there */

struct task_struct *current_task;
static struct task_struct task;
static struct signal_struct process;
static struct cred cred;
static struct files_struct files;

void down_read_slow(struct rw_semaphore *sem)		{ abort(); }
void down_write_slow(struct rw_semaphore *sem)		{ abort(); }
void rwsem_wake(struct rw_semaphore *sem)		{ abort(); }
void mutex_lock_slow(struct mutex *lock)		{ abort(); }
void mutex_unlock_slow(struct mutex *lock)		{ abort(); }
void panic(const char *fmt, ...)			{ abort(); }

static struct rcu_head *rcu_waiting;

void call_rcu(struct rcu_head *head, void (*func)(struct rcu_head *head))
{
	head->func = func;
	head->next = rcu_waiting;
	rcu_waiting = head;
}

static void grace_period(void)
{
	while (rcu_waiting) {
		struct rcu_head *head = rcu_waiting;

		rcu_waiting = head->next;
		head->func(head);
	}
}

/* ---------------------------------------------------------------- files */

#define NR_FILES	3

static struct inode inodes[NR_FILES];
static struct address_space caches[NR_FILES];
static struct file open_files[2 * NR_FILES];	/* to read and write, and to read alone */

static const struct file_operations file_ops = { .mmap = generic_file_mmap };

struct file *__fget(unsigned int fd, u32 no_mode)
{
	return fd < ARRAY_SIZE(open_files) ? get_file(&open_files[fd]) : NULL;
}

int deny_write_access(struct file *file)	{ abort(); }
void allow_write_access(struct file *file)	{ abort(); }

void __fput(struct file *file)
{
	abort();			/* the test has them open */
}

static void files_start(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(open_files); i++) {
		struct inode *inode = &inodes[i % NR_FILES];

		inode->i_mapping = &caches[i % NR_FILES];
		address_space_init(inode->i_mapping, inode);
		open_files[i] = (struct file){ .f_count = 1, .f_op = &file_ops, .f_inode = inode,
					       .f_mode = i < NR_FILES ? FMODE_READ | FMODE_WRITE : FMODE_READ };
	}
}

/* ---------------------------------------------------------------- a CPU */

#define NR_TLB	256

struct tlb_entry { struct mm_struct *mm; unsigned long addr; u64 entry; };

static struct tlb_entry tlb[NR_TLB];	/* by address; mm NULL: none */

static void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	for (unsigned int i = 0; i < NR_TLB; i++)
		if (tlb[i].mm == mm && tlb[i].addr >= start && tlb[i].addr < end)
			tlb[i].mm = NULL;
}

static void flush_tlb_mm(struct mm_struct *mm)
{
	flush_tlb_mm_range(mm, 0, ~0UL);
}

static void leave_mm(struct mm_struct *mm)
{
	flush_tlb_mm(mm);
}

/* The 4 KiB entry for an address as tables have it; 0: none that is present. */
static u64 walk(struct mm_struct *mm, unsigned long addr)
{
	u64 *pmd = pmd_find(mm, addr), entry;

	if (!pmd || !*pmd)
		return 0;
	if (pmd_huge(*pmd))
		entry = pte_present(*pmd) ? (*pmd & ~_PAGE_PSE) + (addr & ~PMD_MASK & PAGE_MASK) : 0;
	else
		entry = table_of(*pmd)[table_index(addr, 1)];
	return pte_present(entry) ? entry : 0;
}

static bool lets(u64 entry, unsigned int flags)
{
	return entry && entry & _PAGE_USER && (!(flags & FAULT_WRITE) || entry & _PAGE_RW) &&
	       (!(flags & FAULT_EXEC) || !(entry & _PAGE_NX));
}

/* An access of a program. Return: how it ended; when well, in *@at where in the host's memory it went. */
static enum vm_fault_result go(struct mm_struct *mm, unsigned long addr, unsigned int flags, void **at)
{
	struct tlb_entry *t = &tlb[(addr >> PAGE_SHIFT) % NR_TLB];
	unsigned int tries = 0;
	u64 entry;

	while (!(t->mm == mm && t->addr == (addr & PAGE_MASK) && lets(t->entry, flags))) {
		entry = walk(mm, addr);
		if (lets(entry, flags)) {
			*t = (struct tlb_entry){ mm, addr & PAGE_MASK, entry };
		} else {
			enum vm_fault_result res = handle_mm_fault(mm, addr, flags | FAULT_USER);

			if (t->mm == mm && t->addr == (addr & PAGE_MASK))
				t->mm = NULL;		/* a fault drops the entry: SDM 3A 4.10.4.1 */
			if (res)
				return res;
			assert_true(++tries < 4);
		}
	}
	*at = (char *)__va(pte_pa(t->entry)) + (addr & ~PAGE_MASK);
	return VM_FAULT_OK;
}

/* What the TLB has is what tables say, or lets less. */
static void check_tlb(void)
{
	for (unsigned int i = 0; i < NR_TLB; i++) {
		u64 entry;

		if (!tlb[i].mm)
			continue;
		entry = walk(tlb[i].mm, tlb[i].addr);
		assert_true(entry);
		assert_int_equal(pte_pa(entry), pte_pa(tlb[i].entry));
		assert_false(tlb[i].entry & ~entry & _PAGE_RW || entry & ~tlb[i].entry & _PAGE_NX);
	}
}

/* ---------------------------------------------------------------- the books of one mm */

struct tally { unsigned long tables, anon, file; };

static void count_entry(u64 entry, unsigned long pages, struct tally *sum)
{
	const struct page *page = entry ? pte_page(entry) : NULL;

	if (page && page->state == PAGE_USED)
		sum->anon += pages;
	else if (page)
		sum->file += pages;
}

/* A table lies where a VMA is, and nowhere else. */
static void count_below(struct mm_struct *mm, u64 *table, unsigned int level, unsigned long base, struct tally *sum)
{
	unsigned long span = 1UL << PGTABLE_LEVEL_SHIFT(level);
	unsigned int end = level == pgtable_top_level() ? KERNEL_PGD_START : PTRS_PER_TABLE;

	for (unsigned int i = 0; i < end; i++) {
		unsigned long start = base + i * span;
		struct vm_area_struct *vma;

		if (!table[i])
			continue;
		if (level == 1) {
			count_entry(table[i], 1, sum);
			continue;
		}
		vma = find_vma(mm, start);
		assert_true(vma && vma->vm_start < start + span);
		if (level == 2 && pmd_huge(table[i])) {
			count_entry(table[i], PMD_PAGES, sum);
			sum->tables++;
			continue;
		}
		sum->tables++;
		count_below(mm, table_of(table[i]), level - 1, start, sum);
	}
}

static void check_mm(struct mm_struct *mm)
{
	struct tally sum = { .tables = 1 };
	unsigned long total = 0, nr = 0;
	struct vm_area_struct *vma;

	count_below(mm, mm->pgd, pgtable_top_level(), 0, &sum);
	assert_int_equal(mm->pgtables_bytes, sum.tables * PAGE_SIZE);
	if (pti_on)
		assert_true(!memcmp(mm->pgd, mm->pgd + PTRS_PER_TABLE, KERNEL_PGD_START * sizeof(u64)));
	assert_int_equal(mm->rss[MM_ANONPAGES], sum.anon);
	assert_int_equal(mm->rss[MM_FILEPAGES] + mm->rss[MM_SHMEMPAGES], sum.file);
	for_each_vma(mm, vma) {
		assert_true(vma->vm_start < vma->vm_end && vma->vm_mm == mm);
		assert_true(!vma->vm_next || vma->vm_end <= vma->vm_next->vm_start);
		total += vma_pages(vma);
		nr++;
	}
	assert_int_equal(mm->total_vm, total);
	assert_int_equal(mm->map_count, nr);
}

/* ---------------------------------------------------------------- start and end */

static unsigned long free_at_start;

static void space_start(unsigned long pages)
{
	machine_reset();
	memblock_add(SZ_1M, pages << PAGE_SHIFT);
	memblock.limit = 0;
	memset(zones, 0, sizeof(zones));
	memset(&pcp, 0, sizeof(pcp));
	memset(mem_counts, 0, sizeof(mem_counts));
	memset(&table_stash, 0, sizeof(table_stash));
	memset(&pgd_stash, 0, sizeof(pgd_stash));
	memset(tlb, 0, sizeof(tlb));
	kernel_pgtable = (struct pgtable){ .root = PAGE_SIZE, .levels = 4 + one_in(2) };
	pti_on = one_in(2);
	page_alloc_init("");
	zones_set_ranges();
	page_alloc_set_node(0);
	while (zone_grow(&zones[ZONE_DMA32]))
		;
	slab_init();
	committed = 0;
	current_task = &task;
	cred.cap_effective = 0;
	task.cred = &cred;
	task.signal = &process;
	task.files = &files;
	files.count = 2;		/* so that fdget() asks __fget() */
	for (unsigned int i = 0; i < RLIM_NLIMITS; i++)
		process.rlim[i] = (struct rlimit){ RLIM_INFINITY, RLIM_INFINITY };
	process.rlim[RLIMIT_STACK].rlim_cur = 8UL << 20;
	mm_caches_init();
	files_start();
	free_at_start = nr_free_pages();
	forget_output();
}

/* All processes have ended: everything is back but empty slabs and tables that are kept. */
static void space_end(void)
{
	for (unsigned int i = 0; i < NR_FILES; i++) {
		truncate_pagecache(&caches[i], 0);
		assert_int_equal(caches[i].nrpages, 0);
		assert_true(list_empty(&caches[i].i_mmap));
		assert_int_equal(caches[i].nr_writable, 0);
	}
	for (unsigned int i = 0; i < ARRAY_SIZE(open_files); i++)
		assert_int_equal(open_files[i].f_count, 1);
	grace_period();
	assert_int_equal(mem_counted(MEM_ANON_PAGES), 1);	/* the page of zeros */
	assert_int_equal(zero_page->refcount, 1);
	assert_int_equal(mem_counted(MEM_FILE_PAGES), 0);
	assert_int_equal(mem_counted(MEM_TABLE_PAGES), table_stash.nr + (pgd_stash.nr << pgd_order()));
	assert_int_equal(vm_committed_pages(), 0);
	assert_true(nr_free_pages() + mem_counted(MEM_TABLE_PAGES) + mem_counted(MEM_SLAB_PAGES) >= free_at_start);
	assert_string_equal(said, "");
}

#endif
