// SPDX-License-Identifier: BSD-2-Clause
/*
 * mm/page_alloc.c, mm/deferred.c, mm/books.c and mm/memblock.c together, beside a model that
 * knows of each frame who has it.
 */
#include "tests/host/mm/machine.h"
#include "mm/page_alloc.c"
#include "mm/deferred.c"
#include "mm/books.c"

enum owner { NO_RAM, TAKEN, FREE, ALLOCATED };

static unsigned char owner[MACHINE_PAGES];
static unsigned long model_free;		/* FREE frames, those that back struct pages included */

struct run {
	struct page	*page;
	unsigned int	order;
};

static struct run runs[200000];
static unsigned int nr_runs;
static bool memory_was_lost;			/* a block that could not be mapped is in no count */

static void ram(unsigned long pfn, unsigned long nr)
{
	memblock_add(PFN_PHYS(pfn), PFN_PHYS(nr));
	memset(owner + pfn, FREE, nr);
}

static void taken(unsigned long pfn, unsigned long nr)
{
	memblock_reserve(PFN_PHYS(pfn), PFN_PHYS(nr), random_below(NR_MEM_USES));
	for (; nr--; pfn++)
		if (owner[pfn] == FREE)
			owner[pfn] = TAKEN;
}

static void power_on(void)
{
	machine_reset();
	memset(owner, NO_RAM, sizeof(owner));
}

static void start(const char *cmdline)
{
	unsigned long pfn;

	for (pfn = model_free = 0; pfn < MACHINE_PAGES; pfn++)
		model_free += owner[pfn] == FREE;
	memblock.limit = 0;
	memset(zones, 0, sizeof(zones));
	memset(&pcp, 0, sizeof(pcp));
	memset(mem_counts, 0, sizeof(mem_counts));
	firmware_ram = memblock_total(&memblock.memory);
	nr_runs = 0;
	page_alloc_init(cmdline);
	zones_set_ranges();
	page_alloc_set_node(0);
	assert_int_equal(nr_free_pages(), model_free);
	while (nr_free_pages() == nr_deferred_pages() && deferred_init_step())
		;
}

/* Half a GiB below 4 GiB, another above: both zones, three sections, one with a hole. */
static void start_plain(const char *cmdline)
{
	power_on();
	ram(0, 0x9f);
	ram(0x100, 0x20000 - 0x100);
	taken(0, 0x100);
	ram(ZONE_DMA32_END, 0x20000);
	start(cmdline);
}

static unsigned int node_of(unsigned long pfn)
{
	struct memblock_region r;

	assert_true(memblock_next_ram(PFN_PHYS(pfn), PFN_PHYS(pfn + 1), &r));
	return r.nid;
}

/* Up to four nodes, in pieces of whole blocks, in any order. The distances make node n's neighbours n + 1, n + 2... */
static void random_nodes(void)
{
	static struct numa_map map;
	unsigned long pfn, nr;
	unsigned int i, j;

	memset(&map, 0, sizeof(map));
	map.nr_nodes = 1 + random_below(4);
	for (pfn = 0; map.nr_ranges < 20 && pfn < MACHINE_PAGES; pfn += nr) {
		nr = (1 + random_below(one_in(2) ? 8 : 400)) * BLOCK_PAGES;
		map.range[map.nr_ranges++] = (struct numa_range){ PFN_PHYS(pfn), PFN_PHYS(pfn + nr),
								  random_below(map.nr_nodes), false };
	}
	for (i = 0; i < map.nr_nodes; i++)
		for (j = 0; j < map.nr_nodes; j++)
			map.distance[i][j] = 10 + (j + map.nr_nodes - i) % map.nr_nodes;
	numa_init(&map);
	forget_output();
}

/* ---------------------------------------------------------------- the model */

static void expect_books_agree(void)
{
	if (memory_was_lost)
		assert_true(nr_free_pages() <= model_free - nr_backing);
	else
		assert_int_equal(nr_free_pages(), model_free - nr_backing);
	assert_true(mem_books_check());
}

