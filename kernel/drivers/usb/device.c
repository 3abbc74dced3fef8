/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A device from the reset of its port on: who it is, which configuration, what it
 * is to us. One that is neither keyboard nor hub gives its slot back and is only
 * remembered.
 */
#include "usb.h"
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/slab.h>
#include <uapi/errno.h>

#define GET_DESCRIPTOR	0x0680		/* request type and request, as usb_control() has them */
#define SET_CONFIGURATION 0x0900
#define VALUE(type, nr)	((type) << 8 | (nr))

#define SETTLE_MS	10		/* after a reset (7.1.7.5), and more than the 2 after an address */

const char *usb_path(const struct usb_device *dev, char path[USB_PATH_SIZE])
{
	int n = snprintf(path, USB_PATH_SIZE, "%u-%u", dev->hc->nr, dev->root_port);

	for (u32 route = dev->route; route; route >>= 4)
		n += snprintf(path + n, USB_PATH_SIZE - n, ".%u", route & 15);
	return path;
}

const char *usb_speed_name(const struct usb_device *dev)
{
	static const char *const names[] = { "unknown", "full", "low", "high" };

	return dev->speed < ARRAY_SIZE(names) ? names[dev->speed] : "super";
}

/* -------------------------------------------------------------------- the list */

struct usb_device *usb_find(struct xhci *hc, struct usb_device *hub, unsigned int port)
{
	struct usb_device *dev;

	for (dev = hc->devices; dev; dev = dev->next)
		if (dev->hub == hub && dev->port == port)
			return dev;
	return NULL;
}

static void link_last(struct usb_device *dev)
{
	struct usb_device **link = &dev->hc->devices;

	while (*link)
		link = &(*link)->next;
	*link = dev;
}

static void unlink(struct usb_device *dev)
{
	struct usb_device **link = &dev->hc->devices;

	while (*link != dev)
		link = &(*link)->next;
	*link = dev->next;
}

static void close(struct usb_device *dev)
{
	if (dev->config.keyboard)
		keyboard_gone(dev);
	xhci_close(dev);
}

static void forget(struct usb_device *dev)
{
	close(dev);
	unlink(dev);
	kfree(dev);
}

/* ----------------------------------------------------------------------- going */

/* Some device that is plugged into @hub. */
static struct usb_device *behind(const struct usb_device *hub)
{
	struct usb_device *dev;

	for (dev = hub->hc->devices; dev; dev = dev->next)
		if (dev->hub == hub)
			return dev;
	return NULL;
}

/* The last of the branch first; then, as it has nothing behind it any more, the next. */
static void detach(struct usb_device *dev)
{
	struct usb_device *leaf;

	for (;;) {
		char path[USB_PATH_SIZE];
		bool done;

		for (leaf = dev; behind(leaf); leaf = behind(leaf))
			;
		if (leaf->slot)
			printk(KERN_INFO "usb: %s: gone\n", usb_path(leaf, path));
		done = leaf == dev;
		forget(leaf);
		if (done)
			return;
	}
}

void usb_detach(struct xhci *hc, struct usb_device *hub, unsigned int port)
{
	struct usb_device *dev = usb_find(hc, hub, port);

	if (dev)
		detach(dev);
}

void usb_detach_all(struct xhci *hc)
{
	while (hc->devices)
		detach(hc->devices);
}

void usb_leave_out(struct usb_device *dev, const char *why)
{
	char path[USB_PATH_SIZE];

	while (behind(dev))
		detach(behind(dev));
	close(dev);
	dev->config.keyboard = dev->config.hub = false;
	dev->why = why;
	boot_warn(boot_stage_current(), "usb: %s: %04x:%04x %s: left out", usb_path(dev, path), dev->info.vendor,
		  dev->info.product, why);
}

/* ---------------------------------------------------------------------- coming */

/* @len bytes at most. Return: how many, or -errno. */
static int get_descriptor(struct usb_device *dev, unsigned int type, u16 len)
{
	memset(dev->data, 0, len);
	return usb_control(dev, GET_DESCRIPTOR, VALUE(type, 0), 0, len);
}

