/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * USB as far as keyboards need it. One thread does everything but a wake-up by the
 * interrupt, so that nothing here is locked but by usb_lock, which the thread holds
 * while it works. Sections are of xHCI 1.2 in xhci*.c, of USB 2.0 elsewhere.
 */
#ifndef USB_USB_H
#define USB_USB_H

#include <kernel/mutex.h>
#include <kernel/pci.h>
#include <mm/page_alloc.h>
#include "descriptor.h"
#include "hid.h"
#include "ring.h"

#define USB_MAX_SLOTS	32		/* devices in use on one controller */
#define USB_MAX_DEPTH	5		/* hubs behind each other that a route can name */
#define USB_DATA_SIZE	1024		/* of a device's buffer for control transfers */
#define USB_REPORTS_SIZE 256		/* of the buffers for interrupt transfers */
#define USB_REPORT_MAX	64		/* bytes of one that we take */

/* As xHCI counts them (7.2.2.1.1) */
enum usb_speed { USB_SPEED_FULL = 1, USB_SPEED_LOW, USB_SPEED_HIGH, USB_SPEED_SUPER };

struct xhci;

struct usb_device {
	struct usb_device	*next;		/* of the controller; a hub before what is behind it */
	struct xhci		*hc;
	struct usb_device	*hub;		/* it is plugged into; NULL: into the controller */
	u8			port;		/* of the hub or the controller, from 1 on */
	u8			root_port;
	u8			depth;		/* hubs above it */
	u8			speed;		/* enum usb_speed; more is faster */
	u32			route;		/* a port of each hub, four bits, the first lowest */
	u8			slot;		/* 0: no longer, or never, the controller's business */
	u8			tt_slot, tt_port;	/* hub that translates for a slow device; 0: none */
	const char		*why;		/* it was left out; NULL: it was not */
	struct usb_device_info	info;
	struct usb_config_info	config;

	/* a keyboard */
	struct hid_keyboard	hid;
	u8			leds;		/* as shown; 0xff: not known */
	/* a hub */
	struct usb_hub_info	ports;
	bool			changed;	/* some port has */
	u16			tried;		/* bit n: port n has what could not be used; until it changes */

	/* while slot is not 0: one page, which the controller reads and writes */
	struct page		*page;
	u8			*data;		/* USB_DATA_SIZE bytes */
	u64			data_dma;
	u8			*reports;	/* USB_REPORTS_SIZE bytes, report_size for each */
	u64			reports_dma;
	struct ring		control, interrupt;
	u8			interrupt_dci;	/* 0: not configured */
	u8			report_size;
	u8			report_of[32];	/* by block of the ring, which of reports */
	bool			halted;		/* the interrupt endpoint is */
	u8			errors;		/* of it, in a row */
	u8			halt_code;
	/* the control transfer under way */
	u64			data_trb, status_trb;
	bool			control_done;
	u8			control_code;
	u32			control_left;	/* bytes that did not come */
};

struct xhci {
	struct xhci		*next;
	unsigned int		nr;		/* of the controller, from 1 on */
	const struct pci_device	*pci;
	volatile u8		*cap, *op, *runtime, *doorbells;	/* registers */
	u64			regs_size;
	u32			version;	/* and the length of its first registers: never changes */
	u8			nr_ports, nr_slots;
	u8			context_size;	/* 32 or 64 */
	gfp_t			gfp;
	bool			settled;	/* what was plugged in at the start has been looked at */
	const char		*dead;		/* why nothing is done with it any more; NULL: it works */
	struct page		*pages[3];	/* base, events, input context */
	u32			scratch;	/* pages the controller wants for itself */
	u64			*dcbaa;
	struct ring		commands;
	struct event_ring	events;
	u8			*input;		/* input context */
	struct usb_device	*slots[USB_MAX_SLOTS + 1];
	struct usb_device	*devices;
	u64			changed[4];	/* root ports, bit n: port n */
	u64			tried[4];	/* root ports with what could not be used */
	/* the command under way */
	u64			command_trb;
	bool			command_done;
	u8			command_code, command_slot;
	/* interrupts */
	int			irq;		/* line; -1: none, polled */
	bool			irq_is_msi;
	bool			irq_seen;	/* atomic */
};

extern struct mutex usb_lock;
extern struct xhci *usb_controllers;

/* ---- thread.c */

/** usb_sleep() - until an interrupt or @ns have gone by. Context: the thread */
void usb_sleep(u64 ns);

/** usb_delay() - at least @ms, with the events of the controller taken meanwhile */
void usb_delay(struct xhci *hc, unsigned int ms);

