/* SPDX-License-Identifier: BSD-2-Clause */
/* A linear framebuffer by the VESA BIOS extensions, 2.0 or newer (VBE 3.0, chapter 4). */
#include <lib/string.h>
#include "options.h"
#include "setup.h"

#define VBE_OK			0x004f
#define VBE_MODE_LINEAR		0x4000
#define VBE_LIST_END		0xffff
#define VBE_LIST_MAX		512	/* a list without an end is not read for ever */

struct vbe_info {
	u8	signature[4];		/* "VBE2" in, "VESA" out */
	u16	version;
	u32	oem_string;
	u32	capabilities;
	u16	mode_list_off, mode_list_seg;
	u16	total_memory;		/* 64 KiB units */
	u8	rest[492];
} __packed;
static_assert(sizeof(struct vbe_info) == 512, "VBE 3.0, function 00h");

struct vbe_masks {
	u8	red_size, red_pos, green_size, green_pos, blue_size, blue_pos, rsvd_size, rsvd_pos;
} __packed;

struct vbe_mode_info {
	u16	attributes;
	u8	windows[14];
	u16	line_length;		/* bytes, in banked modes */
	u16	width, height;
	u8	char_size[2];
	u8	planes;
	u8	depth;
	u8	banks;
	u8	memory_model;
	u8	bank_size;
	u8	pages;			/* less one */
	u8	reserved;
	struct vbe_masks masks;
	u8	direct_colour;
	u32	lfb_base;
	u8	reserved2[6];
	u16	linear_line_length;	/* from VBE 3.0 on */
	u8	banked_pages, linear_pages;
	struct vbe_masks linear_masks;
	u8	rest[194];
} __packed;
static_assert(offsetof(struct vbe_mode_info, lfb_base) == 40, "VBE 3.0, function 01h");
static_assert(offsetof(struct vbe_mode_info, linear_masks) == 54, "VBE 3.0, function 01h");
static_assert(sizeof(struct vbe_mode_info) == 256, "VBE 3.0, function 01h");

static bool vbe_call(u16 ax, u16 bx, u16 cx, void *buffer)
{
	struct bios_regs regs;

	bios_regs_init(&regs);
	regs.eax = ax;
	regs.ebx = bx;
	regs.ecx = cx;
	regs.edi = (u32)(unsigned long)buffer;
	bios_call(0x10, &regs, &regs);
	return (u16)regs.eax == VBE_OK;
}

static bool get_info(struct vbe_info *info)
{
	memset(info, 0, sizeof(*info));
	memcpy(info->signature, "VBE2", 4);	/* asks for the newer, longer answer */
	return vbe_call(0x4f00, 0, 0, info) && memcmp(info->signature, "VESA", 4) == 0 &&
	       info->version >= 0x0200;
}

/* A newer BIOS tells linear modes apart from banked ones; the old fields are at the same place for both. */
static struct vesa_mode_facts get_mode(const struct vbe_info *info, u16 nr, struct vbe_mode_info *mode)
{
	memset(mode, 0, sizeof(*mode));
	if (!vbe_call(0x4f01, 0, nr, mode))
		mode->attributes = 0;
	if (info->version >= 0x0300 && mode->linear_line_length) {
		mode->line_length = mode->linear_line_length;
		mode->pages = mode->linear_pages;
		if (mode->linear_masks.red_size)
			mode->masks = mode->linear_masks;
	}
	return (struct vesa_mode_facts){
		.attributes = mode->attributes, .width = mode->width, .height = mode->height,
		.depth = mode->depth, .memory_model = mode->memory_model,
		.lfb_base = mode->lfb_base, .line_length = mode->line_length,
	};
}

/* The number of the best mode of the size wanted, VBE_LIST_END when there is none. */
static u16 find_mode(const struct vbe_info *info, const struct video_request *want, struct vbe_mode_info *mode)
{
	unsigned int best_rank = 0;
	u16 best = VBE_LIST_END;

	for (unsigned int i = 0; i < VBE_LIST_MAX; i++) {
		u16 nr = far_read16(info->mode_list_seg, info->mode_list_off + 2 * i);
		struct vesa_mode_facts facts;
		unsigned int rank;

		if (nr == VBE_LIST_END)
			break;
		facts = get_mode(info, nr, mode);
		if (!vesa_mode_usable(&facts))
			continue;
		rank = vesa_mode_rank(&facts, want);
		if (rank > best_rank) {
			best_rank = rank;
			best = nr;
		}
	}
	return best;
}

static void store_framebuffer(const struct vbe_info *info, const struct vbe_mode_info *mode)
{
	struct screen_info *si = &boot_params.screen_info;

	si->orig_video_isVGA = VIDEO_TYPE_VLFB;
	si->lfb_width = mode->width;
	si->lfb_height = mode->height;
	si->lfb_depth = mode->depth;
	si->lfb_base = mode->lfb_base;
	si->lfb_size = info->total_memory;
	si->lfb_linelength = mode->line_length;
	si->red_size = mode->masks.red_size;
	si->red_pos = mode->masks.red_pos;
	si->green_size = mode->masks.green_size;
	si->green_pos = mode->masks.green_pos;
	si->blue_size = mode->masks.blue_size;
	si->blue_pos = mode->masks.blue_pos;
	si->rsvd_size = mode->masks.rsvd_size;
	si->rsvd_pos = mode->masks.rsvd_pos;
	si->pages = mode->pages;
	si->vesa_attributes = mode->attributes;
	/* bit 0, a DAC of 8 bits, has one meaning on both sides; bit 1 does not */
	si->capabilities = info->capabilities & VIDEO_CAPABILITY_SKIP_QUIRKS;
}

/* VBE/DDC: the monitor's description, 128 bytes */
static void store_edid(void)
{
	if (!vbe_call(0x4f15, 0x0001, 0, boot_params.edid_info))
		memset(boot_params.edid_info, 0, sizeof(boot_params.edid_info));
}

static const char *set_mode(const struct video_request *want, struct vbe_info *info, struct vbe_mode_info *mode)
{
	u16 nr = want->mode;
	struct vesa_mode_facts facts;

	if (!get_info(info))
		return "the video BIOS has no VBE 2.0; text mode stays";
	if (want->kind == VIDEO_VESA_SIZE)
		nr = find_mode(info, want, mode);
	if (nr == VBE_LIST_END)
		return "the video BIOS has no mode of the size asked for; text mode stays";
	facts = get_mode(info, nr, mode);
	if (!vesa_mode_usable(&facts))
		return "the video mode asked for is no linear framebuffer of 15 to 32 bits; text mode stays";
	if (!vbe_call(0x4f02, nr | VBE_MODE_LINEAR, 0, NULL))
		return "the video BIOS refused the mode asked for; text mode stays";
	store_framebuffer(info, mode);
	store_edid();
	return NULL;
}

const char *vesa_set_mode(const struct video_request *want)
{
	void *mark = heap_mark();
	struct vbe_info *info = heap_alloc(sizeof(*info));
	struct vbe_mode_info *mode = heap_alloc(sizeof(*mode));
	const char *why = "no heap to ask the video BIOS with; text mode stays";

	if (info && mode)
		why = set_mode(want, info, mode);
	heap_release(mark);
	return why;
}