static struct page *model_alloc(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_pages(gfp, order);
	unsigned long pfn, i;

	if (!page)
		return NULL;
	pfn = page_to_pfn(page);
	assert_int_equal(pfn & ((1UL << order) - 1), 0);
	assert_true(!(gfp & __GFP_DMA32) || pfn + (1UL << order) <= ZONE_DMA32_END);
	for (i = 0; i < 1UL << order; i++) {
		assert_int_equal(owner[pfn + i], FREE);
		assert_false(is_backing[pfn + i]);
		owner[pfn + i] = ALLOCATED;
	}
	if (gfp & __GFP_ZERO && order < 4)
		for (i = 0; i < PAGE_SIZE << order; i += 64)
			assert_int_equal(((char *)page_address(page))[i], 0);
	*(unsigned long *)page_address(page) = ~pfn;
	assert_true(nr_runs < ARRAY_SIZE(runs));
	runs[nr_runs++] = (struct run){ page, order };
	model_free -= 1UL << order;
	return page;
}

static void model_release(unsigned int nr)
{
	struct run r = runs[nr];
	unsigned long pfn = page_to_pfn(r.page);

	assert_int_equal(*(unsigned long *)page_address(r.page), ~pfn);
	runs[nr] = runs[--nr_runs];
	memset(owner + pfn, FREE, 1UL << r.order);
	model_free += 1UL << r.order;
	__free_pages(r.page, r.order);
}

static void release_all(void)
{
	while (nr_runs)
		model_release(random_below(nr_runs));
	drain_local_pages();
}

static enum zone_type pfn_zone(unsigned long pfn)
{
	return pfn < ZONE_DMA32_END ? ZONE_DMA32 : ZONE_NORMAL;
}

/* What is free, cut into runs as large as alignment allows, is how a buddy system must look. */
static void expect_all_merged(void)
{
	unsigned long count[MAX_ZONES][MAX_ORDER] = { 0 }, pfn, i;
	unsigned int z, order;

	for (pfn = 0; pfn < MACHINE_PAGES; pfn += 1UL << order) {
		for (order = pfn ? min(__builtin_ctzl(pfn), MAX_ORDER - 1) : MAX_ORDER - 1; ; order--) {
			for (i = 0; i < 1UL << order; i++)
				if (owner[pfn + i] != FREE || is_backing[pfn + i] || !page_initialised(pfn + i))
					break;
			if (i == 1UL << order) {
				count[node_zone(node_of(pfn), pfn_zone(pfn)) - zones][order]++;
				break;
			}
			if (!order)
				break;
		}
	}
	for (z = 0; z < MAX_ZONES; z++)
		for (order = 0; order < MAX_ORDER; order++)
			assert_int_equal(zones[z].area[order].nr, count[z][order]);
}

static void random_machine(void)
{
	unsigned int i;

	power_on();
	for (i = 1 + random_below(6); i; i--) {
		unsigned long nr = 1 + random_below(one_in(3) ? 0x18000 : 0x3000);

		ram(random_below(one_in(2) ? MACHINE_PAGES - nr : 0x20000), nr);
	}
	ram(random_below(0x1000), 0x2000);		/* enough for the allocator to start */
	for (i = random_below(60); i; i--)
		taken(random_below(MACHINE_PAGES - 0x1000), 1 + random_below(0x800));
	for (i = random_below(60); i; i--)
		taken(random_below(0x10000), 1 + random_below(0x40));
}

static void random_operations(unsigned int nr)
{
	static const gfp_t flags[] = { GFP_KERNEL, GFP_KERNEL, GFP_ATOMIC, GFP_DMA32, __GFP_ZERO };
	unsigned int most = 1 + random_below(20000);

	while (nr--) {
		unsigned int order = one_in(8) ? random_below(MAX_ORDER) : random_below(3) * one_in(2);

		if (nr_runs < most && random_below(2 * most) >= nr_runs)
			model_alloc(flags[random_below(ARRAY_SIZE(flags))], order);
		else if (nr_runs)
			model_release(random_below(nr_runs));
		if (nr % 64 == 0)
			expect_books_agree();
	}
}

