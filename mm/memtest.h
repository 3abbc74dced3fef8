/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory test without the memory: what its patterns are made of and the
 * loops that write and check them. mm/memtest_run.c finds the memory to test.
 *
 * A pattern is a number of rounds, a round a number of passes, and a pass goes
 * over all memory under test before the next begins, so that what is checked has
 * left the caches. What a word holds depends on its physical address and on the
 * pass only: any CPU can do any piece of a pass, in any order.
 */
#ifndef MM_MEMTEST_H
#define MM_MEMTEST_H

#include <kernel/spinlock.h>
#include <mm/memblock.h>

enum memtest_op {
	MEMTEST_FILL,			/* write the content */
	MEMTEST_CHECK,			/* read it */
	MEMTEST_UP, MEMTEST_DOWN,	/* read each word and write its complement, first to last or back */
	MEMTEST_MOVE,			/* CONTENT_NUMBERS in one half, copied to the other; then the other way */
	MEMTEST_WAIT			/* leave the memory alone */
};

enum memtest_content {
	CONTENT_VALUE,			/* the same in each word */
	CONTENT_ADDRESS,		/* the word's physical address */
	CONTENT_WALK,			/* one bit, in the next word the next one */
	CONTENT_NUMBERS			/* random, from a seed and the page's address */
};

struct memtest_pass {
	enum memtest_op		op;
	enum memtest_content	content;
	u64			value;	/* of CONTENT_VALUE; first bit of _WALK; seed of _NUMBERS */
	u64			flip;	/* 0, or ~0: what is read, or filled, is the complement */
};

/* Memory in whole pages. An error is reported once for each word and pass. */
struct memtest_piece {
	u64		*words;
	phys_addr_t	pa;		/* of the first word */
	unsigned long	nr_pages;
	void		(*error)(phys_addr_t pa, u64 expected, u64 found);
};

/** memtest_pass_run() - one pass over one piece; MEMTEST_WAIT does nothing. Context: any */
void memtest_pass_run(const struct memtest_pass *pass, const struct memtest_piece *piece);

/** memtest_pass_words() - words read and written for each word under test */
unsigned int memtest_pass_words(enum memtest_op op);

#define MEMTEST_PATTERNS	8
#define MEMTEST_FADE		7	/* number of the pattern that waits */

/** memtest_pattern_name() - "fixed"; @pattern below MEMTEST_PATTERNS */
const char *memtest_pattern_name(unsigned int pattern);

/**
 * memtest_pattern_pass() - pass number @nr of a pattern
 * @seed: of what is random in it
 * Return: false when the pattern has fewer passes.
 */
bool memtest_pattern_pass(unsigned int pattern, unsigned int nr, u64 seed, struct memtest_pass *pass);

struct memtest_options {
	unsigned int	passes;		/* how often all patterns are run */
	unsigned int	patterns;	/* bit n: pattern n */
	u64		limit;		/* bytes to test at most, 0: all that is free */
	u64		seed;
	unsigned int	fade_ms;	/* how long MEMTEST_WAIT waits */
};

/**
 * memtest_option() - take one word: a number of passes, the name of a pattern, "all", or
 * limit=SIZE, seed=N, fade=MILLISECONDS
 * @o: passes and patterns 0 before the first word
 * Return: 0, or -1 when the word makes no sense.
 */
int memtest_option(struct memtest_options *o, const char *word);

/** memtest_defaults() - what no word has set: one pass, every pattern but fade */
void memtest_defaults(struct memtest_options *o);

/**
 * memtest_add_bad() - a range is bad: into a list that is never full
 * Where there is no room for another range, the two nearest become one, with
 * what lies between them.
 */
void memtest_add_bad(struct memblock_type *bad, phys_addr_t base, u64 size);

/* What is left of a pass: CPUs take pieces until there are none. */
struct memtest_work {
	struct spinlock			lock;	/* guards the rest */
	const struct memblock_type	*memory;
	unsigned int			region;	/* regions done */
	u64				done;	/* bytes of the next one done */
	bool				down;	/* the last piece first */
};

/** memtest_work_next() - take at most @size bytes; false when nothing is left. Any CPU */
bool memtest_work_next(struct memtest_work *work, u64 size, struct memblock_region *piece);

#endif
