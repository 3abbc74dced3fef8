/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The allocators tried out on the machine itself: selftest=mm. Memory is as
 * before afterwards.
 */
#include <asm/init_64.h>
#include <asm/setup.h>
#include <kernel/selftest.h>
#include <kernel/smp.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/kasan.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

/* KASAN keeps the shadow it has made for this many pages, and tables for it. */
#define SHADOW_PAGES(nr)	(KASAN ? (nr) / 8 + 16 : 0)

#define HELD		512		/* allocations at a time */
#define ROUNDS		20000
#define EXHAUST_LIMIT	(SZ_1G >> PAGE_SHIFT)	/* taking every page of more than this takes too long */

static u64 random_state;

static unsigned int random_below(unsigned int n)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return (random_state >> 33) % n;
}

/* First and last word carry what only this allocation can have. */
static void sign(void *object, size_t size)
{
	*(u64 *)object = *(u64 *)((char *)object + size - 8) = (u64)(unsigned long)object ^ size;
}

static bool signed_well(const void *object, size_t size)
{
	u64 want = (u64)(unsigned long)object ^ size;

	return *(const u64 *)object == want && *(const u64 *)((const char *)object + size - 8) == want;
}

static void test_pages(void)
{
	static struct { struct page *page; unsigned int order; } held[HELD];
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		unsigned int nr = random_below(HELD), order = random_below(8) ? 0 : random_below(6);
		size_t size = PAGE_SIZE << held[nr].order;

		if (held[nr].page) {
			selftest_check(signed_well(page_address(held[nr].page), size), "a page run was overwritten");
			__free_pages(held[nr].page, held[nr].order);
			held[nr].page = NULL;
			continue;
		}
		held[nr].page = alloc_pages(random_below(4) ? GFP_KERNEL : GFP_DMA32, order);
		held[nr].order = order;
		if (held[nr].page)
			sign(page_address(held[nr].page), PAGE_SIZE << order);
	}
	for (i = 0; i < HELD; i++) {
		if (held[i].page)
			__free_pages(held[i].page, held[i].order);
		held[i].page = NULL;
	}
}

static void test_kmalloc(void)
{
	static void *held[HELD];
	unsigned int i;

	for (i = 0; i < ROUNDS; i++) {
		unsigned int nr = random_below(HELD);

		if (held[nr]) {
			selftest_check(signed_well(held[nr], ksize(held[nr])), "an object was overwritten");
			kfree(held[nr]);
			held[nr] = NULL;
			continue;
		}
		held[nr] = kmalloc(8 + random_below(random_below(16) ? 1000 : 20000), GFP_KERNEL);
		if (held[nr])
			sign(held[nr], ksize(held[nr]));
	}
	for (i = 0; i < HELD; i++) {
		kfree(held[i]);
		held[i] = NULL;
	}
}

static u64 next_random(u64 *state)
{
	*state = *state * 6364136223846793005ULL + 1442695040888963407ULL;
	return *state >> 33;
}

static void free_signed(void *object)
{
	if (!object)
		return;
	selftest_check(signed_well(object, ksize(object)), "what another CPU allocated was overwritten");
	kfree(object);
}

/* What one CPU allocates another frees: each leaves its own in a place and takes what is there. */
static void exchange_objects(void *arg)
{
	void **places = arg;
	u64 random = smp_processor_id();
	unsigned int i;

	for (i = 0; i < ROUNDS / 8; i++) {
		void *object = next_random(&random) % 4 ? kmalloc(8 + next_random(&random) % 9000, GFP_ATOMIC)
							: get_free_page(GFP_ATOMIC);

		if (object)
			sign(object, ksize(object));
		free_signed(__atomic_exchange_n(&places[next_random(&random) % HELD], object, __ATOMIC_ACQ_REL));
	}
}

/* Four at most: on a host with fewer CPUs more of them only wait for each other. */
static void test_on_other_cpus(void)
{
	static void *places[HELD];
	unsigned int i;

	smp_call_function_many(CPU_MASK(4) - 1, exchange_objects, places, false);
	exchange_objects(places);
	smp_call_function_many(CPU_MASK(4) - 1, exchange_objects, places, true);
	for (i = 0; i < HELD; i++) {
		free_signed(places[i]);
		places[i] = NULL;
	}
}

static void test_zeroed_memory(void)
{
	u8 *page = get_free_page(GFP_KERNEL);
	unsigned int i;

	if (page) {
		memset(page, 0xff, PAGE_SIZE);
		free_page(page);
	}
	page = get_free_page(GFP_KERNEL | __GFP_ZERO);
	selftest_check(page, "a page for the test of zeros");
	for (i = 0; page && i < PAGE_SIZE; i++)
		if (page[i])
			break;
	selftest_check(i == PAGE_SIZE, "__GFP_ZERO left something");
	free_page(page);
}

