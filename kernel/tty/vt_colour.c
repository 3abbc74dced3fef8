// SPDX-License-Identifier: BSD-2-Clause
/*
 * Colours and attributes (ECMA-48 8.3.117). Every colour a program may name
 * becomes one of sixteen, chosen to be read well on dark ground; what has no
 * picture of its own, as on Linux, gets a colour.
 */
#include "vt.h"
#include <lib/string.h>

const struct vt_rgb vt_palette[16] = {
	{ 0x10, 0x14, 0x1c }, { 0xd0, 0x54, 0x4c }, { 0x6c, 0xb0, 0x5c }, { 0xd0, 0xa0, 0x48 },
	{ 0x50, 0x8c, 0xd8 }, { 0xb0, 0x78, 0xc8 }, { 0x48, 0xb0, 0xb0 }, { 0xc8, 0xcc, 0xd0 },
	{ 0x6c, 0x74, 0x80 }, { 0xff, 0x80, 0x74 }, { 0x98, 0xe0, 0x84 }, { 0xff, 0xd0, 0x70 },
	{ 0x84, 0xbc, 0xff }, { 0xdc, 0xa8, 0xf4 }, { 0x78, 0xe4, 0xe4 }, { 0xff, 0xff, 0xff },
};

#define FG_ITALIC	2
#define FG_DIM		8

/* ------------------------------------------------------------------- one of sixteen */

/*
 * Sixteen colours as programs mean them, for what is near: the palette is softer,
 * so that its colours would attract the pastels and lose the strong ones.
 */
static struct vt_rgb meant(u32 n)
{
	u8 on = n & BRIGHT ? 0xff : 0xaa, off = n & BRIGHT ? 0x55 : 0x00;

	return (struct vt_rgb){ n & 1 ? on : off, n & 2 ? on : off, n & 4 ? on : off };
}

static u32 distance(struct vt_rgb a, struct vt_rgb b)
{
	int r = a.r - b.r, g = a.g - b.g, bl = a.b - b.b;

	return 3 * r * r + 4 * g * g + 2 * bl * bl;	/* about as the eye weighs them */
}

static u8 nearest(struct vt_rgb c)
{
	u8 best = 0;

	for (u32 n = 1; n < 16; n++)
		if (distance(c, meant(n)) < distance(c, meant(best)))
			best = n;
	return best;
}

/* Of xterm's 256: 16 of ours, a cube of 6 levels, 24 greys. */
static u8 indexed(u32 n)
{
	static const u8 level[6] = { 0, 95, 135, 175, 215, 255 };
	u8 grey;

	if (n < 16)
		return n;
	if (n < 232) {
		n -= 16;
		return nearest((struct vt_rgb){ level[n / 36], level[n / 6 % 6], level[n % 6] });
	}
	grey = 8 + 10 * (min(n, 255u) - 232);
	return nearest((struct vt_rgb){ grey, grey, grey });
}

/* ---------------------------------------------------------------------- the palette */

void vt_set_colour(struct vt *vt, u32 value)
{
	vt->palette[value >> 24 & 15] = (struct vt_rgb){ value >> 16, value >> 8, value };
	vt->recoloured = true;
}

void vt_reset_colours(struct vt *vt)
{
	memcpy(vt->palette, vt_palette, sizeof(vt->palette));
	vt->recoloured = true;
}

/* -------------------------------------------------------------------------- the pen */

void vt_update_look(struct vt *vt)
{
	const struct vt_pen *pen = &vt->at.pen;
	u8 fg = pen->fg, bg = pen->bg, swap;

	if (pen->attr & PEN_ITALIC)
		fg = FG_ITALIC;
	if (pen->attr & PEN_DIM)
		fg = FG_DIM;
	else if (pen->attr & PEN_BOLD)
		fg |= BRIGHT;
	if (pen->attr & PEN_BLINK)
		bg ^= BRIGHT;
	if (fg == bg && pen->attr & PEN_MATCHED)
		fg ^= BRIGHT;			/* two colours that differ can still be told apart */
	if (pen->attr & PEN_INVERSE) {
		swap = fg;
		fg = bg;
		bg = swap;
	}
	vt->look = CELL(0, fg, bg) | (pen->attr & PEN_UNDERLINE ? CELL_UNDERLINE : 0);
}

/* 38;5;N and 38;2;R;G;B, 48 for the background. Return: parameters used up beside the first. */
static u32 extended_colour(struct vt *vt, u32 i)
{
	u32 left = vt->nr_params - i;
	const u16 *p = &vt->params[i];
	u8 colour, used;

	if (left >= 2 && p[1] == 5 && p[2] < 256) {
		colour = indexed(p[2]);
		used = 2;
	} else if (left >= 4 && p[1] == 2) {
		colour = nearest((struct vt_rgb){ min(p[2], (u16)255), min(p[3], (u16)255), min(p[4], (u16)255) });
		used = 4;
	} else {
		return left;			/* not to be understood: leave the rest alone */
	}
	*(p[0] == 38 ? &vt->at.pen.fg : &vt->at.pen.bg) = colour;
	vt->at.pen.attr |= PEN_MATCHED;
	return used;
}

/* By parameter: attributes set and cleared */
static const struct { u8 set, clear; } attributes[] = {
	[1] = { PEN_BOLD, PEN_DIM }, [2] = { PEN_DIM, PEN_BOLD }, [3] = { PEN_ITALIC, 0 }, [4] = { PEN_UNDERLINE, 0 },
	[5] = { PEN_BLINK, 0 }, [7] = { PEN_INVERSE, 0 }, [21] = { PEN_UNDERLINE, 0 }, [22] = { 0, PEN_BOLD | PEN_DIM },
	[23] = { 0, PEN_ITALIC }, [24] = { 0, PEN_UNDERLINE }, [25] = { 0, PEN_BLINK }, [27] = { 0, PEN_INVERSE },
};

static void set_rendition(struct vt_pen *pen, u32 p)
{
	if (p == 0)
		*pen = (struct vt_pen){ FG_DEFAULT, BG_DEFAULT, 0 };
	else if (p < ARRAY_SIZE(attributes))
		pen->attr = (pen->attr & ~attributes[p].clear) | attributes[p].set;
	else if (p >= 30 && p <= 37)
		pen->fg = p - 30;
	else if (p == 39)
		pen->fg = FG_DEFAULT;
	else if (p >= 40 && p <= 47)
		pen->bg = p - 40;
	else if (p == 49)
		pen->bg = BG_DEFAULT;
	else if (p >= 90 && p <= 97)
		pen->fg = (p - 90) | BRIGHT;
	else if (p >= 100 && p <= 107)
		pen->bg = (p - 100) | BRIGHT;
}

void vt_select_graphic_rendition(struct vt *vt)
{
	for (u32 i = 0; i <= vt->nr_params; i++) {
		if (vt->params[i] == 38 || vt->params[i] == 48)
			i += extended_colour(vt, i);
		else
			set_rendition(&vt->at.pen, vt->params[i]);
	}
	vt_update_look(vt);
}
