/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The memory behind KASAN's shadow. The image, with the boot stack in it, has real
 * shadow from the first checked function on, at the end of .bss. All other
 * shadow is one page of zeros, below tables that repeat it; kasan_populate()
 * puts pages of their own in its place.
 */
#include <asm/kasan.h>
#include <asm/init_64.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <kernel/spinlock.h>
#include <lib/string.h>
#include <mm/kasan.h>

#define __noclear	__section(".bss..noclear") __aligned(PAGE_SIZE)
#define NR_IMAGE_PTES	2		/* tables of 2 MiB of shadow each, wherever in them the image's begins */

extern u8 kasan_image_shadow[], kasan_image_shadow_end[];	/* linker script */
extern void (*const __init_array_start[])(void), (*const __init_array_end[])(void);

/* By level: zero_table[n] is a table of level n + 1, each entry of which leads to the one before. */
static u64 zero_table[4][PTRS_PER_TABLE] __noclear;
static u64 image_pud[PTRS_PER_TABLE] __noclear;
static u64 image_pmd[PTRS_PER_TABLE] __noclear;
static u64 image_pte[NR_IMAGE_PTES][PTRS_PER_TABLE] __noclear;
static const u8 zero_page[PAGE_SIZE] __aligned(PAGE_SIZE);	/* read-only, as all its mappings */

static struct spinlock lock;		/* guards the entries of shadow; taken with interrupts off */

static unsigned int index_of(unsigned long va, unsigned int level)
{
	return va >> PGTABLE_LEVEL_SHIFT(level) & (PTRS_PER_TABLE - 1);
}

static unsigned long shadow_of(unsigned long va)
{
	return (va >> 3) + KASAN_SHADOW_OFFSET;
}

static void fill(u64 *table, u64 entry)
{
	for (unsigned int i = 0; i < PTRS_PER_TABLE; i++)
		table[i] = entry;
}

static void build_zero_tables(void)
{
	fill(zero_table[0], __pa(zero_page) | (PAGE_KERNEL_RO & ~_PAGE_GLOBAL));
	for (unsigned int i = 1; i < ARRAY_SIZE(zero_table); i++)
		fill(zero_table[i], __pa(zero_table[i - 1]) | _KERNPG_TABLE);
}

static void build_image_tables(void)
{
	unsigned long va = shadow_of((unsigned long)_text), first = va >> PMD_SHIFT;
	u8 *page;

	fill(image_pud, __pa(zero_table[1]) | _KERNPG_TABLE);
	fill(image_pmd, __pa(zero_table[0]) | _KERNPG_TABLE);
	for (unsigned int i = 0; i < NR_IMAGE_PTES; i++) {
		fill(image_pte[i], zero_table[0][0]);
		image_pmd[(index_of(va, 2) + i) % PTRS_PER_TABLE] = __pa(image_pte[i]) | _KERNPG_TABLE;
	}
	image_pud[index_of(va, 3)] = __pa(image_pmd) | _KERNPG_TABLE;
	for (page = kasan_image_shadow; page < kasan_image_shadow_end; page += PAGE_SIZE, va += PAGE_SIZE)
		image_pte[(va >> PMD_SHIFT) - first][index_of(va, 1)] = __pa(page) | (PAGE_KERNEL & ~_PAGE_GLOBAL);
}

static u64 *table_va(u64 entry)
{
	return __va(entry & PTE_PFN_MASK);
}

/* With 5 levels all but the last top-level entry are shadow's own, and a part of what is below that. */
void kasan_map_shadow(u64 *top)
{
	unsigned long va = kasan_shadow_start();
	unsigned int i;

	if (pgtable_levels == 5) {
		for (i = index_of(va, 5); i < PTRS_PER_TABLE - 1; i++)
			top[i] = __pa(zero_table[3]) | _KERNPG_TABLE;
		/* the early one is written before there is a direct map */
		top = top == early_top_pgt ? level4_kernel_pgt : table_va(top[PTRS_PER_TABLE - 1]);
		va = 0;
	}
	for (i = index_of(va, 4); i < index_of(KASAN_SHADOW_END, 4); i++)
		top[i] = __pa(zero_table[2]) | _KERNPG_TABLE;
	top[index_of(shadow_of((unsigned long)_text), 4)] = __pa(image_pud) | _KERNPG_TABLE;
}

void kasan_early_init(void)
{
	build_zero_tables();
	build_image_tables();
	kasan_map_shadow(early_top_pgt);
	memset(kasan_image_shadow, 0, kasan_image_shadow_end - kasan_image_shadow);
}

void kasan_init_globals(void)
{
	for (void (*const *register_globals)(void) = __init_array_start; register_globals < __init_array_end;
	     register_globals++)
		(*register_globals)();
}

bool kasan_is_shared(u64 entry)
{
	phys_addr_t pa = entry & PTE_PFN_MASK, start = __pa(zero_table);

	return pa >= start && pa < start + sizeof(zero_table);
}

/* The last entry on the way to @va, as far as tables go that are not shared. *@level: its level. */
static u64 *last_entry(unsigned long va, unsigned int *level)
{
	u64 *table = init_top_pgt, *entry;

	for (*level = pgtable_levels;; --*level) {
		entry = &table[index_of(va, *level)];
		if (*level == 1 || kasan_is_shared(*entry))
			return entry;
		table = table_va(*entry);
	}
}

/* From the switch to init_top_pgt on: before it there is only the image's. */
static bool ready(void)
{
	return kernel_pgtable.alloc && init_top_pgt[PTRS_PER_TABLE - 1] && read_cr3() != __pa(early_top_pgt);
}

bool kasan_is_real(unsigned long shadow)
{
	unsigned int level;
	u64 *entry;

	if (!ready())
		return false;
	entry = last_entry(shadow, &level);
	return level == 1 && *entry & _PAGE_RW;
}

bool kasan_fault(unsigned long address)
{
	if (address < kasan_shadow_start() || address >= KASAN_SHADOW_END || !kasan_is_real(address))
		return false;
	invlpg(address);
	return true;
}

/* A table or page of our own in place of a shared one, of the same contents. */
static bool replace(u64 *entry, unsigned long va, unsigned int level)
{
	phys_addr_t pa = kernel_pgtable.alloc();

	if (!pa)
		return false;
	if (level == 1) {
		*entry = pa | (PAGE_KERNEL & ~_PAGE_GLOBAL);
		invlpg(va);
		return true;
	}
	memcpy(__va(pa), zero_table[level - 2], PAGE_SIZE);
	*entry = pa | _KERNPG_TABLE;
	return true;
}

static bool populate_page(unsigned long va)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	unsigned int level;
	bool done = false, room = true;

	while (!done && room) {
		u64 *entry = last_entry(va, &level);

		done = level == 1 && *entry & _PAGE_RW;
		if (!done)
			room = replace(entry, va, level);
	}
	spin_unlock_irqrestore(&lock, flags);
	return done;
}

bool kasan_populate(unsigned long start, unsigned long end)
{
	unsigned long va;

	if (!ready())
		return false;
	for (va = start & PAGE_MASK; va < end; va += PAGE_SIZE)
		if (!kasan_is_real(va) && !populate_page(va))
			return false;
	return true;
}
