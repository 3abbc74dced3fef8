/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI configuration space through its I/O ports, as every PC has them (PCI 3.0, 3.2.2.3.2). */
#ifndef KERNEL_PCI_H
#define KERNEL_PCI_H

#include <lib/types.h>

#define PCI_COMMAND		0x04
#define PCI_COMMAND_IO		0x0001
#define PCI_COMMAND_MEMORY	0x0002
#define PCI_CLASS_REVISION	0x08	/* class, subclass, programming interface, revision */
#define PCI_BASE_ADDRESS_0	0x10

struct pci_function {
	u8	bus, device, function;
};

/** pci_read_config() - the 32 bits at @reg, a multiple of 4; all ones where nothing answers */
u32 pci_read_config(struct pci_function f, u8 reg);
void pci_write_config(struct pci_function f, u8 reg, u32 value);

/**
 * pci_find_class() - the next function of a class
 * @class: class << 16 | subclass << 8 | programming interface
 * @f: in: where to go on, at first all 0; out: the function found
 * @start: whether @f itself may be the answer
 */
bool pci_find_class(u32 class, struct pci_function *f, bool start);

#endif
