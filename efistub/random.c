/* SPDX-License-Identifier: BSD-2-Clause */
/* Randomness before there is a kernel: the firmware's RNG protocol (UEFI 37.5), else RDRAND. */
#include <asm/processor.h>
#include "stub.h"
#include <lib/string.h>
#include <lib/xxhash.h>

#define RNG_TRIES	10

static bool rng_protocol(struct stub *s, void *buf, size_t size)
{
	efi_rng_t *rng = stub_locate(s, RNG_GUID);
	efi_status_t err;
	unsigned int i;

	if (!rng)
		return false;
	for (i = 0; i < RNG_TRIES; i++) {
		err = rng->GetRNG(rng, NULL, size, buf);
		if (!EFI_ERROR(err))
			return true;
		if (err != EFI_NOT_READY)
			break;
	}
	stub_detail(s, "the RNG protocol gives nothing (%#llx)", (unsigned long long)err);
	return false;
}

/* SDM 1, 7.3.17.1: ten tries, then the generator is broken. */
static bool rdrand_u32(u32 *v)
{
	unsigned int i;
	bool ok;

	for (i = 0; i < 10; i++) {
		__asm__ volatile("rdrand %0" : "=r"(*v), "=@ccc"(ok));
		if (ok)
			return true;
	}
	return false;
}

static bool rdrand(u8 *buf, size_t size)
{
	size_t i;
	u32 v = 0;

	if (!(cpuid_checked(1, 0).ecx & 1u << 30))
		return false;
	for (i = 0; i < size; i++, v >>= 8) {
		if (i % sizeof(v) == 0 && (!rdrand_u32(&v) || v == 0 || v == ~0u))
			return false;	/* stuck generators of some CPUs return one value for ever */
		buf[i] = v;
	}
	return true;
}

bool stub_random(struct stub *s, void *buf, size_t size)
{
	return rng_protocol(s, buf, size) || rdrand(buf, size);
}

/*
 * The seed mixes what the firmware gives, what a loader before us left (Linux's
 * LINUX_EFI_RANDOM_SEED table: u32 size, then bytes) and the time stamp counter.
 */
efi_status_t stub_random_seed(struct stub *s)
{
	u8 *seed = s->handoff->seed;
	const u32 *chained = stub_config_table(s, RANDOM_SEED_GUID);
	unsigned int i;
	u64 word;

	if (s->deterministic)
		return EFI_SUCCESS;	/* the zeros of the fixed seed */
	if (!stub_random(s, seed, sizeof(s->handoff->seed)))
		stub_detail(s, "no random number generator: seed from the time stamp counter alone");
	for (i = 0; i < sizeof(s->handoff->seed); i += sizeof(word)) {
		word = rdtsc();
		if (chained && chained[0] >= 16 && chained[0] <= 1024)
			word ^= xxh64(chained + 1, chained[0], word + i);
		else
			word = xxh64(&word, sizeof(word), i);
		for (unsigned int b = 0; b < sizeof(word); b++)
			seed[i + b] ^= word >> 8 * b;
	}
	return EFI_SUCCESS;
}
