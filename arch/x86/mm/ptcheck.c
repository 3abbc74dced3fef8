/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The proof that the kernel's tables protect it: one walk finds the frames that
 * are read-only somewhere, another looks at each page of all the tables and finds
 * those frames writable somewhere else. Only the last entry's
 * rights count; those above it give all, so a page is never worse than it seems.
 */
#include <asm/idt.h>
#include <asm/init_64.h>
#include <asm/kasan.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/string.h>

#define MAX_PROTECTED	16		/* runs of frames; the kernel's text and rodata are one */

#define TSS_IST		0x24		/* SDM 3A figure 8-11 */
#define TSS_NR_IST	7

struct frames {
	phys_addr_t	start, end;
};

struct check {
	unsigned long	leaves, wx, lower;
	unsigned long	read_only, aliased;	/* frames */
	unsigned long	first_wx, first_alias;	/* addresses */
	unsigned int	nr;
	bool		full;			/* more runs than fit */
	bool		missed;			/* a read-only page is in none of them */
	struct frames	protected[MAX_PROTECTED];
};

static struct frames leaf_frames(u64 entry, unsigned int level)
{
	phys_addr_t pa = pgtable_leaf_pa(entry, level);

	return (struct frames){ pa, pa + (1UL << PGTABLE_LEVEL_SHIFT(level)) };
}

static void protect(struct check *c, struct frames f)
{
	unsigned int i;

	for (i = 0; i < c->nr; i++)
		if (f.start <= c->protected[i].end && f.end >= c->protected[i].start) {
			c->protected[i].start = min(c->protected[i].start, f.start);
			c->protected[i].end = max(c->protected[i].end, f.end);
			return;
		}
	if (c->nr < MAX_PROTECTED)
		c->protected[c->nr++] = f;
	else
		c->full = true;
}

static int find_visit(struct pgtable *pt, u64 *entry, unsigned long va, unsigned int level, void *ctx)
{
	struct check *c = ctx;

	if (kasan_is_shared(*entry))
		return PGWALK_NEXT;
	if (!pgtable_is_leaf(*entry, level))
		return PGWALK_DESCEND;
	if (!(*entry & _PAGE_RW))
		protect(c, leaf_frames(*entry, level));
	return PGWALK_NEXT;
}

/* Frames of @f that are protected. */
static unsigned long overlap(const struct check *c, struct frames f)
{
	unsigned long pages = 0;
	unsigned int i;

	for (i = 0; i < c->nr; i++) {
		phys_addr_t start = max(f.start, c->protected[i].start), end = min(f.end, c->protected[i].end);

		if (start < end)
			pages += (end - start) >> PAGE_SHIFT;
	}
	return pages;
}

static int check_visit(struct pgtable *pt, u64 *entry, unsigned long va, unsigned int level, void *ctx)
{
	struct check *c = ctx;
	struct frames f;
	unsigned long pages;

	if (kasan_is_shared(*entry))
		return PGWALK_NEXT;
	if (!pgtable_is_leaf(*entry, level))
		return PGWALK_DESCEND;
	c->leaves++;
	c->lower += (long)va >= 0;
	f = leaf_frames(*entry, level);
	pages = overlap(c, f);
	if (!(*entry & _PAGE_RW)) {
		c->missed |= pages != (f.end - f.start) >> PAGE_SHIFT;
		return PGWALK_NEXT;
	}
	if (!(*entry & _PAGE_NX) && !c->wx++)
		c->first_wx = va;
	if (pages && !c->aliased)
		c->first_alias = va;
	c->aliased += pages;
	return PGWALK_NEXT;
}

/* What is read-only is in the image, as a rule: when there is more, it is searched for everywhere. */
static void walk_tables(struct check *c)
{
	struct pgtable pt = kernel_pgtable;

	pt.present_only = true;
	pgtable_walk(&pt, __START_KERNEL_map, ~0UL, find_visit, c);
	pgtable_walk(&pt, 0, ~0UL, check_visit, c);
	if (!c->missed)
		return;
	*c = (struct check){ 0 };
	pgtable_walk(&pt, 0, ~0UL, find_visit, c);
	pgtable_walk(&pt, 0, ~0UL, check_visit, c);
}

/* ---------------------------------------------------------------- stacks */

static bool is_mapped(unsigned long va)
{
	struct pgtable_path path;

	pgtable_lookup(&kernel_pgtable, va, &path);
	return path.leaf_level;
}

/* @sp: as the TSS has it, on the last page of the stack. */
static bool has_guard(unsigned long sp)
{
	unsigned long start = ALIGN(sp, PAGE_SIZE) - IST_STACK_SIZE;

	return is_mapped(start) && !is_mapped(start - 1);
}

/* This CPU's TSS, where it says it is (SDM 3A 8.2.3); NULL before LTR. */
static const char *current_tss(void)
{
	struct desc_ptr gdt;
	const u64 *desc;
	u16 tr;

	__asm__ volatile("str %0" : "=r"(tr));
	if (!tr)
		return NULL;
	sgdt(&gdt);
	desc = (const u64 *)(gdt.address + tr);
	return (const char *)((desc[0] >> 16 & 0xffffff) | (desc[0] >> 56 & 0xff) << 24 | desc[1] << 32);
}

static bool exception_stacks_guarded(void)
{
	const char *tss = current_tss();
	unsigned int i, nr = 0, guarded = 0;
	u64 sp;

	for (i = 0; tss && i < TSS_NR_IST; i++) {
		memcpy(&sp, tss + TSS_IST + i * sizeof(sp), sizeof(sp));
		nr += !!sp;
		guarded += sp && has_guard(sp);
	}
	printk("paging: %u exception stacks, %u of them with a guard page\n", nr, guarded);
	return guarded == nr;
}

/* ---------------------------------------------------------------- the check */

bool pt_check(void)
{
	bool guarded = !is_mapped((unsigned long)init_stack_guard), all_guarded;
	struct check c = { 0 };

	walk_tables(&c);
	c.read_only = overlap(&c, (struct frames){ 0, ~0ULL });
	printk("paging: %lu pages mapped, %lu of them writable and executable\n", c.leaves, c.wx);
	printk("paging: %lu frames read-only, %lu of them writable elsewhere; lower half: %lu pages\n",
	       c.read_only, c.aliased, c.lower);
	printk("paging: guard page below the boot stack: %s\n", guarded ? "not mapped" : "MAPPED");
	all_guarded = exception_stacks_guarded() && guarded;
	if (c.wx)
		boot_warn(STAGE_PAGING, "page at %#lx is writable and executable", c.first_wx);
	if (c.aliased)
		boot_warn(STAGE_PAGING, "page at %#lx can be written, and its frame is read-only elsewhere", c.first_alias);
	if (c.full)
		boot_warn(STAGE_PAGING, "more than %u runs of read-only frames: not all were checked", MAX_PROTECTED);
	if (c.lower)
		boot_warn(STAGE_PAGING, "pages are mapped in the lower half");
	if (!all_guarded)
		boot_warn(STAGE_PAGING, "not every stack has a guard page");
	return !c.wx && !c.aliased && !c.full && !c.lower && all_guarded;
}
