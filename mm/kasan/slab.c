/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Slab objects: allowed to the byte while allocated, forbidden while free. A freed
 * object waits in a queue before it can be allocated again, so that a use of it
 * is seen for longer.
 */
#include "internal.h"
#include <asm/sections.h>
#include <kernel/spinlock.h>
#include <mm/slab.h>

#define QUARANTINE	128		/* objects kept back, at most 1 MiB */

static void *quarantine[QUARANTINE];	/* a ring: the next comer takes the place of the oldest */
static unsigned int next;
static struct spinlock lock;		/* guards both */

static u32 text_offset(unsigned long ip)
{
	return ip - (unsigned long)_text;
}

void *kasan_kmalloc(void *object, size_t size)
{
	size_t room = ksize(object);

	if (!object)
		return NULL;
	kasan_poison((char *)object + ALIGN(size, GRANULE), room - ALIGN(size, GRANULE), KASAN_SLAB_REDZONE);
	kasan_unpoison(object, size);
	return object;
}

void kasan_slab_alloc(void *object, size_t size, struct kasan_track *track, unsigned long ip)
{
	*track = (struct kasan_track){ .alloc_ip = text_offset(ip) };
	kasan_unpoison(object, size);
}

static void *exchange(void *object)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	void *oldest = quarantine[next];

	quarantine[next] = object;
	next = (next + 1) % QUARANTINE;
	spin_unlock_irqrestore(&lock, flags);
	return oldest;
}

void *kasan_slab_free(void *object, size_t size, struct kasan_track *track, unsigned long ip)
{
	u8 *shadow = shadow_of((unsigned long)object);

	if (*shadow >= KASAN_STACK_LEFT) {
		kasan_report_free(object, ip);
		return NULL;
	}
	track->free_ip = text_offset(ip);
	if (!kasan_poison(object, size, KASAN_SLAB_FREE))
		return object;
	return exchange(object);
}

void *kasan_quarantine_take(void)
{
	void *object = NULL;

	for (unsigned int i = 0; i < QUARANTINE && !object; i++)
		object = exchange(NULL);
	return object;
}
