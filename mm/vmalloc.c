/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Areas are kept in one list, sorted by address. New ones go behind the last
 * one given out, and from the start again when the end is reached; so addresses
 * come back late, and there is rarely a reason to flush the TLB for them. Areas
 * that were unmapped stay in the list, with their pages, until purge().
 */
#include "internal.h"
#include <asm/init_64.h>
#include <asm/tlb.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/string.h>
#include <mm/kasan.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>

#define LAZY_PAGES	4096		/* unmapped and not flushed: more are purged at once */
#define EARLY_AREAS	32		/* before there is kmalloc() */

enum vm_kind { VM_ALLOC, VM_MAP, VM_IO, VM_LAZY };

struct vm_area {
	struct list_head	list;		/* in areas, by start */
	unsigned long		start, size;	/* bytes; the guard page behind is not counted */
	enum vm_kind		kind;
	const void		*purger;	/* VM_LAZY: the call of purge() that is going to free it; NULL: none yet */
	struct page		**pages;	/* VM_ALLOC, also when it has become lazy: of this area */
	unsigned long		nr_pages;
};

static struct list_head areas = { &areas, &areas };
static struct list_head *last = &areas;		/* the area given out last: the next goes behind it */
static unsigned long nr_lazy;			/* pages in lazy areas without a purger */
static struct spinlock lock;			/* guards all of the above and the tables below these addresses */

static struct vm_area early[EARLY_AREAS];

static const char *const kind_names[] = { "vmalloc", "vmap", "ioremap", "unmapped" };

static struct vm_area *area_of(struct list_head *node)
{
	return container_of(node, struct vm_area, list);
}

static struct vm_area *new_area(void)
{
	unsigned int i;

	for (i = 0; i < EARLY_AREAS; i++)
		if (!early[i].size) {
			early[i].size = PAGE_SIZE;
			return &early[i];
		}
	return kzalloc(sizeof(struct vm_area), GFP_ATOMIC);
}

static void free_area(struct vm_area *area)
{
	bool is_early = area >= early && area < early + EARLY_AREAS;

	if (is_early)
		memset(area, 0, sizeof(*area));
	else
		kfree(area);
}

/* ---------------------------------------------------------------- areas and addresses, under lock */

static void free_pages_of(struct vm_area *area)
{
	unsigned long i;

	if (!area->pages)
		return;
	for (i = 0; i < area->nr_pages; i++)
		__free_pages(area->pages[i], 0);
	mem_count(MEM_VMALLOC_PAGES, -(long)area->nr_pages);
	kfree(area->pages);
}

/* Where an area of @size fits between @node and the next one, 0: nowhere. @offset: wanted within 2 MiB, if not 0 size. */
static unsigned long gap_behind(const struct list_head *node, unsigned long size, bool large, unsigned long offset)
{
	unsigned long start = node == &areas ? vmalloc_base : area_of((struct list_head *)node)->start +
			      area_of((struct list_head *)node)->size + PAGE_SIZE;
	unsigned long end = node->next == &areas ? vmalloc_base + VMALLOC_SIZE : area_of(node->next)->start;

	if (large)
		start = ALIGN(start - offset, PMD_SIZE) + offset;
	return start < end && end - start >= size + PAGE_SIZE ? start : 0;
}

/* From @last to the end of the list, then from its head to @last. */
static bool place(struct vm_area *area, bool large, unsigned long offset)
{
	struct list_head *node = last;
	bool wrapped = false;

	do {
		area->start = gap_behind(node, area->size, large, offset);
		if (area->start) {
			list_add(&area->list, node);
			last = &area->list;
			return true;
		}
		node = node->next;
		wrapped |= node == &areas;
	} while (node != last || !wrapped);
	return false;
}

/* Return: whether there is so much lazy memory now that it is time for purge(). */
static bool drop(struct vm_area *area)
{
	pgtable_unmap(&kernel_pgtable, area->start, area->size);
	kasan_poison((void *)area->start, area->size, KASAN_VMALLOC_FREE);
	area->kind = VM_LAZY;
	nr_lazy += area->size >> PAGE_SHIFT;
	return nr_lazy > LAZY_PAGES;
}

