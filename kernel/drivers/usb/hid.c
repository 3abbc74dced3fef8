/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A report is the set of keys that are down; what has changed are events. The
 * boot protocol has no repeat of its own: the key pressed last is pressed again.
 */
#include "hid.h"
#include <kernel/timekeeping.h>
#include <lib/string.h>

#define REPEAT_DELAY	(500 * NSEC_PER_MSEC)
#define REPEAT_PERIOD	(33 * NSEC_PER_MSEC)

#define USAGE_FIRST	4		/* below it, reports of errors; more keys than it can name: 1 in all places */
#define E0		0x80		/* KEY_E0 of the keyboard layer */

/* By usage (HID Usage Tables 1.3, 10), the key as <kernel/input.h> counts. */
static const u8 usage_keys[] = {
	[0x04] = 0x1e, 0x30, 0x2e, 0x20, 0x12, 0x21, 0x22, 0x23, 0x17, 0x24, 0x25, 0x26, 0x32,	/* a to m */
	[0x11] = 0x31, 0x18, 0x19, 0x10, 0x13, 0x1f, 0x14, 0x16, 0x2f, 0x11, 0x2d, 0x15, 0x2c,	/* n to z */
	[0x1e] = 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b,			/* 1 to 0 */
	[0x28] = 0x1c, 0x01, 0x0e, 0x0f, 0x39,				/* Enter, Esc, Backspace, Tab, space */
	[0x2d] = 0x0c, 0x0d, 0x1a, 0x1b, 0x2b, 0x2b, 0x27, 0x28, 0x29, 0x33, 0x34, 0x35, 0x3a,	/* - to /, Caps Lock */
	[0x3a] = 0x3b, 0x3c, 0x3d, 0x3e, 0x3f, 0x40, 0x41, 0x42, 0x43, 0x44, 0x57, 0x58,	/* F1 to F12 */
	[0x46] = E0 | 0x37, 0x46, 0,					/* Print Screen, Scroll Lock, Pause */
	[0x49] = E0 | 0x52, E0 | 0x47, E0 | 0x49, E0 | 0x53, E0 | 0x4f, E0 | 0x51,	/* Insert to Page Down */
	[0x4f] = E0 | 0x4d, E0 | 0x4b, E0 | 0x50, E0 | 0x48,		/* right, left, down, up */
	[0x53] = 0x45, E0 | 0x35, 0x37, 0x4a, 0x4e, E0 | 0x1c,		/* Num Lock, keypad / to Enter */
	[0x59] = 0x4f, 0x50, 0x51, 0x4b, 0x4c, 0x4d, 0x47, 0x48, 0x49, 0x52, 0x53,	/* keypad 1 to 9, 0, . */
	[0x64] = 0x56, E0 | 0x5d,					/* beside the left Shift, menu */
};

/* By bit of the first byte: Ctrl, Shift, Alt, logo; left, then right. */
static const u8 modifier_keys[8] = {
	0x1d, 0x2a, 0x38, E0 | 0x5b, E0 | 0x1d, 0x36, E0 | 0x38, E0 | 0x5c,
};

struct out {
	struct key_event *events;
	unsigned int nr;
};

static void put(struct out *out, u8 key, bool down)
{
	if (key)
		out->events[out->nr++] = (struct key_event){ key, down };
}

static u8 key_of(u8 usage)
{
	return usage < sizeof(usage_keys) ? usage_keys[usage] : 0;
}

static void take_modifiers(struct hid_keyboard *k, u8 modifiers, struct out *out)
{
	u8 changed = k->modifiers ^ modifiers;

	for (unsigned int i = 0; i < 8; i++)
		if (changed & 1u << i)
			put(out, modifier_keys[i], modifiers & 1u << i);
	k->modifiers = modifiers;
}

/* Return: where @usage is among @keys, HID_KEYS when it is not. */
static unsigned int find(const u8 *keys, u8 usage)
{
	unsigned int i;

	for (i = 0; i < HID_KEYS && keys[i] != usage; i++)
		;
	return i;
}

static bool is_in(const u8 *keys, u8 usage)
{
	return find(keys, usage) < HID_KEYS;
}

static void release_missing(struct hid_keyboard *k, const u8 *now_down, struct out *out)
{
	for (unsigned int i = 0; i < HID_KEYS; i++) {
		u8 usage = k->keys[i];

		if (usage && !is_in(now_down, usage)) {
			k->keys[i] = 0;
			put(out, key_of(usage), false);
			if (usage == k->repeats)
				k->repeats = 0;
		}
	}
}

/* A place is free: not more keys are down than a report has names for. */
static void press_new(struct hid_keyboard *k, const u8 *now_down, u64 now, struct out *out)
{
	for (unsigned int i = 0; i < HID_KEYS; i++) {
		u8 usage = now_down[i];

		if (usage < USAGE_FIRST || is_in(k->keys, usage))
			continue;
		k->keys[find(k->keys, 0)] = usage;
		put(out, key_of(usage), true);
		k->repeats = usage;
		k->repeat_at = now + REPEAT_DELAY;
	}
}

unsigned int hid_report(struct hid_keyboard *k, const u8 *report, size_t len, u64 now, struct key_event events[HID_EVENTS])
{
	struct out out = { events, 0 };
	u8 keys[HID_KEYS] = { 0 };

	if (!len)
		return 0;
	if (len > 2)
		memcpy(keys, report + 2, min(len - 2, (size_t)HID_KEYS));
	take_modifiers(k, report[0], &out);
	if (keys[0] >= USAGE_FIRST || !keys[0]) {
		release_missing(k, keys, &out);
		press_new(k, keys, now, &out);
	}
	return out.nr;
}

unsigned int hid_release_all(struct hid_keyboard *k, struct key_event events[HID_EVENTS])
{
	static const u8 nothing[HID_REPORT_SIZE];

	return hid_report(k, nothing, sizeof(nothing), 0, events);
}

bool hid_repeat(struct hid_keyboard *k, u64 now, struct key_event *event)
{
	if (now < hid_repeats_at(k))
		return false;
	k->repeat_at = now + REPEAT_PERIOD;
	*event = (struct key_event){ key_of(k->repeats), true };
	return true;
}

u64 hid_repeats_at(const struct hid_keyboard *k)
{
	return key_of(k->repeats) ? k->repeat_at : ~0ULL;
}
