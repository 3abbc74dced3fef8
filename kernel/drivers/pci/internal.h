/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the files of this folder. */
#ifndef PCI_INTERNAL_H
#define PCI_INTERNAL_H

#include <kernel/pci.h>

/** pci_use_ecam() - from now on in memory where the MCFG says it is, if it is. Once */
void pci_use_ecam(void);

/** pci_has_ecam() - whether configuration space of @segment is in memory, and of which buses */
bool pci_has_ecam(unsigned int nr, u16 *segment, u8 *first_bus, u8 *last_bus);

/** pci_slots() - a bit for each of the first @nr devices of a bus where something may be: there are thousands, few of them used */
u32 pci_slots(u16 segment, u8 bus, unsigned int nr);

/** pci_summary() - print how many functions there are, and how they are reached. After pci_scan() */
void pci_summary(void);

#endif
