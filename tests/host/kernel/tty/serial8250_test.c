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

/* The registers of model[0], also seen in memory: two windows onto nothing that are only ever compared. */
#define MMIO_PHYS	0xfd00000000ull
static char mmio_windows[2][64];
static unsigned int mmio_window, mmio_width;
static bool mmio_unmappable;

static u16 mmio_port(const volatile void *at, unsigned int width)
{
	size_t offset = (const volatile char *)at - mmio_windows[mmio_window];

	assert_true(offset < 8 * width && offset % width == 0);
	mmio_width = width;
	return 0x3f8 + offset / width;
}

static u8 readb(const volatile void *at) { return inb(mmio_port(at, 1)); }
static u16 readw(const volatile void *at) { return inb(mmio_port(at, 2)); }
static u32 readl(const volatile void *at) { return inb(mmio_port(at, 4)); }
static void writeb(u8 v, volatile void *at) { outb(v, mmio_port(at, 1)); }
static void writew(u16 v, volatile void *at) { outb(v, mmio_port(at, 2)); }
static void writel(u32 v, volatile void *at) { outb(v, mmio_port(at, 4)); }

#include "kernel/tty/serial8250.c"

const void *boot_data_map(phys_addr_t pa, size_t len)
{
	if (pa != MMIO_PHYS)
		return NULL;
	return mmio_windows[mmio_window];
}

void *ioremap(phys_addr_t pa, u64 size, u64 cache)
{
	assert_int_equal(cache, _PAGE_CACHE_UC);
	return mmio_unmappable ? NULL : (void *)boot_data_map(pa, size);
}

static struct pci_model {
	u32 class, bar, bar1, command, line;
} pci_functions[8];

bool pci_find_class(u32 class, struct pci_function *f, bool start)
{
	for (unsigned int i = f->device + !start; i < 8; i++)
		if (pci_functions[i].class == class) {
			f->device = i;
			return true;
		}
	return false;
}

u32 pci_read_config(struct pci_function f, u16 reg)
{
	const struct pci_model *m = &pci_functions[f.device];

	if (reg == PCI_INTERRUPT)
		return 0x100 | m->line;
	return reg == PCI_COMMAND ? 0xffff0000 | m->command : reg == PCI_BASE_ADDRESS_0 ? m->bar : m->bar1;
}

void pci_write_config(struct pci_function f, u16 reg, u32 value)
{
	assert_int_equal(reg, PCI_COMMAND);
	pci_functions[f.device].command = value;
}

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
	}
	for (int i = 0; i < NR_UARTS; i++) {
		uarts[i].dead = false;
		uarts[i].con.priv = NULL;
		uarts[i].regs = NULL;
		if (i >= NR_LEGACY_UARTS)
			uarts[i].base = uarts[i].io = 0;
	}
	memset(pci_functions, 0, sizeof(pci_functions));
	mmio_window = 0;
	mmio_unmappable = false;
	nr_registered = 0;
	polls = 0;
	return 0;
}

static int start(unsigned int index)
{
	struct console_option opt = { .kind = CONSOLE_TTYS, .index = index, .baud = 115200, .lcr = 3 };

	return serial8250_console_start(&opt);
}

static void the_line_is_set_as_asked(void **state)
{
	struct console_option opt = { .kind = CONSOLE_TTYS, .index = 1, .baud = 9600, .lcr = 0x1a };

	(void)state;
	assert_int_equal(serial8250_console_start(&opt), 0);
	assert_string_equal(registered[0]->name, "ttyS1");
	assert_int_equal(model[1].divisor, 12);
	assert_int_equal(model[1].reg[3], 0x1a);
	assert_int_equal(model[1].reg[1], 0);
	assert_int_equal(model[1].reg[2] & 1, 1);
	assert_int_equal(model[1].reg[4] & 3, 3);
	assert_int_equal(model[0].divisor, 0);
	assert_int_equal(serial8250_console_start(&opt), -1);	/* started already */
	assert_int_equal(nr_registered, 1);
}

