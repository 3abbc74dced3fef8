/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mm/memblock.c beside a table of cells: RAM of which node or not, taken or not. The low cells
 * are backed by an arena, where __va() leads; the high ones end at 2^64. The
 * lists' own arrays are found by their pointers and count as taken.
 */
#include <tests/host/test.h>
#include <asm/page.h>
#include <mm/memblock.h>
#include <uapi/errno.h>

#define LOW_CELLS	16384
#define HIGH_CELLS	64
#define CELLS		(LOW_CELLS + HIGH_CELLS)
#define LARGEST_CELL	512

unsigned long page_offset_base, phys_base;

/* One use for all: memblock_use_test.c looks at different ones. */
#define memblock_reserve(base, size)	memblock_reserve(base, size, MEM_MEMBLOCK)
#define memblock_phys_alloc(size, align) memblock_phys_alloc(size, align, MEM_MEMBLOCK)
#define memblock_alloc(size, align)	memblock_alloc(size, align, MEM_MEMBLOCK)

static u64 cell_size;
static u8 *arena;
static bool ram[CELLS], taken[CELLS];
static u8 node[CELLS];				/* of RAM; 0 for the rest */
static struct memblock_region *static_memory, *static_reserved;

static int make_arena(void **state)
{
	arena = aligned_alloc(PAGE_SIZE, LOW_CELLS * LARGEST_CELL);
	page_offset_base = (unsigned long)arena;
	static_memory = memblock.memory.regions;
	static_reserved = memblock.reserved.regions;
	return seed_random(state);
}

static int drop_arena(void **state)
{
	(void)state;
	free(arena);
	return 0;
}

static void reset(u64 cell)
{
	cell_size = cell;
	memset(ram, 0, sizeof(ram));
	memset(taken, 0, sizeof(taken));
	memset(node, 0, sizeof(node));
	memset(arena, 0xa5, LOW_CELLS * LARGEST_CELL);
	memblock.memory.regions = static_memory;
	memblock.reserved.regions = static_reserved;
	memblock.memory.cnt = memblock.reserved.cnt = 0;
	memblock.memory.max = memblock.reserved.max = 128;
	memblock.bottom_up = false;
	memblock.limit = LOW_CELLS * cell;		/* what has no arena is not given out */
}

/* First address of a cell; the last address of all is nobody's. */
static u64 cell_addr(unsigned int cell)
{
	if (cell >= CELLS)
		return ~0ULL;
	return cell < LOW_CELLS ? cell * cell_size : -((CELLS - cell) * cell_size);
}

/* The pages an array takes, when it is not the static one. */
static bool array_covers(const struct memblock_type *type, u64 addr)
{
	u64 pa = __pa(type->regions), size = ALIGN(type->max * sizeof(struct memblock_region), PAGE_SIZE);

	if (type->regions == static_memory || type->regions == static_reserved)
		return false;
	return addr - pa < size;
}

static bool an_array_covers(u64 addr)
{
	return array_covers(&memblock.memory, addr) || array_covers(&memblock.reserved, addr);
}

