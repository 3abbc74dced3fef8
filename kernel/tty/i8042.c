// SPDX-License-Identifier: BSD-2-Clause
/*
 * The PS/2 keyboard as an input console, polled (an interrupt tells when to look).
 * Laptops have it too. The controller is asked to translate to scan code set 1;
 * keyboard.c makes characters of what comes. All waits are bounded; a mouse on the
 * second port is read and dropped.
 */
#include <kernel/tty.h>
#include <asm/io.h>
#include <asm/setup.h>
#include <kernel/console.h>
#include <kernel/printk.h>
#include <kernel/reboot.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include "keyboard.h"

#define I8042_DATA	0x60
#define I8042_STATUS	0x64		/* read */
#define I8042_COMMAND	0x64		/* write */

#define STR_OBF		0x01		/* a byte waits in I8042_DATA */
#define STR_IBF		0x02		/* the controller still has our last byte */
#define STR_AUXDATA	0x20		/* the byte waiting is the mouse's */

#define CMD_READ_CTR	0x20
#define CMD_WRITE_CTR	0x60
#define CMD_KBD_ENABLE	0xae
#define CMD_WRITE_OBF	0xd2		/* the next byte comes back as if the keyboard had sent it */

/* Commands of the keyboard and its answers */
#define KBD_SET_LEDS	0xed
#define KBD_ENABLE_SCANNING 0xf4
#define KBD_ACK		0xfa
#define KBD_RESEND	0xfe
#define KEY_NONE	0xf9		/* the release of a key that does nothing */

#define CTR_KBDINT	0x01
#define CTR_AUXINT	0x02
#define CTR_KBDDIS	0x10
#define CTR_AUXDIS	0x20
#define CTR_XLATE	0x40

#define KBD_IRQ		1		/* line of the ISA bus */
#define POLLS		100000u		/* about 100 ms: an inb() takes 1 us */
#define MAX_STALE	32		/* bytes thrown away before we begin */

static struct scancodes scancodes;
static struct keyboard kbd;
static char typed[KEY_BYTES];		/* of the last key */
static int nr_typed, next_typed;
static u8 ctr;				/* command byte of the controller, as set up */

/* What the keyboard has been told and not yet answered. */
static enum { KBD_IDLE, KBD_ENABLING, KBD_WANTS_LEDS, KBD_TAKES_LEDS, KBD_DEAF } command;
static u8 leds_shown = 0xff;		/* the firmware may have left any */

static bool wait_status(u8 mask, u8 value)
{
	for (u32 i = 0; i < POLLS; i++) {
		if ((inb(I8042_STATUS) & mask) == value)
			return true;
		cpu_relax();
	}
	return false;
}

static bool send(u16 port, u8 byte)
{
	if (!wait_status(STR_IBF, 0))
		return false;
	outb(byte, port);
	return true;
}

static bool drop_stale_bytes(void)
{
	for (int i = 0; i < MAX_STALE; i++) {
		if (!(inb(I8042_STATUS) & STR_OBF))
			return true;
		inb(I8042_DATA);
	}
	return false;
}

static bool read_ctr(u8 *value)
{
	if (!send(I8042_COMMAND, CMD_READ_CTR) || !wait_status(STR_OBF, STR_OBF))
		return false;
	*value = inb(I8042_DATA);
	return true;
}

static bool write_ctr(u8 value)
{
	return send(I8042_COMMAND, CMD_WRITE_CTR) && send(I8042_DATA, value);
}

/*
 * Translation on, keyboard clock on, no interrupts before somebody asks. While
 * the keyboard is off, no key comes between a question and its answer: a
 * controller that does not keep CTR_XLATE leaves us scan code set 2.
 */
