/* SPDX-License-Identifier: BSD-2-Clause */
/* kernel/lib/chacha20.c: the vectors of RFC 8439, 2.3.2 and A.1. */
#include <tests/host/test.h>
#include <lib/chacha20.h>

struct vector {
	u8	key[32];
	u32	counter;
	u8	nonce[12];
	const char *stream;		/* hex */
};

static const struct vector vectors[] = {
	{ { 0,	1,  2,	3,  4,	5,  6,	7,  8,	9,  10, 11, 12, 13, 14, 15,
	    16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30, 31 }, 1, { 0, 0, 0, 9, 0, 0, 0, 0x4a },
	  "10f1e7e4d13b5915500fdd1fa32071c4c7d1f4c733c068030422aa9ac3d46c4e"
	  "d2826446079faa0914c2d705d98b02a2b5129cd1de164eb9cbd083e8a2503c4e" },
	{ { 0 }, 0, { 0 },
	  "76b8e0ada0f13d90405d6ae55386bd28bdd219b8a08ded1aa836efcc8b770dc7"
	  "da41597c5157488d7724e03fb8d84a376a43b8f41518a11cc387b669b2ee6586"
	  /* the counter goes on */
	  "9f07e7be5551387a98ba977c732d080dcb0f29a048e3656912c6533e32ee7aed"
	  "29b721769ce64e43d57133b074d839d531ed1f28510afb45ace10a1f4b794d6f" },
	{ { [31] = 1 }, 1, { 0 },
	  "3aeb5224ecf849929b9d828db1ced4dd832025e8018b8160b82284f3c949aa5a"
	  "8eca00bbb4a73bdad192b5c42f73f2fd4e273644c8b36125a64addeb006c13a0" },
	{ { 0 }, 0, { [11] = 2 },
	  "c2c64d378cd536374ae204b9ef933fcd1a8b2288b3dfa49672ab765b54ee27c7"
	  "8a970e0e955c14f3a88e741b97c286f75f8fc299e8148362fa198a39531bed6d" },
};

static void the_stream_is_that_of_the_rfc(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(vectors); i++) {
		const struct vector *v = &vectors[i];
		struct chacha20 c;
		u8 block[64];

		chacha20_init(&c, v->key, v->counter, v->nonce);
		for (const char *hex = v->stream; *hex; hex += 128) {
			chacha20_block(&c, block);
			for (int b = 0; b < 64; b++) {
				unsigned int byte;

				sscanf(hex + 2 * b, "%2x", &byte);
				assert_int_equal(block[b], byte);
			}
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_stream_is_that_of_the_rfc),
	};

	return cmocka_run_group_tests_name("kernel/lib/chacha20", tests, seed_random, NULL);
}
