/* SPDX-License-Identifier: BSD-2-Clause */
/* The console fonts, written as C by mkfont.py from PSF files at build time. */
#ifndef KERNEL_FONT_H
#define KERNEL_FONT_H

#include <lib/types.h>

#define FONT_MAX_GLYPHS	512
#define FONT_MAX_BYTES	64		/* of a glyph */

/* One size; glyph numbers mean the same in each. */
struct font {
	const u8	*glyphs;	/* width / 8 * height bytes each, row by row, leftmost pixel in bit 7 */
	u8		width, height;	/* pixels: 8x16 or 16x32 */
};

struct font_map {
	u16	cp;			/* code point, rising through the table */
	u16	glyph;
};

struct font_chars {
	const struct font_map	*map;	/* has the space, and its glyph is blank */
	u16			nr_glyphs;	/* <= FONT_MAX_GLYPHS */
	u16			nr_map;
	u16			replacement;	/* glyph for everything not in the map */
};

extern const struct font console_fonts[2];	/* small, large */
extern const struct font_chars console_chars;

#endif
