/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where CPUs begin that get a SIPI: two pages below 1 MiB, one with the code of
 * trampoline_64.S, one with the top-level page table, which CR3 can reach from real
 * mode only there. Both are borrowed, and what was in them is put back: all of the
 * first MiB is reserved, but firmware and loaders may have left there what somebody
 * still reads.
 */
#include <asm/smp.h>
#include <asm/e820.h>
#include <asm/init_64.h>
#include <asm/setup.h>
#include <kernel/initmem.h>
#include <lib/string.h>
#include <mm/page_alloc.h>
#include <mm/slab.h>

#define LOW_MEMORY_END		0xa0000		/* SIPI vectors A0H to BFH are reserved (SDM 3A 11.6.1) */
#define TRAMPOLINE_SIZE		(2 * PAGE_SIZE)

u64 secondary_cr3;			/* of init_top_pgt; read by trampoline_64.S */

static struct {
	u8		*place;				/* in the direct map, TRAMPOLINE_SIZE bytes */
	u8		*saved;
	void		*tables[4];			/* below the top level, of the identity map */
	unsigned int	nr_tables;
} trampoline __initdata;

/* The highest place in RAM, 0 when there is none. Page 0 has the real-mode vectors. */
static phys_addr_t __init find_low_place(void)
{
	phys_addr_t found = 0;
	unsigned int i;

	for (i = 0; i < e820_table.nr; i++) {
		const struct boot_e820_entry *e = &e820_table.entry[i];
		phys_addr_t start = max((phys_addr_t)ALIGN(e->addr, PAGE_SIZE), (phys_addr_t)PAGE_SIZE);
		phys_addr_t end = ALIGN_DOWN(min((phys_addr_t)(e->addr + e->size), (phys_addr_t)LOW_MEMORY_END), PAGE_SIZE);

		if (e->type == E820_TYPE_RAM && end > start && end - start >= TRAMPOLINE_SIZE)
			found = max(found, end - TRAMPOLINE_SIZE);
	}
	return found;
}

static u64 *__init low_table_va(phys_addr_t pa)
{
	return __va(pa);
}

static phys_addr_t __init low_table_alloc(void)
{
	void *table = trampoline.nr_tables < ARRAY_SIZE(trampoline.tables) ? get_free_page(GFP_KERNEL | __GFP_ZERO) : NULL;

	if (!table)
		return 0;
	trampoline.tables[trampoline.nr_tables++] = table;
	return __pa(table);
}

/* Our half of the address space, and the trampoline's own page where it is. */
static bool __init build_tables(u64 *top)
{
	phys_addr_t code = __pa(trampoline.place);
	struct pgtable pt = {
		.root = __pa(top), .levels = pgtable_levels, .max_leaf = 1,
		.table = low_table_va, .alloc = low_table_alloc,
	};

	memset(top, 0, PAGE_SIZE / 2);
	memcpy(top + PTRS_PER_TABLE / 2, init_top_pgt + PTRS_PER_TABLE / 2, PAGE_SIZE / 2);
	return !pgtable_map(&pt, code, code, PAGE_SIZE, PAGE_KERNEL_ROX & ~_PAGE_GLOBAL);
}

static void __init fill_in(const u64 *top)
{
	struct trampoline_data *data;
	phys_addr_t code = __pa(trampoline.place);

	memcpy(trampoline.place, trampoline_start, trampoline_end - trampoline_start);
	data = (void *)(trampoline.place + (trampoline_data - trampoline_start));
	data->gdtr_base += code;
	data->entry += code;
	data->clear_xd_disable = nx_was_hidden;
	data->efer = rdmsr(MSR_EFER) & ~EFER_LMA;
	data->cr4 = read_cr4() & (X86_CR4_PAE | X86_CR4_LA57 | X86_CR4_MCE | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT);
	data->cr3 = __pa(top);
	secondary_cr3 = __pa(init_top_pgt);
}

void __init trampoline_return(void)
{
	memcpy(trampoline.place, trampoline.saved, TRAMPOLINE_SIZE);
	kfree(trampoline.saved);
	while (trampoline.nr_tables)
		free_page(trampoline.tables[--trampoline.nr_tables]);
}

phys_addr_t __init trampoline_borrow(const char **why)
{
	phys_addr_t pa = find_low_place();

	*why = "no RAM below 640 KiB to begin in";
	if (!pa)
		return 0;
	*why = "no memory";
	trampoline.place = __va(pa);
	trampoline.saved = kmalloc(TRAMPOLINE_SIZE, GFP_KERNEL);
	if (!trampoline.saved)
		return 0;
	memcpy(trampoline.saved, trampoline.place, TRAMPOLINE_SIZE);
	if (!build_tables((u64 *)(trampoline.place + PAGE_SIZE))) {
		trampoline_return();
		return 0;
	}
	fill_in((u64 *)(trampoline.place + PAGE_SIZE));
	return pa;
}