static bool is_mapped(const void *va)
{
	struct pgtable_path path;

	pgtable_lookup(&kernel_pgtable, (unsigned long)va, &path);
	return path.leaf_level;
}

static void test_vmalloc(void)
{
	const size_t size = 300 * PAGE_SIZE;
	unsigned long before;
	unsigned int i;
	char *va;

	vm_flush();
	drain_all_pages();
	before = nr_free_pages();
	va = vmalloc(size);
	selftest_check(va, "vmalloc of 300 pages");
	if (!va)
		return;
	for (i = 0; i < size; i += PAGE_SIZE)
		sign(va + i, PAGE_SIZE);
	for (i = 0; i < size; i += PAGE_SIZE)
		selftest_check(signed_well(va + i, PAGE_SIZE), "a vmalloc page was overwritten");
	selftest_check(!is_mapped(va + size), "no guard page behind a vmalloc area");
	vfree(va);
	selftest_check(!is_mapped(va) && !is_mapped(va + size - 1), "vfree left a mapping");
	vm_flush();
	/* page tables of these addresses stay, and a slab for the area's list of pages */
	selftest_check(nr_free_pages() + 16 + SHADOW_PAGES(size / PAGE_SIZE) >= before, "vfree kept pages");
}

/* A way to take memory, and how much of it. */
static void *eat_area(size_t size)	{ return vmalloc(size); }
static void *eat_object(size_t size)	{ return kmalloc(size, GFP_ATOMIC | __GFP_NOWARN); }
static void *eat_page(size_t size)	{ return get_free_page(GFP_ATOMIC | __GFP_NOWARN); }

static const struct meal {
	void	*(*take)(size_t size);
	void	(*give)(void *va);
	size_t	size;
	unsigned int percent;		/* of the memory that is free at the start */
} meals[] = {
	{ eat_area, vfree, SZ_1M, 25 },
	{ eat_object, kfree, 1024, 25 },
	{ eat_page, free_page, PAGE_SIZE, 100 },
};

/* Each piece points to the one before. */
static void **eat(const struct meal *m, unsigned long pages)
{
	unsigned long eaten = 0;
	void **last = NULL, **piece;

	for (; eaten >> PAGE_SHIFT < pages && (piece = m->take(m->size)); eaten += m->size) {
		*piece = last;
		last = piece;
	}
	return last;
}

static void give_back(const struct meal *m, void **piece)
{
	while (piece) {
		void **before = *piece;

		m->give(piece);
		piece = before;
	}
}

/* Take all there is by every door, see that the rest is refused and reported, and give all back. */
static void test_out_of_memory(void)
{
	unsigned long had;
	void **eaten[ARRAY_SIZE(meals)];
	unsigned int i;

	vm_flush();
	drain_all_pages();
	had = nr_free_pages();
	if (had > EXHAUST_LIMIT)
		return;
	for (i = 0; i < ARRAY_SIZE(meals); i++)
		eaten[i] = eat(&meals[i], had / 100 * meals[i].percent + 1);
	selftest_check(!nr_free_pages(), "memory was refused while there was some");
	selftest_check(!kmalloc(100000, GFP_ATOMIC), "kmalloc from nothing");
	selftest_check(!alloc_pages(GFP_ATOMIC | __GFP_NOWARN, 3), "pages from nothing");
	selftest_check(!vmalloc(SZ_1M), "vmalloc from nothing");
	for (i = 0; i < ARRAY_SIZE(meals); i++)
		give_back(&meals[i], eaten[i]);
	vm_flush();
	drain_all_pages();
	/* struct pages of what was not initialised, page tables of the areas and an empty slab per cache stay */
	selftest_check(nr_free_pages() + had / 64 + 64 + SHADOW_PAGES(2 * had) >= had, "memory did not come back");
}

#ifdef LANTERN_DEBUG
/* Damage that a debug build reports, one line each; nothing is left of it. */
static void plant_damage(void)
{
	char *object = kmalloc(64, GFP_KERNEL);

	if (!object)
		return;
	object[64] = 1;
	kfree(object);		/* "written past its end" */
	object[8] = 1;
	object = kmalloc(64, GFP_KERNEL);	/* the same one: "written after free" */
	kfree(object);
	kfree(object);		/* "double free" */
}
#else
static void plant_damage(void)
{
}
#endif

static void selftest_mm(void)
{
	random_state = 1;
	selftest_check(mem_books_check(), "books before");
	test_pages();
	test_kmalloc();
	test_on_other_cpus();
	test_zeroed_memory();
	test_vmalloc();
	test_out_of_memory();
	plant_damage();
	drain_all_pages();
	selftest_check(mem_books_check(), "books after");
}
SELFTEST(mm, selftest_mm);
