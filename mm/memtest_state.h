/* SPDX-License-Identifier: BSD-2-Clause */
/* How far a memory test has come: written by memtest_run.c, shown by memtest_panel.c. */
#ifndef MM_MEMTEST_STATE_H
#define MM_MEMTEST_STATE_H

#include "memtest.h"
#include <asm/percpu.h>

#define MEMTEST_REPORTS	16		/* errors kept in full, the first of each run */

struct memtest_error {
	phys_addr_t	pa;
	u64		expected, found;	/* the same: it was right when read again */
	const char	*pattern;
};

struct memtest_state {
	struct memtest_options	options;
	struct memblock_type	memory;		/* under test */
	struct memblock_type	bad;		/* guarded by lock, as are the errors */
	u64			free;		/* bytes that were free before */

	unsigned int		passes;		/* whole ones done */
	const char		*pattern;	/* being run */
	struct memtest_pass	pass;		/* of it, what all CPUs are at */
	bool			own;		/* it is the memory of the kernel that is tested, memory is another */
	bool			stopped;	/* by a key; atomic */

	u64			start;		/* ns */
	u64			moved, to_move;	/* bytes read and written, now and at the end; atomic */
	struct {
		u64		moved;
		phys_addr_t	at;		/* the last piece it took */
	} cpu[NR_CPUS];

	struct spinlock		lock;
	unsigned long		nr_errors;
	struct memtest_error	errors[MEMTEST_REPORTS];
};

extern struct memtest_state memtest_now;

/** memtest_draw() - the panel: all of it on one page. Context: one CPU */
void memtest_draw(void);

/** memtest_option_text() - "memmap=4K$0x2345000,..." of all bad ranges. Return: bytes it takes, what fits @size is written */
int memtest_option_text(char *text, size_t size);

#endif
