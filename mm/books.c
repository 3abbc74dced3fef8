/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The books: where every page of RAM is. Four sums are kept by different hands
 * and must agree:
 *
 *   RAM in the firmware's map     = whole pages of memblock's RAM + fractions cut off
 *   whole pages                   = reserved by use + struct pages + managed + deferred + lost
 *   managed by the page allocator = free + allocated, and free is what its lists hold
 *   allocated                    >= what the users of the allocator say they hold
 */
#include "internal.h"
#include <asm/percpu.h>
#include <kernel/printk.h>
#include <kernel/smp.h>
#include <kernel/stage.h>
#include <mm/init.h>
#include <mm/memblock.h>

struct books {
	u64		ram_bytes, cut_bytes;
	unsigned long	ram, reserved, use[NR_MEM_USES];
	unsigned long	backing, managed, deferred, lost;
	unsigned long	free, listed;		/* of managed; as counted, and as the lists have it */
	unsigned long	allocated, named, count[NR_MEM_COUNTS];	/* count by name */
};

static u64 firmware_ram;
DEFINE_PER_CPU(long, mem_counts[NR_MEM_COUNTS]);

static const char *const use_names[NR_MEM_USES] = {
	[MEM_TEXT] = "kernel text", [MEM_RODATA] = "kernel rodata", [MEM_DATA] = "kernel data",
	[MEM_BSS] = "kernel bss", [MEM_INIT] = "kernel init", [MEM_PAGE_TABLES] = "page tables of the boot",
	[MEM_MEMBLOCK] = "memblock's own lists", [MEM_FIRST_MIB] = "first MiB",
	[MEM_BOOT_DATA] = "setup_data of the loader", [MEM_INITRD] = "initrd",
	[MEM_ACPI] = "ACPI tables", [MEM_EFI_MAP] = "EFI memory map", [MEM_EFI_RUNTIME] = "EFI runtime services",
	[MEM_EFI_BOOT] = "EFI boot services", [MEM_FRAMEBUFFER] = "framebuffer", [MEM_BAD] = "bad",
};

static const char *const count_names[NR_MEM_COUNTS] = {
	[MEM_TABLE_PAGES] = "page tables", [MEM_STRUCT_PAGES] = "struct pages",
	[MEM_SLAB_PAGES] = "slabs",
	[MEM_VMALLOC_PAGES] = "vmalloc",
	[MEM_ANON_PAGES] = "programs",
	[MEM_FILE_PAGES] = "files",
};

unsigned long mem_counted(enum mem_count what)
{
	unsigned int cpu;
	long sum = 0;

	for_each_possible_cpu(cpu)
		sum += (*per_cpu_ptr(&mem_counts, cpu))[what];
	return sum > 0 ? sum : 0;
}

static void count_ram(struct books *b)
{
	struct memblock_region r;
	phys_addr_t at = 0, end = memblock_end();

	for (; memblock_next_ram(at, end, &r); at = r.base + r.size)
		b->ram += r.size >> PAGE_SHIFT;
	b->ram_bytes = memblock_total(&memblock.memory);
	b->cut_bytes = b->ram_bytes - PFN_PHYS(b->ram);
}

static void count_zone(struct books *b, struct zone *zone)
{
	unsigned int order;

	b->backing += zone->backing_pages;
	b->deferred += zone->deferred;
	b->lost += zone->lost;
	spin_lock(&zone->lock);
	b->managed += zone->managed;
	b->free += zone->nr_free;
	for (order = 0; order < MAX_ORDER; order++)
		b->listed += zone->area[order].nr << order;
	spin_unlock(&zone->lock);
}

/* Nobody asks for memory under these locks, other than with __GFP_NOGROW: a caller that got none holds neither. */
static void take_stock(struct books *b)
{
	unsigned long flags = spin_lock_irqsave(&grow_lock);
	struct zone *zone;
	unsigned int i;

	*b = (struct books){ 0 };
	count_ram(b);
	b->reserved = memblock_count_uses(b->use);
	for_each_zone(zone)
		count_zone(b, zone);
	b->allocated = b->managed - (nr_free_pages() - b->deferred);
	for (i = 0; i < NR_MEM_COUNTS; i++)
		b->named += b->count[i] = mem_counted(i);
	spin_unlock_irqrestore(&grow_lock, flags);
}

