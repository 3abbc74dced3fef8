/* SPDX-License-Identifier: BSD-2-Clause */
/* The local APIC of each CPU. Which interrupts go to it is io_apic.c's business. */
#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/setup.h>
#include <kernel/acpi.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <mm/vmalloc.h>

#define CPUID_1_EDX_APIC	(1u << 9)
#define CPUID_1_ECX_X2APIC	(1u << 21)
#define CPUID_1_ECX_HYPERVISOR	(1u << 31)

#define APIC_DEFAULT_BASE	0xfee00000
#define APIC_BASE_MASK		0x000ffffffffff000ULL
#define LVR_MAX_LVT(lvr)	((lvr) >> 16 & 0xff)
#define LVT_OF_CMCI		6	/* which need that many, less one */
#define LVT_OF_THERMAL		5
#define LVT_OF_COUNTERS		4

#define ICR_POLLS		100000u	/* some 100 ms: a message takes less than a microsecond */

volatile u8 *apic_page;
bool x2apic_mode;

static bool has_apic(void)
{
	return cpuid_checked(1, 0).edx & CPUID_1_EDX_APIC;
}

/*
 * Firmware that has switched to x2APIC has a reason, an id above 254 or a lock.
 * Without it, a hypervisor that has x2APIC delivers interrupts to it; on bare
 * metal that needs interrupt remapping, which we do not have.
 */
static bool want_x2apic(u64 base)
{
	u32 ecx = cpuid_checked(1, 0).ecx;

	if (!(ecx & CPUID_1_ECX_X2APIC) || cmdline_find_option_bool(boot_command_line, "nox2apic"))
		return false;
	return base & APIC_BASE_X2APIC || ecx & CPUID_1_ECX_HYPERVISOR;
}

/* x2APIC can only be left by switching the APIC off, and only be entered from xAPIC (SDM 3A 10.12.5). */
static void set_mode(bool x2apic)
{
	u64 base = rdmsr(MSR_IA32_APIC_BASE);

	if (base & APIC_BASE_X2APIC && !x2apic) {
		base &= ~(APIC_BASE_ENABLE | APIC_BASE_X2APIC);
		wrmsr(MSR_IA32_APIC_BASE, base);
	}
	if (!(base & APIC_BASE_ENABLE)) {
		base |= APIC_BASE_ENABLE;
		wrmsr(MSR_IA32_APIC_BASE, base);
	}
	if (x2apic && !(base & APIC_BASE_X2APIC))
		wrmsr(MSR_IA32_APIC_BASE, base | APIC_BASE_X2APIC);
}

u32 apic_id(void)
{
	u32 id = apic_read(APIC_ID);

	return x2apic_mode ? id : id >> 24;
}

bool apic_in_service(unsigned int vector)
{
	return apic_present() && apic_read(APIC_ISR + vector / 32 * 0x10) & 1u << vector % 32;
}

/* What firmware left in service would hold back all of lower priority. An EOI ends the highest, so that is looked for first. */
static void finish_old_interrupts(void)
{
	unsigned int i;

	for (i = NR_VECTORS; i-- > 0;)
		if (apic_in_service(i))
			apic_eoi();
}

/* LINT0 and LINT1 as the MADT wants them for this CPU: NMI on one, the PIC nowhere but on the boot CPU. */
static void setup_lint(void)
{
	bool boot_cpu = this_cpu_read(cpu_number) == 0;
	const struct acpi_madt *madt = acpi_madt();
	unsigned int i;

	apic_write(APIC_LVT0, boot_cpu ? APIC_DM_EXTINT : APIC_DM_EXTINT | APIC_LVT_MASKED);
	apic_write(APIC_LVT1, APIC_DM_NMI);		/* the usual wiring, MADT or not */
	for (i = 0; i < madt->nr_lint_nmis; i++) {
		const struct acpi_nmi *nmi = &madt->lint_nmis[i];
		u32 lvt = APIC_DM_NMI;

		if (nmi->cpu_uid != ACPI_ALL_CPUS && nmi->cpu_uid != acpi_cpu_uid(apic_id()))
			continue;
		if (acpi_polarity(nmi->flags) == ACPI_ACTIVE_LOW)
			lvt |= APIC_LVT_LOW_ACTIVE;
		apic_write(nmi->input ? APIC_LVT1 : APIC_LVT0, lvt);	/* an NMI is an edge whatever the flags say */
	}
}

