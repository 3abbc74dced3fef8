/* SPDX-License-Identifier: BSD-2-Clause */
/* The monitor command pci: all functions, or one with its registers' ranges and its capabilities. */
#include "internal.h"
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/printf.h>
#include <lib/string.h>

/* Class and subclass (PCI Code and ID Assignment 1.11); a subclass of 0xff stands for all others. */
static const struct {
	u8		class, subclass;
	const char	*name;
} classes[] = {
	{ 0x01, 0x01, "IDE controller" }, { 0x01, 0x06, "SATA controller" }, { 0x01, 0x08, "NVMe controller" },
	{ 0x01, 0x00, "SCSI controller" }, { 0x01, 0xff, "storage" }, { 0x02, 0x00, "Ethernet" }, { 0x02, 0xff, "network" },
	{ 0x03, 0x00, "VGA display" }, { 0x03, 0xff, "display" }, { 0x04, 0xff, "audio or video" },
	{ 0x05, 0xff, "memory" }, { 0x06, 0x00, "host bridge" }, { 0x06, 0x01, "ISA bridge" }, { 0x06, 0x04, "bridge" },
	{ 0x06, 0xff, "other bridge" }, { 0x07, 0x00, "serial port" }, { 0x07, 0xff, "communication" },
	{ 0x08, 0xff, "system device" }, { 0x09, 0xff, "input" }, { 0x0b, 0xff, "processor" },
	{ 0x0c, 0x03, "USB controller" }, { 0x0c, 0x05, "SMBus" }, { 0x0c, 0xff, "serial bus" },
	{ 0x0d, 0xff, "wireless" }, { 0x10, 0xff, "encryption" }, { 0x11, 0xff, "signal processing" },
};

static const char *class_name(u32 class)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].class == class >> 16 &&
		    (classes[i].subclass == 0xff || classes[i].subclass == (class >> 8 & 0xff)))
			return classes[i].name;
	return "";
}

static void format_place(const struct pci_device *dev, char place[16])
{
	int n = dev->f.segment ? snprintf(place, 16, "%04x:", dev->f.segment) : 0;

	snprintf(place + n, 16 - n, "%02x:%02x.%u", dev->f.bus, dev->f.device, dev->f.function);
}

static void print_line(const struct pci_device *dev)
{
	char place[16];

	format_place(dev, place);
	printk("%-8s %04x:%04x  class %06x rev %02x  %s", place, dev->vendor, dev->device, dev->class, dev->revision,
	       class_name(dev->class));
	if (dev->header == 1 && dev->first_bus)
		printk(" to buses %02x-%02x", dev->first_bus, dev->last_bus);
	printk("\n");
}

static void print_size(u64 size)
{
	static const char units[] = "BKMGTPE";
	unsigned int unit = 0;

	while (size >= 1024 && !(size & 1023) && units[unit + 1]) {
		size >>= 10;
		unit++;
	}
	printk("%llu %c%s", (unsigned long long)size, units[unit], unit ? "iB" : "");
}

static void print_bars(const struct pci_device *dev)
{
	struct pci_bar bar;
	unsigned int i;

	for (i = 0; i < PCI_BARS; i++) {
		if (!pci_bar(dev, i, &bar))
			continue;
		printk("  BAR %u: %s %#llx, ", i, bar.io ? "ports" : "memory", (unsigned long long)bar.base);
		print_size(bar.size);
		printk("%s%s\n", bar.wide ? ", 64 bits" : "", bar.prefetch ? ", prefetchable" : "");
	}
}

static const char *cap_name(u8 id)
{
	static const char *const names[] = {
		[1] = "power management", [3] = "vital data", [4] = "slot", [5] = "MSI", [7] = "PCI-X", [8] = "HyperTransport",
		[9] = "vendor's", [0xa] = "debug port", [0xd] = "bridge's subsystem", [0x10] = "PCI Express", [0x11] = "MSI-X",
		[0x12] = "SATA", [0x13] = "advanced features",
	};

	return id < ARRAY_SIZE(names) && names[id] ? names[id] : "unknown";
}

static void print_capabilities(const struct pci_device *dev)
{
	unsigned int i;
	u8 pos = 0;

	for (i = 0; i < 48 && (pos = pci_next_capability(dev, pos)); i++) {
		u8 id = pci_read_config(dev->f, pos);

		printk("  capability %02x at %02x: %s\n", id, pos, cap_name(id));
	}
}

static void print_all(const struct pci_device *dev)
{
	u32 command = pci_read_config(dev->f, PCI_COMMAND);

	print_line(dev);
	if (command == ~0u) {
		printk("  does not answer any more\n");
		return;
	}
	printk("  command %04x status %04x, line %u\n", command & 0xffff, command >> 16, dev->irq_line);
	print_bars(dev);
	print_capabilities(dev);
}

static int cmd_pci(int argc, char **argv)
{
	const struct pci_device *dev = NULL;
	bool found = false;
	char place[16];

	if (argc > 2)
		return -1;
	pci_scan();
	while ((dev = pci_next(dev))) {
		format_place(dev, place);
		if (argc == 1)
			print_line(dev);
		else if (!strcmp(place, argv[1]))
			print_all(dev), found = true;
	}
	if (argc == 1)
		pci_summary();
	else if (!found)
		printk("pci: no function %s\n", argv[1]);
	return 0;
}
MONITOR_COMMAND(pci, "[BUS:DEV.FN]", "PCI functions, or one's memory, ports and capabilities", cmd_pci);
