/* SPDX-License-Identifier: BSD-2-Clause */
/* Bytes that nobody can foretell: see kernel/random.c. */
#ifndef KERNEL_RANDOM_H
#define KERNEL_RANDOM_H

#include <lib/types.h>

/** random_init() - boot CPU: the first seed; with "deterministic" always the same */
void random_init(void);

/** get_random_bytes() - fill @buf. Context: any but NMI */
void get_random_bytes(void *buf, size_t size);

static inline u64 get_random_u64(void)
{
	u64 v;

	get_random_bytes(&v, sizeof(v));
	return v;
}

/** add_randomness() - stir @buf in: what comes afterwards depends on it, and never gets easier to foretell. Context: as above */
void add_randomness(const void *buf, size_t size);

/** arch_random_seed() - arch: pass to @add what the loader, the CPU and its clock give. @fresh: the loader's seed too, once */
void arch_random_seed(void (*add)(const void *buf, size_t size), bool fresh);

#endif
