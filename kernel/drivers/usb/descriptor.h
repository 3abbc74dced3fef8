/* SPDX-License-Identifier: BSD-2-Clause */
/* Descriptors of USB devices (USB 2.0, 9.6): pure code; what a device says of itself is hostile. */
#ifndef USB_DESCRIPTOR_H
#define USB_DESCRIPTOR_H

#include <lib/types.h>

enum usb_descriptor_type {
	USB_DT_DEVICE = 1, USB_DT_CONFIG = 2, USB_DT_INTERFACE = 4, USB_DT_ENDPOINT = 5, USB_DT_HUB = 0x29,
};

#define USB_DEVICE_SIZE		18	/* bytes of the device descriptor */
#define USB_CONFIG_SIZE		9	/* of the head of a configuration */

#define USB_CLASS_HID		3
#define USB_CLASS_HUB		9
#define HID_SUBCLASS_BOOT	1
#define HID_PROTOCOL_KEYBOARD	1

struct usb_device_info {
	u16	vendor, product, version;	/* USB version, 0x0200 for 2.0 */
	u8	class, subclass, protocol;
	u8	max_packet0;			/* as it stands there; 3.x: its log2 */
	u8	nr_configs;
};

/* What we need of a configuration: its number, its first interface, and the endpoint that tells of keys or ports */
struct usb_config_info {
	u8	value;			/* for SET_CONFIGURATION */
	u8	nr_interfaces;		/* found, alternate settings not counted */
	u8	class, subclass, protocol;	/* of the first */
	bool	keyboard, hub;		/* one is there, with an endpoint; keyboards before hubs */
	u8	interface;		/* of it */
	u8	endpoint;		/* number of its interrupt IN endpoint, 1 to 15 */
	u16	max_packet;		/* 1 to 1024 */
	u8	interval;		/* as it stands there */
};

/** usb_parse_device() - Return: false when @len bytes are no device descriptor */
bool usb_parse_device(const u8 *data, size_t len, struct usb_device_info *info);

/** usb_config_length() - bytes of the whole configuration, from its head; 0 when it is none */
u16 usb_config_length(const u8 *data, size_t len);

/**
 * usb_parse_config() - take a configuration apart, as far as its lengths make sense
 * Return: false when @len bytes do not begin with one.
 */
bool usb_parse_config(const u8 *data, size_t len, struct usb_config_info *info);

struct usb_hub_info {
	u8	nr_ports;		/* 1 to 15 that can be named in a route */
	u8	power_ms_2;		/* 2 ms until power is good */
	u8	think_time;		/* of the translator, 0 to 3 */
};

/** usb_parse_hub() - Return: false when @len bytes are no hub descriptor, or it has no port */
bool usb_parse_hub(const u8 *data, size_t len, struct usb_hub_info *info);

#endif
