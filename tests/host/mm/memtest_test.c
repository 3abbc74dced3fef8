// SPDX-License-Identifier: BSD-2-Clause
/*
 * mm/memtest.c and mm/memtest_words.c on memory with faults. Their own loops run
 * on two pages that are kept inaccessible: each access traps, the CPU makes one
 * step, and a fault then changes what the step wrote, as the faulty memory would
 * have. So every claim in the opening comment of mm/memtest.c is tried at the
 * grain of single words. What good memory holds after each pass is compared with
 * a naive model.
 */
#define _GNU_SOURCE
#include "tests/host/mm/machine.h"
#include <signal.h>
#include <ucontext.h>
#include "mm/memtest.c"
#include "mm/memtest_words.c"

#define PAGES		2
#define WORDS		(PAGES * PAGE_WORDS)
#define PA		0x7ffffe000ULL		/* the pages' physical address; its bits are both ones and zeros */

#define EFLAGS_TF	0x100

static u64 *mem, shadow[WORDS];
static bool stepping;

/* What is wrong with the memory: up to MAX_FAULTS words, or a line that all words share. */
#define MAX_FAULTS	16

static struct fault {
	void		(*settle)(const struct fault *f, unsigned int word, u64 old);	/* after a word has changed */
	unsigned int	word, bit;				/* of the victim */
	unsigned int	by_word, by_bit;			/* whose change it suffers from */
	bool		up;					/* that is from 0 to 1 */
	enum { CLEAR, SET, TURN } effect;
} faults[MAX_FAULTS];

static unsigned int nr_faults;
static unsigned int errors_at[WORDS], nr_errors;

/* ---------------------------------------------------------------- faulty memory */

static void protect(bool on)
{
	mprotect(mem, WORDS * sizeof(*mem), on ? PROT_NONE : PROT_READ | PROT_WRITE);
}

static void on_access(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	u64 *at = info->si_addr;

	if (!stepping || at < mem || at >= mem + WORDS)
		abort();
	protect(false);
	uc->uc_mcontext.gregs[REG_EFL] |= EFLAGS_TF;
}

static void on_step(int sig, siginfo_t *info, void *context)
{
	ucontext_t *uc = context;
	unsigned int i, n, nr = 0, written[8];

	uc->uc_mcontext.gregs[REG_EFL] &= ~EFLAGS_TF;
	for (i = 0; i < WORDS && nr < ARRAY_SIZE(written); i++)
		if (mem[i] != shadow[i])
			written[nr++] = i;
	for (i = 0; i < nr; i++)
		for (n = 0; n < nr_faults; n++)
			if (faults[n].settle)
				faults[n].settle(&faults[n], written[i], shadow[written[i]]);
	memcpy(shadow, mem, sizeof(shadow));
	protect(true);
}

static void effect(const struct fault *f)
{
	if (f->effect == SET)
		mem[f->word] |= 1ULL << f->bit;
	else if (f->effect == CLEAR)
		mem[f->word] &= ~(1ULL << f->bit);
	else
		mem[f->word] ^= 1ULL << f->bit;
}

static void sticks(const struct fault *f, unsigned int word, u64 old)
{
	effect(f);
}

static void coupled(const struct fault *f, unsigned int word, u64 old)
{
	u64 changed = f->up ? mem[word] & ~old : old & ~mem[word];

	if (word == f->by_word && changed >> f->by_bit & 1)
		effect(f);
}

/* An address line that is cut: words that differ in it are one. */
static void cut_line(const struct fault *f, unsigned int word, u64 old)
{
	mem[word ^ 1u << f->bit] = mem[word];
}

/* Two data lines that touch: both carry a one only when both should. */
static void joined_lines(const struct fault *f, unsigned int word, u64 old)
{
	u64 both = mem[word] >> f->bit & mem[word] >> f->by_bit & 1;

	mem[word] &= ~(1ULL << f->bit | 1ULL << f->by_bit);
	mem[word] |= both << f->bit | both << f->by_bit;
}

