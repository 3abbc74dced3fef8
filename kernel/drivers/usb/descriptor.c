/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Descriptors are a length, a type and bytes. Each is looked at only when all of
 * its bytes are there; one whose length makes no sense ends the configuration.
 */
#include "descriptor.h"
#include <lib/string.h>

#define MAX_ROUTE_PORT	15

#define INTERFACE_SIZE	9
#define ENDPOINT_SIZE	7
#define HUB_SIZE	7		/* up to the masks of its ports */

#define ENDPOINT_IN	0x80
#define ENDPOINT_KIND	0x03
#define ENDPOINT_INTERRUPT 3
#define MAX_PACKET	0x7ff		/* above it, more packets in a microframe */

static u16 word(const u8 *p)
{
	return p[0] | p[1] << 8;
}

bool usb_parse_device(const u8 *d, size_t len, struct usb_device_info *info)
{
	if (len < USB_DEVICE_SIZE || d[0] < USB_DEVICE_SIZE || d[1] != USB_DT_DEVICE)
		return false;
	*info = (struct usb_device_info){
		.version = word(d + 2), .class = d[4], .subclass = d[5], .protocol = d[6], .max_packet0 = d[7],
		.vendor = word(d + 8), .product = word(d + 10), .nr_configs = d[17],
	};
	return true;
}

u16 usb_config_length(const u8 *d, size_t len)
{
	if (len < USB_CONFIG_SIZE || d[0] < USB_CONFIG_SIZE || d[1] != USB_DT_CONFIG || word(d + 2) < USB_CONFIG_SIZE)
		return 0;
	return word(d + 2);
}

/* The interface whose endpoints are looked at. */
struct interface {
	bool	ours;			/* a keyboard or a hub, and none was found before */
	bool	keyboard;
	u8	number;
};

static void take_interface(const u8 *d, struct usb_config_info *info, struct interface *in)
{
	bool keyboard = d[5] == USB_CLASS_HID && d[6] == HID_SUBCLASS_BOOT && d[7] == HID_PROTOCOL_KEYBOARD;
	bool first = !info->nr_interfaces;

	*in = (struct interface){ false, keyboard, d[2] };
	if (d[3])				/* an alternate setting, which we never choose */
		return;
	if (first) {
		info->class = d[5];
		info->subclass = d[6];
		info->protocol = d[7];
	}
	if (info->nr_interfaces < 255)
		info->nr_interfaces++;
	in->ours = (keyboard && !info->keyboard) || (d[5] == USB_CLASS_HUB && !info->keyboard && !info->hub);
}

static void take_endpoint(const u8 *d, struct usb_config_info *info, struct interface *in)
{
	u16 max_packet = word(d + 4) & MAX_PACKET;

	if (!in->ours || !(d[2] & ENDPOINT_IN) || (d[3] & ENDPOINT_KIND) != ENDPOINT_INTERRUPT || !(d[2] & 15) ||
	    !max_packet || max_packet > 1024)
		return;
	info->keyboard = in->keyboard;
	info->hub = !in->keyboard;
	info->interface = in->number;
	info->endpoint = d[2] & 15;
	info->max_packet = max_packet;
	info->interval = d[6];
	in->ours = false;			/* its first endpoint */
}

bool usb_parse_config(const u8 *d, size_t len, struct usb_config_info *info)
{
	struct interface in = { 0 };
	size_t total = usb_config_length(d, len), at;

	*info = (struct usb_config_info){ 0 };
	if (!total)
		return false;
	info->value = d[5];
	total = min(total, len);
	for (at = d[0]; at + 2 <= total && d[at] >= 2 && at + d[at] <= total; at += d[at]) {
		if (d[at + 1] == USB_DT_INTERFACE && d[at] >= INTERFACE_SIZE)
			take_interface(d + at, info, &in);
		else if (d[at + 1] == USB_DT_ENDPOINT && d[at] >= ENDPOINT_SIZE)
			take_endpoint(d + at, info, &in);
	}
	return true;
}

bool usb_parse_hub(const u8 *d, size_t len, struct usb_hub_info *info)
{
	if (len < HUB_SIZE || d[0] < HUB_SIZE || d[1] != USB_DT_HUB || !d[2])
		return false;
	*info = (struct usb_hub_info){
		.nr_ports = min(d[2], (u8)MAX_ROUTE_PORT), .think_time = word(d + 3) >> 5 & 3, .power_ms_2 = d[5],
	};
	return true;
}