/* What contents the list must have: the runs of cells that are set, and of one node. */
static void assert_list_is(const struct memblock_type *type, const bool *set, bool with_arrays)
{
	unsigned int n = 0;
	bool in_run = false;
	u64 total = 0;

	for (unsigned int i = 0; i < CELLS; i++) {
		bool now = set[i] || (with_arrays && i < LOW_CELLS && an_array_covers(cell_addr(i)));

		if (i == LOW_CELLS || (i && !with_arrays && node[i] != node[i - 1]))
			in_run = false;
		if (now && !in_run) {
			if (n == type->cnt || type->regions[n].base != cell_addr(i))
				fail_msg("%s: region %u of %u should begin at %#jx", type->name, n, type->cnt,
					 (uintmax_t)cell_addr(i));
			n++;
		}
		if (now) {
			u64 end = i + 1 == LOW_CELLS ? LOW_CELLS * cell_size : cell_addr(i + 1);
			const struct memblock_region *r = &type->regions[n - 1];

			total += end - cell_addr(i);
			if (!with_arrays)
				assert_int_equal(r->nid, node[i]);
			if (r->base + r->size < end)
				fail_msg("%s: region %u ends before %#jx", type->name, n - 1, (uintmax_t)end);
		}
		if (!now && in_run && type->regions[n - 1].base + type->regions[n - 1].size != cell_addr(i))
			fail_msg("%s: region %u should end at %#jx", type->name, n - 1, (uintmax_t)cell_addr(i));
		in_run = now;
	}
	assert_int_equal(n, type->cnt);
	assert_true(type->cnt <= type->max);
	assert_int_equal(memblock_total(type), total);
}

/* Arrays lie in RAM below the limit, on no memory that is taken, and apart from each other. */
static void assert_arrays_are_apart(void)
{
	for (unsigned int i = 0; i < LOW_CELLS; i++) {
		bool memory = array_covers(&memblock.memory, cell_addr(i));
		bool reserved = array_covers(&memblock.reserved, cell_addr(i));

		if (memory && reserved)
			fail_msg("both arrays cover %#jx", (uintmax_t)cell_addr(i));
		if ((memory || reserved) && (taken[i] || !ram[i]))
			fail_msg("an array covers %#jx, %s", (uintmax_t)cell_addr(i),
				 taken[i] ? "which is taken" : "which is no RAM");
	}
}

static void assert_as_painted(void)
{
	assert_arrays_are_apart();
	assert_list_is(&memblock.memory, ram, false);
	assert_list_is(&memblock.reserved, taken, true);
}

/* Cells [first, first + nr), nr of them at most to the end of their half. */
struct run {
	unsigned int	first, nr;
};

static struct run random_run(unsigned int longest)
{
	struct run r = { random_below(one_in(8) ? CELLS : LOW_CELLS), random_below(longest + 1) };
	unsigned int half_end = r.first < LOW_CELLS ? LOW_CELLS : CELLS;

	r.nr = min(r.nr, half_end - r.first);
	return r;
}

static u64 run_size(struct run r)
{
	u64 size = r.nr * cell_size;

	/* to the end, said in the many ways that wrap */
	if (r.nr && r.first + r.nr == CELLS && one_in(2))
		size = one_in(2) ? ~0ULL : size + random_below(1000);
	return size;
}

static void paint(bool *set, struct run r, bool value)
{
	for (unsigned int i = 0; i < r.nr; i++)
		if (r.first + i < CELLS && cell_addr(r.first + i) != ~0ULL)
			set[r.first + i] = value;
}

static bool overlaps_arrays(struct run r)
{
	for (unsigned int i = 0; i < r.nr && r.first + i < LOW_CELLS; i++)
		if (an_array_covers(cell_addr(r.first + i)))
			return true;
	return false;
}

static bool fits_at(unsigned int i, unsigned int nr, u64 align, unsigned int nid)
{
	u64 at = i * cell_size;

	if (!at || at % align || at + nr * cell_size > memblock.limit || i + nr > LOW_CELLS)
		return false;
	for (unsigned int n = 0; n < nr; n++)
		if (!ram[i + n] || taken[i + n] || an_array_covers(cell_addr(i + n)) || node[i + n] != node[i] ||
		    (nid != NUMA_NO_NODE && node[i + n] != nid))
			return false;
	return true;
}

/* The highest, or lowest, place of @nr free cells of one node at a multiple of @align, from a look at every place. */
static u64 model_place(unsigned int nr, u64 align, unsigned int nid)
{
	for (unsigned int i = 0; i < LOW_CELLS; i++) {
		unsigned int at = memblock.bottom_up ? i : LOW_CELLS - 1 - i;

		if (fits_at(at, nr, align, nid))
			return at * cell_size;
	}
	return 0;
}

