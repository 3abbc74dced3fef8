/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * PCI: configuration space through its I/O ports, as every PC has them (PCI 3.0,
 * 3.2.2.3.2), or in memory where the MCFG says so; the functions found there, and
 * their interrupts as messages.
 */
#ifndef KERNEL_PCI_H
#define KERNEL_PCI_H

#include <kernel/irq.h>
#include <lib/types.h>

#define PCI_VENDOR_ID		0x00	/* the device's above it */
#define PCI_COMMAND		0x04	/* the status register above it */
#define PCI_COMMAND_IO		0x0001
#define PCI_COMMAND_MEMORY	0x0002
#define PCI_COMMAND_MASTER	0x0004
#define PCI_COMMAND_NO_INTX	0x0400
#define PCI_STATUS_CAP_LIST	0x00100000u	/* in the register of 32 bits */
#define PCI_CLASS_REVISION	0x08	/* class, subclass, programming interface, revision */
#define PCI_HEADER		0x0c	/* its type in bits 16..22, PCI_MULTI_FUNCTION */
#define PCI_MULTI_FUNCTION	0x00800000u
#define PCI_BASE_ADDRESS_0	0x10
#define PCI_BUSES		0x18	/* of a bridge: primary, secondary, last behind it */
#define PCI_CAPABILITY_LIST	0x34
#define PCI_INTERRUPT		0x3c	/* line, pin */

#define PCI_CLASS_BRIDGE_HOST	0x060000u
#define PCI_CLASS_USB_XHCI	0x0c0330u

enum pci_cap { PCI_CAP_PM = 1, PCI_CAP_MSI = 5, PCI_CAP_EXPRESS = 0x10, PCI_CAP_MSIX = 0x11 };

struct pci_function {
	u8	bus, device, function;
	u16	segment;		/* others than 0 only where the MCFG has them */
};

/**
 * pci_read_config() - the 32 bits at @reg, a multiple of 4; all ones where nothing answers
 * @reg: from 0x100 on only where the configuration space is in memory
 */
u32 pci_read_config(struct pci_function f, u16 reg);
void pci_write_config(struct pci_function f, u16 reg, u32 value);

/**
 * pci_find_class() - the next function of a class, before pci_scan()
 * @class: class << 16 | subclass << 8 | programming interface
 * @f: in: where to go on, at first all 0; out: the function found
 * @start: whether @f itself may be the answer
 */
bool pci_find_class(u32 class, struct pci_function *f, bool start);

/* -------------------------------------------------------------------- the list */

struct pci_device {
	struct pci_function f;
	u16	vendor, device;
	u32	class;			/* as pci_find_class() has it */
	u8	revision;
	u8	header;			/* 0: device, 1: bridge, 2: CardBus bridge */
	u8	last_bus;		/* bridge: the buses behind it; 0: the firmware gave it none */
	u8	first_bus;
	u8	irq_line;		/* of the PIC, 0xff: none */
	struct pci_device *next;	/* in the order they were found, a bridge before what is behind it */
};

/* A range of addresses that a function answers to. */
struct pci_bar {
	u64	base, size;		/* bytes */
	bool	io, wide, prefetch;	/* ports rather than memory; takes two registers */
};

#define PCI_BARS	6

/**
 * pci_scan() - make the list of all functions, through all bridges, the first time it is called
 * What is left out is told. Context: a thread that may sleep, after mm_init().
 */
void pci_scan(void);

/** pci_next() - the one after @dev, the first for NULL; NULL at the end. After pci_scan(), never changing then */
struct pci_device *pci_next(const struct pci_device *dev);

/**
 * pci_bar() - size of a base address register, tried out: the device does not answer for some microseconds
 * Return: false when there is none, or the firmware gave it no address.
 */
bool pci_bar(const struct pci_device *dev, unsigned int nr, struct pci_bar *bar);

/** pci_find_capability() - its register, 0 when there is none; at most 48 are looked at */
u8 pci_find_capability(const struct pci_device *dev, enum pci_cap id);
/** pci_next_capability() - the register of the one after @pos, of the first for 0; 0 at the end */
u8 pci_next_capability(const struct pci_device *dev, u8 pos);

/** pci_enable() - switch on power, memory or ports, and access to our memory */
void pci_enable(const struct pci_device *dev);

/* ------------------------------------------------------------------ interrupts */

/**
 * pci_request_msi() - have @handler called for the messages of a function: MSI-X, else MSI
 * All messages of the function are one line.
 * Return: number of the line, for free_irq(); -ENODEV when there are no messages, else as request_irq().
 */
int pci_request_msi(const struct pci_device *dev, irq_handler_t handler, const char *name, void *data);

/** pci_free_msi() - no more of them; @irq and @data as requested */
void pci_free_msi(int irq, void *data);

/** pci_msi_chip - the controller of lines FIRST_MSI_IRQ and above, for arch */
extern const struct irq_chip pci_msi_chip;

#endif
