/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * kernel/tty/keyboard.c: whatever a keyboard sends, what comes out is short, and a
 * modifier is held exactly when its last event said so.
 */
#include <tests/fuzz/fuzz.h>
#include "kernel/tty/keyboard.h"

static const struct { u8 key, mod; } modifiers[] = {
	{ 0x2a, MOD_LSHIFT }, { 0x36, MOD_RSHIFT }, { 0x1d, MOD_LCTRL }, { KEY_E0 | 0x1d, MOD_RCTRL },
	{ 0x38, MOD_LALT }, { KEY_E0 | 0x38, MOD_RALT },
};

/* The model: for each key of all 256, whether it is down. */
static u8 held_by_model(const bool *down)
{
	u8 held = 0;

	for (unsigned int i = 0; i < ARRAY_SIZE(modifiers); i++)
		held |= down[modifiers[i].key] ? modifiers[i].mod : 0;
	return held;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const layouts[] = { "us", "de", "fr", "uk", "es", "dvorak" };
	struct input in = { data, size };
	u8 choice = input_number(&in, 1);
	struct scancodes codes = { .set2 = choice & 0x80 };
	struct keyboard kbd = { .map = keymap_find(layouts[(choice & 0x7f) % ARRAY_SIZE(layouts)]) };
	bool down[NR_KEYS] = { false };

	while (in.left) {
		u8 leds = kbd.leds;
		struct key_event event;
		char out[KEY_BYTES];
		int n;

		if (!scancode_decode(&codes, input_number(&in, 1), &event))
			continue;
		n = keyboard_event(&kbd, event, out);
		if (!event.key)
			memset(down, 0, sizeof(down));
		else
			down[event.key] = event.down;
		CHECK(kbd.held == held_by_model(down), "%#x, by the model %#x", kbd.held, held_by_model(down));
		CHECK(n >= KEYS_SCROLL_DOWN && n <= KEY_BYTES, "%d bytes", n);
		CHECK(n <= 0 || event.down, "%d bytes when key %#x went up", n, event.key);
		CHECK(n != KEYS_SYSRQ || (kbd.held & MOD_ALT && out[0] > 0), "SysRq without Alt, or without a letter");
		CHECK(n > KEYS_SCROLL_UP || kbd.held & MOD_SHIFT, "scrolled without Shift");
		CHECK(n != KEYS_REBOOT || (kbd.held & MOD_CTRL && kbd.held & MOD_ALT), "reset without Ctrl and Alt");
		CHECK(kbd.leds == leds || event.key == 0x3a || event.key == 0x45, "key %#x is no lock", event.key);
		CHECK(!(kbd.leds & ~(LED_NUM | LED_CAPS)), "LEDs %#x", kbd.leds);
	}
	return 0;
}
