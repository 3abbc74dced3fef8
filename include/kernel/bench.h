/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What short operations cost: a table of rows, which the linker collects from
 * wherever they are defined, and the monitor command bench, which runs them.
 *
 * A row is run many times between two readings of the TSC; a row that does
 * nothing is taken off. Under QEMU with -icount shift=0 the TSC counts
 * instructions, so the numbers are those of instructions from before the first
 * argument is loaded to after the last return.
 */
#ifndef KERNEL_BENCH_H
#define KERNEL_BENCH_H

#include <lib/types.h>

struct bench_row {
	const char	*name;
	void		(*run)(unsigned int rounds);
	const u64	*ticks;		/* what run() itself has measured; NULL: all of run() counts */
	/* Before the first run and after the last, interrupts on. NULL: nothing to do */
	void		(*prepare)(void);
	void		(*finish)(void);
};

#define BENCH_ROW(_id) \
	static const struct bench_row bench_row_##_id __used __aligned(8) __section(".bench." #_id)

/**
 * BENCH() - add a row
 * Example: BENCH(kmalloc, "kmalloc(64) and kfree", kfree(kmalloc(64, GFP_KERNEL)));
 * @id:   an identifier; rows come in its order
 * @name: what is done in one round
 * The rest is the statement of one round. It must leave things as they were, and
 * is run with interrupts off.
 */
#define BENCH(_id, _name, ...)								\
	static void bench_run_##_id(unsigned int rounds)				\
	{										\
		for (; rounds; rounds--) {						\
			__VA_ARGS__;							\
			barrier();							\
		}									\
	}										\
	BENCH_ROW(_id) = { .name = _name, .run = bench_run_##_id }

#endif
