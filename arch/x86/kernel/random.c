// SPDX-License-Identifier: BSD-2-Clause
/* What this machine has that nobody can foretell: the seed of its loader, RDRAND, the jitter of its clock. */
#include <asm/bootparam_utils.h>
#include <asm/init_64.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <asm/rdrand.h>
#include <asm/setup.h>
#include <kernel/random.h>

#define JITTER_ROUNDS	64		/* each takes a cache line out and in again */

/* A loader may have put its nodes where its own map has no RAM: then nothing maps them any more. */
static const void *map_node(phys_addr_t pa, size_t len)
{
	return phys_is_mapped(pa, len) ? __va(pa) : NULL;
}

static void add_seed_of_loader(void (*add)(const void *buf, size_t size))
{
	struct setup_data_iter it;
	const u8 *data;

	setup_data_iter_init(&it, boot_params.hdr.setup_data, map_node);
	while ((data = setup_data_next(&it)))
		if (it.type == SETUP_RNG_SEED)
			add(data, it.len);
}

/* How long something takes that depends on all that goes on in the machine. */
static void add_jitter(void (*add)(const void *buf, size_t size))
{
	static u8 line[64] __aligned(64);
	u64 times[JITTER_ROUNDS];
	unsigned int i;

	for (i = 0; i < JITTER_ROUNDS; i++) {
		__asm__ volatile("clflush %0; mfence; incb %0" : "+m"(line[0]));
		times[i] = rdtsc();
	}
	add(times, sizeof(times));
}

void arch_random_seed(void (*add)(const void *buf, size_t size), bool fresh)
{
	u8 hardware[32];

	if (fresh)
		add_seed_of_loader(add);
	if (rdrand_fill(hardware, sizeof(hardware)))
		add(hardware, sizeof(hardware));
	add_jitter(add);
}
