/* SPDX-License-Identifier: BSD-2-Clause */
/* Calls between CPUs and flushes of their TLBs, tried out: selftest=smp. */
#include <asm/init_64.h>
#include <asm/tlb.h>
#include <kernel/preempt.h>
#include <kernel/selftest.h>
#include <kernel/smp.h>
#include <mm/vmalloc.h>

#define CALLS	100
#define REMAPS	100

static u64 nr_calls, called[NR_CPUS];	/* atomic */

static void count_call(void *cpus)
{
	__atomic_fetch_add(&nr_calls, 1, __ATOMIC_RELAXED);
	__atomic_fetch_add((u64 *)cpus + smp_processor_id(), 1, __ATOMIC_RELAXED);
}

static unsigned int nr_online(void)
{
	unsigned int cpu, nr = 0;

	for_each_online_cpu(cpu)
		nr++;
	return nr;
}

/* To all, to one after the other without waiting, and to those that are not there. */
static void test_calls(void)
{
	unsigned int i, cpu;
	static u64 before[NR_CPUS];

	for (cpu = 0; cpu < NR_CPUS; cpu++)
		before[cpu] = called[cpu];
	nr_calls = 0;
	for (i = 0; i < CALLS; i++)
		on_each_cpu(count_call, called);
	selftest_check(nr_calls == (u64)CALLS * nr_online(), "on_each_cpu() reaches each CPU once");
	for (i = 0; i < CALLS; i++)
		for_each_online_cpu(cpu)
			smp_call_function_single(cpu, count_call, called, false);
	smp_call_function_many(~cpu_online_mask, count_call, called, true);
	smp_call_function(count_call, called, true);		/* waits for those before, too */
	for_each_online_cpu(cpu)
		selftest_check(called[cpu] - before[cpu] == CALLS + (cpu == smp_processor_id() ? 0 : CALLS + 1),
			       "each CPU did what it was called for");
}

/*
 * One address leads to two pages in turn, and each says in which round it was
 * mapped last. All CPUs look, so that they know where it leads; when it has
 * been led elsewhere and flushed, nobody may see an older round.
 */
static struct {
	volatile u64	*va;
	u64		round;
	u64		looks, stale;	/* atomic */
} remap;

static void look(void *unused)
{
	__atomic_fetch_add(&remap.looks, 1, __ATOMIC_RELAXED);
	if (*remap.va != remap.round)
		__atomic_fetch_add(&remap.stale, 1, __ATOMIC_RELAXED);
}

static int replace_leaf(struct pgtable *pt, u64 *entry, unsigned long va, unsigned int level, void *ctx)
{
	if (!pgtable_is_leaf(*entry, level))
		return PGWALK_DESCEND;
	*entry = (*entry & ~PTE_PFN_MASK) | *(phys_addr_t *)ctx;
	return PGWALK_STOP;
}

static void remap_to(struct page *page, u64 round)
{
	phys_addr_t pa = PFN_PHYS(page_to_pfn(page));
	unsigned long va = (unsigned long)remap.va;

	*(volatile u64 *)page_address(page) = round;
	pgtable_walk(&kernel_pgtable, va, va, replace_leaf, &pa);
	flush_tlb_kernel_range(va, va + PAGE_SIZE);
	remap.round = round;
	on_each_cpu(look, NULL);
}

static void test_flushes(void)
{
	struct page *page[2] = { alloc_pages(GFP_KERNEL | __GFP_ZERO, 0), alloc_pages(GFP_KERNEL, 0) };
	u64 round;

	remap.va = page[0] && page[1] ? vmap(page, 1) : NULL;
	selftest_check(remap.va, "memory for the test of flushes");
	if (remap.va) {
		remap.looks = remap.stale = 0;
		for (round = 1; round <= REMAPS; round++)
			remap_to(page[round % 2], round);
		selftest_check(remap.looks == (u64)REMAPS * nr_online(), "all CPUs looked each time");
		selftest_check(!remap.stale, "a CPU used a translation that was flushed");
		vunmap((void *)remap.va);
		vm_flush();
	}
	__free_pages(page[0], 0);
	__free_pages(page[1], 0);
}

static void selftest_smp(void)
{
	preempt_disable();		/* "this CPU" is the same all the time */
	test_calls();
	test_flushes();
	preempt_enable();
}
SELFTEST(smp, selftest_smp);
