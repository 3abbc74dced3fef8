/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What an interrupt of vector 32 and above is: a line of a device, a message
 * between CPUs or of a local APIC, or nothing anybody knows. Vectors mean the
 * same on every CPU.
 */
#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/i8259.h>
#include <asm/io_apic.h>
#include <asm/percpu.h>
#include <asm/processor-flags.h>
#include <kernel/interrupt.h>
#include <kernel/irq.h>
#include <kernel/monitor.h>
#include <kernel/pci.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/seq_file.h>
#include <kernel/smp.h>
#include <kernel/stage.h>
#include <kernel/sysinfo.h>
#include <uapi/errno.h>

#define MSI_ADDRESS	0xfee00000ULL	/* and the APIC id from bit 12 on (SDM 3A 10.11.1) */
#define MSI_MAX_DEST	254		/* 255 is everybody */

/* Each vector has a line, or a function, or neither. Set before it can come, never changed. */
static struct {
	system_vector_fn_t	fn;
	const char		*name;
	u16			irq;		/* line + 1; 0: none */
} vectors[NR_VECTORS];

static DEFINE_PER_CPU(u32, vector_counts[NR_VECTORS]);	/* interrupts taken */
static DEFINE_PER_CPU(struct pt_regs *, irq_regs);	/* of what is interrupted; NULL: nothing is */
static u64 reported[NR_VECTORS / 64];			/* unknown vectors, once each; atomic */
static const struct irq_chip *isa_chip;			/* of lines the I/O APICs do not have */
static u32 boot_apic_id;				/* which takes the messages of devices; set once */

void set_system_vector(unsigned int vector, const char *name, system_vector_fn_t fn)
{
	vectors[vector].fn = fn;
	vectors[vector].name = name;
}

void set_device_vector(unsigned int vector, unsigned int irq)
{
	vectors[vector].irq = irq + 1;
}

int new_device_vector(unsigned int irq)
{
	static unsigned int next = FIRST_DEVICE_VECTOR;	/* atomic */
	unsigned int vector = __atomic_fetch_add(&next, 1, __ATOMIC_RELAXED);

	if (vector >= FIRST_SYSTEM_VECTOR)
		return -ENOSPC;
	set_device_vector(vector, irq);
	return vector;
}

bool msi_message(unsigned int vector, u64 *address, u32 *data)
{
	*address = MSI_ADDRESS | boot_apic_id << 12;
	*data = vector;				/* an edge, fixed delivery */
	return apic_present() && boot_apic_id <= MSI_MAX_DEST;
}

static void unknown_interrupt(unsigned int vector)
{
	u64 bit = 1ULL << vector % 64;

	if (apic_in_service(vector))
		apic_eoi();
	if (!(__atomic_fetch_or(&reported[vector / 64], bit, __ATOMIC_RELAXED) & bit))
		boot_warn(boot_stage_current(), "unknown interrupt, vector %u", vector);
}

static void handle_vector(struct pt_regs *regs, unsigned int vector)
{
	if ((vector == PIC_VECTOR(7) || vector == PIC_VECTOR(15)) &&
	    i8259_is_spurious(vector - PIC_VECTOR(0)))
		return;
	if (vectors[vector].irq) {
		do_irq(vectors[vector].irq - 1);
	} else if (vectors[vector].fn) {
		apic_eoi();
		vectors[vector].fn(regs);
	} else if (vector != SPURIOUS_APIC_VECTOR) {	/* which has no EOI, and no meaning (SDM 3A 10.9) */
		unknown_interrupt(vector);
	}
}

void do_interrupt(struct pt_regs *regs)
{
	unsigned int vector = ~regs->orig_ax & 0xff;

	irq_enter();
	++*this_cpu_ptr(&vector_counts[vector]);
	this_cpu_write(irq_regs, regs);
	handle_vector(regs, vector);
	this_cpu_write(irq_regs, NULL);
	irq_exit();
	if (!preempt_count_raw() && regs->flags & X86_EFLAGS_IF)
		preempt_schedule_irq();
}

