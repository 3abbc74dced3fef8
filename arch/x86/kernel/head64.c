/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The C half of the kernel head: the early page tables, the early exceptions
 * that extend them on demand, and the way to start_kernel.
 *
 * Everything up to and including __startup_64() runs at the physical address;
 * RIP-relative code gives physical addresses of symbols there, so the tables
 * are filled with what & yields. Pointers held in data are already virtual.
 */
#include <asm/setup.h>
#include <asm/pti.h>
#include <asm/stackprotector.h>
#include <asm/extable.h>
#include <asm/init_64.h>
#include <asm/kasan.h>
#include <asm/percpu.h>
#include <asm/pgtable_types.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/segment.h>
#include <asm/traps.h>
#include <asm/trapnr.h>
#include <asm/bootparam_utils.h>
#include <kernel/init.h>
#include <kernel/preempt.h>
#include <kernel/stage.h>
#include <kernel/strip.h>
#include <lib/cmdline.h>
#include <lib/string.h>

#define __noclear	__section(".bss..noclear") __aligned(PAGE_SIZE)

u64 early_top_pgt[PTRS_PER_TABLE] __noclear;
u64 level4_kernel_pgt[PTRS_PER_TABLE] __noclear;
u64 level3_kernel_pgt[PTRS_PER_TABLE] __noclear;
u64 level2_kernel_pgt[PTRS_PER_TABLE] __noclear;
u64 level2_fixmap_pgt[PTRS_PER_TABLE] __noclear;
u64 level1_fixmap_pgt[PTRS_PER_TABLE] __noclear;
u64 early_dynamic_pgts[EARLY_DYNAMIC_PAGE_TABLES][PTRS_PER_TABLE] __noclear;
u64 init_top_pgt[PTRS_PER_TABLE] __noclear;

/* Set while low, so they live in .data: clearing .bss must not forget them. */
unsigned long page_offset_base __section(".data") = __PAGE_OFFSET_BASE_L4;
unsigned long vmalloc_base __section(".data") = __VMALLOC_BASE_L4;
unsigned long vmemmap_base __section(".data") = __VMEMMAP_BASE_L4;
unsigned long phys_base __section(".data");
unsigned int pgtable_levels __section(".data") = 4;
static unsigned int next_early_pgt __section(".data");

struct boot_params boot_params;
char boot_command_line[COMMAND_LINE_SIZE];

DEFINE_PER_CPU(unsigned long, cpu_number) = 0;
DEFINE_PER_CPU(unsigned long, this_cpu_off) = 0;	/* the boot CPU uses the section itself */
DEFINE_PER_CPU(unsigned int, __preempt_count) = INIT_PREEMPT_COUNT;

DEFINE_PER_CPU_ENTRY(u64, gdt_page[GDT_ENTRIES]) __aligned(64) = {
	[GDT_ENTRY_KERNEL32_CS]		= GDT_DESC_CODE32,
	[GDT_ENTRY_KERNEL_CS]		= GDT_DESC_CODE64,
	[GDT_ENTRY_KERNEL_DS]		= GDT_DESC_DATA,
	[GDT_ENTRY_DEFAULT_USER32_CS]	= GDT_DESC_CODE32 | 3UL << 45,
	[GDT_ENTRY_DEFAULT_USER_DS]	= GDT_DESC_DATA | 3UL << 45,
	[GDT_ENTRY_DEFAULT_USER_CS]	= GDT_DESC_CODE64 | 3UL << 45,
};

/* The layout the code above and in head_64.S counts on. */
static_assert(IS_ALIGNED(KERNEL_LINK_ADDR, PMD_SIZE), "image starts a 2 MiB page");
static_assert(__START_KERNEL_map == 0UL - 2 * PUD_SIZE, "level3_kernel_pgt[510] maps the kernel");
static_assert(KERNEL_IMAGE_SIZE <= PUD_SIZE, "level2_kernel_pgt covers image and KASLR range");
static_assert(IS_ALIGNED(__PAGE_OFFSET_BASE_L4, 1UL << PGTABLE_LEVEL_SHIFT(4)), "direct map starts a top-level entry");
static_assert(IS_ALIGNED(__PAGE_OFFSET_BASE_L5, 1UL << PGTABLE_LEVEL_SHIFT(5)), "direct map starts a top-level entry");
static_assert(EARLY_DYNAMIC_PAGE_TABLES >= 6, "two ways down through 5 levels");

