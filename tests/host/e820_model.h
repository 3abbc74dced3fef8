/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The slow model of memory maps: a small address space, one cell per page, each
 * painted with every range that covers it. Half of the cells stand for the
 * lowest pages, half for the pages that end at 2^64, so that wrapping ranges
 * have somewhere to end.
 */
#ifndef TESTS_HOST_E820_MODEL_H
#define TESTS_HOST_E820_MODEL_H

#include <tests/host/test.h>
#include <lib/e820.h>

#define CELLS		512
#define HALF		(CELLS / 2)
#define CELL_SIZE	4096

struct cell {
	unsigned int	claims;		/* ranges that cover it */
	u64		winner;		/* precedence << 32 | type, the highest of them */
};

struct model {
	struct cell		cell[CELLS];
	struct e820_report	report;
};

/* First address of a cell; cell CELLS is the last address of all. */
static inline u64 cell_addr(unsigned int cell)
{
	if (cell >= CELLS)
		return UINT64_MAX;
	return cell < HALF ? (u64)cell * CELL_SIZE : -(u64)(CELLS - cell) * CELL_SIZE;
}

/* The contract's order, spelled out once more. */
static inline u64 model_precedence(u32 type)
{
	static const u32 order[] = { 1, 0xefffffff, 7, 12, 3, 4 };

	for (unsigned int i = 0; i < ARRAY_SIZE(order); i++) {
		if (order[i] == type)
			return i;
	}
	return type == 5 ? 8 : type == 2 ? 7 : 6;
}

/* [@start, @end), neither of which wraps any more. */
static inline void model_paint(struct model *m, u64 start, u64 end, u32 type)
{
	u64 claim = model_precedence(type) << 32 | type;

	for (unsigned int i = 0; i < CELLS; i++) {
		struct cell *c = &m->cell[i];

		if (cell_addr(i) < start || cell_addr(i) >= end)
			continue;
		c->claims++;
		if (c->claims == 1 || claim > c->winner)
			c->winner = claim;
	}
}

static inline bool same_run(unsigned int i)
{
	return i > 0 && i != HALF;
}

static inline void model_count_overlaps(struct model *m)
{
	m->report.overlaps = 0;
	for (unsigned int i = 0; i < CELLS; i++) {
		if (m->cell[i].claims > 1 && !(same_run(i) && m->cell[i - 1].claims > 1))
			m->report.overlaps++;
	}
}

/* The map the cells amount to. Return: entries written to @map. */
static inline unsigned int model_map(const struct model *m, struct boot_e820_entry *map)
{
	unsigned int nr = 0;

	for (unsigned int i = 0; i < CELLS; i++) {
		const struct cell *c = &m->cell[i];
		bool joins = same_run(i) && m->cell[i - 1].claims && m->cell[i - 1].winner == c->winner;

		if (!c->claims)
			continue;
		if (!joins)
			map[nr++] = (struct boot_e820_entry){ cell_addr(i), 0, (u32)c->winner };
		map[nr - 1].size = (i + 1 == HALF ? (u64)HALF * CELL_SIZE : cell_addr(i + 1)) -
				   map[nr - 1].addr;
	}
	return nr;
}

static inline void assert_same_map(const struct boot_e820_entry *got, unsigned int nr_got,
				   const struct boot_e820_entry *want, unsigned int nr_want)
{
	for (unsigned int i = 0; i < nr_got && i < nr_want; i++) {
		if (got[i].addr != want[i].addr || got[i].size != want[i].size ||
		    got[i].type != want[i].type)
			fail_msg("entry %u: %#jx+%#jx type %u, model says %#jx+%#jx type %u", i,
				 (uintmax_t)got[i].addr, (uintmax_t)got[i].size, got[i].type,
				 (uintmax_t)want[i].addr, (uintmax_t)want[i].size, want[i].type);
	}
	assert_int_equal(nr_got, nr_want);
}

static inline void assert_same_report(const struct e820_report *got, const struct e820_report *want)
{
	assert_int_equal(got->empty, want->empty);
	assert_int_equal(got->wrapped, want->wrapped);
	assert_int_equal(got->overlaps, want->overlaps);
}

#endif
