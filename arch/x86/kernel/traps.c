/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an exception means. Until trap_init() the gates of the early IDT lead to
 * do_early_exception(); while the kernel is at its physical address the report of
 * an exception that means the end is a line on the serial port, afterwards
 * dumpstack.c makes it.
 */
#include <asm/traps.h>
#include <asm/cpu.h>
#include <asm/efi.h>
#include <asm/entry.h>
#include <asm/extable.h>
#include <asm/idt.h>
#include <asm/io.h>
#include <asm/kasan.h>
#include <asm/mce.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/setup.h>
#include <asm/smp.h>
#include <asm/trapnr.h>
#include <kernel/panic.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/stage.h>

#define NMI_REASON_PORT		0x61
#define NMI_REASON_IOCHK	0x40
#define NMI_REASON_SERR		0x80
#define NMI_CLEAR_IOCHK		0x08
#define NMI_CLEAR_SERR		0x04

#define DR6_RESERVED		0xffff0ff0UL	/* as after reset, SDM 3B 18.2 */
#define DR7_FIXED		0x400UL

static DEFINE_PER_CPU(unsigned int, nmi_count);
static unsigned int early_nmis __section(".data");	/* also while BSS is not cleared yet */

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
	return (long)(unsigned long)&do_early_exception >= 0;
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
		early_nmis++;
		return;
	}
	if (running_low())
		die_low(regs, vector);
	if (vector == X86_TRAP_PF && !(regs->orig_ax & (X86_PF_PROT | X86_PF_RSVD)) &&
	    early_make_pgtable(read_cr2()))
		return;
	if (fixup_exception(regs))
		return;
	die(regs, vector);
}

static void do_fault(struct pt_regs *regs, unsigned int vector)
{
	if (vector == X86_TRAP_PF) {
		unsigned long addr = read_cr2();	/* before anything can fault again */

		if (kasan_fault(addr) || do_page_fault(regs, addr))
			return;
	} else if (user_mode(regs)) {
		user_exception(regs, vector);
		return;
	}
	if (efi_fixup_fault(regs) || fixup_exception(regs))
		return;
	die(regs, vector);
}

/* Nobody sets breakpoints here: what is left in the registers is switched off, and the program goes on. */
static void do_debug(struct pt_regs *regs, unsigned int vector)
{
	unsigned long dr6;

	__asm__ volatile("mov %%dr6, %0" : "=r"(dr6));
	__asm__ volatile("mov %0, %%dr7" : : "r"(DR7_FIXED));
	__asm__ volatile("mov %0, %%dr6" : : "r"(DR6_RESERVED));
	if (user_mode(regs)) {
		user_exception(regs, vector);
		return;
	}
	regs->flags &= ~X86_EFLAGS_TF;
	boot_warn(boot_stage_current(), "#DB at %#lx, DR6 %#lx: breakpoints and single steps switched off",
		  regs->ip, dr6);
}

/* Port 61h of the PC/AT: who pulled the line, and how to let go of it. */
static const char *nmi_reason(void)
{
	u8 reason = inb(NMI_REASON_PORT);

	if (reason == 0xff || !(reason & (NMI_REASON_SERR | NMI_REASON_IOCHK)))
		return "no reason given";
	outb((reason & 0x0f) | NMI_CLEAR_SERR | NMI_CLEAR_IOCHK, NMI_REASON_PORT);
	outb(reason & 0x03, NMI_REASON_PORT);
	return reason & NMI_REASON_SERR ? "memory or PCI bus error" : "I/O channel check";
}

static void report_nmi(const struct pt_regs *regs)
{
	unsigned int nr = this_cpu_read(nmi_count) + 1;
	const char *reason = nmi_reason();	/* each time: a line not let go of makes no other NMI */

	this_cpu_write(nmi_count, nr);
	if (nr & (nr - 1))		/* the 1st, 2nd, 4th, 8th, ...: a board that makes many is not to fill the log */
		return;
	boot_warn(boot_stage_current(), "NMI %u on CPU %lu at %#lx, %s", nr, this_cpu_read(cpu_number), regs->ip,
		  reason);
}

/*
 * The next NMI waits for our IRETQ. One of an exception within would let it in
 * on this very stack, so nothing here may fault.
 */
static void do_nmi(struct pt_regs *regs, unsigned int vector)
{
	preempt_count_add(NMI_OFFSET);
	if (!smp_nmi(regs))
		report_nmi(regs);
	preempt_count_sub(NMI_OFFSET);
}

/* The end, unless it was the firmware that used up the stack: of its call nothing is needed any more. */
static void do_double_fault(struct pt_regs *regs, unsigned int vector)
{
	if (!efi_fixup_fault(regs))
		die(regs, vector);
}

static void do_machine_check(struct pt_regs *regs, unsigned int vector)
{
	if (!mce_report())
		die(regs, vector);
}

typedef void (*exception_fn_t)(struct pt_regs *regs, unsigned int vector);

void do_exception(struct pt_regs *regs, unsigned int vector)
{
	static const exception_fn_t special[NUM_EXCEPTION_VECTORS] = {
		[X86_TRAP_DB] = do_debug,
		[X86_TRAP_NMI] = do_nmi,
		[X86_TRAP_DF] = do_double_fault,
		[X86_TRAP_MC] = do_machine_check,
	};

	(special[vector] ? special[vector] : do_fault)(regs, vector);
}

void trap_init(void)
{
	int err = tss_prepare(this_cpu_read(this_cpu_off));

	if (err)
		boot_panic(STAGE_PAGING, "no memory for the stacks of exceptions");
	idt_setup();
	cpu_init();
	if (early_nmis)
		boot_warn(STAGE_PAGING, "%u NMIs while the kernel started", early_nmis);
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
