/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The list of all PCI functions. From each root bus through the bridges, as the
 * firmware has numbered what is behind them; a bridge that leads to a bus already
 * seen, or back, is not followed. Where configuration space is in memory, buses
 * that no bridge leads to are looked at too: they are further roots.
 */
#include "internal.h"
#include <asm/irqflags.h>
#include <kernel/delay.h>
#include <kernel/mutex.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <mm/slab.h>

#define MAX_DEVICES	1024
#define MAX_CAPS	48		/* more do not fit */

#define HEADER_TYPE(v)	((v) >> 16 & 0x7f)
#define HEADER_BRIDGE	1
#define HEADER_CARDBUS	2

#define EXPRESS_TYPE(v)	((v) >> 20 & 0xf)	/* of the capability's first register */
#define EXPRESS_ROOT_PORT 4
#define EXPRESS_DOWNSTREAM 6

#define BAR_IO		0x1
#define BAR_TYPE(v)	((v) & 0x6)
#define BAR_64		0x4
#define BAR_PREFETCH	0x8

#define PM_CONTROL	4		/* in the capability */
#define PM_STATE	0x3
#define PM_RESUME_MS	10		/* from D3 (PCI Power Management 1.2, 5.4) */

static DEFINE_MUTEX(scan_lock);
static struct pci_device *devices, **last = &devices;	/* complete, and constant, once scanned is set */
static unsigned int nr_devices, nr_left_out, nr_buses;
static bool scanned;			/* scan_lock */
static u64 seen[256 / 64];		/* buses of the segment that is scanned */

static bool see_bus(u8 bus)
{
	u64 bit = 1ULL << bus % 64;

	if (seen[bus / 64] & bit)
		return false;
	seen[bus / 64] |= bit;
	nr_buses++;
	return true;
}

/* ---------------------------------------------------------------- capabilities */

u8 pci_next_capability(const struct pci_device *dev, u8 pos)
{
	u8 next;

	if (pos)
		next = pci_read_config(dev->f, pos) >> 8;
	else if (pci_read_config(dev->f, PCI_COMMAND) & PCI_STATUS_CAP_LIST && dev->header != HEADER_CARDBUS)
		next = pci_read_config(dev->f, PCI_CAPABILITY_LIST);
	else
		next = 0;
	next &= ~3;
	return next >= 0x40 ? next : 0;
}

u8 pci_find_capability(const struct pci_device *dev, enum pci_cap id)
{
	unsigned int i;
	u8 pos = 0;

	for (i = 0; i < MAX_CAPS; i++) {
		u32 value;

		pos = pci_next_capability(dev, pos);
		if (!pos)
			break;
		value = pci_read_config(dev->f, pos);
		if (value == ~0u)
			break;
		if ((value & 0xff) == id)
			return pos;
	}
	return 0;
}

/* ------------------------------------------------------------------- functions */

/* A link of PCI Express has one device, whatever else seems to answer. */
static bool leads_to_one_device(const struct pci_device *bridge)
{
	u8 cap = bridge ? pci_find_capability(bridge, PCI_CAP_EXPRESS) : 0;
	unsigned int type = cap ? EXPRESS_TYPE(pci_read_config(bridge->f, cap)) : 0;

	return type == EXPRESS_ROOT_PORT || type == EXPRESS_DOWNSTREAM;
}

static void add_function(struct pci_function f, u32 id)
{
	u32 class = pci_read_config(f, PCI_CLASS_REVISION), header = pci_read_config(f, PCI_HEADER);
	u32 buses = pci_read_config(f, PCI_BUSES);
	struct pci_device *dev;

	if (header == ~0u || HEADER_TYPE(header) > HEADER_CARDBUS || nr_devices == MAX_DEVICES) {
		nr_left_out++;
		return;
	}
	dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	if (!dev) {
		nr_left_out++;
		return;
	}
	*dev = (struct pci_device){
		.f = f, .vendor = id, .device = id >> 16, .class = class >> 8, .revision = class,
		.header = HEADER_TYPE(header), .irq_line = pci_read_config(f, PCI_INTERRUPT),
	};
	if (dev->header == HEADER_BRIDGE) {
		dev->first_bus = buses >> 8;
		dev->last_bus = buses >> 16;
	}
	*last = dev;
	last = &dev->next;
	nr_devices++;
}

/* Zeros and halves of ones are what empty slots of some boards read as. */
static bool is_there(u32 id)
{
	return id != ~0u && id != 0 && (id & 0xffff) != 0xffff && (id & 0xffff) != 0 && id >> 16 != 0xffff;
}

static void scan_device(struct pci_function f)
{
	unsigned int functions = 1;

	for (f.function = 0; f.function < functions; f.function++) {
		u32 id = pci_read_config(f, PCI_VENDOR_ID);

		if (!is_there(id))
			continue;
		add_function(f, id);
		if (!f.function && pci_read_config(f, PCI_HEADER) & PCI_MULTI_FUNCTION)
			functions = 8;
	}
}

/* @from: the bridge that leads there, NULL for a root */
static void scan_bus(u16 segment, u8 bus, const struct pci_device *from)
{
	u32 slots = pci_slots(segment, bus, leads_to_one_device(from) ? 1 : 32);

	for (; slots; slots &= slots - 1)
		scan_device((struct pci_function){ bus, __builtin_ctz(slots), 0, segment });
}

