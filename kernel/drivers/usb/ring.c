/* SPDX-License-Identifier: BSD-2-Clause */
/* See ring.h. The cycle bit of a block is written last, and read first. */
#include "ring.h"
#include <lib/string.h>

void ring_init(struct ring *r, struct trb *trbs, u64 dma, unsigned int nr)
{
	*r = (struct ring){ trbs, dma, nr, 0, TRB_CYCLE };
	memset(trbs, 0, nr * sizeof(*trbs));
	trbs[nr - 1] = (struct trb){ dma, 0, TRB_TYPE(TRB_LINK) | TRB_TOGGLE };
}

static void publish(struct trb *trb, u32 control)
{
	__atomic_store_n(&trb->control, control, __ATOMIC_RELEASE);
}

u64 ring_put(struct ring *r, u64 parameter, u32 status, u32 control)
{
	struct trb *trb = &r->trbs[r->next];
	u64 dma = r->dma + r->next * sizeof(*trb);

	trb->parameter = parameter;
	trb->status = status;
	publish(trb, control | r->cycle);
	if (++r->next == r->nr - 1) {
		publish(&r->trbs[r->next], TRB_TYPE(TRB_LINK) | TRB_TOGGLE | r->cycle);
		r->next = 0;
		r->cycle ^= TRB_CYCLE;
	}
	return dma;
}

u64 ring_position(const struct ring *r)
{
	return (r->dma + r->next * sizeof(struct trb)) | r->cycle;
}

int ring_index(const struct ring *r, u64 dma)
{
	u64 offset = dma - r->dma;

	return offset % sizeof(struct trb) || offset / sizeof(struct trb) >= r->nr - 1 ? -1 : (int)(offset / sizeof(struct trb));
}

void event_ring_init(struct event_ring *r, struct trb *trbs, u64 dma, unsigned int nr)
{
	*r = (struct event_ring){ trbs, dma, nr, 0, TRB_CYCLE };
	memset(trbs, 0, nr * sizeof(*trbs));
}

bool event_ring_take(struct event_ring *r, struct trb *event)
{
	struct trb *trb = &r->trbs[r->next];
	u32 control = __atomic_load_n(&trb->control, __ATOMIC_ACQUIRE);

	if ((control & TRB_CYCLE) != r->cycle)
		return false;
	*event = (struct trb){ trb->parameter, trb->status, control };
	if (++r->next == r->nr) {
		r->next = 0;
		r->cycle ^= TRB_CYCLE;
	}
	return true;
}
