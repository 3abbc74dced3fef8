// SPDX-License-Identifier: BSD-2-Clause
/* mm/slab.c on the real page allocator over simulated memory; slab_debug_test.c builds it once more. */
#include "tests/host/mm/machine.h"
#define NR_CPUS 4
unsigned long cpu_number;			/* the tests change it to be on another CPU */
#include "mm/page_alloc.c"
#include "mm/deferred.c"
#include "mm/books.c"

/* Pages for slabs can be denied. */
static unsigned int deny_one_in;

static struct page *may_alloc_pages(gfp_t gfp, unsigned int order)
{
	return deny_one_in && one_in(deny_one_in) ? NULL : alloc_pages(gfp, order);
}

#define alloc_pages	may_alloc_pages
#include "mm/slab.c"
#undef alloc_pages

static unsigned long nr_free_at_start;

static void start(unsigned long pages)
{
	machine_reset();
	memblock_add(SZ_1M, pages << PAGE_SHIFT);
	memblock.limit = 0;
	memset(zones, 0, sizeof(zones));
	memset(&pcp, 0, sizeof(pcp));
	page_alloc_init("page_poison");
	zones_set_ranges();
	page_alloc_set_node(0);
	zone_grow(&zones[ZONE_DMA32]);
	slab_init();
	cpu_number = deny_one_in = 0;
	nr_free_at_start = nr_free_pages() + nr_backing;
	forget_output();
}

/* ---------------------------------------------------------------- the model: each object has its own byte */

struct object {
	unsigned char		*at;
	size_t			size;
	unsigned char		fill;
	struct kmem_cache	*cache;		/* NULL: kmalloc */
};

static struct object objects[8192];
static unsigned int nr_objects;

static void adopt(void *at, size_t size, struct kmem_cache *cache)
{
	struct object o = { at, size, random64(), cache };

	memset(at, o.fill, size);
	objects[nr_objects++] = o;
}

static void release(unsigned int nr)
{
	struct object o = objects[nr];
	size_t i;

	for (i = 0; i < o.size; i++)
		assert_int_equal(o.at[i], o.fill);
	objects[nr] = objects[--nr_objects];
	if (o.cache && one_in(2))
		kmem_cache_free(o.cache, o.at);
	else
		kfree(o.at);
}

static void release_all(void)
{
	while (nr_objects)
		release(random_below(nr_objects));
}

static const size_t model_aligns[] = { 8, 8, 64, 16, 128, 4096, 8 };

static size_t random_size(void)
{
	return one_in(20) ? 1 + random_below(100000) : one_in(4) ? 1 + random_below(9000) : 1 + random_below(300);
}

static void kmalloc_one(void)
{
	size_t size = random_size(), i;
	gfp_t gfp = one_in(3) ? __GFP_ZERO : one_in(2) ? GFP_ATOMIC : GFP_KERNEL;
	unsigned char *p = kmalloc(size, gfp);

	if (!p)
		return;
	assert_true(ksize(p) >= size);
	assert_int_equal((uintptr_t)p & 7, 0);
	if (!(size & (size - 1)) && size <= PAGE_SIZE)
		assert_int_equal((uintptr_t)p & (size - 1), 0);
	for (i = 0; gfp & __GFP_ZERO && i < size; i++)
		assert_int_equal(p[i], 0);
	adopt(p, ksize(p), NULL);
}

static void random_operations(unsigned int nr, struct kmem_cache **caches, unsigned int nr_caches)
{
	unsigned int most = 1 + random_below(ARRAY_SIZE(objects) - 1);

	while (nr--) {
		cpu_number = one_in(50) ? random_below(NR_CPUS) : cpu_number;
		if (nr_objects < most && random_below(2 * most) >= nr_objects) {
			unsigned int c = random_below(nr_caches + 1);

			if (c == nr_caches) {
				kmalloc_one();
			} else {
				void *p = kmem_cache_alloc(caches[c], GFP_KERNEL);

				if (!p)
					continue;
				assert_int_equal((uintptr_t)p & (model_aligns[c] - 1), 0);
				adopt(p, caches[c]->size, caches[c]);
			}
		} else if (nr_objects) {
			release(random_below(nr_objects));
		}
	}
}

