// SPDX-License-Identifier: BSD-2-Clause
/* mm/vmalloc.c over simulated memory, beside a model of what is mapped where and what a TLB may still hold. */
#include "tests/host/mm/machine.h"
#define NR_CPUS 4
unsigned long cpu_number;
#include "mm/page_alloc.c"
#include "mm/deferred.c"
#include "mm/books.c"

/* What slabs and areas ask the page allocator for; one request can be denied. */
static unsigned int nr_requests, deny_request;

static struct page *may_alloc_pages(gfp_t gfp, unsigned int order)
{
	return ++nr_requests == deny_request ? NULL : alloc_pages(gfp, order);
}

#define alloc_pages	may_alloc_pages
#include "mm/slab.c"

#undef VMALLOC_SIZE
#define VMALLOC_SIZE	(64UL << 20)
#define WINDOW_PAGES	(VMALLOC_SIZE >> PAGE_SHIFT)

#define ASM_TLB_H
static void flush_tlb_kernel_range(unsigned long start, unsigned long end);
#include "mm/vmalloc.c"
#undef alloc_pages

static unsigned long mapped[WINDOW_PAGES];	/* frame number + 1 */
static unsigned char in_tlb[WINDOW_PAGES];	/* was mapped since the last flush */
static unsigned long stale[MACHINE_PAGES];	/* by frame: TLB entries that lead there */
static unsigned long was[WINDOW_PAGES];		/* what the TLB entry says */
static unsigned int nr_flushes;

static void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	unsigned long i;

	assert_true(start >= vmalloc_base && start < end && end <= vmalloc_base + VMALLOC_SIZE);
	for (i = (start - vmalloc_base) >> PAGE_SHIFT; i < (end - vmalloc_base) >> PAGE_SHIFT; i++)
		if (in_tlb[i] && !mapped[i]) {
			stale[was[i] - 1]--;
			in_tlb[i] = 0;
		}
	nr_flushes++;
}

static int map_window(unsigned long va, phys_addr_t pa, uint64_t size, uint64_t prot)
{
	unsigned long i = (va - vmalloc_base) >> PAGE_SHIFT, end = i + (size >> PAGE_SHIFT);

	assert_true(va >= vmalloc_base && va + size < vmalloc_base + VMALLOC_SIZE);
	for (; i < end; i++, pa += PAGE_SIZE) {
		assert_int_equal(mapped[i], 0);
		assert_false(in_tlb[i]);		/* an address of before, and no flush since */
		mapped[i] = was[i] = PHYS_PFN(pa) + 1;
		in_tlb[i] = 1;
		stale[was[i] - 1]++;
	}
	return 0;
}

bool phys_is_address(phys_addr_t pa, uint64_t size)
{
	return pa + size >= pa;
}

static void unmap_window(unsigned long va, uint64_t size)
{
	memset(&mapped[(va - vmalloc_base) >> PAGE_SHIFT], 0, (size >> PAGE_SHIFT) * sizeof(mapped[0]));
}

static void start(unsigned long pages)
{
	machine_reset();
	memblock_add(SZ_1M, pages << PAGE_SHIFT);
	memblock.limit = 0;
	memset(zones, 0, sizeof(zones));
	memset(&pcp, 0, sizeof(pcp));
	memset(mem_counts, 0, sizeof(mem_counts));
	page_alloc_init("");
	zones_set_ranges();
	page_alloc_set_node(0);
	zone_grow(&zones[ZONE_DMA32]);
	slab_init();
	vmalloc_base = 0xffffc90000000000;
	map_elsewhere = map_window;
	unmap_elsewhere = unmap_window;
	memset(mapped, 0, sizeof(mapped));
	memset(in_tlb, 0, sizeof(in_tlb));
	memset(stale, 0, sizeof(stale));
	memset(early, 0, sizeof(early));
	list_init(&areas);
	last = &areas;
	nr_lazy = nr_flushes = 0;
	firmware_ram = memblock_total(&memblock.memory);
}

static unsigned long index_of(const void *va)
{
	return ((unsigned long)va - vmalloc_base) >> PAGE_SHIFT;
}

/* Mapped from first to last page, and nothing behind. */
static void expect_area(const void *va, unsigned long nr)
{
	unsigned long i;

	for (i = 0; i < nr; i++)
		assert_int_not_equal(mapped[index_of(va) + i], 0);
	assert_int_equal(mapped[index_of(va) + nr], 0);
	assert_true(index_of(va) == 0 || mapped[index_of(va) - 1] == 0);
}

