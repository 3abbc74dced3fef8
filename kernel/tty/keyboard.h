/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * From the bytes of a keyboard to the bytes of a terminal: scan codes make key
 * events, key events and a layout make UTF-8 and the sequences of TERM=linux. Pure
 * code: nothing here touches a port, keeps a state of its own, or waits.
 */
#ifndef TTY_KEYBOARD_H
#define TTY_KEYBOARD_H

#include <kernel/input.h>
#include <lib/types.h>

#define KEY_E0		0x80		/* see struct key_event */
#define NR_KEYS		0x100

enum keymap_level { LEVEL_PLAIN, LEVEL_SHIFT, LEVEL_ALTGR, LEVEL_SHIFT_ALTGR, NR_KEYMAP_LEVELS };

/* Keys with a character of the layout, row by row as in the tables of keymap.c. */
#define KEYMAP_KEYS	48

/*
 * A layout. Each level is KEYMAP_KEYS characters, a space where the key has none; NULL: AltGr
 * is one more Alt. A combining character (U+0300 to U+036F) is a dead key: it waits for a letter.
 */
struct keymap {
	const char	*name;
	const u16	*level[NR_KEYMAP_LEVELS];
	char		kp_decimal;	/* of the keypad, with Num Lock */
};

/** keymap_find() - the layout with a name of keymap=, NULL when there is none */
const struct keymap *keymap_find(const char *name);

/** keymap_names() - all names, with a space between them */
const char *keymap_names(void);

/** keymap_char() - what @map has on key @key at @level, 0 when there is nothing */
u16 keymap_char(const struct keymap *map, u8 key, enum keymap_level level);

/** keymap_compose() - the letter that dead key @dead makes of @base, 0 when there is none */
u16 keymap_compose(u16 dead, u16 base);

/* ------------------------------------------------------------------ scan codes */

struct scancodes {
	bool	set2;			/* else set 1, to which most controllers translate */
	bool	extended, release;	/* 0xe0, 0xf0 came before */
	u8	skip;			/* bytes of a Pause sequence still to come */
};

/**
 * scancode_decode() - take one byte of the keyboard
 * Return: whether it completes an event, which is then in @event.
 */
bool scancode_decode(struct scancodes *s, u8 byte, struct key_event *event);

/* -------------------------------------------------------------------- keyboard */

/* held: which of these keys are down */
#define MOD_LSHIFT	0x01
#define MOD_RSHIFT	0x02
#define MOD_LCTRL	0x04
#define MOD_RCTRL	0x08
#define MOD_LALT	0x10
#define MOD_RALT	0x20
#define MOD_SHIFT	(MOD_LSHIFT | MOD_RSHIFT)
#define MOD_CTRL	(MOD_LCTRL | MOD_RCTRL)
#define MOD_ALT		(MOD_LALT | MOD_RALT)

#define KEY_BYTES	8		/* of the longest that one key makes */

struct keyboard {
	const struct keymap *map;
	u8	held;			/* MOD_* */
	u8	leds;			/* LED_*, also whether the lock is on */
	u8	locks_down;		/* LED_* of the lock keys held: a repeat is no second stroke */
	bool	sysrq;			/* SysRq was pressed with Alt, which is still held: letters are commands */
	u16	dead;			/* dead key that waits, 0: none */
	bool	cursor_keys;		/* arrows send ESC O, not ESC [: a program asked for it */
};

#define KEYS_REBOOT	(-1)
#define KEYS_SYSRQ	(-2)
#define KEYS_SCROLL_UP	(-3)		/* Shift-PgUp */
#define KEYS_SCROLL_DOWN (-4)

/**
 * keyboard_event() - what a key event means
 * @out: receives at most KEY_BYTES bytes, not terminated
 * Return: bytes in @out; KEYS_REBOOT for Ctrl-Alt-Del; KEYS_SYSRQ for Alt-SysRq and a key
 * that makes an ASCII character, which is in @out[0]; KEYS_SCROLL_* to look back on the screen.
 */
int keyboard_event(struct keyboard *k, struct key_event event, char out[KEY_BYTES]);

#endif
