/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The calls for memory, beside the model of the host test: the input is what the
 * test's random numbers are made of, the first byte how often memory is refused.
 */
#include "tests/fuzz/fuzz.h"
#include <setjmp.h>
#include <stdarg.h>

/* In place of cmocka and a seed. */
#define TESTS_HOST_TEST_H
#define assert_true(c)			CHECK(c, "is not so")
#define assert_false(c)			CHECK(!(c), "is so")
#define assert_non_null(p)		CHECK((p) != NULL, "is NULL")
#define assert_null(p)			CHECK((p) == NULL, "is not NULL")
#define assert_int_equal(a, b)		CHECK((u64)(a) == (u64)(b), "%#" PRIx64 ", %#" PRIx64, (u64)(a), (u64)(b))
#define assert_int_not_equal(a, b)	CHECK((u64)(a) != (u64)(b), "both %#" PRIx64, (u64)(a))
#define assert_ptr_equal(a, b)		CHECK((void *)(a) == (void *)(b), "%p, %p", (void *)(a), (void *)(b))
#define assert_ptr_not_equal(a, b)	CHECK((void *)(a) != (void *)(b), "both %p", (void *)(a))
#define assert_string_equal(a, b)	CHECK(!strcmp(a, b), "%s, %s", a, b)

static struct input input;
static u64 value;

static inline u64 random_below(u64 n)
{
	return input_number(&input, n > 256 ? 2 : 1) % n;
}

static inline u64 random64(void)
{
	return value += 0x9e3779b97f4a7c15ULL;		/* contents: only to be told from each other */
}

static inline int one_in(unsigned int n)
{
	return random_below(n) == 0;
}

#include "tests/host/mm/space_model.h"
#include "mm/mm.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	input = (struct input){ data, size };
	space_start(0x1800);
	first_process();
	transparent_hugepage = one_in(2);
	deny_one_in = random_below(4) ? 0 : 2 + random_below(30);
	while (input.left)
		run(1);
	deny_one_in = 0;
	last_process();
	return 0;
}
