/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * I/O APICs. Each has a run of global system interrupts and for each of them a
 * redirection entry: vector, polarity, trigger and the CPU it goes to, for now
 * always the boot CPU.
 */
#include <asm/io_apic.h>
#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/init_64.h>
#include <asm/setup.h>
#include <kernel/acpi.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <mm/vmalloc.h>

/* Registers in memory: one selects, the other is read or written. */
#define IOREGSEL	0x00
#define IOWIN		0x10
#define REGISTERS_SIZE	0x20
#define IOAPIC_VERSION	0x01
#define IOAPIC_REDIR(n)	(0x10 + 2 * (n))	/* low half; the high half follows */
#define VERSION_MAX_REDIR(v)	((v) >> 16 & 0xff)

#define REDIR_LOW_ACTIVE	(1u << 13)
#define REDIR_LEVEL		(1u << 15)
#define REDIR_MASKED		(1u << 16)
#define REDIR_DEST_SHIFT	24	/* in the high half: 8 bits of APIC id, physical mode */

#define MAX_DEST		254	/* 255 is everybody */

struct io_apic {
	volatile u8	*regs;
	u32		gsi_base, nr;	/* first global system interrupt, and how many */
};

static struct io_apic io_apics[ACPI_MAX_IO_APICS];
static unsigned int nr_io_apics;
static u32 dest;			/* APIC id of the boot CPU, whoever asks for a line */
static struct spinlock lock;		/* guards the two accesses to a register */

static u32 io_apic_read(const struct io_apic *a, u32 reg)
{
	writel(reg, a->regs + IOREGSEL);
	return readl(a->regs + IOWIN);
}

static void io_apic_write(const struct io_apic *a, u32 reg, u32 value)
{
	writel(reg, a->regs + IOREGSEL);
	writel(value, a->regs + IOWIN);
}

/* An ISA line goes where the MADT says, else to the input of its own number (ACPI 6.5, 5.2.12.5). */
static u32 gsi_of(unsigned int irq)
{
	const struct acpi_madt *madt = acpi_madt();

	return irq < NR_ISA_IRQS && madt->isa[irq].valid ? madt->isa[irq].gsi : irq;
}

static const struct io_apic *find_io_apic(u32 gsi)
{
	unsigned int i;

	for (i = 0; i < nr_io_apics; i++)
		if (gsi - io_apics[i].gsi_base < io_apics[i].nr)
			return &io_apics[i];
	return NULL;
}

/* An input that the override of one ISA line took is not also the line of its own number. */
static bool taken_by_override(unsigned int irq)
{
	const struct acpi_madt *madt = acpi_madt();
	unsigned int i;

	if (irq >= NR_ISA_IRQS || madt->isa[irq].valid)
		return false;
	for (i = 0; i < NR_ISA_IRQS; i++)
		if (i != irq && madt->isa[i].valid && madt->isa[i].gsi == irq)
			return true;
	return false;
}

bool io_apic_has(unsigned int irq)
{
	return find_io_apic(gsi_of(irq)) && !taken_by_override(irq);
}

/*
 * Polarity and trigger: the MADT's word, else the rule of the bus. The SCI is
 * level and low although it has an ISA number (ACPI 6.5, 5.2.9 SCI_INT).
 */
static u32 redir_mode(unsigned int irq)
{
	const struct acpi_isa_irq *isa = irq < NR_ISA_IRQS ? &acpi_madt()->isa[irq] : NULL;
	bool like_pci = !isa || irq == acpi_sci_irq();
	bool low = like_pci, level = like_pci;

	if (isa && isa->valid) {
		if (acpi_polarity(isa->flags) != ACPI_AS_THE_BUS)
			low = acpi_polarity(isa->flags) == ACPI_ACTIVE_LOW;
		if (acpi_trigger(isa->flags) != ACPI_AS_THE_BUS)
			level = acpi_trigger(isa->flags) == ACPI_LEVEL;
	}
	return (low ? REDIR_LOW_ACTIVE : 0) | (level ? REDIR_LEVEL : 0);
}

static void write_low_half(unsigned int irq, u32 set, u32 clear)
{
	const struct io_apic *a = find_io_apic(gsi_of(irq));
	u32 reg = IOAPIC_REDIR(gsi_of(irq) - a->gsi_base);
	unsigned long flags = spin_lock_irqsave(&lock);

	io_apic_write(a, reg, (io_apic_read(a, reg) & ~clear) | set);
	spin_unlock_irqrestore(&lock, flags);
}

