/* SPDX-License-Identifier: BSD-2-Clause */
/* See the header. Small before all: three builds of it are in lantern.efi. */
#include <lib/strip.h>

/* 3 x 5 pixels a digit, the top row in the highest bits */
static const u16 digits[10] = {
	075557, 026227, 071747, 071717, 055711, 074717, 074757, 071111, 075757, 075717,
};

#define DOT		3		/* pixels of the strip for a pixel of a digit */
#define DIGIT_X		12		/* from digit to digit */

/* Of parts of the boot, 20 numbers each: stub; stub; setup and loader; kernel head; kernel */
static const u8 part_colour[5] = { STRIP_GREEN, STRIP_GREEN, STRIP_BLUE | STRIP_GREEN, STRIP_RED | STRIP_GREEN, STRIP_WHITE };

u64 strip_base(const struct screen_info *si)
{
	u32 bytes = (si->lfb_depth + 7) / 8;

	if ((si->orig_video_isVGA != VIDEO_TYPE_EFI && si->orig_video_isVGA != VIDEO_TYPE_VLFB) ||
	    bytes < 2 || bytes > 4 || si->lfb_height < 4 * STRIP_ROWS ||
	    si->lfb_width < STRIP_WIDTH * strip_scale(si->lfb_height) || si->lfb_linelength < si->lfb_width * bytes)
		return 0;
	return si->lfb_base |
	       (si->capabilities & VIDEO_CAPABILITY_64BIT_BASE ? (u64)si->ext_lfb_base << 32 : 0);
}

u32 strip_size(const struct screen_info *si)
{
	return si->lfb_linelength * STRIP_ROWS * strip_scale(si->lfb_height);
}

static u32 component(unsigned int on, u8 size, u8 pos)
{
	return on && size < 32 && pos < 32 ? ((1u << size) - 1) << pos : 0;
}

/* Without masks, what is usual for 32 and 24 bits; fewer are close enough. */
static u32 pixel(const struct screen_info *si, unsigned int colour)
{
	if (!(si->red_size | si->green_size | si->blue_size))
		return (colour & STRIP_RED ? 0xff0000 : 0) | (colour & STRIP_GREEN ? 0x00ff00 : 0) | (colour & STRIP_BLUE ? 0xff : 0);
	return component(colour & STRIP_RED, si->red_size, si->red_pos) |
	       component(colour & STRIP_GREEN, si->green_size, si->green_pos) |
	       component(colour & STRIP_BLUE, si->blue_size, si->blue_pos);
}

void strip_fill(const struct screen_info *si, void *base, unsigned int x, unsigned int y,
		unsigned int w, unsigned int h, unsigned int colour)
{
	unsigned int scale = strip_scale(si->lfb_height), bytes = (si->lfb_depth + 7) / 8, i, n;
	volatile u8 *row = (volatile u8 *)base + y * scale * si->lfb_linelength + x * scale * bytes, *p;
	u32 value = pixel(si, colour);

	for (h *= scale; h; h--, row += si->lfb_linelength)
		for (p = row, i = w * scale; i; i--, p += bytes)
			if (bytes == 4)
				*(volatile u32 *)p = value;
			else
				for (n = 0; n < bytes; n++)
					p[n] = value >> 8 * n;
}

void strip_cell(const struct screen_info *si, void *base, unsigned int nr)
{
	strip_fill(si, base, STRIP_CELLS_X + nr * STRIP_CELL, 2, STRIP_CELL - 1, STRIP_ROWS - 4, part_colour[nr / 20]);
}

void strip_show(const struct screen_info *si, void *base, unsigned int nr, enum strip_state state)
{
	unsigned int colour = state == STRIP_STOPPED ? STRIP_RED : STRIP_WHITE, i, bit;

	strip_cell(si, base, nr);
	for (i = 0; i < 2; i++)
		for (bit = 0; bit < 15; bit++)
			strip_fill(si, base, 1 + i * DIGIT_X + bit % 3 * DOT, bit / 3 * DOT, DOT, DOT,
			     digits[i ? nr % 10 : nr / 10] >> (14 - bit) & 1 ? colour : 0);
}
