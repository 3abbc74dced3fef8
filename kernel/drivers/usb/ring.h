/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rings of transfer request blocks, through which an xHCI controller and its driver
 * talk (xHCI 1.2, 4.9). Pure code over memory; @dma is where the controller sees it.
 */
#ifndef USB_RING_H
#define USB_RING_H

#include <lib/types.h>

struct trb {
	u64	parameter;
	u32	status;
	u32	control;		/* bit 0 is the cycle: whose it is; written last */
};

static_assert(sizeof(struct trb) == 16, "xHCI 1.2, 4.11.1");

#define TRB_CYCLE	1u
#define TRB_TYPE(t)	((u32)(t) << 10)
#define TRB_TYPE_OF(control) ((control) >> 10 & 0x3f)
#define TRB_SLOT(slot)	((u32)(slot) << 24)
#define TRB_SLOT_OF(control) ((control) >> 24)
#define TRB_ENDPOINT(dci) ((u32)(dci) << 16)
#define TRB_ENDPOINT_OF(control) ((control) >> 16 & 0x1f)
#define TRB_CODE_OF(status) ((status) >> 24)
#define TRB_LENGTH_OF(status) ((status) & 0xffffff)

#define TRB_TOGGLE	(1u << 1)	/* link: from here on the cycle is the other one */
#define TRB_ISP		(1u << 2)	/* an event for a short packet too */
#define TRB_IOC		(1u << 5)	/* an event when done */
#define TRB_IDT		(1u << 6)	/* the parameter is the data */

enum trb_type {
	TRB_NORMAL = 1, TRB_SETUP, TRB_DATA, TRB_STATUS, TRB_LINK = 6,
	TRB_ENABLE_SLOT = 9, TRB_DISABLE_SLOT, TRB_ADDRESS_DEVICE, TRB_CONFIGURE_ENDPOINT, TRB_EVALUATE_CONTEXT,
	TRB_RESET_ENDPOINT, TRB_STOP_ENDPOINT, TRB_SET_DEQUEUE, TRB_NO_OP = 23,
	TRB_EVENT_TRANSFER = 32, TRB_EVENT_COMMAND, TRB_EVENT_PORT,
};

/* What we put in: commands, or transfers of one endpoint. */
struct ring {
	struct trb	*trbs;		/* the last is a link to the first */
	u64		dma;
	unsigned int	nr;		/* with the link */
	unsigned int	next;		/* to be written */
	u32		cycle;
};

/** ring_init() - make @nr blocks an empty ring; they lie within 64 KiB, aligned to 16 bytes */
void ring_init(struct ring *r, struct trb *trbs, u64 dma, unsigned int nr);

/** ring_put() - one more block; the caller knows that there is room. Return: where the controller sees it */
u64 ring_put(struct ring *r, u64 parameter, u32 status, u32 control);

/** ring_position() - where the next one will be, with its cycle in bit 0: a dequeue pointer that skips all before it */
u64 ring_position(const struct ring *r);

/** ring_index() - the block that @dma names, -1 when it is none of this ring */
int ring_index(const struct ring *r, u64 dma);

/* What the controller puts in. */
struct event_ring {
	struct trb	*trbs;
	u64		dma;
	unsigned int	nr, next;
	u32		cycle;
};

/** event_ring_init() - @nr blocks, in one segment, nothing in them yet */
void event_ring_init(struct event_ring *r, struct trb *trbs, u64 dma, unsigned int nr);

/** event_ring_take() - the next event, copied out. Return: false when there is none */
bool event_ring_take(struct event_ring *r, struct trb *event);

/** event_ring_position() - where the next one will be */
static inline u64 event_ring_position(const struct event_ring *r)
{
	return r->dma + r->next * sizeof(struct trb);
}

#endif
