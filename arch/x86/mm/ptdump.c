/* SPDX-License-Identifier: BSD-2-Clause */
/* Monitor command pt: the live page tables, whole as merged ranges or along one address. */
#include <asm/init_64.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/kstrtox.h>
#include <lib/printf.h>
#include <lib/string.h>

#define ATTR_MASK (_PAGE_RW | _PAGE_USER | _PAGE_PWT | _PAGE_PCD | _PAGE_GLOBAL | _PAGE_NX)

/* A run of neighbouring pages of one size with the same attributes. */
struct run {
	unsigned long	start, pages;
	phys_addr_t	pa;
	unsigned int	level;
	u64		attr;
};

static const char *page_size_name(unsigned int level)
{
	return level == 3 ? "1G" : level == 2 ? "2M" : "4K";
}

static const char *attr_names(u64 entry, char buf[32])
{
	snprintf(buf, 32, "%s %s%s%s%s", entry & _PAGE_RW ? "RW" : "RO", entry & _PAGE_NX ? "NX" : "X ",
		 entry & _PAGE_USER ? " user" : "", entry & _PAGE_GLOBAL ? " global" : "",
		 entry & _PAGE_PCD ? " UC" : entry & _PAGE_PWT ? " WC" : "");
	return buf;
}

static void print_run(const struct run *r)
{
	unsigned long size = r->pages << PGTABLE_LEVEL_SHIFT(r->level);
	char attr[32];

	if (r->pages)
		printk("%016lx-%016lx %9lu KiB %s %s -> %llx\n", r->start, r->start + size - 1, size >> 10,
		       page_size_name(r->level), attr_names(r->attr, attr), (unsigned long long)r->pa);
}

static int dump_visit(struct pgtable *pt, u64 *entry, unsigned long va, unsigned int level, void *ctx)
{
	struct run *r = ctx;
	unsigned long done = r->pages << PGTABLE_LEVEL_SHIFT(r->level);

	if (!(*entry & _PAGE_PRESENT))
		return PGWALK_NEXT;
	if (!pgtable_is_leaf(*entry, level))
		return PGWALK_DESCEND;
	if (r->pages && r->level == level && r->attr == (*entry & ATTR_MASK) && r->start + done == va &&
	    r->pa + done == pgtable_leaf_pa(*entry, level)) {
		r->pages++;
		return PGWALK_NEXT;
	}
	print_run(r);
	*r = (struct run){ va, 1, pgtable_leaf_pa(*entry, level), level, *entry & ATTR_MASK };
	return PGWALK_NEXT;
}

static void dump_all(void)
{
	struct run r = { 0 };

	r.level = 1;
	pgtable_walk(&kernel_pgtable, 0, ~0UL, dump_visit, &r);
	print_run(&r);
}

static void dump_one(unsigned long va)
{
	static const char *const names[] = { "", "PTE", "PMD", "PUD", "P4D", "PGD" };
	struct pgtable_path path;
	unsigned int i, level;
	char attr[32];

	pgtable_lookup(&kernel_pgtable, va, &path);
	for (i = 0; i < path.depth; i++) {
		u64 e = path.entry[i];

		level = kernel_pgtable.levels - i;
		printk("%*s%s[%3lu] %016llx ", 2 * i, "", level == 4 && kernel_pgtable.levels == 4 ? "PGD" : names[level],
		       va >> PGTABLE_LEVEL_SHIFT(level) & (PTRS_PER_TABLE - 1), (unsigned long long)e);
		if (!(e & _PAGE_PRESENT))
			printk("not present\n");
		else if (pgtable_is_leaf(e, level))
			printk("%s page %s\n", page_size_name(level), attr_names(e, attr));
		else
			printk("table at %llx %s\n", (unsigned long long)(e & PTE_PFN_MASK), attr_names(e, attr));
	}
	if (path.leaf_level)
		printk("%016lx -> physical %llx\n", va, (unsigned long long)path.pa);
	else
		printk("%016lx is not mapped\n", va);
}

static int cmd_pt(int argc, char **argv)
{
	u64 va;

	if (argc == 1) {
		dump_all();
		return 0;
	}
	if (argc == 2 && !strcmp(argv[1], "check")) {
		pt_check();
		return 0;
	}
	if (argc != 2 || kstrtou64(argv[1], 16, &va)) {
		printk("pt: give one address in hex\n");
		return -1;
	}
	dump_one(va);
	return 0;
}
MONITOR_COMMAND(pt, "[check|ADDR]", "page tables: merged ranges, their check, or the walk for one address", cmd_pt);
