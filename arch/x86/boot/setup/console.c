/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Messages of the setup code: BIOS teletype and one polled UART. Nothing is said
 * while all goes well, unless stages are asked for. Waits are bounded: a UART
 * that takes no bytes is given up.
 */
#include <asm/io.h>
#include "options.h"
#include "setup.h"
#include <lib/cmdline.h>
#include <lib/string.h>

/* PC16550D registers, offsets from the base port */
#define UART_THR	0
#define UART_DLL	0		/* while LCR.DLAB */
#define UART_IER	1
#define UART_DLM	1		/* while LCR.DLAB */
#define UART_FCR	2
#define UART_LCR	3
#define UART_MCR	4
#define UART_LSR	5
#define UART_CLOCK	115200		/* baud with divisor 1 */
#define FCR_ENABLE_CLEAR 0x07
#define LCR_8N1		0x03
#define LCR_DLAB	0x80
#define MCR_DTR_RTS	0x03
#define LSR_THRE	0x20
#define TX_POLLS	200000

static u16 uart;			/* base port, 0: no serial line */
static bool show_stages;
static char stop_at[24];		/* stop=: the name of a stage */
static enum boot_stage now = STAGE_SETUP;

static void serial_char(char c)
{
	u32 polls = TX_POLLS;

	if (!uart)
		return;
	while (!(inb(uart + UART_LSR) & LSR_THRE)) {
		if (!--polls) {
			uart = 0;
			return;
		}
	}
	outb(c, uart + UART_THR);
}

static void screen_char(char c)
{
	struct bios_regs regs;

	bios_regs_init(&regs);
	regs.eax = 0x0e00 | (u8)c;
	regs.ebx = 7;			/* light grey where the mode is a graphics one */
	bios_call(0x10, &regs, NULL);
}

static void put_char(char c)
{
	if (c == '\n')
		put_char('\r');
	serial_char(c);
	screen_char(c);
}

void put_string(const char *s)
{
	while (*s)
		put_char(*s++);
}

void put_number(u32 v)
{
	if (v >= 10)
		put_number(v / 10);
	put_char('0' + v % 10);
}

void put_hex(u32 v)
{
	if (v >= 16)
		put_hex(v >> 4);
	put_char("0123456789abcdef"[v & 15]);
}

void console_init(void)
{
	struct serial_request want = serial_options(command_line);
	u16 divisor;

	show_stages = wants_detail(command_line);
	cmdline_find_option(command_line, "stop", stop_at, sizeof(stop_at));
	/* nothing on the bus reads as ones */
	if (!want.port || inb(want.port + UART_LSR) == 0xff)
		return;
	uart = want.port;
	divisor = UART_CLOCK / want.baud;
	outb(0, uart + UART_IER);
	outb(LCR_DLAB | LCR_8N1, uart + UART_LCR);
	outb(divisor, uart + UART_DLL);
	outb(divisor >> 8, uart + UART_DLM);
	outb(LCR_8N1, uart + UART_LCR);
	outb(FCR_ENABLE_CLEAR, uart + UART_FCR);
	outb(MCR_DTR_RTS, uart + UART_MCR);
}

/* Only the names of our own stages end up in the setup code. */
static const char *stage_name(enum boot_stage nr)
{
	switch (nr) {
#define BOOT_STAGE_NAME(nr, sym, name, text, try)	case nr: return nr >= 40 && nr <= 49 ? name : "";
	BOOT_STAGES(BOOT_STAGE_NAME)
#undef BOOT_STAGE_NAME
	}
	return "";
}

bool detail(void)
{
	return show_stages;
}

static void __noreturn stop(void)
{
	for (;;)
		__asm__ volatile("hlt");	/* interrupts stay on: Ctrl-Alt-Del still works */
}

static void put_stage(const char *before, const char *after)
{
	put_string(before);
	put_number(now);
	put_string(" ");
	put_string(stage_name(now));
	put_string(after);
}

void stage(enum boot_stage nr)
{
	now = nr;
	trace_stage(nr);
	if (show_stages)
		put_stage("[", "]\n");
	if (!strcmp(stop_at, stage_name(nr))) {
		put_stage("lantern: stopped at ", "\n");
		stop();
	}
}

static void numbered(const char *kind, const char *text)
{
	put_string("lantern: ");
	put_stage(kind, ": ");
	put_string(text);
	put_string("\n");
}

void warn(const char *text)
{
	numbered("warning ", text);
}

void __noreturn die(const char *text)
{
	numbered("error ", text);
	stop();
}
