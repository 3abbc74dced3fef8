/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Buddy lists per zone, and before them a short list of single pages per CPU.
 *
 * A free run of 2^n pages starts at a multiple of its size and is represented by
 * its first page, state PAGE_BUDDY. Freeing looks at the run next door, whose
 * number differs in bit n, and merges while that is free and of the same size.
 * Taking splits the smallest run that is large enough. Only first pages of runs
 * carry a state; all others are PAGE_RESERVED, so that a free of a page that is
 * not the start of an allocation is seen.
 *
 * A CPU takes single pages from its own list, with interrupts off and no lock,
 * and touches the zone only to fill or empty the list by PCP_BATCH.
 */
#include "internal.h"
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/cmdline.h>
#include <lib/string.h>

#define PCP_BATCH	32
#define PCP_HIGH	96		/* pages a CPU's list may hold */

#define POISON		0xaaaaaaaaaaaaaaaaULL

struct pcp {
	struct page	*first[NR_ZONES];	/* by page->next, last freed first */
	unsigned int	count[NR_ZONES];
};

struct zone zones[NR_ZONES] = {
	[ZONE_DMA32]  = { .name = "DMA32" },
	[ZONE_NORMAL] = { .name = "NORMAL" },
};

static DEFINE_PER_CPU(struct pcp, pcp);
static bool page_poison, init_on_free;
static bool page_debug;			/* either of the two: one test on the fast path */
static enum zone_type best_zone;	/* where memory comes from when it may come from anywhere */

static void report(const char *what, const struct page *page, unsigned int order)
{
	printk("page_alloc: %s: pfn %#lx order %u, is state %u order %u\n", what, page_to_pfn(page), order,
	       page->state, page->order);
}

/* ---------------------------------------------------------------- buddy lists, under zone->lock */

static void area_add(struct zone *zone, struct page *page, unsigned int order)
{
	page->state = PAGE_BUDDY;
	page->order = order;
	list_add(&page->list, &zone->area[order].runs);
	zone->area[order].nr++;
}

static void area_del(struct zone *zone, struct page *page, unsigned int order)
{
	list_del(&page->list);
	page->state = PAGE_RESERVED;
	zone->area[order].nr--;
}

static void buddy_free(struct zone *zone, struct page *page, unsigned int order)
{
	unsigned long pfn = page_to_pfn(page);

	zone->nr_free += 1UL << order;
	page->state = PAGE_RESERVED;
	for (; order < MAX_ORDER - 1; order++) {
		struct page *buddy = pfn_to_page(pfn ^ 1UL << order);

		if (buddy->state != PAGE_BUDDY || buddy->order != order)
			break;
		area_del(zone, buddy, order);
		pfn &= ~(1UL << order);
	}
	area_add(zone, pfn_to_page(pfn), order);
}

static struct page *buddy_take(struct zone *zone, unsigned int order)
{
	struct page *page;
	unsigned int from;

	for (from = order; from < MAX_ORDER; from++)
		if (!list_empty(&zone->area[from].runs))
			break;
	if (from == MAX_ORDER)
		return NULL;
	page = list_first_entry(&zone->area[from].runs, struct page, list);
	area_del(zone, page, from);
	while (from-- > order)
		area_add(zone, page + (1UL << from), from);
	page->order = order;
	page->zone = zone - zones;
	zone->nr_free -= 1UL << order;
	return page;
}

void zone_add_pages(struct zone *zone, unsigned long pfn, unsigned long end)
{
	unsigned long flags = spin_lock_irqsave(&zone->lock);

	zone->managed += end - pfn;
	while (pfn < end) {
		unsigned int order = pfn ? __builtin_ctzl(pfn) : MAX_ORDER - 1;

		order = min(order, MAX_ORDER - 1u);
		while (pfn + (1UL << order) > end)
			order--;
		buddy_free(zone, pfn_to_page(pfn), order);
		pfn += 1UL << order;
	}
	/* an eighth of a percent, within limits that fit a small machine and a large one */
	zone->min = min(max(zone->managed / 1024, 16UL), 1024UL);
	zone->low = zone->min + BLOCK_PAGES / 2;
	spin_unlock_irqrestore(&zone->lock, flags);
}

/* ---------------------------------------------------------------- poison */

