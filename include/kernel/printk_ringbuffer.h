/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The log: records of text in a ring of cells. Any CPU in any context may add
 * one, an NMI in the middle of another writer too; nobody ever waits. A reader
 * keeps its own place and takes nothing out. The newest record pushes out the
 * oldest, always as a whole.
 */
#ifndef KERNEL_PRINTK_RINGBUFFER_H
#define KERNEL_PRINTK_RINGBUFFER_H

#include <lib/types.h>

#define PRB_CELLS	1024		/* of 64 bytes; a power of two */
#define PRB_TEXT_MAX	1023		/* bytes of text of one record */

struct prb_cell {
	u64	stamp;			/* last write: (lap + 1) * 2, plus 1 where a record begins */
	u64	word[7];		/* a record's first: time, prb_info; the rest is text */
};

struct printk_ringbuffer {
	u64		head;		/* cells ever taken << 24 | records ever begun, modulo 2^24 */
	struct prb_cell	cell[PRB_CELLS];
};

/* What a record carries beside its text. */
struct prb_info {
	u64	time;			/* TSC when it was written */
	u16	len;			/* bytes of text */
	s8	level;			/* LOGLEVEL_*, <kernel/printk.h> */
	bool	goes_on;		/* named no level: may be a piece of the line before it */
};

/* A reader's place. All 0: the oldest record there is. */
struct prb_reader {
	u64	pos;			/* cell it looks at next */
	u32	nr;			/* number of the record it expects there */
	u32	lost;			/* records it never saw; the owner reads and resets it */
};

/**
 * prb_write() - add a record
 * @info: len is at most PRB_TEXT_MAX
 * Return: false when the ring is full of records that their writers have begun and
 *         not ended; readers then count one lost.
 * Context: any. A writer that stops in the middle stops readers at its record, so
 *          the caller keeps interrupts of its CPU off.
 */
bool prb_write(struct printk_ringbuffer *rb, const struct prb_info *info, const char *text);

/**
 * prb_read() - copy the next record
 * @text: PRB_TEXT_MAX + 1 bytes; terminated
 * @skip_unfinished: go past a record whose writer has not ended; for a panic, when
 *                   that writer may never go on
 * Return: false at the end of the log, or at an unfinished record.
 * Context: any, but one user of @r at a time.
 */
bool prb_read(const struct printk_ringbuffer *rb, struct prb_reader *r, struct prb_info *info,
	      char *text, bool skip_unfinished);

/** prb_has_next() - whether there is something for prb_read() to look at that somebody has ended */
bool prb_has_next(const struct printk_ringbuffer *rb, const struct prb_reader *r);

#endif
