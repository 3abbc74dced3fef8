/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Sorting of memory maps. Each entry becomes two change points, where it begins
 * and where it ends; one sweep over the sorted points knows at every address
 * which types claim it, and writes the winner. The claims are kept in the part
 * of the scratch space the sweep has already passed, so that any number of
 * unknown types may overlap without more memory.
 */
#include <lib/e820.h>
#include <lib/string.h>

/* No pointers in here: the EFI stub runs before anyone could relocate them. */
struct e820_kind {
	u32	type;
	u32	rank;			/* precedence in overlaps, higher wins */
	char	name[16];
};

#define RANK_UNKNOWN	6

/* The types that fill real maps come first: a lookup is a walk. */
static const struct e820_kind kinds[] = {
	{ E820_TYPE_RAM,		0, "usable" },
	{ E820_TYPE_RESERVED,		7, "reserved" },
	{ E820_TYPE_ACPI,		4, "ACPI data" },
	{ E820_TYPE_NVS,		5, "ACPI NVS" },
	{ E820_TYPE_UNUSABLE,		8, "unusable" },
	{ E820_TYPE_PMEM,		2, "persistent" },
	{ E820_TYPE_PRAM,		3, "persistent (12)" },
	{ E820_TYPE_SOFT_RESERVED,	1, "soft reserved" },
};

static const struct e820_kind *find_kind(u32 type)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (kinds[i].type == type)
			return &kinds[i];
	}
	return NULL;
}

unsigned int e820_type_rank(u32 type)
{
	const struct e820_kind *kind = find_kind(type);

	return kind ? kind->rank : RANK_UNKNOWN;
}

const char *e820_type_name(u32 type)
{
	const struct e820_kind *kind = find_kind(type);

	return kind ? kind->name : "unknown type";
}

u64 e820_total(const struct boot_e820_entry *map, unsigned int nr, u32 type)
{
	u64 sum = 0;

	for (unsigned int i = 0; i < nr; i++) {
		if (map[i].type == type)
			sum += map[i].size;
	}
	return sum;
}

/* Split every entry of @map in two change points. Return: how many there are. */
static unsigned int e820_collect(const struct boot_e820_entry *map, unsigned int nr,
				 struct e820_change *change, struct e820_report *report)
{
	struct e820_change *next = change;

	for (unsigned int i = 0; i < nr; i++) {
		u64 start = map[i].addr, end = start + map[i].size;
		u32 type = map[i].type;

		if (map[i].size == 0)
			report->empty++;
		if (end < start) {
			report->wrapped++;
			end = ~0ULL;
		}
		if (end == start)
			continue;
		*next++ = (struct e820_change){ start, type, 1 };
		*next++ = (struct e820_change){ end, type, 0 };
	}
	return next - change;
}

/*
 * Insertion sort: one comparison for each point of a sorted map, which is what
 * firmware hands out. Gives up, false, after some moves per point.
 */
static bool insertion_sort(struct e820_change *c, unsigned int nr)
{
	unsigned int moves = 8 * nr;

	for (unsigned int i = 1; i < nr; i++) {
		struct e820_change this = c[i];
		unsigned int hole = i;

		for (; hole && c[hole - 1].addr > this.addr && moves; hole--, moves--)
			c[hole] = c[hole - 1];
		c[hole] = this;
		if (!moves)
			return false;
	}
	return true;
}

/* Let the point at @hole sink until neither child in c[0..nr) is larger. */
static void sift_down(struct e820_change *c, unsigned int hole, unsigned int nr)
{
	struct e820_change this = c[hole];

	for (;;) {
		unsigned int child = 2 * hole + 1;

		if (child >= nr)
			break;
		if (child + 1 < nr && c[child + 1].addr > c[child].addr)
			child++;
		if (c[child].addr <= this.addr)
			break;
		c[hole] = c[child];
		hole = child;
	}
	c[hole] = this;
}

/* For maps in no order at all: never quadratic, needs no memory. */
static void heap_sort(struct e820_change *c, unsigned int nr)
{
	for (unsigned int i = nr / 2; i-- > 0; )
		sift_down(c, i, nr);
	for (unsigned int i = nr; i-- > 1; ) {
		struct e820_change largest = c[0];

		c[0] = c[i];
		c[i] = largest;
		sift_down(c, 0, i);
	}
}

/*
 * The types that claim the address the sweep is at, each once, lowest rank
 * first. A slot is a struct e820_change with other meanings: @addr orders the
 * slots (rank, then type), @start counts the entries of this type.
 */
struct e820_claims {
	struct e820_change	*slot;
	unsigned int		nr;		/* slots in use */
	unsigned int		nr_entries;	/* sum of all @start */
};

static void claims_add(struct e820_claims *claims, u32 type)
{
	u64 order = (u64)e820_type_rank(type) << 32 | type;
	unsigned int i = claims->nr;

	claims->nr_entries++;
	while (i && claims->slot[i - 1].addr > order)
		i--;
	if (i && claims->slot[i - 1].addr == order) {
		claims->slot[i - 1].start++;
		return;
	}
	for (unsigned int j = claims->nr++; j > i; j--)
		claims->slot[j] = claims->slot[j - 1];
	claims->slot[i] = (struct e820_change){ order, type, 1 };
}

static void claims_drop(struct e820_claims *claims, u32 type)
{
	unsigned int i = 0;

	claims->nr_entries--;
	while (claims->slot[i].type != type)
		i++;
	if (--claims->slot[i].start)
		return;
	for (claims->nr--; i < claims->nr; i++)
		claims->slot[i] = claims->slot[i + 1];
}

struct e820_output {
	struct boot_e820_entry	*map;
	unsigned int		nr, max;	/* entries */
};

/* Add [@start, @end); false when there is no room. */
static bool output_add(struct e820_output *out, u64 start, u64 end, u32 type)
{
	if (out->nr) {
		struct boot_e820_entry *last = &out->map[out->nr - 1];

		if (last->type == type && last->addr + last->size == start) {
			last->size += end - start;
			return true;
		}
	}
	if (out->nr == out->max)
		return false;
	out->map[out->nr++] = (struct boot_e820_entry){ start, end - start, type };
	return true;
}

static bool e820_sweep(struct e820_change *change, unsigned int nr,
		       struct e820_output *out, struct e820_report *report)
{
	struct e820_claims claims = { .slot = change };
	bool overlap = false;
	u64 pos = 0;

	for (unsigned int i = 0; i < nr; i++) {
		struct e820_change this = change[i];

		if (this.addr > pos) {
			if (claims.nr_entries > 1 && !overlap)
				report->overlaps++;
			overlap = claims.nr_entries > 1;
			if (claims.nr && !output_add(out, pos, this.addr,
						     claims.slot[claims.nr - 1].type))
				return false;
			pos = this.addr;
		}
		if (this.start)
			claims_add(&claims, this.type);
		else
			claims_drop(&claims, this.type);
	}
	return true;
}

int e820_sanitize(struct boot_e820_entry *map, unsigned int nr, unsigned int max,
		  struct e820_change *scratch, struct e820_report *report)
{
	struct e820_output out = { .map = map, .max = max };
	struct e820_report found = { 0 };
	unsigned int nr_changes = e820_collect(map, nr, scratch, &found);

	if (!insertion_sort(scratch, nr_changes))
		heap_sort(scratch, nr_changes);
	if (!e820_sweep(scratch, nr_changes, &out, &found))
		return -1;
	if (report)
		*report = found;
	return out.nr;
}
