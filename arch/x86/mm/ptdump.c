/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Monitor command pt: page tables drawn as a tree, or the way to one address with
 * its entries in words. What is printed comes from the tables as they are.
 */
#include <asm/efi.h>
#include <asm/init_64.h>
#include <asm/kasan.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/kstrtox.h>
#include <lib/printf.h>
#include <lib/string.h>

#define PAT_AFTER_RESET	0x0007040600070406	/* SDM 3A 11.12.4: also of a CPU without the register */

static u64 pat(void)
{
	return cpuid_checked(1, 0).edx & 1u << 16 ? rdmsr(MSR_IA32_CR_PAT) : PAT_AFTER_RESET;
}

/* ---------------------------------------------------------------- names */

/* From here to the next one; all page tables share the layout of the upper half. */
static const char *region_name(unsigned long va)
{
	const struct { unsigned long start; const char *name; } regions[] = {
		{ 0,				"lower half" },
		{ 1UL << 63,			"upper half" },
		{ page_offset_base,		"direct map of physical memory" },
		{ vmalloc_base,			"vmalloc and ioremap" },
		{ vmalloc_base + VMALLOC_SIZE,	"upper half" },
		{ vmemmap_base,			"vmemmap: the array of struct page" },
#ifdef LANTERN_SAN
		{ kasan_shadow_start(),		"KASAN shadow" },
		{ KASAN_SHADOW_END,		"upper half" },
#endif
		{ EFI_VA_END,			"EFI runtime services" },
		{ EFI_VA_START,			"upper half" },
		{ __START_KERNEL_map,		"kernel image" },
		{ (unsigned long)_text,		"kernel text" },
		{ (unsigned long)_sinittext,	"kernel init text, unmapped after the boot" },
		{ (unsigned long)__rodata_start, "kernel rodata" },
		{ (unsigned long)_sdata,	"kernel data and bss" },
		{ (unsigned long)__init_bss_start, "kernel init data, unmapped after the boot" },
		{ (unsigned long)__init_bss_end, "kernel bss" },
		{ (unsigned long)init_stack,	"boot stack, a guard page before it" },
		{ (unsigned long)init_stack_end, "kernel bss" },
		{ (unsigned long)_end,		"kernel image" },
		{ __START_KERNEL_map + KERNEL_IMAGE_SIZE, "fixmap" },
	};
	unsigned int i = ARRAY_SIZE(regions);

	while (va < regions[--i].start)
		;
	return regions[i].name;
}

static const char *level_name(const struct pgtable *pt, unsigned int level)
{
	static const char *const names[] = { "PTE", "PMD", "PUD", "P4D", "PGD" };

	return level == pt->levels ? "PGD" : names[level - 1];
}

static const char *page_size_name(unsigned int level)
{
	return level == 3 ? "1G" : level == 2 ? "2M" : "4K";
}

/* Which of the eight fields of IA32_PAT an entry selects, SDM 3A 4.9.2. */
static unsigned int pat_slot(u64 entry, unsigned int level, bool leaf)
{
	u64 pat_bit = level == 1 ? _PAGE_PAT : _PAGE_PAT_LARGE;

	return (entry & _PAGE_PWT ? 1 : 0) | (entry & _PAGE_PCD ? 2 : 0) | (leaf && entry & pat_bit ? 4 : 0);
}

static const char *cache_name(unsigned int slot)
{
	static const char *const types[8] = { "UC", "WC", "?", "?", "WT", "WP", "WB", "UC-" };

	return types[pat() >> 8 * slot & 7];
}

static unsigned int index_of(unsigned long va, unsigned int level)
{
	return va >> PGTABLE_LEVEL_SHIFT(level) & (PTRS_PER_TABLE - 1);
}

/* ---------------------------------------------------------------- the tree */

#define RIGHTS		(_PAGE_RW | _PAGE_USER | _PAGE_GLOBAL | _PAGE_NX)
#define ADDRESS_COLUMN	24

/* Neighbouring pages of one size with the same rights, on neighbouring frames. */
struct run {
	unsigned long	start, pages;
	phys_addr_t	pa;
	unsigned int	level;			/* 0: none yet */
	unsigned int	slot;			/* of the PAT */
	u64		rights;
	const char	*region;
};

