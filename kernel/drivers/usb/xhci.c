/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * An xHCI controller: memory, commands, events, interrupt. Three pages are its own:
 * base (device contexts, command ring, table of event rings), events, and the input
 * context of commands; what it wants as scratch comes on top.
 */
#include "usb.h"
#include <asm/init_64.h>
#include <asm/io.h>
#include <asm/setup.h>
#include <kernel/delay.h>
#include <kernel/irq.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/slab.h>
#include <mm/vmalloc.h>
#include <uapi/errno.h>
#include "xhci.h"

#define COMMAND_MS	2000		/* an address may take some tries of the controller's */
#define ABORT_MS	1000
#define POLL_NS		NSEC_PER_MSEC	/* without an interrupt, while something is waited for */
#define LOOK_NS		(50 * NSEC_PER_MSEC)	/* with one: should it get lost */
#define IRQ_MS		250	/* a busy host may hold it back; one that does not come at all costs this much */
#define MAX_SCRATCH	256		/* pages; known ones want up to some tens */

#define COMMANDS_OFFSET	2048		/* in the base page, behind 256 pointers */
#define NR_COMMANDS	64
#define SEGMENTS_OFFSET	3072
#define NR_EVENTS	(PAGE_SIZE / sizeof(struct trb))
#define MODERATION	4000		/* 1 ms, in 250 ns */

enum { PAGE_BASE, PAGE_EVENTS, PAGE_INPUT };

static u64 dma_of(const void *va)
{
	return PFN_PHYS(page_to_pfn(virt_to_page(va))) + ((unsigned long)va & (PAGE_SIZE - 1));
}

/* --------------------------------------------------------------------- the end */

void xhci_kill(struct xhci *hc, const char *why)
{
	if (hc->dead)
		return;
	hc->dead = why;
	boot_warn(boot_stage_current(), "usb: controller %u (%02x:%02x.%u) %s: left out", hc->nr, hc->pci->f.bus,
		  hc->pci->f.device, hc->pci->f.function, why);
}

static bool has_failed(struct xhci *hc)
{
	u32 status = readl(hc->op + OP_STATUS);

	return status == ~0u || status & (STATUS_HOST_ERROR | STATUS_CONTROLLER_ERROR | STATUS_HALTED);
}


/* Memory that nothing answers at reads as ones, or as zeros. */
void xhci_check(struct xhci *hc)
{
	if (!hc->dead && (has_failed(hc) || readl(hc->cap + CAP_LENGTH) != hc->version))
		xhci_kill(hc, "does not answer any more");
}

/* ---------------------------------------------------------------------- events */

static void port_event(struct xhci *hc, unsigned int port)
{
	hc->changed[port / 64] |= 1ULL << port % 64;
}

static void take_event(struct xhci *hc, const struct trb *event)
{
	switch (TRB_TYPE_OF(event->control)) {
	case TRB_EVENT_TRANSFER:
		xhci_transfer_event(hc, event);
		break;
	case TRB_EVENT_COMMAND:
		if (event->parameter != hc->command_trb)
			break;
		hc->command_code = TRB_CODE_OF(event->status);
		hc->command_slot = TRB_SLOT_OF(event->control);
		hc->command_done = true;
		break;
	case TRB_EVENT_PORT:
		port_event(hc, event->parameter >> 24 & 0xff);
		break;
	}
}

void xhci_events(struct xhci *hc)
{
	struct trb event;
	unsigned int i;

	for (i = 0; i < NR_EVENTS && !hc->dead && event_ring_take(&hc->events, &event); i++)
		take_event(hc, &event);
	if (i && !hc->dead)
		writeq(event_ring_position(&hc->events) | ERDP_BUSY, hc->runtime + RT_ERDP);
}

bool xhci_wait(struct xhci *hc, const bool *done, unsigned int ms)
{
	u64 end = ktime_get() + ms * NSEC_PER_MSEC;

	for (;;) {
		u64 now = ktime_get();

		xhci_events(hc);
		if (*done || hc->dead || now >= end)
			return *done && !hc->dead;
		usb_sleep(min(end - now, hc->irq < 0 ? POLL_NS : LOOK_NS));
		xhci_check(hc);
	}
}

/* -------------------------------------------------------------------- commands */

static bool ring_stopped(struct xhci *hc)
{
	unsigned int i;

	writeq(RING_ABORT, hc->op + OP_COMMAND_RING);
	for (i = 0; i < ABORT_MS; i++) {
		if (!(readl(hc->op + OP_COMMAND_RING) & RING_RUNNING))
			return true;
		msleep(1);
	}
	return false;
}

