/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slow model of memory maps, for addresses of any kind: between two
 * neighbouring bounds of all entries nothing changes, so each such stretch is
 * looked up in every entry.
 */
#ifndef TESTS_FUZZ_MAP_MODEL_H
#define TESTS_FUZZ_MAP_MODEL_H

#include <tests/fuzz/fuzz.h>
#include <lib/e820.h>

#define MODEL_MAX	400

struct claim {
	u64	start, end;
	u32	type;
};

struct map_model {
	struct claim	claim[MODEL_MAX];
	unsigned int	nr;
	u64		bound[4 * MODEL_MAX];
	unsigned int	nr_bounds;
};

static inline void model_bound(struct map_model *m, u64 addr)
{
	m->bound[m->nr_bounds++] = addr;
}

/* [@start, @start + @size) has @type; 2^64 - 1 is nobody's. */
static inline void model_claim(struct map_model *m, u64 start, unsigned __int128 size, u32 type)
{
	unsigned __int128 end = start + size;
	struct claim c = { start, end >> 64 ? UINT64_MAX : (u64)end, type };

	if (c.start >= c.end)
		return;
	m->claim[m->nr++] = c;
	model_bound(m, c.start);
	model_bound(m, c.end);
}

/* The contract's order of types, from low to high. */
static inline u64 model_precedence(u32 type)
{
	static const u32 order[] = { 1, 0xefffffff, 7, 12, 3, 4 };

	for (unsigned int i = 0; i < ARRAY_SIZE(order); i++)
		if (order[i] == type)
			return i;
	return type == 5 ? 8 : type == 2 ? 7 : 6;
}

/* Whether anything claims @addr, and the type that wins. */
static inline bool model_type_at(const struct map_model *m, u64 addr, u32 *type)
{
	u64 best = 0;
	bool found = false;

	for (unsigned int i = 0; i < m->nr; i++) {
		const struct claim *c = &m->claim[i];
		u64 rank = model_precedence(c->type) << 32 | c->type;

		if (addr < c->start || addr >= c->end || (found && rank < best))
			continue;
		best = rank;
		found = true;
	}
	*type = best;
	return found;
}

static inline int compare_bounds(const void *a, const void *b)
{
	u64 x = *(const u64 *)a, y = *(const u64 *)b;

	return (x > y) - (x < y);
}

static inline const struct boot_e820_entry *entry_at(const struct boot_e820_entry *map, unsigned int nr, u64 addr)
{
	for (unsigned int i = 0; i < nr; i++)
		if (map[i].addr <= addr && addr - map[i].addr < map[i].size)
			return &map[i];
	return NULL;
}

/* Sorted, disjoint, nothing empty, nothing that wraps, no neighbours that should be one. */
static inline void check_shape(const struct boot_e820_entry *map, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		u64 end = map[i].addr + map[i].size;

		CHECK(map[i].size && end > map[i].addr, "entry %u", i);
		if (!i)
			continue;
		CHECK(map[i - 1].addr + map[i - 1].size <= map[i].addr, "entries %u and %u overlap", i - 1, i);
		CHECK(map[i - 1].addr + map[i - 1].size < map[i].addr || map[i - 1].type != map[i].type,
		      "entries %u and %u are one", i - 1, i);
	}
}

/* @type_at: the model's answer. Every stretch between bounds, those of the map included, is compared. */
static inline void check_map(struct map_model *m, const struct boot_e820_entry *map, unsigned int nr,
			     bool (*type_at)(const struct map_model *, u64, u32 *))
{
	u64 total[2] = { 0 }, stretch;

	check_shape(map, nr);
	qsort(m->bound, m->nr_bounds, sizeof(m->bound[0]), compare_bounds);
	for (unsigned int i = 0; i < m->nr_bounds; i++) {
		const struct boot_e820_entry *e = entry_at(map, nr, m->bound[i]);
		u32 want;
		bool any = type_at(m, m->bound[i], &want);

		CHECK(any == (e != NULL), "at %#" PRIx64, m->bound[i]);
		CHECK(!e || e->type == want, "at %#" PRIx64 " type %u, not %u", m->bound[i], e->type, want);
		stretch = i + 1 < m->nr_bounds ? m->bound[i + 1] - m->bound[i] : 0;
		total[0] += any ? stretch : 0;
	}
	for (unsigned int i = 0; i < nr; i++)
		total[1] += map[i].size;
	CHECK(total[0] == total[1], "%#" PRIx64 " bytes, not %#" PRIx64, total[1], total[0]);
}

#endif
