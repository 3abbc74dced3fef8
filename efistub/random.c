/* SPDX-License-Identifier: BSD-2-Clause */
/* Randomness before there is a kernel: the firmware's RNG protocol (UEFI 37.5), else RDRAND. */
#include <asm/processor.h>
#include <asm/rdrand.h>
#include "stub.h"
#include <lib/string.h>
#include <lib/xxhash.h>

#define RNG_TRIES	10
#define RNG_WAIT_US	1000

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
		s->st->BootServices->Stall(RNG_WAIT_US);
	}
	stub_detail(s, "the RNG protocol gives nothing (%#llx)", (unsigned long long)err);
	return false;
}

bool stub_random(struct stub *s, void *buf, size_t size)
{
	return rng_protocol(s, buf, size) || rdrand_fill(buf, size);
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
