/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Devices as the controller knows them: a slot, contexts, a control endpoint and
 * at most one that interrupts. All of it is in one page, which goes when the slot does.
 */
#include "usb.h"
#include <asm/io.h>
#include <kernel/delay.h>
#include <lib/string.h>
#include <mm/init.h>
#include <uapi/errno.h>
#include "xhci.h"

/* The page of a device: 32 contexts of up to 64 bytes, then */
#define CONTROL_OFFSET	2048
#define INTERRUPT_OFFSET 2432
#define NR_BLOCKS	24
#define REPORTS_OFFSET	2816
#define DATA_OFFSET	3072

static_assert(CONTROL_OFFSET + NR_BLOCKS * sizeof(struct trb) == INTERRUPT_OFFSET, "control ring");
static_assert(INTERRUPT_OFFSET + NR_BLOCKS * sizeof(struct trb) == REPORTS_OFFSET, "interrupt ring");
static_assert(REPORTS_OFFSET + USB_REPORTS_SIZE == DATA_OFFSET, "reports");
static_assert(NR_BLOCKS - 1 > USB_REPORTS_SIZE / 16, "the interrupt ring never is full");
static_assert(DATA_OFFSET + USB_DATA_SIZE == PAGE_SIZE, "data");

#define CONTROL_DCI	1
#define CONTROL_MS	1000

/* Slot context, 6.2.2, by word */
#define SLOT0_SPEED(s)	((u32)(s) << 20)
#define SLOT0_HUB	(1u << 26)
#define SLOT0_ENTRIES(n) ((u32)(n) << 27)
#define SLOT1_ROOT_PORT(p) ((u32)(p) << 16)
#define SLOT1_PORTS(n)	((u32)(n) << 24)
#define SLOT2_TT_PORT(p) ((u32)(p) << 8)
#define SLOT2_THINK(t)	((u32)(t) << 16)

/* Endpoint context, 6.2.3 */
#define EP0_INTERVAL(i)	((u32)(i) << 16)
#define EP1_ERRORS	(3u << 1)	/* tries before one is told */
#define EP1_TYPE(t)	((u32)(t) << 3)
#define EP1_CONTROL	4
#define EP1_INTERRUPT_IN 7
#define EP1_PACKET(n)	((u32)(n) << 16)
#define EP4_ESIT(n)	((u32)(n) << 16)

#define REQUEST_IN	0x80
#define SETUP_OUT	(2u << 16)	/* TRT of a setup block, 6.4.1.2.1 */
#define SETUP_IN	(3u << 16)
#define DIRECTION_IN	(1u << 16)

#define CLEAR_HALT	0x0102		/* endpoint, CLEAR_FEATURE; value 0 */

static u32 *input_context(struct xhci *hc, unsigned int nr)
{
	return (u32 *)(hc->input + nr * hc->context_size);
}

static u64 input_dma(struct xhci *hc)
{
	return PFN_PHYS(page_to_pfn(hc->pages[2]));
}

static void fill_slot(struct usb_device *dev, unsigned int entries)
{
	u32 *slot = input_context(dev->hc, 1);

	slot[0] = dev->route | SLOT0_SPEED(dev->speed) | SLOT0_ENTRIES(entries);
	slot[1] = SLOT1_ROOT_PORT(dev->root_port);
	slot[2] = dev->tt_slot | SLOT2_TT_PORT(dev->tt_port);
	if (!dev->config.hub)
		return;
	slot[0] |= SLOT0_HUB;
	slot[1] |= SLOT1_PORTS(dev->ports.nr_ports);
	if (dev->speed == USB_SPEED_HIGH)
		slot[2] |= SLOT2_THINK(dev->ports.think_time);
}

static void fill_endpoint(struct usb_device *dev, unsigned int dci, u32 interval, u32 type, u32 packet, u64 dequeue)
{
	u32 *ep = input_context(dev->hc, dci + 1);

	ep[0] = EP0_INTERVAL(interval);
	ep[1] = EP1_ERRORS | EP1_TYPE(type) | EP1_PACKET(packet);
	ep[2] = dequeue;
	ep[3] = dequeue >> 32;
	ep[4] = type == EP1_CONTROL ? 8 : packet | EP4_ESIT(packet);
}

