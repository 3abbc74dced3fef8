/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The kernel's side of the strip on the framebuffer's top edge, see <lib/strip.h>.
 * A console on the framebuffer leaves the first STRIP_ROWS * strip_scale() pixel
 * rows alone, and calls strip_repaint() after it has cleared the screen.
 */
#ifndef KERNEL_STRIP_H
#define KERNEL_STRIP_H

#include <boot/stage.h>
#include <lib/strip.h>

/** strip_start_low() - low: from the physical address, which stub and loader have mapped */
void strip_start_low(const struct screen_info *si);

/** strip_suspend() - the framebuffer is not mapped for now */
void strip_suspend(void);

/** strip_map() - the framebuffer is at @base from now on; NULL: lost */
void strip_map(void *base);

/** strip_stage() - the boot is in @stage now */
void strip_stage(enum boot_stage stage);

/** strip_stop() - and goes no further: the digits are red, the name of the stage stands behind the cells */
void strip_stop(enum boot_stage stage);

/** strip_paint_passed() - a cell for each stage that has been imported or passed */
void strip_paint_passed(void);

/** strip_repaint() - all of it, as somebody has cleared the screen */
void strip_repaint(void);

#endif