static bool poison_intact(const struct page *page)
{
	const u64 *word = page_address(page);
	unsigned int i;

	for (i = 0; i < PAGE_SIZE / sizeof(*word); i++)
		if (word[i] != POISON) {
			printk("page_alloc: written after free: pfn %#lx offset %#x: %#llx\n", page_to_pfn(page),
			       (unsigned int)(i * sizeof(*word)), (unsigned long long)word[i]);
			return false;
		}
	return true;
}

static void scrub(struct page *page, unsigned int order)
{
	unsigned long i;

	memset(page_address(page), page_poison ? (u8)POISON : 0, PAGE_SIZE << order);
	for (i = 0; i < 1UL << order; i++)
		page[i].poisoned = page_poison;
}

/* Memory the allocator hands out for the first time holds what the firmware left, no pattern. */
static void inspect(struct page *page, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < 1UL << order; i++) {
		if (page[i].poisoned)
			poison_intact(&page[i]);
		page[i].poisoned = false;
	}
}

/* ---------------------------------------------------------------- taking */

static bool above_watermark(const struct zone *zone, gfp_t gfp, unsigned long nr)
{
	return zone->nr_free >= nr + (gfp & __GFP_HIGH ? 0 : zone->min);
}

/* A CPU's list that has run empty gets a batch, of which the caller takes one page. */
static struct page *refill_pcp(struct zone *zone, gfp_t gfp)
{
	struct pcp *p = this_cpu_ptr(&pcp);
	unsigned int z = zone - zones, n;
	struct page *page;

	for (n = 1; n < PCP_BATCH && above_watermark(zone, gfp & ~__GFP_HIGH, 2); n++) {
		page = buddy_take(zone, 0);
		page->state = PAGE_PCP;
		page->next = p->first[z];
		p->first[z] = page;
		p->count[z]++;
	}
	return buddy_take(zone, 0);
}

static struct page *zone_take(struct zone *zone, gfp_t gfp, unsigned int order)
{
	unsigned long flags = spin_lock_irqsave(&zone->lock);
	struct page *page = NULL;

	if (above_watermark(zone, gfp, 1UL << order))
		page = order ? buddy_take(zone, order) : refill_pcp(zone, gfp);
	if (page)
		page->state = PAGE_USED;
	spin_unlock_irqrestore(&zone->lock, flags);
	return page;
}

static __inline_always struct page *pcp_take(enum zone_type z)
{
	unsigned long flags = local_irq_save();
	__auto_type p = this_cpu_seg(&pcp);
	struct page *page = p->first[z];

	if (page) {
		p->first[z] = page->next;
		p->count[z]--;
		page->state = PAGE_USED;
	}
	local_irq_restore(flags);
	return page;
}

/*
 * The zones from the best to the last resort; each first from what is
 * initialised, then from more of it. When nothing helps, single pages waiting in
 * this CPU's lists may complete a run.
 */
static __noinline struct page *alloc_slow(gfp_t gfp, unsigned int order)
{
	unsigned int attempt, z;
	struct page *page;

	for (attempt = 0; attempt < 2; attempt++) {
		for (z = gfp & __GFP_DMA32 ? ZONE_NORMAL : NR_ZONES; z-- > 0; ) {
			struct zone *zone = &zones[z];
			bool may_grow = !(gfp & __GFP_NOGROW);

			page = order ? NULL : pcp_take(z);
			if (!page && may_grow && !(gfp & __GFP_HIGH) && zone->nr_free < zone->low)
				may_grow = zone_grow(zone);
			while (!page && !(page = zone_take(zone, gfp, order)) && may_grow)
				may_grow = zone_grow(zone);
			if (page)
				return page;
		}
		drain_local_pages();
	}
	return NULL;
}

/* Whatever is not a plain page from the CPU's list. */
static __noinline struct page *alloc_full(gfp_t gfp, unsigned int order)
{
	struct page *page;

	if (order >= MAX_ORDER)
		return NULL;
	page = alloc_slow(gfp, order);
	if (!page)
		return NULL;
	if (page_debug)
		inspect(page, order);
	if (gfp & __GFP_ZERO)
		memset(page_address(page), 0, PAGE_SIZE << order);
	return page;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	if (likely(!order && !(gfp & __GFP_ZERO) && !page_debug)) {
		struct page *page = pcp_take(gfp & __GFP_DMA32 ? ZONE_DMA32 : best_zone);

		if (likely(page))
			return page;
	}
	return alloc_full(gfp, order);
}

/* ---------------------------------------------------------------- giving back */