static void expect_nothing_lost(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(kmalloc_caches); i++) {
		drop_magazines(&kmalloc_caches[i]);
		assert_int_equal(kmalloc_caches[i].taken, 0);
	}
	assert_string_equal(said, "");
}

static void agrees_with_the_model(void **state)
{
	static const size_t sizes[] = { 1, 24, 56, 100, 700, 3000, 8192 };
	struct kmem_cache *caches[ARRAY_SIZE(sizes)];
	unsigned int round, i;

	for (round = 0; round < 4; round++) {
		start(0x8000);
		for (i = 0; i < ARRAY_SIZE(sizes); i++) {
			caches[i] = kmem_cache_create("model", sizes[i], model_aligns[i], NULL);
			assert_non_null(caches[i]);
		}
		random_operations(50000, caches, ARRAY_SIZE(sizes));
		release_all();
		for (i = 0; i < ARRAY_SIZE(sizes); i++)
			assert_int_equal(kmem_cache_destroy(caches[i]), 0);
		expect_nothing_lost();
	}
}

static void out_of_memory_is_null_and_recovers(void **state)
{
	unsigned int round;

	for (round = 0; round < 10; round++) {
		start(0x300);
		deny_one_in = round % 2 ? 3 : 0;
		random_operations(20000, NULL, 0);
		release_all();
		deny_one_in = 0;
		expect_nothing_lost();
		assert_non_null(kmalloc(100000, GFP_KERNEL));
	}
	start(0x300);
	deny_one_in = 1;
	assert_null(kmem_cache_create("none", 8, 0, NULL));
	assert_null(kmalloc(1, GFP_KERNEL));
	assert_null(kmalloc(10000, GFP_KERNEL));
}

static void sizes_at_the_borders(void **state)
{
	size_t size;

	start(0x8000);
	assert_null(kmalloc(0, GFP_KERNEL));
	assert_null(kmalloc((4u << 20) + 1, GFP_KERNEL));
	assert_null(kmalloc(~0UL, GFP_KERNEL));
	kfree(NULL);
	kmem_cache_free(NULL, NULL);
	assert_int_equal(ksize(NULL), 0);
	assert_null(kmem_cache_create("x", 0, 0, NULL));
	assert_null(kmem_cache_create("x", 8193, 0, NULL));
	assert_null(kmem_cache_create("x", 8, 8192, NULL));
	assert_null(kmem_cache_create("x", 8, 24, NULL));
	assert_int_equal(kmem_cache_destroy(NULL), 0);
	for (size = 1; size <= KMALLOC_MAX_CACHE; size++) {
		const struct kmem_cache *c = kmalloc_cache(size);

		assert_true(c->size >= size);
		assert_true(c == kmalloc_caches || c[-1].size < size);
	}
	for (size = 8193; size < 4u << 20; size = size * 3 / 2) {
		void *p = kmalloc(size, GFP_KERNEL);

		adopt(p, ksize(p), NULL);
	}
	release_all();
}

static unsigned int constructed;

static void construct(void *object)
{
	memset(object, 0xc7, 40);
	constructed++;
}

