/* SPDX-License-Identifier: BSD-2-Clause */
/* The stream cipher ChaCha20 (RFC 8439, 2.3), as a source of bytes that nobody can foretell without the key. */
#ifndef LIB_CHACHA20_H
#define LIB_CHACHA20_H

#include <lib/types.h>

#define CHACHA20_KEY_SIZE	32
#define CHACHA20_NONCE_SIZE	12
#define CHACHA20_BLOCK_SIZE	64

struct chacha20 {
	u32	state[16];		/* constants, key, counter, nonce */
};

void chacha20_init(struct chacha20 *c, const u8 key[CHACHA20_KEY_SIZE], u32 counter, const u8 nonce[CHACHA20_NONCE_SIZE]);

/** chacha20_block() - the next 64 bytes of the stream */
void chacha20_block(struct chacha20 *c, u8 out[CHACHA20_BLOCK_SIZE]);

#endif
