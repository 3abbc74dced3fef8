/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The bar of physical memory. piece_at() says what lies at an address, and how
 * far; it keeps nothing, so the bar and its totals are two walks over the same.
 */
#include "internal.h"
#include <asm/e820.h>
#include <kernel/printk.h>
#include <lib/printf.h>
#include <mm/memblock.h>
#include <mm/membar.h>

#define ROW_CELLS	64
#define MAX_CELLS	(6 * ROW_CELLS)

enum kind {
	KIND_HOLE, KIND_FIRMWARE, KIND_UNUSABLE, KIND_SPECIAL, KIND_ACPI, KIND_EFI_RUNTIME, KIND_EFI_BOOT,
	KIND_FIRST_MIB, KIND_BOOT_DATA, KIND_KERNEL, KIND_TABLES, KIND_STRUCT_PAGES, KIND_ALLOCATED, KIND_FREE, KIND_DEFERRED,
	NR_KINDS
};

/* Letters tell the kinds apart where colours do not; ECMA-48 SGR, text colour first. */
static const struct {
	char		letter;
	const char	*colours, *name;
} kinds[NR_KINDS] = {
	[KIND_HOLE]		= { '-', "90;40", "no memory, devices" },
	[KIND_FIRMWARE]		= { 'R', "30;47", "firmware, reserved" },
	[KIND_UNUSABLE]		= { '!', "31;47", "unusable" },
	[KIND_SPECIAL]		= { 'M', "34;47", "persistent, special" },
	[KIND_ACPI]		= { 'A', "30;44", "ACPI" },
	[KIND_FIRST_MIB]	= { 'L', "97;44", "first MiB" },
	[KIND_EFI_RUNTIME]	= { 'E', "30;46", "EFI runtime" },
	[KIND_EFI_BOOT]		= { 'B', "93;44", "EFI boot services" },
	[KIND_BOOT_DATA]	= { 'I', "97;46", "from the loader" },
	[KIND_KERNEL]		= { 'K', "97;41", "kernel" },
	[KIND_TABLES]		= { 'P', "97;45", "tables of the boot" },
	[KIND_STRUCT_PAGES]	= { 'S', "30;45", "struct pages" },
	[KIND_ALLOCATED]	= { 'a', "30;43", "allocated" },
	[KIND_FREE]		= { '.', "30;42", "free" },
	[KIND_DEFERRED]		= { ':', "97;42", "free, not touched" },
};

static const u8 kind_of_use[NR_MEM_USES] = {
	[MEM_TEXT] = KIND_KERNEL, [MEM_RODATA] = KIND_KERNEL, [MEM_DATA] = KIND_KERNEL, [MEM_BSS] = KIND_KERNEL,
	[MEM_PAGE_TABLES] = KIND_TABLES, [MEM_MEMBLOCK] = KIND_TABLES, [MEM_FIRST_MIB] = KIND_FIRST_MIB,
	[MEM_BOOT_DATA] = KIND_BOOT_DATA, [MEM_INITRD] = KIND_BOOT_DATA, [MEM_EFI_MAP] = KIND_BOOT_DATA,
	[MEM_ACPI] = KIND_ACPI, [MEM_EFI_RUNTIME] = KIND_EFI_RUNTIME, [MEM_EFI_BOOT] = KIND_EFI_BOOT,
	[MEM_FRAMEBUFFER] = KIND_FIRMWARE, [MEM_BAD] = KIND_UNUSABLE,
};

struct piece {
	phys_addr_t	start, end;
	enum kind	kind;
};

/* ---------------------------------------------------------------- what lies where */

/* No struct pages yet: all is free, but for what was set aside for them. */
static struct piece deferred_piece(phys_addr_t at, phys_addr_t end)
{
	phys_addr_t block_end = PFN_PHYS(ALIGN_DOWN(PHYS_PFN(at), BLOCK_PAGES) + BLOCK_PAGES);
	phys_addr_t backing = PFN_PHYS(section_backing(PHYS_PFN(at))), backing_end = backing + PFN_PHYS(BACKING_PAGES);

	if (backing && at >= backing && at < backing_end)
		return (struct piece){ at, min(end, backing_end), KIND_STRUCT_PAGES };
	if (backing > at)
		end = min(end, backing);
	return (struct piece){ at, min(end, block_end), KIND_DEFERRED };
}

/* Memory that nobody reserved: a run of the page allocator. What it gave to nobody holds struct pages. */
static struct piece allocator_piece(phys_addr_t at, phys_addr_t end)
{
	const struct page *page = pfn_to_page(PHYS_PFN(at));
	enum kind kind = KIND_FREE;
	u64 size = PAGE_SIZE;

	if (!page_initialised(PHYS_PFN(at)))
		return deferred_piece(at, end);
	if (page->state == PAGE_BUDDY || page->state == PAGE_USED)
		size <<= page->order;
	if (page->state == PAGE_USED || page->state == PAGE_SLAB || page->state == PAGE_FILE)
		kind = KIND_ALLOCATED;
	else if (page->state == PAGE_RESERVED)
		kind = KIND_STRUCT_PAGES;
	return (struct piece){ at, min(end, at + size), kind };
}

static struct piece ram_piece(phys_addr_t at, phys_addr_t end)
{
	const struct memblock_region *r = memblock.reserved.regions;
	unsigned int i;