static void agrees_with_the_model(void **state)
{
	unsigned int machine;

	for (machine = 0; machine < 12; machine++) {
		random_machine();
		start(one_in(4) ? "page_poison" : one_in(4) ? "init_on_free" : "");
		random_operations(40000);
		release_all();
		expect_books_agree();
		expect_all_merged();
		assert_string_equal(said, "");
	}
}

/* The node's free memory, initialised or not, CPU lists aside. */
static unsigned long free_on(unsigned int nid)
{
	unsigned long sum = 0;
	unsigned int z;

	for (z = 0; z < NR_ZONES; z++)
		sum += node_zone(nid, z)->nr_free + node_zone(nid, z)->deferred;
	return sum;
}

/* A page of another node means that the node itself and all between have nothing to give. */
static void expect_nearest(const struct page *page, unsigned int nid)
{
	unsigned int n;

	for (n = 0; numa_nearest(nid, n) != node_of(page_to_pfn(page)); n++) {
		unsigned int z, near = numa_nearest(nid, n);

		for (z = 0; z < NR_ZONES; z++)
			assert_true(node_zone(near, z)->nr_free <= node_zone(near, z)->min &&
				    !node_zone(near, z)->deferred);
	}
}

static void nodes_agree_with_the_model(void **state)
{
	unsigned int machine, i;

	for (machine = 0; machine < 12; machine++) {
		random_machine();
		random_nodes();
		start(one_in(4) ? "page_poison" : "");
		for (i = 0; i < 2000; i++) {
			unsigned int nid = random_below(nr_nodes);
			struct page *page = alloc_pages_node(nid, GFP_KERNEL, 0);

			assert_non_null(page);
			expect_nearest(page, nid);
			__free_pages(page, 0);
			if (one_in(100))
				page_alloc_set_node(random_below(nr_nodes));
			if (one_in(2))
				drain_local_pages();
		}
		random_operations(20000);
		while (model_alloc(GFP_KERNEL, 0))
			if (one_in(500))
				expect_nearest(runs[nr_runs - 1].page, page_alloc_node());
		for (i = 0; i < nr_nodes; i++)
			assert_true(free_on(i) <= node_zone(i, 0)->min + node_zone(i, 1)->min);
		assert_null(alloc_pages_node(nr_nodes, GFP_KERNEL, 0));
		release_all();
		expect_books_agree();
		expect_all_merged();
		while (deferred_init_step())
			;
		assert_int_equal(nr_deferred_pages(), 0);
		expect_books_agree();
		expect_all_merged();
	}
	nr_nodes = 1;
}

static void everything_free_can_be_had(void **state)
{
	unsigned int machine;

	for (machine = 0; machine < 4; machine++) {
		random_machine();
		start("");
		while (nr_runs < ARRAY_SIZE(runs) - 1 && model_alloc(GFP_ATOMIC, one_in(3) ? random_below(8) : 0))
			;
		while (model_alloc(GFP_ATOMIC, 0))
			;
		assert_int_equal(nr_free_pages(), 0);
		assert_null(alloc_pages(GFP_ATOMIC, 3));
		expect_books_agree();
		release_all();
		expect_all_merged();
	}
}

static void pages_in_a_cpu_list_complete_a_run(void **state)
{
	struct page *pair;

	power_on();
	ram(0x100, 0x1000);
	start("");
	pair = model_alloc(GFP_KERNEL, 1);
	while (model_alloc(GFP_ATOMIC, 0))
		;
	__free_pages(pair, 1);
	assert_ptr_equal(alloc_pages(GFP_ATOMIC, 0), pair);
	assert_ptr_equal(alloc_pages(GFP_ATOMIC, 0), pair + 1);
	__free_pages(pair, 0);
	__free_pages(pair + 1, 0);
	assert_int_equal(zones[ZONE_DMA32].nr_free, 0);
	assert_ptr_equal(alloc_pages(GFP_ATOMIC, 1), pair);
	release_all();
}

static void memory_that_cannot_be_mapped_is_lost_and_nothing_else(void **state)
{
	unsigned int nth;

	for (nth = 1; nth < 40; nth++) {
		random_machine();
		fail_map_call = nth;
		memory_was_lost = true;
		start("");
		random_operations(3000);
		release_all();
		expect_books_agree();
	}
	memory_was_lost = false;
}