static void no_error_expected(phys_addr_t pa, u64 expected, u64 found)
{
	fail_msg("error at %#llx: %#llx, %#llx", (unsigned long long)pa, (unsigned long long)expected,
		 (unsigned long long)found);
}

static void note_error(phys_addr_t pa, u64 expected, u64 found)
{
	assert_true(pa >= PA && pa < PA + WORDS * 8 && pa % 8 == 0);
	assert_int_not_equal(expected, found);
	errors_at[(pa - PA) / 8]++;
	nr_errors++;
}

static void run_stepping(const struct memtest_pass *pass)
{
	const struct memtest_piece piece = { mem, PA, PAGES, note_error };
	const struct sigaction access = { .sa_sigaction = on_access, .sa_flags = SA_SIGINFO };
	const struct sigaction step = { .sa_sigaction = on_step, .sa_flags = SA_SIGINFO };
	struct sigaction cmockas;
	unsigned int n;

	sigaction(SIGSEGV, &access, &cmockas);
	sigaction(SIGTRAP, &step, NULL);
	memcpy(shadow, mem, sizeof(shadow));
	stepping = true;
	protect(true);
	memtest_pass_run(pass, &piece);
	protect(false);
	stepping = false;
	sigaction(SIGSEGV, &cmockas, NULL);
	for (n = 0; n < nr_faults; n++)
		if (pass->op == MEMTEST_WAIT && !faults[n].settle)
			effect(&faults[n]);		/* it fades */
}

static bool all_were_found(void)
{
	unsigned int n;

	for (n = 0; n < nr_faults; n++)
		if (!errors_at[faults[n].word])
			return false;
	return true;
}

/* The passes of a pattern, until each fault was reported at its word. Return: errors reported. */
static unsigned int errors_of(const char *name)
{
	struct memtest_options o = { 0 };
	struct memtest_pass pass;
	unsigned int nr, pattern;

	assert_int_equal(memtest_option(&o, name), 0);
	pattern = __builtin_ctz(o.patterns);
	memset(errors_at, 0, sizeof(errors_at));
	nr_errors = 0;
	for (nr = 0; !all_were_found() && memtest_pattern_pass(pattern, nr, 1, &pass); nr++)
		run_stepping(&pass);
	return nr_errors;
}

static unsigned int errors_elsewhere(void)
{
	unsigned int n, there = 0;

	for (n = 0; n < nr_faults; n++)
		there += errors_at[faults[n].word];
	return nr_errors - there;
}

static void expect_found(const char *name)
{
	unsigned int n, errors = errors_of(name);

	for (n = 0; n < nr_faults; n++)
		if (!errors_at[faults[n].word])
			fail_msg("%s misses word %u bit %u, by word %u bit %u, up %d effect %d", name, faults[n].word,
				 faults[n].bit, faults[n].by_word, faults[n].by_bit, faults[n].up, faults[n].effect);
	assert_true(errors > 0);
	assert_int_equal(errors_elsewhere(), 0);
}

static int make_memory(void **state)
{
	mem = address_space(WORDS * sizeof(*mem), PROT_READ | PROT_WRITE);
	return seed_random(state);
}

/* ---------------------------------------------------------------- what the patterns find */

/* Words far enough apart to be different ones, the first and the last among them. */
static unsigned int word_for(unsigned int n)
{
	if (n == 0 || n == MAX_FAULTS - 1)
		return n ? WORDS - 1 : 0;
	return n * (WORDS / MAX_FAULTS) + 9 + random_below(WORDS / MAX_FAULTS - 18);
}

static void stuck_bits_are_found_where_they_are(void **state)
{
	static const char *const patterns[] = { "fixed", "bytes", "random", "address", "walk", "numbers" };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(patterns); i++) {
		for (nr_faults = 0; nr_faults < MAX_FAULTS; nr_faults++)
			faults[nr_faults] = (struct fault){ sticks, word_for(nr_faults), random_below(64),
							    .effect = nr_faults % 2 ? SET : CLEAR };
		expect_found(patterns[i]);
	}
}

