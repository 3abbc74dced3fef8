// SPDX-License-Identifier: BSD-2-Clause
/*
 * What a loader says of the screen is checked here, once, and yields a struct
 * framebuffer that others may believe. Everything only writes to the screen:
 * reading a framebuffer is slow, on some machines hundreds of times.
 */
#include <kernel/framebuffer.h>

#define MAX_PHYS	(1ull << 52)	/* SDM 3A 4.1.4, MAXPHYADDR is at most 52 */

static u8 bits_in_memory(u16 depth)
{
	switch (depth) {
	case 15:
	case 16:
		return 16;
	case 24:
	case 32:
		return depth;
	}
	return 0;
}

static void default_masks(struct framebuffer *fb, u16 depth)
{
	u8 size = depth == 15 || depth == 16 ? 5 : 8;
	u8 green = depth == 16 ? 6 : size;

	fb->blue_pos = 0;
	fb->blue_size = size;
	fb->green_pos = size;
	fb->green_size = green;
	fb->red_pos = size + green;
	fb->red_size = size;
}

static bool mask_fits(u8 pos, u8 size, u8 bpp)
{
	return size >= 1 && size <= 16 && pos + size <= bpp;
}

static u64 mask(u8 pos, u8 size)
{
	return ((1ull << size) - 1) << pos;
}

static bool masks_fit(const struct framebuffer *fb)
{
	u64 r, g, b;

	if (!mask_fits(fb->red_pos, fb->red_size, fb->bpp) ||
	    !mask_fits(fb->green_pos, fb->green_size, fb->bpp) ||
	    !mask_fits(fb->blue_pos, fb->blue_size, fb->bpp))
		return false;
	r = mask(fb->red_pos, fb->red_size);
	g = mask(fb->green_pos, fb->green_size);
	b = mask(fb->blue_pos, fb->blue_size);
	return !(r & g) && !(g & b) && !(r & b);
}

static const char *check(const struct framebuffer *fb, u8 video_type)
{
	u32 bytes = fb->bpp / 8;

	if (video_type != VIDEO_TYPE_EFI && video_type != VIDEO_TYPE_VLFB)
		return "the loader found no linear framebuffer";
	if (!fb->phys)
		return "its address is 0";
	if (!fb->bpp)
		return "its depth is not 15, 16, 24 or 32 bits";
	if (!fb->width || !fb->height)
		return "its width or height is 0";
	if (fb->width > FRAMEBUFFER_MAX_DIM || fb->height > FRAMEBUFFER_MAX_DIM)
		return "its width or height is beyond reason";
	if (fb->pitch < fb->width * bytes)
		return "a row of pixels is longer than its pitch";
	if (bytes != 3 && (fb->pitch % bytes || fb->phys % bytes))
		return "its pixels are not aligned";
	if (fb->phys >= MAX_PHYS || fb->size > MAX_PHYS - fb->phys)
		return "it lies beyond physical memory";
	if (!masks_fit(fb))
		return "its colour masks overlap or do not fit the depth";
	return NULL;
}

int framebuffer_describe(const struct screen_info *si, struct framebuffer *fb, const char **why)
{
	struct framebuffer f = {
		.width = si->lfb_width,
		.height = si->lfb_height,
		.pitch = si->lfb_linelength,
		.bpp = bits_in_memory(si->lfb_depth),
		.red_pos = si->red_pos, .red_size = si->red_size,
		.green_pos = si->green_pos, .green_size = si->green_size,
		.blue_pos = si->blue_pos, .blue_size = si->blue_size,
		.phys = si->lfb_base,
	};

	if (si->capabilities & VIDEO_CAPABILITY_64BIT_BASE)
		f.phys |= (u64)si->ext_lfb_base << 32;
	if (!f.red_size && !f.green_size && !f.blue_size)
		default_masks(&f, si->lfb_depth);
	f.size = (u64)f.pitch * f.height;

	*why = check(&f, si->orig_video_isVGA);
	if (*why)
		return -1;
	*fb = f;
	return 0;
}

static u32 component(u8 v, u8 pos, u8 size)
{
	u32 scaled = size <= 8 ? (u32)v >> (8 - size) : (u32)v << (size - 8);

	return scaled << pos;
}

u32 framebuffer_pixel(const struct framebuffer *fb, u8 red, u8 green, u8 blue)
{
	return component(red, fb->red_pos, fb->red_size) |
	       component(green, fb->green_pos, fb->green_size) |
	       component(blue, fb->blue_pos, fb->blue_size);
}

/* Two pixels a store: a whole screen is cleared at every boot. */
static void fill_32(volatile u8 *row, u32 n, u32 pixel)
{
	typedef u64 __attribute__((aligned(4), may_alias)) pixel_pair;
	volatile pixel_pair *p = (volatile pixel_pair *)row;
	u64 pair = (u64)pixel << 32 | pixel;

	for (; n >= 8; n -= 8, p += 4) {
		p[0] = pair;
		p[1] = pair;
		p[2] = pair;
		p[3] = pair;
	}
	for (; n >= 2; n -= 2)
		*p++ = pair;
	if (n)
		*(volatile u32 *)p = pixel;
}

static void fill_row(const struct framebuffer *fb, volatile u8 *row, u32 n, u32 pixel)
{
	switch (fb->bpp) {
	case 32:
		fill_32(row, n, pixel);
		break;
	case 24:
		for (; n--; row += 3) {
			row[0] = pixel;
			row[1] = pixel >> 8;
			row[2] = pixel >> 16;
		}
		break;
	case 16:
		for (volatile u16 *p = (volatile u16 *)row; n--; p++)
			*p = pixel;
		break;
	}
}

void framebuffer_fill(const struct framebuffer *fb, u32 x, u32 y, u32 w, u32 h, u32 pixel)
{
	volatile u8 *row;

	if (x >= fb->width || y >= fb->height)
		return;
	w = min(w, fb->width - x);
	h = min(h, fb->height - y);
	row = (volatile u8 *)fb->base + (u64)y * fb->pitch + x * (fb->bpp / 8);
	for (; h--; row += fb->pitch)
		fill_row(fb, row, w, pixel);
}
