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
#include <kernel/smp.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include <mm/fail_nth.h>
#include <mm/kasan.h>

#define PCP_BATCH	32
#define PCP_HIGH	96		/* pages a CPU's list may hold */

#define POISON		0xaaaaaaaaaaaaaaaaULL

struct pcp {
	struct page	*first[MAX_ZONES];	/* by page->next, last freed first */
	unsigned int	count[MAX_ZONES];
	unsigned int	best, dma32;		/* zones of the CPU's node: when any will do, and below 4 GiB */
	unsigned int	node;
};

struct zone zones[MAX_ZONES];

const char *const zone_names[NR_ZONES] = { [ZONE_DMA32] = "DMA32", [ZONE_NORMAL] = "NORMAL" };

static DEFINE_PER_CPU(struct pcp, pcp);
static bool page_poison, init_on_free;
static bool page_debug;			/* either of the two: one test on the fast path */

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
	unsigned long flags;

	if (KASAN)		/* before somebody takes them; those of the first block once they have been used */
		kasan_poison(__va(PFN_PHYS(pfn)), PFN_PHYS(end - pfn), KASAN_PAGE_FREE);
	flags = spin_lock_irqsave(&zone->lock);
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

	kasan_unpoison(page_address(page), PAGE_SIZE << order);		/* what users forbade to be touched included */
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

/* The smallest run there is, or 2^@most pages of a larger one, as *@nr single pages in a row. NULL: none */
static struct page *take_singles(struct zone *zone, unsigned int most, unsigned int *nr)
{
	unsigned int order = 0, i;
	struct page *page;

	while (order < most && list_empty(&zone->area[order].runs))
		order++;
	page = buddy_take(zone, order);
	*nr = page ? 1u << order : 0;
	for (i = 0; i < *nr; i++) {
		page[i].state = PAGE_PCP;
		page[i].order = 0;
		page[i].zone = zone - zones;
		page[i].next = &page[i + 1];
	}
	return page;
}

/* A CPU's list that has run empty gets a batch, and the caller one page more. */
static struct page *refill_pcp(struct zone *zone, gfp_t gfp)
{
	struct pcp *p = this_cpu_ptr(&pcp);
	unsigned int z = zone - zones, n, got;

	for (n = 0; n < PCP_BATCH && above_watermark(zone, gfp & ~__GFP_HIGH, PCP_BATCH + 1); n += got) {
		struct page *page = take_singles(zone, 31 - __builtin_clz(PCP_BATCH - n), &got);

		if (!page)
			break;
		page[got - 1].next = p->first[z];
		p->first[z] = page;
		p->count[z] += got;
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

static __inline_always struct page *pcp_take(unsigned int z)
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

static struct page *zone_alloc(struct zone *zone, gfp_t gfp, unsigned int order)
{
	struct page *page = order ? NULL : pcp_take(zone - zones);
	bool may_grow = !(gfp & __GFP_NOGROW);

	if (!page && may_grow && !(gfp & __GFP_HIGH) && zone->nr_free < zone->low)
		may_grow = zone_grow(zone);
	while (!page && !(page = zone_take(zone, gfp, order)) && may_grow)
		may_grow = zone_grow(zone);
	return page;
}

/*
 * The nodes from the nearest to the farthest, in each the zones from the best to
 * the last resort; each zone first from what is initialised, then from more of it.
 * When nothing helps, single pages waiting in this CPU's lists may complete a run.
 */
static __noinline struct page *alloc_slow(gfp_t gfp, unsigned int order, unsigned int nid)
{
	unsigned int attempt, n, z;
	struct page *page;

	for (attempt = 0; attempt < 2; attempt++) {
		for (n = 0; n < nr_nodes; n++)
			for (z = gfp & __GFP_DMA32 ? ZONE_NORMAL : NR_ZONES; z-- > 0; ) {
				page = zone_alloc(node_zone(numa_nearest(nid, n), z), gfp, order);
				if (page)
					return page;
			}
		drain_local_pages();
	}
	return NULL;
}

/* Whatever is not a plain page from the CPU's list. */
static __noinline struct page *alloc_full(gfp_t gfp, unsigned int order, unsigned int nid)
{
	struct page *page;

	if (order >= MAX_ORDER || nid >= nr_nodes)
		return NULL;
	page = alloc_slow(gfp, order, nid);
	if (!page) {
		if (!(gfp & (__GFP_NOWARN | __GFP_NOGROW)))
			out_of_memory(gfp, order, nid);
		return NULL;
	}
	if (KASAN)
		kasan_unpoison(page_address(page), PAGE_SIZE << order);
	if (page_debug)
		inspect(page, order);
	if (gfp & __GFP_ZERO)
		memset(page_address(page), 0, PAGE_SIZE << order);
	return page;
}

struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	if (fail_nth(gfp))
		return NULL;
	if (likely(!order && !(gfp & __GFP_ZERO) && !page_debug)) {
		struct page *page = pcp_take(gfp & __GFP_DMA32 ? this_cpu_read(pcp.dma32) : this_cpu_read(pcp.best));

		if (likely(page)) {
			if (KASAN)
				kasan_unpoison(page_address(page), PAGE_SIZE);
			return page;
		}
	}
	return alloc_full(gfp, order, this_cpu_read(pcp.node));
}

struct page *alloc_pages_node(unsigned int nid, gfp_t gfp, unsigned int order)
{
	if (fail_nth(gfp))
		return NULL;
	return alloc_full(gfp, order, nid == NUMA_NO_NODE ? this_cpu_read(pcp.node) : nid);
}

/* ---------------------------------------------------------------- giving back */

static void pcp_drain(struct pcp *p, unsigned int z, unsigned int nr)
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
	unsigned int z;