/* A page the allocator gives out must not be reachable through an old translation. */
static void expect_free_pages_clean(void)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0);

	if (page) {
		assert_int_equal(stale[page_to_pfn(page)], 0);
		__free_pages(page, 0);
	}
}

static struct held { void *va; unsigned long pages; enum vm_kind kind; } held[200];

static void release(unsigned int nr)
{
	expect_area(held[nr].va, held[nr].pages);
	if (held[nr].kind == VM_ALLOC)
		vfree(held[nr].va);
	else
		iounmap((char *)held[nr].va + (one_in(2) ? 5 : 0));
	held[nr].va = NULL;
}

static void random_operations(unsigned int nr_operations)
{
	unsigned int i;

	for (i = 0; i < nr_operations; i++) {
		unsigned int nr = random_below(ARRAY_SIZE(held));
		unsigned long pages = 1 + random_below(one_in(10) ? 1500 : 20);

		if (held[nr].va) {
			release(nr);
		} else if (one_in(3)) {
			phys_addr_t pa = 0x100000000 + (random_below(0x10000) << PAGE_SHIFT);

			held[nr] = (struct held){ ioremap(pa, pages << PAGE_SHIFT, 0), pages, VM_IO };
			if (held[nr].va && pages >= 512)
				assert_int_equal((unsigned long)held[nr].va & ~PMD_MASK, pa & ~PMD_MASK);
		} else {
			held[nr] = (struct held){ vmalloc((pages << PAGE_SHIFT) - random_below(100)), pages, VM_ALLOC };
		}
		expect_free_pages_clean();
	}
	for (i = 0; i < ARRAY_SIZE(held); i++)
		if (held[i].va)
			release(i);
}

static void areas_never_overlap_and_nothing_stale_is_reused(void **state)
{
	unsigned int round;

	for (round = 0; round < 4; round++) {
		start(0x4000);
		random_operations(20000);
		vm_flush();
		assert_true(list_empty(&areas));
		assert_int_equal(mem_counts[MEM_VMALLOC_PAGES], 0);
		assert_true(nr_flushes > 10 && nr_flushes < 20000 / 5);
		assert_true(mem_books_check());
		assert_string_equal(said, "");
	}
}

static void out_of_memory_is_null_and_leaves_nothing(void **state)
{
	unsigned int nth;

	start(0x400);
	random_operations(5000);
	for (nth = 1; nth < 30; nth++) {
		fail_map_call = nth;
		random_operations(50);
	}
	fail_map_call = 0;
	vm_flush();
	assert_true(list_empty(&areas));
	assert_int_equal(mem_counts[MEM_VMALLOC_PAGES], 0);
	assert_null(vmalloc(0));
	assert_null(vmalloc(~0UL));
	assert_null(vmalloc(VMALLOC_SIZE));
	assert_null(ioremap(0x1000, 0, 0));
	assert_null(ioremap(~0ULL - 100, 200, 0));
	assert_null(ioremap(0, VMALLOC_SIZE, 0));
}

/* What waits for a flush is most of a small machine's memory; it is there for who asks, and nobody is alarmed. */
static void unmapped_memory_comes_back_when_it_is_wanted(void **state)
{
	unsigned int before = nr_out_of_memory, i;
	void *va;

	start(0x1800);
	for (i = 0; i < 4; i++) {
		va = vmalloc(0xf00 << PAGE_SHIFT);
		assert_non_null(va);
		vfree(va);
		assert_int_equal(nr_lazy, 0xf00);
	}
	assert_int_equal(nr_flushes, 3);
	assert_null(vmalloc(0x1800 << PAGE_SHIFT));
	assert_int_equal(nr_out_of_memory, before + 1);
}

static void vmap_shows_pages_in_order(void **state)
{
	struct page *pages[3];
	unsigned long i;
	void *va;

	start(0x4000);
	for (i = 0; i < 3; i++)
		pages[i] = alloc_pages(GFP_KERNEL, i);
	va = vmap(pages, 3);
	for (i = 0; i < 3; i++)
		assert_int_equal(mapped[index_of(va) + i], page_to_pfn(pages[i]) + 1);
	expect_area(va, 3);
	vunmap(va);
	assert_int_equal(mapped[index_of(va)], 0);
	for (i = 0; i < 3; i++) {
		assert_int_equal(pages[i]->state, PAGE_USED);
		__free_pages(pages[i], i);
	}
}

