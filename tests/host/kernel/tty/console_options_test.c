// SPDX-License-Identifier: BSD-2-Clause
/* kernel/tty/console_options.c: what people write after console=, earlycon= and earlyprintk=. */
#include "tests/host/test.h"
#include <kernel/console_options.h>

#define TTYS(nr, speed, line)	{ .kind = CONSOLE_TTYS, .index = nr, .baud = speed, .lcr = line }
#define UART(kind_of, at, speed, line) \
	{ .kind = CONSOLE_UART, .io = kind_of, .address = at, .baud = speed, .lcr = line }
#define SCREEN			{ .kind = CONSOLE_SCREEN }
#define NO_CONSOLE		{ .kind = CONSOLE_NULL }
#define UNKNOWN			{ .kind = CONSOLE_UNKNOWN }
#define BAD(nr)			{ .kind = CONSOLE_TTYS, .index = nr, .baud = 115200, .lcr = 3, .bad_mode = true }
#define DEFAULTS		TTYS(0, 115200, 3), SCREEN

static const struct {
	const char *cmdline;
	unsigned int n;
	struct console_option want[CONSOLE_OPTIONS_MAX];
} cases[] = {
	{ "", 2, { DEFAULTS } },
	{ "quiet xconsole=ttyS1 \"a console=ttyS2\" console", 2, { DEFAULTS } },
	{ "console=ttyS0", 1, { TTYS(0, 115200, 3) } },
	{ "  console=tty0 console=ttyS1,9600n8 a=\"b c\" console=ttyS3", 3,
	  { SCREEN, TTYS(1, 9600, 3), TTYS(3, 115200, 3) } },
	{ "console=ttyS2,57600e7", 1, { TTYS(2, 57600, 0x1a) } },
	{ "console=ttyS2,50o5r", 1, { TTYS(2, 50, 0x08) } },
	{ "console=ttyS2,9600o", 1, { TTYS(2, 9600, 0x0b) } },
	{ "console=ttyS7,115200n8", 1, { TTYS(7, 115200, 3) } },
	{ "console=ttyS8 console=ttyS console=ttySx console=ttyS-1 console=ttyS0x", 5,
	  { UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN, UNKNOWN } },
	{ "console=ttyS0,110 console=ttyS1,99999999999999999999 console=ttyS2,n8 console=ttyS3,9600n9", 4,
	  { BAD(0), BAD(1), BAD(2), BAD(3) } },
	{ "console=ttyS0,49 console=ttyS1,230400 console=ttyS2,9600n8x console=ttyS3,9600n4", 4,
	  { BAD(0), BAD(1), BAD(2), BAD(3) } },
	{ "console=null", 1, { NO_CONSOLE } },
	{ "console=", 1, { NO_CONSOLE } },
	{ "console=tty console=tty1 console=tty0", 1, { SCREEN } },
	{ "console=ttyx", 1, { UNKNOWN } },
	{ "console=hvc0 console=ttyUSB0", 2, { UNKNOWN, UNKNOWN } },
	{ "console=ttyS0,9600 console=ttyS0,115200", 1, { TTYS(0, 9600, 3) } },
	{ "console=uart8250,io,0x3f8,9600n8", 1, { UART(UART_IO_PORT, 0x3f8, 9600, 3) } },
	{ "console=uart,mmio32,0xfe0340001000", 1, { UART(UART_IO_MEM32, 0xfe0340001000, 0, 3) } },
	{ "console=uart8250,mmio,4096,115200", 1, { UART(UART_IO_MEM8, 4096, 115200, 3) } },
	{ "console=uart8250,mmio16,0x10,115200", 1, { UART(UART_IO_MEM16, 16, 115200, 3) } },
	{ "console=uart8250,io,0xfff9 console=uart8250,io console=uart8250,mem,1", 3, { UNKNOWN, UNKNOWN, UNKNOWN } },
	{ "console=uart8250,mmio,0x10000000000000000 console=uart8250,mmio, console=uart8250", 3,
	  { UNKNOWN, UNKNOWN, UNKNOWN } },
	{ "console=uart8250,mmio32,0x1000,1111111111111111111111111111111111", 1, { UNKNOWN } },
	{ "earlycon=uart8250,mmio32,0xfe000000,115200", 3, { DEFAULTS, UART(UART_IO_MEM32, 0xfe000000, 115200, 3) } },
	{ "earlycon earlyprintk", 2, { DEFAULTS } },
	{ "earlyprintk=serial,ttyS1,115200 console=tty0", 2, { SCREEN, TTYS(1, 115200, 3) } },
	{ "earlyprintk=ttyS2,19200,keep console=null", 2, { NO_CONSOLE, TTYS(2, 19200, 3) } },
	{ "earlyprintk=serial console=tty0", 2, { SCREEN, TTYS(0, 9600, 3) } },
	{ "earlyprintk=serial,38400 console=tty0", 2, { SCREEN, TTYS(0, 38400, 3) } },
	{ "earlyprintk=serial,0x2f8,115200 console=tty0", 2, { SCREEN, UART(UART_IO_PORT, 0x2f8, 115200, 3) } },
	{ "earlyprintk=serial,ttyS0,9600,keep console=ttyS0,115200", 1, { TTYS(0, 115200, 3) } },
	{ "earlyprintk=pciserial,00:18.1,115200 console=null", 2, { NO_CONSOLE, TTYS(4, 9600, 3) } },
	{ "earlyprintk=vga console=ttyS0", 2, { TTYS(0, 115200, 3), SCREEN } },
	{ "earlyprintk=efi,keep console=ttyS0", 2, { TTYS(0, 115200, 3), SCREEN } },
	{ "earlyprintk=dbgp console=ttyS0", 2, { TTYS(0, 115200, 3), UNKNOWN } },
	{ "console=1 console=2 console=3 console=4 console=5 console=6 console=7 console=8 console=ttyS0", 8, { UNKNOWN } },
};

