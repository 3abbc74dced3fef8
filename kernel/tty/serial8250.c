// SPDX-License-Identifier: BSD-2-Clause
/*
 * Consoles on 16550 UARTs, polled; on the ISA bus an interrupt tells when, and on PCI where the firmware has left the
 * number of an ISA line that arrives. Every wait is bounded: a UART that stops taking bytes is given up once and for
 * all, so it costs the boot one timeout.
 * Register names are those of the National Semiconductor PC16550D data sheet.
 */
#include <kernel/tty.h>
#include <kernel/console.h>
#include <kernel/console_options.h>
#include <kernel/irq.h>
#include <kernel/pci.h>
#include <asm/init_64.h>
#include <asm/io.h>
#include <asm/pgtable_types.h>
#include <mm/vmalloc.h>
#include <lib/string.h>

#define UART_CLOCK	115200u		/* baud with divisor 1 */
#define FIFO_SIZE	16

/*
 * Polls for an empty transmitter. One inb() takes about 1 us on an ISA or LPC
 * bus; 16 bytes at 50 baud, the slowest, take 3.2 s.
 */
#define TX_POLLS	4000000u

/* Registers, counted from the base */
#define UART_RBR	0		/* read: received byte */
#define UART_THR	0		/* write: byte to send */
#define UART_DLL	0		/* divisor, while LCR.DLAB is set */
#define UART_DLM	1
#define UART_IER	1
#define UART_IIR	2		/* read: why it interrupts */
#define UART_FCR	2		/* write */
#define UART_LCR	3
#define UART_MCR	4
#define UART_LSR	5
#define UART_MSR	6
#define UART_SCR	7

#define IER_RDI		0x01		/* interrupt when a byte has come */
#define IER_THRI	0x02		/* and when there is room for one */
#define FCR_ENABLE_CLEAR 0x07		/* FIFOs on, both emptied */
#define LCR_DLAB	0x80
#define MCR_DTR_RTS	0x03
#define MCR_OUT2	0x08
#define MCR_LOOP	0x10
#define IIR_NONE	0x01		/* it does not interrupt */
#define LSR_DR		0x01
#define LSR_THRE	0x20

struct uart {
	struct console	con;		/* priv: this, once started */
	u64		base;		/* port or physical address, 0: free */
	enum uart_io	io;
	volatile void	*regs;		/* where base is mapped; NULL for ports */
	bool		dead;		/* took no byte for TX_POLLS polls */
};

/* ttyS0 to 3, those on PCI, those named by address */
#define FIRST_BY_ADDRESS (NR_LEGACY_UARTS + NR_PCI_UARTS)
#define NR_UARTS	(FIRST_BY_ADDRESS + 4)

static struct uart uarts[NR_UARTS] = {
	{ .con = { .name = "ttyS0", .irq = 4 }, .base = 0x3f8 }, { .con = { .name = "ttyS1", .irq = 3 }, .base = 0x2f8 },
	{ .con = { .name = "ttyS2", .irq = 4 }, .base = 0x3e8 }, { .con = { .name = "ttyS3", .irq = 3 }, .base = 0x2e8 },
	{ .con.name = "ttyS4" }, { .con.name = "ttyS5" }, { .con.name = "ttyS6" }, { .con.name = "ttyS7" },
	{ .con.name = "uart0" }, { .con.name = "uart1" }, { .con.name = "uart2" }, { .con.name = "uart3" },
};

/* ------------------------------------------------------------------- registers */

/* log2 of the bytes from one register to the next */
static unsigned int reg_shift(const struct uart *u)
{
	return u->io == UART_IO_MEM32 ? 2 : u->io == UART_IO_MEM16 ? 1 : 0;
}

static size_t regs_size(const struct uart *u)
{
	return (size_t)8 << reg_shift(u);
}

static u8 uart_in(const struct uart *u, unsigned int reg)
{
	volatile u8 *at = (volatile u8 *)u->regs + (reg << reg_shift(u));

	switch (u->io) {
	case UART_IO_MEM8:	return readb(at);
	case UART_IO_MEM16:	return readw(at);
	case UART_IO_MEM32:	return readl(at);
	default:		return inb(u->base + reg);
	}
}

