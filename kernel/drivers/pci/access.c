/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Configuration space: mechanism 1, an address port and a data port, for one access
 * at a time; and the one of PCI Express, 4 KiB of memory for each function.
 */
#include "internal.h"
#include <asm/init_64.h>
#include <asm/io.h>
#include <kernel/acpi.h>
#include <kernel/spinlock.h>
#include <kernel/stage.h>
#include <mm/vmalloc.h>

#define CONFIG_ADDRESS	0xcf8
#define CONFIG_DATA	0xcfc
#define CONFIG_ENABLE	0x80000000u

#define BUS_SHIFT	20		/* of configuration space in memory */

static struct spinlock ports_lock;	/* from the address to its data */

/* What is mapped, by segment; set once, with nr last. */
static struct {
	struct acpi_ecam	at;
	volatile u8		*regs;	/* of at.first_bus */
} ecams[ACPI_MAX_ECAMS];
static unsigned int nr_ecams;		/* atomic */

static volatile u8 *in_memory(struct pci_function f, u16 reg)
{
	unsigned int i, nr = __atomic_load_n(&nr_ecams, __ATOMIC_ACQUIRE);

	for (i = 0; i < nr; i++)
		if (ecams[i].at.segment == f.segment && f.bus >= ecams[i].at.first_bus && f.bus <= ecams[i].at.last_bus)
			return ecams[i].regs + ((u64)(f.bus - ecams[i].at.first_bus) << BUS_SHIFT | f.device << 15 |
						f.function << 12 | (reg & 0xffc));
	return NULL;
}

static bool has_ports(struct pci_function f, u16 reg)
{
	return !f.segment && reg < 0x100;
}

static u32 address_of(struct pci_function f, u16 reg)
{
	return CONFIG_ENABLE | f.bus << 16 | f.device << 11 | f.function << 8 | (reg & 0xfc);
}

static u32 read_by_ports(struct pci_function f, u16 reg)
{
	unsigned long flags = spin_lock_irqsave(&ports_lock);
	u32 value;

	outl(address_of(f, reg), CONFIG_ADDRESS);
	value = inl(CONFIG_DATA);
	spin_unlock_irqrestore(&ports_lock, flags);
	return value;
}

u32 pci_read_config(struct pci_function f, u16 reg)
{
	volatile u8 *memory = in_memory(f, reg);

	if (memory)
		return readl(memory);
	return has_ports(f, reg) ? read_by_ports(f, reg) : ~0u;
}

u32 pci_slots(u16 segment, u8 bus, unsigned int nr)
{
	volatile u8 *memory = in_memory((struct pci_function){ bus, 0, 0, segment }, PCI_VENDOR_ID);
	u32 slots = 0, bit;
	u8 device = 0;

	/* each of 256 buses is looked at where firmware tells of memory for them: a short loop */
	for (bit = 1; memory && nr; bit <<= 1, nr--, memory += 1 << 15)
		if (readl(memory) != ~0u)
			slots |= bit;
	for (; nr; device++, nr--)
		if (pci_read_config((struct pci_function){ bus, device, 0, segment }, PCI_VENDOR_ID) != ~0u)
			slots |= 1u << device;
	return slots;
}

void pci_write_config(struct pci_function f, u16 reg, u32 value)
{
	volatile u8 *memory = in_memory(f, reg);
	unsigned long flags;

	if (memory) {
		writel(value, memory);
	} else if (has_ports(f, reg)) {
		flags = spin_lock_irqsave(&ports_lock);
		outl(address_of(f, reg), CONFIG_ADDRESS);
		outl(value, CONFIG_DATA);
		spin_unlock_irqrestore(&ports_lock, flags);
	}
}

/* The first function of a PC is its host bridge: what both ways say of it is the same. */
static bool answers(const struct acpi_ecam *at, const volatile u8 *regs)
{
	struct pci_function f = { at->first_bus, 0, 0, 0 };

	return at->segment || readl(regs) == read_by_ports(f, PCI_VENDOR_ID);
}

void pci_use_ecam(void)
{
	unsigned int i, nr, used = 0;
	const struct acpi_ecam *at = acpi_ecams(&nr);

	for (i = 0; i < nr; i++) {
		u64 offset = (u64)at[i].first_bus << BUS_SHIFT;
		u64 size = (u64)(at[i].last_bus - at[i].first_bus + 1) << BUS_SHIFT;

		ecams[used].at = at[i];
		ecams[used].regs = ioremap(at[i].address + offset, size, _PAGE_CACHE_UC);
		if (!ecams[used].regs)
			continue;
		if (answers(&at[i], ecams[used].regs)) {
			used++;
			continue;
		}
		boot_warn(boot_stage_current(), "pci: segment %u does not answer at %#llx, ports it is", at[i].segment,
			  (unsigned long long)at[i].address);
		iounmap((const void *)ecams[used].regs);
	}
	__atomic_store_n(&nr_ecams, used, __ATOMIC_RELEASE);
}

bool pci_has_ecam(unsigned int nr, u16 *segment, u8 *first_bus, u8 *last_bus)
{
	if (nr >= nr_ecams)
		return false;
	*segment = ecams[nr].at.segment;
	*first_bus = ecams[nr].at.first_bus;
	*last_bus = ecams[nr].at.last_bus;
	return true;
}

static bool is_there(struct pci_function f)
{
	return (pci_read_config(f, 0) & 0xffff) != 0xffff;
}

/* The function after @f; those after the first only of a device that says it has more. */
static bool next_function(struct pci_function *f)
{
	struct pci_function first = { f->bus, f->device, 0, f->segment };

	if (f->function < 7 && is_there(first) && pci_read_config(first, PCI_HEADER) & PCI_MULTI_FUNCTION) {
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