static bool controller_setup(void)
{
	u8 kept;

	if (inb(I8042_STATUS) == 0xff || !drop_stale_bytes() || !read_ctr(&ctr))
		return false;
	ctr = (ctr & ~(CTR_KBDINT | CTR_AUXINT | CTR_KBDDIS)) | CTR_XLATE;
	if (!write_ctr(ctr | CTR_KBDDIS) || !read_ctr(&kept))
		return false;
	scancodes.set2 = !(kept & CTR_XLATE);
	command = KBD_ENABLING;
	return write_ctr(ctr) && send(I8042_COMMAND, CMD_KBD_ENABLE) &&
	       send(I8042_DATA, KBD_ENABLE_SCANNING);	/* off after some Fast Boots */
}

/* ------------------------------------------------------------------------ LEDs */

/* A keyboard that takes no bytes is asked once: nobody waits for it at every key. */
static void tell_keyboard(u8 byte, int next)
{
	command = send(I8042_DATA, byte) ? next : KBD_DEAF;
}

static void update_leds(void)
{
	if (command == KBD_IDLE && leds_shown != kbd.leds)
		tell_keyboard(KBD_SET_LEDS, KBD_WANTS_LEDS);
}

/* The keyboard answers when it likes, between keys. Return: whether @byte was an answer. */
static bool take_answer(u8 byte)
{
	if (byte == KBD_RESEND && command != KBD_DEAF) {
		command = KBD_IDLE;
		leds_shown = kbd.leds;		/* not taken: no second try before they change */
	} else if (byte == KBD_ACK && command == KBD_WANTS_LEDS) {
		leds_shown = kbd.leds;
		tell_keyboard(leds_shown, KBD_TAKES_LEDS);
	} else if (byte == KBD_ACK && command != KBD_DEAF) {
		command = KBD_IDLE;
		update_leds();
	}
	return byte == KBD_ACK || byte == KBD_RESEND;
}

/* ------------------------------------------------------------------------ keys */

static void take_byte(u8 byte)
{
	struct key_event event;
	u8 leds = kbd.leds;
	int n;

	if (take_answer(byte) || !scancode_decode(&scancodes, byte, &event))
		return;
	n = keyboard_event(&kbd, event, typed);
	if (n < 0) {
		printk("Ctrl-Alt-Del: rebooting\n");
		machine_restart();
	}
	nr_typed = n;
	next_typed = 0;
	if (kbd.leds != leds && command != KBD_DEAF) {
		command = KBD_IDLE;		/* an answer that did not come so far will not come */
		update_leds();
	}
}

static int kbd_getc(struct console *con)
{
	for (int i = 0; i < MAX_STALE && next_typed == nr_typed; i++) {
		u8 status = inb(I8042_STATUS);
		u8 byte;

		if (status == 0xff || !(status & STR_OBF))
			break;
		byte = inb(I8042_DATA);
		if (!(status & STR_AUXDATA))
			take_byte(byte);
	}
	return next_typed == nr_typed ? -1 : (u8)typed[next_typed++];
}

/*
 * A byte of the mouse that nobody reads would hold back the keyboard's: the mouse
 * is switched off. What is provoked is the release of a key that does not exist.
 */
static void kbd_irq_enable(struct console *con, bool provoke)
{
	if (!provoke)
		return;			/* on since the test, which left nothing to undo */
	if (write_ctr(ctr | CTR_KBDINT | CTR_AUXDIS) && send(I8042_COMMAND, CMD_WRITE_OBF))
		send(I8042_DATA, KEY_NONE);
}

static struct console kbd_console = {
	.name = "kbd0", .getc = kbd_getc, .irq = KBD_IRQ, .irq_enable = kbd_irq_enable,
};

static const struct keymap *chosen_keymap(void)
{
	const struct keymap *map;
	char name[16];

	if (cmdline_find_option(boot_command_line, "keymap", name, sizeof(name)) < 0)
		return keymap_find("us");
	map = keymap_find(name);
	if (map)
		return map;
	boot_warn(STAGE_CONSOLE, "keymap '%s' is none of %s: us it is", name, keymap_names());
	return keymap_find("us");
}

int i8042_console_init(void)
{
	if (!controller_setup())
		return -1;
	kbd.map = chosen_keymap();
	register_console(&kbd_console);
	return 0;
}
