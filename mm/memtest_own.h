/* SPDX-License-Identifier: BSD-2-Clause */
/* The last part of the memory test: the memory the kernel itself is in. */
#ifndef MM_MEMTEST_OWN_H
#define MM_MEMTEST_OWN_H

#include "memtest_state.h"

/**
 * memtest_own_list() - what RAM is left when memtest_now.memory is tested, but for what the firmware
 * or a device uses
 * @own: empty; what it has no room for is left out
 * Return: bytes of RAM that are in neither list.
 */
u64 memtest_own_list(struct memblock_type *own);

/**
 * memtest_own_begin() - find a place in tested memory for the kernel, and for what it saves
 * memtest_own_end() - give it back; also after a begin that failed
 * Return: false, which was told, when there is none.
 */
bool memtest_own_begin(void);
void memtest_own_end(void);

/**
 * memtest_own_step() - all patterns but fade on some of the memory that the kernel uses, which is as before afterwards
 * @work:   of the list; what is tested is taken from it
 * @inject: called in between as after any pass that writes; as all it calls it touches static data and @piece only
 * @error:  as struct memtest_piece has it, under the same rule
 * Context: a thread on the boot CPU. All CPUs stand still for as long as it takes to test about 1 MiB.
 * Return: bytes that were tested, 0 when nothing is left, or -EBUSY when the kernel could not be moved.
 */
s64 memtest_own_step(struct memtest_work *work, void (*inject)(const struct memblock_region *piece),
		     void (*error)(phys_addr_t pa, u64 expected, u64 found));

#endif
