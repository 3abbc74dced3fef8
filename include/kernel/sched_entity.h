/* SPDX-License-Identifier: BSD-2-Clause */
/* What the scheduler keeps of each thread; the rules are in kernel/sched/runqueue.h. */
#ifndef KERNEL_SCHED_ENTITY_H
#define KERNEL_SCHED_ENTITY_H

#include <lib/list.h>
#include <lib/rbtree.h>
#include <lib/types.h>

#define PRIO_IDLE	(-1)		/* runs when nobody else does; never waits */
#define PRIO_FAIR	0
#define PRIO_FIFO_MAX	31

#define NICE_MIN	(-20)		/* weighs most */
#define NICE_MAX	19
#define NICE_0_WEIGHT	1024

struct sched_entity {
	union {				/* while it waits; in_line says which */
		struct rb_node	node;
		struct list_head link;
	};
	u64		vruntime;	/* fair: what it is charged; FIFO: its number in the line */
	u64		sum_exec;	/* time it has run */
	u32		charge;		/* for a tick of the clock, 1 << CHARGE_SHIFT at nice 0 */
	s8		prio, nice;
	bool		on_rq;		/* it runs or waits */
	bool		in_line;
};

/** se_set_class() - prio PRIO_IDLE..PRIO_FIFO_MAX, nice NICE_MIN..NICE_MAX; @se, zeroed at first, is in no queue */
void se_set_class(struct sched_entity *se, int prio, int nice);

/** se_weight() - share of the CPU of a nice value, NICE_0_WEIGHT at 0 and a quarter more for each step below */
u32 se_weight(int nice);

#endif
