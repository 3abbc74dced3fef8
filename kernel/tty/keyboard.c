// SPDX-License-Identifier: BSD-2-Clause
/*
 * Scan codes to events, events to bytes. What a keyboard sends is believed only
 * as far as it goes: a byte that is no scan code does nothing, and one that says
 * "I lost count" lets go of all modifiers, as their releases may be lost too.
 */
#include "keyboard.h"
#include <lib/string.h>
#include <lib/utf.h>

#define SC_RELEASE	0x80		/* set 1: the key goes up */
#define SC2_RELEASE	0xf0		/* set 2: the next one does */
#define SC_EXTENDED	0xe0
#define SC_PAUSE	0xe1		/* two bytes follow; in set 2 the release of Num Lock may be left, which does nothing */
#define SC_ERROR	0x00		/* of set 2; too many keys at once */
#define SC_ERROR_1	0xff		/* of set 1 */
#define SC_FIRST_ANSWER	0xfa		/* ACK; 0xfc and 0xfd failed tests, 0xfe RESEND */

#define KEY_ESC		0x01
#define KEY_BACKSPACE	0x0e
#define KEY_TAB		0x0f
#define KEY_ENTER	0x1c
#define KEY_CTRL	0x1d
#define KEY_LSHIFT	0x2a
#define KEY_RSHIFT	0x36
#define KEY_ALT		0x38
#define KEY_SPACE	0x39
#define KEY_CAPS	0x3a
#define KEY_NUM		0x45
#define KEY_KP_STAR	0x37
#define KEY_KP_7	0x47		/* to KEY_KP_DOT, the keypad's keys row by row */
#define KEY_KP_DOT	0x53
#define KEY_SYSRQ	0x54		/* Print Screen with Alt; without it, of some keyboards, with e0 2a before: */
#define KEY_PRINT	(KEY_E0 | KEY_KP_STAR)
#define KEY_KP_SLASH	(KEY_E0 | 0x35)
#define KEY_KP_ENTER	(KEY_E0 | KEY_ENTER)
#define KEY_DELETE	(KEY_E0 | KEY_KP_DOT)
#define KEY_PAGE_UP	(KEY_E0 | 0x49)
#define KEY_PAGE_DOWN	(KEY_E0 | 0x51)

/* By scan code of set 2, the key; 0: no key of ours. */
static const u8 set2_keys[0x85] = {
	[0x01] = 0x43, [0x03] = 0x3f, [0x04] = 0x3d, [0x05] = 0x3b, [0x06] = 0x3c, [0x07] = 0x58, [0x09] = 0x44,
	[0x0a] = 0x42, [0x0b] = 0x40, [0x0c] = 0x3e, [0x0d] = 0x0f, [0x0e] = 0x29, [0x11] = 0x38, [0x12] = 0x2a,
	[0x14] = 0x1d, [0x15] = 0x10, [0x16] = 0x02, [0x1a] = 0x2c, [0x1b] = 0x1f, [0x1c] = 0x1e, [0x1d] = 0x11,
	[0x1e] = 0x03, [0x21] = 0x2e, [0x22] = 0x2d, [0x23] = 0x20, [0x24] = 0x12, [0x25] = 0x05, [0x26] = 0x04,
	[0x29] = 0x39, [0x2a] = 0x2f, [0x2b] = 0x21, [0x2c] = 0x14, [0x2d] = 0x13, [0x2e] = 0x06, [0x31] = 0x31,
	[0x32] = 0x30, [0x33] = 0x23, [0x34] = 0x22, [0x35] = 0x15, [0x36] = 0x07, [0x3a] = 0x32, [0x3b] = 0x24,
	[0x3c] = 0x16, [0x3d] = 0x08, [0x3e] = 0x09, [0x41] = 0x33, [0x42] = 0x25, [0x43] = 0x17, [0x44] = 0x18,
	[0x45] = 0x0b, [0x46] = 0x0a, [0x49] = 0x34, [0x4a] = 0x35, [0x4b] = 0x26, [0x4c] = 0x27, [0x4d] = 0x19,
	[0x4e] = 0x0c, [0x52] = 0x28, [0x54] = 0x1a, [0x55] = 0x0d, [0x58] = 0x3a, [0x59] = 0x36, [0x5a] = 0x1c,
	[0x5b] = 0x1b, [0x5d] = 0x2b, [0x61] = 0x56, [0x66] = 0x0e, [0x69] = 0x4f, [0x6b] = 0x4b, [0x6c] = 0x47,
	[0x70] = 0x52, [0x71] = 0x53, [0x72] = 0x50, [0x73] = 0x4c, [0x74] = 0x4d, [0x75] = 0x48, [0x76] = 0x01,
	[0x77] = 0x45, [0x78] = 0x57, [0x79] = 0x4e, [0x7a] = 0x51, [0x7b] = 0x4a, [0x7c] = 0x37, [0x7d] = 0x49,
	[0x7e] = 0x46, [0x83] = 0x41, [0x84] = 0x54,
};

