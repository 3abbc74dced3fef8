/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Address line 20. While it is off, the second MiB is the first one again. Each
 * way to switch it on works on some machines and hangs none when done with
 * bounded waits; after each one memory itself is asked.
 */
#include <asm/io.h>
#include "setup.h"

/* Vector 0x80 of the interrupt table, which no BIOS uses, by two addresses 1 MiB apart */
#define TEST_LOW_SEG	0x0000
#define TEST_LOW_OFF	0x0200
#define TEST_HIGH_SEG	0xffff
#define TEST_HIGH_OFF	0x0210

#define A20_TESTS_QUICK	32
#define A20_TESTS_SLOW	100000		/* keyboard controllers take up to some ten ms */
#define KBC_POLLS	100000

#define KBC_DATA	0x60
#define KBC_STATUS	0x64		/* write: command */
#define KBC_OUTPUT_FULL	0x01
#define KBC_INPUT_FULL	0x02
#define SYSTEM_CONTROL_A 0x92
#define FAST_RESET	0x01
#define FAST_A20	0x02

void io_delay(void)
{
	outb(0, 0x80);
}

static bool a20_is_on(unsigned int tries)
{
	u32 saved = far_read32(TEST_LOW_SEG, TEST_LOW_OFF), probe = saved;
	bool on = false;

	while (tries-- && !on) {
		far_write32(++probe, TEST_LOW_SEG, TEST_LOW_OFF);
		io_delay();		/* and the write is out of every buffer */
		on = far_read32(TEST_HIGH_SEG, TEST_HIGH_OFF) != probe;
	}
	far_write32(saved, TEST_LOW_SEG, TEST_LOW_OFF);
	return on;
}

static void a20_by_bios(void)
{
	struct bios_regs regs;

	bios_regs_init(&regs);
	regs.eax = 0x2401;
	bios_call(0x15, &regs, NULL);
}

/* Throw away what the controller has for us and wait until it takes a byte. */
static bool kbc_ready(void)
{
	for (u32 i = 0; i < KBC_POLLS; i++) {
		u8 status = inb(KBC_STATUS);

		if (status == 0xff)
			return false;	/* no controller */
		if (status & KBC_OUTPUT_FULL)
			inb(KBC_DATA);
		else if (!(status & KBC_INPUT_FULL))
			return true;
		io_delay();
	}
	return false;
}

static void a20_by_keyboard_controller(void)
{
	if (!kbc_ready())
		return;
	outb(0xd1, KBC_STATUS);		/* write output port: A20 on, no reset */
	kbc_ready();
	outb(0xdf, KBC_DATA);
	kbc_ready();
	outb(0xff, KBC_STATUS);		/* no command; UHCI legacy emulation waits for it */
	kbc_ready();
}

static void a20_by_port_92(void)
{
	u8 port = inb(SYSTEM_CONTROL_A);

	outb((port | FAST_A20) & ~FAST_RESET, SYSTEM_CONTROL_A);
}

bool enable_a20(void)
{
	if (a20_is_on(A20_TESTS_QUICK))
		return true;
	a20_by_bios();
	if (a20_is_on(A20_TESTS_QUICK))
		return true;
	a20_by_keyboard_controller();
	if (a20_is_on(A20_TESTS_SLOW))
		return true;
	a20_by_port_92();
	return a20_is_on(A20_TESTS_SLOW);
}