void apic_cpu_init(void)
{
	unsigned int max_lvt;

	if (!apic_present())
		return;
	set_mode(x2apic_mode);
	max_lvt = LVR_MAX_LVT(apic_read(APIC_LVR));
	apic_write(APIC_SPIV, APIC_SPIV_ENABLED | SPURIOUS_APIC_VECTOR);
	apic_write(APIC_TASKPRI, 0);
	apic_write(APIC_LVTT, APIC_LVT_MASKED | LOCAL_TIMER_VECTOR);
	if (max_lvt >= LVT_OF_COUNTERS)
		apic_write(APIC_LVTPC, APIC_LVT_MASKED | APIC_DM_NMI);
	if (max_lvt >= LVT_OF_THERMAL)
		apic_write(APIC_LVTTHMR, apic_read(APIC_LVTTHMR) | APIC_LVT_MASKED);
	if (max_lvt >= LVT_OF_CMCI)
		apic_write(APIC_LVTCMCI, APIC_LVT_MASKED | ERROR_APIC_VECTOR);
	setup_lint();
	finish_old_interrupts();
	apic_write(APIC_ESR, 0);
	apic_write(APIC_LVTERR, ERROR_APIC_VECTOR);
}

void apic_icr_send(u32 dest, u32 command)
{
	unsigned long flags;
	unsigned int i;

	if (x2apic_mode) {
		/* writes to these MSRs wait for nothing: what the message speaks of is to be seen first (SDM 3A 10.12.3) */
		__asm__ volatile("mfence; lfence" : : : "memory");
		wrmsr(MSR_IA32_X2APIC(APIC_ICR), (u64)dest << 32 | command);
		return;
	}
	flags = local_irq_save();
	for (i = 0; i < ICR_POLLS && apic_read(APIC_ICR) & APIC_ICR_BUSY; i++)
		cpu_relax();
	apic_write(APIC_ICR2, dest << 24);
	apic_write(APIC_ICR, command);
	for (i = 0; i < ICR_POLLS && apic_read(APIC_ICR) & APIC_ICR_BUSY; i++)
		cpu_relax();
	local_irq_restore(flags);
}

static void error_interrupt(struct pt_regs *regs)
{
	apic_write(APIC_ESR, 0);	/* the write makes the register current */
	boot_warn(boot_stage_current(), "local APIC %u: error %#x", apic_id(), apic_read(APIC_ESR));
}

/* Off at the switch in the MSR, the CPU is as if it had none: the PIC's line leads straight to it. */
static void switch_off(void)
{
	u64 base = rdmsr(MSR_IA32_APIC_BASE);

	wrmsr(MSR_IA32_APIC_BASE, base & ~(APIC_BASE_ENABLE | APIC_BASE_X2APIC));
}

static bool map_registers(void)
{
	phys_addr_t pa = rdmsr(MSR_IA32_APIC_BASE) & APIC_BASE_MASK;

	if (!pa)
		pa = APIC_DEFAULT_BASE;
	if (acpi_madt()->lapic_base && acpi_madt()->lapic_base != pa)
		boot_warn(STAGE_ACPI, "the MADT has the local APIC at %#llx, the CPU at %#llx",
			  (unsigned long long)acpi_madt()->lapic_base, (unsigned long long)pa);
	apic_page = ioremap(pa, PAGE_SIZE, _PAGE_CACHE_UC);
	if (!apic_page)
		boot_warn(boot_stage_current(), "no address for the local APIC at %#llx: not used",
			  (unsigned long long)pa);
	return apic_page;
}

bool apic_init(void)
{
	if (!has_apic())
		return false;
	if (cmdline_find_option_bool(boot_command_line, "nolapic")) {
		switch_off();
		return false;
	}
	x2apic_mode = want_x2apic(rdmsr(MSR_IA32_APIC_BASE));
	set_mode(x2apic_mode);
	if (!x2apic_mode && !map_registers()) {
		switch_off();
		return false;
	}
	set_system_vector(ERROR_APIC_VECTOR, "APIC error", error_interrupt);
	apic_cpu_init();
	printk("apic: local APIC %u, version %#x, %s\n", apic_id(), apic_read(APIC_LVR) & 0xff,
	       x2apic_mode ? "x2APIC" : "xAPIC");
	return true;
}