/* ------------------------------------------------------------------ scan codes */

static void forget_prefixes(struct scancodes *s)
{
	s->extended = s->release = false;
}

static bool lost_count(struct scancodes *s, struct key_event *event)
{
	forget_prefixes(s);
	*event = (struct key_event){ 0, false };
	return true;
}

/* Bytes that are part of a longer sequence. */
static bool is_prefix(struct scancodes *s, u8 byte)
{
	if (s->skip) {
		s->skip--;
		return true;
	}
	if (byte == SC_EXTENDED) {
		s->extended = true;
	} else if (byte == SC_PAUSE) {
		forget_prefixes(s);
		s->skip = 2;
	} else if (byte == SC2_RELEASE && s->set2) {
		s->release = true;
	} else {
		return false;
	}
	return true;
}

bool scancode_decode(struct scancodes *s, u8 byte, struct key_event *event)
{
	u8 key = byte & ~SC_RELEASE;
	bool down = !(byte & SC_RELEASE);

	if (byte == SC_ERROR || byte == SC_ERROR_1) {
		s->skip = 0;
		return lost_count(s, event);
	}
	if (is_prefix(s, byte))
		return false;
	if (s->set2) {
		down = !s->release;
		key = byte < sizeof(set2_keys) ? set2_keys[byte] : 0;
	}
	if (s->extended)
		key |= KEY_E0;
	forget_prefixes(s);
	if (!(key & ~KEY_E0) || byte >= SC_FIRST_ANSWER)
		return false;
	*event = (struct key_event){ key, down };
	return true;
}

/* ------------------------------------------------------------------- modifiers */

static u8 modifier(u8 key)
{
	switch (key) {
	case KEY_LSHIFT:
		return MOD_LSHIFT;
	case KEY_RSHIFT:
		return MOD_RSHIFT;
	case KEY_CTRL:
		return MOD_LCTRL;
	case KEY_E0 | KEY_CTRL:
		return MOD_RCTRL;
	case KEY_ALT:
		return MOD_LALT;
	case KEY_E0 | KEY_ALT:
		return MOD_RALT;
	}
	return 0;				/* e0 2a and e0 36 come with the arrows and are no Shift */
}

/* Note keys that are held or lock. Return: whether @event was one of these. */
static bool take_modifier(struct keyboard *k, struct key_event event)
{
	u8 mod = modifier(event.key), lock = 0;

	if (event.key == KEY_CAPS)
		lock = LED_CAPS;
	else if (event.key == KEY_NUM)
		lock = LED_NUM;
	if (event.down) {
		k->held |= mod;
		if (!(k->locks_down & lock))
			k->leds ^= lock;
		k->locks_down |= lock;
	} else {
		k->held &= ~mod;
		k->locks_down &= ~lock;
	}
	return mod || lock;
}

/* ----------------------------------------------------------------------- bytes */

/* The arrows, which alone are three bytes long, have a second form. */
static int put_sequence(const struct keyboard *k, const char *s, char out[KEY_BYTES])
{
	int n = strlen(s);

	memcpy(out, s, n);
	if (n == 3 && k->cursor_keys)
		out[1] = 'O';
	return n;
}

/* What TERM=linux says they send, by key without KEY_E0. */
static const char *const cursor_keys[] = {
	[0x47] = "\33[1~", [0x48] = "\33[A", [0x49] = "\33[5~", [0x4b] = "\33[D", [0x4d] = "\33[C",
	[0x4f] = "\33[4~", [0x50] = "\33[B", [0x51] = "\33[6~", [0x52] = "\33[2~", [0x53] = "\33[3~",
};
static const char *const function_keys[] = {
	[0x3b] = "\33[[A", [0x3c] = "\33[[B", [0x3d] = "\33[[C", [0x3e] = "\33[[D", [0x3f] = "\33[[E",
	[0x40] = "\33[17~", [0x41] = "\33[18~", [0x42] = "\33[19~", [0x43] = "\33[20~", [0x44] = "\33[21~",
	[0x57] = "\33[23~", [0x58] = "\33[24~",
};

static const char *sequence(u8 key)
{
	u8 code = key & ~KEY_E0;
	const char *s = NULL;

	if (code >= KEY_KP_7 && code < ARRAY_SIZE(cursor_keys))
		s = cursor_keys[code];
	else if (!(key & KEY_E0) && code < ARRAY_SIZE(function_keys))
		s = function_keys[code];
	return s;
}

/* The keypad without 0xe0: characters with Num Lock, and - and + always. */
static u16 keypad_char(const struct keyboard *k, u8 key)
{
	static const char digits[] = "789-456+1230";

	if (key < KEY_KP_7 || key > KEY_KP_DOT)
		return 0;
	if (key == 0x4a || key == 0x4e)
		return digits[key - KEY_KP_7];
	if (!(k->leds & LED_NUM) == !(k->held & MOD_SHIFT))	/* Shift turns it around */
		return 0;
	return key == KEY_KP_DOT ? k->map->kp_decimal : digits[key - KEY_KP_7];
}