static struct vm_area *find(unsigned long start, enum vm_kind kind)
{
	struct vm_area *area;

	list_for_each_entry(area, &areas, list)
		if (area->start == start && area->kind == kind)
			return area;
	return NULL;
}

/* Lazy areas become @purger's. Return: whether there is anything to flush: these, and what others are purging. */
static bool claim_lazy(const void *purger, unsigned long *start, unsigned long *end)
{
	struct vm_area *area;

	*start = ~0UL;
	*end = 0;
	list_for_each_entry(area, &areas, list)
		if (area->kind == VM_LAZY) {
			*start = min(*start, area->start);
			*end = max(*end, area->start + area->size);
			if (!area->purger)
				area->purger = purger;
		}
	nr_lazy = 0;
	return *end;
}

static void free_claimed(const void *purger)
{
	struct list_head *node, *next;

	for (node = areas.next; node != &areas; node = next) {
		struct vm_area *area = area_of(node);

		next = node->next;
		if (area->purger != purger)
			continue;
		if (last == node)
			last = node->prev;
		list_del(node);
		free_pages_of(area);
		free_area(area);
	}
}

/* ---------------------------------------------------------------- without lock */

/*
 * A flush waits for all CPUs, and one may be waiting for the lock with interrupts
 * off; so the lock is let go of meanwhile, and the areas are marked as ours.
 */
static void purge(void)
{
	unsigned long flags, start, end;
	const void *me = &flags;
	bool any;

	flags = spin_lock_irqsave(&lock);
	any = claim_lazy(me, &start, &end);
	spin_unlock_irqrestore(&lock, flags);
	if (!any)
		return;
	flush_tlb_kernel_range(start, end);
	flags = spin_lock_irqsave(&lock);
	free_claimed(me);
	spin_unlock_irqrestore(&lock, flags);
}

static bool try_place(struct vm_area *area, bool large, unsigned long offset)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	bool placed = place(area, large, offset);

	spin_unlock_irqrestore(&lock, flags);
	return placed;
}

/* Addresses for @size bytes that nobody else uses, NULL when there are none. */
static struct vm_area *get_area(enum vm_kind kind, unsigned long size, bool large, unsigned long offset)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	struct vm_area *area = new_area();

	spin_unlock_irqrestore(&lock, flags);
	if (!area)
		return NULL;
	area->size = size;
	area->kind = kind;
	if (try_place(area, large, offset))
		return area;
	purge();
	if (try_place(area, large, offset))
		return area;
	flags = spin_lock_irqsave(&lock);
	free_area(area);
	spin_unlock_irqrestore(&lock, flags);
	return NULL;
}

/* An area that could not be mapped; its pages are given back at once. */
static void cancel_area(struct vm_area *area)
{
	unsigned long flags = spin_lock_irqsave(&lock);

	drop(area);
	spin_unlock_irqrestore(&lock, flags);
	purge();
}

/* Pages of an area stay with whoever made it until this has worked. */
static void *map_pages(struct page *const *pages, unsigned long nr, enum vm_kind kind, struct page **owned)
{
	unsigned long flags, i;
	struct vm_area *area;
	void *va;
	int err = 0;

	if (!nr || nr > VMALLOC_SIZE >> PAGE_SHIFT)
		return NULL;
	area = get_area(kind, nr << PAGE_SHIFT, false, 0);
	if (!area)
		return NULL;
	va = (void *)area->start;
	flags = spin_lock_irqsave(&lock);
	for (i = 0; i < nr && !err; i++)
		err = pgtable_map(&kernel_pgtable, area->start + (i << PAGE_SHIFT), PFN_PHYS(page_to_pfn(pages[i])),
				  PAGE_SIZE, PAGE_KERNEL);
	if (!err) {
		area->pages = owned;
		area->nr_pages = nr;
		kasan_unpoison(va, area->size);
	}
	spin_unlock_irqrestore(&lock, flags);
	if (!err)
		return va;
	cancel_area(area);
	return NULL;
}

