/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The canaries of -fstack-protector-strong. The compiler reads __stack_chk_guard
 * through %gs. Its lowest byte is 0, so that a string that runs over ends there.
 */
#include <asm/stackprotector.h>
#include <asm/bootparam_utils.h>
#include <asm/init_64.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <kernel/ksyms.h>
#include <kernel/panic.h>
#include <lib/string.h>

void __noreturn __stack_chk_fail(void);		/* called by the compiler */

DEFINE_PER_CPU(u64, __stack_chk_guard) = 0x5bd1e995a7c4e900;

static u64 state;

/* SplitMix64 */
static u64 next_random(void)
{
	u64 z = __atomic_add_fetch(&state, 0x9e3779b97f4a7c15, __ATOMIC_RELAXED);

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
	z = (z ^ z >> 27) * 0x94d049bb133111eb;
	return z ^ z >> 31;
}

u64 stack_canary_new(void)
{
	return next_random() & ~0xffULL;
}

static u64 seed_of_loader(void)
{
	struct setup_data_iter it;
	const u8 *data;
	u64 seed = 0, word;

	setup_data_iter_init(&it, boot_params.hdr.setup_data, boot_data_map);
	while ((data = setup_data_next(&it)))
		for (; it.type == SETUP_RNG_SEED && it.len >= sizeof(word); data += sizeof(word), it.len -= sizeof(word)) {
			memcpy(&word, data, sizeof(word));
			seed = (seed ^ word) * 0x9e3779b97f4a7c15;
		}
	return seed;
}

/* No canary of its own: it would not be there any more at the end. */
__attribute__((no_stack_protector)) void stack_canary_init(void)
{
	if (!boot_deterministic())
		state = seed_of_loader() ^ rdtsc();
	this_cpu_write(__stack_chk_guard, stack_canary_new());
}

u64 stack_canary_current(void)
{
	return this_cpu_read(__stack_chk_guard);
}

void stack_canary_prepare(unsigned long cpu_off)
{
	*(u64 *)((unsigned long)&__stack_chk_guard + cpu_off) = stack_canary_new();
}

void __noreturn __stack_chk_fail(void)
{
	unsigned long from = (unsigned long)__builtin_return_address(0);
	char name[64] = "?";

	ksym_lookup(from, name, sizeof(name), NULL, NULL);
	panic("a buffer of %s() has run over into the stack frame", name);
}
