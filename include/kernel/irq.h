/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Interrupts of devices. A line is named by its number: 0 to 15 are those of the
 * PC's ISA bus, wherever the firmware says they are wired to; from 16 on it is
 * the global system interrupt (ACPI 6.5, 5.2.13). How a line is reached, by I/O
 * APIC or PIC, nobody above arch needs to know.
 */
#ifndef KERNEL_IRQ_H
#define KERNEL_IRQ_H

#include <lib/types.h>

#define NR_ISA_IRQS	16
#define FIRST_MSI_IRQ	128	/* lines that are messages of PCI devices, see pci_request_msi() */
#define NR_IRQS		136

/**
 * typedef irq_handler_t - called when line @irq interrupts
 * @data: as given to request_irq()
 * Return: whether it was this device's interrupt. A line whose interrupts nobody
 * claims many times in a row is masked, with a message.
 * Context: interrupts off, any CPU; may not sleep.
 */
typedef bool (*irq_handler_t)(unsigned int irq, void *data);

/**
 * request_irq() - have @handler called for a line, and let it interrupt
 * @name: static, for the irq command
 * @data: the handler's; several may share a line, told apart by @data, and all are called
 * Return: 0; -EINVAL when there is no such line, -ENOMEM. Context: after irq_init().
 */
int request_irq(unsigned int irq, irq_handler_t handler, const char *name, void *data);

/** free_irq() - no more calls with @data; none is under way when this returns. Not from the handler */
void free_irq(unsigned int irq, void *data);

/* disable_irq(), enable_irq() - hold a line back, and let it go; they nest. Context: any */
void disable_irq(unsigned int irq);
void enable_irq(unsigned int irq);

/** irq_init() - arch: find the controllers; all lines masked, request_irq() works. Boot CPU, once, interrupts off */
void irq_init(void);

/* ---- between kernel/irq and the controllers in arch/ */

struct irq_chip {
	const char	*name;
	/* Give a line its vector, still masked. Return: 0, -EINVAL without such a line. */
	int		(*startup)(unsigned int irq);
	void		(*mask)(unsigned int irq);
	void		(*unmask)(unsigned int irq);
	void		(*eoi)(unsigned int irq);	/* the handlers have run */
};

/** irq_chip_of() - arch: the controller a line belongs to, NULL when there is none */
const struct irq_chip *irq_chip_of(unsigned int irq);

/** do_irq() - from arch: line @irq has interrupted, interrupts off */
void do_irq(unsigned int irq);

struct irq_source {
	unsigned int	vector;
	const char	*name;		/* of a line's device, or what the vector means */
	u32		count;		/* interrupts taken, on all CPUs; wraps */
};

/** irq_each_source() - arch: every vector that has a meaning. irq_count_of_cpu() - taken by @cpu, all together */
void irq_each_source(void (*source)(const struct irq_source *source));
u64 irq_count_of_cpu(unsigned int cpu);

/** irq_name() - who has asked for a line, for people; "" when nobody has */
const char *irq_name(unsigned int irq);

#endif
