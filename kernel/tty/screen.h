/* SPDX-License-Identifier: BSD-2-Clause */
/* Between the screen's terminal and who can paint cells: fbcon.c or vgacon.c. */
#ifndef TTY_SCREEN_H
#define TTY_SCREEN_H

#include "vt.h"

#define SCREEN_MAX_CELLS	32768	/* 240x136; screens that have more get a larger font */

struct screen_driver {
	/* Show @n cells that look the same but for their glyphs, from (@row, @col) on; never read it back. */
	void	(*paint)(u32 row, u32 col, const u32 *cells, u32 n);
	/* Where the cursor is. NULL: it is shown as a cell in reverse */
	void	(*cursor)(u32 row, u32 col, bool visible);
	/* Colours are these from now on, all is painted again; NULL: they stay what they are */
	void	(*palette)(const struct vt_rgb palette[16]);
	u16	(*glyph_of)(u32 cp);	/* of vt_init() */
};

/**
 * screen_start() - the terminal for the one screen there is, blank; painted cells are to look like that
 * @cols, @rows: at most VT_MAX_* and SCREEN_MAX_CELLS
 */
struct vt *screen_start(const struct screen_driver *driver, u32 cols, u32 rows);

/** screen_register() - make it the console "tty0" */
void screen_register(void);

/** screen_taken_over() - the cells were set to what the screen shows, cursor at @col, @row */
void screen_taken_over(u32 col, u32 row);

#endif
