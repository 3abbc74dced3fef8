/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A terminal: bytes go in, an array of cells changes, bytes it is asked for come
 * back by a callback. How cells get onto a screen is for others to know (screen.c).
 * It keeps everything in its struct vt, allocates nothing and waits for nobody.
 *
 * What it understands is what TERM=linux speaks: the controls and sequences of a
 * VT102, colours of ECMA-48 and beyond, UTF-8, and the alternate screen of xterm.
 */
#ifndef TTY_VT_H
#define TTY_VT_H

#include <lib/types.h>

/* A cell: glyph in bits 0..15, foreground colour in 16..19, background in 20..23. */
#define CELL(glyph, fg, bg)	((u32)(glyph) | (u32)(fg) << 16 | (u32)(bg) << 20)
#define CELL_UNDERLINE		(1u << 24)
#define CELL_GLYPH(c)		((c) & 0xffff)
#define CELL_FG(c)		((c) >> 16 & 0xf)
#define CELL_BG(c)		((c) >> 20 & 0xf)
#define CELL_LOOK(c)		((c) >> 16)	/* all but the glyph */

#define FG_DEFAULT	7
#define BG_DEFAULT	0
#define BRIGHT		8

struct vt_rgb {
	u8	r, g, b;
};
extern const struct vt_rgb vt_palette[16];	/* until a program changes it */

#define VT_MAX_PARAMS	16		/* of an escape sequence */
#define VT_MAX_COLS	2048
#define VT_MAX_ROWS	256

/* modes: what programs switch on and off */
#define VT_AUTOWRAP	0x001		/* ?7 */
#define VT_ORIGIN	0x002		/* ?6: rows count from the scroll region's first */
#define VT_INSERT	0x004		/* 4 */
#define VT_NEWLINE	0x008		/* 20: a line feed returns the carriage too */
#define VT_CURSOR	0x010		/* ?25: it is visible */
#define VT_REVERSE	0x020		/* ?5: the whole screen, for who shows it */
#define VT_ALTERNATE	0x040		/* ?47, ?1047, ?1049 */
#define VT_LATIN1	0x080		/* ESC % @: bytes are characters */
/* The next three are for what is typed or pasted. */
#define VT_CURSOR_KEYS	0x100		/* ?1: arrows send ESC O */
#define VT_KEYPAD	0x200		/* ESC = */
#define VT_PASTE	0x400		/* ?2004: brackets around what is pasted */
#define VT_MODES_AT_START (VT_AUTOWRAP | VT_CURSOR)

/* How the next character looks */
struct vt_pen {
	u8	fg, bg;			/* 0..15 */
	u8	attr;			/* PEN_* */
};
#define PEN_BOLD	0x01
#define PEN_DIM		0x02
#define PEN_ITALIC	0x04
#define PEN_UNDERLINE	0x08
#define PEN_BLINK	0x10
#define PEN_INVERSE	0x20
#define PEN_MATCHED	0x40		/* a colour is the nearest there is to what was asked for */

/* What ESC 7 keeps */
struct vt_place {
	u32	col, row;		/* col == cols: wrap before the next character */
	struct vt_pen pen;
	bool	origin;			/* VT_ORIGIN; of what is kept only */
	bool	graphics[2];		/* G0, G1: the line drawing characters of a VT100 */
	u8	shift;			/* which of these is in use */
};

/* A screenful. Line by line it is where line[] says, so lines move without their cells. */
struct vt_page {
	u32	*cells;			/* cols * rows of them; NULL: there is no such page */
	u16	line[VT_MAX_ROWS];	/* a permutation of 0..rows-1 */
};

/* Lines that have left the screen at its top; a ring. */
struct vt_history {
	u32	*cells;			/* cols * size of them; NULL: nothing is kept */
	u32	size, count;		/* lines */
	u32	next;			/* where the next one goes */
};

enum vt_parser { VT_TEXT, VT_ESCAPE, VT_ESCAPE_MORE, VT_CSI, VT_SKIP, VT_STRING, VT_OSC, VT_PALETTE };

/* One terminal. Who calls its functions sees to it that nobody else does at the same time. */
struct vt {
	u32	cols, rows;
	struct vt_page *page;		/* the one on the screen */
	struct vt_page main, alternate;
	struct vt_history history;	/* of the main page */
	struct vt_place at, saved, left;	/* now; ESC 7; when the main page was left */
	u32	top, bottom;		/* rows [top, bottom) scroll */
	u32	modes;			/* VT_* */
	u32	look;			/* at.pen as the upper half of a cell */
	u8	tabs[VT_MAX_COLS / 8];	/* a bit for each column */

	u32	dirty_from, dirty_to;	/* rows [from, to) changed since vt_clean(), where they are now */
	u32	scrolled;		/* whole-screen scrolls up since then */
	bool	recoloured;		/* palette[] is another one since then */
	struct vt_rgb palette[16];

