/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What KASAN has to say: what kind of mistake it is and where, whose memory it
 * was, and the shadow around it.
 */
#include "internal.h"
#include <asm/page.h>
#include <asm/sections.h>
#include <asm/traps.h>
#include <kernel/ksyms.h>
#include <kernel/printk.h>

#define NR_PLACES	64		/* more than that are reported each time */
#define SHADOW_BEFORE	8		/* bytes shown */
#define SHADOW_AFTER	8

static bool busy;			/* a report is being made: its own mistakes would not end */

static bool reported_before(unsigned long ip)
{
	static unsigned long places[NR_PLACES];
	static unsigned int nr;

	for (unsigned int i = 0; i < nr; i++)
		if (places[i] == ip)
			return true;
	if (nr < NR_PLACES)
		places[nr++] = ip;
	return false;
}

/* Of an access that begins well the byte behind tells what it ran into. */
static const char *kind_of(unsigned long bad)
{
	u8 shadow = *shadow_of(bad);

	if (shadow < GRANULE)
		shadow = *shadow_of(bad + GRANULE);
	switch (shadow) {
	case KASAN_STACK_LEFT:
	case KASAN_STACK_MID:
	case KASAN_STACK_RIGHT:		return "stack-out-of-bounds";
	case KASAN_STACK_SCOPE:		return "use-after-scope";
	case KASAN_VMALLOC_FREE:	return "vmalloc-use-after-free";
	case KASAN_VMALLOC_REDZONE:	return "vmalloc-out-of-bounds";
	case KASAN_GLOBAL_REDZONE:	return "global-out-of-bounds";
	case KASAN_SLAB_FREE:		return "slab-use-after-free";
	case KASAN_PAGE_FREE:		return "use-after-free";
	default:			return "slab-out-of-bounds";
	}
}

static void show_track(const char *what, u32 text_offset)
{
	if (text_offset)
		show_symbol(what, (unsigned long)_text + text_offset);
}

static void show_object(unsigned long va)
{
	struct slab_object object;
	unsigned long end;

	if (va >= vmalloc_base || !slab_find_object((const void *)va, &object))
		return;
	end = (unsigned long)object.start + object.size;
	printk("kasan: %lu bytes %s an object of %s at %#lx, %zu bytes\n",
	       va >= end ? va - end : va - (unsigned long)object.start, va >= end ? "behind" : "into",
	       object.cache, (unsigned long)object.start, object.size);
	show_track("kasan: allocated by", object.track->alloc_ip);
	show_track("kasan: freed by    ", object.track->free_ip);
}

static void show_shadow(unsigned long va)
{
	const u8 *mid = shadow_of(va), *p;

	printk("kasan: shadow of %#lx:", ALIGN_DOWN(va, GRANULE) - SHADOW_BEFORE * GRANULE);
	for (p = mid - SHADOW_BEFORE; p <= mid + SHADOW_AFTER; p++)
		printk(p == mid ? " [%02x]" : " %02x", *p);
	printk("\n");
}

static bool begin(unsigned long ip)
{
	if (__atomic_exchange_n(&busy, true, __ATOMIC_ACQUIRE))
		return false;
	if (!reported_before(ip))
		return true;
	__atomic_store_n(&busy, false, __ATOMIC_RELEASE);
	return false;
}

static void end(unsigned long va, unsigned long ip)
{
	show_symbol("kasan: by", ip);
	show_object(va);
	show_shadow(va);
	show_backtrace(0, (unsigned long)__builtin_frame_address(0));
	__atomic_store_n(&busy, false, __ATOMIC_RELEASE);
}

void kasan_report(unsigned long bad, unsigned long va, size_t size, bool write, unsigned long ip)
{
	if (!begin(ip))
		return;
	printk(KERN_ERR "kasan: %s: %s of %zu byte%s at %#lx\n", kind_of(bad), write ? "write" : "read", size,
	       size == 1 ? "" : "s", va);
	end(bad, ip);
}

void kasan_report_free(const void *object, unsigned long ip)
{
	if (!begin(ip))
		return;
	printk(KERN_ERR "kasan: double-free: of %#lx\n", (unsigned long)object);
	end((unsigned long)object, ip);
}
