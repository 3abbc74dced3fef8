// SPDX-License-Identifier: BSD-2-Clause
/* ChaCha20, RFC 8439 2.1 to 2.3. Words are little-endian, as this machine is. */
#include <lib/chacha20.h>
#include <lib/string.h>

#define ROUNDS	20

static inline u32 rotl(u32 v, unsigned int n)
{
	return v << n | v >> (32 - n);
}

static inline void quarter_round(u32 *a, u32 *b, u32 *c, u32 *d)
{
	*a += *b; *d = rotl(*d ^ *a, 16);
	*c += *d; *b = rotl(*b ^ *c, 12);
	*a += *b; *d = rotl(*d ^ *a, 8);
	*c += *d; *b = rotl(*b ^ *c, 7);
}

void chacha20_init(struct chacha20 *c, const u8 key[CHACHA20_KEY_SIZE], u32 counter, const u8 nonce[CHACHA20_NONCE_SIZE])
{
	memcpy(&c->state[0], "expand 32-byte k", 16);
	memcpy(&c->state[4], key, CHACHA20_KEY_SIZE);
	c->state[12] = counter;
	memcpy(&c->state[13], nonce, CHACHA20_NONCE_SIZE);
}

void chacha20_block(struct chacha20 *c, u8 out[CHACHA20_BLOCK_SIZE])
{
	u32 x[16];
	int i;

	memcpy(x, c->state, sizeof(x));
	for (i = 0; i < ROUNDS; i += 2) {
		quarter_round(&x[0], &x[4], &x[8], &x[12]);
		quarter_round(&x[1], &x[5], &x[9], &x[13]);
		quarter_round(&x[2], &x[6], &x[10], &x[14]);
		quarter_round(&x[3], &x[7], &x[11], &x[15]);
		quarter_round(&x[0], &x[5], &x[10], &x[15]);
		quarter_round(&x[1], &x[6], &x[11], &x[12]);
		quarter_round(&x[2], &x[7], &x[8], &x[13]);
		quarter_round(&x[3], &x[4], &x[9], &x[14]);
	}
	for (i = 0; i < 16; i++)
		x[i] += c->state[i];
	memcpy(out, x, sizeof(x));
	c->state[12]++;
}
