// SPDX-License-Identifier: BSD-2-Clause
/* kernel/drivers/usb/ring.c with a model of the controller at the other end. */
#include "tests/host/test.h"
#include "kernel/drivers/usb/ring.h"

#define NR	5
#define DMA	0x1000

/* The controller takes what has its cycle, and follows the link. */
struct consumer {
	unsigned int	at;
	u32		cycle;
};

static const struct trb *consume(struct trb *trbs, struct consumer *c)
{
	const struct trb *trb = &trbs[c->at];

	if ((trb->control & TRB_CYCLE) != c->cycle)
		return NULL;
	if (TRB_TYPE_OF(trb->control) == TRB_LINK) {
		assert_true(trb->control & TRB_TOGGLE);
		assert_int_equal(trb->parameter, DMA);
		c->at = 0;
		c->cycle ^= 1;
		return consume(trbs, c);
	}
	c->at++;
	return trb;
}

static void everything_put_is_taken_in_order(void **state)
{
	struct trb *trbs = malloc(NR * sizeof(*trbs));
	struct consumer c = { 0, 1 };
	struct ring r;
	u64 put = 0, taken = 0;

	(void)state;
	ring_init(&r, trbs, DMA, NR);
	assert_null(consume(trbs, &c));
	while (taken < 1000) {
		while (put - taken < NR - 2 && !one_in(3)) {	/* a full one has a place left: the link is seen in time */
			unsigned int index = r.next;
			u64 dma = ring_put(&r, put++, 8, TRB_TYPE(TRB_NORMAL) | TRB_IOC);

			assert_int_equal(dma, DMA + 16 * index);
			assert_int_equal(ring_index(&r, dma), index);
		}
		while (taken < put && !one_in(3)) {
			const struct trb *trb = consume(trbs, &c);

			assert_non_null(trb);
			assert_int_equal(trb->parameter, taken++);
			assert_int_equal(TRB_TYPE_OF(trb->control), TRB_NORMAL);
		}
		if (taken == put)
			assert_null(consume(trbs, &c));
	}
	free(trbs);
}

static void a_dequeue_pointer_skips_what_was_put(void **state)
{
	struct trb trbs[NR];
	struct ring r;

	(void)state;
	ring_init(&r, trbs, DMA, NR);
	assert_int_equal(ring_position(&r), DMA | 1);
	for (int i = 0; i < NR - 1; i++)
		ring_put(&r, 0, 0, 0);
	assert_int_equal(ring_position(&r), DMA);	/* around: the other cycle */
}

static void addresses_that_are_no_block_are_refused(void **state)
{
	struct trb trbs[NR];
	struct ring r;

	(void)state;
	ring_init(&r, trbs, DMA, NR);
	assert_int_equal(ring_index(&r, DMA + 16 * (NR - 2)), NR - 2);
	assert_int_equal(ring_index(&r, DMA + 16 * (NR - 1)), -1);	/* the link */
	assert_int_equal(ring_index(&r, DMA + 8), -1);
	assert_int_equal(ring_index(&r, DMA - 16), -1);
	assert_int_equal(ring_index(&r, 0), -1);
	assert_int_equal(ring_index(&r, ~0ull), -1);
}

static void events_are_taken_once_around_and_around(void **state)
{
	struct trb *trbs = malloc(NR * sizeof(*trbs)), event;
	unsigned int at = 0;
	struct event_ring r;
	u32 cycle = 1;

	(void)state;
	event_ring_init(&r, trbs, DMA, NR);
	assert_false(event_ring_take(&r, &event));
	for (u64 i = 0; i < 100; i++) {
		assert_int_equal(event_ring_position(&r), DMA + 16 * at);
		trbs[at] = (struct trb){ i, 7, TRB_TYPE(TRB_EVENT_PORT) | cycle };
		if (++at == NR) {
			at = 0;
			cycle ^= 1;
		}
		assert_true(event_ring_take(&r, &event));
		assert_int_equal(event.parameter, i);
		assert_int_equal(event.status, 7);
		assert_false(event_ring_take(&r, &event));
	}
	free(trbs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(everything_put_is_taken_in_order),
		cmocka_unit_test(a_dequeue_pointer_skips_what_was_put),
		cmocka_unit_test(addresses_that_are_no_block_are_refused),
		cmocka_unit_test(events_are_taken_once_around_and_around),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
