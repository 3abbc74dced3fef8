/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * pt early: the tables the kernel came to its virtual address on, as they were
 * then, by the names the literature gives them. The tables themselves are reused
 * soon after, so their entries are copied, a few dozen of them.
 */
#include <asm/init_64.h>
#include <asm/page.h>
#include <asm/pgtable_types.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <kernel/printk.h>
#include "ptearly.h"

#define MAX_KEPT	96
#define NR_DYNAMIC	6		/* of early_dynamic_pgts; the identity map of the switch takes 3 at most */

/* Filled before .bss is cleared */
static struct pt_early_entry kept[MAX_KEPT] __section(".data");
static unsigned int nr_kept __section(".data"), nr_lost __section(".data");

enum { TOP, LEVEL4, LEVEL3, LEVEL2_KERNEL, LEVEL2_FIXMAP, LEVEL1_FIXMAP, DYNAMIC, NR_TABLES = DYNAMIC + NR_DYNAMIC };

static u64 *table(unsigned int nr)
{
	switch (nr) {
	case TOP:		return early_top_pgt;
	case LEVEL4:		return level4_kernel_pgt;
	case LEVEL3:		return level3_kernel_pgt;
	case LEVEL2_KERNEL:	return level2_kernel_pgt;
	case LEVEL2_FIXMAP:	return level2_fixmap_pgt;
	case LEVEL1_FIXMAP:	return level1_fixmap_pgt;
	default:		return early_dynamic_pgts[nr - DYNAMIC];
	}
}

const char *pt_early_name(unsigned int nr)
{
	static const char *const names[] = {
		"early_top_pgt", "level4_kernel_pgt", "level3_kernel_pgt", "level2_kernel_pgt", "level2_fixmap_pgt",
		"level1_fixmap_pgt", "early_dynamic_pgts[0]", "early_dynamic_pgts[1]", "early_dynamic_pgts[2]",
		"early_dynamic_pgts[3]", "early_dynamic_pgts[4]", "early_dynamic_pgts[5]",
	};

	static_assert(ARRAY_SIZE(names) == NR_TABLES, "a name for each table");
	return names[nr];
}

void pt_early_keep(void)
{
	unsigned int nr, i;

	for (nr = 0; nr < NR_TABLES; nr++)
		for (i = 0; i < PTRS_PER_TABLE; i++) {
			u64 entry = table(nr)[i];

			if (!(entry & _PAGE_PRESENT) || (nr == LEVEL4 && pgtable_levels < 5))
				continue;
			if (nr_kept < MAX_KEPT)
				kept[nr_kept++] = (struct pt_early_entry){ nr, i, entry };
			else
				nr_lost++;
		}
}

const struct pt_early_entry *pt_early_entries(unsigned int *nr)
{
	*nr = nr_kept;
	return kept;
}

phys_addr_t pt_early_address(unsigned int nr)
{
	return __pa(table(nr));
}

int pt_early_next(u64 entry)
{
	unsigned int nr;

	for (nr = 0; nr < NR_TABLES && !(entry & _PAGE_PSE); nr++)
		if (pt_early_address(nr) == (entry & PTE_PFN_MASK))
			return nr;
	return -1;
}

/* What an entry leads to, and where the addresses it stands for begin: known for the kernel's half only. */
static void print_entry(const struct pt_early_entry *k)
{
	int to = pt_early_next(k->entry);

	printk("  [%3u]  ", k->index);
	if (to >= 0)
		printk("--> %-22s", pt_early_name(to));
	else
		printk("2M at %-#20llx", (unsigned long long)(k->entry & PTE_PFN_MASK & PMD_MASK));
	printk("%s%s%s\n", k->entry & _PAGE_RW ? "RW" : "RO", k->entry & _PAGE_NX ? " NX" : " X ",
	       k->entry & _PAGE_GLOBAL ? " G" : "");
}

void pt_early_print(void)
{
	unsigned int i, shown = NR_TABLES;

	printk("CR3 --> early_top_pgt, %u levels, on the way to %#lx\n", pgtable_levels, (unsigned long)_text);
	for (i = 0; i < nr_kept; i++) {
		if (kept[i].table != shown) {
			shown = kept[i].table;
			printk("%s at %#llx\n", pt_early_name(shown), (unsigned long long)pt_early_address(shown));
		}
		print_entry(&kept[i]);
	}
	if (nr_lost)
		printk("and %u entries more\n", nr_lost);
	pt_early_draw();
}
