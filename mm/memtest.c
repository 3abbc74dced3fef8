/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which passes make a pattern, and what each finds:
 *
 *   fixed    moving inversions of zeros and ones: bits that stick; words that
 *            change when another one is written, whichever comes first
 *   bytes    moving inversions of one bit in each byte: bits of a word that
 *            influence each other, but for those whole bytes apart
 *   random   moving inversions of random values
 *   address  each word holds its address: lines that are cut or joined, so that
 *            two addresses are one word
 *   walk     one bit a word, the next bit in the next word: any two data lines;
 *            after eight seeds in a row each bit was alone in each word
 *   numbers  a different random number in each word
 *   block    half of a piece is copied to the other half by the CPU's string move
 *   fade     ones, then zeros, left alone for a while: bits that do not last
 *
 * All but the last two hold both values in each bit.
 */
#include "memtest.h"
#include <asm/page.h>
#include <lib/kstrtox.h>
#include <lib/memparse.h>
#include <lib/string.h>

struct step {
	enum memtest_op	op;
	u64		flip;
};

static const struct step moving[] = {
	{ MEMTEST_FILL, 0 }, { MEMTEST_UP, 0 }, { MEMTEST_DOWN, ~0ULL }, { MEMTEST_CHECK, 0 },
};
static const struct step sequence[] = {
	{ MEMTEST_FILL, 0 }, { MEMTEST_UP, 0 }, { MEMTEST_CHECK, ~0ULL },
};
static const struct step block[] = { { MEMTEST_MOVE, 0 } };
static const struct step fade[] = {
	{ MEMTEST_FILL, ~0ULL }, { MEMTEST_WAIT, 0 }, { MEMTEST_CHECK, ~0ULL },
	{ MEMTEST_FILL, 0 }, { MEMTEST_WAIT, 0 }, { MEMTEST_CHECK, 0 },
};

static u64 ones_in_odd_rounds(unsigned int round, u64 seed)
{
	return round % 2 ? ~0ULL : 0;
}

static u64 bit_in_each_byte(unsigned int round, u64 seed)
{
	return 0x0101010101010101ULL << round;
}

static u64 byte_of_first_bit(unsigned int round, u64 seed)
{
	return 8 * round + seed;
}

static u64 random_value(unsigned int round, u64 seed)
{
	u64 x = (seed + round + 1) * 0x9e3779b97f4a7c15ULL;

	x = (x ^ x >> 32) * 0xd6e8feb86659fd93ULL;
	return x ^ x >> 32;
}

static const struct pattern {
	const char		*name;
	enum memtest_content	content;
	unsigned int		rounds;
	u64			(*value)(unsigned int round, u64 seed);
	const struct step	*step;		/* of one round */
	unsigned int		nr_steps;
} patterns[] = {
	{ "fixed",   CONTENT_VALUE,   2, ones_in_odd_rounds, moving,   ARRAY_SIZE(moving) },
	{ "bytes",   CONTENT_VALUE,   8, bit_in_each_byte,   moving,   ARRAY_SIZE(moving) },
	{ "random",  CONTENT_VALUE,   4, random_value,	     moving,   ARRAY_SIZE(moving) },
	{ "address", CONTENT_ADDRESS, 1, random_value,	     sequence, ARRAY_SIZE(sequence) },
	{ "walk",    CONTENT_WALK,    8, byte_of_first_bit,  sequence, ARRAY_SIZE(sequence) },
	{ "numbers", CONTENT_NUMBERS, 2, random_value,	     sequence, ARRAY_SIZE(sequence) },
	{ "block",   CONTENT_NUMBERS, 2, random_value,	     block,    ARRAY_SIZE(block) },
	[MEMTEST_FADE] = { "fade", CONTENT_VALUE, 1, ones_in_odd_rounds, fade, ARRAY_SIZE(fade) },
};

static_assert(ARRAY_SIZE(patterns) == MEMTEST_PATTERNS, "the header says how many");

const char *memtest_pattern_name(unsigned int pattern)
{
	return patterns[pattern].name;
}

bool memtest_pattern_pass(unsigned int pattern, unsigned int nr, u64 seed, struct memtest_pass *pass)
{
	const struct pattern *p = &patterns[pattern];
	unsigned int round = nr / p->nr_steps;
	const struct step *step = &p->step[nr % p->nr_steps];

	if (round >= p->rounds)
		return false;
	*pass = (struct memtest_pass){ step->op, p->content, p->value(round, seed), step->flip };
	return true;
}

/* ---------------------------------------------------------------- options */

/* "@key=" and a number, sizes as memparse() has them. */
static bool number_after(const char *word, const char *key, u64 *value)
{
	size_t len = strlen(key);
	const char *end;
	u64 n;

	if (strncmp(word, key, len))
		return false;
	n = memparse(word + len, &end);
	if (end == word + len || *end)
		return false;
	*value = n;
	return true;
}

int memtest_option(struct memtest_options *o, const char *word)
{
	unsigned int i;
	u64 n;

	for (i = 0; i < MEMTEST_PATTERNS; i++)
		if (!strcmp(word, patterns[i].name)) {
			o->patterns |= 1u << i;
			return 0;
		}
	if (!strcmp(word, "all"))
		o->patterns = (1u << MEMTEST_PATTERNS) - 1;
	else if (!kstrtou64(word, 0, &n) && n && n <= ~0u)
		o->passes = n;
	else if (number_after(word, "fade=", &n) && n <= ~0u)
		o->fade_ms = n;
	else if (!number_after(word, "limit=", &o->limit) && !number_after(word, "seed=", &o->seed))
		return -1;
	return 0;
}

void memtest_defaults(struct memtest_options *o)
{
	if (!o->passes)
		o->passes = 1;
	if (!o->patterns)
		o->patterns = ((1u << MEMTEST_PATTERNS) - 1) & ~(1u << MEMTEST_FADE);
	if (!o->fade_ms)
		o->fade_ms = 2000;
}

/* ---------------------------------------------------------------- lists of ranges */

static phys_addr_t region_end(const struct memblock_region *r)
{
	return r->base + r->size;
}

static void close_narrowest_gap(struct memblock_type *bad)
{
	unsigned int i, at = 0;
	struct memblock_region *r = bad->regions;

	for (i = 1; i + 1 < bad->cnt; i++)
		if (r[i + 1].base - region_end(&r[i]) < r[at + 1].base - region_end(&r[at]))
			at = i;
	memblock_add_range(bad, region_end(&r[at]), r[at + 1].base - region_end(&r[at]));
}

void memtest_add_bad(struct memblock_type *bad, phys_addr_t base, u64 size)
{
	while (memblock_add_range(bad, base, size))
		close_narrowest_gap(bad);
}

bool memtest_work_next(struct memtest_work *work, u64 size, struct memblock_region *piece)
{
	unsigned long flags = spin_lock_irqsave(&work->lock);
	unsigned int nr = work->memory->cnt;
	bool found = work->region < nr;

	if (found) {
		const struct memblock_region *r;

		r = &work->memory->regions[work->down ? nr - 1 - work->region : work->region];
		piece->size = min(size, r->size - work->done);
		piece->base = work->down ? region_end(r) - work->done - piece->size : r->base + work->done;
		work->done += piece->size;
		if (work->done == r->size) {
			work->region++;
			work->done = 0;
		}
	}
	spin_unlock_irqrestore(&work->lock, flags);
	return found;
}