/*
 * Whether a call worked; it may fail when its list of @max was full and there was no
 * memory to grow into. It may have grown since, if the limit is another now.
 */
static bool done(int err, const struct memblock_type *type, unsigned int max)
{
	if (!err)
		return true;
	assert_int_equal(err, -ENOMEM);
	assert_true(type->cnt + 1 >= max);
	if (type->max == max)
		assert_int_equal(model_place(ALIGN(2 * max * sizeof(struct memblock_region), PAGE_SIZE) / cell_size,
					     PAGE_SIZE, NUMA_NO_NODE), 0);
	return false;
}

/* A call on RAM that ran out of room has come to some cell, and not a cell further. */
static void learn_ram(struct run r)
{
	for (unsigned int i = r.first; i < r.first + r.nr; i++)
		for (unsigned int n = 0; n < memblock.memory.cnt; n++) {
			const struct memblock_region *region = &memblock.memory.regions[n];

			if (cell_addr(i) - region->base >= region->size)
				continue;
			ram[i] = true;
			node[i] = region->nid;
		}
}

static void random_add(unsigned int longest)
{
	struct run r = random_run(longest);
	unsigned int max = memblock.memory.max;

	if (done(memblock_add(cell_addr(r.first), run_size(r)), &memblock.memory, max))
		paint(ram, r, true);
	else
		learn_ram(r);
}

static void random_set_node(unsigned int longest)
{
	struct run r = random_run(longest);
	unsigned int max = memblock.memory.max;
	unsigned int nid = random_below(4);

	if (!done(memblock_set_node(cell_addr(r.first), run_size(r), nid), &memblock.memory, max)) {
		learn_ram(r);
		return;
	}
	for (unsigned int i = r.first; i < r.first + r.nr; i++)
		if (ram[i])
			node[i] = nid;
}

static void random_reserve(unsigned int longest)
{
	struct run r = random_run(longest);
	unsigned int max = memblock.reserved.max;

	if (overlaps_arrays(r))
		return;
	if (done(memblock_reserve(cell_addr(r.first), run_size(r)), &memblock.reserved, max))
		paint(taken, r, true);
}

static void random_free(unsigned int longest)
{
	struct run r = random_run(longest);
	unsigned int max = memblock.reserved.max;

	if (overlaps_arrays(r))
		return;
	if (done(memblock_free(cell_addr(r.first), run_size(r)), &memblock.reserved, max))
		paint(taken, r, false);
}

static void random_alloc(unsigned int longest)
{
	unsigned int nr = 1 + random_below(longest);
	u64 align = 1ULL << random_below(17), want;
	struct run r = { 0, nr };

	memblock_free(0, 0);		/* lists that could not grow may do so now, before the model looks */
	memblock_free(0, 0);
	want = model_place(nr, align, NUMA_NO_NODE);
	if (one_in(4)) {
		unsigned int nid = random_below(5);
		u64 there = model_place(nr, align, nid);

		want = there ? there : want;
		if (memblock.reserved.cnt + 1 >= memblock.reserved.max)
			return;
		assert_int_equal(memblock_phys_alloc_node(nr * cell_size, align, MEM_MEMBLOCK, nid), want);
		r.first = want / cell_size;
		if (want)
			paint(taken, r, true);
		return;
	}
	r.first = want / cell_size;
	if (memblock.reserved.cnt + 1 >= memblock.reserved.max)
		return;
	if (one_in(2)) {
		assert_int_equal(memblock_phys_alloc(nr * cell_size, align), want);
	} else {
		u8 *p = memblock_alloc(nr * cell_size, align);

		assert_ptr_equal(p, want ? arena + want : NULL);
		for (u64 i = 0; p && i < nr * cell_size; i++)
			if (p[i])
				fail_msg("byte %ju of an allocation is not cleared", (uintmax_t)i);
	}
	if (want)
		paint(taken, r, true);
}

