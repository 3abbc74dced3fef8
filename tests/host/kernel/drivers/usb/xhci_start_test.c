// SPDX-License-Identifier: BSD-2-Clause
/* kernel/drivers/usb/xhci_start.c over a model of a controller and of firmware that uses it. */
#include "tests/host/test.h"

#define ASM_IO_H
#define KERNEL_DELAY_H
#define KERNEL_PRINTK_H
#define KERN_INFO	""
#define REGS_SIZE	0x1000
#define OP		0x40
#define EXTENDED	0x800
#define LEGACY		0x810		/* behind another capability */

static struct {
	u8 regs[REGS_SIZE];
	bool gone, firmware_keeps, never_halts, never_resets, never_ready, loops;
	unsigned int resets, reads, slept;
} hw;

static u32 *reg(unsigned int at)
{
	return (u32 *)(hw.regs + at);
}

static u32 readl(const volatile void *addr)
{
	unsigned int at = (const volatile u8 *)addr - hw.regs;

	assert_true(at <= REGS_SIZE - 4 && at % 4 == 0);
	assert_true(++hw.reads < 100000);
	return hw.gone ? ~0u : *reg(at);
}

static void writel(u32 v, volatile void *addr)
{
	unsigned int at = (volatile u8 *)addr - hw.regs;

	assert_true(at <= REGS_SIZE - 4 && at % 4 == 0);
	if (at == OP + 4)
		return;
	*reg(at) = v;
	if (at == OP && !(v & 1) && !hw.never_halts)
		*reg(OP + 4) |= 1;
	if (at == OP && v & 2) {
		assert_true(*reg(OP + 4) & 1);			/* a running one must not be reset */
		hw.resets++;
		*reg(OP) = hw.never_resets ? 2 : 0;
		*reg(OP + 4) = hw.never_ready ? 0x801 : 1;
	}
	if (at == LEGACY && v & 1u << 24 && !hw.firmware_keeps)
		*reg(LEGACY) = v & ~(1u << 16);
}

static void msleep(u64 ms)
{
	hw.slept += ms;
}

static int printk(const char *fmt, ...)
{
	return 0;
}

#include "kernel/drivers/usb/xhci_start.c"

static struct xhci hc;

static int setup(void **state)
{
	(void)state;
	memset(&hw, 0, sizeof(hw));
	*reg(0) = 0x01100040;
	*reg(4) = 8u << 24 | 0x0810 << 8 | 64;
	*reg(0x10) = EXTENDED >> 2 << 16;
	*reg(0x14) = 0xc00;
	*reg(0x18) = 0xa00;
	*reg(OP + 8) = 1;
	*reg(EXTENDED) = 2 | (LEGACY - EXTENDED) >> 2 << 8;
	*reg(LEGACY) = 1 | 1u << 16;
	*reg(LEGACY + 4) = 0xe011 | 2;				/* SMIs on, a bit that is to be kept */
	*reg(OP) = 1;						/* it runs */
	hc = (struct xhci){ .cap = hw.regs, .regs_size = REGS_SIZE };
	return 0;
}

static void a_controller_the_firmware_uses_is_taken_over(void **state)
{
	(void)state;
	assert_null(xhci_take_over(&hc));
	assert_int_equal(*reg(LEGACY), 1 | 1u << 24);
	assert_int_equal(*reg(LEGACY + 4), 2 | 0xe0000000);
	assert_int_equal(hw.resets, 1);
	assert_int_equal(hc.nr_ports, 8);
	assert_int_equal(hc.nr_slots, USB_MAX_SLOTS);
	assert_ptr_equal(hc.op, hw.regs + OP);
	assert_ptr_equal(hc.doorbells, hw.regs + 0xc00);
	assert_ptr_equal(hc.runtime, hw.regs + 0xa00);
	assert_true(hw.slept < 20);
}

static void firmware_that_does_not_let_go_is_not_waited_for_longer_than_a_second(void **state)
{
	(void)state;
	hw.firmware_keeps = true;
	assert_null(xhci_take_over(&hc));
	assert_int_equal(*reg(LEGACY), 1 | 1u << 24);
	assert_true(hw.slept >= 1000 && hw.slept < 1100);
}

static void one_that_does_not_answer_is_refused(void **state)
{
	(void)state;
	hw.gone = true;
	assert_string_equal(xhci_take_over(&hc), "does not answer");
	assert_int_equal(hw.slept, 0);
}

static void waits_end(void **state)
{
	(void)state;
	hw.never_halts = true;
	assert_string_equal(xhci_take_over(&hc), "does not halt");
	assert_int_equal(hw.resets, 0);
	setup(state);
	hw.never_resets = true;
	assert_string_equal(xhci_take_over(&hc), "does not end its reset");
	setup(state);
	hw.never_ready = true;
	assert_string_equal(xhci_take_over(&hc), "does not end its reset");
	assert_true(hw.slept < 2500);
}

static void capabilities_that_go_in_circles_or_out_of_the_registers_end(void **state)
{
	(void)state;
	*reg(EXTENDED) = 2 | 0xff << 8;
	*reg(EXTENDED + (0xff << 2)) = 2 | 0xff << 8;		/* out */
	assert_null(xhci_take_over(&hc));
	setup(state);
	for (unsigned int at = EXTENDED; at < REGS_SIZE; at += 4)
		*reg(at) = 2 | 1 << 8;				/* as many as there is room for */
	*reg(0x18) = 0x400;
	*reg(0x14) = 0x500;
	assert_null(xhci_take_over(&hc));
	assert_true(hw.reads < 200);
}

static void registers_outside_of_its_memory_are_refused(void **state)
{
	static const struct { unsigned int at; u32 value; } bad[] = {
		{ 0, 0x01100000 }, { 0, 0x011000ff - 0xff + 0x10 }, { 4, 64 }, { 4, 8u << 24 }, { 4, 255u << 24 | 64 },
		{ 0x14, 0xffc }, { 0x14, 0xfffffffc }, { 0x18, 0xfe0 }, { 0x18, 0xffffffe0 },
	};

	(void)state;
	for (unsigned int i = 0; i < ARRAY_SIZE(bad); i++) {
		setup(state);
		*reg(bad[i].at) = bad[i].value;
		assert_non_null(xhci_take_over(&hc));
		assert_int_equal(hw.resets, 0);
	}
	setup(state);
	*reg(OP + 8) = 2;
	assert_string_equal(xhci_take_over(&hc), "has no pages of 4 KiB");
}

int main(void)
{
#define T(f) cmocka_unit_test_setup(f, setup)
	const struct CMUnitTest tests[] = {
		T(a_controller_the_firmware_uses_is_taken_over),
		T(firmware_that_does_not_let_go_is_not_waited_for_longer_than_a_second),
		T(one_that_does_not_answer_is_refused),
		T(waits_end),
		T(capabilities_that_go_in_circles_or_out_of_the_registers_end),
		T(registers_outside_of_its_memory_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
