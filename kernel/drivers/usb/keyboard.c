/* SPDX-License-Identifier: BSD-2-Clause */
/* A keyboard on USB: its reports go to the keyboard layer, the layer's LEDs to it. */
#include "usb.h"
#include <kernel/input.h>
#include <kernel/timekeeping.h>
#include <uapi/errno.h>

/* Requests to HID interfaces (HID 1.11, 7.2) */
#define SET_REPORT	0x0921
#define SET_IDLE	0x0a21
#define SET_PROTOCOL	0x0b21
#define PROTOCOL_BOOT	0
#define REPORT_OUTPUT	0x0200

#define HID_LEDS(leds)	((leds) >> 1 & 3)	/* Num and Caps Lock are neighbours there too */
static_assert(HID_LEDS(LED_NUM) == 1 && HID_LEDS(LED_CAPS) == 2, "HID 1.11, appendix B.1");

static void poll(struct key_source *src);

static void leds_changed(struct key_source *src)
{
	usb_wake();
}

static struct key_source source = { .poll = poll, .leds_changed = leds_changed };

/* The thread does it, unless a panic has ended all threads. */
static void poll(struct key_source *src)
{
	struct xhci *hc;

	if (console_in_panic())
		for (hc = usb_controllers; hc; hc = hc->next)
			xhci_events(hc);
}

int keyboard_start(struct usb_device *dev)
{
	int err;

	input_register(&source);
	err = usb_control(dev, SET_PROTOCOL, PROTOCOL_BOOT, dev->config.interface, 0);
	if (err < 0)
		return err;
	usb_control(dev, SET_IDLE, 0, dev->config.interface, 0);	/* reports of changes only; some refuse */
	dev->leds = 0xff;
	return xhci_configure(dev);
}

static void deliver(const struct key_event *events, unsigned int nr)
{
	unsigned int i;

	for (i = 0; i < nr; i++)
		input_key(events[i]);
	if (nr)
		input_act();
}

void keyboard_report(struct usb_device *dev, const u8 *report, size_t len)
{
	struct key_event events[HID_EVENTS];

	deliver(events, hid_report(&dev->hid, report, len, ktime_get(), events));
}

void keyboard_gone(struct usb_device *dev)
{
	struct key_event events[HID_EVENTS];

	deliver(events, hid_release_all(&dev->hid, events));
}

static void show_leds(struct usb_device *dev)
{
	u8 leds = input_leds();

	if (leds == dev->leds)
		return;
	dev->leds = leds;			/* a keyboard that refuses is not asked again before they change */
	dev->data[0] = HID_LEDS(leds);
	usb_control(dev, SET_REPORT, REPORT_OUTPUT, dev->config.interface, 1);
}

void keyboard_work(struct usb_device *dev)
{
	struct key_event event;

	if (hid_repeat(&dev->hid, ktime_get(), &event))
		deliver(&event, 1);
	show_leds(dev);
}

u64 keyboard_repeats_at(const struct usb_device *dev)
{
	return hid_repeats_at(&dev->hid);
}
