/* SPDX-License-Identifier: BSD-2-Clause */
/* The CPU's random number generator (SDM 1, 7.3.17). */
#include <asm/processor.h>
#include <asm/rdrand.h>

#define CPUID_1_ECX_RDRAND	(1u << 30)
#define TRIES			10	/* what the SDM advises before calling it broken */

static bool rdrand_u32(u32 *v)
{
	unsigned int i;
	bool ok;

	for (i = 0; i < TRIES; i++) {
		__asm__ volatile("rdrand %0" : "=r"(*v), "=@ccc"(ok));
		if (ok)
			return true;
	}
	return false;
}

bool rdrand_fill(void *buf, size_t size)
{
	u8 *p = buf;
	size_t i;
	u32 v = 0;

	if (!(cpuid_checked(1, 0).ecx & CPUID_1_ECX_RDRAND))
		return false;
	for (i = 0; i < size; i++, v >>= 8) {
		/* the generators of some CPUs get stuck at all ones or all zeros */
		if (i % sizeof(v) == 0 && (!rdrand_u32(&v) || v == 0 || v == ~0u))
			return false;
		p[i] = v;
	}
	return true;
}
