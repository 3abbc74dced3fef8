/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Multiboot2 information to boot_params. It comes before the loader's own
 * checks, so this looks only at what they do not: that tags stay inside the
 * information and are as long as their kind.
 */
#include "loader.h"
#include <boot/multiboot2.h>
#include <lib/string.h>

#define MAX_INFO	(16u << 20)		/* bytes; nothing behind them is read */
#define MAX_ENTRIES	2048			/* of the map, as the kernel takes */
#define RSDP_SIZE	36

/* Behind boot_params, in the same memory of ours (multiboot2_entry). */
struct extra {
	struct setup_data rsdp_head;		/* kept by the kernel as every setup_data is */
	u8 rsdp[RSDP_SIZE];
	struct setup_data map_head;
	struct boot_e820_entry map[MAX_ENTRIES - E820_MAX_ENTRIES_ZEROPAGE];
};

static_assert(BOOT_PARAMS_SIZE + sizeof(struct extra) <= LOADER_MULTIBOOT2_SIZE, "LOADER_MULTIBOOT2_SIZE");

static void add_setup_data(struct boot_params *params, struct setup_data *node, u32 type, u32 len)
{
	*node = (struct setup_data){ .next = params->hdr.setup_data, .type = type, .len = len };
	params->hdr.setup_data = (u64)node;
}

static void take_rsdp(struct boot_params *params, struct extra *extra, const struct multiboot2_tag *tag)
{
	memcpy(extra->rsdp, tag + 1, min(tag->size - sizeof(*tag), (size_t)RSDP_SIZE));
	if (!params->acpi_rsdp_addr)
		add_setup_data(params, &extra->rsdp_head, SETUP_NONE, RSDP_SIZE);
	params->acpi_rsdp_addr = (u64)extra->rsdp;
}

/* Return: whether the map has the shape of one. */
static bool take_map(struct boot_params *params, struct extra *extra, const struct multiboot2_mmap *mmap)
{
	const char *p = (const char *)(mmap + 1), *end = (const char *)mmap + mmap->tag.size;
	unsigned int nr = 0;

	if (mmap->entry_size < sizeof(struct multiboot2_mmap_entry))
		return false;
	for (; mmap->entry_size <= end - p; p += mmap->entry_size, nr++) {
		struct boot_e820_entry *to = &params->e820_table[nr];

		if (nr == MAX_ENTRIES)
			return false;
		if (nr >= E820_MAX_ENTRIES_ZEROPAGE)
			to = &extra->map[nr - E820_MAX_ENTRIES_ZEROPAGE];
		memcpy(to, p, sizeof(*to));		/* the same three fields, the same types */
	}
	params->e820_entries = min(nr, (unsigned int)E820_MAX_ENTRIES_ZEROPAGE);
	if (nr > E820_MAX_ENTRIES_ZEROPAGE)
		add_setup_data(params, &extra->map_head, SETUP_E820_EXT,
			       (nr - E820_MAX_ENTRIES_ZEROPAGE) * sizeof(extra->map[0]));
	return true;
}

static void take_framebuffer(struct screen_info *si, const struct multiboot2_framebuffer *fb)
{
	if (fb->type == MULTIBOOT2_FRAMEBUFFER_TEXT) {
		si->orig_video_isVGA = VIDEO_TYPE_VGAC;
		si->orig_video_cols = fb->width;
		si->orig_video_lines = fb->height;
		si->orig_y = fb->height - 1;
	}
	if (fb->type != MULTIBOOT2_FRAMEBUFFER_RGB || fb->tag.size < sizeof(*fb))
		return;
	si->orig_video_isVGA = VIDEO_TYPE_VLFB;
	si->lfb_base = fb->addr;
	si->ext_lfb_base = fb->addr >> 32;
	si->capabilities = VIDEO_CAPABILITY_64BIT_BASE;
	si->lfb_linelength = fb->pitch;
	si->lfb_width = fb->width;
	si->lfb_height = fb->height;
	si->lfb_depth = fb->bpp;
	si->red_pos = fb->red_pos;
	si->red_size = fb->red_size;
	si->green_pos = fb->green_pos;
	si->green_size = fb->green_size;
	si->blue_pos = fb->blue_pos;
	si->blue_size = fb->blue_size;
}

static void take_module(struct setup_header *hdr, const struct multiboot2_module *mod)
{
	if (hdr->ramdisk_size || mod->end < mod->start)
		return;					/* the first is the initrd */
	hdr->ramdisk_image = mod->start;
	hdr->ramdisk_size = mod->end - mod->start;
}

/* Return: whether the tag is as long as its kind. */
static bool take_tag(struct boot_params *params, struct extra *extra, const struct multiboot2_tag *tag)
{
	switch (tag->type) {
	case MULTIBOOT2_TAG_CMDLINE:
		params->hdr.cmd_line_ptr = (u64)(tag + 1);
		break;
	case MULTIBOOT2_TAG_MODULE:
		if (tag->size < sizeof(struct multiboot2_module))
			return false;
		take_module(&params->hdr, (const void *)tag);
		break;
	case MULTIBOOT2_TAG_MMAP:
		return tag->size >= sizeof(struct multiboot2_mmap) && take_map(params, extra, (const void *)tag);
	case MULTIBOOT2_TAG_FRAMEBUFFER:
		if (tag->size < offsetof(struct multiboot2_framebuffer, red_pos))
			return false;
		take_framebuffer(&params->screen_info, (const void *)tag);
		break;
	case MULTIBOOT2_TAG_ACPI_OLD:
		if (params->acpi_rsdp_addr)
			break;
		/* fall through */
	case MULTIBOOT2_TAG_ACPI_NEW:
		take_rsdp(params, extra, tag);
	}
	return true;
}

bool multiboot2_convert(struct boot_params *params)
{
	const char *info = (const char *)params->hdr.hardware_subarch_data;
	u32 size, at = sizeof(struct multiboot2_info);
	const struct multiboot2_tag *tag;

	if (params->hdr.header != MULTIBOOT2_BOOTLOADER_MAGIC)
		return false;
	loader_stage(STAGE_MULTIBOOT2);
	params->hdr.hardware_subarch_data = 0;
	params->hdr.header = SETUP_HEADER_MAGIC;
	params->hdr.version = BOOT_PROTOCOL_VERSION;
	params->hdr.type_of_loader = 0xff;		/* boot.rst: no number assigned */
	params->hdr.loadflags = LOADED_HIGH;
	size = ((const struct multiboot2_info *)info)->total_size;
	for (; at + sizeof(*tag) <= min(size, MAX_INFO); at += ALIGN(tag->size, 8)) {
		tag = (const struct multiboot2_tag *)(info + at);
		if (tag->type == MULTIBOOT2_TAG_END)
			break;
		if (tag->size < sizeof(*tag) || tag->size > size - at ||
		    !take_tag(params, (struct extra *)(params + 1), tag))
			loader_fail("tag %u of %u bytes at offset %u of %u", tag->type, tag->size, at, size);
	}
	return true;
}
