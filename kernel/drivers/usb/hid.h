/* SPDX-License-Identifier: BSD-2-Clause */
/* Keyboards that speak the boot protocol (HID 1.11, appendix B): reports to key events. Pure code. */
#ifndef USB_HID_H
#define USB_HID_H

#include <kernel/input.h>

#define HID_REPORT_SIZE	8		/* modifiers, a reserved byte, six keys */
#define HID_KEYS	6
#define HID_EVENTS	(8 + 2 * HID_KEYS)	/* that one report can make */

struct hid_keyboard {
	u8	modifiers;		/* of the last report */
	u8	keys[HID_KEYS];		/* that are down, 0 for none, in no order */
	u8	repeats;		/* usage of the key pressed last, if it still is down; else 0 */
	u64	repeat_at;		/* ns; when it is pressed again */
};

/**
 * hid_report() - what a report says that the last one did not
 * @report: @len bytes of anything; keys that are missing are up; "too many keys" changes modifiers only
 * @now: ns
 * Return: how many events are in @events, releases before presses.
 */
unsigned int hid_report(struct hid_keyboard *k, const u8 *report, size_t len, u64 now, struct key_event events[HID_EVENTS]);

/** hid_release_all() - the keyboard is gone: all its keys are up. As hid_report() */
unsigned int hid_release_all(struct hid_keyboard *k, struct key_event events[HID_EVENTS]);

/**
 * hid_repeat() - whether a key that is held is due again; then it is in @event
 * hid_repeats_at() - when the next is due, ~0 for never
 */
bool hid_repeat(struct hid_keyboard *k, u64 now, struct key_event *event);
u64 hid_repeats_at(const struct hid_keyboard *k);

#endif
