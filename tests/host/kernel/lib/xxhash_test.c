/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/lib/xxhash.c against the reference library. */
#include <tests/host/test.h>
#include <xxhash.h>
#include <lib/xxhash.h>

static void the_empty_input_has_the_published_hash(void **state)
{
	(void)state;
	assert_true(xxh64("", 0, 0) == 0xef46db3751d8e999ULL);
}

static void every_length_agrees_with_the_reference(void **state)
{
	(void)state;
	for (size_t len = 0; len < 300; len++) {
		for (int round = 0; round < 20; round++) {
			u64 seed = one_in(3) ? 0 : random64();
			u8 *p = malloc(len);

			for (size_t i = 0; i < len; i++)
				p[i] = random64();
			assert_true(xxh64(p, len, seed) == XXH64(p, len, seed));
			free(p);
		}
	}
}

static void large_unaligned_inputs_agree_with_the_reference(void **state)
{
	size_t size = 1 << 20;
	u8 *p = malloc(size + 8);

	(void)state;
	for (size_t i = 0; i < size + 8; i++)
		p[i] = random64();
	for (int shift = 0; shift < 8; shift++)
		assert_true(xxh64(p + shift, size - shift, 1) == XXH64(p + shift, size - shift, 1));
	free(p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_empty_input_has_the_published_hash),
		cmocka_unit_test(every_length_agrees_with_the_reference),
		cmocka_unit_test(large_unaligned_inputs_agree_with_the_reference),
	};

	return cmocka_run_group_tests_name("kernel/lib/xxhash", tests, seed_random, NULL);
}