static void random_calls(u64 cell, unsigned int longest, int nr, unsigned int check_every)
{
	u64 whole = LOW_CELLS * cell;

	reset(cell);
	for (int i = 0; i < nr; i++) {
		unsigned int what = random_below(100);

		if (one_in(50))
			memblock.limit = one_in(2) ? whole : random_below(LOW_CELLS) * cell;
		if (one_in(50))
			memblock.bottom_up = one_in(2);
		if (what < 10)
			random_set_node(longest);
		else if (what < 35)
			random_add(longest);
		else if (what < 60)
			random_reserve(longest);
		else if (what < 85)
			random_free(longest);
		else
			random_alloc(longest);
		if (i % check_every == 0)
			assert_as_painted();
	}
	assert_as_painted();
}

static void random_calls_leave_the_lists_as_painted(void **state)
{
	(void)state;
	for (int round = 0; round < 8; round++) {
		random_calls(512, 1000, 200, 1);
		random_calls(1, 1000, 200, 1);		/* to the byte */
	}
	random_calls(512, 20, 2500, 4);
	random_calls(512, 2, 12000, 50);
}

/* RAM with holes, to @nr regions. */
static void thousands_of_regions_fit(void **state)
{
	(void)state;
	for (int round = 0; round < 6; round++) {
		unsigned int nr = 2000 + random_below(3000), step = one_in(2) ? 3 : 1;

		reset(512);
		paint(ram, (struct run){ 10400, 5000 }, true);		/* where the arrays can go */
		memblock_add(cell_addr(10400), 5000 * 512);
		for (unsigned int i = 0; i < nr; i++) {			/* up, down, or in any order */
			unsigned int at = 2 * (round % 2 ? nr - i : step == 3 ? i * 7919 % 5000 : i);

			paint(ram, (struct run){ at, 1 }, true);
			assert_int_equal(memblock_add(cell_addr(at), 512), 0);
			paint(taken, (struct run){ at + 1, 1 }, true);
			assert_int_equal(memblock_reserve(cell_addr(at + 1), 512), 0);
			if (i % 200 == 0)
				assert_as_painted();
		}
		assert_true(memblock.memory.cnt >= 2000 && memblock.reserved.cnt >= 2000);
		assert_as_painted();
		for (unsigned int i = 0; i < LOW_CELLS; i++) {
			if (!taken[i])
				continue;
			taken[i] = false;
			assert_int_equal(memblock_free(cell_addr(i), 512), 0);
		}
		assert_as_painted();
	}
}

/* The one free place is the best one for the array as well as for whoever asks. */
static void a_growing_list_keeps_off_what_is_being_reserved(void **state)
{
	(void)state;
	for (unsigned int before = 100; before < 140; before++) {
		for (int alloc = 0; alloc < 3; alloc++) {
			struct run r = { 16000, 320 };

			reset(512);
			paint(ram, (struct run){ 0, LOW_CELLS }, true);
			assert_int_equal(memblock_add(0, LOW_CELLS * 512), 0);
			for (unsigned int i = 0; i < before; i++) {
				paint(taken, (struct run){ 2 * i, 1 }, true);
				assert_int_equal(memblock_reserve(cell_addr(2 * i), 512), 0);
			}
			if (alloc) {
				r.first = model_place(r.nr, PAGE_SIZE, NUMA_NO_NODE) / 512;
				if (alloc == 1)
					assert_int_equal(memblock_phys_alloc(r.nr * 512, PAGE_SIZE), cell_addr(r.first));
				else
					assert_ptr_equal(memblock_alloc(r.nr * 512, PAGE_SIZE), arena + cell_addr(r.first));
			} else if (overlaps_arrays(r)) {
				continue;
			} else {
				assert_int_equal(memblock_reserve(cell_addr(r.first), r.nr * 512), 0);
			}
			paint(taken, r, true);
			assert_as_painted();
		}
	}
}