	for (i = 0; i < memblock.reserved.cnt; i++, r++) {
		phys_addr_t first = ALIGN_DOWN(r->base, PAGE_SIZE), last = ALIGN(r->base + r->size, PAGE_SIZE);

		if (first <= at && last > at)
			return (struct piece){ at, min(end, last), kind_of_use[r->use] };
		if (first > at) {
			end = min(end, first);
			break;
		}
	}
	return allocator_piece(at, end);
}

/* No RAM for us; part of it may be what the runtime services live in. */
static struct piece firmware_piece(phys_addr_t at, phys_addr_t end, enum kind kind)
{
	const struct memblock_region *r = memblock.reserved.regions;
	unsigned int i;

	for (i = 0; i < memblock.reserved.cnt; i++, r++) {
		if (r->use != MEM_EFI_RUNTIME || r->base + r->size <= at)
			continue;
		if (r->base <= at)
			return (struct piece){ at, min(end, r->base + r->size), KIND_EFI_RUNTIME };
		end = min(end, r->base);
		break;
	}
	return (struct piece){ at, end, kind };
}

static enum kind kind_of_type(u32 type)
{
	switch (type) {
	case E820_TYPE_ACPI:
	case E820_TYPE_NVS:
		return KIND_ACPI;
	case E820_TYPE_UNUSABLE:
		return KIND_UNUSABLE;
	case E820_TYPE_PMEM:
	case E820_TYPE_PRAM:
	case E820_TYPE_SOFT_RESERVED:
		return KIND_SPECIAL;
	default:
		return KIND_FIRMWARE;
	}
}

/* The kind at @at and as far as it is known to be the same; empty behind the last entry. RAM counts in whole pages. */
static struct piece piece_at(phys_addr_t at)
{
	unsigned int i;

	for (i = 0; i < e820_table.nr; i++) {
		const struct boot_e820_entry *e = &e820_table.entry[i];
		bool ram = e->type == E820_TYPE_RAM;
		phys_addr_t start = ram ? ALIGN(e->addr, PAGE_SIZE) : e->addr;
		phys_addr_t end = ram ? ALIGN_DOWN(e->addr + e->size, PAGE_SIZE) : e->addr + e->size;

		if (end <= at || end <= start)
			continue;
		if (start > at)
			return (struct piece){ at, start, KIND_HOLE };
		return ram ? ram_piece(at, end) : firmware_piece(at, end, kind_of_type(e->type));
	}
	return (struct piece){ at, at, KIND_HOLE };
}

/* The whole run of one kind after @last; false at the end. */
static bool next_run(struct piece *run)
{
	struct piece p = piece_at(run->end);

	*run = p;
	while (p.end > p.start && p.kind == run->kind) {
		run->end = p.end;
		p = piece_at(p.end);
	}
	return run->end > run->start;
}

/* ---------------------------------------------------------------- the bar */

struct bar {
	unsigned long	weight;			/* of all runs */
	u64		bytes[NR_KINDS];
	unsigned int	nr_cells;
	enum kind	last;			/* of the cell before in the row */
	char		row[PRINTK_MAX];
	int		len;
};

static unsigned int weight_of(const struct piece *run)
{
	u64 pages = (run->end - run->start) >> PAGE_SHIFT;

	return pages ? 64 - __builtin_clzll(pages) : 1;
}

static void put(struct bar *b, const char *fmt, ...) __printf(2, 3);
static void put(struct bar *b, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	b->len += vsnprintf(b->row + b->len, sizeof(b->row) - b->len, fmt, args);
	va_end(args);
}

static void put_cell(struct bar *b, unsigned int cell, enum kind kind, phys_addr_t at)
{
	bool first = cell % ROW_CELLS == 0;

	if (first)
		put(b, "%13llx ", (unsigned long long)at & PAGE_MASK);
	if (first || kind != b->last)
		put(b, "\033[%sm", kinds[kind].colours);
	put(b, "%c", kinds[kind].letter);
	b->last = kind;
	if (cell % ROW_CELLS < ROW_CELLS - 1 && cell + 1 < b->nr_cells)
		return;
	printk("%s\033[0m\n", b->row);
	b->len = 0;
}

static void take_measure(struct bar *b)
{
	struct piece run = { 0 };

	while (next_run(&run)) {
		b->bytes[run.kind] += run.end - run.start;
		b->weight += weight_of(&run);
	}
	b->nr_cells = min(b->weight, (unsigned long)MAX_CELLS);
}

static void print_cells(struct bar *b)
{
	struct piece run = { 0 };
	unsigned long weight = 0;
	unsigned int cell = 0, end, i;

	while (next_run(&run)) {
		weight += weight_of(&run);
		end = weight * b->nr_cells / b->weight;
		for (i = 0; cell + i < end; i++)
			put_cell(b, cell + i, run.kind, run.start + (run.end - run.start) / (end - cell) * i);
		cell = end;
	}
}

static void print_legend(const struct bar *b)
{
	unsigned int i, column = 0;

	for (i = 0; i < NR_KINDS; i++)
		if (b->bytes[i])
			printk(" \033[%sm %c \033[0m %-19s%11llu KiB%s", kinds[i].colours, kinds[i].letter, kinds[i].name,
			       (unsigned long long)b->bytes[i] >> 10, column++ % 2 ? "\n" : "");
	if (column % 2)
		printk("\n");
}

void mem_bar_print(void)
{
	struct bar b = { 0 };

	take_measure(&b);
	if (!b.weight)
		return;
	print_cells(&b);
	print_legend(&b);
}
