/* SPDX-License-Identifier: BSD-2-Clause */
/* The monitor command usb: controllers, and what is plugged into them as a tree. */
#include "usb.h"
#include <kernel/monitor.h>
#include <kernel/printk.h>

#define CLASS_USB	0x0c03		/* of PCI: class and subclass */

static const struct {
	u8		class;
	const char	*name;
} classes[] = {
	{ 1, "audio" }, { 2, "communication" }, { 3, "input" }, { 6, "camera" }, { 7, "printer" }, { 8, "storage" },
	{ 9, "hub" }, { 0x0b, "smart card" }, { 0x0e, "video" }, { 0xe0, "wireless" }, { 0xff, "vendor's" },
};

static const char *class_name(const struct usb_device *dev)
{
	u8 class = dev->info.class ? dev->info.class : dev->config.class;

	if (dev->config.keyboard)
		return "keyboard";
	for (unsigned int i = 0; i < ARRAY_SIZE(classes); i++)
		if (classes[i].class == class)
			return classes[i].name;
	return "other";
}

static void print_device(const struct usb_device *dev)
{
	char path[USB_PATH_SIZE];

	printk("%*s%-*s %04x:%04x  %-5s  class %02x  %s", 2 + 2 * dev->depth, "", 14 - 2 * dev->depth, usb_path(dev, path),
	       dev->info.vendor, dev->info.product, usb_speed_name(dev),
	       dev->info.class ? dev->info.class : dev->config.class, class_name(dev));
	if (dev->slot && dev->config.hub)
		printk(", %u ports", dev->ports.nr_ports);
	printk("\n");
	if (dev->why)
		printk("%*sleft out: it %s\n", 4 + 2 * dev->depth, "", dev->why);
}

/* Each branch below its hub. The depth is bounded by USB_MAX_DEPTH. */
static void print_behind(const struct xhci *hc, const struct usb_device *hub)
{
	const struct usb_device *dev;

	for (dev = hc->devices; dev; dev = dev->next)
		if (dev->hub == hub) {
			print_device(dev);
			print_behind(hc, dev);
		}
}

static void print_controller(const struct pci_device *pci)
{
	printk("%02x:%02x.%u %04x:%04x  ", pci->f.bus, pci->f.device, pci->f.function, pci->vendor, pci->device);
}

static void print_xhci(const struct xhci *hc)
{
	printk("%u  ", hc->nr);
	print_controller(hc->pci);
	if (hc->dead) {
		printk("xHCI, left out: it %s\n", hc->dead);
		return;
	}
	printk("xHCI, %u ports, ", hc->nr_ports);
	if (hc->irq < 0)
		printk("polled\n");
	else
		printk("interrupts by %s, irq %d\n", hc->irq_is_msi ? "message" : "line", hc->irq);
	print_behind(hc, NULL);
}

static void print_not_driven(void)
{
	static const char *const names[] = { "UHCI", "OHCI", "EHCI" };
	const struct pci_device *pci = NULL;

	while ((pci = pci_next(pci))) {
		unsigned int kind = pci->class >> 4 & 15;

		if (pci->class >> 8 != CLASS_USB || pci->class == PCI_CLASS_USB_XHCI)
			continue;
		printk("-  ");
		print_controller(pci);
		printk("%s, not driven: keyboards there do not type\n", kind < ARRAY_SIZE(names) ? names[kind] : "other");
	}
}

static int cmd_usb(int argc, char **argv)
{
	struct xhci *hc;

	if (argc != 1)
		return -1;
	pci_scan();
	mutex_lock(&usb_lock);
	for (hc = usb_controllers; hc; hc = hc->next) {
		xhci_check(hc);
		print_xhci(hc);
	}
	if (!usb_controllers)
		printk("usb: no xHCI controller\n");
	mutex_unlock(&usb_lock);
	print_not_driven();
	return 0;
}
MONITOR_COMMAND(usb, "", "USB controllers, and the tree of what is plugged in", cmd_usb);