/* The input context is empty but for what is to be added. */
static void begin_input(struct xhci *hc, u32 add)
{
	memset(hc->input, 0, PAGE_SIZE);
	input_context(hc, 0)[1] = add;
}

static int ask(struct usb_device *dev, enum trb_type type)
{
	int code = xhci_command(dev->hc, input_dma(dev->hc), TRB_TYPE(type) | TRB_SLOT(dev->slot));

	return code == CODE_SUCCESS ? 0 : code < 0 ? code : -EIO;
}

/* --------------------------------------------------------------- opening, closing */

static unsigned int first_packet(const struct usb_device *dev)
{
	return dev->speed >= USB_SPEED_SUPER ? 512 : dev->speed == USB_SPEED_HIGH ? 64 : 8;
}

static bool alloc_page(struct usb_device *dev)
{
	u8 *va;
	u64 dma;

	dev->page = alloc_pages(dev->hc->gfp | __GFP_ZERO, 0);
	if (!dev->page)
		return false;
	va = page_address(dev->page);
	dma = PFN_PHYS(page_to_pfn(dev->page));
	mem_note_dma(dma, PAGE_SIZE);
	ring_init(&dev->control, (struct trb *)(va + CONTROL_OFFSET), dma + CONTROL_OFFSET, NR_BLOCKS);
	ring_init(&dev->interrupt, (struct trb *)(va + INTERRUPT_OFFSET), dma + INTERRUPT_OFFSET, NR_BLOCKS);
	dev->reports = va + REPORTS_OFFSET;
	dev->reports_dma = dma + REPORTS_OFFSET;
	dev->data = va + DATA_OFFSET;
	dev->data_dma = dma + DATA_OFFSET;
	return true;
}

static int enable_slot(struct usb_device *dev)
{
	struct xhci *hc = dev->hc;
	int code = xhci_command(hc, 0, TRB_TYPE(TRB_ENABLE_SLOT));

	if (code != CODE_SUCCESS)
		return code == CODE_NO_SLOTS ? -ENOSPC : code < 0 ? code : -EIO;
	if (!hc->command_slot || hc->command_slot > hc->nr_slots || hc->slots[hc->command_slot])
		return -EIO;
	dev->slot = hc->command_slot;
	hc->slots[dev->slot] = dev;
	return 0;
}

int xhci_open(struct usb_device *dev)
{
	struct xhci *hc = dev->hc;
	int err = enable_slot(dev);

	if (err)
		return err;
	if (!alloc_page(dev)) {
		err = -ENOMEM;
		goto close;
	}
	hc->dcbaa[dev->slot] = PFN_PHYS(page_to_pfn(dev->page));
	begin_input(hc, 1u << 0 | 1u << CONTROL_DCI);
	fill_slot(dev, CONTROL_DCI);
	fill_endpoint(dev, CONTROL_DCI, 0, EP1_CONTROL, first_packet(dev), ring_position(&dev->control));
	err = ask(dev, TRB_ADDRESS_DEVICE);
	if (err)
		goto close;
	return 0;
close:
	xhci_close(dev);
	return err;
}

/* A controller that does not let go of a slot may still write to its page, which is kept from others then. */
void xhci_close(struct usb_device *dev)
{
	struct xhci *hc = dev->hc;
	bool safe;

	if (!dev->slot)
		return;
	safe = xhci_command(hc, 0, TRB_TYPE(TRB_DISABLE_SLOT) | TRB_SLOT(dev->slot)) == CODE_SUCCESS;
	if (safe) {
		hc->dcbaa[dev->slot] = 0;
		hc->slots[dev->slot] = NULL;
		__free_pages(dev->page, 0);
	}
	if (hc->slots[dev->slot] == dev)
		hc->slots[dev->slot] = NULL;
	dev->slot = dev->interrupt_dci = 0;
	dev->page = NULL;
}

