// SPDX-License-Identifier: BSD-2-Clause
/*
 * The text console on a VGA text screen: one 16-bit word per character, code of
 * code page 437 below, colours above (IBM VGA, alphanumeric modes).
 *
 * As in fbcon there are two arrays, wanted[] and shown[], and only cells that
 * differ are stored. The screen is read once, at the start: what firmware and
 * loader left on it stays and scrolls away with the rest.
 */
#include <asm/io.h>
#include <kernel/console.h>
#include <kernel/tty.h>
#include <lib/string.h>
#include <lib/types.h>
#include "vt.h"

#define MAX_COLS	132
#define MAX_LINES	60
#define MODE_MONO	0x07		/* its screen is elsewhere, its CRTC too */

#define CRTC_INDEX	0x3d4
#define CRTC_DATA	0x3d5
#define CRTC_START	0x0c		/* registers in pairs, high byte first */
#define CRTC_CURSOR	0x0e

static_assert(MAX_COLS * MAX_LINES * sizeof(u16) <= VGA_TEXT_SIZE, "the largest screen lies in the window");

/* Belongs to whoever is inside write(): console->busy guards it. */
static struct vt vt;
static volatile u16 *screen;		/* NULL: lost, nothing is shown */
static u32 cursor_shown;

static u16 wanted[MAX_COLS * MAX_LINES];
static u16 shown[MAX_COLS * MAX_LINES];

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

static u16 to_vga(u16 cell)
{
	u8 attribute = swap_red_blue(CELL_BG(cell)) << 4 | swap_red_blue(CELL_FG(cell));

	return attribute << 8 | (CELL_GLYPH(cell) & 0xff);
}

/* The bit that makes a character blink is lost. */
static u16 from_vga(u16 word)
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

static void show(void)
{
	u32 cursor = vt_cursor(&vt);

	if (!screen)
		return;
	for (u32 i = vt.dirty_from * vt.cols; i < vt.dirty_to * vt.cols; i++)
		if (shown[i] != wanted[i]) {
			shown[i] = wanted[i];
			screen[i] = to_vga(wanted[i]);
		}
	vt_clean(&vt);
	if (cursor != cursor_shown)
		crtc_write(CRTC_CURSOR, cursor);
	cursor_shown = cursor;
}

static void vgacon_write(struct console *con, const char *s, size_t n)
{
	(void)con;
	vt_write(&vt, s, n);
	show();
}

static void take_over_screen(void)
{
	for (u32 i = 0; i < vt.cols * vt.rows; i++)
		wanted[i] = shown[i] = from_vga(screen[i]);
}

static struct console vga_console = { .name = "tty0", .write = vgacon_write };

bool screen_is_vga_text(const struct screen_info *si)
{
	return si->orig_video_isVGA == VIDEO_TYPE_TEXT || si->orig_video_isVGA == VIDEO_TYPE_VGAC;
}

int vgacon_init(const struct screen_info *si, volatile void *base, const char **why)
{
	u32 cols = si->orig_video_cols, lines = si->orig_video_lines;

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
	vt_init(&vt, wanted, cols, lines, glyph_of);
	vt.col = min((u32)si->orig_x, cols - 1);
	vt.row = min((u32)si->orig_y, lines - 1);
	take_over_screen();
	vt_clean(&vt);
	cursor_shown = ~0u;
	crtc_write(CRTC_START, 0);
	register_console(&vga_console);
	return 0;
}

void vgacon_remap(volatile void *base)
{
	screen = base;
}