/* The first eight bytes say how large packets are; a value that is none becomes the smallest. */
static int read_packet0(struct usb_device *dev)
{
	int n = get_descriptor(dev, USB_DT_DEVICE, 8);
	unsigned int size;

	if (n < 8)
		return n < 0 ? n : -EPROTO;
	size = dev->data[7];
	if (dev->speed >= USB_SPEED_HIGH)
		return 0;			/* fixed */
	if (size != 16 && size != 32 && size != 64)
		size = 8;
	return xhci_set_packet0(dev, size);
}

static int read_device(struct usb_device *dev)
{
	int n = read_packet0(dev);

	if (n >= 0)
		n = get_descriptor(dev, USB_DT_DEVICE, USB_DEVICE_SIZE);
	if (n < 0)
		return n;
	return usb_parse_device(dev->data, n, &dev->info) ? 0 : -EPROTO;
}

/* As much of the configuration as the buffer holds: interfaces behind that are not seen. */
static int read_config(struct usb_device *dev)
{
	int n = get_descriptor(dev, USB_DT_CONFIG, USB_CONFIG_SIZE);
	unsigned int len = n > 0 ? usb_config_length(dev->data, n) : 0;

	if (n < 0)
		return n;
	if (!len)
		return -EPROTO;
	n = get_descriptor(dev, USB_DT_CONFIG, min(len, (unsigned int)USB_DATA_SIZE));
	if (n < 0)
		return n;
	return usb_parse_config(dev->data, n, &dev->config) ? 0 : -EPROTO;
}

/* The part of a USB 3 hub that is no USB 2 hub has no keyboards. */
static bool is_useful(const struct usb_device *dev)
{
	return dev->config.keyboard || (dev->config.hub && dev->speed < USB_SPEED_SUPER);
}

static int use(struct usb_device *dev)
{
	int err = usb_control(dev, SET_CONFIGURATION, dev->config.value, 0, 0);

	if (err < 0)
		return err;
	return dev->config.keyboard ? keyboard_start(dev) : hub_start(dev);
}

static int enumerate(struct usb_device *dev)
{
	int err;

	usb_delay(dev->hc, SETTLE_MS);
	err = xhci_open(dev);
	if (err)
		return err;
	usb_delay(dev->hc, SETTLE_MS);
	err = read_device(dev);
	if (!err)
		err = read_config(dev);
	if (err)
		return err;
	if (!is_useful(dev)) {
		dev->config.keyboard = dev->config.hub = false;
		xhci_close(dev);
		return 0;
	}
	return use(dev);
}

/* In words, as these end in the table of devices. */
static const char *reason(int err)
{
	switch (err) {
	case -EPROTO:
		return "says nothing sensible of itself";
	case -EPIPE:
		return "refuses to answer";
	case -ETIMEDOUT:
		return "does not answer";
	case -ENOSPC:
		return "is one device too many";
	case -ENOMEM:
		return "finds no memory";
	}
	return "does not work";
}

static void set_place(struct usb_device *dev, struct usb_device *hub)
{
	dev->root_port = hub ? hub->root_port : dev->port;
	if (!hub)
		return;
	dev->depth = hub->depth + 1;
	dev->route = hub->route | (u32)dev->port << 4 * hub->depth;
	if (dev->speed != USB_SPEED_LOW && dev->speed != USB_SPEED_FULL)
		return;
	dev->tt_slot = hub->speed == USB_SPEED_HIGH ? hub->slot : hub->tt_slot;
	dev->tt_port = hub->speed == USB_SPEED_HIGH ? dev->port : hub->tt_port;
}

static void tell(const struct usb_device *dev)
{
	char path[USB_PATH_SIZE];

	if (dev->slot)
		printk(KERN_INFO "usb: %s: %s %04x:%04x, %s speed\n", usb_path(dev, path), dev->config.keyboard ? "keyboard" : "hub",
		       dev->info.vendor, dev->info.product, usb_speed_name(dev));
}

int usb_attach(struct xhci *hc, struct usb_device *hub, unsigned int port, unsigned int speed, bool last)
{
	struct usb_device *dev = kzalloc(sizeof(*dev), GFP_KERNEL);
	int err;

	if (!dev)
		return -ENOMEM;
	dev->hc = hc;
	dev->hub = hub;
	dev->port = port;
	dev->speed = speed;
	set_place(dev, hub);
	link_last(dev);
	err = enumerate(dev);
	if (!err)
		tell(dev);
	else if (last && !hc->dead)
		usb_leave_out(dev, reason(err));
	else
		forget(dev);
	return err;
}
