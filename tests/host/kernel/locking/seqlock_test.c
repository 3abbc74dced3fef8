// SPDX-License-Identifier: BSD-2-Clause
/* <kernel/seqlock.h> under threads: no reader believes a half-changed copy, and no change is lost. */
#include "cpus.h"
#include "kernel/locking/spinlock.c"
#include <kernel/seqlock.h>

#define WRITERS	2
#define READERS	3
#define ROUNDS	5000

static struct seqlock lock;
static u64 data[8];			/* all equal, but for a writer at work */
static int writers_left;

static u64 load(const u64 *p) { return __atomic_load_n(p, __ATOMIC_RELAXED); }
static void store(u64 *p, u64 v) { __atomic_store_n(p, v, __ATOMIC_RELAXED); }

static void write_data(void)
{
	for (int i = 0; i < ROUNDS; i++) {
		unsigned long flags = write_seqlock_irqsave(&lock);

		for (int j = 0; j < 8; j++) {
			store(&data[j], load(&data[j]) + 1);
			if (i % 256 == 0 && j == 4)
				sched_yield();		/* readers come in the middle */
		}
		write_sequnlock_irqrestore(&lock, flags);
	}
	__atomic_fetch_sub(&writers_left, 1, __ATOMIC_SEQ_CST);
}

static void read_data(void)
{
	u64 copy[8], last = 0;
	u32 seq;

	while (__atomic_load_n(&writers_left, __ATOMIC_SEQ_CST)) {
		do {
			seq = read_seqbegin(&lock);
			for (int j = 0; j < 8; j++)
				copy[j] = load(&data[j]);
		} while (read_seqretry(&lock, seq));
		for (int j = 1; j < 8; j++)
			if (copy[j] != copy[0])
				abort();
		if (copy[0] < last)
			abort();
		last = copy[0];
		sched_yield();
	}
}

static void *reader_or_writer(void *cpu)
{
	cpu_number = (unsigned long)cpu;
	if (cpu_number < WRITERS)
		write_data();
	else
		read_data();
	return NULL;
}

static void readers_see_whole_data(void **state)
{
	(void)state;
	writers_left = WRITERS;
	run_cpus(WRITERS + READERS, reader_or_writer);
	for (int j = 0; j < 8; j++)
		assert_int_equal(data[j], WRITERS * ROUNDS);
	assert_int_equal(lock.sequence, 2 * WRITERS * ROUNDS);
}

static void a_reader_retries_after_any_change(void **state)
{
	struct seqlock sl = { .sequence = -2u };	/* wraps */
	u32 seq = read_seqbegin(&sl);
	unsigned long flags;

	(void)state;
	assert_false(read_seqretry(&sl, seq));
	flags = write_seqlock_irqsave(&sl);
	assert_true(interrupts_are_off);
	assert_true(read_seqretry(&sl, seq));
	write_sequnlock_irqrestore(&sl, flags);
	assert_false(interrupts_are_off);
	assert_true(read_seqretry(&sl, seq));
	assert_false(read_seqretry(&sl, read_seqbegin(&sl)));
	assert_int_equal(sl.sequence, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(readers_see_whole_data),
		cmocka_unit_test(a_reader_retries_after_any_change),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