/* Keys that make the same character in every layout. */
static u16 fixed_char(u8 key)
{
	switch (key) {
	case KEY_ESC:
		return 0x1b;
	case KEY_BACKSPACE:
		return 0x7f;
	case KEY_TAB:
		return '\t';
	case KEY_ENTER:
	case KEY_KP_ENTER:
		return '\r';
	case KEY_SPACE:
		return ' ';
	case KEY_KP_STAR:
		return '*';
	case KEY_KP_SLASH:
		return '/';
	}
	return 0;
}

/* Latin-1 has its small letters 32 after the capitals; a key that has both is one for Caps Lock. */
static bool is_letter(u16 plain, u16 shifted)
{
	return ((plain >= 'a' && plain <= 'z') || (plain >= 0xe0 && plain <= 0xfe)) && shifted + 32 == plain;
}

static u16 layout_char(const struct keyboard *k, u8 key)
{
	bool shift = k->held & MOD_SHIFT;
	u16 plain = keymap_char(k->map, key, LEVEL_PLAIN), shifted = keymap_char(k->map, key, LEVEL_SHIFT);

	if (k->held & MOD_RALT && k->map->level[LEVEL_ALTGR])
		return keymap_char(k->map, key, shift ? LEVEL_SHIFT_ALTGR : LEVEL_ALTGR);
	if (is_letter(plain, shifted))
		shift ^= !!(k->leds & LED_CAPS);
	return shift ? shifted : plain;
}

static bool is_dead(u16 c)
{
	return c >= 0x300 && c < 0x370;
}

/* @c after the dead key that may have come before it: one letter, or both as they are. */
static int put_char(struct keyboard *k, u16 c, char *out)
{
	u16 dead = k->dead, alone;
	int n = 0;

	k->dead = 0;
	if (is_dead(c) && !dead) {
		k->dead = c;
		return 0;
	}
	alone = dead ? keymap_compose(dead, ' ') : 0;
	if (is_dead(c))
		c = keymap_compose(c, ' ');	/* after another: both by themselves */
	else if (dead && keymap_compose(dead, c))
		return utf8_encode(keymap_compose(dead, c), out);
	if (alone && c >= ' ')
		n = utf8_encode(alone, out);
	return n + utf8_encode(c, out + n);
}

/* Alt, where it is not AltGr, puts Esc before a character, as programs of a shell expect. */
static int put_with_alt(struct keyboard *k, u16 c, char out[KEY_BYTES])
{
	u8 alt = k->map->level[LEVEL_ALTGR] ? MOD_LALT : MOD_ALT;

	if (!(k->held & alt) || c >= 0x80)
		return put_char(k, c, out);
	out[0] = '\33';
	return 1 + put_char(k, c, out + 1);
}

static u16 character(const struct keyboard *k, u8 key)
{
	u16 c = fixed_char(key);

	if (!c)
		c = keypad_char(k, key);
	if (!c && !(key & KEY_E0))
		c = layout_char(k, key);
	if (k->held & MOD_CTRL && c >= '@' && c < 0x7f)
		c &= 0x1f;
	return c;
}

/* A letter by its name in the layout, whatever else is held. Return: 0 when the key is none of SysRq's. */
static char sysrq_letter(const struct keyboard *k, struct key_event event)
{
	u16 c = 0;

	if (!(k->held & MOD_ALT) || !k->sysrq)
		return 0;
	if (!(event.key & KEY_E0))
		c = keymap_char(k->map, event.key, LEVEL_PLAIN);
	return c < 0x80 ? c : 0;
}

int keyboard_event(struct keyboard *k, struct key_event event, char out[KEY_BYTES])
{
	const char *s;
	u16 c;

	if (!event.key) {
		k->held = k->locks_down = 0;
		k->sysrq = false;
		return 0;
	}
	if (take_modifier(k, event) || !event.down) {
		k->sysrq &= !!(k->held & MOD_ALT);
		return 0;
	}
	if ((event.key == KEY_DELETE || event.key == KEY_KP_DOT) && k->held & MOD_CTRL && k->held & MOD_ALT)
		return KEYS_REBOOT;
	if (k->held & MOD_ALT && (event.key == KEY_SYSRQ || event.key == KEY_PRINT)) {
		k->sysrq = true;
		return 0;
	}
	out[0] = sysrq_letter(k, event);
	if (out[0])
		return KEYS_SYSRQ;
	if (k->held & MOD_SHIFT && (event.key == KEY_PAGE_UP || event.key == KEY_PAGE_DOWN))
		return event.key == KEY_PAGE_UP ? KEYS_SCROLL_UP : KEYS_SCROLL_DOWN;
	c = character(k, event.key);
	if (c)
		return put_with_alt(k, c, out);
	s = sequence(event.key);
	return s ? put_sequence(k, s, out) : 0;
}
