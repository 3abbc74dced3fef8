/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Code and data that only the boot uses, and that become free memory after it.
 * The build fails when something that stays refers to them (initcheck.py).
 */
#ifndef KERNEL_INITMEM_H
#define KERNEL_INITMEM_H

#include <lib/types.h>

#define __init		__section(".init.text")		/* a function */
#define __initdata	__section(".bss..init")		/* a variable that is 0 at first */
#define __ref		__section(".ref.text") __noinline	/* stays, and calls __init functions only during boot */

/**
 * free_initmem() - all that is marked so to the page allocator; a call into it faults from here on
 * Context: once, after mm_init(), with no function marked __init on the stack.
 */
void free_initmem(void);

#endif