/* ---------------------------------------------------------------- single properties */

static void start_initialises_one_block_however_much_ram_there_is(void **state)
{
	power_on();
	ram(0x100, 0x20000);
	start("");
	assert_int_equal(map_calls, 1);
	assert_int_equal(zones[ZONE_DMA32].next_pfn, BLOCK_PAGES);

	power_on();
	ram(0x100, 0x80000);
	ram(ZONE_DMA32_END, 0x40000);
	start("");
	assert_int_equal(map_calls, 1);
	assert_int_equal(zones[ZONE_DMA32].next_pfn, zones[ZONE_DMA32].start_pfn);
	assert_int_equal(zones[ZONE_NORMAL].next_pfn, ZONE_DMA32_END + BLOCK_PAGES);
	expect_books_agree();
}

static void holes_have_no_struct_pages(void **state)
{
	unsigned long pfn, mapped = 0;

	power_on();
	ram(0x400, 0x400);
	ram(0x30000, 0x800);
	start("");
	while (zone_grow(&zones[ZONE_DMA32]))
		;
	for (pfn = 0; pfn < MACHINE_PAGES; pfn++)
		mapped += is_mapped[pfn];
	assert_int_equal(mapped, 0xc00);
	expect_books_agree();
}

static void memory_above_4_gib_goes_first(void **state)
{
	start_plain("");
	assert_true(page_to_pfn(model_alloc(GFP_KERNEL, 0)) >= ZONE_DMA32_END);
	assert_true(page_to_pfn(model_alloc(GFP_KERNEL, 5)) >= ZONE_DMA32_END);
	assert_true(page_to_pfn(model_alloc(GFP_DMA32, 0)) < ZONE_DMA32_END);
	assert_true(page_to_pfn(model_alloc(GFP_DMA32, 5)) < ZONE_DMA32_END);
	release_all();
}

static void the_reserve_is_for_atomic_callers(void **state)
{
	unsigned long reserve, got = 0;

	power_on();
	ram(0x100, 0x1000);
	start("");
	while (model_alloc(GFP_KERNEL, 0))
		;
	reserve = zones[ZONE_DMA32].min;
	assert_true(reserve >= 16);
	while (model_alloc(GFP_ATOMIC, 0))
		got++;
	assert_int_equal(got, reserve);
	release_all();
}

static void books_that_do_not_balance_are_reported(void **state)
{
	start_plain("");
	assert_true(mem_books_check());
	firmware_ram += PAGE_SIZE;
	assert_false(mem_books_check());
	assert_non_null(strstr(said, "the firmware gave"));
	firmware_ram -= PAGE_SIZE;
	zones[ZONE_NORMAL].deferred--;
	assert_false(mem_books_check());
	zones[ZONE_NORMAL].deferred++;
	zones[ZONE_NORMAL].nr_free--;
	assert_false(mem_books_check());
	zones[ZONE_NORMAL].nr_free++;
	mem_count(MEM_TABLE_PAGES, 1000000);
	assert_false(mem_books_check());
	mem_count(MEM_TABLE_PAGES, -1000000);
	assert_true(mem_books_check());
}

/* ---------------------------------------------------------------- pages that leave */

static void retire_allocated(unsigned int order)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_NOGROW, order);
	unsigned long pfn, i;

	if (!page)
		return;
	pfn = page_to_pfn(page);
	split_page(page, order);
	for (i = 0; i < 1UL << order; i++)
		if (one_in(3) && !page_retire(page + i)) {
			owner[pfn + i] = TAKEN;
			model_free--;
		} else {
			__free_pages(page + i, 0);
		}
}

static void retire_some_deferred(struct zone *zone)
{
	unsigned long pfn = zone->start_pfn, nr, i;

	for (; (nr = zone_next_deferred(zone, &pfn, zone->end_pfn)); pfn += nr) {
		for (i = pfn; i < pfn + nr; i++)
			assert_true(owner[i] == FREE && !is_backing[i]);
		memset(__va(PFN_PHYS(pfn)), 0xbd, PAGE_SIZE);	/* not initialised: nobody's */
		if (one_in(2) && !zone_retire_deferred(zone, pfn)) {
			owner[pfn] = TAKEN;
			model_free--;
		}
	}
}

