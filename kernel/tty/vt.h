/* SPDX-License-Identifier: BSD-2-Clause */
/* A terminal that fills an array of cells; how they get onto a screen is for its console to know. */
#ifndef TTY_VT_H
#define TTY_VT_H

#include <lib/types.h>

/* A cell: glyph in bits 0..8, foreground colour in 9..12, background in 13..15. */
#define CELL(glyph, fg, bg)	((u16)((glyph) | (fg) << 9 | (bg) << 13))
#define CELL_GLYPH(c)		((c) & 0x1ff)
#define CELL_FG(c)		((c) >> 9 & 0xf)
#define CELL_BG(c)		((c) >> 13)

#define FG_DEFAULT	7
#define BG_DEFAULT	0
#define BRIGHT		8

#define VT_MAX_PARAMS	8		/* of an escape sequence */

enum vt_parser { VT_TEXT, VT_ESCAPE, VT_CSI };

/* A text screen of cells and the terminal that fills it. */
struct vt {
	u16	*cells;			/* cols * rows of them; the text as it should be shown */
	u32	cols, rows;
	u32	col, row;		/* cursor; col == cols: wrap before the next character */
	u32	dirty_from, dirty_to;	/* rows [from, to) changed since vt_clean() */
	u16	(*glyph_of)(u32 cp);	/* glyph of a code point, 9 bits */
	u16	blank;			/* glyph of the space */
	u8	fg, bg;			/* colours, 0..15 and 0..7 */
	bool	bold, inverse;
	enum vt_parser parser;
	u16	params[VT_MAX_PARAMS];
	u8	nr_params;		/* index of the parameter being read */
	bool	private;		/* the sequence has bytes we know nothing of */
	char	utf8[4];		/* an unfinished character */
	u8	utf8_len, utf8_need;
};

/**
 * vt_init() - a blank screen in the default colours, cursor at its start
 * @cells:    room for @cols * @rows
 * @glyph_of: called for every character; has a blank glyph for the space
 */
void vt_init(struct vt *vt, u16 *cells, u32 cols, u32 rows, u16 (*glyph_of)(u32 cp));

/** vt_write() - take @n bytes, whatever they are; a chunk may end anywhere */
void vt_write(struct vt *vt, const char *s, size_t n);

/** vt_cursor() - index of the cell the cursor is on */
u32 vt_cursor(const struct vt *vt);

/** vt_clean() - all that changed has been shown */
void vt_clean(struct vt *vt);

#endif
