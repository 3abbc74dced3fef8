// SPDX-License-Identifier: BSD-2-Clause
/* mm/membar.c over simulated memory, beside a model that asks of each page frame what it is. */
#include "tests/host/mm/machine.h"
#define NR_CPUS 4
unsigned long cpu_number;
#include "mm/page_alloc.c"
#include "mm/deferred.c"
#include "mm/books.c"
#include "mm/membar.c"

#define NR_HELD	3000
#define TOP	(MACHINE_PAGES << PAGE_SHIFT)

struct e820_table e820_table;

static struct page *held[NR_HELD];
static unsigned char is_held[MACHINE_PAGES];

static void add_entry(phys_addr_t start, phys_addr_t end, u32 type)
{
	if (start < end)
		e820_table.entry[e820_table.nr++] = (struct boot_e820_entry){ start, end - start, type };
}

/* Entries one after the other, with holes, seldom on a page's border, and some uses in them. */
static void random_machine(void)
{
	static const u32 types[] = { 1, 1, 1, 1, 2, 3, 4, 5, 7, 99 };
	phys_addr_t at = 0, end = 0;
	u32 last = 0;
	unsigned int i;

	machine_reset();
	e820_table.nr = 0;
	while (e820_table.nr < 30 && at < TOP) {
		u32 type = types[random_below(ARRAY_SIZE(types))];

		if (type == last && at == end)			/* they would have been merged */
			continue;
		end = at + random_below(1ULL << (13 + random_below(18)));
		end = one_in(2) ? ALIGN(end, PAGE_SIZE) : end;
		add_entry(at, min(end, (phys_addr_t)TOP), type);
		last = type;
		at = end + (one_in(3) ? 0 : random_below(1ULL << (13 + random_below(18))));
	}
	at += last == E820_TYPE_RAM && at == end;
	add_entry(at, at + SZ_1G, E820_TYPE_RAM);		/* there is some in any case */
	memblock_reserve(0, SZ_1M, MEM_FIRST_MIB);
	for (i = 0; i < 20; i++)
		memblock_reserve(random_below(min(at + SZ_1G, (phys_addr_t)TOP)), 1 + random_below(1UL << (5 + random_below(18))),
				 random_below(NR_MEM_USES));
	for (i = 0; i < e820_table.nr; i++) {
		struct boot_e820_entry *e = &e820_table.entry[i];

		e->size = e->addr < TOP ? min(e->size, TOP - e->addr) : 0;
		if (e->type == E820_TYPE_RAM && e->size)
			memblock_add(e->addr, e->size);
	}
	while (e820_table.nr && !e820_table.entry[e820_table.nr - 1].size)
		e820_table.nr--;
	memblock.limit = 0;
	memset(zones, 0, sizeof(zones));
	memset(&pcp, 0, sizeof(pcp));
	memset(mem_counts, 0, sizeof(mem_counts));
	page_alloc_init("");
	zones_set_ranges();
}

static void allocate_some(void)
{
	unsigned int i, n;

	memset(held, 0, sizeof(held));
	memset(is_held, 0, sizeof(is_held));
	for (n = random_below(6000); n; n--) {
		unsigned int order;

		i = random_below(NR_HELD);
		if (!held[i]) {
			order = one_in(4) ? random_below(6) : 0;
			held[i] = alloc_pages(GFP_KERNEL, order);
			if (held[i])
				memset(&is_held[page_to_pfn(held[i])], 1, 1 << order);
			if (held[i] && !order && one_in(2))
				held[i]->state = PAGE_FILE;
		} else {
			order = held[i]->order;
			memset(&is_held[page_to_pfn(held[i])], 0, 1 << order);
			held[i]->state = PAGE_USED;	/* a file's page as well, after its grace period */
			__free_pages(held[i], order);
			held[i] = NULL;
		}
	}
}

static bool touches_use(unsigned long pfn, enum kind *kind)
{
	unsigned int i;

	for (i = 0; i < memblock.reserved.cnt; i++) {
		const struct memblock_region *r = &memblock.reserved.regions[i];

		if (r->base < PFN_PHYS(pfn + 1) && r->base + r->size > PFN_PHYS(pfn)) {
			*kind = kind_of_use[r->use];
			return true;
		}
	}
	return false;
}

static u64 runtime_bytes(phys_addr_t start, phys_addr_t end)
{
	unsigned int i;
	u64 sum = 0;

	for (i = 0; i < memblock.reserved.cnt; i++) {
		const struct memblock_region *r = &memblock.reserved.regions[i];
		phys_addr_t from = max(start, r->base), to = min(end, r->base + r->size);

		if (r->use == MEM_EFI_RUNTIME && from < to)
			sum += to - from;
	}
	return sum;
}

/* A block with nothing free has its struct pages in pages the allocator gave. */
static bool was_allocated_for_backing(unsigned long pfn)
{
	return is_backing[pfn] && page_initialised(pfn) && pfn_to_page(pfn)->state == PAGE_USED;
}

