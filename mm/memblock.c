/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A list is an array kept sorted by base. Adding a range finds the ranges it
 * overlaps or touches, grows it over them and closes the gap they leave; so
 * there is at most one insertion and one move per call. An array that is nearly
 * full doubles into memory that memblock itself allocates.
 */
#include <mm/memblock.h>
#include <asm/page.h>
#include <lib/string.h>
#include <uapi/errno.h>

#define INIT_REGIONS	128
#define SPARE_REGIONS	4	/* a list with fewer free slots grows */

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
static int insert(struct memblock_type *type, phys_addr_t base, u64 size, enum mem_use use,
		  unsigned int spare)
{
	struct memblock_region new = { base, min(size, ~0ULL - base), use };
	unsigned int from, to;

	if (!new.size)
		return 0;
	from = first_ending_from(type, base);
	if (from < type->cnt && region_end(&type->regions[from]) == base && type->regions[from].use != use)
		from++;
	for (to = from; to < type->cnt && type->regions[to].base <= region_end(&new); to++) {
		phys_addr_t end = max(region_end(&new), region_end(&type->regions[to]));

		if (type->regions[to].use != use)
			break;			/* they touch, no more */
		new.base = min(new.base, type->regions[to].base);
		new.size = end - new.base;
	}
	if (to == from && type->cnt + spare >= type->max)
		return -ENOMEM;
	replace(type, from, to, &new, 1);
	return 0;
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
			left[n++] = (struct memblock_region){ r->base, base - r->base, r->use };
		if (region_end(r) > end)
			left[n++] = (struct memblock_region){ end, region_end(r) - end, r->use };
	}
	if (n > to - from && type->cnt + spare >= type->max)
		return -ENOMEM;
	replace(type, from, to, left, n);
	return 0;
}

static phys_addr_t find_free(u64 size, u64 align);

/* Double the array of a list. The old one is given back unless it is the static one. */
static void grow(struct memblock_type *type)
{
	u64 old_size = ALIGN(type->max * sizeof(struct memblock_region), PAGE_SIZE);
	u64 new_size = ALIGN(2 * type->max * sizeof(struct memblock_region), PAGE_SIZE);
	struct memblock_region *old = type->regions;
	bool was_static = old == memory_regions || old == reserved_regions;
	phys_addr_t pa = find_free(new_size, PAGE_SIZE);

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

int memblock_add(phys_addr_t base, u64 size)
{
	return keep_room(insert(&memblock.memory, base, size, 0, 0));
}

/*
 * Only the gaps between earlier reservations are new. One slot is left for the
 * array that a list grows into.
 */
int memblock_reserve(phys_addr_t base, u64 size, enum mem_use use)
{
	const struct memblock_type *res = &memblock.reserved;
	phys_addr_t at = base, end = base + min(size, ~0ULL - base);
	int err = 0;

	while (at < end && !err) {
		unsigned int next = first_ending_from(res, at + 1);
		bool met = next < res->cnt && res->regions[next].base < end;
		phys_addr_t gap_end = met ? res->regions[next].base : end;
		phys_addr_t resume = met ? region_end(&res->regions[next]) : end;

		if (at < gap_end)
			err = insert(&memblock.reserved, at, gap_end - at, use, 1);
		at = resume;
	}
	return keep_room(err);
}

int memblock_free(phys_addr_t base, u64 size)
{
	return keep_room(cut(&memblock.reserved, base, size, 1));
}

/* The highest place in [@start, @end) of free RAM, 0 if none; 0 itself is never given out. */
static phys_addr_t fit_top_down(phys_addr_t start, phys_addr_t end, u64 size, u64 align)
{
	phys_addr_t at;

	if (end <= start || end - start < size)
		return 0;
	at = ALIGN_DOWN(end - size, align);
	return at >= start ? at : 0;
}

static phys_addr_t find_free(u64 size, u64 align)
{
	const struct memblock_type *mem = &memblock.memory, *res = &memblock.reserved;
	unsigned int m = mem->cnt, r = res->cnt;
	phys_addr_t found;

	while (m--) {
		phys_addr_t start = mem->regions[m].base;
		phys_addr_t end = min(region_end(&mem->regions[m]), memblock.limit);

		/* from the top of this region, step down over the reservations in it */
		while (r && res->regions[r - 1].base >= end)
			r--;
		while (r && region_end(&res->regions[r - 1]) > start) {
			found = fit_top_down(max(start, region_end(&res->regions[r - 1])), end, size, align);
			if (found)
				return found;
			end = min(end, res->regions[r - 1].base);
			if (end <= start)
				break;
			r--;
		}
		found = fit_top_down(start, end, size, align);
		if (found)
			return found;
	}
	return 0;
}

phys_addr_t memblock_phys_alloc(u64 size, u64 align, enum mem_use use)
{
	phys_addr_t pa;

	keep_room(0);		/* the limit may have been in the way before */
	pa = find_free(size, align);
	if (!pa || memblock_reserve(pa, size, use))
		return 0;
	return pa;
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

/* [@start, @end) cut to whole pages. */
static bool whole_pages(phys_addr_t start, phys_addr_t end, struct memblock_region *out)
{
	start = ALIGN(start, PAGE_SIZE);
	end = ALIGN_DOWN(end, PAGE_SIZE);
	if (start >= end)
		return false;
	*out = (struct memblock_region){ .base = start, .size = end - start };
	return true;
}

bool memblock_next_ram(phys_addr_t from, phys_addr_t limit, struct memblock_region *out)
{
	const struct memblock_type *mem = &memblock.memory;
	unsigned int m = first_ending_from(mem, from + 1);

	for (; m < mem->cnt && mem->regions[m].base < limit; m++)
		if (whole_pages(max(from, mem->regions[m].base), min(limit, region_end(&mem->regions[m])), out))
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
			if (whole_pages(start, res->regions[r].base, out))
				return true;
			start = region_end(&res->regions[r]);
		}
		if (start < region_end(&ram) && whole_pages(start, region_end(&ram), out))
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