static void both_lists_growing_at_once_stay_apart(void **state)
{
	(void)state;
	for (unsigned int memory = 118; memory < 132; memory++) {
		for (unsigned int reserved = 118; reserved < 132; reserved++) {
			reset(512);
			paint(ram, (struct run){ 8000, 8000 }, true);
			assert_int_equal(memblock_add(cell_addr(8000), 8000 * 512), 0);
			for (unsigned int i = 0; i < reserved; i++) {
				paint(taken, (struct run){ 2 * i, 1 }, true);
				assert_int_equal(memblock_reserve(cell_addr(2 * i), 512), 0);
			}
			for (unsigned int i = 0; i < memory; i++) {
				paint(ram, (struct run){ 3 * i, 1 }, true);
				assert_int_equal(memblock_add(cell_addr(3 * i), 512), 0);
			}
			assert_as_painted();
		}
	}
}

static void a_list_that_cannot_grow_says_so_and_stays_as_it_was(void **state)
{
	unsigned int held = 0;
	int err;
	u64 at;

	(void)state;
	reset(512);
	memblock.limit = 0;
	paint(ram, (struct run){ 8000, 8000 }, true);
	assert_int_equal(memblock_add(cell_addr(8000), 8000 * 512), 0);
	while (!(err = memblock_reserve(cell_addr(2 * held), 512))) {
		paint(taken, (struct run){ 2 * held++, 1 }, true);
		assert_true(held <= 128);
	}
	assert_int_equal(err, -ENOMEM);
	assert_true(held >= 120);
	assert_as_painted();
	assert_int_equal(memblock_phys_alloc(512, 512), 0);

	paint(taken, (struct run){ 1, 1 }, true);		/* no slot needed: merges two */
	assert_int_equal(memblock_reserve(cell_addr(1), 512), 0);
	assert_as_painted();

	paint(taken, (struct run){ 2 * held, 1 }, true);	/* full again, in front of an allocation too */
	assert_int_equal(memblock_reserve(cell_addr(2 * held), 512), 0);
	assert_int_equal(memblock_reserve(cell_addr(2 * held + 2), 512), -ENOMEM);
	memblock.limit = LOW_CELLS * 512;			/* memory is back */
	at = memblock_phys_alloc(512, 512);
	assert_int_not_equal(at, 0);
	paint(taken, (struct run){ at / 512, 1 }, true);
	assert_as_painted();
	for (unsigned int i = 0; i < 1000; i++) {
		paint(taken, (struct run){ 2 * i, 1 }, true);
		assert_int_equal(memblock_reserve(cell_addr(2 * i), 512), 0);
	}
	assert_as_painted();
}

static void ram_that_comes_last_lets_full_lists_grow(void **state)
{
	unsigned int held = 0;

	(void)state;
	reset(512);
	while (!memblock_reserve(cell_addr(2 * held), 512))
		paint(taken, (struct run){ 2 * held++, 1 }, true);
	paint(ram, (struct run){ 8000, 1000 }, true);
	assert_int_equal(memblock_add(cell_addr(8000), 1000 * 512), 0);
	for (unsigned int i = held; i < held + 500; i++) {
		paint(taken, (struct run){ 2 * i, 1 }, true);
		assert_int_equal(memblock_reserve(cell_addr(2 * i), 512), 0);
	}
	assert_as_painted();
}

