/* SPDX-License-Identifier: BSD-2-Clause */
/* Members of the boot report that firmware, CPU and loader know. */
#include "efi_internal.h"
#include <asm/bootparam_utils.h>
#include <asm/cpu.h>
#include <asm/e820.h>
#include <asm/init_64.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <kernel/framebuffer.h>
#include <kernel/initmem.h>
#include <kernel/report.h>
#include <kernel/smp.h>
#include <lib/boot_report.h>
#include <lib/e820.h>

void report_firmware(struct json *j)
{
	const char *vendor;
	u32 revision = 0;

	vendor = efi_firmware(&revision);
	json_open(j, "firmware", '{');
	json_string(j, "kind", vendor ? "uefi" : "other");
	if (vendor)
		report_uefi(j, vendor, revision, efi.revision, efi_firmware_bits());
	report_loader(j, boot_params.secure_boot, boot_params.hdr.type_of_loader);
	json_close(j, '}');
}

void report_cpu(struct json *j)
{
	u32 sig = cpuid_checked(1, 0).eax;
	char vendor[13], name[49];

	cpu_names(vendor, name);
	json_open(j, "cpu", '{');
	json_string(j, "vendor", vendor);
	json_string(j, "name", name);
	json_number(j, "family", x86_family(sig));
	json_number(j, "model", x86_model(sig));
	json_number(j, "stepping", sig & 0xf);
	json_number(j, "cpus", nr_cpu_ids);
	json_number(j, "paging_levels", pgtable_levels);
	json_close(j, '}');
}

static void report_e820(struct json *j)
{
	unsigned int i, k;

	json_open(j, "e820", '[');
	for (i = 0; i < e820_table.nr; i++) {
		const struct boot_e820_entry *e = &e820_table.entry[i];

		json_newline(j);
		json_open(j, NULL, '{');
		json_hex(j, "start", e->addr);
		json_hex(j, "size", e->size);
		json_string(j, "type", e820_type_name(e->type));
		json_close(j, '}');
	}
	json_close(j, ']');
	json_newline(j);
	json_open(j, "totals_kib", '{');
	for (i = 0; i < e820_table.nr; i++) {
		for (k = 0; k < i && e820_table.entry[k].type != e820_table.entry[i].type; k++)
			;
		if (k == i)
			json_number(j, e820_type_name(e820_table.entry[i].type),
				    e820_total(e820_table.entry, e820_table.nr, e820_table.entry[i].type) >> 10);
	}
	json_close(j, '}');
}

void report_memory(struct json *j)
{
	json_open(j, "memory", '{');
	report_e820(j);
	json_newline(j);
	report_efi_map(j, efi.map, efi.map ? efi.map_size : 0, efi.desc_size);
	json_close(j, '}');
}

void report_screen(struct json *j)
{
	struct framebuffer fb;
	const char *why;

	json_open(j, "screen", '{');
	if (!framebuffer_describe(&boot_params.screen_info, &fb, &why)) {
		json_hex(j, "address", fb.phys);
		json_number(j, "width", fb.width);
		json_number(j, "height", fb.height);
		json_number(j, "bits", fb.bpp);
		json_number(j, "pitch", fb.pitch);
	}
	json_close(j, '}');
}

static struct gop_modes gop_modes;

void __init report_keep_gop_modes(void)
{
	struct setup_data_iter it;
	const struct gop_modes *list;

	setup_data_iter_init(&it, boot_params.hdr.setup_data, boot_data_map);
	while ((list = setup_data_next(&it)))
		if (it.type == SETUP_LANTERN_GOP && it.len >= sizeof(*list) && list->version == GOP_MODES_VERSION)
			gop_modes = *list;
	gop_modes.nr = min(gop_modes.nr, (u32)GOP_MODES_MAX);
}

void report_gop(struct json *j)
{
	report_gop_modes(j, &gop_modes);
}

static bool no_variable(void *ctx, const efi_char16_t *name, size_t *size, u8 *value)
{
	return false;
}

static bool get_variable(void *ctx, const efi_char16_t *name, size_t *size, u8 *value)
{
	efi_guid_t guid = GLOBAL_VARIABLE_GUID;

	return !efi_get_variable(name, &guid, NULL, size, value);
}

void report_efi_variables(struct json *j)
{
	report_variables(j, efi_runtime_enabled() ? get_variable : no_variable, NULL);
}
