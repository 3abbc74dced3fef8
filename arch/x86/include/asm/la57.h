/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_LA57_H
#define ASM_LA57_H

/**
 * la57_toggle() - change between 4 and 5 levels of paging (SDM 3A 4.1.2)
 * @low: two pages below 4 GiB, identity mapped and executable: the first takes
 *       the trampoline, the second becomes the top-level table
 *
 * The mappings of the lowest 256 TiB (of the lowest 512 GiB * 512 when going
 * down) stay as they are. Interrupts must be off; GDT and segments are the
 * trampoline's afterwards.
 */
void la57_toggle(void *low);

#endif
