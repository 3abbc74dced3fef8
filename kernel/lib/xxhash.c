/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * XXH64, after doc/xxhash_spec.md of the xxHash project: four accumulators over
 * stripes of 32 bytes, then the rest in steps of 8, 4 and 1, then the avalanche.
 */
#include <lib/unaligned.h>
#include <lib/xxhash.h>

#define PRIME_1		0x9e3779b185ebca87ULL
#define PRIME_2		0xc2b2ae3d27d4eb4fULL
#define PRIME_3		0x165667b19e3779f9ULL
#define PRIME_4		0x85ebca77c2b2ae63ULL
#define PRIME_5		0x27d4eb2f165667c5ULL

#define STRIPE_SIZE	32

static inline u64 rotate_left(u64 x, unsigned int bits)
{
	return x << bits | x >> (64 - bits);
}

static inline u64 mix_lane(u64 acc, u64 lane)
{
	return rotate_left(acc + lane * PRIME_2, 31) * PRIME_1;
}

static inline u64 merge_accumulator(u64 hash, u64 acc)
{
	return (hash ^ mix_lane(0, acc)) * PRIME_1 + PRIME_4;
}

#ifdef __SSE2__
/*
 * A 32-bit CPU multiplies 64-bit numbers in three steps, SSE2 two of them at once:
 * the 32-bit stub, which hashes the whole kernel, needs half the instructions.
 */
typedef u64 lanes __attribute__((vector_size(16)));
typedef lanes unaligned_lanes __attribute__((aligned(1), may_alias));

static inline lanes mix_lanes(lanes acc, const u8 *p)
{
	acc += *(const unaligned_lanes *)p * PRIME_2;
	return (acc << 31 | acc >> 33) * PRIME_1;
}

static const u8 *mix_stripes(u64 acc[4], const u8 *p, const u8 *end)
{
	lanes low = { acc[0], acc[1] }, high = { acc[2], acc[3] };

	for (; end - p >= STRIPE_SIZE; p += STRIPE_SIZE) {
		low = mix_lanes(low, p);
		high = mix_lanes(high, p + 16);
	}
	acc[0] = low[0];
	acc[1] = low[1];
	acc[2] = high[0];
	acc[3] = high[1];
	return p;
}
#else
static inline const u8 *mix_stripes(u64 acc[4], const u8 *p, const u8 *end)
{
	u64 a = acc[0], b = acc[1], c = acc[2], d = acc[3];

	for (; end - p >= STRIPE_SIZE; p += STRIPE_SIZE) {
		a = mix_lane(a, get_unaligned_le64(p));
		b = mix_lane(b, get_unaligned_le64(p + 8));
		c = mix_lane(c, get_unaligned_le64(p + 16));
		d = mix_lane(d, get_unaligned_le64(p + 24));
	}
	acc[0] = a;
	acc[1] = b;
	acc[2] = c;
	acc[3] = d;
	return p;
}
#endif

/* All whole stripes of [*p, end); leaves *p behind the last one. */
static u64 hash_stripes(const u8 **p, const u8 *end, u64 seed)
{
	u64 acc[4] = { seed + PRIME_1 + PRIME_2, seed + PRIME_2, seed, seed - PRIME_1 };
	u64 hash;
	int i;

	*p = mix_stripes(acc, *p, end);
	hash = rotate_left(acc[0], 1) + rotate_left(acc[1], 7) + rotate_left(acc[2], 12) + rotate_left(acc[3], 18);
	for (i = 0; i < 4; i++)
		hash = merge_accumulator(hash, acc[i]);
	return hash;
}

static u64 hash_rest(u64 hash, const u8 *p, const u8 *end)
{
	for (; end - p >= 8; p += 8) {
		hash ^= mix_lane(0, get_unaligned_le64(p));
		hash = rotate_left(hash, 27) * PRIME_1 + PRIME_4;
	}
	if (end - p >= 4) {
		hash ^= get_unaligned_le32(p) * PRIME_1;
		hash = rotate_left(hash, 23) * PRIME_2 + PRIME_3;
		p += 4;
	}
	for (; p < end; p++) {
		hash ^= *p * PRIME_5;
		hash = rotate_left(hash, 11) * PRIME_1;
	}
	return hash;
}

static u64 avalanche(u64 hash)
{
	hash = (hash ^ hash >> 33) * PRIME_2;
	hash = (hash ^ hash >> 29) * PRIME_3;
	return hash ^ hash >> 32;
}

u64 xxh64(const void *data, size_t len, u64 seed)
{
	const u8 *p = data, *end = p + len;
	u64 hash = seed + PRIME_5;

	if (len >= STRIPE_SIZE)
		hash = hash_stripes(&p, end, seed);
	return avalanche(hash_rest(hash + len, p, end));
}
