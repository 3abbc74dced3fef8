/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Memory the kernel is in is tested with the kernel out of it: it moves to memory
 * that has been tested (asm/elsewhere.h), and while all CPUs are there, a piece is
 * saved, tested and restored. The caches are flushed between passes, as a piece
 * may fit into them. What the firmware keeps and what devices write to by
 * themselves is left out.
 */
#include "internal.h"
#include "memtest_own.h"
#include <asm/elsewhere.h>
#include <kernel/printk.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/kasan.h>
#include <mm/memblock.h>
#include <uapi/errno.h>

#define MAX_DMA		64		/* ranges that devices use */
#define SAVE_ORDER	8		/* 1 MiB; smaller where that is not to be had */
#define MAX_PIECES	32		/* tested at once */
#define MAX_REJECTED	512		/* pages that were not under test, and were not taken for that */

/* ---------------------------------------------------------------- what devices use */

static struct memblock_region dma_regions[MAX_DMA];
static struct memblock_type dma = { .max = MAX_DMA, .regions = dma_regions };	/* dma_lock */
static struct spinlock dma_lock;
static bool dma_lost;				/* a range for which there was no room */

void mem_note_dma(phys_addr_t pa, u64 size)
{
	phys_addr_t start = ALIGN_DOWN(pa, PAGE_SIZE);
	unsigned long flags = spin_lock_irqsave(&dma_lock);

	if (memblock_add_range(&dma, start, ALIGN(pa + size, PAGE_SIZE) - start))
		dma_lost = true;
	spin_unlock_irqrestore(&dma_lock, flags);
}

/* ---------------------------------------------------------------- what is left to test */

/* Whether @at is in the list; in either case it is so up to *@end, which only comes nearer. */
static bool covers(const struct memblock_type *list, phys_addr_t at, phys_addr_t *end)
{
	const struct memblock_region *r;

	for (r = list->regions; r < list->regions + list->cnt; r++) {
		if (at >= r->base + r->size)
			continue;
		*end = min(*end, at < r->base ? r->base : r->base + r->size);
		return at >= r->base;
	}
	return false;
}

static bool is_left_out(enum mem_use use)
{
	return use == MEM_EFI_RUNTIME || use == MEM_FRAMEBUFFER || use == MEM_BAD;
}

/* As covers(), for what the firmware needs; ranges may begin and end within a page. */
static bool is_firmwares(phys_addr_t at, phys_addr_t *end)
{
	const struct memblock_region *r = memblock.reserved.regions;

	for (; r < memblock.reserved.regions + memblock.reserved.cnt; r++) {
		phys_addr_t start = ALIGN_DOWN(r->base, PAGE_SIZE), stop = ALIGN(r->base + r->size, PAGE_SIZE);

		if (at >= stop || !is_left_out(r->use))
			continue;
		*end = min(*end, at < start ? start : stop);
		return at >= start;
	}
	return false;
}

u64 memtest_own_list(struct memblock_type *own)
{
	phys_addr_t at = 0, end, limit = memblock_end();
	struct memblock_region r;
	u64 left_out = 0;

	for (; memblock_next_ram(at, limit, &r); at = end) {
		bool tested, firmware, device;

		at = r.base;
		end = r.base + r.size;
		tested = covers(&memtest_now.memory, at, &end);
		firmware = is_firmwares(at, &end);
		device = covers(&dma, at, &end);
		if (tested)
			continue;
		if (firmware || device || dma_lost || memblock_add_range(own, at, end - at))
			left_out += end - at;
	}
	return left_out;
}

/* ---------------------------------------------------------------- room */

static struct page *save;			/* first of the pages a piece is saved to */
static unsigned int save_order;

/* A run that the test has just found good; the others that came first go back. */
static struct page *tested_pages(unsigned int order)
{
	struct page *page, *rejected = NULL;
	unsigned int nr = 0;

	while ((page = alloc_pages(GFP_KERNEL | __GFP_NOWARN, order))) {
		phys_addr_t pa = PFN_PHYS(page_to_pfn(page)), end = pa + (PAGE_SIZE << order);

		if ((covers(&memtest_now.memory, pa, &end) && end == pa + (PAGE_SIZE << order)) || nr++ == MAX_REJECTED)
			break;
		page->list.prev = (struct list_head *)rejected;
		rejected = page;
	}
	if (nr > MAX_REJECTED) {
		__free_pages(page, order);
		page = NULL;
	}
	while (rejected) {
		struct page *next = (struct page *)rejected->list.prev;

		__free_pages(rejected, order);
		rejected = next;
	}
	return page;
}

bool memtest_own_begin(void)
{
	if (KASAN) {
		printk("memtest: the kernel that checks its accesses does not move\n");
		return false;
	}
	for (save_order = SAVE_ORDER; !(save = tested_pages(save_order)) && save_order; save_order--)
		;
	if (save && !elsewhere_prepare(tested_pages))
		return true;
	printk("memtest: no tested memory for the kernel to move to\n");
	return false;
}

void memtest_own_end(void)
{
	if (KASAN)
		return;
	elsewhere_finish();
	__free_pages(save, save_order);
	save = NULL;
}

/* ---------------------------------------------------------------- in the other place */

static struct {
	struct memblock_region	piece[MAX_PIECES];
	unsigned int		nr;
	void			(*inject)(const struct memblock_region *piece);
	void			(*error)(phys_addr_t pa, u64 expected, u64 found);
} todo;

static void copy_pieces(bool back)
{
	u8 *saved = page_address(save);
	unsigned int i;

	for (i = 0; i < todo.nr; i++) {
		u8 *there = __va(todo.piece[i].base);

		memcpy(back ? there : saved, back ? saved : there, todo.piece[i].size);
		saved += todo.piece[i].size;
	}
}

static void run_pass(void)
{
	unsigned int i;

	for (i = 0; i < todo.nr; i++) {
		const struct memblock_region *r = &todo.piece[i];
		struct memtest_piece piece = { __va(r->base), r->base, r->size >> PAGE_SHIFT, todo.error };

		memtest_pass_run(&memtest_now.pass, &piece);
		if (memtest_now.pass.op != MEMTEST_CHECK)
			todo.inject(r);
	}
	flush_caches();
}

/* Bits that fade are not looked for: all would stand still meanwhile. */
static void test_pieces(void)
{
	unsigned int pattern, nr;

	copy_pieces(false);
	for (pattern = 0; pattern < MEMTEST_FADE; pattern++) {
		memtest_now.pattern = memtest_pattern_name(pattern);
		for (nr = 0; memtest_now.options.patterns & 1u << pattern &&
			     memtest_pattern_pass(pattern, nr, memtest_now.options.seed, &memtest_now.pass); nr++)
			run_pass();
	}
	copy_pieces(true);
}

s64 memtest_own_step(struct memtest_work *work, void (*inject)(const struct memblock_region *piece),
		     void (*error)(phys_addr_t pa, u64 expected, u64 found))
{
	u64 room = PAGE_SIZE << save_order, size = 0;

	todo.inject = inject;
	todo.error = error;
	for (todo.nr = 0; todo.nr < MAX_PIECES && size < room; todo.nr++) {
		if (!memtest_work_next(work, room - size, &todo.piece[todo.nr]))
			break;
		size += todo.piece[todo.nr].size;
	}
	if (!todo.nr)
		return 0;
	return elsewhere_call(test_pieces) ? (s64)size : -EBUSY;
}
