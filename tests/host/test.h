/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What every host test starts with: libc and cmocka first, so that the macros
 * of <lib/types.h> do not meet system headers, then repeatable random numbers
 * and buffers of exact size, whose first byte outside is ASan's.
 */
#ifndef TESTS_HOST_TEST_H
#define TESTS_HOST_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <lib/types.h>

/* LANTERN_SEED=N in the environment replays or varies a run. */
static uint64_t test_random_state;

/* Group setup for cmocka_run_group_tests(): seed and say so. */
static inline int seed_random(void **state)
{
	const char *seed = getenv("LANTERN_SEED");

	(void)state;
	test_random_state = seed ? strtoull(seed, NULL, 0) : 20250117;
	print_message("random seed %llu\n", (unsigned long long)test_random_state);
	return 0;
}

/* SplitMix64 */
static inline uint64_t random64(void)
{
	uint64_t z = test_random_state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

/* 0 <= result < n */
static inline uint64_t random_below(uint64_t n)
{
	return random64() % n;
}

static inline int one_in(unsigned int n)
{
	return random_below(n) == 0;
}

/* LANTERN_TEST=PATTERN runs only the tests whose names match, '*' and '?' allowed. */
static inline __attribute__((constructor)) void choose_tests(void)
{
	const char *pattern = getenv("LANTERN_TEST");

	if (pattern)
		cmocka_set_test_filter(pattern);
}

/* A copy that ends where its allocation ends. */
static inline void *exact_copy(const void *data, size_t size)
{
	void *copy = malloc(size);

	if (size)
		memcpy(copy, data, size);
	return copy;
}

#endif
