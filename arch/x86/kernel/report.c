/* SPDX-License-Identifier: BSD-2-Clause */
/* Members of the boot report that firmware, CPU and loader know. */
#include "efi_internal.h"
#include <asm/cpu.h>
#include <asm/e820.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <kernel/framebuffer.h>
#include <kernel/report.h>
#include <kernel/smp.h>
#include <lib/e820.h>
#include <lib/printf.h>
#include <lib/string.h>

#define VALUE_SHOWN	32		/* bytes of a variable */

void report_firmware(struct json *j)
{
	static const char *const secure_boot[] = { "unset", "unknown", "off", "on" };
	const char *vendor;
	char text[24];
	u32 revision = 0;

	vendor = efi_firmware(&revision);
	json_open(j, "firmware", '{');
	json_string(j, "kind", vendor ? "uefi" : "other");
	if (vendor) {
		json_string(j, "vendor", vendor);
		snprintf(text, sizeof(text), "%u.%02u", revision >> 16, revision & 0xffff);
		json_string(j, "version", text);
		snprintf(text, sizeof(text), "%u.%u", efi.revision >> 16, (efi.revision & 0xffff) / 10);
		json_string(j, "uefi", text);
		json_number(j, "bits", efi_firmware_bits());
	}
	json_string(j, "secure_boot", secure_boot[boot_params.secure_boot & 3]);
	json_number(j, "loader_type", boot_params.hdr.type_of_loader);
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
	unsigned int i;

	json_open(j, "memory", '{');
	report_e820(j);
	json_newline(j);
	json_open(j, "efi", '[');
	for (i = 0; i < nr_descs(); i++) {
		json_newline(j);
		json_open(j, NULL, '{');
		json_hex(j, "start", desc(i)->PhysicalStart);
		json_hex(j, "size", desc_bytes(desc(i)));
		json_string(j, "type", efi_memory_type_name(desc(i)->Type));
		json_hex(j, "attributes", desc(i)->Attribute);
		json_close(j, '}');
	}
	json_close(j, ']');
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

static void report_variable(struct json *j, const char *name, efi_guid_t guid)
{
	efi_char16_t wide[32] = { 0 };
	u8 value[VALUE_SHOWN];
	size_t size = sizeof(value), i;
	char hex[2 * VALUE_SHOWN + 1] = "";

	for (i = 0; name[i]; i++)
		wide[i] = name[i];
	if (efi_get_variable(wide, &guid, NULL, &size, value))
		return;
	for (i = 0; i < size; i++)
		snprintf(hex + 2 * i, 3, "%02x", value[i]);
	json_string(j, name, hex);
}

/* How the firmware came to start what started us. */
void report_variables(struct json *j)
{
	static const char *const names[] = {
		"BootCurrent", "BootOrder", "BootNext", "Timeout", "SecureBoot", "SetupMode", "OsIndicationsSupported",
	};
	unsigned int i;

	json_open(j, "efi_variables", '{');
	for (i = 0; efi_runtime_enabled() && i < ARRAY_SIZE(names); i++)
		report_variable(j, names[i], (efi_guid_t)GLOBAL_VARIABLE_GUID);
	json_close(j, '}');
}