static void allocations_end_below_the_limit(void **state)
{
	(void)state;
	for (int round = 0; round < 2000; round++) {
		u64 limit = random_below(LOW_CELLS * 512), size = 1 + random_below(1 << random_below(20));
		u64 align = 1ULL << random_below(20), at, want;

		reset(512);
		assert_int_equal(memblock_add(0x3000, 0x100000), 0);
		memblock.limit = limit;
		at = memblock_phys_alloc(size, align);
		limit = min(limit, 0x103000ULL);
		want = limit < size ? 0 : (limit - size) / align * align;
		assert_int_equal(at, want >= 0x3000 ? want : 0);
		if (at)
			assert_int_equal(memblock_free(at, size), 0);
		memblock.bottom_up = true;
		want = (0x3000 + align - 1) / align * align;
		assert_int_equal(memblock_phys_alloc(size, align), want + size <= limit ? want : 0);
	}
}

static void address_0_is_never_given_out(void **state)
{
	(void)state;
	reset(512);
	assert_int_equal(memblock_add(0, 3 * PAGE_SIZE), 0);
	assert_int_equal(memblock_phys_alloc(PAGE_SIZE, PAGE_SIZE), 2 * PAGE_SIZE);
	assert_int_equal(memblock_phys_alloc(PAGE_SIZE, PAGE_SIZE), PAGE_SIZE);
	assert_int_equal(memblock_phys_alloc(PAGE_SIZE, PAGE_SIZE), 0);
	assert_null(memblock_alloc(PAGE_SIZE, PAGE_SIZE));
	assert_int_equal(memblock_total(&memblock.reserved), 2 * PAGE_SIZE);
}

static void is_memory_means_all_of_it_in_one_region(void **state)
{
	(void)state;
	for (int round = 0; round < 30; round++) {
		reset(512);
		for (int i = 0; i < 60; i++)
			random_add(300);
		for (int i = 0; i < 2000; i++) {
			struct run r = random_run(one_in(2) ? 20 : 600);
			bool want = true;
			u64 base = cell_addr(r.first), size;

			r.nr = max(r.nr, 1u);
			size = r.nr * 512;
			for (unsigned int c = 0; c < r.nr; c++)
				want = want && ram[r.first + c];
			if (r.first + r.nr == CELLS && one_in(2))
				size--;
			else if (r.first + r.nr == CELLS)
				want = false;			/* the very last byte is nobody's */
			assert_int_equal(memblock_is_memory(base, size), want);
			if (want && size > 4)			/* parts of it, to the byte */
				assert_true(memblock_is_memory(base + 1, size - 2));
		}
		assert_false(memblock_is_memory(~0ULL, 1));
		assert_false(memblock_is_memory(~0ULL, ~0ULL));
		assert_false(memblock_is_memory(0, ~0ULL));
	}
}

static void empty_and_last_byte_ranges_change_nothing(void **state)
{
	(void)state;
	for (int round = 0; round < 50; round++) {
		reset(512);
		for (int i = 0; i < 30; i++) {
			random_add(100);
			random_reserve(100);
		}
		for (int i = 0; i < 100; i++) {
			u64 base = one_in(2) ? ~0ULL : random_below(CELLS * 512), size = base == ~0ULL ? random64() : 0;

			assert_int_equal(memblock_add(base, size), 0);
			assert_int_equal(memblock_reserve(base, size), 0);
			assert_int_equal(memblock_free(base, size), 0);
		}
		assert_as_painted();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(random_calls_leave_the_lists_as_painted),
		cmocka_unit_test(thousands_of_regions_fit),
		cmocka_unit_test(a_growing_list_keeps_off_what_is_being_reserved),
		cmocka_unit_test(both_lists_growing_at_once_stay_apart),
		cmocka_unit_test(a_list_that_cannot_grow_says_so_and_stays_as_it_was),
		cmocka_unit_test(ram_that_comes_last_lets_full_lists_grow),
		cmocka_unit_test(allocations_end_below_the_limit),
		cmocka_unit_test(address_0_is_never_given_out),
		cmocka_unit_test(is_memory_means_all_of_it_in_one_region),
		cmocka_unit_test(empty_and_last_byte_ranges_change_nothing),
	};

	return cmocka_run_group_tests(tests, make_arena, drop_arena);
}
