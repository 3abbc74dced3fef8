// SPDX-License-Identifier: BSD-2-Clause
/*
 * Consoles on 16550 UARTs, polled. Every wait is bounded: a UART that stops
 * taking bytes is given up once and for all, so it costs the boot one timeout.
 * Register names are those of the National Semiconductor PC16550D data sheet.
 */
#include <kernel/tty.h>
#include <kernel/console.h>
#include <asm/io.h>
#include <lib/string.h>

#define NR_UARTS	4
#define UART_CLOCK	115200u		/* baud with divisor 1 */
#define FIFO_SIZE	16

/*
 * Polls for an empty transmitter. One inb() takes about 1 us on an ISA or LPC
 * bus; 16 bytes at 50 baud, the slowest, take 3.2 s.
 */
#define TX_POLLS	4000000u

/* Registers, offsets from the base port */
#define UART_RBR	0		/* read: received byte */
#define UART_THR	0		/* write: byte to send */
#define UART_DLL	0		/* divisor, while LCR.DLAB is set */
#define UART_DLM	1
#define UART_IER	1
#define UART_FCR	2
#define UART_LCR	3
#define UART_MCR	4
#define UART_LSR	5
#define UART_MSR	6
#define UART_SCR	7

#define FCR_ENABLE_CLEAR 0x07		/* FIFOs on, both emptied */
#define LCR_8N1		0x03
#define LCR_DLAB	0x80
#define MCR_DTR_RTS	0x03
#define MCR_OUT2	0x08
#define MCR_LOOP	0x10
#define LSR_DR		0x01
#define LSR_THRE	0x20

struct uart {
	struct console	con;
	u16		port;
	bool		dead;		/* took no byte for TX_POLLS polls */
};

static void serial8250_write(struct console *con, const char *s, size_t n);
static int serial8250_getc(struct console *con);

#define UART(nr, io) { \
	.con = { .name = "ttyS" #nr, .write = serial8250_write, .getc = serial8250_getc }, \
	.port = io, \
}

static struct uart uarts[NR_UARTS] = {
	UART(0, 0x3f8), UART(1, 0x2f8), UART(2, 0x3e8), UART(3, 0x2e8),
};

static bool wait_tx_empty(struct uart *u)
{
	for (u32 i = 0; i < TX_POLLS; i++) {
		if (inb(u->port + UART_LSR) & LSR_THRE)
			return true;
		cpu_relax();
	}
	u->dead = true;
	u->con.getc = NULL;
	return false;
}

static void serial8250_write(struct console *con, const char *s, size_t n)
{
	struct uart *u = con->priv;
	unsigned int room = 0;

	while (n && !u->dead) {
		/* LF takes two places and must not be split over a dead wait. */
		if (room < 2) {
			if (!wait_tx_empty(u))
				return;
			room = FIFO_SIZE;
		}
		if (*s == '\n') {
			outb('\r', u->port + UART_THR);
			room--;
		}
		outb(*s++, u->port + UART_THR);
		room--;
		n--;
	}
}

static int serial8250_getc(struct console *con)
{
	struct uart *u = con->priv;
	u8 lsr = inb(u->port + UART_LSR);

	if (lsr == 0xff || !(lsr & LSR_DR))
		return -1;
	return inb(u->port + UART_RBR);
}

/*
 * Nothing on a bus reads as ones. What answers is a UART if its scratch register
 * keeps bytes, or, on the old 8250 without one, if looping the modem lines back
 * works: in loop mode DTR, RTS, OUT1, OUT2 appear as DSR, CTS, RI, DCD.
 */
static bool uart_present(const struct uart *u)
{
	u8 mcr, msr;

	if (inb(u->port + UART_LSR) == 0xff && inb(u->port + UART_MCR) == 0xff)
		return false;

	outb(0x5a, u->port + UART_SCR);
	if (inb(u->port + UART_SCR) == 0x5a) {
		outb(0xa5, u->port + UART_SCR);
		if (inb(u->port + UART_SCR) == 0xa5)
			return true;
	}

	mcr = inb(u->port + UART_MCR);
	outb(MCR_LOOP | MCR_OUT2 | 0x02, u->port + UART_MCR);
	msr = inb(u->port + UART_MSR) & 0xf0;
	outb(mcr, u->port + UART_MCR);
	return msr == 0x90;			/* DCD and CTS */
}

static void uart_setup(const struct uart *u, u32 baud)
{
	u16 divisor = UART_CLOCK / baud;

	outb(0, u->port + UART_IER);
	outb(LCR_DLAB | LCR_8N1, u->port + UART_LCR);
	outb(divisor & 0xff, u->port + UART_DLL);
	outb(divisor >> 8, u->port + UART_DLM);
	outb(LCR_8N1, u->port + UART_LCR);
	outb(FCR_ENABLE_CLEAR, u->port + UART_FCR);
	outb(MCR_DTR_RTS | MCR_OUT2, u->port + UART_MCR);
}

static bool uart_start(struct uart *u, u32 baud)
{
	if (!uart_present(u))
		return false;
	uart_setup(u, baud);
	u->con.priv = u;
	register_console(&u->con);
	return true;
}

/* The digits after "ttySn,"; parity and bits after them are always 8N1. */
static u32 parse_baud(const char *s)
{
	u32 baud = 0;

	while (*s >= '0' && *s <= '9' && baud < UART_CLOCK)
		baud = baud * 10 + (*s++ - '0');
	if (baud < 50 || UART_CLOCK % baud)
		return UART_CLOCK;
	return baud;
}

/* Start of the next word after @s, which quotes keep together; NULL at the end. */
static const char *next_word(const char *s)
{
	bool quoted = false;

	for (; *s && (quoted || *s != ' '); s++)
		quoted ^= *s == '"';
	while (*s == ' ')
		s++;
	return *s ? s : NULL;
}

/* @baud[nr] becomes non-zero for every port named. Return: whether any console= stands on the line. */
static bool parse_consoles(const char *cmdline, u32 baud[NR_UARTS])
{
	static const char option[] = "console=", tty[] = "ttyS";
	bool any = false;

	while (*cmdline == ' ')
		cmdline++;
	for (const char *w = *cmdline ? cmdline : NULL; w; w = next_word(w)) {
		const char *v = w + sizeof(option) - 1;
		unsigned int nr;

		if (strncmp(w, option, sizeof(option) - 1))
			continue;
		any = true;
		if (strncmp(v, tty, sizeof(tty) - 1))
			continue;
		v += sizeof(tty) - 1;
		nr = (unsigned int)*v - '0';
		if (nr >= NR_UARTS)
			continue;
		if (v[1] == ',')
			baud[nr] = parse_baud(v + 2);
		else if (v[1] == ' ' || !v[1])
			baud[nr] = UART_CLOCK;
	}
	return any;
}

int serial8250_console_init(const char *cmdline)
{
	u32 baud[NR_UARTS] = { 0 };
	int started = 0;

	if (!parse_consoles(cmdline, baud))
		baud[0] = UART_CLOCK;
	for (int i = 0; i < NR_UARTS; i++)
		started += baud[i] && uart_start(&uarts[i], baud[i]);
	return started;
}
