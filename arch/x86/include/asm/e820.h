/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory map the kernel works with: that of the loader, sorted and checked. */
#ifndef ASM_E820_H
#define ASM_E820_H

#include <boot/bootparam.h>

#define E820_MAX_ENTRIES	2048	/* accepted from a loader */

struct e820_table {
	unsigned int		nr;
	struct boot_e820_entry	entry[2 * E820_MAX_ENTRIES];
};

extern struct e820_table e820_table;	/* sorted, disjoint, merged; valid after e820_setup() */

/**
 * e820_setup() - take the map of boot_params and its SETUP_E820_EXT nodes
 * Stops the boot when there is no RAM in it.
 */
void e820_setup(void);

/** e820_print() - one line per entry, then totals by type beside what the firmware's own map adds up to */
void e820_print(void);

#endif