struct tree {
	struct run	run;
	unsigned long	shown;			/* start of the run printed last */
	const char	*region;		/* it lies in; NULL: none printed yet */
	unsigned long	tables, nr_pages[4];	/* by level */
};

static unsigned long run_bytes(const struct run *r)
{
	return r->pages << PGTABLE_LEVEL_SHIFT(r->level);
}

/* The tables on the way down, as far as they are not those of the line before. */
static void print_tables(struct pgtable *pt, const struct tree *t)
{
	const struct run *r = &t->run;
	struct pgtable_path path;
	unsigned int level;

	pgtable_lookup(pt, r->start, &path);
	for (level = pt->levels; level > r->level; level--)
		if (!t->region || t->shown >> PGTABLE_LEVEL_SHIFT(level) != r->start >> PGTABLE_LEVEL_SHIFT(level))
			printk("%*s%s[%u] table %llx\n", 2 * (pt->levels - level), "", level_name(pt, level),
			       index_of(r->start, level),
			       (unsigned long long)(path.entry[pt->levels - level] & PTE_PFN_MASK));
}

/* "PTE[5]", "PTE[5-17]", and "PMD[5-3.17]" for a run up to entry 17 of the table of PUD[3]. */
static void entries_name(const struct pgtable *pt, const struct run *r, char *buf, size_t size)
{
	unsigned long last = r->start + run_bytes(r) - 1;
	unsigned int level = pt->levels;
	char sep = '-';
	int n = snprintf(buf, size, "%s[%u", level_name(pt, r->level), index_of(r->start, r->level));

	while (level > r->level && index_of(r->start, level) == index_of(last, level))
		level--;
	if (r->pages > 1)
		for (; level >= r->level; level--, sep = '.')
			n += snprintf(buf + n, size - n, "%c%u", sep, index_of(last, level));
	snprintf(buf + n, size - n, "]");
}

static void size_name(unsigned long bytes, char buf[16])
{
	unsigned int unit = 0;

	for (bytes >>= 10; unit < 3 && bytes && !(bytes & 1023); bytes >>= 10)
		unit++;
	snprintf(buf, 16, "%lu%c", bytes, "KMGT"[unit]);
}

static void print_run(struct pgtable *pt, struct tree *t)
{
	const struct run *r = &t->run;
	char entries[32], size[16];
	int indent = 2 * (pt->levels - r->level);

	if (!r->level)
		return;
	if (r->region != t->region)
		printk("-- %s\n", r->region);
	print_tables(pt, t);
	entries_name(pt, r, entries, sizeof(entries));
	size_name(run_bytes(r), size);
	printk("%*s%-*s %016lx %6s %s %s %s %c%c %-3s > %llx\n", indent, "", ADDRESS_COLUMN - 1 - indent, entries,
	       r->start, size, page_size_name(r->level), r->rights & _PAGE_RW ? "RW" : "RO",
	       r->rights & _PAGE_NX ? "NX" : "X ", r->rights & _PAGE_GLOBAL ? 'G' : '-',
	       r->rights & _PAGE_USER ? 'U' : '-', cache_name(r->slot), (unsigned long long)r->pa);
	t->shown = r->start;
	t->region = r->region;
}

static bool continues(const struct run *r, const struct run *next)
{
	return r->level == next->level && r->slot == next->slot && r->rights == next->rights &&
	       r->region == next->region && r->start + run_bytes(r) == next->start &&
	       r->pa + run_bytes(r) == next->pa;
}

static int tree_visit(struct pgtable *pt, u64 *entry, unsigned long va, unsigned int level, void *ctx)
{
	struct tree *t = ctx;
	struct run page;

	if (!(*entry & _PAGE_PRESENT) || kasan_is_shared(*entry))
		return PGWALK_NEXT;
	if (!pgtable_is_leaf(*entry, level)) {
		t->tables++;
		return PGWALK_DESCEND;
	}
	t->nr_pages[level]++;
	page = (struct run){ .start = va, .pages = 1, .pa = pgtable_leaf_pa(*entry, level), .level = level,
			     .slot = pat_slot(*entry, level, true), .rights = *entry & RIGHTS,
			     .region = region_name(va) };
	if (continues(&t->run, &page)) {
		t->run.pages++;
		return PGWALK_NEXT;
	}
	print_run(pt, t);
	t->run = page;
	return PGWALK_NEXT;
}

