// SPDX-License-Identifier: BSD-2-Clause
/* kernel/tty/serial8250.c over a model of four 16550 ports. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include <lib/types.h>

#define ASM_IO_H
struct model {
	bool there, scratch_missing, dead;
	u8 reg[8];
	u16 divisor;
	char sent[4096];
	size_t nsent;
	unsigned int fifo, slow;	/* bytes in the transmitter; polls until it is empty */
	const char *typed;
};
static struct model model[4];
static unsigned long polls;

static struct model *at(u16 port, unsigned int *reg)
{
	static const u16 base[] = { 0x3f8, 0x2f8, 0x3e8, 0x2e8 };

	for (int i = 0; i < 4; i++)
		if ((port & ~7) == base[i]) {
			*reg = port & 7;
			return &model[i];
		}
	fail_msg("port %#x", port);
	return NULL;
}

static u8 inb(u16 port)
{
	unsigned int reg;
	struct model *m = at(port, &reg);

	polls++;
	if (!m->there)
		return 0xff;
	switch (reg) {
	case 0:
		return *m->typed ? *m->typed++ : 0;
	case 5:
		if (m->fifo && !m->dead && ++m->slow % 3 == 0)
			m->fifo = 0;
		return (m->fifo || m->dead ? 0 : 0x20) | (*m->typed ? 1 : 0);
	case 6:					/* DTR, RTS, OUT1, OUT2 to DSR, CTS, RI, DCD */
		if (!(m->reg[4] & 0x10))
			return 0;
		return (m->reg[4] & 1) << 5 | (m->reg[4] & 2) << 3 | (m->reg[4] & 4) << 4 | (m->reg[4] & 8) << 4;
	case 7:
		return m->scratch_missing ? 0 : m->reg[7];
	}
	return m->reg[reg];
}

static void outb(u8 v, u16 port)
{
	unsigned int reg;
	struct model *m = at(port, &reg);

	if (!m->there)
		return;
	if (m->reg[3] & 0x80 && reg < 2) {
		m->divisor = reg ? (m->divisor & 0xff) | v << 8 : (m->divisor & 0xff00) | v;
		return;
	}
	m->reg[reg] = v;
	if (reg == 0) {
		assert_true(m->fifo < 16);	/* an overrun loses bytes */
		m->fifo++;
		m->sent[m->nsent++] = v;
	}
}

static void cpu_relax(void) { }

#include "kernel/tty/serial8250.c"

static struct console *registered[8];
static int nr_registered;

void register_console(struct console *con)
{
	registered[nr_registered++] = con;
}

static int setup(void **state)
{
	(void)state;
	memset(model, 0, sizeof(model));
	for (int i = 0; i < 4; i++) {
		model[i].there = true;
		model[i].typed = "";
		uarts[i].dead = false;
		uarts[i].con.getc = serial8250_getc;
	}
	nr_registered = 0;
	polls = 0;
	return 0;
}

static void without_an_option_it_is_the_first_port_at_115200_8n1(void **state)
{
	(void)state;
	assert_int_equal(serial8250_console_init("quiet xconsole=ttyS1 \"a console=ttyS2\""), 1);
	assert_string_equal(registered[0]->name, "ttyS0");
	assert_int_equal(model[0].divisor, 1);
	assert_int_equal(model[0].reg[3], 3);
	assert_int_equal(model[0].reg[1], 0);
	assert_int_equal(model[0].reg[2] & 1, 1);
	assert_int_equal(model[0].reg[4] & 3, 3);
}

static void options_choose_ports_and_speeds(void **state)
{
	(void)state;
	assert_int_equal(serial8250_console_init("  console=tty0 console=ttyS1,9600n8 a=\"b c\" console=ttyS3"), 2);
	assert_string_equal(registered[0]->name, "ttyS1");
	assert_string_equal(registered[1]->name, "ttyS3");
	assert_int_equal(model[1].divisor, 12);
	assert_int_equal(model[3].divisor, 1);
	assert_int_equal(model[0].divisor, 0);
}

static void odd_options_are_harmless(void **state)
{
	static const char *const none[] = {
		"console=", "console=tty0", "console=ttyS", "console=ttyS4", "console=ttyS00", "console=ttyS-1",
		"console=ttySx", "console", "x=\" console=ttyS0", "console=ttyS0x",
	};
	u32 baud[4];
	bool any;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(none); i++) {
		memset(baud, 0, sizeof(baud));
		any = parse_consoles(none[i], baud);
		assert_int_equal(any, i != 7 && i != 8);
		for (int j = 0; j < 4; j++)
			assert_int_equal(baud[j], 0);
	}
	assert_int_equal(parse_baud("0"), 115200);
	assert_int_equal(parse_baud(""), 115200);
	assert_int_equal(parse_baud("49"), 115200);
	assert_int_equal(parse_baud("99999999999999999999"), 115200);
	assert_int_equal(parse_baud("57600"), 57600);
	assert_int_equal(parse_baud("50"), 50);
}

static void an_absent_port_is_not_a_console(void **state)
{
	(void)state;
	model[0].there = false;
	assert_int_equal(serial8250_console_init(""), 0);
	assert_int_equal(nr_registered, 0);
}

static void a_uart_without_scratch_register_is_found_by_loopback(void **state)
{
	(void)state;
	model[0].scratch_missing = true;
	assert_int_equal(serial8250_console_init(""), 1);
}

static void all_bytes_arrive_with_carriage_returns(void **state)
{
	char text[1200], want[2400];
	size_t n = 0;

	(void)state;
	serial8250_console_init("");
	srandom(4);
	for (size_t i = 0; i < sizeof(text); i++) {
		text[i] = random() % 4 ? 'a' + random() % 26 : '\n';
		if (text[i] == '\n')
			want[n++] = '\r';
		want[n++] = text[i];
	}
	registered[0]->write(registered[0], text, sizeof(text));
	assert_int_equal(model[0].nsent, n);
	assert_memory_equal(model[0].sent, want, n);
}

static void a_dead_uart_costs_one_timeout(void **state)
{
	unsigned long after_first;

	(void)state;
	serial8250_console_init("");
	model[0].dead = true;
	registered[0]->write(registered[0], "hello\n", 6);
	after_first = polls;
	assert_in_range(after_first, 1, TX_POLLS + 100);
	for (int i = 0; i < 1000; i++)
		registered[0]->write(registered[0], "hello\n", 6);
	assert_int_equal(polls, after_first);
	assert_null(registered[0]->getc);
	assert_int_equal(model[0].nsent, 0);
}

static void keys_are_polled(void **state)
{
	(void)state;
	serial8250_console_init("");
	assert_int_equal(registered[0]->getc(registered[0]), -1);
	model[0].typed = "h\xe4";
	assert_int_equal(registered[0]->getc(registered[0]), 'h');
	assert_int_equal(registered[0]->getc(registered[0]), 0xe4);
	assert_int_equal(registered[0]->getc(registered[0]), -1);
	model[0].there = false;			/* unplugged: reads as ones */
	assert_int_equal(registered[0]->getc(registered[0]), -1);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(without_an_option_it_is_the_first_port_at_115200_8n1),
		T(options_choose_ports_and_speeds),
		T(odd_options_are_harmless),
		T(an_absent_port_is_not_a_console),
		T(a_uart_without_scratch_register_is_found_by_loopback),
		T(all_bytes_arrive_with_carriage_returns),
		T(a_dead_uart_costs_one_timeout),
		T(keys_are_polled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
