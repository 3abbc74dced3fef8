/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loops of the memory test, page by page. They decide how long it takes, so
 * each is as few instructions a word as it can be: "rep stosq" writes and "repe
 * scasq" checks with one, moving inversions take three. Nothing is kept for the
 * report: where a word differs, it is read again by a function out of the way.
 */
#include "memtest.h"
#include <asm/page.h>

#define PAGE_WORDS	(PAGE_SIZE / sizeof(u64))
#define UNROLL		8

#define REPEAT_8(STEP)	STEP(0) STEP(1) STEP(2) STEP(3) STEP(4) STEP(5) STEP(6) STEP(7)

/* One page, and how a word of it is named in a report. */
struct page_words {
	u64		*first, *end;
	phys_addr_t	pa;
	void		(*error)(phys_addr_t pa, u64 expected, u64 found);
};

static __noinline void differs(const struct page_words *page, const u64 *word, u64 expected)
{
	page->error(page->pa + (word - page->first) * sizeof(*word), expected,
		    *(const volatile u64 *)word);
}

/* ---------------------------------------------------------------- one value */

static void fill_value(const struct page_words *page, u64 value)
{
	u64 *p = page->first;
	unsigned long n = PAGE_WORDS;

	__asm__ volatile("rep stosq" : "+D"(p), "+c"(n) : "a"(value) : "memory");
}

static void check_value(const struct page_words *page, u64 value)
{
	const u64 *p = page->first;
	unsigned long n = PAGE_WORDS;
	bool same;

	for (;;) {
		__asm__ volatile("repe scasq" : "+D"(p), "+c"(n), "=@ccz"(same) : "a"(value) : "memory");
		if (same)
			return;
		differs(page, p - 1, value);
		if (!n)
			return;
	}
}

#define INVERT(i)					\
	if (unlikely(p[i] != value))			\
		differs(page, p + (i), value);		\
	p[i] = inverse;

static void invert_value_up(const struct page_words *page, u64 value)
{
	u64 *p, inverse = ~value;

	for (p = page->first; p < page->end; p += UNROLL) {
		REPEAT_8(INVERT)
	}
}

#define INVERT_BACK(i)	INVERT(UNROLL - 1 - (i))

static void invert_value_down(const struct page_words *page, u64 value)
{
	u64 *p = page->end, inverse = ~value;

	do {
		p -= UNROLL;
		REPEAT_8(INVERT_BACK)
	} while (p > page->first);
}

/* ---------------------------------------------------------------- sequences */