static void io_apic_mask(unsigned int irq)
{
	write_low_half(irq, REDIR_MASKED, 0);
}

static void io_apic_unmask(unsigned int irq)
{
	write_low_half(irq, 0, REDIR_MASKED);
}

/* For a level the local APIC tells the I/O APIC; an edge needs no more than this either. */
static void io_apic_eoi(unsigned int irq)
{
	apic_eoi();
}

static int io_apic_startup(unsigned int irq)
{
	const struct io_apic *a = find_io_apic(gsi_of(irq));
	int vector = new_device_vector(irq);
	unsigned long flags;
	u32 reg;

	if (vector < 0)
		return vector;
	reg = IOAPIC_REDIR(gsi_of(irq) - a->gsi_base);
	flags = spin_lock_irqsave(&lock);
	io_apic_write(a, reg, REDIR_MASKED | redir_mode(irq) | vector);
	io_apic_write(a, reg + 1, dest << REDIR_DEST_SHIFT);
	spin_unlock_irqrestore(&lock, flags);
	return 0;
}

const struct irq_chip io_apic_chip = {
	.name = "I/O APIC", .startup = io_apic_startup,
	.mask = io_apic_mask, .unmask = io_apic_unmask, .eoi = io_apic_eoi,
};

static bool overlaps(const struct io_apic *a)
{
	unsigned int i;

	for (i = 0; i < nr_io_apics; i++)
		if (a->gsi_base < io_apics[i].gsi_base + io_apics[i].nr &&
		    io_apics[i].gsi_base < a->gsi_base + a->nr)
			return true;
	return false;
}

static void add_io_apic(const struct acpi_io_apic *from)
{
	struct io_apic *a = &io_apics[nr_io_apics];
	const char *why = NULL;
	u32 version = ~0u, i;

	*a = (struct io_apic){ .gsi_base = from->gsi_base };
	if (!phys_is_mapped(from->address, REGISTERS_SIZE))
		a->regs = ioremap(from->address, REGISTERS_SIZE, _PAGE_CACHE_UC);
	if (a->regs)
		version = io_apic_read(a, IOAPIC_VERSION);
	a->nr = VERSION_MAX_REDIR(version) + 1;
	if (version == ~0u)
		why = "nothing answers";
	else if (a->gsi_base + a->nr < a->nr)
		why = "its interrupts have no numbers";
	else if (overlaps(a))
		why = "its interrupts are another one's too";
	if (why) {
		boot_warn(STAGE_ACPI, "I/O APIC %u at %#x: %s, ignored", from->id, from->address, why);
		return;
	}
	for (i = 0; i < a->nr; i++)
		io_apic_write(a, IOAPIC_REDIR(i), REDIR_MASKED);
	nr_io_apics++;
	printk("apic: I/O APIC %u at %#x, interrupts %u to %u\n", from->id, from->address, a->gsi_base,
	       a->gsi_base + a->nr - 1);
}

/* Lines that the firmware has wired as NMI (ACPI 6.5, 5.2.12.6). */
static void setup_nmi_sources(void)
{
	const struct acpi_madt *madt = acpi_madt();
	unsigned int i;

	for (i = 0; i < madt->nr_nmis; i++) {
		const struct acpi_nmi *nmi = &madt->nmis[i];
		const struct io_apic *a = find_io_apic(nmi->input);
		u32 mode = APIC_DM_NMI;

		if (!a)
			continue;
		if (acpi_polarity(nmi->flags) == ACPI_ACTIVE_LOW)
			mode |= REDIR_LOW_ACTIVE;
		io_apic_write(a, IOAPIC_REDIR(nmi->input - a->gsi_base) + 1, dest << REDIR_DEST_SHIFT);
		io_apic_write(a, IOAPIC_REDIR(nmi->input - a->gsi_base), mode);
	}
}

unsigned int io_apic_init(void)
{
	const struct acpi_madt *madt = acpi_madt();
	unsigned int i;

	if (cmdline_find_option_bool(boot_command_line, "noapic"))
		return 0;
	dest = apic_id();
	if (dest > MAX_DEST) {
		boot_warn(STAGE_ACPI, "local APIC id %u is more than an I/O APIC can name: I/O APICs not used", dest);
		return 0;
	}
	for (i = 0; i < madt->nr_io_apics; i++)
		add_io_apic(&madt->io_apics[i]);
	if (nr_io_apics)
		setup_nmi_sources();
	return nr_io_apics;
}