int xhci_command(struct xhci *hc, u64 parameter, u32 control)
{
	if (hc->dead)
		return -ENODEV;
	hc->command_done = false;
	hc->command_trb = ring_put(&hc->commands, parameter, 0, control);
	writel(0, hc->doorbells);
	if (xhci_wait(hc, &hc->command_done, COMMAND_MS))
		return hc->command_code;
	if (!hc->dead && !ring_stopped(hc))
		xhci_kill(hc, "does not stop a command");
	return hc->dead ? -ENODEV : -ETIMEDOUT;
}

/* ----------------------------------------------------------------------- ports */

u32 xhci_port_read(struct xhci *hc, unsigned int port)
{
	return readl(hc->op + OP_PORT(port));
}

void xhci_port_write(struct xhci *hc, unsigned int port, u32 set)
{
	writel((xhci_port_read(hc, port) & PORT_KEEP) | set, hc->op + OP_PORT(port));
}

/* ------------------------------------------------------------------ interrupts */

static bool xhci_interrupt(unsigned int irq, void *data)
{
	struct xhci *hc = data;
	u32 status = readl(hc->op + OP_STATUS);

	if (status == ~0u || !(status & STATUS_EVENT)) {
		if (hc->irq_is_msi)
			usb_wake();		/* nobody else's: perhaps it is gone */
		return false;
	}
	writel(STATUS_EVENT, hc->op + OP_STATUS);
	writel(IMAN_PENDING | IMAN_ENABLE, hc->runtime + RT_IMAN);
	__atomic_store_n(&hc->irq_seen, true, __ATOMIC_RELAXED);
	usb_wake();
	return true;
}

static void stop_interrupts(struct xhci *hc)
{
	if (hc->irq < 0)
		return;
	if (hc->irq_is_msi)
		pci_free_msi(hc->irq, hc);
	else
		free_irq(hc->irq, hc);
	hc->irq = -1;
}

static bool interrupt_arrives(struct xhci *hc)
{
	unsigned int i;

	hc->irq_seen = false;
	writel(IMAN_PENDING | IMAN_ENABLE, hc->runtime + RT_IMAN);
	writel(readl(hc->op + OP_COMMAND) | COMMAND_INTERRUPTS, hc->op + OP_COMMAND);
	if (xhci_command(hc, 0, TRB_TYPE(TRB_NO_OP)) != CODE_SUCCESS)
		return false;
	for (i = 0; i < IRQ_MS && !__atomic_load_n(&hc->irq_seen, __ATOMIC_RELAXED); i++)
		msleep(1);
	return hc->irq_seen;
}

static bool try_interrupt(struct xhci *hc, int irq, bool msi)
{
	hc->irq = irq;
	hc->irq_is_msi = msi;
	if (interrupt_arrives(hc))
		return true;
	stop_interrupts(hc);
	writel(IMAN_PENDING, hc->runtime + RT_IMAN);
	writel(readl(hc->op + OP_COMMAND) & ~COMMAND_INTERRUPTS, hc->op + OP_COMMAND);
	return false;
}

/* Messages, else the line as the firmware wired it for the PIC, else nothing, or with usb=poll: it is polled then. */
static void setup_interrupt(struct xhci *hc)
{
	unsigned int line = hc->pci->irq_line;
	int irq;

	if (cmdline_list_has(boot_command_line, "usb", "poll"))
		return;
	irq = pci_request_msi(hc->pci, xhci_interrupt, "xhci", hc);
	if (irq >= 0 && try_interrupt(hc, irq, true))
		return;
	if (hc->dead || !line || line >= NR_ISA_IRQS || request_irq(line, xhci_interrupt, "xhci", hc))
		return;
	try_interrupt(hc, line, false);
}

/* ---------------------------------------------------------------------- memory */

static bool alloc_scratch(struct xhci *hc)
{
	u64 *table;
	u32 i;

	hc->scratch = PARAMS2_SCRATCH(readl(hc->cap + CAP_PARAMS2));
	if (!hc->scratch)
		return true;
	if (hc->scratch > MAX_SCRATCH)
		return false;
	table = get_free_page(hc->gfp | __GFP_ZERO);
	for (i = 0; table && i < hc->scratch; i++) {
		void *page = get_free_page(hc->gfp | __GFP_ZERO);

		if (!page)
			return false;
		table[i] = dma_of(page);
		mem_note_dma(table[i], PAGE_SIZE);
	}
	hc->dcbaa[0] = table ? dma_of(table) : 0;
	if (table)
		mem_note_dma(hc->dcbaa[0], PAGE_SIZE);
	return table;
}