static inline unsigned int pgt_index(unsigned long va, unsigned int level)
{
	return va >> PGTABLE_LEVEL_SHIFT(level) & (PTRS_PER_TABLE - 1);
}

static void clear_table(u64 *table)
{
	memset(table, 0, PAGE_SIZE);
}

/* Low: identity map of the image, two entries at a level where it may cross a border. */
static void map_identity(unsigned long start, unsigned long end)
{
	u64 *table = early_top_pgt;
	unsigned int level;
	unsigned long pa;

	for (level = pgtable_levels; level > 2; level--) {
		u64 *next = early_dynamic_pgts[next_early_pgt++];

		clear_table(next);
		table[pgt_index(start, level)] = (unsigned long)next | _KERNPG_TABLE;
		table[pgt_index(end - 1, level)] = (unsigned long)next | _KERNPG_TABLE;
		table = next;
	}
	for (pa = start; pa < end; pa += PMD_SIZE)
		table[pgt_index(pa, 2)] = pa | _PAGE_KERNEL_BASE | _PAGE_RW | _PAGE_PSE;
}

/* Low: the kernel's own half of the early tables. */
static void map_kernel(unsigned long start, unsigned long end, unsigned long va)
{
	u64 *top = early_top_pgt;

	clear_table(level3_kernel_pgt);
	clear_table(level2_kernel_pgt);
	clear_table(level2_fixmap_pgt);
	clear_table(level1_fixmap_pgt);
	if (pgtable_levels == 5) {
		clear_table(level4_kernel_pgt);
		top[511] = (unsigned long)level4_kernel_pgt | _KERNPG_TABLE;
		top = level4_kernel_pgt;
	}
	top[511] = (unsigned long)level3_kernel_pgt | _KERNPG_TABLE;
	level3_kernel_pgt[510] = (unsigned long)level2_kernel_pgt | _KERNPG_TABLE;
	level3_kernel_pgt[511] = (unsigned long)level2_fixmap_pgt | _KERNPG_TABLE;
	level2_fixmap_pgt[507] = (unsigned long)level1_fixmap_pgt | _KERNPG_TABLE;

	for (; start < end; start += PMD_SIZE, va += PMD_SIZE)
		level2_kernel_pgt[pgt_index(va, 2)] = start | PAGE_KERNEL_LARGE_EXEC;
}

unsigned long __startup_64(void)
{
	unsigned long start = (unsigned long)_text;
	unsigned long end = ALIGN((unsigned long)_end, PMD_SIZE);

	boot_stage(STAGE_EARLY_PGT);
	if (!IS_ALIGNED(start, PMD_SIZE)) {
		early_serial_puts("lantern: error 60 startup_64: image not at a multiple of 2 MiB\r\n");
		halt_forever();
	}
	if (read_cr4() & X86_CR4_LA57) {
		pgtable_levels = 5;
		page_offset_base = __PAGE_OFFSET_BASE_L5;
		vmalloc_base = __VMALLOC_BASE_L5;
		vmemmap_base = __VMEMMAP_BASE_L5;
	}
	phys_base = start - (kernel_text_address - __START_KERNEL_map);

	clear_table(early_top_pgt);
	map_identity(start, end);
	map_kernel(start, end, kernel_text_address);
	return (unsigned long)early_top_pgt;
}

/* Forget every mapping but the kernel's: the identity map is gone, the pool is whole again. */
static void reset_early_page_tables(void)
{
	memset(early_top_pgt, 0, sizeof(u64) * (PTRS_PER_TABLE - 1));
	next_early_pgt = 0;
	kasan_map_shadow(early_top_pgt);
	write_cr3(__pa(early_top_pgt));
}

