/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader's page tables. The boot loader's map need not reach where the
 * kernel goes, so the loader starts a map of its own with what it stands on and
 * extends it, 2 MiB at a time, whenever an access faults. Tables come from a
 * fixed pool in the workspace. Faults are also how everything else that goes
 * wrong here becomes a message instead of a reset.
 */
#include <asm/pgtable.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/trapnr.h>
#include "loader.h"
#include <lib/string.h>

#define IDENT_PROT	(_PAGE_PRESENT | _PAGE_RW | _PAGE_ACCESSED | _PAGE_DIRTY)
#define GATE_INTERRUPT	0x8e

static struct pgtable ident __section(".data");
static unsigned int pool_used __section(".data");

static struct {
	u16	offset_low, segment;
	u8	ist, type;
	u16	offset_middle;
	u32	offset_high, reserved;
} loader_idt[32] __section(".data") __aligned(16);

static u64 *table_at(phys_addr_t pa)
{
	return (u64 *)pa;
}

static phys_addr_t pool_alloc(void)
{
	u8 *page = (u8 *)_image_end + LOADER_POOL + pool_used * PAGE_SIZE;

	if (pool_used == LOADER_POOL_PAGES)
		return 0;
	pool_used++;
	memset(page, 0, PAGE_SIZE);
	return (phys_addr_t)page;
}

void ident_map_add(u64 start, u64 end)
{
	start = ALIGN_DOWN(start, PMD_SIZE);
	end = ALIGN(end, PMD_SIZE);
	if (pgtable_map(&ident, start, start, end - start, IDENT_PROT))
		loader_fail("no page tables left to map %#llx", (unsigned long long)start);
}

void ident_map_init(const struct boot_params *params, u64 cmdline)
{
	pool_used = 0;
	ident = (struct pgtable){
		.levels = read_cr4() & X86_CR4_LA57 ? 5 : 4, .max_leaf = 2,
		.table = table_at, .alloc = pool_alloc,
	};
	ident.root = pool_alloc();
	ident_map_add((u64)_pm_start, (u64)_image_end + LOADER_WORKSPACE);
	ident_map_add((u64)params, (u64)(params + 1));
	if (cmdline)
		ident_map_add(cmdline, cmdline + COMMAND_LINE_SIZE);
	write_cr3(ident.root);
}

void loader_idt_init(void)
{
	struct desc_ptr idtr = { sizeof(loader_idt) - 1, (u64)loader_idt };
	unsigned int i;

	for (i = 0; i < 32; i++) {
		u64 handler = (u64)loader_idt_handlers[i];

		loader_idt[i].offset_low = handler;
		loader_idt[i].offset_middle = handler >> 16;
		loader_idt[i].offset_high = handler >> 32;
		loader_idt[i].segment = __KERNEL_CS;
		loader_idt[i].type = GATE_INTERRUPT;
	}
	lidt(&idtr);
}

void loader_exception(struct loader_regs *regs)
{
	u64 address = read_cr2();

	if (regs->vector == X86_TRAP_PF && !(regs->error_code & (X86_PF_PROT | X86_PF_RSVD)) &&
	    ident.root && cpu_can_address(address)) {
		ident_map_add(address, address + 1);
		return;
	}
	loader_fail("exception %llu, error code %#llx, at startup_32 + %#llx, address %#llx",
		    (unsigned long long)regs->vector, (unsigned long long)regs->error_code,
		    (unsigned long long)(regs->ip - (u64)_pm_start), (unsigned long long)address);
}
