/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * console=, earlycon= and earlyprintk= as Linux writes them (its serial-console.rst and
 * kernel-parameters.txt), read into a list of what to start:
 *
 *   console=ttyS0,115200n8             a PC's serial port 0 to 3, or 4 to 7: the UARTs on PCI
 *   console=uart8250,io,0x3f8,9600e7   a UART by address; also mmio, mmio16, mmio32
 *   console=tty0                       the screen; any tty with a number is
 *   console=null                       none, when it is the only one
 *   earlycon=uart8250,...              earlyprintk=serial,ttyS0,115200   =ttyS0,...
 *   earlyprintk=serial,0x3f8,115200    =pciserial   =vga   =efi          with or without ,keep
 */
#ifndef KERNEL_CONSOLE_OPTIONS_H
#define KERNEL_CONSOLE_OPTIONS_H

#include <lib/types.h>

#define CONSOLE_OPTIONS_MAX	8
#define NR_LEGACY_UARTS		4	/* ttyS0..3 */
#define NR_PCI_UARTS		4	/* ttyS4..7 */

enum console_kind {
	CONSOLE_UNKNOWN,		/* not understood, text tells what */
	CONSOLE_NULL,
	CONSOLE_SCREEN,
	CONSOLE_TTYS,			/* by index */
	CONSOLE_UART,			/* by io and address */
};

enum uart_io { UART_IO_PORT, UART_IO_MEM8, UART_IO_MEM16, UART_IO_MEM32 };

struct console_option {
	enum console_kind kind;
	unsigned int	index;		/* of CONSOLE_TTYS, 0..7 */
	enum uart_io	io;
	u64		address;	/* port or physical */
	u32		baud;		/* a divisor of 115200; 0: leave the UART as the firmware set it */
	u8		lcr;		/* its line control register: bits and parity */
	bool		bad_mode;	/* speed, parity or bits not understood: 115200n8 */
	char		text[48];	/* the value as written, cut to fit */
};

/**
 * console_options_parse() - what the command line asks for, in its order, console= first
 * Names each console once: what is said first of one counts. Without any console= the
 * list begins with ttyS0 at 115200n8 and the screen.
 * Return: entries of @opt used; what does not fit is left out.
 */
unsigned int console_options_parse(const char *cmdline, struct console_option opt[CONSOLE_OPTIONS_MAX]);

#endif