/* What is allocated when memory runs out stays: a machine as short of it will not come far. */
static bool alloc_memory(struct xhci *hc)
{
	unsigned int i;

	hc->gfp = GFP_KERNEL | (readl(hc->cap + CAP_HCC1) & HCC1_AC64 ? 0 : GFP_DMA32);
	hc->context_size = readl(hc->cap + CAP_HCC1) & HCC1_CONTEXT64 ? 64 : 32;
	for (i = 0; i < ARRAY_SIZE(hc->pages); i++) {
		hc->pages[i] = alloc_pages(hc->gfp | __GFP_ZERO, 0);
		if (!hc->pages[i])
			return false;
		mem_note_dma(PFN_PHYS(page_to_pfn(hc->pages[i])), PAGE_SIZE);
	}
	hc->dcbaa = page_address(hc->pages[PAGE_BASE]);
	hc->input = page_address(hc->pages[PAGE_INPUT]);
	return alloc_scratch(hc);
}

static void give_memory(struct xhci *hc)
{
	u8 *base = page_address(hc->pages[PAGE_BASE]);
	void *events = page_address(hc->pages[PAGE_EVENTS]);
	struct { u64 address; u32 nr, reserved; } *segment = (void *)(base + SEGMENTS_OFFSET);

	ring_init(&hc->commands, (struct trb *)(base + COMMANDS_OFFSET), dma_of(base + COMMANDS_OFFSET), NR_COMMANDS);
	event_ring_init(&hc->events, events, dma_of(events), NR_EVENTS);
	segment->address = hc->events.dma;
	segment->nr = NR_EVENTS;
	writel(hc->nr_slots, hc->op + OP_CONFIG);
	writeq(dma_of(base), hc->op + OP_CONTEXTS);
	writeq(hc->commands.dma | RING_CYCLE, hc->op + OP_COMMAND_RING);
	writel(1, hc->runtime + RT_ERSTSZ);
	writeq(hc->events.dma | ERDP_BUSY, hc->runtime + RT_ERDP);
	writeq(dma_of(segment), hc->runtime + RT_ERSTBA);
	writel(MODERATION, hc->runtime + RT_IMOD);
}

/* ----------------------------------------------------------------------- start */

static const char *map_registers(struct xhci *hc)
{
	struct pci_bar bar;

	if (!pci_bar(hc->pci, 0, &bar) || bar.io || bar.size < PAGE_SIZE)
		return "has no registers in memory";
	pci_enable(hc->pci);
	hc->regs_size = min(bar.size, (u64)1 << 20);
	if (phys_is_mapped(bar.base, 1))
		return "claims to be where RAM is";
	hc->cap = ioremap(bar.base, hc->regs_size, _PAGE_CACHE_UC);
	return hc->cap ? NULL : "cannot be mapped: no memory";
}

/*
 * Intel's 7 and 8 series have each USB 2 port wired to an EHCI controller until
 * somebody says otherwise; masks tell which may be (7 series PCH data sheet, 17.1).
 */
#define INTEL		0x8086
#define INTEL_USB2_ROUTE 0xd0
#define INTEL_USB2_MASK	0xd4
#define INTEL_USB3_ENABLE 0xd8
#define INTEL_USB3_MASK	0xdc

static void route_ports(const struct pci_device *pci)
{
	static const u16 has_routes[] = { 0x1e31, 0x8c31, 0x9c31 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(has_routes); i++)
		if (pci->vendor == INTEL && pci->device == has_routes[i]) {
			pci_write_config(pci->f, INTEL_USB3_ENABLE, pci_read_config(pci->f, INTEL_USB3_MASK));
			pci_write_config(pci->f, INTEL_USB2_ROUTE, pci_read_config(pci->f, INTEL_USB2_MASK));
		}
}

static const char *start(struct xhci *hc)
{
	const char *why = map_registers(hc);
	unsigned int port;

	if (!why)
		why = xhci_take_over(hc);
	if (why)
		return why;
	if (!alloc_memory(hc))
		return "wants more memory than there is";
	give_memory(hc);
	route_ports(hc->pci);
	writel(COMMAND_RUN, hc->op + OP_COMMAND);
	msleep(1);
	if (has_failed(hc))
		return "does not run";
	for (port = 1; port <= hc->nr_ports; port++) {
		port_event(hc, port);
		if (!(xhci_port_read(hc, port) & PORT_POWER))
			xhci_port_write(hc, port, PORT_POWER);
	}
	return NULL;
}

struct xhci *xhci_start(const struct pci_device *pci, unsigned int nr)
{
	struct xhci *hc = kzalloc(sizeof(*hc), GFP_KERNEL);
	const char *why;

	if (!hc)
		return NULL;
	hc->pci = pci;
	hc->nr = nr;
	hc->irq = -1;
	why = start(hc);
	if (why)
		xhci_kill(hc, why);
	else
		setup_interrupt(hc);
	return hc;
}
