/* SPDX-License-Identifier: BSD-2-Clause */
/* The initial RAM disk a loader brought: where it is, from memblock_setup() on. */
#ifndef KERNEL_INITRD_H
#define KERNEL_INITRD_H

#include <lib/types.h>

struct initrd {
	phys_addr_t	start;		/* first byte; reserved in memblock */
	u64		size;		/* bytes, 0: there is none */
};

extern struct initrd initrd;

/**
 * initrd_reserve() - believe boot_params if what it says of the initrd can be true
 * All of it must be RAM and none of it the kernel; a warning says what is wrong
 * and the boot goes on without. Call it when memblock knows all RAM and has
 * given none away.
 */
void initrd_reserve(void);

/**
 * initrd_print() - one line saying where it is
 * With "initrd.verify" on the command line also its XXH64, which takes time.
 * Context: after paging_init().
 */
void initrd_print(void);

#endif
