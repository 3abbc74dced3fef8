/* SPDX-License-Identifier: BSD-2-Clause */
/* The early page tables as ptearly.c kept them, for ptearly_draw.c and for nobody else. */
#ifndef PTEARLY_H
#define PTEARLY_H

#include <lib/types.h>

struct pt_early_entry {
	u8	table;			/* < NR_TABLES */
	u16	index;
	u64	entry;
};

/** pt_early_entries() - all that were kept, by table and ascending index */
const struct pt_early_entry *pt_early_entries(unsigned int *nr);

const char *pt_early_name(unsigned int table);
phys_addr_t pt_early_address(unsigned int table);

/** pt_early_next() - the table an entry leads to; -1: none that was kept */
int pt_early_next(u64 entry);

/** pt_early_draw() - tables as boxes, what leads from one to the next as lines */
void pt_early_draw(void);

#endif