static void retired_pages_are_never_had_again(void **state)
{
	unsigned int machine, z, i;

	for (machine = 0; machine < 8; machine++) {
		random_machine();
		start("");
		random_operations(one_in(2) ? 0 : 5000);
		zones_hold_deferred(true);
		for (i = 0; i < 6; i++)
			retire_allocated(random_below(5));
		assert_false(zone_grow(&zones[ZONE_DMA32]) || zone_grow(&zones[ZONE_NORMAL]));
		for (z = 0; z < NR_ZONES; z++)
			retire_some_deferred(&zones[z]);
		zones_hold_deferred(false);
		expect_books_agree();
		while (nr_runs < ARRAY_SIZE(runs) - 1 && model_alloc(GFP_ATOMIC, one_in(3) ? random_below(8) : 0))
			;
		while (model_alloc(GFP_ATOMIC, 0))
			;
		assert_int_equal(nr_free_pages(), 0);
		release_all();
		expect_books_agree();
		expect_all_merged();
	}
}

static void orders_out_of_range_give_nothing(void **state)
{
	start_plain("");
	assert_null(alloc_pages(GFP_KERNEL, MAX_ORDER));
	assert_null(alloc_pages(GFP_KERNEL, ~0u));
	assert_non_null(model_alloc(GFP_KERNEL, MAX_ORDER - 1));
	release_all();
}

static void expect_refused(struct page *page, unsigned int order, const char *message)
{
	unsigned long before = nr_free_pages();

	forget_output();
	__free_pages(page, order);
	assert_non_null(strstr(said, message));
	assert_int_equal(nr_free_pages(), before);
	forget_output();
}

static void wrong_frees_are_reported_and_refused(void **state)
{
	struct page *page;
	unsigned int order;

	start_plain("");
	for (order = 0; order < 4; order++) {
		page = alloc_pages(GFP_KERNEL, order);
		if (order)
			expect_refused(page + 1, 0, "not allocated");
		expect_refused(page, order + 1, "wrong order");
		__free_pages(page, order);
		if (!order)
			expect_refused(page, order, "double free");
	}
	drain_local_pages();
	page = alloc_pages(GFP_KERNEL, 4);
	__free_pages(page, 4);
	forget_output();
	__free_pages(page, 4);			/* merged by now: any of the two messages */
	assert_true(strstr(said, "double free") || strstr(said, "not allocated"));
	expect_refused(pfn_to_page(ZONE_DMA32_END + 0x1ff), 3, "free");
	__free_pages(NULL, 0);
	release_all();
	expect_all_merged();
}

static void poison_finds_a_write_after_free(void **state)
{
	struct page *page;
	char *va;

	start_plain("page_poison");
	page = alloc_pages(GFP_KERNEL, 0);
	va = page_address(page);
	__free_pages(page, 0);
	va[1000] = 1;
	forget_output();
	assert_ptr_equal(alloc_pages(GFP_KERNEL, 0), page);
	assert_non_null(strstr(said, "written after free"));
	__free_pages(page, 0);
	forget_output();
	assert_ptr_equal(alloc_pages(GFP_KERNEL | __GFP_ZERO, 0), page);
	assert_string_equal(said, "");
	assert_int_equal(va[1000], 0);
}

static void init_on_free_leaves_no_secret(void **state)
{
	struct page *page;

	start_plain("init_on_free");
	page = alloc_pages(GFP_KERNEL, 2);
	memset(page_address(page), 0x11, PAGE_SIZE << 2);
	__free_pages(page, 2);
	assert_int_equal(((char *)page_address(page))[PAGE_SIZE], 0);
	assert_int_equal(((char *)page_address(page))[(PAGE_SIZE << 2) - 1], 0);
}

