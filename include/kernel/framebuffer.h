/* SPDX-License-Identifier: BSD-2-Clause */
/* A linear framebuffer, checked; and the few things done to it directly. */
#ifndef KERNEL_FRAMEBUFFER_H
#define KERNEL_FRAMEBUFFER_H

#include <boot/bootparam.h>
#include <lib/types.h>

#define FRAMEBUFFER_MAX_DIM	16384	/* pixels, either way */

struct framebuffer {
	volatile void	*base;		/* mapped by the caller, write-combining at best */
	u32		width, height;	/* pixels */
	u32		pitch;		/* bytes from row to row, >= width * bpp / 8 */
	u8		bpp;		/* bits a pixel takes in memory: 16, 24 or 32 */
	u8		red_pos, red_size;	/* bits; pos + size <= bpp, size 1..16 */
	u8		green_pos, green_size;
	u8		blue_pos, blue_size;
	u64		phys;		/* physical address of the first pixel */
	u64		size;		/* bytes, pitch * height */
};

/**
 * framebuffer_describe() - check what a loader says of the screen
 * @si:  from boot_params; anything at all may stand in it
 * @fb:  filled on success, base NULL
 * @why: set on failure to a sentence for the log
 * lfb_size is not used: loaders disagree on its unit. Masks that are all empty
 * mean the usual order of the depth.
 * Return: 0 or -1.
 */
int framebuffer_describe(const struct screen_info *si, struct framebuffer *fb, const char **why);

/** framebuffer_pixel() - the pixel value of a colour, components 0..255 */
u32 framebuffer_pixel(const struct framebuffer *fb, u8 red, u8 green, u8 blue);

/**
 * framebuffer_fill() - paint a rectangle, cut to the screen, with a pixel value
 * Writes only. Context: any.
 */
void framebuffer_fill(const struct framebuffer *fb, u32 x, u32 y, u32 w, u32 h, u32 pixel);

#endif