int xhci_set_packet0(struct usb_device *dev, unsigned int size)
{
	if (size == first_packet(dev))
		return 0;
	begin_input(dev->hc, 1u << CONTROL_DCI);
	fill_endpoint(dev, CONTROL_DCI, 0, EP1_CONTROL, size, 0);
	return ask(dev, TRB_EVALUATE_CONTEXT);
}

/* ---------------------------------------------------------- the interrupt endpoint */

/* Slow devices count milliseconds, fast ones 2^(n-1) microframes; the controller 2^n of 125 us (6.2.3.6). */
static unsigned int interval_of(const struct usb_device *dev)
{
	unsigned int n = dev->config.interval, log = 3;

	if (dev->speed >= USB_SPEED_HIGH)
		return n ? min(n, 16u) - 1 : 0;
	for (; n > 1 && log < 10; n >>= 1)
		log++;
	return log;
}

static unsigned int report_length(const struct usb_device *dev)
{
	return min(dev->config.max_packet, (u16)USB_REPORT_MAX);
}

static void queue_report(struct usb_device *dev, unsigned int buffer)
{
	dev->report_of[dev->interrupt.next] = buffer;
	ring_put(&dev->interrupt, dev->reports_dma + buffer * dev->report_size, report_length(dev),
		 TRB_TYPE(TRB_NORMAL) | TRB_ISP | TRB_IOC);
}

static void ring_doorbell(struct usb_device *dev, unsigned int dci)
{
	writel(dci, dev->hc->doorbells + 4 * dev->slot);
}

static void queue_all(struct usb_device *dev)
{
	dev->report_size = report_length(dev) <= 16 ? 16 : USB_REPORT_MAX;
	for (unsigned int i = 0; i < USB_REPORTS_SIZE / dev->report_size; i++)
		queue_report(dev, i);
	ring_doorbell(dev, dev->interrupt_dci);
}

int xhci_configure(struct usb_device *dev)
{
	unsigned int dci = 2 * dev->config.endpoint + 1;
	int err;

	begin_input(dev->hc, 1u << 0 | 1u << dci);
	fill_slot(dev, dci);
	fill_endpoint(dev, dci, interval_of(dev), EP1_INTERRUPT_IN, dev->config.max_packet, ring_position(&dev->interrupt));
	err = ask(dev, TRB_CONFIGURE_ENDPOINT);
	if (err)
		return err;
	dev->interrupt_dci = dci;
	queue_all(dev);
	return 0;
}

static int set_dequeue(struct usb_device *dev, unsigned int dci, const struct ring *r)
{
	int code = xhci_command(dev->hc, ring_position(r), TRB_TYPE(TRB_SET_DEQUEUE) | TRB_SLOT(dev->slot) | TRB_ENDPOINT(dci));

	return code == CODE_SUCCESS ? 0 : -EIO;
}

/* @type: how it is stopped: RESET_ENDPOINT when an error has, else STOP_ENDPOINT */
static int empty_endpoint(struct usb_device *dev, unsigned int dci, const struct ring *r, enum trb_type type)
{
	if (xhci_command(dev->hc, 0, TRB_TYPE(type) | TRB_SLOT(dev->slot) | TRB_ENDPOINT(dci)) != CODE_SUCCESS)
		return -EIO;
	return set_dequeue(dev, dci, r);
}

int xhci_recover(struct usb_device *dev)
{
	int err = empty_endpoint(dev, dev->interrupt_dci, &dev->interrupt, TRB_RESET_ENDPOINT);

	dev->halted = false;
	if (err)
		return err;
	err = usb_control(dev, CLEAR_HALT, 0, dev->config.endpoint | REQUEST_IN, 0);	/* its toggle begins again too */
	if (err < 0)
		return err;
	queue_all(dev);
	return 0;
}