static void frees_of_strangers_are_reported(void **state)
{
	void *va;

	start(0x4000);
	va = vmalloc(5 * PAGE_SIZE);
	vfree((char *)va + PAGE_SIZE);
	assert_non_null(strstr(said, "no vmalloc area"));
	forget_output();
	iounmap(va);
	assert_non_null(strstr(said, "no ioremap area"));
	forget_output();
	expect_area(va, 5);
	vfree(va);
	assert_string_equal(said, "");
	vfree(va);
	assert_non_null(strstr(said, "no vmalloc area"));
	vfree(NULL);
	vunmap(NULL);
	iounmap(NULL);
}

/* Something of every kind, each with its NULL taken as an answer, and all given back. */
static void use_everything(bool early_areas_taken)
{
	struct kmem_cache *cache = kmem_cache_create("used", 100, 0, NULL);
	void *objects[100] = { NULL }, *runs[12] = { NULL }, *kept[6] = { NULL };
	struct page *pages[3];
	unsigned int i;

	for (i = 0; i < EARLY_AREAS && early_areas_taken; i++)
		early[i].size = PAGE_SIZE;
	for (i = 0; i < 100 && cache; i++)
		objects[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	for (i = 0; i < 12; i++)
		runs[i] = kmalloc(17 << i, i % 2 ? __GFP_ZERO : GFP_ATOMIC);
	for (i = 0; i < 3; i++) {
		pages[i] = may_alloc_pages(GFP_KERNEL, 0);
		kept[i] = vmalloc((30 << PAGE_SHIFT) + i);
	}
	kept[3] = pages[0] && pages[1] && pages[2] ? vmap(pages, 3) : NULL;
	kept[4] = ioremap(0x100000000, SZ_2M, 0);
	kept[5] = ioremap(0x100000123, 10, 0);

	for (i = 0; i < 3; i++)
		vfree(kept[i]);
	vunmap(kept[3]);
	iounmap(kept[4]);
	iounmap(kept[5]);
	vm_flush();
	for (i = 0; i < 3; i++)
		__free_pages(pages[i], 0);
	for (i = 0; i < 12; i++)
		kfree(runs[i]);
	for (i = 0; i < 100; i++)
		kmem_cache_free(cache, objects[i]);
	assert_int_equal(kmem_cache_destroy(cache), 0);
}

/* Nothing is held but what slabs say they hold, and no object of theirs is in use. */
static void expect_nothing_leaked(void)
{
	struct books b;
	unsigned int i;

	drain_local_pages();
	for (i = 0; i < ARRAY_SIZE(kmalloc_caches); i++) {
		drop_magazines(&kmalloc_caches[i]);
		assert_int_equal(kmalloc_caches[i].taken, 0);
	}
	drop_magazines(&cache_cache);
	assert_int_equal(cache_cache.taken, 0);
	assert_int_equal(magazine_cache.taken, 0);
	drain_local_pages();
	assert_true(mem_books_check());
	take_stock(&b);
	assert_int_equal(b.allocated, b.named);
	assert_int_equal(mem_counts[MEM_VMALLOC_PAGES], 0);
	assert_true(list_empty(&areas));
	assert_string_equal(said, "");
}

/* The first request fails, then only the second, and so on until there is none left to fail. */
static void each_request_for_pages_may_fail(void **state)
{
	unsigned int nth, early_taken;

	for (early_taken = 0; early_taken < 2; early_taken++)
		for (nth = 1; nth == 1 || nr_requests >= deny_request; nth++) {
			start(0x4000);
			nr_requests = 0;
			deny_request = nth;
			use_everything(early_taken);
			expect_nothing_leaked();
		}
	assert_true(nth > 100);
	deny_request = 0;
}

/* The same for page tables: of areas, and of struct pages, whose block is lost then and counted as such. */
static void each_mapping_may_fail(void **state)
{
	unsigned int nth, early_taken;

	for (early_taken = 0; early_taken < 2; early_taken++)
		for (nth = 1; nth == 1 || !fail_map_call; nth++) {
			start(0x4000);
			fail_map_call = nth;
			use_everything(early_taken);
			expect_nothing_leaked();
		}
	assert_true(nth > 90);
	fail_map_call = 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(areas_never_overlap_and_nothing_stale_is_reused),
		cmocka_unit_test(out_of_memory_is_null_and_leaves_nothing),
		cmocka_unit_test(unmapped_memory_comes_back_when_it_is_wanted),
		cmocka_unit_test(vmap_shows_pages_in_order),
		cmocka_unit_test(frees_of_strangers_are_reported),
		cmocka_unit_test(each_request_for_pages_may_fail),
		cmocka_unit_test(each_mapping_may_fail),
	};

	return cmocka_run_group_tests_name("mm/vmalloc", tests, seed_random, NULL);
}
