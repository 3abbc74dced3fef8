/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The strip along the top edge of the framebuffer: the number of the stage the
 * boot is in, in digits, and a cell for each stage passed, at the place its
 * number has. Stub, loader and kernel paint it with the same code, each cell once, so it
 * needs no memory from one to the next; consoles leave its rows alone.
 */
#ifndef LIB_STRIP_H
#define LIB_STRIP_H

#include <boot/bootparam.h>

#define STRIP_ROWS		16	/* pixels, times strip_scale() */
#define STRIP_CELLS_X		28	/* first pixel of the cells, scaled too */
#define STRIP_CELL		6	/* pixels from cell to cell */
#define STRIP_WIDTH		(STRIP_CELLS_X + 100 * STRIP_CELL)

enum strip_state { STRIP_RUNS, STRIP_STOPPED };

/** strip_scale() - screen pixels for a pixel of the strip, by the height of the screen */
static inline unsigned int strip_scale(unsigned int height)
{
	return height >= 1600 ? 2 : 1;
}

/** strip_base() - physical address of the framebuffer; 0 when there is none to paint on */
u64 strip_base(const struct screen_info *si);

/** strip_size() - bytes from there that are painted on */
u32 strip_size(const struct screen_info *si);

enum { STRIP_RED = 1, STRIP_GREEN = 2, STRIP_BLUE = 4, STRIP_WHITE = 7 };

/** strip_fill() - a rectangle, in pixels of the strip, of a colour made of STRIP_RED, _GREEN and _BLUE */
void strip_fill(const struct screen_info *si, void *base, unsigned int x, unsigned int y,
		unsigned int w, unsigned int h, unsigned int colour);

/** strip_cell() - the boot came to stage @nr: its cell, in the colour of its part of the boot */
void strip_cell(const struct screen_info *si, void *base, unsigned int nr);

/**
 * strip_show() - cell and digits of stage @nr, which is 99 at most
 * @base:  where the framebuffer is mapped, strip_size() bytes
 * @state: STRIP_STOPPED paints the digits red: the boot goes no further
 */
void strip_show(const struct screen_info *si, void *base, unsigned int nr, enum strip_state state);

#endif