static void interrupt_event(struct usb_device *dev, const struct trb *event)
{
	unsigned int code = TRB_CODE_OF(event->status), length = report_length(dev);
	int index = ring_index(&dev->interrupt, event->parameter);
	u32 left = TRB_LENGTH_OF(event->status);
	u8 buffer;

	if (code == CODE_STOPPED || code == CODE_STOPPED_LENGTH || code == CODE_STOPPED_SHORT ||
	    code == CODE_RING_UNDERRUN || code == CODE_RING_OVERRUN || code == CODE_MISSED_SERVICE)
		return;
	if (code != CODE_SUCCESS && code != CODE_SHORT_PACKET) {
		dev->halted = true;
		dev->halt_code = code;
		return;
	}
	if (index < 0 || left > length)
		return;
	dev->errors = 0;
	buffer = dev->report_of[index];
	if (dev->config.keyboard)
		keyboard_report(dev, dev->reports + buffer * dev->report_size, length - left);
	else
		dev->changed = true;
	queue_report(dev, buffer);
	ring_doorbell(dev, dev->interrupt_dci);
}

/* ------------------------------------------------------------ control transfers */

static void control_event(struct usb_device *dev, const struct trb *event)
{
	unsigned int code = TRB_CODE_OF(event->status);

	if (code == CODE_SHORT_PACKET && event->parameter == dev->data_trb) {
		dev->control_left = TRB_LENGTH_OF(event->status);
		return;				/* the status stage is still to come */
	}
	if (code == CODE_STOPPED || code == CODE_STOPPED_LENGTH || code == CODE_STOPPED_SHORT)
		return;
	if (code == CODE_SUCCESS && event->parameter != dev->status_trb)
		return;
	dev->control_code = code;
	dev->control_done = true;
}

static void put_control(struct usb_device *dev, u16 request, u16 value, u16 index, u16 len)
{
	bool in = request & REQUEST_IN;
	u64 setup = (u64)len << 48 | (u64)index << 32 | (u32)value << 16 | request;

	ring_put(&dev->control, setup, 8, TRB_TYPE(TRB_SETUP) | TRB_IDT | (!len ? 0 : in ? SETUP_IN : SETUP_OUT));
	dev->data_trb = 0;
	if (len)
		dev->data_trb = ring_put(&dev->control, dev->data_dma, len,
					 TRB_TYPE(TRB_DATA) | TRB_ISP | (in ? DIRECTION_IN : 0));
	dev->status_trb = ring_put(&dev->control, 0, 0, TRB_TYPE(TRB_STATUS) | TRB_IOC | (len && in ? 0 : DIRECTION_IN));
}

int usb_control(struct usb_device *dev, u16 request, u16 value, u16 index, u16 len)
{
	struct xhci *hc = dev->hc;

	if (!dev->slot || hc->dead)
		return -ENODEV;
	len = min(len, (u16)USB_DATA_SIZE);
	dev->control_done = false;
	dev->control_left = 0;
	put_control(dev, request, value, index, len);
	ring_doorbell(dev, CONTROL_DCI);
	if (!xhci_wait(hc, &dev->control_done, CONTROL_MS)) {
		if (!hc->dead)
			empty_endpoint(dev, CONTROL_DCI, &dev->control, TRB_STOP_ENDPOINT);
		return hc->dead ? -ENODEV : -ETIMEDOUT;
	}
	if (dev->control_code == CODE_SUCCESS)
		return len - min(dev->control_left, (u32)len);
	empty_endpoint(dev, CONTROL_DCI, &dev->control, TRB_RESET_ENDPOINT);
	return dev->control_code == CODE_STALL ? -EPIPE : -EIO;
}

void xhci_transfer_event(struct xhci *hc, const struct trb *event)
{
	unsigned int slot = TRB_SLOT_OF(event->control), dci = TRB_ENDPOINT_OF(event->control);
	struct usb_device *dev = slot <= USB_MAX_SLOTS ? hc->slots[slot] : NULL;

	if (!dev)
		return;
	if (dci == CONTROL_DCI)
		control_event(dev, event);
	else if (dci && dci == dev->interrupt_dci)
		interrupt_event(dev, event);
}