/* Of a block that ran out of pages for its struct pages: lost, by the books; the bar shows it as free. */
static bool was_given_up(unsigned long pfn)
{
	if (page_initialised(pfn))
		return pfn_to_page(pfn)->state > PAGE_SLAB;
	return !section_backing(pfn) || pfn - section_backing(pfn) >= BACKING_PAGES;
}

/* The bytes of each kind, one frame after the other. */
static void count_by_frame(u64 bytes[NR_KINDS])
{
	unsigned int i;
	u64 end = 0;

	memset(bytes, 0, NR_KINDS * sizeof(bytes[0]));
	for (i = 0; i < e820_table.nr; i++) {
		const struct boot_e820_entry *e = &e820_table.entry[i];
		unsigned long pfn;

		bytes[KIND_HOLE] += e->addr - end;
		end = e->addr + e->size;
		if (e->type != E820_TYPE_RAM) {
			u64 runtime = runtime_bytes(e->addr, end);

			bytes[KIND_EFI_RUNTIME] += runtime;
			bytes[kind_of_type(e->type)] += e->size - runtime;
			continue;
		}
		bytes[KIND_HOLE] += e->size;			/* what no whole page takes again */
		for (pfn = PHYS_PFN(ALIGN(e->addr, PAGE_SIZE)); PFN_PHYS(pfn + 1) <= end; pfn++) {
			enum kind kind;

			if (!touches_use(pfn, &kind))
				kind = is_held[pfn] || was_allocated_for_backing(pfn) ? KIND_ALLOCATED :
				       is_backing[pfn] && !was_given_up(pfn) ? KIND_STRUCT_PAGES :
				       page_initialised(pfn) ? KIND_FREE : KIND_DEFERRED;
			bytes[kind] += PAGE_SIZE;
			bytes[KIND_HOLE] -= PAGE_SIZE;
		}
	}
	/* a last entry of less than a page is none */
	while (e820_table.nr && e820_table.entry[--i].type == E820_TYPE_RAM) {
		const struct boot_e820_entry *e = &e820_table.entry[i];
		u64 whole_end = ALIGN_DOWN(e->addr + e->size, PAGE_SIZE);

		if (whole_end > ALIGN(e->addr, PAGE_SIZE)) {
			bytes[KIND_HOLE] -= e->addr + e->size - whole_end;
			break;
		}
		bytes[KIND_HOLE] -= e->addr + e->size - (i ? e[-1].addr + e[-1].size : 0);
		if (!i)
			break;
	}
}

/* Columns of a line without its escape sequences; its cells are counted by letter. */
static unsigned int read_line(const char *line, unsigned int letters[128])
{
	unsigned int columns = 0;

	for (; *line && *line != '\n'; line++) {
		if (*line == '\033') {
			line = strchr(line, 'm');
			continue;
		}
		if (columns++ >= 14)
			letters[(unsigned char)*line]++;
	}
	return columns;
}

static void check_print(const u64 bytes[NR_KINDS], unsigned long weight)
{
	unsigned int letters[128] = { 0 }, legend[128] = { 0 }, cells = 0, i;
	const char *line = said;

	forget_output();
	mem_bar_print();
	for (; strncmp(line, " \033[", 3); line = strchr(line, '\n') + 1)
		assert_in_range(read_line(line, letters), 15, 14 + ROW_CELLS);
	for (; *line; line = strchr(line, '\n') + 1)
		assert_in_range(read_line(line, legend), 38, 80);
	for (i = 0; i < NR_KINDS; i++) {
		cells += letters[(unsigned char)kinds[i].letter];
		if (!bytes[i])
			assert_int_equal(letters[(unsigned char)kinds[i].letter], 0);
		else if (weight <= MAX_CELLS)
			assert_true(letters[(unsigned char)kinds[i].letter] > 0);
	}
	assert_int_equal(cells, min(weight, (unsigned long)MAX_CELLS));
}

static void every_frame_is_counted_as_what_it_is(void **state)
{
	unsigned int round;

	for (round = 0; round < 40; round++) {
		u64 expected[NR_KINDS];
		struct bar b = { 0 };
		unsigned int i;

		random_machine();
		allocate_some();
		take_measure(&b);
		count_by_frame(expected);
		for (i = 0; i < NR_KINDS; i++)
			if (b.bytes[i] != expected[i])
				fail_msg("round %u, %s: %llx bytes, not %llx", round, kinds[i].name,
					 (unsigned long long)b.bytes[i], (unsigned long long)expected[i]);
		check_print(expected, b.weight);
	}
}

static void small_and_large_are_both_seen(void **state)
{
	unsigned int letters[128] = { 0 };

	machine_reset();
	memset(zones, 0, sizeof(zones));
	e820_table.nr = 0;
	add_entry(0, 0x10000, E820_TYPE_ACPI);
	add_entry(0x10000, 0x10000 + (64ULL << 30), E820_TYPE_RESERVED);
	mem_bar_print();
	read_line(said, letters);
	assert_int_equal(letters['A'], 5);
	assert_int_equal(letters['R'], 25);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_frame_is_counted_as_what_it_is),
		cmocka_unit_test(small_and_large_are_both_seen),
	};

	return cmocka_run_group_tests_name("mm/membar", tests, seed_random, NULL);
}