static void uart_out(const struct uart *u, unsigned int reg, u8 v)
{
	volatile u8 *at = (volatile u8 *)u->regs + (reg << reg_shift(u));

	switch (u->io) {
	case UART_IO_MEM8:	writeb(v, at); break;
	case UART_IO_MEM16:	writew(v, at); break;
	case UART_IO_MEM32:	writel(v, at); break;
	default:		outb(v, u->base + reg);
	}
}

/* ------------------------------------------------------------------ characters */

static void give_up(struct uart *u)
{
	u->dead = true;
	u->con.getc = NULL;
}

static bool wait_tx_empty(struct uart *u)
{
	for (u32 i = 0; i < TX_POLLS; i++) {
		if (uart_in(u, UART_LSR) & LSR_THRE)
			return true;
		cpu_relax();
	}
	give_up(u);
	return false;
}

static __inline_always void send(struct uart *u, const char *s, size_t n, bool text)
{
	unsigned int room = 0;

	while (n && !u->dead) {
		/* LF takes two places and must not be split over a dead wait. */
		if (room < 2) {
			if (!wait_tx_empty(u))
				return;
			room = FIFO_SIZE;
		}
		if (text && *s == '\n') {
			uart_out(u, UART_THR, '\r');
			room--;
		}
		uart_out(u, UART_THR, *s++);
		room--;
		n--;
	}
}

static void serial8250_write(struct console *con, const char *s, size_t n)
{
	send(con->priv, s, n, true);
}

static void serial8250_write_raw(struct console *con, const char *s, size_t n)
{
	send(con->priv, s, n, false);
}

static int serial8250_getc(struct console *con)
{
	struct uart *u = con->priv;
	u8 lsr = uart_in(u, UART_LSR);

	if (lsr == 0xff || !(lsr & LSR_DR))
		return -1;
	return uart_in(u, UART_RBR);
}

/* What can be provoked is the interrupt for room in an empty transmitter; reading the cause ends it. */
static void serial8250_irq_enable(struct console *con, bool provoke)
{
	struct uart *u = con->priv;

	if (provoke && wait_tx_empty(u)) {
		uart_out(u, UART_IER, IER_RDI | IER_THRI);
		return;
	}
	uart_out(u, UART_IER, IER_RDI);
	uart_in(u, UART_IIR);
}

static bool serial8250_interrupts(struct console *con)
{
	return !(uart_in(con->priv, UART_IIR) & IIR_NONE);
}

/*
 * Nothing on a bus reads as ones. What answers is a UART if its scratch register
 * keeps bytes, or, on the old 8250 without one, if looping the modem lines back
 * works: in loop mode DTR, RTS, OUT1, OUT2 appear as DSR, CTS, RI, DCD.
 */
static bool uart_present(const struct uart *u)
{
	u8 mcr, msr;

	if (uart_in(u, UART_LSR) == 0xff && uart_in(u, UART_MCR) == 0xff)
		return false;

	uart_out(u, UART_SCR, 0x5a);
	if (uart_in(u, UART_SCR) == 0x5a) {
		uart_out(u, UART_SCR, 0xa5);
		if (uart_in(u, UART_SCR) == 0xa5)
			return true;
	}

	mcr = uart_in(u, UART_MCR);
	uart_out(u, UART_MCR, MCR_LOOP | MCR_OUT2 | 0x02);
	msr = uart_in(u, UART_MSR) & 0xf0;
	uart_out(u, UART_MCR, mcr);
	return msr == 0x90;			/* DCD and CTS */
}