/* By the word before or behind it, near or in another page; by a rise or a fall; each effect. */
static void moving_inversions_find_words_that_influence_each_other(void **state)
{
	static const int distance[] = { 1, 7, PAGE_WORDS };
	unsigned int d;

	for (d = 0; d < ARRAY_SIZE(distance); d++) {
		for (nr_faults = 0; nr_faults < 2 * 2 * 3; nr_faults++) {
			unsigned int word = word_for(nr_faults + 1), by;

			by = nr_faults / 2 % 2 ? word - distance[d] : word + distance[d];
			faults[nr_faults] = (struct fault){ coupled, word, random_below(64), by % WORDS, random_below(64),
							    nr_faults % 2, nr_faults / 4 };
		}
		expect_found("fixed");
	}
}

static void one_fault(struct fault f)
{
	faults[0] = f;
	nr_faults = 1;
}

static void cut_address_lines_are_found(void **state)
{
	for (unsigned int line = 0; 1u << line < WORDS; line += 9) {
		one_fault((struct fault){ cut_line, .bit = line });
		assert_true(errors_of("address") > 0);
		assert_true(errors_of("numbers") > 0);
	}
}

static void joined_data_lines_are_found(void **state)
{
	one_fault((struct fault){ joined_lines, .word = 20, .bit = 20, .by_bit = 21 });
	assert_int_equal(errors_of("fixed"), 0);	/* both always carry the same */
	assert_true(errors_of("bytes") > 0);
	one_fault((struct fault){ joined_lines, .word = 20, .bit = 20, .by_bit = 52 });
	assert_true(errors_of("walk") > 0);
	assert_true(errors_of("numbers") > 0);
}

static void bits_that_fade_are_found_after_a_wait(void **state)
{
	for (nr_faults = 0; nr_faults < MAX_FAULTS; nr_faults++)
		faults[nr_faults] = (struct fault){ NULL, word_for(nr_faults), random_below(64),
						    .effect = nr_faults % 2 ? SET : CLEAR };
	expect_found("fade");
	assert_int_equal(errors_of("address"), 0);
}

/* Its data are random, so of words that suffer from a copy some are found, and no other is blamed. */
static void block_moves_find_what_copying_does(void **state)
{
	for (nr_faults = 0; nr_faults < MAX_FAULTS; nr_faults++)
		faults[nr_faults] = (struct fault){ coupled, word_for(nr_faults), random_below(64),
			(word_for(nr_faults) + PAGE_WORDS) % WORDS, random_below(64), nr_faults % 2, TURN };
	assert_true(errors_of("block") > 0);
	assert_int_equal(errors_elsewhere(), 0);
}

/* ---------------------------------------------------------------- good memory */

static u64 naive_word(const struct memtest_pass *pass, unsigned int i)
{
	phys_addr_t pa = PA + i * 8;
	u64 z, n;

	switch (pass->content) {
	case CONTENT_VALUE:
		return pass->value;
	case CONTENT_ADDRESS:
		return pa;
	case CONTENT_WALK:
		return 1ULL << (pa / 8 + pass->value) % 64;
	default:
		z = pass->value ^ (pa & ~0xfffULL);
		z += 0x9e3779b97f4a7c15ULL;
		z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
		z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
		z ^= z >> 31;
		for (n = pa % 4096 / 8; n; n--)
			z = z * 6364136223846793005ULL + 1442695040888963407ULL;
		return z ^ z >> 32;
	}
}

static void good_memory_holds_what_the_model_says(void **state)
{
	const struct memtest_piece piece = { mem, PA, PAGES, no_error_expected };
	unsigned int pattern, nr, i;
	struct memtest_pass pass;

	for (pattern = 0; pattern < MEMTEST_PATTERNS; pattern++)
		for (nr = 0; memtest_pattern_pass(pattern, nr, 7, &pass); nr++) {
			memtest_pass_run(&pass, &piece);
			for (i = 0; i < WORDS && pass.op < MEMTEST_MOVE; i++)
				assert_int_equal(mem[i], naive_word(&pass, i) ^ pass.flip ^
						 (pass.op == MEMTEST_UP || pass.op == MEMTEST_DOWN ? ~0ULL : 0));
		}
	assert_int_equal(nr, 6);		/* fade, the last */
}

