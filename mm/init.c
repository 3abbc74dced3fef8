/* SPDX-License-Identifier: BSD-2-Clause */
/* The hand-over from memblock, and page tables after it. */
#include "internal.h"
#include <asm/init_64.h>
#include <asm/processor.h>
#include <kernel/initmem.h>
#include <kernel/stage.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/memblock.h>
#include <mm/slab.h>

/*
 * The first struct pages need page tables before there is a page to allocate:
 * one way down below the top level, from memblock while it still gives.
 */
static phys_addr_t first_tables[4];

static phys_addr_t take_first_table(void)
{
	unsigned int i;
	phys_addr_t table = 0;

	for (i = 0; i < ARRAY_SIZE(first_tables) && !table; i++) {
		table = first_tables[i];
		first_tables[i] = 0;
	}
	return table;
}

phys_addr_t page_table_alloc(void)
{
	phys_addr_t table = take_first_table();
	struct page *page;

	if (table)
		return table;
	page = alloc_pages(GFP_ATOMIC | __GFP_NOGROW | __GFP_ZERO, 0);
	if (!page) {
		table = deferred_table_alloc();
		if (table)
			memset(__va(table), 0, PAGE_SIZE);
		return table;
	}
	mem_count(MEM_TABLE_PAGES, 1);
	return PFN_PHYS(page_to_pfn(page));
}

void __init mm_init(const char *cmdline, u64 ram_bytes)
{
	unsigned int i, nid = numa_node_of_apic(initial_apic_id());

	boot_stage(STAGE_PAGE_ALLOC);
	for (i = 0; i < ARRAY_SIZE(first_tables); i++) {
		first_tables[i] = memblock_phys_alloc_node(PAGE_SIZE, PAGE_SIZE, MEM_PAGE_TABLES, nid);
		if (first_tables[i])
			memset(__va(first_tables[i]), 0, PAGE_SIZE);
	}
	memblock.limit = 0;
	kernel_pgtable.alloc = page_table_alloc;
	page_alloc_init(cmdline);
	zones_set_ranges();
	page_alloc_set_node(nid);
	while (nr_free_pages() == nr_deferred_pages() && deferred_init_step())
		;
	slab_init();
	arch_free_boot_tables();
	mem_books_open(ram_bytes);
}
