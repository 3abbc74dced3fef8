/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list is an array kept sorted by base. Adding a range finds the ranges it
 * overlaps or touches, grows it over them and closes the gap they leave; so
 * there is at most one insertion and one move per call. An array that is nearly
 * full doubles into memory that memblock itself allocates.
 *
 * What a region is tagged with, the use of a reserved range or the node of RAM,
 * keeps regions apart that would merge otherwise.
 */
#include <mm/memblock.h>
#include <asm/page.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define INIT_REGIONS	128
#define SPARE_REGIONS	4	/* a list with fewer free slots grows; memblock_set_node() takes two at a time */

static struct memblock_region memory_regions[INIT_REGIONS];
static struct memblock_region reserved_regions[INIT_REGIONS];

struct memblock memblock = {
	.memory   = { .max = INIT_REGIONS, .regions = memory_regions, .name = "memory" },
	.reserved = { .max = INIT_REGIONS, .regions = reserved_regions, .name = "reserved" },
	.limit	  = ~0ULL,
};

static phys_addr_t region_end(const struct memblock_region *r)
{
	return r->base + r->size;
}

/* First region that ends at or after @addr: binary search. */
static unsigned int first_ending_from(const struct memblock_type *type, phys_addr_t addr)
{
	unsigned int lo = 0, hi = type->cnt;

	while (lo < hi) {
		unsigned int mid = (lo + hi) / 2;

		if (region_end(&type->regions[mid]) < addr)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Replace regions [@from, @to) by @n new ones, @n <= 2; room must be there. */
static void replace(struct memblock_type *type, unsigned int from, unsigned int to,
		    const struct memblock_region *with, unsigned int n)
{
	memmove(&type->regions[from + n], &type->regions[to], (type->cnt - to) * sizeof(*with));
	memcpy(&type->regions[from], with, n * sizeof(*with));
	type->cnt += n - (to - from);
}

/* Merge a range in; -ENOMEM when that takes a slot and @spare of them would not remain. */
static int insert(struct memblock_type *type, phys_addr_t base, u64 size, unsigned int tag, unsigned int spare)
{
	struct memblock_region new = { base, min(size, ~0ULL - base), { tag } };
	unsigned int from, to;

	if (!new.size)
		return 0;
	from = first_ending_from(type, base);
	if (from < type->cnt && region_end(&type->regions[from]) == base && type->regions[from].tag != tag)
		from++;
	for (to = from; to < type->cnt && type->regions[to].base <= region_end(&new); to++) {
		phys_addr_t end = max(region_end(&new), region_end(&type->regions[to]));

		if (type->regions[to].tag != tag)
			break;			/* they touch, no more */
		new.base = min(new.base, type->regions[to].base);
		new.size = end - new.base;
	}
	if (to == from && type->cnt + spare >= type->max)
		return -ENOMEM;
	replace(type, from, to, &new, 1);
	return 0;
}

/* What of a range is in the list keeps its tag: only the gaps between are new. */
static int insert_gaps(struct memblock_type *type, phys_addr_t base, u64 size, unsigned int tag, unsigned int spare)
{
	phys_addr_t at = base, end = base + min(size, ~0ULL - base);
	int err = 0;

	while (at < end && !err) {
		unsigned int next = first_ending_from(type, at + 1);
		bool met = next < type->cnt && type->regions[next].base < end;
		phys_addr_t gap_end = met ? type->regions[next].base : end;
		phys_addr_t resume = met ? region_end(&type->regions[next]) : end;

		if (at < gap_end)
			err = insert(type, at, gap_end - at, tag, spare);
		at = resume;
	}
	return err;
}

/* Cut a range out; the same error when that splits a region. */
static int cut(struct memblock_type *type, phys_addr_t base, u64 size, unsigned int spare)
{
	struct memblock_region left[2];
	phys_addr_t end = base + min(size, ~0ULL - base);
	unsigned int from, to, n = 0;

	if (end == base)
		return 0;
	from = first_ending_from(type, base + 1);
	for (to = from; to < type->cnt && type->regions[to].base < end; to++) {
		const struct memblock_region *r = &type->regions[to];

		if (r->base < base)
			left[n++] = (struct memblock_region){ r->base, base - r->base, { r->tag } };
		if (region_end(r) > end)
			left[n++] = (struct memblock_region){ end, region_end(r) - end, { r->tag } };
	}
	if (n > to - from && type->cnt + spare >= type->max)
		return -ENOMEM;
	replace(type, from, to, left, n);
	return 0;
}

static phys_addr_t find_free(u64 size, u64 align, unsigned int nid);

/* Double the array of a list. The old one is given back unless it is the static one. */
static void grow(struct memblock_type *type)
{
	u64 old_size = ALIGN(type->max * sizeof(struct memblock_region), PAGE_SIZE);
	u64 new_size = ALIGN(2 * type->max * sizeof(struct memblock_region), PAGE_SIZE);
	struct memblock_region *old = type->regions;
	bool was_static = old == memory_regions || old == reserved_regions;
	phys_addr_t pa = find_free(new_size, PAGE_SIZE, NUMA_NO_NODE);

	if (!pa || insert(&memblock.reserved, pa, new_size, MEM_MEMBLOCK, 0))
		return;
	type->regions = memcpy(__va(pa), old, type->cnt * sizeof(*old));
	type->max = new_size / sizeof(struct memblock_region);
	if (!was_static)
		cut(&memblock.reserved, __pa(old), old_size, 0);
}

/*
 * Lists grow after a call that filled them, never in the middle of one: then
 * what the caller reserves, or was just promised, is in the list, and the new
 * array cannot take its place. It is tried again with each call until it works.
 */
static int keep_room(int err)
{
	if (memblock.reserved.cnt + SPARE_REGIONS > memblock.reserved.max)
		grow(&memblock.reserved);
	if (memblock.memory.cnt + SPARE_REGIONS > memblock.memory.max)
		grow(&memblock.memory);
	return err;
}

int memblock_add_range(struct memblock_type *type, phys_addr_t base, u64 size)
{
	return insert(type, base, size, 0, 0);
}

int memblock_add(phys_addr_t base, u64 size)
{
	unsigned int max;
	int err;

	/* gaps between nodes take a slot each: what of them is in the list stays, the rest is tried again */
	do {
		max = memblock.memory.max;
		err = keep_room(insert_gaps(&memblock.memory, base, size, 0, 0));
	} while (err && memblock.memory.max > max);
	return err;
}

/* One slot is left for the array that a list grows into. */
int memblock_reserve(phys_addr_t base, u64 size, enum mem_use use)
{
	return keep_room(insert_gaps(&memblock.reserved, base, size, use, 1));
}

int memblock_free(phys_addr_t base, u64 size)
{
	return keep_room(cut(&memblock.reserved, base, size, 1));
}

void memblock_free_use(enum mem_use use)
{
	struct memblock_type *res = &memblock.reserved;
	unsigned int from, to = 0;

	for (from = 0; from < res->cnt; from++)
		if (res->regions[from].use != use)
			res->regions[to++] = res->regions[from];
	res->cnt = to;
}

/* RAM that gets another node is cut out and put back with it: one slot for each of the two. */
int memblock_set_node(phys_addr_t base, u64 size, unsigned int nid)
{
	struct memblock_type *mem = &memblock.memory;
	phys_addr_t at = base, end = base + min(size, ~0ULL - base), next;

	for (; at < end; at = next) {
		unsigned int i = first_ending_from(mem, at + 1);

		if (i == mem->cnt || mem->regions[i].base >= end)
			break;
		at = max(at, mem->regions[i].base);
		next = min(end, region_end(&mem->regions[i]));
		if (mem->regions[i].nid == nid)
			continue;
		keep_room(0);
		if (mem->cnt + 2 > mem->max)
			return -ENOMEM;
		cut(mem, at, next - at, 0);
		insert(mem, at, next - at, nid, 0);
	}
	return keep_room(0);
}

/* The best place in [@start, @end) of free RAM, 0 if none; 0 itself is never given out. */
static phys_addr_t fit(phys_addr_t start, phys_addr_t end, u64 size, u64 align)
{
	phys_addr_t at;

	if (end <= start || end - start < size)
		return 0;
	if (!memblock.bottom_up) {
		at = ALIGN_DOWN(end - size, align);
		return at >= start ? at : 0;
	}
	at = ALIGN(max(start, (phys_addr_t)1), align);
	return at >= start && at <= end - size ? at : 0;
}

/* Between the reservations in a region of RAM, from the side where the search begins. */
static phys_addr_t fit_region(const struct memblock_region *ram, u64 size, u64 align)
{
	const struct memblock_type *res = &memblock.reserved;
	phys_addr_t start = ram->base, end = min(region_end(ram), memblock.limit), found;
	unsigned int r, first = first_ending_from(res, start + 1);

	if (memblock.bottom_up) {
		for (r = first; r < res->cnt && res->regions[r].base < end; r++) {
			found = fit(start, res->regions[r].base, size, align);
			if (found)
				return found;
			start = region_end(&res->regions[r]);
		}
		return fit(start, end, size, align);
	}
	r = first_ending_from(res, end);
	if (r < res->cnt)
		end = min(end, res->regions[r].base);
	for (; r > first; r--) {
		found = fit(region_end(&res->regions[r - 1]), end, size, align);
		if (found)
			return found;
		end = res->regions[r - 1].base;
	}
	return fit(start, end, size, align);
}

static phys_addr_t find_free(u64 size, u64 align, unsigned int nid)
{
	const struct memblock_type *mem = &memblock.memory;
	phys_addr_t found = 0;
	unsigned int n;

	for (n = 0; n < mem->cnt && !found; n++) {
		const struct memblock_region *ram = &mem->regions[memblock.bottom_up ? n : mem->cnt - 1 - n];

		if (nid == NUMA_NO_NODE || ram->nid == nid)
			found = fit_region(ram, size, align);
	}
	return found;
}

phys_addr_t memblock_phys_alloc_node(u64 size, u64 align, enum mem_use use, unsigned int nid)
{
	phys_addr_t pa;

	keep_room(0);		/* the limit may have been in the way before */
	pa = find_free(size, align, nid);
	if (!pa)
		pa = find_free(size, align, NUMA_NO_NODE);
	if (!pa || memblock_reserve(pa, size, use))
		return 0;
	return pa;
}

phys_addr_t memblock_phys_alloc(u64 size, u64 align, enum mem_use use)
{
	return memblock_phys_alloc_node(size, align, use, NUMA_NO_NODE);
}

void *memblock_alloc(u64 size, u64 align, enum mem_use use)
{
	phys_addr_t pa = memblock_phys_alloc(size, align, use);

	return pa ? memset(__va(pa), 0, size) : NULL;
}

bool memblock_is_memory(phys_addr_t base, u64 size)
{
	const struct memblock_type *type = &memblock.memory;
	unsigned int i = first_ending_from(type, base + 1);

	return base != ~0ULL && i < type->cnt && type->regions[i].base <= base &&
	       region_end(&type->regions[i]) - base >= size;
}

/* [@start, @end) of node @nid cut to whole pages. */
static bool whole_pages(phys_addr_t start, phys_addr_t end, unsigned int nid, struct memblock_region *out)
{
	start = ALIGN(start, PAGE_SIZE);
	end = ALIGN_DOWN(end, PAGE_SIZE);
	if (start >= end)
		return false;
	*out = (struct memblock_region){ .base = start, .size = end - start, .nid = nid };
	return true;
}

bool memblock_next_ram(phys_addr_t from, phys_addr_t limit, struct memblock_region *out)
{
	const struct memblock_type *mem = &memblock.memory;
	unsigned int m = first_ending_from(mem, from + 1);

	for (; m < mem->cnt && mem->regions[m].base < limit; m++)
		if (whole_pages(max(from, mem->regions[m].base), min(limit, region_end(&mem->regions[m])),
				mem->regions[m].nid, out))
			return true;
	return false;
}

bool memblock_next_free(phys_addr_t from, phys_addr_t limit, struct memblock_region *out)
{
	const struct memblock_type *res = &memblock.reserved;
	struct memblock_region ram;

	for (; memblock_next_ram(from, limit, &ram); from = region_end(&ram)) {
		unsigned int r = first_ending_from(res, ram.base + 1);
		phys_addr_t start = ram.base;

		for (; r < res->cnt && res->regions[r].base < region_end(&ram); r++) {
			if (whole_pages(start, res->regions[r].base, ram.nid, out))
				return true;
			start = region_end(&res->regions[r]);
		}
		if (start < region_end(&ram) && whole_pages(start, region_end(&ram), ram.nid, out))
			return true;
	}
	return false;
}

/* Ranges may begin and end inside a page: it counts for the first one that touches it. */
unsigned long memblock_count_uses(unsigned long pages[NR_MEM_USES])
{
	const struct memblock_type *res = &memblock.reserved;
	phys_addr_t at = 0, end;
	unsigned long sum = 0;
	unsigned int r;

	for (r = 0; r < NR_MEM_USES; r++)
		pages[r] = 0;
	for (r = 0; r < res->cnt; r++, at = max(at, end)) {
		struct memblock_region ram;

		at = max(at, ALIGN_DOWN(res->regions[r].base, PAGE_SIZE));
		end = ALIGN(min(region_end(&res->regions[r]), ALIGN_DOWN(~0ULL, PAGE_SIZE)), PAGE_SIZE);
		for (; at < end && memblock_next_ram(at, end, &ram); at = region_end(&ram)) {
			pages[res->regions[r].use] += ram.size >> PAGE_SHIFT;
			sum += ram.size >> PAGE_SHIFT;
		}
	}
	return sum;
}

phys_addr_t memblock_end(void)
{
	const struct memblock_type *mem = &memblock.memory;

	return mem->cnt ? region_end(&mem->regions[mem->cnt - 1]) : 0;
}

u64 memblock_total(const struct memblock_type *type)
{
	u64 sum = 0;
	unsigned int i;

	for (i = 0; i < type->cnt; i++)
		sum += type->regions[i].size;
	return sum;
}