static void one_page_and_an_odd_number_of_them_pass(void **state)
{
	u64 *words = address_space(5 * PAGE_SIZE, PROT_READ | PROT_WRITE);
	unsigned int pages, pattern, nr;
	struct memtest_pass pass;

	for (pages = 1; pages <= 5; pages++) {
		const struct memtest_piece piece = { words, 0x1000, pages, no_error_expected };

		for (pattern = 0; pattern < MEMTEST_PATTERNS; pattern++)
			for (nr = 0; memtest_pattern_pass(pattern, nr, pages, &pass); nr++)
				memtest_pass_run(&pass, &piece);
	}
}

/* Each of a page's words wrong: each reported once by a check, with what it should be. */
static unsigned int nr_reports;

static void count_report(phys_addr_t pa, u64 expected, u64 found)
{
	assert_int_equal(pa, PA + 8 * nr_reports);
	assert_int_equal(expected, 5);
	assert_int_equal(found, 4);
	nr_reports++;
}

static void every_wrong_word_is_reported_once(void **state)
{
	const struct memtest_pass check = { MEMTEST_CHECK, CONTENT_VALUE, 5, 0 };
	const struct memtest_piece piece = { mem, PA, PAGES, count_report };
	unsigned int i;

	for (i = 0; i < WORDS; i++)
		mem[i] = 4;
	nr_reports = 0;
	memtest_pass_run(&check, &piece);
	assert_int_equal(nr_reports, WORDS);
}

/* ---------------------------------------------------------------- lists of ranges */

#define CELLS	4096

static struct memblock_region regions[8];

static void bad_ranges_are_merged_and_never_lost(void **state)
{
	unsigned int round, i, j, wanted;

	for (round = 0; round < 2000; round++) {
		struct memblock_type bad = { 0, 2 + random_below(7), regions, "bad" };
		bool is_bad[CELLS] = { false }, covered[CELLS] = { false };

		for (i = random_below(20); i; i--) {
			unsigned int at = random_below(CELLS - 8), nr = 1 + random_below(8);

			memtest_add_bad(&bad, at * PAGE_SIZE, nr * PAGE_SIZE);
			memset(is_bad + at, true, nr);
		}
		assert_true(bad.cnt <= bad.max);
		for (i = 0; i < bad.cnt; i++) {
			assert_true(!i || regions[i].base > regions[i - 1].base + regions[i - 1].size);
			memset(covered + regions[i].base / PAGE_SIZE, true, regions[i].size / PAGE_SIZE);
			assert_true(is_bad[regions[i].base / PAGE_SIZE]);
			assert_true(is_bad[(regions[i].base + regions[i].size) / PAGE_SIZE - 1]);
		}
		for (j = wanted = 0; j < CELLS; j++) {
			wanted += is_bad[j] && (!j || !is_bad[j - 1]);
			assert_true(covered[j] || !is_bad[j]);
		}
		assert_true(bad.cnt == wanted || (wanted > bad.max && bad.cnt == bad.max) || bad.cnt < wanted);
		if (wanted < bad.max && bad.cnt == wanted)
			assert_memory_equal(covered, is_bad, sizeof(covered));
	}
}

static void the_narrowest_gap_is_given_up(void **state)
{
	struct memblock_type bad = { 0, 3, regions, "bad" };

	memtest_add_bad(&bad, 0x100000, 0x1000);
	memtest_add_bad(&bad, 0x200000, 0x1000);
	memtest_add_bad(&bad, 0x204000, 0x1000);
	memtest_add_bad(&bad, 0x900000, 0x1000);
	assert_int_equal(bad.cnt, 3);
	assert_int_equal(regions[1].base, 0x200000);
	assert_int_equal(regions[1].size, 0x5000);
	assert_int_equal(regions[2].base, 0x900000);
}

