/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is said when there is no memory: who holds what, on one screen. Nothing
 * here allocates, and no lock of slabs or areas is taken: the caller may hold any
 * of them. The numbers may be a little off on a machine that is busy.
 */
#include "internal.h"
#include <kernel/printk.h>
#include <lib/printf.h>

#define COLUMNS		80
#define MOST_CACHES	8	/* of the slab caches, the largest */
#define MOST_ZONES	4

static char text[COLUMNS];
static unsigned int nr_text;

static void flush_line(void)
{
	if (nr_text)
		printk("oom: %s\n", text);
	nr_text = 0;
}

/* After the last item of a kind. */
static void end_list(void)
{
	if (nr_text && text[nr_text - 1] == ',')
		text[nr_text - 1] = '\0';
	flush_line();
}

/* One more item on the line, or the first on the next one when it is full. */
static __printf(1, 2) void put(const char *fmt, ...)
{
	char item[COLUMNS / 2];
	unsigned int room = COLUMNS - sizeof("oom: ") - nr_text, len;
	va_list args;

	va_start(args, fmt);
	len = vsnprintf(item, sizeof(item), fmt, args);
	va_end(args);
	if (len + 2 > room) {
		flush_line();
		nr_text = snprintf(text, sizeof(text), "  ");
	}
	nr_text += snprintf(text + nr_text, sizeof(text) - nr_text, "%s%s", nr_text > 2 ? " " : "", item);
}

static void put_pages(const char *name, unsigned long pages)
{
	put("%s %lu,", name, pages << (PAGE_SHIFT - 10));
}

static void put_zone(const struct zone *zone)
{
	unsigned int order;

	put("node %u %s:", zone->node, zone_names[zone->type]);
	put_pages("free", zone->nr_free);
	put_pages("of", zone->managed);
	put_pages("reserve", zone->min);
	put_pages("low", zone->low);
	put_pages("not initialised", zone->deferred);
	put("runs");
	for (order = 0; order < MAX_ORDER; order++)
		put("%luK:%lu", PAGE_SIZE >> 10 << order, zone->area[order].nr);
	end_list();
}

static void put_zones(void)
{
	unsigned int seen = 0;
	const struct zone *zone;

	for_each_zone(zone)
		if (zone->managed + zone->deferred && seen++ < MOST_ZONES)
			put_zone(zone);
	if (seen > MOST_ZONES)
		printk("oom: %u more zones\n", seen - MOST_ZONES);
}

static void report(gfp_t gfp, unsigned int order, unsigned int nid, unsigned long nr)
{
	printk("oom: no memory for %lu KiB (order %u, flags %#x, node %u), failure %lu; all in KiB:\n",
	       PAGE_SIZE >> 10 << order, order, gfp, nid, nr);
	mem_books_each(put_pages);
	end_list();
	put("slabs:");
	slab_each_largest(put_pages, MOST_CACHES);
	end_list();
	put("vmalloc:");
	put_pages("unmapped, not flushed", vmalloc_lazy_pages());
	end_list();
	put_zones();
}

void out_of_memory(gfp_t gfp, unsigned int order, unsigned int nid)
{
	static unsigned long nr_failures;
	static bool reporting;
	unsigned long nr = __atomic_add_fetch(&nr_failures, 1, __ATOMIC_RELAXED);

	if (nr & (nr - 1) || __atomic_exchange_n(&reporting, true, __ATOMIC_ACQUIRE))
		return;
	report(gfp, order, nid, nr);
	__atomic_store_n(&reporting, false, __ATOMIC_RELEASE);
}
