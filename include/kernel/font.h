/* SPDX-License-Identifier: BSD-2-Clause */
/* The console font, written as C by mkfont.py from a PSF file at build time. */
#ifndef KERNEL_FONT_H
#define KERNEL_FONT_H

#include <lib/types.h>

#define FONT_WIDTH	8		/* pixels; bit 7 of a row is the leftmost */
#define FONT_HEIGHT	16		/* rows, one byte each */
#define FONT_MAX_GLYPHS	512		/* a text cell has 9 bits for the glyph */

struct font_map {
	u16	cp;			/* code point, rising through the table */
	u16	glyph;
};

struct font {
	const u8		(*glyphs)[FONT_HEIGHT];
	const struct font_map	*map;	/* has the space, and its glyph is blank */
	u16			nr_glyphs;	/* <= FONT_MAX_GLYPHS */
	u16			nr_map;
	u16			replacement;	/* glyph for everything not in the map */
};

extern const struct font console_font;

#endif
