// SPDX-License-Identifier: BSD-2-Clause
/*
 * kernel/printk/ringbuffer.c: no record is ever torn. One thread here, but at any
 * copied word another writer may come in between, as an NMI does, or another reader.
 */
#include "tests/host/test.h"

static void between_two_words(void);

static void *copy_word(void *to, const void *from, size_t n)
{
	between_two_words();
	return memcpy(to, from, n);
}

#define memcpy copy_word
#include "kernel/printk/ringbuffer.c"
#undef memcpy

static struct printk_ringbuffer rb;
static unsigned int written, refused;		/* records begun, and those the ring had no room for */
static int depth, max_depth;

/* Text that shows whether it is whole: its number, its length, and a fill that follows from both. */
static size_t make_text(char *text, unsigned int nr)
{
	size_t len = one_in(4) ? random_below(PRB_TEXT_MAX + 1) : random_below(90);
	size_t n = snprintf(text, PRB_TEXT_MAX + 1, "%u %zu ", nr, len);

	for (; n < len; n++)
		text[n] = 'a' + (nr * 7 + n) % 26;
	return n;
}

static void check_text(const struct prb_info *info, const char *text, unsigned int *nr)
{
	int at;
	size_t len;

	assert_int_equal(strlen(text), info->len);
	assert_int_equal(sscanf(text, "%u %zu %n", nr, &len, &at), 2);
	assert_int_equal(info->len, max(len, (size_t)at));
	assert_int_equal(info->time, *nr * 3ull);
	assert_int_equal(info->level, (int)(*nr % 9) - 1);
	for (size_t n = at; n < info->len; n++)
		assert_int_equal(text[n], 'a' + (*nr * 7 + n) % 26);
}

static void write_one(void)
{
	char text[PRB_TEXT_MAX + 1];
	unsigned int nr = written++;
	struct prb_info info = { .time = nr * 3ull, .level = (int)(nr % 9) - 1, .goes_on = nr & 1 };

	info.len = make_text(text, nr);
	if (!prb_write(&rb, &info, text))
		refused++;
}

struct observer {
	struct prb_reader at;
	unsigned int seen, lost, last;
};

static bool read_one(struct observer *o)
{
	char text[PRB_TEXT_MAX + 1];
	struct prb_info info;
	unsigned int nr;

	if (!prb_read(&rb, &o->at, &info, text, false))
		return false;
	check_text(&info, text, &nr);
	/* numbers are drawn in write_one(), records begun in prb_write(): an NMI between swaps two */
	o->lost += o->at.lost;
	o->at.lost = 0;
	o->seen++;
	o->last = nr;
	return true;
}

static struct observer observers[5];	/* two of the test, one of each depth */
static bool nested;

static void between_two_words(void)
{
	if (!nested || depth >= max_depth)
		return;
	depth++;
	if (one_in(100)) {
		unsigned int n = depth == 1 && one_in(20) ? 400 : 1 + random_below(2);	/* sometimes the whole ring, and on */

		while (n--)
			write_one();
	}
	if (one_in(100))
		read_one(&observers[1 + depth]);
	depth--;
}

static int setup(void **state)
{
	(void)state;
	memset(&rb, 0, sizeof(rb));
	memset(observers, 0, sizeof(observers));
	written = refused = depth = 0;
	nested = false;
	return 0;
}

static void what_is_written_is_read_in_order(void **state)
{
	(void)state;
	for (int i = 0; i < 20000; i++) {
		write_one();
		while (read_one(&observers[0]))
			assert_int_equal(observers[0].last, observers[0].seen - 1);
	}
	assert_int_equal(observers[0].seen, 20000);
	assert_int_equal(observers[0].lost, 0);
	assert_int_equal(refused, 0);
}

static void a_late_reader_gets_the_newest_and_the_number_of_those_it_missed(void **state)
{
	(void)state;
	for (int round = 0; round < 200; round++) {
		struct observer o = { 0 };
		unsigned int n = random_below(3000);

		while (n--)
			write_one();
		while (read_one(&o))
			;
		assert_int_equal(o.seen + o.lost, written);
		if (o.seen)
			assert_int_equal(o.last, written - 1);
		assert_true(o.seen > PRB_CELLS / (1 + (PRB_TEXT_MAX + 16) / 56) - 2 || !o.lost);
	}
}

static void empty_and_longest_texts_fit(void **state)
{
	struct prb_info info = { .len = PRB_TEXT_MAX }, got;
	char text[PRB_TEXT_MAX + 1], copy[PRB_TEXT_MAX + 1];
	struct prb_reader at = { 0 };

	(void)state;
	memset(text, 'x', sizeof(text));
	for (int i = 0; i < 3000; i++) {
		info.len = i & 1 ? PRB_TEXT_MAX : 0;
		assert_true(prb_write(&rb, &info, text));
		assert_true(prb_has_next(&rb, &at));
		assert_true(prb_read(&rb, &at, &got, copy, false));
		assert_int_equal(got.len, info.len);
		assert_memory_equal(copy, text, info.len);
		assert_false(prb_has_next(&rb, &at));
	}
}

static void writers_in_the_middle_of_writers_tear_nothing(void **state)
{
	(void)state;
	nested = true;
	max_depth = 3;
	for (int i = 0; i < 10000; i++) {
		write_one();
		while (one_in(2) && read_one(&observers[0]))
			;
		if (one_in(500))
			read_one(&observers[1]);
	}
	nested = false;
	for (size_t i = 0; i < ARRAY_SIZE(observers); i++) {
		while (read_one(&observers[i]))
			;
		assert_int_equal(observers[i].seen + observers[i].lost, written);
		assert_true(observers[i].lost > 0);	/* the ring went round under each */
	}
	assert_true(refused > 0);		/* and ran into records that were not ended */
}

static void an_unfinished_record_holds_readers_until_it_is_skipped(void **state)
{
	char text[PRB_TEXT_MAX + 1];
	struct prb_info info;
	u64 head;

	(void)state;
	write_one();
	take(&rb, 3, &head);			/* its writer never comes back */
	write_one();
	assert_true(read_one(&observers[0]));
	assert_false(prb_has_next(&rb, &observers[0].at));
	assert_false(read_one(&observers[0]));
	assert_true(prb_read(&rb, &observers[0].at, &info, text, true));
	assert_int_equal(observers[0].at.lost, 1);
	assert_false(prb_read(&rb, &observers[0].at, &info, text, true));
	/* the ring is full when it comes round to those cells, and takes them never */
	for (int i = 0; i < 3000; i++)
		write_one();
	assert_true(refused > 1000);
	assert_true(prb_read(&rb, &observers[0].at, &info, text, true));
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(what_is_written_is_read_in_order),
		T(a_late_reader_gets_the_newest_and_the_number_of_those_it_missed),
		T(empty_and_longest_texts_fit),
		T(writers_in_the_middle_of_writers_tear_nothing),
		T(an_unfinished_record_holds_readers_until_it_is_skipped),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