static void uart_setup(const struct uart *u, const struct console_option *opt)
{
	u16 divisor = opt->baud ? UART_CLOCK / opt->baud : 0;

	uart_out(u, UART_IER, 0);
	if (divisor) {
		uart_out(u, UART_LCR, LCR_DLAB | opt->lcr);
		uart_out(u, UART_DLL, divisor & 0xff);
		uart_out(u, UART_DLM, divisor >> 8);
		uart_out(u, UART_LCR, opt->lcr);
	}
	uart_out(u, UART_FCR, FCR_ENABLE_CLEAR);
	uart_out(u, UART_MCR, MCR_DTR_RTS | MCR_OUT2);
}

/* --------------------------------------------------------------------- on PCI */

#define PCI_CLASS_SERIAL_16550	0x070002u	/* PCI Code and ID Assignment 1.8 */
#define BAR_IS_IO		1u
#define BAR_IS_64BIT		4u

/* The @nth UART on PCI, its base address register switched on. */
static bool find_pci_uart(unsigned int nth, struct uart *u)
{
	struct pci_function f = { 0 };
	u32 bar, line;

	for (unsigned int i = 0; i <= nth; i++)
		if (!pci_find_class(PCI_CLASS_SERIAL_16550, &f, !i))
			return false;
	bar = pci_read_config(f, PCI_BASE_ADDRESS_0);
	u->io = bar & BAR_IS_IO ? UART_IO_PORT : UART_IO_MEM8;
	u->base = bar & (bar & BAR_IS_IO ? ~3u : ~15u);
	if (!(bar & BAR_IS_IO) && bar & BAR_IS_64BIT)
		u->base |= (u64)pci_read_config(f, PCI_BASE_ADDRESS_0 + 4) << 32;
	if (!u->base)
		return false;
	pci_write_config(f, PCI_COMMAND, (pci_read_config(f, PCI_COMMAND) & 0xffff & ~PCI_COMMAND_NO_INTX) |
			 (bar & BAR_IS_IO ? PCI_COMMAND_IO : PCI_COMMAND_MEMORY));
	/* The firmware's note for the PIC; the real input of an I/O APIC only AML tells. Whether it arrives is tried out. */
	line = pci_read_config(f, PCI_INTERRUPT) & 0xff;
	u->con.irq = line < NR_ISA_IRQS ? line : 0;
	u->con.interrupts = serial8250_interrupts;
	return true;
}

/* ---------------------------------------------------------------------- start */

/* The entry for @opt, where it has one or a free one is left. */
static struct uart *uart_for(const struct console_option *opt)
{
	if (opt->kind == CONSOLE_TTYS)
		return &uarts[opt->index];
	for (unsigned int i = 0; i < NR_UARTS; i++) {
		struct uart *u = &uarts[i];

		if (u->base == opt->address && u->io == opt->io)
			return u;
		if (u->base || i < FIRST_BY_ADDRESS)
			continue;
		u->base = opt->address;
		u->io = opt->io;
		return u;
	}
	return NULL;
}

int serial8250_console_start(const struct console_option *opt)
{
	struct uart *u = uart_for(opt);

	if (!u || u->con.priv)
		return -1;
	if (opt->kind == CONSOLE_TTYS && opt->index >= NR_LEGACY_UARTS &&
	    !find_pci_uart(opt->index - NR_LEGACY_UARTS, u))
		return -1;
	if (u->io != UART_IO_PORT)
		u->regs = (void *)boot_data_map(u->base, regs_size(u));
	if ((u->io != UART_IO_PORT && !u->regs) || !uart_present(u))
		return -1;
	uart_setup(u, opt);
	u->con.write = serial8250_write;
	u->con.write_raw = serial8250_write_raw;
	u->con.getc = serial8250_getc;
	u->con.irq_enable = u->con.irq ? serial8250_irq_enable : NULL;
	u->con.priv = u;
	register_console(&u->con);
	return 0;
}

void serial8250_remap(void)
{
	for (unsigned int i = 0; i < NR_UARTS; i++)
		if (uarts[i].regs) {
			uarts[i].regs = ioremap(uarts[i].base, regs_size(&uarts[i]), _PAGE_CACHE_UC);
			if (!uarts[i].regs)
				give_up(&uarts[i]);
		}
}