/* SplitMix64: one step of it, to make a seed of anything. */
static u64 mix(u64 z)
{
	z += 0x9e3779b97f4a7c15ULL;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/*
 * The complement of a sequence of addresses or of a walking bit is a sequence
 * too: it starts with the complement and steps back, or turns the same way. That
 * of random numbers is taken word by word.
 */
static __inline_always u64 first_state(enum memtest_content content, const struct memtest_pass *pass, phys_addr_t pa)
{
	switch (content) {
	case CONTENT_ADDRESS:	return pa ^ pass->flip;
	case CONTENT_WALK:	return 1ULL << (pa / sizeof(u64) + pass->value) % 64 ^ pass->flip;
	default:		return mix(pass->value ^ pa);
	}
}

static __inline_always u64 next_state(enum memtest_content content, u64 state, u64 flip)
{
	switch (content) {
	case CONTENT_ADDRESS:	return state + ((sizeof(u64) ^ flip) - flip);
	case CONTENT_WALK:	return state << 1 | state >> 63;
	default:		return state * 6364136223846793005ULL + 1442695040888963407ULL;
	}
}

/* The low bits of the generator's state have short periods: the high ones are laid over them. */
static __inline_always u64 state_word(enum memtest_content content, u64 state, u64 flip)
{
	return content == CONTENT_NUMBERS ? state ^ state >> 32 ^ flip : state;
}

enum access { WRITE, READ, INVERSION };

#define SEQUENCE_STEP(i)					\
	word = state_word(content, state, flip);		\
	if (access != WRITE && unlikely(p[i] != word))		\
		differs(page, p + (i), word);			\
	if (access != READ)					\
		p[i] = access == WRITE ? word : ~word;		\
	state = next_state(content, state, flip);

/* With @content and @access constant, a loop of its own for each of them. */
static __inline_always void one_sequence(const struct page_words *page, const struct memtest_pass *pass,
					 enum memtest_content content, enum access access)
{
	u64 word, state = first_state(content, pass, page->pa), flip = pass->flip, *p;

	for (p = page->first; p < page->end; p += UNROLL) {
		REPEAT_8(SEQUENCE_STEP)
	}
}

static __inline_always void any_sequence(const struct page_words *page, const struct memtest_pass *pass,
					 enum access access)
{
	switch (pass->content) {
	case CONTENT_ADDRESS:
		one_sequence(page, pass, CONTENT_ADDRESS, access);
		break;
	case CONTENT_WALK:
		one_sequence(page, pass, CONTENT_WALK, access);
		break;
	default:
		one_sequence(page, pass, CONTENT_NUMBERS, access);
	}
}

/* ---------------------------------------------------------------- passes */

static void page_fill(const struct page_words *page, const struct memtest_pass *pass)
{
	if (pass->content == CONTENT_VALUE)
		fill_value(page, pass->value ^ pass->flip);
	else
		any_sequence(page, pass, WRITE);
}

static void page_check(const struct page_words *page, const struct memtest_pass *pass)
{
	if (pass->content == CONTENT_VALUE)
		check_value(page, pass->value ^ pass->flip);
	else
		any_sequence(page, pass, READ);
}

static void page_up(const struct page_words *page, const struct memtest_pass *pass)
{
	if (pass->content == CONTENT_VALUE)
		invert_value_up(page, pass->value ^ pass->flip);
	else
		any_sequence(page, pass, INVERSION);
}

/* Sequences run one way only; no pattern asks for them backwards. */
static void page_down(const struct page_words *page, const struct memtest_pass *pass)
{
	invert_value_down(page, pass->value ^ pass->flip);
}

static struct page_words page_at(const struct memtest_piece *piece, unsigned long nr)
{
	u64 *first = piece->words + nr * PAGE_WORDS;
	phys_addr_t pa = piece->pa + nr * PAGE_SIZE;

	return (struct page_words){ first, first + PAGE_WORDS, pa, piece->error };
}

/* A word that is wrong where it was copied from is wrong in the copy, and that is not the copy's fault. */
static void compare_copy(const struct page_words *from, const struct page_words *to, const struct memtest_pass *pass)
{
	u64 state = first_state(CONTENT_NUMBERS, pass, from->pa);
	unsigned long i;

	for (i = 0; i < PAGE_WORDS; i++, state = next_state(CONTENT_NUMBERS, state, 0)) {
		u64 word = state_word(CONTENT_NUMBERS, state, 0);

		if (unlikely(from->first[i] != word))
			differs(from, from->first + i, word);
		else if (unlikely(to->first[i] != word))
			differs(to, to->first + i, word);
	}
}

static void move_half(const struct memtest_pass *pass, const struct memtest_piece *piece,
		      unsigned long from, unsigned long to, unsigned long nr)
{
	const u64 *src = piece->words + from * PAGE_WORDS;
	u64 *dst = piece->words + to * PAGE_WORDS;
	unsigned long i, words = nr * PAGE_WORDS;

	for (i = 0; i < nr; i++) {
		struct page_words page = page_at(piece, from + i);

		one_sequence(&page, pass, CONTENT_NUMBERS, WRITE);
	}
	__asm__ volatile("rep movsq" : "+D"(dst), "+S"(src), "+c"(words) : : "memory");
	for (i = 0; i < nr; i++) {
		struct page_words source = page_at(piece, from + i), copy = page_at(piece, to + i);

		compare_copy(&source, &copy, pass);
	}
}

/* Of an odd number of pages the middle one stays as it is. */
static void move_blocks(const struct memtest_pass *pass, const struct memtest_piece *piece)
{
	unsigned long half = piece->nr_pages / 2;

	if (!half)
		return;
	move_half(pass, piece, 0, piece->nr_pages - half, half);
	move_half(pass, piece, piece->nr_pages - half, 0, half);
}

void memtest_pass_run(const struct memtest_pass *pass, const struct memtest_piece *piece)
{
	static void (*const on_page[])(const struct page_words *, const struct memtest_pass *) = {
		[MEMTEST_FILL] = page_fill, [MEMTEST_CHECK] = page_check,
		[MEMTEST_UP] = page_up, [MEMTEST_DOWN] = page_down,
	};
	unsigned long i;

	if (pass->op == MEMTEST_MOVE)
		move_blocks(pass, piece);
	if (pass->op >= ARRAY_SIZE(on_page))
		return;
	for (i = 0; i < piece->nr_pages; i++) {
		struct page_words page = page_at(piece, pass->op == MEMTEST_DOWN ? piece->nr_pages - 1 - i : i);

		on_page[pass->op](&page, pass);
	}
}

unsigned int memtest_pass_words(enum memtest_op op)
{
	static const u8 words[] = {
		[MEMTEST_FILL] = 1, [MEMTEST_CHECK] = 1, [MEMTEST_UP] = 2, [MEMTEST_DOWN] = 2,
		[MEMTEST_MOVE] = 5,	/* half is written, read, written, and all of it read; twice */
		[MEMTEST_WAIT] = 0,
	};

	return words[op];
}
