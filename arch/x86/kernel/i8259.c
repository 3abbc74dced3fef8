/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Two 8259A, the second on line 2 of the first. In use when there is no I/O
 * APIC; else only kept quiet.
 */
#include <asm/i8259.h>
#include <asm/hw_irq.h>
#include <asm/io.h>
#include <kernel/spinlock.h>
#include <uapi/errno.h>

#define MASTER_CMD	0x20
#define MASTER_DATA	0x21
#define SLAVE_CMD	0xa0
#define SLAVE_DATA	0xa1
#define CASCADE_LINE	2

#define ICW1_INIT	0x11		/* edge triggered, cascaded, ICW4 follows */
#define ICW4_8086	0x01
#define OCW2_EOI(line)	(0x60 | (line))	/* specific: of that line */
#define OCW3_READ_ISR	0x0b

static u16 masked = 0xffff;		/* as in the two mask registers; lock */
static struct spinlock lock;		/* the registers: some take two accesses */

static void write_masks(void)
{
	outb(masked & 0xff, MASTER_DATA);
	outb(masked >> 8, SLAVE_DATA);
}

static void set_mask(unsigned int line, bool on)
{
	unsigned long flags = spin_lock_irqsave(&lock);

	masked = on ? masked | 1u << line : masked & ~(1u << line);
	write_masks();
	spin_unlock_irqrestore(&lock, flags);
}

static void i8259_mask(unsigned int irq)
{
	set_mask(irq, true);
}

static void i8259_unmask(unsigned int irq)
{
	if (irq >= 8)
		set_mask(CASCADE_LINE, false);
	set_mask(irq, false);
}

static void i8259_eoi(unsigned int irq)
{
	unsigned long flags = spin_lock_irqsave(&lock);

	if (irq >= 8)
		outb(OCW2_EOI(irq - 8), SLAVE_CMD);
	outb(OCW2_EOI(irq < 8 ? irq : CASCADE_LINE), MASTER_CMD);
	spin_unlock_irqrestore(&lock, flags);
}

static int i8259_startup(unsigned int irq)
{
	if (irq >= NR_ISA_IRQS || irq == CASCADE_LINE)
		return -EINVAL;
	set_device_vector(PIC_VECTOR(irq), irq);
	return 0;
}

const struct irq_chip i8259_chip = {
	.name = "PIC", .startup = i8259_startup,
	.mask = i8259_mask, .unmask = i8259_unmask, .eoi = i8259_eoi,
};

bool i8259_is_spurious(unsigned int line)
{
	u16 cmd = line < 8 ? MASTER_CMD : SLAVE_CMD;
	unsigned long flags = spin_lock_irqsave(&lock);
	bool in_service;

	outb(OCW3_READ_ISR, cmd);
	in_service = inb(cmd) & 1u << line % 8;
	if (!in_service && line >= 8)
		outb(OCW2_EOI(CASCADE_LINE), MASTER_CMD);
	spin_unlock_irqrestore(&lock, flags);
	return !in_service;
}

static void init_one(u16 cmd, u16 data, u8 vector, u8 cascade)
{
	outb(ICW1_INIT, cmd);
	outb(vector, data);
	outb(cascade, data);
	outb(ICW4_8086, data);
}

/* A mask register keeps what is written to it, an absent one does not. */
static bool present(void)
{
	outb(0xff & ~(1u << CASCADE_LINE), MASTER_DATA);
	return inb(MASTER_DATA) == (0xff & ~(1u << CASCADE_LINE));
}

bool i8259_init(void)
{
	outb(0xff, SLAVE_DATA);
	if (!present())
		return false;
	init_one(MASTER_CMD, MASTER_DATA, PIC_VECTOR(0), 1u << CASCADE_LINE);
	init_one(SLAVE_CMD, SLAVE_DATA, PIC_VECTOR(8), CASCADE_LINE);
	write_masks();
	return true;
}