/* A block that got struct pages for a part of itself only: what is in it is never touched, freed late or not. */
static void a_block_given_up_halfway_stays_lost(void **state)
{
	const unsigned long block = 2 * BLOCK_PAGES;
	struct zone *zone = &zones[ZONE_DMA32];
	unsigned int nth;

	for (nth = 1; nth <= BLOCK_BACKING; nth++) {
		power_on();
		ram(BLOCK_PAGES, 3 * BLOCK_PAGES);	/* too little for 2 MiB of struct pages */
		taken(block + 0x100, 0x10);
		start("");
		fail_map_call = nth;
		assert_true(zone_grow(zone));		/* the block behind it */
		assert_int_equal(zone->lost, BLOCK_PAGES - 0x10 - nth);
		assert_false(page_initialised(block));
		assert_false(page_initialised(block + BLOCK_PAGES - 1));
		assert_int_equal(free_reserved_range(PFN_PHYS(block + 0x100), PFN_PHYS(block + 0x110)), 0x10);
		assert_int_equal(zone->lost, BLOCK_PAGES - nth);
		assert_true(mem_books_check());
	}
}

static void release_reservation(unsigned long pfn, unsigned long nr)
{
	unsigned long was = nr_free_pages();

	assert_int_equal(free_reserved_range(PFN_PHYS(pfn), PFN_PHYS(pfn + nr)), nr);
	assert_int_equal(nr_free_pages(), was + nr);
	memset(owner + pfn, FREE, nr);
	model_free += nr;
}

static void reservations_can_be_released_late(void **state)
{
	power_on();
	ram(0x100, 0x20000);
	taken(0x120, 0x10);			/* in the first block, which is initialised at once */
	taken(0x3f0, 0x20);			/* across its end */
	taken(0x9000, 0x1800);			/* whole blocks far behind */
	start("");
	release_reservation(0x120, 0x10);
	release_reservation(0x3f0, 0x20);
	release_reservation(0x9400, 0x400);
	while (zone_grow(&zones[ZONE_DMA32]))
		;
	release_reservation(0x9000, 0x400);
	release_reservation(0x9800, 0x1000);
	/* nothing whole inside, and no RAM at all */
	assert_int_equal(free_reserved_range(0x9000123, 0x9000fff), 0);
	assert_int_equal(free_reserved_range(0x170000000, 0x170001000), 0);
	expect_books_agree();
	expect_all_merged();
	while (model_alloc(GFP_ATOMIC, 0))
		;
	release_all();
}

/* ---------------------------------------------------------------- reserved pages that are kept */

static void fill_reserved(void)
{
	unsigned long pfn;

	for (pfn = 0; pfn < MACHINE_PAGES; pfn++)
		if (owner[pfn] == TAKEN)
			*(unsigned long *)__va(PFN_PHYS(pfn)) = ~pfn;
}

/* As fill_reserved() left them: single pages that model_release() takes. Return: how many of @nr */
static unsigned long model_adopt(unsigned long pfn, unsigned long nr)
{
	unsigned long before = nr_free_pages() + nr_backing, got, i;

	got = adopt_reserved_range(PFN_PHYS(pfn), PFN_PHYS(pfn + nr));
	assert_true(got <= nr);
	assert_int_equal(nr_free_pages() + nr_backing, before);
	for (i = pfn; i < pfn + got; i++) {
		assert_int_equal(*(unsigned long *)__va(PFN_PHYS(i)), ~i);
		owner[i] = ALLOCATED;
		runs[nr_runs++] = (struct run){ pfn_to_page(i), 0 };
	}
	return got;
}

/* The next reserved run from *@pfn on, within one zone and not too long. Return: its pages, 0: none */
static unsigned long next_taken(unsigned long *pfn)
{
	unsigned long nr = 0;

	while (*pfn < MACHINE_PAGES && owner[*pfn] != TAKEN)
		++*pfn;
	while (*pfn + nr < MACHINE_PAGES && owner[*pfn + nr] == TAKEN && nr < 0x1800)
		nr++;
	return nr;
}