/** usb_wake() - end usb_sleep(). Context: any but NMI */
void usb_wake(void);

/* ---- xhci_start.c */

/**
 * xhci_take_over() - from the firmware; then halt and reset, each wait bounded
 * @hc: cap and regs_size are set
 * Return: NULL, or what is wrong with it.
 */
const char *xhci_take_over(struct xhci *hc);

/* ---- xhci.c: the controller */

/** xhci_start() - make @pci work. Return: NULL without memory; else with dead set when it does not answer */
struct xhci *xhci_start(const struct pci_device *pci, unsigned int nr);

/** xhci_events() - take what it has told. Context: the thread, or a panic */
void xhci_events(struct xhci *hc);

/** xhci_check() - xhci_kill() if it has failed */
void xhci_check(struct xhci *hc);

/** xhci_command() - Return: completion code, 1 for success; -ETIMEDOUT, -ENODEV */
int xhci_command(struct xhci *hc, u64 parameter, u32 control);

/** xhci_wait() - until *@done, with all events taken meanwhile. Return: whether it is */
bool xhci_wait(struct xhci *hc, const bool *done, unsigned int ms);

u32 xhci_port_read(struct xhci *hc, unsigned int port);

/** xhci_port_write() - set bits of a port: what is not named keeps its state, changes included */
void xhci_port_write(struct xhci *hc, unsigned int port, u32 set);

/** xhci_kill() - it does not answer: nothing more is asked of it; its devices go when the thread has come back */
void xhci_kill(struct xhci *hc, const char *why);

/* ---- xhci_device.c: what the controller keeps of a device */

/** xhci_open() - a slot, an address. Return: 0 or -errno; then nothing is left of it */
int xhci_open(struct usb_device *dev);
void xhci_close(struct usb_device *dev);

/** xhci_set_packet0() - the device has told the packet size of its control endpoint */
int xhci_set_packet0(struct usb_device *dev, unsigned int size);

/** xhci_configure() - its interrupt endpoint works, and it is a hub if it is */
int xhci_configure(struct usb_device *dev);

/** xhci_recover() - after an error of the interrupt endpoint: empty, and asked again */
int xhci_recover(struct usb_device *dev);

/**
 * usb_control() - one control transfer, at most USB_DATA_SIZE bytes to or from @dev->data
 * @request: bmRequestType | bRequest << 8
 * Return: bytes that came or went; -EPIPE when the device refuses, -ETIMEDOUT, -EIO.
 */
int usb_control(struct usb_device *dev, u16 request, u16 value, u16 index, u16 len);

/** xhci_transfer_event() - to the device it is about */
void xhci_transfer_event(struct xhci *hc, const struct trb *event);

/* ---- device.c: what a device is */

/**
 * usb_attach() - something was plugged in, and its port has been reset
 * @last: whether there will be no other try; then it stays in the list if it fails, with the reason
 * Return: 0 or -errno. Says what it is, or why it is left out.
 */
int usb_attach(struct xhci *hc, struct usb_device *hub, unsigned int port, unsigned int speed, bool last);

/** usb_leave_out() - do no more with it, and say why */
void usb_leave_out(struct usb_device *dev, const char *why);

/** usb_detach() - what is at this port, and behind it, is gone */
void usb_detach(struct xhci *hc, struct usb_device *hub, unsigned int port);
void usb_detach_all(struct xhci *hc);

/** usb_speed_name() - "low", "full", "high", "super" */
const char *usb_speed_name(const struct usb_device *dev);

struct usb_device *usb_find(struct xhci *hc, struct usb_device *hub, unsigned int port);

#define USB_PATH_SIZE	24
/** usb_path() - "1-2.3": controller, its port, ports of hubs */
const char *usb_path(const struct usb_device *dev, char path[USB_PATH_SIZE]);

/* ---- hub.c, keyboard.c: kinds of device */

/** hub_start() - the same of a hub: its ports get power */
int hub_start(struct usb_device *dev);
void hub_work(struct usb_device *dev);
/** root_ports_work() - the ports of the controller that have changed */
void root_ports_work(struct xhci *hc);

/** keyboard_start() - after its configuration was chosen */
int keyboard_start(struct usb_device *dev);
void keyboard_report(struct usb_device *dev, const u8 *report, size_t len);
void keyboard_work(struct usb_device *dev);
void keyboard_gone(struct usb_device *dev);

/** keyboard_repeats_at() - when keyboard_work() is to be called, ns; ~0: when something happens */
u64 keyboard_repeats_at(const struct usb_device *dev);

#endif
