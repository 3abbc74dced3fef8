/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exceptions: loading the gates and deciding what an exception means. The gates
 * work from the kernel's first instructions on; while the kernel is at its
 * physical address the report of one that means the end is a line on the serial
 * port, afterwards dumpstack.c makes it.
 */
#include <asm/traps.h>
#include <asm/efi.h>
#include <asm/extable.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/segment.h>
#include <asm/setup.h>
#include <asm/trapnr.h>
#include <kernel/printk.h>
#include <kernel/stage.h>

#define GATE_INTERRUPT		0x8e	/* present, DPL 0, 64-bit interrupt gate: SDM 3A 6.14.1 */

struct gate_desc {
	u16	offset_low, segment;
	u8	ist, type;
	u16	offset_middle;
	u32	offset_high, reserved;
};

extern const char early_idt_handler_array[NUM_EXCEPTION_VECTORS][EARLY_IDT_HANDLER_SIZE];

static struct gate_desc early_idt[NUM_EXCEPTION_VECTORS] __section(".data") __aligned(16);
static unsigned int early_recursion_flag __section(".data");
static unsigned int nmi_count __section(".data");

void idt_setup_early(void)
{
	struct desc_ptr idtr = { sizeof(early_idt) - 1, (unsigned long)early_idt };
	unsigned int i;

	for (i = 0; i < NUM_EXCEPTION_VECTORS; i++) {
		unsigned long handler = (unsigned long)early_idt_handler_array[i];

		early_idt[i] = (struct gate_desc){
			.offset_low = handler, .offset_middle = handler >> 16,
			.offset_high = handler >> 32,
			.segment = __KERNEL_CS, .type = GATE_INTERRUPT,
		};
	}
	lidt(&idtr);
}

/* SDM 3A 8.7: only the stacks are used. */
struct tss {
	u32	reserved0;
	u64	rsp[3];
	u64	reserved1;
	u64	ist[7];
	u64	reserved2;
	u16	reserved3, iomap_base;
} __packed;

static_assert(sizeof(struct tss) == 104, "SDM 3A figure 8-11");

#define IST_STACK_SIZE	4096

enum ist { IST_DF = 1, IST_NMI, IST_MC };	/* as gates count: 0 means no switch */

static DEFINE_PER_CPU(struct tss, cpu_tss);
static DEFINE_PER_CPU(u8, ist_stacks[3][IST_STACK_SIZE]) __aligned(16);

void trap_init(void)
{
	u64 base = (unsigned long)&cpu_tss;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ist_stacks); i++)
		cpu_tss.ist[i] = (unsigned long)ist_stacks[i] + IST_STACK_SIZE;
	cpu_tss.iomap_base = sizeof(cpu_tss);
	/* a system descriptor of 16 bytes: available 64-bit TSS, SDM 3A 8.2.3 */
	gdt_page[GDT_ENTRY_TSS] = (sizeof(cpu_tss) - 1) | (base & 0xffffff) << 16 | 0x89UL << 40 |
				  (base >> 24 & 0xff) << 56;
	gdt_page[GDT_ENTRY_TSS + 1] = base >> 32;
	__asm__ volatile("ltr %w0" : : "r"(GDT_ENTRY_TSS * 8));
	early_idt[X86_TRAP_DF].ist = IST_DF;
	early_idt[X86_TRAP_NMI].ist = IST_NMI;
	early_idt[X86_TRAP_MC].ist = IST_MC;
}

unsigned long ist_stack_end(unsigned long sp)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ist_stacks); i++)
		if (sp - (unsigned long)ist_stacks[i] < IST_STACK_SIZE)
			return (unsigned long)ist_stacks[i] + IST_STACK_SIZE;
	return 0;
}

bool fixup_exception(struct pt_regs *regs)
{
	const struct exception_table_entry *e = (const void *)__ex_table_start;

	for (; e < (const struct exception_table_entry *)__ex_table_end; e++)
		if ((unsigned long)&e->insn + e->insn == regs->ip) {
			regs->ip = (unsigned long)&e->fixup + e->fixup;
			return true;
		}
	return false;
}

/* Whether this code runs at its physical address, where nothing but the serial port works. */
static bool running_low(void)
{
	return (long)(unsigned long)&early_idt >= 0;
}

static void __noreturn die_low(const struct pt_regs *regs, unsigned int vector)
{
	early_serial_puts("lantern: error 60 startup_64: exception ");
	early_serial_put_hex(vector);
	early_serial_puts(" error code ");
	early_serial_put_hex(regs->orig_ax);
	early_serial_puts(" at ");
	early_serial_put_hex(regs->ip);
	early_serial_puts(" address ");
	early_serial_put_hex(read_cr2());
	early_serial_puts("\r\n");
	halt_forever();
}

void do_early_exception(struct pt_regs *regs, unsigned int vector)
{
	if (vector == X86_TRAP_NMI) {		/* nobody here makes any; some boards do */
		if (!running_low() && !nmi_count++)
			printk(KERN_WARNING "lantern: warning %u %s: NMI at %#lx, ignored\n", boot_stage_current(),
			       boot_stage_name(boot_stage_current()), regs->ip);
		return;
	}
	if (running_low())
		die_low(regs, vector);
	if (efi_fixup_fault(regs))
		return;
	if (vector == X86_TRAP_PF && !(regs->orig_ax & (X86_PF_PROT | X86_PF_RSVD)) &&
	    early_make_pgtable(read_cr2()))
		return;
	if (fixup_exception(regs))
		return;
	if (early_recursion_flag++ > 1)
		halt_forever();		/* the report itself faults: what is printed must do */
	die(regs, vector);
}

const char *trap_name(unsigned int vector)
{
	static const char *const names[NUM_EXCEPTION_VECTORS] = {
		[X86_TRAP_DE] = "#DE divide error",
		[X86_TRAP_DB] = "#DB debug",
		[X86_TRAP_NMI] = "NMI",
		[X86_TRAP_BP] = "#BP breakpoint",
		[X86_TRAP_OF] = "#OF overflow",
		[X86_TRAP_BR] = "#BR bound range exceeded",
		[X86_TRAP_UD] = "#UD invalid opcode",
		[X86_TRAP_NM] = "#NM device not available",
		[X86_TRAP_DF] = "#DF double fault",
		[X86_TRAP_OLD_MF] = "coprocessor segment overrun",
		[X86_TRAP_TS] = "#TS invalid TSS",
		[X86_TRAP_NP] = "#NP segment not present",
		[X86_TRAP_SS] = "#SS stack-segment fault",
		[X86_TRAP_GP] = "#GP general protection",
		[X86_TRAP_PF] = "#PF page fault",
		[X86_TRAP_SPURIOUS] = "spurious interrupt",
		[X86_TRAP_MF] = "#MF x87 floating-point error",
		[X86_TRAP_AC] = "#AC alignment check",
		[X86_TRAP_MC] = "#MC machine check",
		[X86_TRAP_XF] = "#XM SIMD floating-point exception",
		[X86_TRAP_VE] = "#VE virtualization exception",
		[X86_TRAP_CP] = "#CP control protection",
		[X86_TRAP_HV] = "#HV hypervisor injection",
		[X86_TRAP_VC] = "#VC VMM communication",
		[X86_TRAP_SX] = "#SX security exception",
	};

	return vector < NUM_EXCEPTION_VECTORS && names[vector] ? names[vector] : "reserved vector";
}
