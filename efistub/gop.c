/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The framebuffer for the kernel: of all Graphics Output Protocols (UEFI 12.9)
 * the one that the text console is on, else the first usable one. The mode is
 * left as it is. No display at all is no error.
 */
#include "stub.h"
#include <lib/string.h>
#include <lib/strip.h>

static bool usable(const efi_graphics_output_t *gop)
{
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;

	if (!gop->Mode || !gop->Mode->Info || !gop->Mode->FrameBufferBase)
		return false;
	info = gop->Mode->Info;
	return info->PixelFormat < PixelBltOnly && info->HorizontalResolution &&
	       info->VerticalResolution && info->PixelsPerScanLine >= info->HorizontalResolution;
}

static efi_graphics_output_t *choose_gop(struct stub *s)
{
	efi_boot_services_t *bs = s->st->BootServices;
	efi_guid_t guid = GRAPHICS_OUTPUT_GUID;
	efi_graphics_output_t *chosen = NULL;
	efi_handle_t *handles = NULL;
	UINTN i, count = 0;

	if (EFI_ERROR(bs->LocateHandleBuffer(ByProtocol, &guid, NULL, &count, &handles)))
		return NULL;
	for (i = 0; i < count; i++) {
		efi_graphics_output_t *gop = stub_handle_protocol(s, handles[i], GRAPHICS_OUTPUT_GUID);

		if (!gop || !usable(gop))
			continue;
		if (stub_handle_protocol(s, handles[i], CONSOLE_OUT_DEVICE_GUID)) {
			chosen = gop;
			break;
		}
		if (!chosen)
			chosen = gop;
	}
	bs->FreePool(handles);
	return chosen;
}

static void mask_to_field(u32 mask, u8 *size, u8 *pos)
{
	*pos = mask ? __builtin_ctz(mask) : 0;
	for (*size = 0; mask; mask &= mask - 1)
		++*size;
}

static void set_pixel_format(struct screen_info *si, const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info)
{
	EFI_PIXEL_BITMASK mask = { 0x0000ff, 0x00ff00, 0xff0000, 0xff000000 };	/* RGB, low byte first */
	u32 all;

	if (info->PixelFormat == PixelBlueGreenRedReserved8BitPerColor) {
		mask.RedMask = 0xff0000;
		mask.BlueMask = 0x0000ff;
	} else if (info->PixelFormat == PixelBitMask) {
		mask = info->PixelInformation;
	}
	mask_to_field(mask.RedMask, &si->red_size, &si->red_pos);
	mask_to_field(mask.GreenMask, &si->green_size, &si->green_pos);
	mask_to_field(mask.BlueMask, &si->blue_size, &si->blue_pos);
	mask_to_field(mask.ReservedMask, &si->rsvd_size, &si->rsvd_pos);
	/* a pixel is as wide as its highest bit, in whole bytes (UEFI 12.9.2) */
	all = mask.RedMask | mask.GreenMask | mask.BlueMask | mask.ReservedMask;
	si->lfb_depth = all ? (32 - __builtin_clz(all) + 7) / 8 * 8 : 0;
}

void stub_screen(struct stub *s)
{
	struct screen_info *si = &s->screen;
	const EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info;
	efi_graphics_output_t *gop = choose_gop(s);
	u64 base;

	memset(si, 0, sizeof(*si));
	s->strip = NULL;
	s->gop = gop;
	if (!gop)
		return;
	info = gop->Mode->Info;
	base = gop->Mode->FrameBufferBase;
	si->orig_video_isVGA = VIDEO_TYPE_EFI;
	si->lfb_base = base;
	si->ext_lfb_base = base >> 32;
	si->capabilities = VIDEO_CAPABILITY_SKIP_QUIRKS;
	if (base >> 32)
		si->capabilities |= VIDEO_CAPABILITY_64BIT_BASE;
	si->lfb_width = info->HorizontalResolution;
	si->lfb_height = info->VerticalResolution;
	set_pixel_format(si, info);
	si->lfb_linelength = info->PixelsPerScanLine * (si->lfb_depth / 8);
	si->lfb_size = (u32)si->lfb_linelength * si->lfb_height;
	si->pages = 1;
	base = strip_base(si);
	if (base == (uintptr_t)base)
		s->strip = (void *)(uintptr_t)base;
}

/* What else the display could show, for the boot report. */
static void list_modes(struct stub *s, struct gop_modes *list)
{
	efi_graphics_output_t *gop = s->gop;
	u32 i;

	list->version = GOP_MODES_VERSION;
	list->offered = gop->Mode->MaxMode;
	list->current = gop->Mode->Mode;
	for (i = 0; i < list->offered && i < GOP_MODES_MAX; i++) {
		EFI_GRAPHICS_OUTPUT_MODE_INFORMATION *info = NULL;
		UINTN size;

		if (EFI_ERROR(gop->QueryMode(gop, i, &size, &info)) || !info)
			continue;
		list->mode[list->nr++] = (struct gop_mode){ i, info->HorizontalResolution, info->VerticalResolution,
							    info->PixelFormat };
		s->st->BootServices->FreePool(info);
	}
}

/* Once more, as what came before may have changed the mode. */
efi_status_t stub_graphics(struct stub *s)
{
	struct screen_info *si = &s->handoff->params.screen_info;

	stub_screen(s);
	if (s->gop)
		list_modes(s, &s->handoff->gop);
	*si = s->screen;
	if (si->orig_video_isVGA)
		stub_detail(s, "%ux%u, %u bits, %u bytes a line at %#llx", si->lfb_width, si->lfb_height, si->lfb_depth,
			    si->lfb_linelength, (unsigned long long)(si->lfb_base | (u64)si->ext_lfb_base << 32));
	else
		stub_detail(s, "no framebuffer");
	return EFI_SUCCESS;
}
