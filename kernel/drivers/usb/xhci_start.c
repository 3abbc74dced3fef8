/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Taking a controller over. The firmware may drive it for its own keyboard: it is
 * asked to let go (7.1.1), and made to when it does not, then the controller is
 * halted and reset (4.2). Nothing the registers say is waited for without end.
 */
#include "usb.h"
#include <asm/io.h>
#include <kernel/delay.h>
#include <kernel/printk.h>
#include "xhci.h"

#define HANDOVER_MS	1000
#define HALT_MS		32		/* 16 are allowed */
#define RESET_MS	1000
#define MAX_EXTENDED	64

/* Return: whether the bits of @mask became @value. */
static bool wait_bits(volatile u8 *reg, u32 mask, u32 value, unsigned int ms)
{
	unsigned int i;

	for (i = 0; i <= ms; i++) {
		u32 v = readl(reg);

		if (v == ~0u)
			return false;		/* gone */
		if ((v & mask) == value)
			return true;
		msleep(1);
	}
	return false;
}

static void take_from_firmware(volatile u8 *legacy)
{
	u32 v = readl(legacy);

	if (v & LEGACY_BIOS) {
		writel(v | LEGACY_OS, legacy);
		if (!wait_bits(legacy, LEGACY_BIOS, 0, HANDOVER_MS)) {
			printk(KERN_INFO "usb: the firmware does not let go of its controller: taken\n");
			writel((v & ~LEGACY_BIOS) | LEGACY_OS, legacy);
		}
	}
	v = readl(legacy + LEGACY_CONTROL);
	writel((v & ~LEGACY_SMI_ENABLES) | LEGACY_SMI_EVENTS, legacy + LEGACY_CONTROL);
}

static void handover(struct xhci *hc)
{
	u64 at = (u64)HCC1_EXTENDED(readl(hc->cap + CAP_HCC1)) << 2;
	unsigned int i;

	for (i = 0; at && i < MAX_EXTENDED && at + 8 <= hc->regs_size; i++) {
		u32 v = readl(hc->cap + at);

		if (v == ~0u)
			return;
		if (EXT_ID(v) == EXT_LEGACY)
			take_from_firmware(hc->cap + at);
		if (!EXT_NEXT(v))
			return;
		at += EXT_NEXT(v) << 2;
	}
}

static const char *find_registers(struct xhci *hc)
{
	u32 length = readl(hc->cap + CAP_LENGTH), params = readl(hc->cap + CAP_PARAMS1);
	u32 doorbells = readl(hc->cap + CAP_DOORBELLS) & ~3u, runtime = readl(hc->cap + CAP_RUNTIME) & ~31u;

	if (length == ~0u || params == ~0u)
		return "does not answer";
	length &= 0xff;
	hc->nr_ports = PARAMS1_PORTS(params);
	hc->nr_slots = min(PARAMS1_SLOTS(params), (u32)USB_MAX_SLOTS);
	if (length < 0x20 || !hc->nr_ports || !hc->nr_slots || length + OP_PORT(hc->nr_ports) + 0x10 > hc->regs_size ||
	    doorbells + 4ull * (hc->nr_slots + 1) > hc->regs_size || runtime + 0x40ull > hc->regs_size)
		return "has registers outside of its memory";
	hc->version = readl(hc->cap + CAP_LENGTH);
	hc->op = hc->cap + length;
	hc->doorbells = hc->cap + doorbells;
	hc->runtime = hc->cap + runtime;
	return NULL;
}

const char *xhci_take_over(struct xhci *hc)
{
	const char *why = find_registers(hc);

	if (why)
		return why;
	handover(hc);
	writel(readl(hc->op + OP_COMMAND) & ~(COMMAND_RUN | COMMAND_INTERRUPTS), hc->op + OP_COMMAND);
	if (!wait_bits(hc->op + OP_STATUS, STATUS_HALTED, STATUS_HALTED, HALT_MS))
		return "does not halt";
	writel(COMMAND_RESET, hc->op + OP_COMMAND);
	msleep(1);			/* some do not bear to be asked at once */
	if (!wait_bits(hc->op + OP_COMMAND, COMMAND_RESET, 0, RESET_MS) ||
	    !wait_bits(hc->op + OP_STATUS, STATUS_NOT_READY, 0, RESET_MS))
		return "does not end its reset";
	if (!(readl(hc->op + OP_PAGE_SIZE) & 1))
		return "has no pages of 4 KiB";
	return NULL;
}
