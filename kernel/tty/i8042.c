// SPDX-License-Identifier: BSD-2-Clause
/*
 * The PS/2 keyboard, read by its interrupt and by who polls the console. Laptops
 * have it too. The controller is asked to translate to scan code set 1; keyboard.c
 * makes events of what comes. All waits are bounded, and none is done in the
 * interrupt; a mouse on the second port is read and dropped.
 */
#include <kernel/tty.h>
#include <asm/io.h>
#include <kernel/input.h>
#include <kernel/spinlock.h>
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

static struct spinlock lock;		/* interrupts off; guards all below */
static struct scancodes scancodes;
static u8 ctr;				/* command byte of the controller, as set up; constant then */

/*
 * What the keyboard has been told and not yet answered. KBD_SEND_LEDS: the answer
 * has come and asks for a byte, which is sent by who polls.
 */
static enum { KBD_IDLE, KBD_ENABLING, KBD_WANTS_LEDS, KBD_SEND_LEDS, KBD_TAKES_LEDS, KBD_DEAF } command;
static u8 leds_shown = 0xff;		/* the firmware may have left any */
static bool leds_differ;		/* from those shown, since they were last sent */

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
	if (command == KBD_SEND_LEDS) {
		leds_shown = input_leds();
		tell_keyboard(leds_shown, KBD_TAKES_LEDS);
	} else if (command == KBD_IDLE && leds_shown != input_leds()) {
		tell_keyboard(KBD_SET_LEDS, KBD_WANTS_LEDS);
	}
}

/* The keyboard answers when it likes, between keys. Return: whether @byte was an answer. */
static bool take_answer(u8 byte)
{
	if (byte == KBD_RESEND && command != KBD_DEAF) {
		command = KBD_IDLE;
		leds_shown = input_leds();	/* not taken: no second try before they change */
	} else if (byte == KBD_ACK && command == KBD_WANTS_LEDS) {
		command = KBD_SEND_LEDS;
	} else if (byte == KBD_ACK && command != KBD_DEAF) {
		command = KBD_IDLE;
	}
	return byte == KBD_ACK || byte == KBD_RESEND;
}

/* An answer that did not come until the next lock key will not come. */
static void leds_changed(struct key_source *src)
{
	__atomic_store_n(&leds_differ, true, __ATOMIC_RELAXED);
}

static void note_leds(void)
{
	if (__atomic_exchange_n(&leds_differ, false, __ATOMIC_RELAXED) && command != KBD_DEAF)
		command = KBD_IDLE;
}

/* ------------------------------------------------------------------------ keys */

/* Return: a byte of the keyboard, -1 when none waits. */
static int read_byte(void)
{
	for (int i = 0; i < MAX_STALE; i++) {
		u8 status = inb(I8042_STATUS);
		u8 byte;

		if (status == 0xff || !(status & STR_OBF))
			break;
		byte = inb(I8042_DATA);
		if (!(status & STR_AUXDATA))
			return byte;
	}
	return -1;
}

/* In the order they came, whoever takes them. A keyboard that never stops is left for other work between two looks. */
static void take_keys(void)
{
	unsigned long flags = spin_lock_irqsave(&lock);
	struct key_event event;

	for (int i = 0; i < MAX_STALE; i++) {
		int byte = read_byte();

		if (byte < 0)
			break;
		if (!take_answer(byte) && scancode_decode(&scancodes, byte, &event))
			input_key(event);
	}
	spin_unlock_irqrestore(&lock, flags);
	input_act();
}

static void kbd_interrupt(struct console *con)
{
	take_keys();
}

static void kbd_poll(struct key_source *src)
{
	unsigned long flags;

	take_keys();
	flags = spin_lock_irqsave(&lock);
	note_leds();
	update_leds();
	spin_unlock_irqrestore(&lock, flags);
}

static struct key_source kbd_source = { .poll = kbd_poll, .leds_changed = leds_changed };

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

int i8042_console_init(void)
{
	struct console *con = input_console();

	if (!controller_setup())
		return -1;
	con->irq = KBD_IRQ;
	con->irq_enable = kbd_irq_enable;
	con->interrupt = kbd_interrupt;
	input_register(&kbd_source);
	input_console_start();
	return 0;
}