static void a_speed_not_given_is_left_alone(void **state)
{
	struct console_option opt = { .kind = CONSOLE_UART, .io = UART_IO_PORT, .address = 0x2e8 };

	(void)state;
	model[3].divisor = 24;
	model[3].reg[3] = 0x1b;
	assert_int_equal(serial8250_console_start(&opt), 0);
	assert_string_equal(registered[0]->name, "ttyS3");	/* by its address */
	assert_int_equal(model[3].divisor, 24);
	assert_int_equal(model[3].reg[3], 0x1b);
}

static void registers_in_memory_are_as_wide_as_they_are_said_to_be(void **state)
{
	static const enum uart_io kinds[] = { UART_IO_MEM8, UART_IO_MEM16, UART_IO_MEM32 };

	for (unsigned int i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct console_option opt = { .kind = CONSOLE_UART, .io = kinds[i], .address = MMIO_PHYS, .baud = 57600, .lcr = 3 };

		setup(state);
		assert_int_equal(serial8250_console_start(&opt), 0);
		assert_int_equal(mmio_width, 1 << i);
		assert_string_equal(registered[0]->name, "uart0");
		assert_int_equal(model[0].divisor, 2);
		registered[0]->write(registered[0], "x\n", 2);
		assert_memory_equal(model[0].sent, "x\r\n", 3);
		/* the same registers at another virtual address */
		mmio_window = 1;
		serial8250_remap();
		registered[0]->write(registered[0], "y", 1);
		assert_memory_equal(model[0].sent, "x\r\ny", 4);
		mmio_unmappable = true;
		serial8250_remap();
		registered[0]->write(registered[0], "z", 1);
		assert_null(registered[0]->getc);
		assert_int_equal(model[0].nsent, 4);
	}
}

static void an_address_outside_memory_is_no_uart(void **state)
{
	struct console_option opt = { .kind = CONSOLE_UART, .io = UART_IO_MEM32, .address = 1ull << 60 };

	(void)state;
	assert_int_equal(serial8250_console_start(&opt), -1);
}

static void uarts_on_pci_are_found_by_class(void **state)
{
	(void)state;
	assert_int_equal(start(4), -1);
	pci_functions[2] = (struct pci_model){ .class = 0x070002, .bar = 0x2f9, .line = 11, .command = PCI_COMMAND_NO_INTX };
	pci_functions[5] = (struct pci_model){ .class = 0x070002, .bar = 0 };		/* given no address */
	pci_functions[6] = (struct pci_model){ .class = 0x070002, .bar = 4, .bar1 = MMIO_PHYS >> 32, .line = 255 };
	assert_int_equal(start(4), 0);
	assert_string_equal(registered[0]->name, "ttyS4");
	assert_int_equal(model[1].divisor, 1);
	assert_int_equal(pci_functions[2].command, PCI_COMMAND_IO);
	assert_int_equal(registered[0]->irq, 11);
	assert_non_null(registered[0]->irq_enable);
	assert_int_equal(start(5), -1);
	assert_int_equal(start(6), 0);
	assert_int_equal(pci_functions[6].command, PCI_COMMAND_MEMORY);
	assert_int_equal(mmio_width, 1);
	assert_null(registered[1]->irq_enable);		/* line 255: not known */
	assert_int_equal(start(7), -1);
}

static void an_absent_port_is_not_a_console(void **state)
{
	(void)state;
	model[0].there = false;
	assert_int_equal(start(0), -1);
	assert_int_equal(nr_registered, 0);
}

static void a_uart_without_scratch_register_is_found_by_loopback(void **state)
{
	(void)state;
	model[0].scratch_missing = true;
	assert_int_equal(start(0), 0);
}

static void all_bytes_arrive_with_carriage_returns(void **state)
{
	char text[1200], want[2400];
	size_t n = 0;

	(void)state;
	start(0);
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
	start(0);
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
	start(0);
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
		T(the_line_is_set_as_asked),
		T(a_speed_not_given_is_left_alone),
		T(registers_in_memory_are_as_wide_as_they_are_said_to_be),
		T(an_address_outside_memory_is_no_uart),
		T(uarts_on_pci_are_found_by_class),
		T(an_absent_port_is_not_a_console),
		T(a_uart_without_scratch_register_is_found_by_loopback),
		T(all_bytes_arrive_with_carriage_returns),
		T(a_dead_uart_costs_one_timeout),
		T(keys_are_polled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