/* Some runs one after the other from a random place on: each in part kept, in part freed, in part left as it is. */
static void adopt_some(void)
{
	unsigned long pfn = random_below(one_in(2) ? MACHINE_PAGES : 0x20000), nr;
	unsigned int i;

	for (i = 1 + random_below(12); i && (nr = next_taken(&pfn)); i--, pfn += nr) {
		unsigned long from = random_below(nr), to = from + 1 + random_below(nr - from);

		assert_int_equal(model_adopt(pfn + from, to - from), to - from);
		if (from && one_in(2))
			release_reservation(pfn, from);
		expect_books_agree();
		if (one_in(3))
			random_operations(random_below(3000));
	}
}

/* What is not initialised, as the memory test sees it, is what the zone says it has of that. */
static void expect_deferred_found(struct zone *zone)
{
	unsigned long pfn = 0, nr, i, sum = 0;

	for (; (nr = zone_next_deferred(zone, &pfn, MACHINE_PAGES)); pfn += nr, sum += nr)
		for (i = pfn; i < pfn + nr; i++)
			assert_true(owner[i] == FREE && !is_backing[i] && !page_initialised(i));
	assert_int_equal(sum, zone->deferred);
}

static void adopted_pages_are_allocated_ones(void **state)
{
	unsigned int machine, z;

	for (machine = 0; machine < 16; machine++) {
		random_machine();
		if (one_in(2))
			random_nodes();
		fill_reserved();
		start(one_in(4) ? "page_poison" : "");
		random_operations(one_in(2) ? 0 : 2000);
		adopt_some();
		for (z = 0; z < nr_nodes * NR_ZONES; z++)
			expect_deferred_found(&zones[z]);
		random_operations(20000);
		release_all();
		expect_books_agree();
		expect_all_merged();
		while (deferred_init_step())
			;
		drain_local_pages();		/* struct pages of a block were taken from there */
		assert_int_equal(nr_deferred_pages(), 0);
		expect_books_agree();
		expect_all_merged();
		nr_nodes = 1;
	}
}

/* A reservation at the end of 2 GiB: its blocks alone come ahead, and the cursor leaves them out. */
static void blocks_ahead_are_initialised_alone(void **state)
{
	const unsigned long pfn = 0x7fbf0, nr = 0x200, block = 0x7f800;
	struct zone *zone = &zones[ZONE_DMA32];
	unsigned long i;

	power_on();
	ram(0x100, 0x80000 - 0x100);
	taken(pfn, nr);
	fill_reserved();
	start("");
	assert_int_equal(map_calls, 1);
	assert_int_equal(model_adopt(pfn, nr), nr);
	assert_int_equal(map_calls, 1 + 2 * BLOCK_BACKING);
	assert_int_equal(zone->next_pfn, BLOCK_PAGES);
	for (i = BLOCK_PAGES; i < 0x80000; i++)
		assert_int_equal(page_initialised(i), i >= block);
	expect_deferred_found(zone);
	expect_books_agree();
	while (deferred_init_step())
		;
	release_all();
	expect_books_agree();
	expect_all_merged();
}

/* In a section that is entered already all its struct pages are mapped. */
static void blocks_ahead_use_the_backing_of_their_section(void **state)
{
	power_on();
	ram(0x100, 0x10000 - 0x100);
	taken(0xfd00, 0x280);
	fill_reserved();
	start("");
	assert_int_equal(model_adopt(0xfd00, 0x280), 0x280);
	assert_int_equal(map_calls, 1);
	assert_int_equal(nr_backing, BACKING_PAGES);
	expect_deferred_found(&zones[ZONE_DMA32]);
	release_all();
	while (deferred_init_step())
		;
	expect_books_agree();
	expect_all_merged();
}

/* What came ahead is forgotten when the cursor is past it. */
static void blocks_ahead_of_a_cursor_that_went_on(void **state)
{
	power_on();
	ram(0x100, 0x40000 - 0x100);
	taken(0x12000, 0x10);
	taken(0x30000, 0x10);
	fill_reserved();
	start("");
	assert_int_equal(model_adopt(0x12000, 0x10), 0x10);
	while (zones[ZONE_DMA32].next_pfn < 0x13000)
		zone_grow(&zones[ZONE_DMA32]);
	assert_int_equal(model_adopt(0x30000, 0x10), 0x10);
	assert_false(page_initialised(0x20000));
	release_all();
	while (deferred_init_step())
		;
	expect_books_agree();
	expect_all_merged();
}

