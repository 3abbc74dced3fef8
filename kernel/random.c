// SPDX-License-Identifier: BSD-2-Clause
/*
 * Random numbers. There is one key, into which all that is unpredictable is
 * stirred: the seed of the firmware, the CPU's generator, the jitter of its clock,
 * what programs write to /dev/urandom. Each CPU has a key of its own, drawn from
 * that one whenever it has changed. Whoever wants bytes gets a key for himself,
 * the first half of a block under the CPU's key, whose other half replaces that
 * at once: a key that is found in memory later tells nothing about the bytes of
 * before.
 */
#include <kernel/random.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/setup.h>
#include <asm/timex.h>
#include <asm/uaccess.h>
#include <kernel/initmem.h>
#include <kernel/signal.h>
#include <kernel/spinlock.h>
#include <kernel/syscall.h>
#include <kernel/timekeeping.h>
#include <lib/chacha20.h>
#include <lib/string.h>

#define RESEED_NS	(300 * NSEC_PER_SEC)
#define USER_CHUNK	256

#define GRND_NONBLOCK	0x1
#define GRND_RANDOM	0x2
#define GRND_INSECURE	0x4

struct cpu_key {
	u8	key[CHACHA20_KEY_SIZE];	/* this CPU's, interrupts off */
	u64	generation;		/* of base_key it comes from */
};

static DEFINE_PER_CPU(struct cpu_key, cpu_key);

static struct spinlock base_lock;		/* interrupts off */
static u8 base_key[CHACHA20_KEY_SIZE];		/* base_lock */
static u64 generation = 1;			/* changes with base_key; base_lock, read without */
static u64 last_seed;				/* ns; base_lock, read without */

static const u8 no_nonce[CHACHA20_NONCE_SIZE];

/* @key becomes another one, which does not lead back; the rest of the block goes to @out. */
static void erase_key(u8 key[CHACHA20_KEY_SIZE], u8 out[CHACHA20_KEY_SIZE])
{
	u8 block[CHACHA20_BLOCK_SIZE];
	struct chacha20 c;

	chacha20_init(&c, key, 0, no_nonce);
	chacha20_block(&c, block);
	memcpy(key, block, CHACHA20_KEY_SIZE);
	memcpy(out, block + CHACHA20_KEY_SIZE, CHACHA20_KEY_SIZE);
	memzero_explicit(block, sizeof(block));
	memzero_explicit(&c, sizeof(c));
}

void add_randomness(const void *buf, size_t size)
{
	unsigned long flags = spin_lock_irqsave(&base_lock);
	u8 unused[CHACHA20_KEY_SIZE];
	const u8 *p = buf;
	size_t i, n;

	for (; size; size -= n, p += n) {
		n = min(size, (size_t)CHACHA20_KEY_SIZE);
		for (i = 0; i < n; i++)
			base_key[i] ^= p[i];
		erase_key(base_key, unused);
	}
	__atomic_store_n(&generation, generation + 1, __ATOMIC_RELAXED);
	spin_unlock_irqrestore(&base_lock, flags);
	memzero_explicit(unused, sizeof(unused));
}

static void reseed(void)
{
	__atomic_store_n(&last_seed, ktime_get(), __ATOMIC_RELAXED);
	if (!boot_deterministic())
		arch_random_seed(add_randomness, false);
}

void __init random_init(void)
{
	if (!boot_deterministic())
		arch_random_seed(add_randomness, true);
}

/* A key for one use. */
static void draw_key(u8 key[CHACHA20_KEY_SIZE])
{
	unsigned long flags;
	struct cpu_key *cpu;

	if (unlikely(ktime_get() - __atomic_load_n(&last_seed, __ATOMIC_RELAXED) > RESEED_NS))
		reseed();
	flags = local_irq_save();
	cpu = this_cpu_ptr(&cpu_key);
	if (unlikely(cpu->generation != __atomic_load_n(&generation, __ATOMIC_RELAXED))) {
		spin_lock(&base_lock);
		erase_key(base_key, cpu->key);
		cpu->generation = generation;
		spin_unlock(&base_lock);
	}
	erase_key(cpu->key, key);
	local_irq_restore(flags);
}

void get_random_bytes(void *buf, size_t size)
{
	u8 key[CHACHA20_KEY_SIZE], block[CHACHA20_BLOCK_SIZE], *p = buf;
	struct chacha20 c;
	size_t n;

	draw_key(key);
	if (size <= sizeof(key)) {
		memcpy(buf, key, size);
	} else {
		chacha20_init(&c, key, 0, no_nonce);
		for (; size; size -= n, p += n) {
			n = min(size, sizeof(block));
			chacha20_block(&c, block);
			memcpy(p, block, n);
		}
		memzero_explicit(&c, sizeof(c));
		memzero_explicit(block, sizeof(block));
	}
	memzero_explicit(key, sizeof(key));
}

SYSCALL_DEFINE3(getrandom, char __user *, buf, size_t, size, unsigned int, flags)
{
	u8 chunk[USER_CHUNK];
	size_t done = 0, n, left = 0;

	if (flags & ~(GRND_NONBLOCK | GRND_RANDOM | GRND_INSECURE) ||
	    (flags & (GRND_RANDOM | GRND_INSECURE)) == (GRND_RANDOM | GRND_INSECURE))
		return -EINVAL;
	size = min(size, (size_t)INT32_MAX);
	if (!access_ok(buf, size))
		return -EFAULT;
	while (done < size && !left) {
		n = min(size - done, sizeof(chunk));
		get_random_bytes(chunk, n);
		left = raw_copy_to_user(buf + done, chunk, n);
		done += n - left;
		if (!(done % PAGE_SIZE) && signal_pending(current))
			break;
	}
	memzero_explicit(chunk, sizeof(chunk));
	return done || !left ? (long)done : -EFAULT;
}
