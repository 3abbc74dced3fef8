/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's final page tables, built while the early ones still run: new
 * tables come from memblock and are reached through the on-demand direct map.
 */
#include <asm/init_64.h>
#include <asm/e820.h>
#include <asm/kasan.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/set_memory.h>
#include <asm/setup.h>
#include <asm/tlb.h>
#include <kernel/initmem.h>
#include <kernel/panic.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/memblock.h>
#include <mm/vmalloc.h>

struct pgtable kernel_pgtable;

static u64 *table_va(phys_addr_t pa)
{
	return __va(pa);
}

static phys_addr_t __init table_alloc(void)
{
	void *table = memblock_alloc(PAGE_SIZE, PAGE_SIZE, MEM_PAGE_TABLES);

	return table ? __pa(table) : 0;
}

/* SDM 3A 11.12: slot 1 becomes write-combining, the others are as after reset. */
static void pat_init(void)
{
	if (cpuid_checked(1, 0).edx & 1u << 16)
		wrmsr(MSR_IA32_CR_PAT, 0x0007040600070106);
}

static void __init must_map(unsigned long va, phys_addr_t pa, u64 size, u64 prot)
{
	int err = pgtable_map(&kernel_pgtable, va, pa, size, prot);

	if (err)
		boot_panic(STAGE_PAGING, "cannot map %#llx bytes at %#lx: %s", (unsigned long long)size, va,
			   err == -1 ? "no memory for page tables" : "something is there already");
}

static bool __init belongs_in_direct_map(u32 type)
{
	return type == E820_TYPE_RAM || type == E820_TYPE_ACPI || type == E820_TYPE_NVS;
}

/* Neighbours of different type are mapped as one run, so that they can share large pages. */
static void __init map_direct(void)
{
	unsigned int i = 0;

	while (i < e820_table.nr) {
		phys_addr_t start = e820_table.entry[i].addr, end = start;

		while (i < e820_table.nr && e820_table.entry[i].addr == end &&
		       belongs_in_direct_map(e820_table.entry[i].type)) {
			end += e820_table.entry[i].size;
			i++;
		}
		if (end == start) {
			i++;
			continue;
		}
		start = ALIGN_DOWN(start, PAGE_SIZE);
		end = ALIGN(end, PAGE_SIZE);
		must_map((unsigned long)__va(start), start, end - start, PAGE_KERNEL);
	}
}

static void __init map_image(const char *start, const char *end, u64 prot)
{
	must_map((unsigned long)start, __pa(start), end - start, prot);
}

/* What cannot be written in the image cannot be written through the direct map either. */
static void __init protect_alias(void)
{
	if (set_memory_ro((unsigned long)__va(__pa(_text)), __rodata_end - _text))
		boot_panic(STAGE_PAGING, "no memory for page tables to protect the kernel's text");
}

/*
 * The fixmap keeps its tables of the early map: they hang below a level 3 entry made
 * here. It is empty, as ioremap() needs nothing but page tables: a page that must have
 * an address known to the linker takes an entry of level1_fixmap_pgt.
 */
static void __init link_fixmap(void)
{
	struct pgtable_path path;
	u64 *level3;

	pgtable_lookup(&kernel_pgtable, (unsigned long)_text, &path);
	level3 = table_va(path.entry[kernel_pgtable.levels - 4] & PTE_PFN_MASK);
	level3[511] = __pa(level2_fixmap_pgt) | _KERNPG_TABLE;
}

/* CR3 alone would leave the early image map, global and writable, in the TLB (SDM 3A 4.10.4.1). */
void paging_cpu_init(void)
{
	pat_init();
	write_cr3(__pa(init_top_pgt));
	tlb_cpu_init();
}

void __init paging_init(void)
{
	bool gbpages = cpuid_checked(0x80000001, 0).edx & 1u << 26;

	kernel_pgtable = (struct pgtable){
		.root = __pa(init_top_pgt), .levels = pgtable_levels, .max_leaf = gbpages ? 3 : 2,
		.table = table_va, .alloc = table_alloc,
	};
	init_top_pgt[511] = 0;		/* drop the early image map, writable and executable */
	map_direct();
	protect_alias();
	map_image(_text, _sinittext, PAGE_KERNEL_ROX);	/* no large page reaches into what is freed after the boot */
	map_image(_sinittext, _einittext, PAGE_KERNEL_ROX);
	map_image(_einittext, _etext, PAGE_KERNEL_ROX);
	map_image(__rodata_start, __rodata_end, PAGE_KERNEL_RO);
	map_image(_sdata, __init_bss_start, PAGE_KERNEL);
	map_image(__init_bss_start, __init_bss_end, PAGE_KERNEL);
	map_image(__init_bss_end, init_stack_guard, PAGE_KERNEL);
	map_image(init_stack, _end, PAGE_KERNEL);	/* the guard page between them stays unmapped */
	link_fixmap();
	kasan_map_shadow(init_top_pgt);
	paging_cpu_init();
}

bool phys_is_address(phys_addr_t pa, u64 size)
{
	phys_addr_t limit = phys_addr_limit();

	return pa < limit && size <= limit - pa;
}

void arch_free_boot_tables(void)
{
	phys_addr_t tables = __pa(early_dynamic_pgts);

	free_reserved_range(tables, tables + sizeof(early_dynamic_pgts));
}

bool phys_is_mapped(phys_addr_t pa, u64 size)
{
	struct pgtable_path path;
	phys_addr_t at;

	if (!phys_is_address(pa, size))
		return false;
	for (at = ALIGN_DOWN(pa, PAGE_SIZE); at < pa + size; at += PAGE_SIZE) {
		pgtable_lookup(&kernel_pgtable, (unsigned long)__va(at), &path);
		if (!path.leaf_level)
			return false;
	}
	return true;
}

void *memremap(phys_addr_t pa, u64 size)
{
	return phys_is_mapped(pa, size) ? __va(pa) : ioremap(pa, size, _PAGE_CACHE_WB);
}

void memunmap(const void *va)
{
	if ((unsigned long)va >= vmalloc_base)
		iounmap(va);
}

phys_addr_t phys_addr_limit(void)
{
	unsigned int bits = cpuid_checked(0x80000008, 0).eax & 0xff;	/* CPUID: MAXPHYADDR */

	return min((phys_addr_t)1 << (bits ? bits : 36), (phys_addr_t)(vmalloc_base - page_offset_base));
}

const void *boot_data_map(phys_addr_t pa, size_t len)
{
	return phys_is_address(pa, len) ? __va(pa) : NULL;
}
