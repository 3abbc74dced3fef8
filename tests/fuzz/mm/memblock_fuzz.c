/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * mm/memblock.c: the input is a sequence of calls, five bytes each, done on
 * memblock and on a table of cells: RAM or not, and who took it first. The low
 * cells have an arena behind them, where the lists' own arrays go too; the high
 * ones end at 2^64.
 */
#include <tests/fuzz/fuzz.h>
#include <asm/page.h>
#include <mm/memblock.h>
#include <uapi/errno.h>

#define CELL		512
#define LOW_CELLS	1024
#define HIGH_CELLS	16
#define CELLS		(LOW_CELLS + HIGH_CELLS)
#define MAX_CALLS	1200
#define FREE		0		/* in owner[]; else use + 1 */

unsigned long page_offset_base, phys_base;

static u8 arena[LOW_CELLS * CELL] __aligned(PAGE_SIZE);
static u8 ram[CELLS], owner[CELLS];
static struct memblock_region *static_memory, *static_reserved;

static u64 cell_addr(unsigned int cell)
{
	return cell < LOW_CELLS ? (u64)cell * CELL : cell < CELLS ? -(u64)(CELLS - cell) * CELL : UINT64_MAX;
}

static void reset(void)
{
	if (!static_memory) {
		static_memory = memblock.memory.regions;
		static_reserved = memblock.reserved.regions;
		page_offset_base = (unsigned long)arena;
	}
	memset(ram, 0, sizeof(ram));
	memset(owner, FREE, sizeof(owner));
	memblock.memory.regions = static_memory;
	memblock.reserved.regions = static_reserved;
	memblock.memory.cnt = memblock.reserved.cnt = 0;
	memblock.memory.max = memblock.reserved.max = 128;
	memblock.limit = LOW_CELLS * CELL;
}

static bool array_covers(const struct memblock_type *type, u64 addr)
{
	if (type->regions == static_memory || type->regions == static_reserved)
		return false;
	return addr - __pa(type->regions) < ALIGN(type->max * sizeof(struct memblock_region), PAGE_SIZE);
}

static bool an_array_covers(unsigned int cell)
{
	return cell < LOW_CELLS && (array_covers(&memblock.memory, cell_addr(cell)) ||
				    array_covers(&memblock.reserved, cell_addr(cell)));
}

/* Who has a cell, with what the arrays take. */
static u8 owner_now(unsigned int cell)
{
	return an_array_covers(cell) ? MEM_MEMBLOCK + 1 : owner[cell];
}

/* ---------------------------------------------------------------- comparing */

static const struct memblock_region *region_at(const struct memblock_type *type, u64 addr)
{
	for (unsigned int i = 0; i < type->cnt; i++)
		if (type->regions[i].base <= addr && addr - type->regions[i].base < type->regions[i].size)
			return &type->regions[i];
	return NULL;
}

static void check_shape(const struct memblock_type *type)
{
	CHECK(type->cnt <= type->max, "%s", type->name);
	for (unsigned int i = 0; i < type->cnt; i++) {
		const struct memblock_region *r = &type->regions[i];
		u64 end = r[0].base + r[0].size;

		CHECK(r->size && end > r->base, "%s: region %u", type->name, i);
		if (i + 1 == type->cnt)
			break;
		CHECK(end <= r[1].base, "%s: regions %u and %u overlap", type->name, i, i + 1);
		CHECK(end < r[1].base || r[0].use != r[1].use, "%s: regions %u and %u are one", type->name, i, i + 1);
	}
}

static void check_lists(void)
{
	u64 total[2] = { 0 };

	check_shape(&memblock.memory);
	check_shape(&memblock.reserved);
	for (unsigned int i = 0; i < CELLS; i++) {
		const struct memblock_region *mem = region_at(&memblock.memory, cell_addr(i));
		const struct memblock_region *res = region_at(&memblock.reserved, cell_addr(i));
		u64 size = i + 1 == LOW_CELLS ? CELL : cell_addr(i + 1) - cell_addr(i);

		CHECK(!!mem == ram[i], "cell %u", i);
		CHECK(!!res == !!owner_now(i), "cell %u", i);
		CHECK(!res || res->use + 1 == owner_now(i), "cell %u: use %u, not %d", i, res->use, owner_now(i) - 1);
		CHECK(!an_array_covers(i) || (ram[i] && !owner[i]), "an array in cell %u", i);
		total[0] += ram[i] ? size : 0;
		total[1] += owner_now(i) ? size : 0;
	}
	CHECK(memblock_total(&memblock.memory) == total[0], "bytes of RAM");
	CHECK(memblock_total(&memblock.reserved) == total[1], "bytes reserved");
}