static void options_are_read_as_linux_reads_them(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct console_option got[CONSOLE_OPTIONS_MAX];
		unsigned int n = console_options_parse(cases[i].cmdline, got);

		if (n != cases[i].n)
			fail_msg("%s: %u entries", cases[i].cmdline, n);
		for (unsigned int j = 0; j < n; j++) {
			const struct console_option *w = &cases[i].want[j], *g = &got[j];

			if (g->kind != w->kind || g->index != w->index || g->bad_mode != w->bad_mode ||
			    (w->kind == CONSOLE_UART && (g->io != w->io || g->address != w->address)) ||
			    (w->kind >= CONSOLE_TTYS && (g->baud != w->baud || g->lcr != w->lcr)))
				fail_msg("%s: entry %u: kind %d index %u io %d address %#llx baud %u lcr %#x bad %d",
					 cases[i].cmdline, j, g->kind, g->index, g->io, (unsigned long long)g->address,
					 g->baud, g->lcr, g->bad_mode);
		}
	}
}

static void any_words_are_survived(void **state)
{
	static const char *const pieces[] = {
		"console=", "earlycon=", "earlyprintk=", "uart8250", "uart", ",", ",", "mmio32", "io", "0x3f8", "ttyS",
		"0", "115200", "n8", "serial", "keep", " ", "\"", "tty", "-", "99999999999", "\x80", "pciserial",
	};

	for (int i = 0; i < 200000; i++) {
		struct console_option got[CONSOLE_OPTIONS_MAX];
		char line[256] = "";
		unsigned int n;

		for (int k = random_below(14); k; k--)
			strcat(line, pieces[random_below(ARRAY_SIZE(pieces))]);
		n = console_options_parse(line, got);
		assert_in_range(n, 0, CONSOLE_OPTIONS_MAX);
		for (unsigned int j = 0; j < n; j++) {
			assert_true(got[j].index < NR_LEGACY_UARTS + NR_PCI_UARTS);
			assert_true(!got[j].baud || 115200 % got[j].baud == 0);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(options_are_read_as_linux_reads_them),
		cmocka_unit_test(any_words_are_survived),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