static void pieces_of_work_are_all_of_it_once_and_in_order(void **state)
{
	unsigned int round, i;

	for (round = 0; round < 500; round++) {
		struct memblock_type memory = { 0, 8, regions, "work" };
		struct memtest_work work = { .memory = &memory, .down = one_in(2) };
		static u8 todo[CELLS];
		struct memblock_region piece;
		phys_addr_t last = work.down ? ~0ULL : 0;
		u64 size = (1 + random_below(64)) * PAGE_SIZE;

		memset(todo, 0, sizeof(todo));
		for (i = random_below(8); i; i--) {
			unsigned int at = random_below(CELLS - 300), nr = 1 + random_below(300);

			assert_int_equal(memblock_add_range(&memory, at * PAGE_SIZE, nr * PAGE_SIZE), 0);
			memset(todo + at, 1, nr);
		}
		while (memtest_work_next(&work, size, &piece)) {
			assert_true(piece.size && piece.size <= size);
			assert_true(work.down ? piece.base + piece.size <= last : piece.base >= last);
			last = work.down ? piece.base : piece.base + piece.size;
			for (i = piece.base / PAGE_SIZE; i < (piece.base + piece.size) / PAGE_SIZE; i++)
				assert_int_equal(todo[i]--, 1);
		}
		for (i = 0; i < CELLS; i++)
			assert_int_equal(todo[i], 0);
	}
}

/* ---------------------------------------------------------------- options */

static void words_of_the_command_line_are_understood(void **state)
{
	static const char *const bad_words[] = {
		"", "fixe", "fixed2", "0", "-1", "1x", "4294967296", "limit", "limit=", "limit=1Q", "fade=4G", "seed=x", "=",
	};
	struct memtest_options o = { 0 };
	unsigned int i;

	assert_int_equal(memtest_option(&o, "3"), 0);
	assert_int_equal(memtest_option(&o, "walk"), 0);
	assert_int_equal(memtest_option(&o, "fixed"), 0);
	assert_int_equal(memtest_option(&o, "limit=64M"), 0);
	assert_int_equal(memtest_option(&o, "seed=9"), 0);
	assert_int_equal(memtest_option(&o, "fade=100"), 0);
	for (i = 0; i < ARRAY_SIZE(bad_words); i++)
		assert_int_equal(memtest_option(&o, bad_words[i]), -1);
	memtest_defaults(&o);
	assert_int_equal(o.passes, 3);
	assert_int_equal(o.patterns, 1 << 0 | 1 << 4);
	assert_int_equal(o.limit, 64 << 20);
	assert_int_equal(o.seed, 9);
	assert_int_equal(o.fade_ms, 100);

	o = (struct memtest_options){ 0 };
	memtest_defaults(&o);
	assert_int_equal(o.passes, 1);
	assert_int_equal(o.patterns, 0x7f);		/* all but fade */
	assert_int_equal(memtest_option(&o, "all"), 0);
	assert_int_equal(o.patterns, 0xff);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stuck_bits_are_found_where_they_are),
		cmocka_unit_test(moving_inversions_find_words_that_influence_each_other),
		cmocka_unit_test(cut_address_lines_are_found),
		cmocka_unit_test(joined_data_lines_are_found),
		cmocka_unit_test(bits_that_fade_are_found_after_a_wait),
		cmocka_unit_test(block_moves_find_what_copying_does),
		cmocka_unit_test(good_memory_holds_what_the_model_says),
		cmocka_unit_test(one_page_and_an_odd_number_of_them_pass),
		cmocka_unit_test(every_wrong_word_is_reported_once),
		cmocka_unit_test(bad_ranges_are_merged_and_never_lost),
		cmocka_unit_test(the_narrowest_gap_is_given_up),
		cmocka_unit_test(pieces_of_work_are_all_of_it_once_and_in_order),
		cmocka_unit_test(words_of_the_command_line_are_understood),
	};

	return cmocka_run_group_tests(tests, make_memory, NULL);
}
