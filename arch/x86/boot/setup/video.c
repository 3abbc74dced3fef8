/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The screen: text, unless a framebuffer was asked for and can be had. What the
 * kernel's console needs to know goes into screen_info.
 */
#include "options.h"
#include "setup.h"

#define BDA_SEG		0x40		/* BIOS data area */
#define BDA_COLUMNS	0x4a
#define BDA_ROWS	0x84		/* less one */
#define BDA_CHAR_HEIGHT	0x85

#define VIDEO_FLAGS_NOCURSOR 0x01

enum adapter { ADAPTER_NONE, ADAPTER_EGA, ADAPTER_VGA };

static void video_call(u16 ax, u16 bx, struct bios_regs *regs)
{
	bios_regs_init(regs);
	regs->eax = ax;
	regs->ebx = bx;
	bios_call(0x10, regs, regs);
}

/* Older than EGA is not found with a 64-bit CPU; no answer means no video BIOS. */
static enum adapter detect_adapter(void)
{
	struct bios_regs regs;
	enum adapter adapter;

	video_call(0x1200, 0x10, &regs);		/* EGA: get configuration */
	if ((u8)regs.ebx == 0x10)
		return ADAPTER_NONE;
	boot_params.screen_info.orig_video_ega_bx = regs.ebx;
	video_call(0x1a00, 0, &regs);			/* VGA: display combination */
	adapter = (u8)regs.eax == 0x1a ? ADAPTER_VGA : ADAPTER_EGA;
	return adapter;
}

static u8 current_mode(void)
{
	struct bios_regs regs;

	video_call(0x0f00, 0, &regs);
	return regs.eax & 0x7f;				/* bit 7: memory was not cleared */
}

/* A loader's menu may have left graphics on. Modes 2, 3 and 7 are 80-column text. */
static void make_text_mode(enum video_kind kind)
{
	struct bios_regs regs;
	u8 mode = current_mode();

	if (kind == VIDEO_TEXT_50) {
		video_call(0x0003, 0, &regs);
		video_call(0x1112, 0, &regs);		/* 8x8 ROM font: 50 lines */
	} else if (mode != 2 && mode != 3 && mode != 7) {
		video_call(0x0003, 0, &regs);
	}
}

static void store_text_mode(enum adapter adapter)
{
	struct screen_info *si = &boot_params.screen_info;
	struct bios_regs regs;

	video_call(0x0f00, 0, &regs);
	si->orig_video_mode = regs.eax & 0x7f;
	si->orig_video_page = (u8)(regs.ebx >> 8);
	si->orig_video_cols = far_read16(BDA_SEG, BDA_COLUMNS);
	si->orig_video_lines = far_read8(BDA_SEG, BDA_ROWS) + 1;
	si->orig_video_points = far_read16(BDA_SEG, BDA_CHAR_HEIGHT);
	si->orig_video_isVGA = adapter == ADAPTER_VGA ? VIDEO_TYPE_VGAC : VIDEO_TYPE_EGAC;

	video_call(0x0300, si->orig_video_page << 8, &regs);
	si->orig_x = regs.edx;
	si->orig_y = regs.edx >> 8;
	if (regs.ecx & 0x2000 || (regs.ecx & 0x1f) < (regs.ecx >> 8 & 0x1f))
		si->flags |= VIDEO_FLAGS_NOCURSOR;
}

void set_video(void)
{
	struct video_request want = video_options(command_line, boot_params.hdr.vid_mode);
	enum adapter adapter = detect_adapter();
	const char *why;

	if (want.kind == VIDEO_UNKNOWN)
		warn("the screen mode asked for by vga= is not known; text mode stays");
	if (want.kind == VIDEO_VESA_MODE || want.kind == VIDEO_VESA_SIZE) {
		why = vesa_set_mode(&want);
		if (!why)
			return;
		warn(why);
	}
	if (adapter == ADAPTER_NONE)
		return;			/* screen_info stays zero: no screen */
	make_text_mode(want.kind);
	store_text_mode(adapter);
}
