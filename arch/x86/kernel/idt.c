/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The interrupt descriptor tables. The early one has the 32 exceptions and works
 * from the kernel's first instructions on, also at its physical address; the full
 * one takes over with the TSS, which has the stacks its gates ask for, and serves
 * every CPU.
 */
#include <asm/idt.h>
#include <asm/irq_vectors.h>
#include <asm/page.h>
#include <asm/processor.h>
#include <asm/segment.h>
#include <asm/setup.h>
#include <asm/trapnr.h>

#define GATE_INTERRUPT		0x8e	/* present, DPL 0, 64-bit interrupt gate: SDM 3A 6.14.1 */
#define GATE_INTERRUPT_USER	0xee	/* the same for INT instructions of user programs */

struct gate_desc {
	u16	offset_low, segment;
	u8	ist, type;
	u16	offset_middle;
	u32	offset_high, reserved;
};

static_assert(sizeof(struct gate_desc) * NR_VECTORS == PAGE_SIZE);

extern const char early_idt_handler_array[NUM_EXCEPTION_VECTORS][EARLY_IDT_HANDLER_SIZE];
extern const char exception_entry_array[NUM_EXCEPTION_VECTORS][EARLY_IDT_HANDLER_SIZE];
extern const char irq_entry_array[NR_VECTORS - FIRST_EXTERNAL_VECTOR][IRQ_ENTRY_SIZE];

static struct gate_desc early_idt[NUM_EXCEPTION_VECTORS] __section(".data") __aligned(16);
static struct gate_desc idt_table[NR_VECTORS] __aligned(PAGE_SIZE);	/* one page, which user mode's tables have, too */

static struct gate_desc gate(const char *entry, u8 type, u8 ist)
{
	unsigned long handler = (unsigned long)entry;

	return (struct gate_desc){
		.offset_low = handler, .offset_middle = handler >> 16, .offset_high = handler >> 32,
		.segment = __KERNEL_CS, .type = type, .ist = ist,
	};
}

void idt_setup_early(void)
{
	struct desc_ptr idtr = { sizeof(early_idt) - 1, (unsigned long)early_idt };
	unsigned int i;

	for (i = 0; i < NUM_EXCEPTION_VECTORS; i++)
		early_idt[i] = gate(early_idt_handler_array[i], GATE_INTERRUPT, 0);
	lidt(&idtr);
}

static unsigned int ist_of(unsigned int vector)
{
	switch (vector) {
	case X86_TRAP_DF:	return IST_DF;
	case X86_TRAP_NMI:	return IST_NMI;
	case X86_TRAP_DB:	return IST_DB;
	case X86_TRAP_MC:	return IST_MC;
	default:		return 0;
	}
}

static_assert(IST_VECTORS_MASK == (1u << X86_TRAP_DF | 1u << X86_TRAP_NMI | 1u << X86_TRAP_DB | 1u << X86_TRAP_MC),
	      "entry_64.S and ist_of() mean the same vectors");

void idt_setup(void)
{
	unsigned int i;

	for (i = 0; i < NUM_EXCEPTION_VECTORS; i++)
		idt_table[i] = gate(exception_entry_array[i], GATE_INTERRUPT, ist_of(i));
	idt_table[X86_TRAP_BP].type = idt_table[X86_TRAP_OF].type = GATE_INTERRUPT_USER;
	for (; i < NR_VECTORS; i++)
		idt_table[i] = gate(irq_entry_array[i - FIRST_EXTERNAL_VECTOR], GATE_INTERRUPT, 0);
}

unsigned long idt_address(void)
{
	return (unsigned long)idt_table;
}

void idt_load(void)
{
	struct desc_ptr idtr = { sizeof(idt_table) - 1, (unsigned long)idt_table };

	lidt(&idtr);
}