static bool unmap(const void *va, enum vm_kind kind)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	struct vm_area *area = find((unsigned long)va, kind);
	bool found = area, too_lazy = found && drop(area);

	spin_unlock_irqrestore(&lock, flags);
	if (too_lazy)
		purge();
	if (!found)
		printk("vmalloc: %#lx is no %s area\n", (unsigned long)va, kind_names[kind]);
	return found;
}

/* ---------------------------------------------------------------- for the rest of the kernel */

/* When there is none, there may be some in areas that were unmapped and wait for a flush. */
static struct page *page_for_area(void)
{
	struct page *page = alloc_pages(GFP_KERNEL | (nr_lazy ? __GFP_NOWARN : 0), 0);

	if (page || !nr_lazy)
		return page;
	vm_flush();
	return alloc_pages(GFP_KERNEL, 0);
}

void *vmalloc(size_t size)
{
	unsigned long nr = (size + PAGE_SIZE - 1) >> PAGE_SHIFT, got;
	struct page **pages = size && size <= VMALLOC_SIZE ? kmalloc(nr * sizeof(*pages), GFP_KERNEL) : NULL;
	void *va = NULL;

	if (!pages)
		return NULL;
	for (got = 0; got < nr; got++) {
		pages[got] = page_for_area();
		if (!pages[got])
			break;
	}
	if (got == nr)
		va = map_pages(pages, nr, VM_ALLOC, pages);
	if (va) {
		mem_count(MEM_VMALLOC_PAGES, nr);
		if (kasan_vmalloc(va, size))
			return va;
		vfree(va);
		return NULL;
	}
	while (got--)
		__free_pages(pages[got], 0);
	kfree(pages);
	return NULL;
}

void vfree(void *va)
{
	if (va)
		unmap(va, VM_ALLOC);
}

void *vmap(struct page *const *pages, unsigned long nr)
{
	return map_pages(pages, nr, VM_MAP, NULL);
}

void vunmap(void *va)
{
	if (va)
		unmap(va, VM_MAP);
}

void *ioremap(phys_addr_t pa, u64 size, u64 cache)
{
	phys_addr_t first = ALIGN_DOWN(pa, PAGE_SIZE);
	u64 len = ALIGN(pa + size, PAGE_SIZE) - first;
	struct vm_area *area;
	unsigned long flags;
	void *va;
	int err;

	if (!size || !phys_is_address(pa, size) || len > VMALLOC_SIZE)
		return NULL;
	area = get_area(VM_IO, len, len >= PMD_SIZE, first & ~PMD_MASK);
	if (!area)
		return NULL;
	va = (void *)(area->start + (pa - first));
	flags = spin_lock_irqsave(&lock);
	err = pgtable_map(&kernel_pgtable, area->start, first, len, PAGE_KERNEL | cache);
	if (!err)
		kasan_unpoison((void *)area->start, len);
	spin_unlock_irqrestore(&lock, flags);
	if (!err)
		return va;
	cancel_area(area);
	return NULL;
}

void iounmap(const void *va)
{
	if (va)
		unmap((const void *)((unsigned long)va & PAGE_MASK), VM_IO);
}

void vm_flush(void)
{
	purge();
}

unsigned long vmalloc_lazy_pages(void)
{
	return nr_lazy;
}

static int cmd_vmalloc(int argc, char **argv)
{
	const struct vm_area *area;

	list_for_each_entry(area, &areas, list)
		printk("%016lx-%016lx %9lu KiB %s\n", area->start, area->start + area->size - 1, area->size >> 10,
		       kind_names[area->kind]);
	return 0;
}
MONITOR_COMMAND(vmalloc, "", "areas of kernel addresses: vmalloc, vmap, ioremap", cmd_vmalloc);
