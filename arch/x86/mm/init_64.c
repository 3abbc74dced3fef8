/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's final page tables, built while the early ones still run: new
 * tables come from memblock and are reached through the on-demand direct map.
 */
#include <asm/init_64.h>
#include <asm/e820.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <kernel/panic.h>
#include <lib/string.h>
#include <mm/memblock.h>

struct pgtable kernel_pgtable;
static unsigned long ioremap_next;	/* first address not handed out */

static u64 *table_va(phys_addr_t pa)
{
	return __va(pa);
}

static phys_addr_t table_alloc(void)
{
	void *table = memblock_alloc(PAGE_SIZE, PAGE_SIZE);

	return table ? __pa(table) : 0;
}

/* SDM 3A 11.12: slot 1 becomes write-combining, the others are as after reset. */
static void pat_init(void)
{
	if (cpuid_checked(1, 0).edx & 1u << 16)
		wrmsr(MSR_IA32_CR_PAT, 0x0007040600070106);
}

static void must_map(unsigned long va, phys_addr_t pa, u64 size, u64 prot)
{
	int err = pgtable_map(&kernel_pgtable, va, pa, size, prot);

	if (err)
		boot_panic(STAGE_PAGING, "cannot map %#llx bytes at %#lx: %s", (unsigned long long)size, va,
			   err == -1 ? "no memory for page tables" : "something is there already");
}

static bool belongs_in_direct_map(u32 type)
{
	return type == E820_TYPE_RAM || type == E820_TYPE_ACPI || type == E820_TYPE_NVS;
}

/* Neighbours of different type are mapped as one run, so that they can share large pages. */
static void map_direct(void)
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

static void map_image(const char *start, const char *end, u64 prot)
{
	must_map((unsigned long)start, __pa(start), end - start, prot);
}

/* The fixmap keeps its tables of the early map: they hang below a level 3 entry made here. */
static void link_fixmap(void)
{
	struct pgtable_path path;
	u64 *level3;

	pgtable_lookup(&kernel_pgtable, (unsigned long)_text, &path);
	level3 = table_va(path.entry[kernel_pgtable.levels - 4] & PTE_PFN_MASK);
	level3[511] = __pa(level2_fixmap_pgt) | _KERNPG_TABLE;
}

void paging_init(void)
{
	bool gbpages = cpuid_checked(0x80000001, 0).edx & 1u << 26;

	kernel_pgtable = (struct pgtable){
		.root = __pa(init_top_pgt), .levels = pgtable_levels, .max_leaf = gbpages ? 3 : 2,
		.table = table_va, .alloc = table_alloc,
	};
	pat_init();
	init_top_pgt[511] = 0;		/* drop the early image map, writable and executable */
	map_direct();
	map_image(_text, _etext, PAGE_KERNEL_ROX);
	map_image(__rodata_start, __rodata_end, PAGE_KERNEL_RO);
	map_image(_sdata, init_stack_guard, PAGE_KERNEL);
	map_image(init_stack, _end, PAGE_KERNEL);	/* the guard page between them stays unmapped */
	link_fixmap();
	ioremap_next = vmalloc_base;
	/* CR3 alone would leave the early image map, global and writable, in the TLB (SDM 3A 4.10.4.1) */
	write_cr4(read_cr4() & ~X86_CR4_PGE);
	write_cr3(__pa(init_top_pgt));
	write_cr4(read_cr4() | X86_CR4_PGE);
}

/* Whether the CPU can address all of a range: what firmware claims may be anything. */
static bool phys_is_address(phys_addr_t pa, u64 size)
{
	phys_addr_t limit = phys_addr_limit();

	return pa < limit && size <= limit - pa;
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

/*
 * Addresses are handed out upwards, at the same offset in 2 MiB as the memory,
 * so that large pages fit; a page stays free after each piece.
 */
void *ioremap(phys_addr_t pa, u64 size, u64 cache)
{
	phys_addr_t start = ALIGN_DOWN(pa, PAGE_SIZE);
	u64 len = ALIGN(pa + size, PAGE_SIZE) - start;
	unsigned long va;

	if (!size || !phys_is_address(pa, size))
		return NULL;
	va = ioremap_next;
	if (len >= PMD_SIZE)
		va = ALIGN(va, PMD_SIZE) + (start & ~PMD_MASK);
	if (pgtable_map(&kernel_pgtable, va, start, len, PAGE_KERNEL | cache))
		return NULL;
	ioremap_next = va + len + PAGE_SIZE;
	return (void *)(va + (pa - start));
}

void *memremap(phys_addr_t pa, u64 size)
{
	return phys_is_mapped(pa, size) ? __va(pa) : ioremap(pa, size, _PAGE_CACHE_WB);
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