	u16	(*glyph_of)(u32 cp);	/* glyph of a code point */
	u16	ascii[0x7f];		/* the same, for what comes most often */
	/* Send @n bytes to the program, as if typed; NULL: nobody asks. Must not come back here. */
	void	(*reply)(struct vt *vt, const char *s, size_t n);

	enum vt_parser parser;
	u16	params[VT_MAX_PARAMS];
	u8	nr_params;		/* index of the parameter being read */
	u8	mark;			/* byte that makes it another sequence: '?', '>'...; VT_NO_SEQUENCE: none of ours */
	u8	digits;			/* of a colour, that have come */
	u32	colour;			/* these */
	bool	printing;		/* within vt_print() */
	char	utf8[4];		/* an unfinished character */
	u8	utf8_len, utf8_need;
};

/**
 * vt_init() - a blank screen in the default colours, cursor at its start
 * @cells:    room for @cols * @rows, which are at least 1 and at most VT_MAX_*
 * @glyph_of: called for every character outside ASCII; has a blank glyph for the space
 */
void vt_init(struct vt *vt, u32 *cells, u32 cols, u32 rows, u16 (*glyph_of)(u32 cp));

/** vt_give_alternate() - room for the alternate screen, cols * rows cells; without it main stays on the screen */
void vt_give_alternate(struct vt *vt, u32 *cells);

/** vt_give_history() - room for @lines lines of cols cells that left the screen */
void vt_give_history(struct vt *vt, u32 *cells, u32 lines);

/** vt_write() - take @n bytes of a program, whatever they are; a chunk may end anywhere */
void vt_write(struct vt *vt, const char *s, size_t n);

/** vt_recover() - undo what programs made of modes, colours and pages: the kernel is about to speak for the last time */
void vt_recover(struct vt *vt);

/** vt_print() - the same for text of the kernel's: a line feed returns the carriage, nothing is answered */
void vt_print(struct vt *vt, const char *s, size_t n);

/** vt_line() - the cells of row @row, 0 to rows - 1; @back lines further up, at most history.count */
const u32 *vt_line(const struct vt *vt, u32 row, u32 back);

/** vt_cursor_col() - the column the cursor is on; its row is at.row */
static inline u32 vt_cursor_col(const struct vt *vt)
{
	return min(vt->at.col, vt->cols - 1);
}

/** vt_clean() - all that changed has been shown */
void vt_clean(struct vt *vt);

/* ------------------------------------------------- between the files of the terminal */

#define VT_NO_SEQUENCE	0xff

/* vt_screen.c: rows and columns are in range, ranges not empty unless said */
u32 *vt_row(struct vt *vt, u32 row);
void vt_touch(struct vt *vt, u32 from, u32 to);
/** vt_erase() - blank the cells [from, to) of a row, which may be none, in the background of now */
void vt_erase(struct vt *vt, u32 row, u32 from, u32 to);
void vt_erase_rows(struct vt *vt, u32 from, u32 to);
/** vt_scroll_up() - rows [from, to) move up by @n; with @keep, what leaves the main page at the top is history */
void vt_scroll_up(struct vt *vt, u32 from, u32 to, u32 n, bool keep);
void vt_scroll_down(struct vt *vt, u32 from, u32 to, u32 n);
/** vt_insert_cells() - make @n blank cells at the cursor; vt_delete_cells() - take @n out */
void vt_insert_cells(struct vt *vt, u32 n);
void vt_delete_cells(struct vt *vt, u32 n);
void vt_show_page(struct vt *vt, struct vt_page *page);

/* vt_csi.c */
void vt_run_csi(struct vt *vt, u8 final);
/** vt_go() - the cursor to a column, and a row as VT_ORIGIN counts; what is outside becomes the nearest inside */
void vt_go(struct vt *vt, u32 row, u32 col);
void vt_save(struct vt *vt, struct vt_place *place);
void vt_restore(struct vt *vt, const struct vt_place *place);
void vt_reset(struct vt *vt);
void vt_answer(struct vt *vt, const char *s);

/* vt_colour.c */
void vt_update_look(struct vt *vt);
void vt_select_graphic_rendition(struct vt *vt);
/** vt_set_colour() - @value is seven digits: which colour, then red, green, blue */
void vt_set_colour(struct vt *vt, u32 value);
void vt_reset_colours(struct vt *vt);

/* vt_chars.c */
/** vt_width() - columns a character takes: 0 (it goes with the one before), 1 or 2 */
unsigned int vt_width(u32 cp);
/** vt_line_drawing() - what a VT100 shows for @c, 0x60 to 0x7e, in its graphics set */
u16 vt_line_drawing(u8 c);

#endif
