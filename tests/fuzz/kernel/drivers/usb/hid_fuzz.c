/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/drivers/usb/hid.c: whatever a keyboard reports, keys go down once before
 * they go up, those that are down are those of the last report that named any, and
 * after it is gone none is.
 */
#include <tests/fuzz/fuzz.h>
#include "kernel/drivers/usb/hid.h"

static int down[256];			/* by key; two usages may be one key */

static void take(const struct key_event *events, unsigned int nr)
{
	CHECK(nr <= HID_EVENTS, "%u events", nr);
	for (unsigned int i = 0; i < nr; i++) {
		CHECK(events[i].key, "event %u is of no key", i);
		down[events[i].key] += events[i].down ? 1 : -1;
		CHECK(down[events[i].key] >= 0 && down[events[i].key] <= 2, "key %#x went %s too often", events[i].key,
		      events[i].down ? "down" : "up");
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct hid_keyboard hid = { 0 };
	struct key_event events[HID_EVENTS], repeated;
	u64 now = 0;

	memset(down, 0, sizeof(down));
	while (in.left) {
		size_t len = input_number(&in, 1) & 15;
		u8 *report = malloc(len);

		for (size_t i = 0; i < len; i++)
			report[i] = input_number(&in, 1);
		now += input_number(&in, 1) * 10000000ull;
		take(events, hid_report(&hid, report, len, now, events));
		if (len)
			CHECK(hid.modifiers == report[0], "modifiers %#x", hid.modifiers);
		for (size_t i = 2; len > 2 && report[2] >= 4 && i < len && i < 8; i++)
			CHECK(report[i] < 4 || memchr(hid.keys, report[i], HID_KEYS), "usage %#x is lost", report[i]);
		if (hid_repeat(&hid, now, &repeated))
			CHECK(down[repeated.key] && repeated.down, "key %#x repeats and is up", repeated.key);
		free(report);
	}
	take(events, hid_release_all(&hid, events));
	for (unsigned int key = 0; key < 256; key++)
		CHECK(!down[key], "key %#x is down for ever", key);
	return 0;
}
