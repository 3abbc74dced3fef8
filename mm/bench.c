/* SPDX-License-Identifier: BSD-2-Clause */
/* Rows of the bench: the allocators' fast paths, and a walk of the page tables. */
#include <asm/init_64.h>
#include <kernel/bench.h>
#include <mm/slab.h>

BENCH(mm_alloc_pages, "alloc_pages(0) and free", __free_pages(alloc_pages(GFP_KERNEL, 0), 0));
BENCH(mm_kmalloc, "kmalloc(64) and kfree", kfree(kmalloc(64, GFP_KERNEL)));

/* Text is mapped by pages of 4 KiB: all levels are walked. */
static void walk_all_levels(void)
{
	struct pgtable_path path;

	pgtable_lookup(&kernel_pgtable, (unsigned long)walk_all_levels, &path);
}
BENCH(mm_walk, "page walk to a 4 KiB page", walk_all_levels());
