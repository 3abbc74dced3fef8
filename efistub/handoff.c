/* SPDX-License-Identifier: BSD-2-Clause */
/* boot_params and what hangs on it, in one block of pages the kernel copies from. */
#include "stub.h"
#include <lib/string.h>
#ifdef __x86_64__
#include "../arch/x86/boot/loader.h"
#endif

static void add_setup_data(struct boot_params *params, struct setup_data *node, u32 type, u32 len)
{
	node->type = type;
	node->len = len;
	node->next = params->hdr.setup_data;
	params->hdr.setup_data = (uintptr_t)node;
}

/* The header our own file carries, as a loader that knew the protocol would fill it in. */
static void fill_header(struct setup_header *hdr)
{
	hdr->boot_flag = BOOT_FLAG_MAGIC;
	hdr->header = SETUP_HEADER_MAGIC;
	hdr->version = BOOT_PROTOCOL_VERSION;
	hdr->type_of_loader = LOADER_TYPE_EFI_STUB;
	hdr->loadflags = LOADED_HIGH;
	hdr->vid_mode = 0xffff;
	hdr->root_flags = 1;
	hdr->cmdline_size = COMMAND_LINE_SIZE - 1;
}

efi_status_t stub_check_handed(struct stub *s)
{
	const struct boot_params *handed = s->handed;

	if (handed->hdr.boot_flag != BOOT_FLAG_MAGIC || handed->hdr.header != SETUP_HEADER_MAGIC)
		return stub_fail(s, EFI_INVALID_PARAMETER, "boot_params of the loader at %p: no setup header", (void *)handed);
	if (handed->sentinel)
		stub_warn(s, "boot_params.sentinel 0x%02x: the loader copied too much, only the setup header counts",
			  handed->sentinel);
	return EFI_SUCCESS;
}

u64 stub_handed_ptr(struct stub *s, u32 low, u32 high)
{
	return s->handed->sentinel ? low : low | (u64)high << 32;
}

/* What only the loader knows; all the rest we find out better ourselves. */
static void keep_handed(struct stub *s, struct boot_params *params)
{
	const struct boot_params *handed = s->handed;

	params->hdr.type_of_loader = handed->hdr.type_of_loader;
	params->hdr.ext_loader_ver = handed->hdr.ext_loader_ver;
	params->hdr.ext_loader_type = handed->hdr.ext_loader_type;
	params->hdr.setup_data = handed->hdr.setup_data;
	params->hdr.ramdisk_image = handed->hdr.ramdisk_image;
	params->hdr.ramdisk_size = handed->hdr.ramdisk_size;
	params->ext_ramdisk_image = stub_handed_ptr(s, 0, handed->ext_ramdisk_image) >> 32;
	params->ext_ramdisk_size = stub_handed_ptr(s, 0, handed->ext_ramdisk_size) >> 32;
}

/* What firmware or loader gave, for the kernel to check. */
static void fill_record(struct stub *s, struct handoff_record *r)
{
	r->version = HANDOFF_VERSION;
	r->door = s->handed ? STAGE_HANDOVER : STAGE_PE_ENTRY;
	r->entry = *s->entry;
	if (!s->handed) {
		r->image = (uintptr_t)s->loaded->ImageBase;
		r->image_size = s->loaded->ImageSize;
		return;
	}
	r->params = (uintptr_t)s->handed;
	memcpy(&r->given, s->handed, sizeof(r->given));
#ifdef __x86_64__
	memcpy(&r->init_size, &loader_link, sizeof(loader_link));
#endif
}

efi_status_t stub_boot_params(struct stub *s)
{
	EFI_PHYSICAL_ADDRESS pa = 0;
	struct boot_params *params;
	efi_status_t err;

	err = s->st->BootServices->AllocatePages(AllocateAnyPages, EfiLoaderData, HANDOFF_PAGES, &pa);
	if (EFI_ERROR(err))
		return stub_fail(s, err, "no memory for boot_params");
	s->handoff = (struct handoff *)(uintptr_t)pa;
	memset(s->handoff, 0, sizeof(*s->handoff));

	params = &s->handoff->params;
	fill_header(&params->hdr);
	if (s->handed)
		keep_handed(s, params);
	strscpy(s->handoff->cmdline, s->cmdline, sizeof(s->handoff->cmdline));
	pa = (uintptr_t)s->handoff->cmdline;
	params->hdr.cmd_line_ptr = pa;
	params->ext_cmd_line_ptr = pa >> 32;

	s->handoff->trace = s->early_trace;
	s->handoff->trace.version = BOOT_TRACE_VERSION;
	add_setup_data(params, &s->handoff->trace_node, SETUP_LANTERN_TRACE, sizeof(s->handoff->trace));
	fill_record(s, &s->handoff->record);
	add_setup_data(params, &s->handoff->record_node, SETUP_LANTERN_HANDOFF, sizeof(s->handoff->record));
	add_setup_data(params, &s->handoff->gop_node, SETUP_LANTERN_GOP, sizeof(s->handoff->gop));
	add_setup_data(params, &s->handoff->seed_node, SETUP_RNG_SEED, sizeof(s->handoff->seed));
	return EFI_SUCCESS;
}
