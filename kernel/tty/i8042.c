// SPDX-License-Identifier: BSD-2-Clause
/*
 * The PS/2 keyboard as an input console, polled (an interrupt tells when to look): scan code set 1, which the
 * controller translates to, and the US layout. Laptops have this keyboard too.
 * All waits are bounded; a mouse on the second port is read and dropped.
 */
#include <kernel/tty.h>
#include <kernel/console.h>
#include <asm/io.h>

#define I8042_DATA	0x60
#define I8042_STATUS	0x64		/* read */
#define I8042_COMMAND	0x64		/* write */

#define STR_OBF		0x01		/* a byte waits in I8042_DATA */
#define STR_IBF		0x02		/* the controller still has our last byte */
#define STR_AUXDATA	0x20		/* the byte waiting is the mouse's */

#define CMD_READ_CTR	0x20
#define CMD_WRITE_CTR	0x60
#define KBD_ENABLE_SCANNING	0xf4
#define CMD_KBD_ENABLE	0xae
#define CMD_WRITE_OBF	0xd2		/* the next byte comes back as if the keyboard had sent it */
#define CTR_KBDINT	0x01
#define CTR_AUXINT	0x02
#define CTR_KBDDIS	0x10
#define CTR_AUXDIS	0x20
#define CTR_XLATE	0x40

#define KBD_IRQ		1		/* line of the ISA bus */
#define POLLS		100000u		/* about 100 ms: an inb() takes 1 us */
#define MAX_STALE	32		/* bytes thrown away before we begin */

#define SC_RELEASE	0x80		/* bit set when the key goes up */
#define KEY_NONE	0xfa		/* also how the keyboard says yes to a command */
#define SC_CTRL		0x1d
#define SC_LSHIFT	0x2a
#define SC_RSHIFT	0x36
#define SC_CAPS		0x3a

struct kbd {
	bool	shift[2], ctrl, caps;	/* held; caps: toggled */
	bool	extended;		/* 0xe0 came before */
	u8	skip;			/* bytes of a Pause sequence still to come */
};

/* By scan code; 0: no character. The keypad acts as if Num Lock were on. */
static const char plain[] =
	"\0\33" "1234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 \0"
	"\0\0\0\0\0\0\0\0\0\0" "\0\0" "789-456+1230.\0\0\\";
static const char shifted[] =
	"\0\33" "!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 \0"
	"\0\0\0\0\0\0\0\0\0\0" "\0\0" "789-456+1230.\0\0|";

static_assert(sizeof(plain) == 0x58 && sizeof(shifted) == 0x58, "one entry for each code to 0x56");

static struct kbd kbd;
static u8 ctr;				/* command byte of the controller, as set up */

static int extended_key(u8 code)
{
	switch (code) {
	case 0x1c:			/* keypad Enter */
		return '\n';
	case 0x35:			/* keypad / */
		return '/';
	case 0x53:			/* Delete */
		return '\b';
	}
	return -1;
}

/* Take one byte from the keyboard. Return: the character it completes, or -1. */
static int kbd_decode(struct kbd *k, u8 byte)
{
	u8 code = byte & ~SC_RELEASE;
	bool down = !(byte & SC_RELEASE), ext = k->extended, shift;
	char c;

	if (k->skip) {
		k->skip--;
		return -1;
	}
	if (byte == 0xe0 || byte == 0xe1) {
		k->extended = byte == 0xe0;
		k->skip = byte == 0xe1 ? 2 : 0;
		return -1;
	}
	k->extended = false;

	if (code == SC_CTRL) {
		k->ctrl = down;
		return -1;
	}
	if (ext)			/* e0 2a and e0 36 are not shift keys */
		return down ? extended_key(code) : -1;
	if (code == SC_LSHIFT || code == SC_RSHIFT) {
		k->shift[code == SC_RSHIFT] = down;
		return -1;
	}
	if (!down)
		return -1;
	if (code == SC_CAPS) {
		k->caps = !k->caps;
		return -1;
	}
	if (code >= sizeof(plain) - 1)
		return -1;

	shift = k->shift[0] || k->shift[1];
	if (plain[code] >= 'a' && plain[code] <= 'z')
		shift ^= k->caps;
	c = shift ? shifted[code] : plain[code];
	if (k->ctrl && c >= '@' && c < 0x7f)
		return c & 0x1f;
	return c ? c : -1;
}

static int kbd_getc(struct console *con)
{
	int c = -1;

	(void)con;
	for (int i = 0; i < MAX_STALE && c < 0; i++) {
		u8 status = inb(I8042_STATUS);
		u8 byte;

		if (status == 0xff || !(status & STR_OBF))
			break;
		byte = inb(I8042_DATA);
		if (!(status & STR_AUXDATA))
			c = kbd_decode(&kbd, byte);
	}
	return c;
}

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

/* Translation on, keyboard clock on, no interrupts before somebody asks. */
static bool controller_setup(void)
{
	if (inb(I8042_STATUS) == 0xff || !drop_stale_bytes())
		return false;
	if (!send(I8042_COMMAND, CMD_READ_CTR) || !wait_status(STR_OBF, STR_OBF))
		return false;
	ctr = inb(I8042_DATA);
	ctr = (ctr & ~(CTR_KBDINT | CTR_AUXINT | CTR_KBDDIS)) | CTR_XLATE;
	return send(I8042_COMMAND, CMD_WRITE_CTR) && send(I8042_DATA, ctr) &&
	       send(I8042_COMMAND, CMD_KBD_ENABLE) &&
	       send(I8042_DATA, KBD_ENABLE_SCANNING);	/* off after some Fast Boots; its ACK is no key */
}

/*
 * A byte of the mouse that nobody reads would hold back the keyboard's: the mouse
 * is switched off. What is provoked is the release of a key that does not exist.
 */
static void kbd_irq_enable(struct console *con, bool provoke)
{
	if (!provoke)
		return;			/* on since the test, which left nothing to undo */
	if (send(I8042_COMMAND, CMD_WRITE_CTR) && send(I8042_DATA, ctr | CTR_KBDINT | CTR_AUXDIS) &&
	    send(I8042_COMMAND, CMD_WRITE_OBF))
		send(I8042_DATA, KEY_NONE);
}

static struct console kbd_console = {
	.name = "kbd0", .getc = kbd_getc, .irq = KBD_IRQ, .irq_enable = kbd_irq_enable,
};

int i8042_console_init(void)
{
	if (!controller_setup())
		return -1;
	register_console(&kbd_console);
	return 0;
}