	for (z = 0; z < nr_nodes * NR_ZONES; z++)
		pcp_drain(p, z, p->count[z]);
	local_irq_restore(flags);
}

static void drain(void *unused)
{
	drain_local_pages();
}

void drain_all_pages(void)
{
	on_each_cpu(drain, NULL);
}

static __noinline void pcp_shrink(unsigned int z)
{
	unsigned long flags = local_irq_save();
	struct pcp *p = this_cpu_ptr(&pcp);

	if (p->count[z] > PCP_HIGH)
		pcp_drain(p, z, PCP_BATCH);
	local_irq_restore(flags);
}

static __inline_always void pcp_free(struct page *page)
{
	unsigned int z = page->zone;
	unsigned long flags = local_irq_save();
	__auto_type p = this_cpu_seg(&pcp);
	unsigned int count;

	page->state = PAGE_PCP;
	page->next = p->first[z];
	p->first[z] = page;
	count = ++p->count[z];
	local_irq_restore(flags);
	if (unlikely(count > PCP_HIGH))
		pcp_shrink(z);
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
	if (KASAN)
		kasan_poison(page_address(page), PAGE_SIZE << order, KASAN_PAGE_FREE);
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
	if (likely(!order && page->state == PAGE_USED && !page->order && !page_debug && !KASAN))
		pcp_free(page);
	else
		free_full(page, order);
}

void split_page(struct page *page, unsigned int order)
{
	unsigned long i;

	for (i = 0; i < 1UL << order; i++) {
		page[i].state = PAGE_USED;
		page[i].order = 0;
		page[i].zone = page->zone;
	}
}

int page_retire(struct page *page)
{
	struct zone *zone = &zones[page->zone];
	unsigned long flags = spin_lock_irqsave(&grow_lock);
	int err = memblock_reserve(PFN_PHYS(page_to_pfn(page)), PAGE_SIZE, MEM_BAD);

	if (!err) {
		spin_lock(&zone->lock);
		page->state = PAGE_RESERVED;
		zone->managed--;
		spin_unlock(&zone->lock);
	}
	spin_unlock_irqrestore(&grow_lock, flags);
	return err;
}

/* ---------------------------------------------------------------- state */

/* All it has, free or not, initialised or not; struct pages and what was lost aside. */
static unsigned long zone_pages(const struct zone *zone)
{
	return zone->managed + zone->deferred;
}

static unsigned long node_pages(unsigned int nid)
{
	return zone_pages(node_zone(nid, ZONE_DMA32)) + zone_pages(node_zone(nid, ZONE_NORMAL));
}

void page_alloc_set_node(unsigned int nid)
{
	unsigned long flags = local_irq_save();
	struct pcp *p = this_cpu_ptr(&pcp);
	unsigned int n;

	for (n = 0; n + 1 < nr_nodes && !node_pages(numa_nearest(nid, n)); n++)
		;
	p->node = numa_nearest(nid, n);
	p->dma32 = node_zone(p->node, ZONE_DMA32) - zones;
	p->best = zone_pages(node_zone(p->node, ZONE_NORMAL)) ? node_zone(p->node, ZONE_NORMAL) - zones : p->dma32;
	local_irq_restore(flags);
}

unsigned int page_alloc_node(void)
{
	return this_cpu_read(pcp.node);
}

void page_alloc_init(const char *cmdline)
{
	unsigned int i, order;

	for (i = 0; i < ARRAY_SIZE(zones); i++) {
		zones[i].node = i / NR_ZONES;
		zones[i].type = i % NR_ZONES;
		for (order = 0; order < MAX_ORDER; order++)
			list_init(&zones[i].area[order].runs);
	}
	page_poison = cmdline_find_option_bool(cmdline, "page_poison");
	init_on_free = cmdline_find_option_bool(cmdline, "init_on_free");
	page_debug = page_poison || init_on_free;
}

unsigned long nr_deferred_pages(void)
{
	const struct zone *zone;
	unsigned long nr = 0;

	for_each_zone(zone)
		nr += zone->deferred;
	return nr;
}

/* In all CPUs' lists; those of others change meanwhile. */
static unsigned long pcp_pages(unsigned int z)
{
	unsigned long nr = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		nr += per_cpu_ptr(&pcp, cpu)->count[z];
	return nr;
}

unsigned long nr_free_pages(void)
{
	unsigned long nr = nr_deferred_pages();
	const struct zone *zone;

	for_each_zone(zone)
		nr += zone->nr_free + pcp_pages(zone - zones);
	return nr;
}

static void zone_print(const struct zone *zone)
{
	unsigned int order;

	if (nr_nodes > 1)
		printk("node %u ", zone->node);
	printk("%-6s %8lu pages free of %8lu, %9lu not initialised yet\n", zone_names[zone->type], zone->nr_free,
	       zone->managed, zone->deferred);
	printk("       reserve %lu, CPU lists %lu, runs", zone->min, pcp_pages(zone - zones));
	for (order = 0; order < MAX_ORDER; order++)
		printk("%s%luK:%lu", order % 6 ? " " : "\n       ", PAGE_SIZE >> 10 << order, zone->area[order].nr);
	printk("\n");
}

/* With several nodes, only zones that have RAM: there may be many others. */
static int cmd_buddy(int argc, char **argv)
{
	const struct zone *zone;

	for_each_zone(zone)
		if (nr_nodes == 1 || zone_pages(zone))
			zone_print(zone);
	return 0;
}
MONITOR_SAFE_COMMAND(buddy, "", "free pages per zone and order", cmd_buddy);
