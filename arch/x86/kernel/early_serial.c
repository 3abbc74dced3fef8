/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Words for the moments without printk: straight to COM1, at most a bounded
 * wait per character, no data touched. 115200 8N1 is set as the port may never
 * have been used.
 */
#include <asm/io.h>
#include <asm/setup.h>

#define COM1		0x3f8
#define UART_THR	(COM1 + 0)
#define UART_LCR	(COM1 + 3)
#define UART_LSR	(COM1 + 5)
#define LSR_THRE	0x20
#define SPIN_LIMIT	100000

static void early_serial_putc(char c)
{
	unsigned int spin = SPIN_LIMIT;

	while (!(inb(UART_LSR) & LSR_THRE))
		if (!--spin)
			return;
	outb(c, UART_THR);
}

void early_serial_puts(const char *s)
{
	outb(0x83, UART_LCR);		/* divisor 1, 8 data bits, no parity, 1 stop bit */
	outb(1, COM1);
	outb(0, COM1 + 1);
	outb(0x03, UART_LCR);
	while (*s)
		early_serial_putc(*s++);
}

void early_serial_put_hex(u64 v)
{
	char text[19];
	unsigned int i;

	text[0] = '0';
	text[1] = 'x';
	for (i = 0; i < 16; i++) {
		unsigned int digit = v >> (60 - 4 * i) & 0xf;

		text[2 + i] = digit < 10 ? '0' + digit : 'a' + digit - 10;
	}
	text[18] = 0;
	early_serial_puts(text);
}
