/* SPDX-License-Identifier: BSD-2-Clause */
/* Ports, of hubs (chapter 11) and of the controller itself: what is plugged in and pulled out. */
#include "usb.h"
#include <lib/string.h>
#include <uapi/errno.h>
#include "xhci.h"

#define TRIES		2
#define STABLE_MS	100		/* until a plug does not bounce any more (7.1.7.3) */
#define RESET_MS	500
#define RESET_STEP_MS	10

/* Requests to hubs, 11.24.2 */
#define GET_HUB_DESCRIPTOR 0x06a0
#define GET_PORT_STATUS	0x00a3
#define SET_PORT_FEATURE 0x0323
#define CLEAR_PORT_FEATURE 0x0123
#define FEATURE_RESET	4
#define FEATURE_POWER	8
#define FEATURE_FIRST_CHANGE 16		/* of five, as their bits in the status */
#define NR_CHANGES	5

#define HUB_DESCRIPTOR_SIZE 9

#define STATUS_CONNECTED 0x0001u
#define STATUS_RESET	0x0010u
#define STATUS_LOW	0x0200u
#define STATUS_HIGH	0x0400u
#define STATUS_CONNECT_CHANGE 0x00010000u

/* A port of either kind, @hub NULL for one of the controller. */
struct port {
	struct xhci	*hc;
	struct usb_device *hub;
	unsigned int	nr;
};

/* What both kinds tell. */
struct port_state {
	bool		connected, changed;	/* changed: what was plugged in is no longer the same */
	bool		resets;
	unsigned int	speed;
};

/* ------------------------------------------------------------------ both kinds */

static int hub_port_state(struct port p, struct port_state *state)
{
	int n = usb_control(p.hub, GET_PORT_STATUS, 0, p.nr, 4);
	u32 status, i;

	if (n < 4)
		return n < 0 ? n : -EPROTO;
	memcpy(&status, p.hub->data, 4);
	for (i = 0; i < NR_CHANGES; i++)
		if (status & STATUS_CONNECT_CHANGE << i)
			usb_control(p.hub, CLEAR_PORT_FEATURE, FEATURE_FIRST_CHANGE + i, p.nr, 0);
	*state = (struct port_state){
		.connected = status & STATUS_CONNECTED, .changed = status & STATUS_CONNECT_CHANGE,
		.resets = status & STATUS_RESET,
		.speed = status & STATUS_LOW ? USB_SPEED_LOW : status & STATUS_HIGH ? USB_SPEED_HIGH : USB_SPEED_FULL,
	};
	return 0;
}

static int root_port_state(struct port p, struct port_state *state)
{
	u32 status = xhci_port_read(p.hc, p.nr);

	if (status == ~0u)
		return -EIO;
	xhci_port_write(p.hc, p.nr, status & PORT_CHANGES);
	*state = (struct port_state){
		.connected = status & PORT_CONNECTED, .changed = status & PORT_CONNECT_CHANGE,
		.resets = status & PORT_RESET, .speed = PORT_SPEED(status),
	};
	return 0;
}

static int port_state(struct port p, struct port_state *state)
{
	return p.hub ? hub_port_state(p, state) : root_port_state(p, state);
}

static void start_reset(struct port p)
{
	if (p.hub)
		usb_control(p.hub, SET_PORT_FEATURE, FEATURE_RESET, p.nr, 0);
	else
		xhci_port_write(p.hc, p.nr, PORT_RESET);
}

static int reset_port(struct port p, struct port_state *state)
{
	unsigned int ms;
	int err;

	start_reset(p);
	for (ms = 0; ms < RESET_MS; ms += RESET_STEP_MS) {
		usb_delay(p.hc, RESET_STEP_MS);
		err = port_state(p, state);
		if (err || !state->connected || state->changed)
			return err ? err : -ENODEV;
		if (!state->resets)
			return 0;
	}
	return -ETIMEDOUT;
}

/* A second look after a while, unless it was plugged in long before us. */
static bool is_stable(struct port p, struct port_state *state)
{
	if (p.hc->settled || p.hub) {
		usb_delay(p.hc, STABLE_MS);
		if (port_state(p, state))
			return false;
	}
	return state->connected;
}

static void attach(struct port p, struct port_state *state)
{
	unsigned int i;

	if (!is_stable(p, state))
		return;
	for (i = 1; i <= TRIES && !p.hc->dead; i++)
		if (!reset_port(p, state) && !usb_attach(p.hc, p.hub, p.nr, state->speed, i == TRIES))
			return;
}

/* Return: whether there is something at it, be it of use or not. */
static bool update_port(struct port p, bool tried)
{
	struct port_state state;

	if (port_state(p, &state))
		return tried;
	if (state.changed || !state.connected)
		usb_detach(p.hc, p.hub, p.nr);
	if (state.connected && (state.changed || !tried) && !usb_find(p.hc, p.hub, p.nr))
		attach(p, &state);
	return state.connected;
}

/* ------------------------------------------------------------- of the controller */

void root_ports_work(struct xhci *hc)
{
	unsigned int port;

	for (port = 1; port <= hc->nr_ports && !hc->dead; port++) {
		u64 bit = 1ULL << port % 64, *changed = &hc->changed[port / 64], *tried = &hc->tried[port / 64];

		if (!(*changed & bit))
			continue;
		*changed &= ~bit;
		if (update_port((struct port){ hc, NULL, port }, *tried & bit))
			*tried |= bit;
		else
			*tried &= ~bit;
	}
}

/* ----------------------------------------------------------------------- of hubs */

int hub_start(struct usb_device *dev)
{
	unsigned int port;
	int n = usb_control(dev, GET_HUB_DESCRIPTOR, USB_DT_HUB << 8, 0, HUB_DESCRIPTOR_SIZE);

	if (n < 0)
		return n;
	if (!usb_parse_hub(dev->data, n, &dev->ports) || dev->depth == USB_MAX_DEPTH)
		return -EPROTO;
	n = xhci_configure(dev);
	for (port = 1; n >= 0 && port <= dev->ports.nr_ports; port++)
		n = usb_control(dev, SET_PORT_FEATURE, FEATURE_POWER, port, 0);
	if (n < 0)
		return n;
	usb_delay(dev->hc, 2 * dev->ports.power_ms_2);
	dev->changed = true;
	return 0;
}

void hub_work(struct usb_device *dev)
{
	unsigned int port;

	if (!dev->changed)
		return;
	dev->changed = false;
	for (port = 1; port <= dev->ports.nr_ports && dev->slot; port++) {
		u16 bit = 1u << port;

		if (update_port((struct port){ dev->hc, dev, port }, dev->tried & bit))
			dev->tried |= bit;
		else
			dev->tried &= ~bit;
	}
}