static void constructors_run_once_per_object(void **state)
{
	struct kmem_cache *cache;
	unsigned char *p[500];
	unsigned int i, j, before;

	start(0x8000);
	constructed = 0;
	cache = kmem_cache_create("constructed", 40, 0, construct);
	for (i = 0; i < 500; i++)
		p[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	assert_int_equal(constructed, cache->nr_slabs * cache->per_slab);
	before = constructed;
	for (i = 0; i < 20000; i++) {
		unsigned int nr = random_below(500);

		kmem_cache_free(cache, p[nr]);
		p[nr] = kmem_cache_alloc(cache, GFP_KERNEL);
		for (j = 0; j < 40; j++)
			assert_int_equal(p[nr][j], 0xc7);
	}
	assert_int_equal(constructed, before);
	for (i = 0; i < 500; i++)
		kmem_cache_free(cache, p[i]);
	assert_int_equal(kmem_cache_destroy(cache), 0);
}

static void leaks_are_named_at_destroy(void **state)
{
	struct kmem_cache *cache;
	char address[32];
	void *p[3];
	unsigned int i;

	start(0x8000);
	cache = kmem_cache_create("leaky", 72, 0, NULL);
	for (i = 0; i < 3; i++)
		p[i] = kmem_cache_alloc(cache, GFP_KERNEL);
	kmem_cache_free(cache, p[1]);
	assert_int_equal(kmem_cache_destroy(cache), 2);
	assert_non_null(strstr(said, "leaky: destroyed with 2 objects"));
	for (i = 0; i < 3; i++) {
		snprintf(address, sizeof(address), "object %#lx\n", (unsigned long)p[i]);
		assert_int_equal(!!strstr(said, address), i != 1);
	}
}

static void memory_goes_back_to_the_page_allocator(void **state)
{
	struct kmem_cache *cache;

	start(0x8000);
	cache = kmem_cache_create("big", 1000, 0, NULL);
	random_operations(20000, &cache, 1);
	release_all();
	assert_int_equal(kmem_cache_destroy(cache), 0);
	expect_nothing_lost();
	drop_magazines(&cache_cache);
	/* one empty slab per kmalloc cache may stay, and the two caches of the allocator itself */
	assert_true(nr_free_pages() + nr_backing + 8 * ARRAY_SIZE(kmalloc_caches) + 3 >= nr_free_at_start);
}

static void frees_of_strangers_are_refused(void **state)
{
	struct kmem_cache *a, *b;
	void *p;

	start(0x8000);
	a = kmem_cache_create("a", 64, 0, NULL);
	b = kmem_cache_create("b", 64, 0, NULL);
	p = kmem_cache_alloc(a, GFP_KERNEL);
	kmem_cache_free(b, p);
	assert_non_null(strstr(said, "not from"));
	assert_int_equal(b->taken, 0);
	kmem_cache_free(a, p);
	forget_output();
	p = get_free_page(GFP_KERNEL);
	kfree((char *)p + 8);
	assert_non_null(strstr(said, "not allocated"));
	free_page(p);
	forget_output();
	kfree(p);
	assert_non_null(strstr(said, "not allocated"));
}

#ifdef LANTERN_DEBUG
static void expect_said(const char *text)
{
	assert_non_null(strstr(said, text));
	forget_output();
}

static void damage_is_reported(void **state)
{
	unsigned char *p;

	start(0x8000);
	p = kmalloc(64, GFP_KERNEL);
	p[64] = 1;
	kfree(p);
	expect_said("kmalloc-64: written past its end");
	kfree(p);
	expect_said("kmalloc-64: double free");
	p[10] = 1;
	assert_ptr_equal(kmalloc(64, GFP_KERNEL), p);
	expect_said("kmalloc-64: written after free");
	kfree(p);
	p[64] = 1;
	assert_ptr_equal(kmalloc(64, GFP_KERNEL), p);
	expect_said("red zone of a free object");
	kfree(p);
	assert_string_equal(said, "");
}
#endif

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_model),
		cmocka_unit_test(out_of_memory_is_null_and_recovers),
		cmocka_unit_test(sizes_at_the_borders),
		cmocka_unit_test(constructors_run_once_per_object),
		cmocka_unit_test(leaks_are_named_at_destroy),
		cmocka_unit_test(memory_goes_back_to_the_page_allocator),
		cmocka_unit_test(frees_of_strangers_are_refused),
#ifdef LANTERN_DEBUG
		cmocka_unit_test(damage_is_reported),
#endif
	};

	return cmocka_run_group_tests_name("mm/slab", tests, seed_random, NULL);
}