const struct pt_regs *interrupted_regs(void)
{
	return this_cpu_read(irq_regs);
}

const struct irq_chip *irq_chip_of(unsigned int irq)
{
	if (irq >= FIRST_MSI_IRQ)
		return &pci_msi_chip;
	if (io_apic_has(irq))
		return &io_apic_chip;
	return irq < NR_ISA_IRQS ? isa_chip : NULL;
}

void irq_init(void)
{
	bool pic = i8259_init();
	bool apic = apic_init();
	unsigned int nr = apic ? io_apic_init() : 0;

	if (apic)
		boot_apic_id = apic_id();
	if (!nr && pic)
		isa_chip = &i8259_chip;
	if (!nr)
		printk("irq: %s\n", pic ? "the PIC serves lines 0 to 15" : "no controller: devices are polled");
}

static u32 count_of(unsigned int vector)
{
	unsigned int cpu;
	u32 sum = 0;

	for_each_possible_cpu(cpu)
		sum += *per_cpu_ptr(&vector_counts[vector], cpu);
	return sum;
}

u64 irq_count_of_cpu(unsigned int cpu)
{
	unsigned int vector;
	u64 sum = 0;

	for (vector = FIRST_EXTERNAL_VECTOR; vector < NR_VECTORS; vector++)
		sum += *per_cpu_ptr(&vector_counts[vector], cpu);
	return sum;
}

u64 irqs_total(void)
{
	unsigned int cpu;
	u64 sum = 0;

	for_each_possible_cpu(cpu)
		sum += irq_count_of_cpu(cpu);
	return sum;
}

static void show_vector(struct seq_file *m, unsigned int vector)
{
	unsigned int irq = vectors[vector].irq, cpu;

	if (irq)
		seq_printf(m, "%3u:", irq - 1);
	else
		seq_printf(m, "V%02x:", vector);
	for_each_possible_cpu(cpu)
		seq_printf(m, " %10u", *per_cpu_ptr(&vector_counts[vector], cpu));
	seq_printf(m, "   %s\n", irq ? irq_name(irq - 1) : vectors[vector].name);
}

void arch_show_interrupts(struct seq_file *m)
{
	unsigned int cpu, vector;

	seq_puts(m, "    ");
	for_each_possible_cpu(cpu)
		seq_printf(m, "       CPU%-3u", cpu);
	seq_putc(m, '\n');
	for (vector = FIRST_EXTERNAL_VECTOR; vector < NR_VECTORS; vector++)
		if (vectors[vector].irq || vectors[vector].fn)
			show_vector(m, vector);
}

void irq_each_source(void (*source)(const struct irq_source *source))
{
	unsigned int vector;

	for (vector = FIRST_EXTERNAL_VECTOR; vector < NR_VECTORS; vector++) {
		unsigned int irq = vectors[vector].irq;
		const char *name = irq ? irq_name(irq - 1) : vectors[vector].name;

		if (name)
			source(&(struct irq_source){ vector, name, count_of(vector) });
	}
}

static void print_vector(unsigned int vector)
{
	unsigned int irq = vectors[vector].irq;
	u32 count = count_of(vector);

	if (irq)
		printk("vector %3u  irq %-3u %-9s %10u  %s\n", vector, irq - 1, irq_chip_of(irq - 1)->name, count,
		       irq_name(irq - 1));
	else if (vectors[vector].fn || count)
		printk("vector %3u  %-17s %10u  %s\n", vector, "", count,
		       vectors[vector].fn ? vectors[vector].name : "nobody's");
}

static int cmd_irq(int argc, char **argv)
{
	unsigned int vector;

	for (vector = FIRST_EXTERNAL_VECTOR; vector < NR_VECTORS; vector++)
		print_vector(vector);
	return 0;
}
MONITOR_SAFE_COMMAND(irq, "", "interrupts: vectors, lines, how many came, and who has them", cmd_irq);
