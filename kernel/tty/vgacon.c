// SPDX-License-Identifier: BSD-2-Clause
/*
 * The text console on a VGA text screen: one 16-bit word per character, code of
 * code page 437 below, colours above (IBM VGA, alphanumeric modes).
 *
 * The screen is read once, at the start: what firmware and loader left on it
 * stays and scrolls away with the rest.
 */
#include <asm/io.h>
#include <kernel/tty.h>
#include <lib/types.h>
#include "screen.h"

#define MAX_COLS	132
#define MAX_LINES	60
#define FG_UNDERLINED	6
#define MODE_MONO	0x07		/* its screen is elsewhere, its CRTC too */

#define CRTC_INDEX	0x3d4
#define CRTC_DATA	0x3d5
#define CRTC_SHAPE	0x0a		/* first line of the cursor's block */
#define CRTC_NO_CURSOR	0x20
#define CRTC_SHAPE_MASK	0x1f
#define CRTC_START	0x0c		/* registers in pairs, high byte first */
#define CRTC_CURSOR	0x0e

static_assert(MAX_COLS * MAX_LINES * sizeof(u16) <= VGA_TEXT_SIZE, "the largest screen lies in the window");
static_assert(MAX_COLS * MAX_LINES <= SCREEN_MAX_CELLS && MAX_LINES <= VT_MAX_ROWS, "it fits the terminal");

/* All this belongs to the owner of the console. */
static volatile u16 *screen;		/* NULL: lost, nothing is shown */
static u32 columns;
static u8 cursor_shape;			/* the BIOS's own */
static u32 cursor_shown;		/* place + 1, 0: hidden */

/* Code page 437: what the codes 01h.. and 7Fh.. look like. */
static const u16 cp437_low[] = u"☺☻♥♦♣♠•◘○◙♂♀♪♫☼►◄↕‼¶§▬↨↑↓→←∟↔▲▼";
static const u16 cp437_high[] =
	u"⌂ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»"
	u"░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀"
	u"αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0";

static_assert(ARRAY_SIZE(cp437_low) - 1 == 0x1f, "01h to 1Fh");
static_assert(ARRAY_SIZE(cp437_high) - 1 == 0x81, "7Fh to FFh");

static u16 glyph_of(u32 cp)
{
	u32 i;

	if (cp >= 0x20 && cp < 0x7f)
		return cp;
	for (i = 0; i < ARRAY_SIZE(cp437_high) - 1; i++)
		if (cp437_high[i] == cp)
			return 0x7f + i;
	for (i = 0; i < ARRAY_SIZE(cp437_low) - 1; i++)
		if (cp437_low[i] == cp)
			return 0x01 + i;
	return '?';
}

/* ECMA-48 counts red 1, blue 4; VGA blue 1, red 4. */
static u8 swap_red_blue(u8 colour)
{
	return (colour & 0xa) | (colour & 1) << 2 | (colour >> 2 & 1);
}

/* What would be an underline is cyan, as on Linux; a bright background would blink. */
static u16 to_vga(u32 cell)
{
	u8 fg = cell & CELL_UNDERLINE ? FG_UNDERLINED : CELL_FG(cell), bg = CELL_BG(cell) & 7;

	if (fg == bg && CELL_FG(cell) != CELL_BG(cell))
		fg ^= BRIGHT;
	return (swap_red_blue(bg) << 4 | swap_red_blue(fg)) << 8 | (CELL_GLYPH(cell) & 0xff);
}

/* The bit that makes a character blink is lost. */
static u32 from_vga(u16 word)
{
	return CELL(word & 0xff, swap_red_blue(word >> 8 & 0xf), swap_red_blue(word >> 12 & 7));
}

static void crtc_write(u8 reg, u16 value)
{
	outb(reg, CRTC_INDEX);
	outb(value >> 8, CRTC_DATA);
	outb(reg + 1, CRTC_INDEX);
	outb(value, CRTC_DATA);
}

static void vgacon_paint(u32 row, u32 col, const u32 *cells, u32 n)
{
	if (!screen)
		return;
	for (u32 i = 0; i < n; i++)
		screen[row * columns + col + i] = to_vga(cells[i]);
}

static void vgacon_cursor(u32 row, u32 col, bool visible)
{
	u32 place = visible ? row * columns + col + 1 : 0;

	if (!screen || place == cursor_shown)
		return;
	if (!place || !cursor_shown) {
		outb(CRTC_SHAPE, CRTC_INDEX);
		outb(visible ? cursor_shape : CRTC_NO_CURSOR, CRTC_DATA);
	}
	if (place)
		crtc_write(CRTC_CURSOR, place - 1);
	cursor_shown = place;
}

bool screen_is_vga_text(const struct screen_info *si)
{
	return si->orig_video_isVGA == VIDEO_TYPE_TEXT || si->orig_video_isVGA == VIDEO_TYPE_VGAC;
}

int vgacon_init(const struct screen_info *si, volatile void *base, const char **why)
{
	static const struct screen_driver driver = {
		.paint = vgacon_paint, .cursor = vgacon_cursor, .glyph_of = glyph_of,
	};
	u32 cols = si->orig_video_cols, lines = si->orig_video_lines;
	struct vt *vt;

	*why = NULL;
	if (si->orig_video_mode == MODE_MONO)
		*why = "it is in monochrome text mode";
	else if (!cols || cols > MAX_COLS)
		*why = "its number of columns is not 1 to 132";
	else if (!lines || lines > MAX_LINES)
		*why = "its number of lines is not 1 to 60";
	if (*why)
		return -1;
	screen = base;
	columns = cols;
	vt = screen_start(&driver, cols, lines);
	for (u32 i = 0; i < cols * lines; i++)
		vt->main.cells[i] = from_vga(screen[i]);
	screen_taken_over(min((u32)si->orig_x, cols - 1), min((u32)si->orig_y, lines - 1));
	cursor_shown = 0;
	outb(CRTC_SHAPE, CRTC_INDEX);
	cursor_shape = inb(CRTC_DATA) & CRTC_SHAPE_MASK;
	crtc_write(CRTC_START, 0);
	screen_register();
	return 0;
}

void vgacon_remap(volatile void *base)
{
	screen = base;
}