static void pcp_drain(struct pcp *p, enum zone_type z, unsigned int nr)
{
	struct zone *zone = &zones[z];

	spin_lock(&zone->lock);
	while (nr-- && p->count[z]) {
		struct page *page = p->first[z];

		p->first[z] = page->next;
		p->count[z]--;
		buddy_free(zone, page, 0);
	}
	spin_unlock(&zone->lock);
}

void drain_local_pages(void)
{
	unsigned long flags = local_irq_save();
	struct pcp *p = this_cpu_ptr(&pcp);
	enum zone_type z;

	for (z = 0; z < NR_ZONES; z++)
		pcp_drain(p, z, p->count[z]);
	local_irq_restore(flags);
}

static __noinline void pcp_shrink(void)
{
	unsigned long flags = local_irq_save();
	struct pcp *p = this_cpu_ptr(&pcp);
	enum zone_type z;

	for (z = 0; z < NR_ZONES; z++)
		if (p->count[z] > PCP_HIGH)
			pcp_drain(p, z, PCP_BATCH);
	local_irq_restore(flags);
}

static __inline_always void pcp_free(struct page *page)
{
	enum zone_type z = page->zone;
	unsigned long flags = local_irq_save();
	__auto_type p = this_cpu_seg(&pcp);
	unsigned int count;

	page->state = PAGE_PCP;
	page->next = p->first[z];
	p->first[z] = page;
	count = ++p->count[z];
	local_irq_restore(flags);
	if (unlikely(count > PCP_HIGH))
		pcp_shrink();
}

static __noinline void free_refused(const struct page *page, unsigned int order)
{
	if (page->state == PAGE_BUDDY || page->state == PAGE_PCP)
		report("double free", page, order);
	else if (page->state == PAGE_USED)
		report("freed with the wrong order", page, order);
	else
		report("free of what was not allocated", page, order);
}

/* Whatever is not a plain page to the CPU's list. */
static __noinline void free_full(struct page *page, unsigned int order)
{
	struct zone *zone = &zones[page->zone];
	unsigned long flags;

	if (page->state != PAGE_USED || page->order != order) {
		free_refused(page, order);
		return;
	}
	if (page_debug)
		scrub(page, order);
	if (!order) {
		pcp_free(page);
		return;
	}
	flags = spin_lock_irqsave(&zone->lock);
	buddy_free(zone, page, order);
	spin_unlock_irqrestore(&zone->lock, flags);
}

void __free_pages(struct page *page, unsigned int order)
{
	if (unlikely(!page))
		return;
	if (likely(!order && page->state == PAGE_USED && !page->order && !page_debug))
		pcp_free(page);
	else
		free_full(page, order);
}

/* ---------------------------------------------------------------- state */

void page_alloc_set_best(enum zone_type zone)
{
	best_zone = zone;
}

void page_alloc_init(const char *cmdline)
{
	unsigned int z, order;

	for (z = 0; z < NR_ZONES; z++)
		for (order = 0; order < MAX_ORDER; order++)
			list_init(&zones[z].area[order].runs);
	page_poison = cmdline_find_option_bool(cmdline, "page_poison");
	init_on_free = cmdline_find_option_bool(cmdline, "init_on_free");
	page_debug = page_poison || init_on_free;
}

unsigned long nr_deferred_pages(void)
{
	return zones[ZONE_DMA32].deferred + zones[ZONE_NORMAL].deferred;
}

unsigned long nr_free_pages(void)
{
	const struct pcp *p = this_cpu_ptr(&pcp);
	unsigned long nr = nr_deferred_pages();
	unsigned int z;

	for (z = 0; z < NR_ZONES; z++)
		nr += zones[z].nr_free + p->count[z];
	return nr;
}

static int cmd_buddy(int argc, char **argv)
{
	const struct pcp *p = this_cpu_ptr(&pcp);
	unsigned int z, order;

	for (z = 0; z < NR_ZONES; z++) {
		const struct zone *zone = &zones[z];

		printk("%-6s %8lu pages free of %8lu, %9lu not initialised yet, reserve %lu, CPU list %u\n",
		       zone->name, zone->nr_free, zone->managed, zone->deferred, zone->min, p->count[z]);
		printk("%-6s", "runs");
		for (order = 0; order < MAX_ORDER; order++)
			printk(" %luK:%lu", PAGE_SIZE >> 10 << order, zone->area[order].nr);
		printk("\n");
	}
	return 0;
}
MONITOR_COMMAND(buddy, "", "free pages per zone and order", cmd_buddy);
