/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * All keyboards together are one input console, "kbd0": their drivers say which
 * key went down or up, one decoder makes bytes of that (kernel/tty/keyboard.c).
 * Modifiers and locks hold for all keyboards.
 */
#ifndef KERNEL_INPUT_H
#define KERNEL_INPUT_H

#include <kernel/console.h>
#include <lib/types.h>

/* The number of a key is its scan code in set 1, with KEY_E0 where 0xe0 comes before. */
struct key_event {
	u8	key;			/* 0: some keys were pressed or let go, nobody knows which */
	bool	down;
};

/* A driver of keyboards. */
struct key_source {
	/* Take what has come and hand it to input_key(). From getc(), often; NULL: the driver does so by itself. */
	void			(*poll)(struct key_source *src);
	/* input_leds() is another. Context: any, so that it only makes a note. NULL: there are none */
	void			(*leds_changed)(struct key_source *src);
	struct key_source	*next;
};

/**
 * input_register() - the keyboards of one more driver
 * @src: static; registering it twice does nothing
 */
void input_register(struct key_source *src);

/**
 * input_key() - a key of some keyboard went down or up
 * What it types waits for the reader of the console; keys typed when 64 bytes wait
 * are lost. Context: any but NMI.
 */
void input_key(struct key_event event);

/**
 * input_act() - do what the keys ask for besides: Ctrl-Alt-Del resets the machine,
 * Alt-SysRq and a letter is sysrq()'s
 * Context: as input_key(), after it, with no lock held.
 */
void input_act(void);

/* As the command 0xed of PS/2 keyboards has them */
#define LED_NUM		0x02
#define LED_CAPS	0x04

/** input_leds() - LED_* that are to be lit on every keyboard */
u8 input_leds(void);

/**
 * input_console() - the console; for who can interrupt for it, before it is registered
 * input_console_start() - register it, with the layout of keymap=; does nothing the second time
 */
struct console *input_console(void);
void input_console_start(void);

/** input_settle() - wait until the keyboards that are plugged in can be used, 2 s at most. Context: a thread */
void input_settle(void);

/* input_begin(), input_ready() - between them, input_settle() waits. They nest */
void input_begin(void);
void input_ready(void);

#endif