static bool check(const struct books *b)
{
	unsigned long found = b->reserved + b->backing + b->managed + b->deferred + b->lost;
	bool ok = true;

	if (b->ram_bytes != firmware_ram)
		boot_warn(STAGE_PAGE_ALLOC, "books: the firmware gave %llu bytes of RAM, memblock has %llu",
			  (unsigned long long)firmware_ram, (unsigned long long)b->ram_bytes), ok = false;
	if (b->ram != found)
		boot_warn(STAGE_PAGE_ALLOC, "books: %lu pages of RAM, %lu found", b->ram, found), ok = false;
	if (b->free != b->listed)
		boot_warn(STAGE_PAGE_ALLOC, "books: %lu pages free, %lu in the lists", b->free, b->listed), ok = false;
	if (b->allocated < b->named)
		boot_warn(STAGE_PAGE_ALLOC, "books: %lu pages allocated, their holders say %lu", b->allocated,
			  b->named), ok = false;
	return ok;
}

bool mem_books_check(void)
{
	struct books b;

	take_stock(&b);
	return check(&b);
}

static unsigned long kib(unsigned long pages)
{
	return pages << (PAGE_SHIFT - 10);
}

static void each_line(const struct books *b, void (*line)(const char *name, unsigned long pages))
{
	const struct { const char *name; unsigned long pages; } last[] = {
		{ "other allocations", b->allocated - b->named },
		{ "lost for want of struct pages", b->lost },
		{ "free", b->managed - b->allocated },
		{ "free, not initialised yet", b->deferred },
	};
	unsigned int i;

	line("RAM in whole pages", b->ram);
	for (i = 0; i < NR_MEM_USES; i++)
		if (b->use[i])
			line(use_names[i], b->use[i]);
	line("struct pages", b->backing + b->count[MEM_STRUCT_PAGES]);	/* of the boot, and of later */
	for (i = 0; i < NR_MEM_COUNTS; i++)
		if (b->count[i] && i != MEM_STRUCT_PAGES)
			line(count_names[i], b->count[i]);
	for (i = 0; i < ARRAY_SIZE(last); i++)
		if (last[i].pages)
			line(last[i].name, last[i].pages);
}

void mem_books_each(void (*line)(const char *name, unsigned long pages))
{
	struct books b;

	take_stock(&b);
	each_line(&b, line);
}

void mem_books_totals(struct mem_totals *t)
{
	struct books b;

	take_stock(&b);
	*t = (struct mem_totals){
		.ram = b.ram, .allocated = b.allocated, .deferred = b.deferred,
		.free = b.managed - b.allocated + b.deferred, .reserved = b.reserved + b.backing + b.lost,
	};
}

static void print_line(const char *name, unsigned long pages)
{
	printk("memory: %-28s %12lu KiB\n", name, kib(pages));
}

void mem_books_print(void)
{
	struct books b;

	take_stock(&b);
	each_line(&b, print_line);
	printk("memory: %llu bytes of RAM are no whole page\n", (unsigned long long)b.cut_bytes);
	if (check(&b))
		printk("memory: the books balance\n");
}

void mem_books_open(u64 ram_bytes)
{
	struct books b;
	unsigned long image;

	firmware_ram = ram_bytes;
	take_stock(&b);
	image = b.use[MEM_TEXT] + b.use[MEM_RODATA] + b.use[MEM_DATA] + b.use[MEM_BSS] + b.use[MEM_INIT];
	printk("memory: %lu KiB RAM: kernel %lu, page tables %lu, struct pages %lu, other reserved %lu, "
	       "allocated %lu, free %lu\n", kib(b.ram), kib(image), kib(b.use[MEM_PAGE_TABLES]), kib(b.backing),
	       kib(b.reserved - image - b.use[MEM_PAGE_TABLES]), kib(b.allocated),
	       kib(b.deferred + b.managed - b.allocated));
	check(&b);
}