bool early_make_pgtable(unsigned long address)
{
	phys_addr_t pa = address - page_offset_base;
	u64 *table = early_top_pgt;
	unsigned int level;

	/* 46 or 55 bits of physical memory fit below the vmalloc area */
	if (address < page_offset_base || address >= vmalloc_base ||
	    read_cr3() != __pa(early_top_pgt))
		return false;
again:
	for (level = pgtable_levels; level > 2; level--) {
		u64 *entry = &table[pgt_index(address, level)];

		if (!(*entry & _PAGE_PRESENT)) {
			if (next_early_pgt == EARLY_DYNAMIC_PAGE_TABLES) {
				reset_early_page_tables();
				table = early_top_pgt;
				goto again;
			}
			clear_table(early_dynamic_pgts[next_early_pgt]);
			*entry = __pa(early_dynamic_pgts[next_early_pgt++]) | _KERNPG_TABLE;
		}
		table = (u64 *)((*entry & PTE_PFN_MASK) - phys_base + __START_KERNEL_map);
	}
	table[pgt_index(address, 2)] = (pa & PMD_MASK) | _PAGE_PRESENT | _PAGE_RW |
				       _PAGE_ACCESSED | _PAGE_DIRTY | _PAGE_PSE;
	return true;
}

static void clear_bss(void)
{
	memset(__bss_start, 0, __bss_stop - __bss_start);
}

/*
 * The command line may lie anywhere, and only its first 2047 bytes count.
 * Every access goes through the direct map, which faults its pages in.
 */
static void copy_command_line(void)
{
	phys_addr_t pa = boot_params.hdr.cmd_line_ptr | (u64)boot_params.ext_cmd_line_ptr << 32;
	const char *line = boot_data_map(pa, COMMAND_LINE_SIZE);

	if (!pa)
		return;
	if (!line) {
		boot_warn(STAGE_BOOTDATA, "cmd_line_ptr %#llx is outside physical memory: no command line",
			  (unsigned long long)pa);
		return;
	}
	if (strscpy(boot_command_line, line, COMMAND_LINE_SIZE) < 0)
		boot_warn(STAGE_BOOTDATA, "command line longer than %d bytes, cut",
			  COMMAND_LINE_SIZE - 1);
}

static void import_stages(void)
{
	struct setup_data_iter it;
	const void *data;

	setup_data_iter_init(&it, boot_params.hdr.setup_data, boot_data_map);
	while ((data = setup_data_next(&it)))
		if (it.type == SETUP_LANTERN_TRACE)
			stage_import(data, it.len);
	if (it.error)
		boot_warn(STAGE_BOOTDATA, "setup_data node %u at %#llx: %s, list cut there", it.nr + 1,
			  (unsigned long long)it.next, it.error);
}

/* From the direct map on, an access maps the framebuffer. */
static void start_strip(void)
{
	u64 pa = strip_base(&boot_params.screen_info);

	strip_map(pa ? (void *)boot_data_map(pa, strip_size(&boot_params.screen_info)) : NULL);
}

static void stop_if_passed(void)
{
	char name[24];

	if (cmdline_find_option(boot_command_line, "stop", name, sizeof(name)) > 0)
		stage_stop_at(name);
}

static void copy_bootdata(phys_addr_t bp)
{
	boot_stage(STAGE_BOOTDATA);
	memcpy(&boot_params, __va(bp), sizeof(boot_params));
	start_strip();
	if (sanitize_boot_params(&boot_params))
		boot_warn(STAGE_BOOTDATA, "boot_params.sentinel 0x%02x: the loader copied too much, unknown fields cleared",
			  boot_params.sentinel);
	if (boot_params.hdr.header != SETUP_HEADER_MAGIC)
		boot_warn(STAGE_BOOTDATA, "boot_params.hdr.header is %#x, not HdrS: the loader filled in no setup header",
			  boot_params.hdr.header);
	copy_command_line();
	import_stages();
	strip_paint_passed();
	stop_if_passed();
}

void __noreturn x86_64_start_kernel(phys_addr_t bp)
{
	kasan_early_init();
	strip_suspend();	/* it was painted at its physical address */
	boot_stage(STAGE_HIGH_HALF);
	idt_setup_early();
	pt_early_keep();
	reset_early_page_tables();
	boot_stage(STAGE_X86_64_START);
	clear_bss();
	percpu_save();
	kasan_init_globals();
	print_hello();		/* first line of the log, before anything can complain */
	clear_table(init_top_pgt);
	copy_bootdata(bp);
	stack_canary_init();	/* every function that returns was entered with the one it leaves with */
	init_top_pgt[511] = early_top_pgt[511];
	start_kernel();
}