/* Free pages found one after the other are those whose cells are RAM and nobody's. */
static void check_free_pages(void)
{
	u64 at = 0, limit = LOW_CELLS * CELL;
	const unsigned int per_page = PAGE_SIZE / CELL;
	struct memblock_region r;

	for (unsigned int cell = 0; cell < LOW_CELLS; cell += per_page) {
		bool free = true;

		for (unsigned int i = cell; i < cell + per_page; i++)
			free = free && ram[i] && !owner_now(i);
		if (!free)
			continue;
		CHECK(memblock_next_free(at, limit, &r), "cell %u", cell);
		CHECK(r.base == cell_addr(cell), "%#" PRIx64 ", not cell %u", (u64)r.base, cell);
		at = r.base + PAGE_SIZE;
	}
	CHECK(!memblock_next_free(at, limit, &r), "%#" PRIx64, (u64)r.base);
}

/* ---------------------------------------------------------------- calls */

struct run {
	unsigned int	first, nr;
};

static struct run read_run(struct input *in)
{
	struct run r = { input_number(in, 2) % CELLS, input_number(in, 1) };
	unsigned int half_end = r.first < LOW_CELLS ? LOW_CELLS : CELLS;

	r.nr = min(r.nr, half_end - r.first);
	return r;
}

static u64 run_size(struct run r)
{
	/* past 2^64 is cut there */
	return r.nr && r.first + r.nr == CELLS ? UINT64_MAX : r.nr * (u64)CELL;
}

/*
 * Whether a call worked. It may fail only when its list was full, of @max, and
 * there was nothing to grow into then; the list may have grown on the way out.
 */
static bool done(int err, const struct memblock_type *type, unsigned int max)
{
	if (err)
		CHECK(err == -ENOMEM && type->cnt + 2 >= max, "%s: error %d with %u of %u", type->name, err,
		      type->cnt, max);
	return !err;
}

static bool meets_array(struct run r)
{
	for (unsigned int i = r.first; i < r.first + r.nr; i++)
		if (an_array_covers(i))
			return true;
	return false;
}

static void do_add(struct run r)
{
	unsigned int max = memblock.memory.max;

	if (done(memblock_add(cell_addr(r.first), run_size(r)), &memblock.memory, max))
		memset(ram + r.first, 1, r.nr);
}

static void do_reserve(struct run r, enum mem_use use)
{
	unsigned int max = memblock.reserved.max;
	bool worked;

	if (meets_array(r))
		return;
	worked = done(memblock_reserve(cell_addr(r.first), run_size(r), use), &memblock.reserved, max);
	for (unsigned int i = r.first; i < r.first + r.nr; i++)
		if (owner[i] == FREE && (worked || region_at(&memblock.reserved, cell_addr(i))))
			owner[i] = use + 1;	/* one that failed may have done a part */
}

static void do_free(struct run r)
{
	unsigned int max = memblock.reserved.max;

	if (!meets_array(r) && done(memblock_free(cell_addr(r.first), run_size(r)), &memblock.reserved, max))
		memset(owner + r.first, FREE, r.nr);
}

/* The highest free place of @nr cells at a multiple of @align, by looking at each. */
static u64 naive_place(unsigned int nr, u64 align)
{
	for (unsigned int first = LOW_CELLS - nr; first > 0; first--) {
		unsigned int i = first;

		if (cell_addr(first) % align || cell_addr(first) + nr * CELL > memblock.limit)
			continue;
		while (i < first + nr && ram[i] && !owner_now(i))
			i++;
		if (i == first + nr)
			return cell_addr(first);
	}
	return 0;
}

static void do_alloc(unsigned int nr, u64 align, enum mem_use use)
{
	u64 want, got;

	memblock_free(0, 0);		/* the lists may grow now, before the model looks */
	memblock_free(0, 0);
	want = naive_place(nr, align);
	got = memblock_phys_alloc(nr * CELL, align, use);
	if (!got && memblock.reserved.cnt + 2 >= memblock.reserved.max)
		return;			/* no slot for the reservation */
	CHECK(got == want, "%u cells at %#" PRIx64 ", not %#" PRIx64, nr, got, want);
	if (got)
		memset(owner + got / CELL, use + 1, nr);
}

static void one_call(struct input *in)
{
	unsigned int what = input_number(in, 1);
	struct run r = read_run(in);
	enum mem_use use = input_number(in, 1) % NR_MEM_USES;

	switch (what % 8) {
	case 0: case 1:
		do_add(r);
		break;
	case 2: case 3:
		do_reserve(r, use);
		break;
	case 4: case 5:
		do_free(r);
		break;
	case 6:
		do_alloc(1 + r.nr, 1ULL << r.first % 14, use);
		break;
	case 7:
		memblock.limit = what & 8 ? LOW_CELLS * CELL : r.first % LOW_CELLS * CELL;
		break;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	unsigned int calls = 0;

	reset();
	while (in.left && calls++ < MAX_CALLS)
		one_call(&in);
	check_lists();
	check_free_pages();
	return 0;
}