static void what_cannot_be_adopted_stays_reserved(void **state)
{
	const unsigned long pfn = 0x7fbf0, nr = 0x200;
	unsigned int nth;

	/* memory under test */
	power_on();
	ram(0x100, 0x80000 - 0x100);
	taken(pfn, nr);
	start("");
	zones_hold_deferred(true);
	assert_int_equal(model_adopt(pfn, nr), 0);
	zones_hold_deferred(false);
	release_reservation(pfn, nr);
	expect_books_agree();
	/* no page tables for the first of its two blocks, or the second one: that one is lost, and no more */
	for (nth = 1; nth <= 2 * BLOCK_BACKING; nth++) {
		unsigned long expected = nth > BLOCK_BACKING ? 0x10 : 0;

		power_on();
		ram(0x100, 0x80000 - 0x100);
		taken(pfn, nr);
		fill_reserved();
		start("");
		fail_map_call = nth;
		assert_int_equal(adopt_reserved_range(PFN_PHYS(pfn), PFN_PHYS(pfn + nr)), expected);
		assert_true(mem_books_check());
		assert_int_equal(free_reserved_range(PFN_PHYS(pfn + expected), PFN_PHYS(pfn + nr)), nr - expected);
		assert_true(mem_books_check());
		assert_true(zones[ZONE_DMA32].lost > 0 && zones[ZONE_DMA32].lost <= BLOCK_PAGES);
		while (deferred_init_step())
			;
		assert_int_equal(nr_deferred_pages(), 0);
	}
	/* no RAM at all */
	assert_int_equal(adopt_reserved_range(0x170000000, 0x170001000), 0);
}

/* Struct pages of blocks without a free page come from the lists, which are filled meanwhile. */
static void a_large_reservation_is_adopted_as_a_whole(void **state)
{
	power_on();
	ram(0x100, 0x48000 - 0x100);
	taken(0x10000, 0x28000);
	fill_reserved();
	start("");
	while (nr_runs < 3)			/* so that the lists do not hold a multiple of what a block needs */
		model_alloc(GFP_KERNEL, 0);
	assert_int_equal(model_adopt(0x10000, 0x28000), 0x28000);
	assert_int_equal(zones[ZONE_DMA32].lost, 0);
	expect_books_agree();
	release_all();
	expect_books_agree();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_with_the_model),
		cmocka_unit_test(nodes_agree_with_the_model),
		cmocka_unit_test(everything_free_can_be_had),
		cmocka_unit_test(pages_in_a_cpu_list_complete_a_run),
		cmocka_unit_test(memory_that_cannot_be_mapped_is_lost_and_nothing_else),
		cmocka_unit_test(start_initialises_one_block_however_much_ram_there_is),
		cmocka_unit_test(holes_have_no_struct_pages),
		cmocka_unit_test(memory_above_4_gib_goes_first),
		cmocka_unit_test(the_reserve_is_for_atomic_callers),
		cmocka_unit_test(books_that_do_not_balance_are_reported),
		cmocka_unit_test(retired_pages_are_never_had_again),
		cmocka_unit_test(orders_out_of_range_give_nothing),
		cmocka_unit_test(wrong_frees_are_reported_and_refused),
		cmocka_unit_test(poison_finds_a_write_after_free),
		cmocka_unit_test(init_on_free_leaves_no_secret),
		cmocka_unit_test(reservations_can_be_released_late),
		cmocka_unit_test(a_block_given_up_halfway_stays_lost),
		cmocka_unit_test(adopted_pages_are_allocated_ones),
		cmocka_unit_test(blocks_ahead_are_initialised_alone),
		cmocka_unit_test(blocks_ahead_use_the_backing_of_their_section),
		cmocka_unit_test(blocks_ahead_of_a_cursor_that_went_on),
		cmocka_unit_test(what_cannot_be_adopted_stays_reserved),
		cmocka_unit_test(a_large_reservation_is_adopted_as_a_whole),
	};

	return cmocka_run_group_tests_name("mm/page_alloc", tests, seed_random, NULL);
}
