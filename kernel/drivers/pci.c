/* SPDX-License-Identifier: BSD-2-Clause */
/* PCI configuration mechanism 1: an address port and a data port, for one access at a time. */
#include <kernel/pci.h>
#include <asm/io.h>
#include <kernel/spinlock.h>

#define CONFIG_ADDRESS	0xcf8
#define CONFIG_DATA	0xcfc
#define CONFIG_ENABLE	0x80000000u

#define HEADER_TYPE	0x0c		/* its bits 16..23 */
#define MULTI_FUNCTION	0x00800000u

static struct spinlock ports_lock;	/* from the address to its data */

static u32 address_of(struct pci_function f, u8 reg)
{
	return CONFIG_ENABLE | f.bus << 16 | f.device << 11 | f.function << 8 | (reg & 0xfc);
}

u32 pci_read_config(struct pci_function f, u8 reg)
{
	unsigned long flags = spin_lock_irqsave(&ports_lock);
	u32 value;

	outl(address_of(f, reg), CONFIG_ADDRESS);
	value = inl(CONFIG_DATA);
	spin_unlock_irqrestore(&ports_lock, flags);
	return value;
}

void pci_write_config(struct pci_function f, u8 reg, u32 value)
{
	unsigned long flags = spin_lock_irqsave(&ports_lock);

	outl(address_of(f, reg), CONFIG_ADDRESS);
	outl(value, CONFIG_DATA);
	spin_unlock_irqrestore(&ports_lock, flags);
}

static bool is_there(struct pci_function f)
{
	return (pci_read_config(f, 0) & 0xffff) != 0xffff;
}

/* The function after @f; those after the first only of a device that says it has more. */
static bool next_function(struct pci_function *f)
{
	struct pci_function first = { f->bus, f->device, 0 };

	if (f->function < 7 && is_there(first) && pci_read_config(first, HEADER_TYPE) & MULTI_FUNCTION) {
		f->function++;
		return true;
	}
	f->function = 0;
	f->device = (f->device + 1) & 31;
	if (!f->device)
		f->bus++;
	return f->device || f->bus;
}

bool pci_find_class(u32 class, struct pci_function *f, bool start)
{
	if (!start && !next_function(f))
		return false;
	do {
		if (is_there(*f) && pci_read_config(*f, PCI_CLASS_REVISION) >> 8 == class)
			return true;
	} while (next_function(f));
	return false;
}