static void follow_bridge(const struct pci_device *bridge)
{
	u8 bus = bridge->first_bus;

	if (bridge->header != HEADER_BRIDGE || !bus)
		return;
	if (bus <= bridge->f.bus || bridge->last_bus < bus || !see_bus(bus)) {
		boot_warn(boot_stage_current(), "pci: bridge %02x:%02x.%u leads to bus %02x, not followed", bridge->f.bus,
			  bridge->f.device, bridge->f.function, bus);
		return;
	}
	scan_bus(bridge->f.segment, bus, bridge);
}

/* What is found is put behind all others, its bridges are followed when it is their turn. */
static void scan_root(u16 segment, u8 bus)
{
	struct pci_device **from = last, *dev;

	scan_bus(segment, bus, NULL);
	for (dev = *from; dev; dev = dev->next)
		follow_bridge(dev);
}

static void scan_segment(u16 segment, u8 first, u8 last_bus)
{
	unsigned int bus;

	for (bus = 0; bus < ARRAY_SIZE(seen); bus++)
		seen[bus] = 0;
	for (bus = first; bus <= last_bus; bus++) {
		unsigned int before = nr_devices;

		if (!see_bus(bus))
			continue;
		scan_root(segment, bus);
		if (nr_devices == before && bus != first)
			nr_buses--;		/* nothing there */
	}
}

static void scan_all(void)
{
	unsigned int nr = 0;
	u16 segment;
	u8 first, last_bus;

	pci_use_ecam();
	if (!pci_has_ecam(0, &segment, &first, &last_bus))
		scan_segment(0, 0, 0);
	for (; pci_has_ecam(nr, &segment, &first, &last_bus); nr++)
		scan_segment(segment, first, last_bus);
	if (nr_left_out)
		boot_warn(boot_stage_current(), "pci: %u functions left out: they do not answer, or no memory", nr_left_out);
}

void pci_summary(void)
{
	u16 segment;
	u8 bus;

	printk("pci: %u functions on %u buses, by %s\n", nr_devices, nr_buses,
	       pci_has_ecam(0, &segment, &bus, &bus) ? "memory" : "ports");
}

void pci_scan(void)
{
	mutex_lock(&scan_lock);
	if (!scanned)
		scan_all();
	scanned = true;
	mutex_unlock(&scan_lock);
}

struct pci_device *pci_next(const struct pci_device *dev)
{
	return dev ? dev->next : devices;
}

/* -------------------------------------------------------------------- using one */

static u32 try_bar(const struct pci_device *dev, u16 reg)
{
	u32 kept = pci_read_config(dev->f, reg), mask;

	pci_write_config(dev->f, reg, ~0u);
	mask = pci_read_config(dev->f, reg);
	pci_write_config(dev->f, reg, kept);
	return mask;
}

/* Return: whether the register is the upper half of the one before it. */
static bool is_upper_half(const struct pci_device *dev, unsigned int nr)
{
	bool upper = false;
	unsigned int i;

	for (i = 0; i < nr; i++) {
		u32 value = pci_read_config(dev->f, PCI_BASE_ADDRESS_0 + 4 * i);

		upper = !upper && !(value & BAR_IO) && BAR_TYPE(value) == BAR_64;
	}
	return upper;
}

/* While the device does not decode, what is tried out is nobody's address. Nobody interrupts, to be short. */
bool pci_bar(const struct pci_device *dev, unsigned int nr, struct pci_bar *bar)
{
	u16 reg = PCI_BASE_ADDRESS_0 + 4 * nr;
	u32 low = pci_read_config(dev->f, reg), command = pci_read_config(dev->f, PCI_COMMAND) & 0xffff;
	unsigned long flags;
	u64 mask;

	if (nr >= (dev->header ? 2 : PCI_BARS) || dev->header == HEADER_CARDBUS || low == ~0u || is_upper_half(dev, nr))
		return false;
	*bar = (struct pci_bar){
		.io = low & BAR_IO, .wide = !(low & BAR_IO) && BAR_TYPE(low) == BAR_64 && nr + 1 < PCI_BARS,
		.prefetch = !(low & BAR_IO) && low & BAR_PREFETCH,
	};
	bar->base = low & (bar->io ? ~3u : ~0xfu);
	if (bar->wide)
		bar->base |= (u64)pci_read_config(dev->f, reg + 4) << 32;
	flags = local_irq_save();
	if (dev->class != PCI_CLASS_BRIDGE_HOST)	/* whose registers may be everybody's way to memory */
		pci_write_config(dev->f, PCI_COMMAND, command & ~(PCI_COMMAND_IO | PCI_COMMAND_MEMORY));
	mask = try_bar(dev, reg) & (bar->io ? ~3u : ~0xfu);
	mask |= bar->wide ? (u64)try_bar(dev, reg + 4) << 32 : mask ? 0xffffffff00000000ULL : 0;
	pci_write_config(dev->f, PCI_COMMAND, command);
	local_irq_restore(flags);
	if (bar->io)
		mask |= mask ? 0xffff0000 : 0;		/* some decode 16 bits */
	bar->size = ~mask + 1;
	return mask && bar->base && !(bar->size & (bar->size - 1));
}

void pci_enable(const struct pci_device *dev)
{
	u8 pm = pci_find_capability(dev, PCI_CAP_PM);
	u32 state = pm ? pci_read_config(dev->f, pm + PM_CONTROL) : 0;

	if (state & PM_STATE && state != ~0u) {
		pci_write_config(dev->f, pm + PM_CONTROL, state & ~PM_STATE);
		msleep(PM_RESUME_MS);
	}
	pci_write_config(dev->f, PCI_COMMAND, (pci_read_config(dev->f, PCI_COMMAND) & 0xffff) | PCI_COMMAND_IO |
			 PCI_COMMAND_MEMORY | PCI_COMMAND_MASTER);
}