static void print_tree(struct pgtable *pt)
{
	struct tree t = { .tables = 1 };

	printk("%u levels, top table %llx\n", pt->levels, (unsigned long long)pt->root);
	pgtable_walk(pt, 0, ~0UL, tree_visit, &t);
	print_run(pt, &t);
	printk("%lu tables, pages: %lu of 4K, %lu of 2M, %lu of 1G\n", t.tables, t.nr_pages[1], t.nr_pages[2],
	       t.nr_pages[3]);
}

/* ---------------------------------------------------------------- one address */

#define SOFTWARE_BITS	(_AC(0x7f, UL) << 52 | _AC(0xe00, UL))	/* the CPU ignores them */

/* An entry bit by bit, SDM 3A tables 4-15 to 4-20. */
static void print_bits(u64 e, unsigned int level)
{
	bool leaf = pgtable_is_leaf(e, level);
	unsigned int slot = pat_slot(e, level, leaf);

	printk("    present, %s, %s, %s, %s\n", e & _PAGE_RW ? "writable" : "read-only",
	       e & _PAGE_USER ? "user" : "supervisor", e & _PAGE_NX ? "not executable" : "executable",
	       e & _PAGE_ACCESSED ? "accessed" : "not accessed");
	printk("    PAT slot %u: %s%s", slot, cache_name(slot), leaf ? "" : " for the table");
	if (leaf)
		printk(", %s, %s", e & _PAGE_DIRTY ? "dirty" : "not dirty", e & _PAGE_GLOBAL ? "global" : "not global");
	if (leaf && e >> 59 & 0xf)
		printk(", protection key %llu", (unsigned long long)(e >> 59 & 0xf));
	if (e & SOFTWARE_BITS)
		printk(", bits of software %#llx", (unsigned long long)(e & SOFTWARE_BITS));
	printk("\n");
}

static void print_walk(struct pgtable *pt, unsigned long va)
{
	struct pgtable_path path;
	u64 all = ~0ULL, nx = 0;
	unsigned int i;

	pgtable_lookup(pt, va, &path);
	printk("%016lx: %s, %u levels, top table %llx\n", va, region_name(va), pt->levels,
	       (unsigned long long)pt->root);
	for (i = 0; i < path.depth; i++) {
		unsigned int level = pt->levels - i;
		u64 e = path.entry[i];

		printk("%*s%s[%u] %016llx: ", 2 * i, "", level_name(pt, level), index_of(va, level),
		       (unsigned long long)e);
		if (!(e & _PAGE_PRESENT)) {
			printk("not present\n");
			break;
		}
		if (pgtable_is_leaf(e, level))
			printk("%s page at %llx\n", page_size_name(level), (unsigned long long)pgtable_leaf_pa(e, level));
		else
			printk("table at %llx\n", (unsigned long long)(e & PTE_PFN_MASK));
		print_bits(e, level);
		all &= e;
		nx |= e & _PAGE_NX;
	}
	if (path.leaf_level)
		printk("-> physical %llx: all levels together %s, %s, %s\n", (unsigned long long)path.pa,
		       all & _PAGE_RW ? "writable" : "read-only", nx ? "not executable" : "executable",
		       all & _PAGE_USER ? "user" : "supervisor");
	else
		printk("%016lx is not mapped\n", va);
}

/* ---------------------------------------------------------------- the command */

static int cmd_pt(int argc, char **argv)
{
	struct pgtable pt = kernel_pgtable;
	int left = argc - 1;
	u64 va;

	if (left == 1 && !strcmp(argv[1], "check")) {
		pt_check();
		return 0;
	}
	if (left == 1 && !strcmp(argv[1], "early")) {
		pt_early_print();
		return 0;
	}
	if (left && !strcmp(argv[1], "efi")) {
		pt.root = efi_pgtable();
		if (!pt.root) {
			printk("pt: EFI runtime services have no page tables\n");
			return 0;
		}
		left--;
	}
	if (!left) {
		print_tree(&pt);
		return 0;
	}
	if (left > 1 || kstrtou64(argv[argc - 1], 16, &va)) {
		printk("pt: give one address in hex\n");
		return -1;
	}
	print_walk(&pt, va);
	return 0;
}
MONITOR_SAFE_COMMAND(pt, "[efi] [ADDR] | check | early", "page tables: a tree, the way to one address, their check, those of the boot", cmd_pt);
