/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Simulated physical memory for the tests of mm/: a direct map and an array of
 * struct page as the kernel has them, on memory the host gives when touched. The
 * array faults outside the parts that pgtable_map() made present, and what it
 * makes present is full of garbage, as real memory is.
 *
 * Included before the .c files under test; stands in for the parts of arch/.
 */
#ifndef TESTS_HOST_MM_MACHINE_H
#define TESTS_HOST_MM_MACHINE_H

#include "tests/host/test.h"
#include <sys/mman.h>

#define ASM_IRQFLAGS_H
static inline unsigned long local_irq_save(void) { return 0; }
static inline void local_irq_restore(unsigned long flags) { (void)flags; }

#define ASM_PERCPU_H
#define DEFINE_PER_CPU(type, name)	__typeof__(type) name
#define DECLARE_PER_CPU(type, name)	extern __typeof__(type) name
#define this_cpu_ptr(ptr)		(ptr)
#define this_cpu_seg(ptr)		(ptr)
#define this_cpu_read(var)		(var)
#define this_cpu_write(var, val)	((var) = (val))
#define this_cpu_add(var, val)		((var) += (val))

/* One CPU. */
#define KERNEL_SMP_H
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < 1; (cpu)++)
#define per_cpu_ptr(ptr, cpu)		(ptr)
static inline void on_each_cpu(void (*fn)(void *arg), void *arg) { fn(arg); }

#include <asm/init_64.h>
#include <kernel/stage.h>
#include <mm/memblock.h>
#include <mm/page.h>

#define MACHINE_PAGES	(0x180000000UL >> PAGE_SHIFT)	/* 6 GiB */

unsigned long page_offset_base, vmemmap_base, vmalloc_base, phys_base;
struct pgtable kernel_pgtable;
bool pti_on;
void pti_set_kernel(u64 *pgd) { }

static unsigned char *memory;			/* the direct map */
static unsigned char is_backing[MACHINE_PAGES];	/* by frame: struct pages live there */
static unsigned char is_mapped[MACHINE_PAGES];	/* by frame: its struct page can be reached */
static unsigned long nr_backing;
static unsigned int map_calls, fail_map_call;	/* 1: the next one fails */

static char said[1 << 16];			/* what was printed */
static size_t nr_said;

__attribute__((format(printf, 1, 2))) int printk(const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = vsnprintf(said + nr_said, sizeof(said) - nr_said, fmt, args);
	va_end(args);
	nr_said = nr_said + n < sizeof(said) / 2 ? nr_said + n : 0;
	return n;
}

/* Warnings of the boot go the same way. */
__attribute__((format(printf, 2, 3))) void boot_warn(enum boot_stage stage, const char *fmt, ...)
{
	va_list args;
	char text[512];

	va_start(args, fmt);
	vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	printk("warning %d: %s\n", stage, text);
}

static inline void forget_output(void)
{
	said[nr_said = 0] = '\0';
}

/* The report is mm/oom.c's; here it counts. */
static unsigned int nr_out_of_memory;

void out_of_memory(unsigned int gfp, unsigned int order, unsigned int nid)
{
	nr_out_of_memory++;
}

static int map_struct_page_array(unsigned long va, phys_addr_t pa, uint64_t size)
{
	unsigned long first = (va - vmemmap_base) / sizeof(struct page), pfn;

	assert_true(va >= vmemmap_base && va + size <= vmemmap_base + MACHINE_PAGES * sizeof(struct page));
	assert_int_equal(mprotect((void *)va, size, PROT_READ | PROT_WRITE), 0);
	memset((void *)va, 0x5a, size);
	for (pfn = first; pfn < first + size / sizeof(struct page); pfn++) {
		assert_false(is_mapped[pfn]);
		is_mapped[pfn] = 1;
	}
	for (pfn = PHYS_PFN(pa); pfn < PHYS_PFN(pa + size); pfn++) {
		assert_false(is_backing[pfn]);
		is_backing[pfn] = 1;
		nr_backing++;
	}
	return 0;
}

/* A test that maps elsewhere than the array says how. */
static int (*map_elsewhere)(unsigned long va, phys_addr_t pa, uint64_t size, uint64_t prot);

int pgtable_map(struct pgtable *pt, unsigned long va, phys_addr_t pa, uint64_t size, uint64_t prot)
{
	map_calls++;
	if (fail_map_call && !--fail_map_call)
		return -1;
	if (map_elsewhere && !(va >= vmemmap_base && va < vmemmap_base + MACHINE_PAGES * sizeof(struct page)))
		return map_elsewhere(va, pa, size, prot);
	return map_struct_page_array(va, pa, size);
}

static void (*unmap_elsewhere)(unsigned long va, uint64_t size);

void pgtable_unmap(struct pgtable *pt, unsigned long va, uint64_t size)
{
	if (unmap_elsewhere && !(va >= vmemmap_base && va < vmemmap_base + MACHINE_PAGES * sizeof(struct page))) {
		unmap_elsewhere(va, size);
		return;
	}
	assert_int_equal(mprotect((void *)va, size, PROT_NONE), 0);
	memset(&is_mapped[(va - vmemmap_base) / sizeof(struct page)], 0, size / sizeof(struct page));
}

void pgtable_lookup(struct pgtable *pt, unsigned long va, struct pgtable_path *path)
{
	path->leaf_level = is_mapped[(va - vmemmap_base) / sizeof(struct page)];
}

static inline void *address_space(size_t size, int prot)
{
	void *p = mmap(NULL, size + (2 << 20), prot, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	return (void *)(((uintptr_t)p + (2 << 20) - 1) & -(uintptr_t)(2 << 20));
}

/* Power on: no RAM known, nothing reserved, memory full of whatever it was. */
static inline void machine_reset(void)
{
	size_t array = MACHINE_PAGES * sizeof(struct page);

	if (!memory) {
		memory = address_space(MACHINE_PAGES << PAGE_SHIFT, PROT_READ | PROT_WRITE);
		page_offset_base = (unsigned long)memory;
		vmemmap_base = (unsigned long)address_space(array, PROT_NONE);
	}
	madvise((void *)vmemmap_base, array, MADV_DONTNEED);
	madvise(memory, MACHINE_PAGES << PAGE_SHIFT, MADV_DONTNEED);
	mprotect((void *)vmemmap_base, array, PROT_NONE);
	memset(is_backing, 0, sizeof(is_backing));
	memset(is_mapped, 0, sizeof(is_mapped));
	nr_backing = map_calls = fail_map_call = 0;
	memblock.memory.cnt = memblock.reserved.cnt = 0;
	memblock.limit = ~0ULL;
	forget_output();
}

#endif
