/* SPDX-License-Identifier: BSD-2-Clause */
/* The stub runs this before anything is relocated: names are looked for in strings, not in tables of pointers. */
#include <generated/version.h>
#include <lib/boot_report.h>
#include <lib/printf.h>
#include <lib/stage.h>
#include <lib/string.h>

#define REPORT_SCHEMA	1
#define VALUE_SHOWN	32		/* bytes of a variable */
#define NAME_UNITS	32

/* The @nr-th of names that each end with a NUL, the list with two. */
static const char *nth(const char *names, u32 nr)
{
	while (*names && nr--)
		names += strlen(names) + 1;
	return *names ? names : "unknown";
}

void report_begin(struct json *j, const char *by, bool complete, const char *build_id)
{
	json_open(j, NULL, '{');
	json_number(j, "schema", REPORT_SCHEMA);
	json_string(j, "written_by", by);
	json_bool(j, "complete", complete);
	json_open(j, "lantern", '{');
	json_string(j, "version", LANTERN_VERSION);
	json_string(j, "build", build_id);
	json_close(j, '}');
	json_newline(j);
}

void report_end(struct json *j)
{
	json_newline(j);
	json_close(j, '}');
	sink_puts(j->out, "\n");
}

void report_uefi(struct json *j, const char *vendor, u32 revision, u32 uefi_revision, unsigned int bits)
{
	char text[24];

	json_string(j, "vendor", vendor);
	snprintf(text, sizeof(text), "%u.%02u", revision >> 16, revision & 0xffff);
	json_string(j, "version", text);
	snprintf(text, sizeof(text), "%u.%u", uefi_revision >> 16, (uefi_revision & 0xffff) / 10);
	json_string(j, "uefi", text);
	json_number(j, "bits", bits);
}

void report_loader(struct json *j, u8 secure_boot, u8 loader_type)
{
	json_string(j, "secure_boot", nth("unset\0unknown\0off\0on\0", secure_boot & 3));
	json_number(j, "loader_type", loader_type);
}

const char *efi_memory_type_name(u32 type)
{
	return nth("Reserved\0LoaderCode\0LoaderData\0BootServicesCode\0BootServicesData\0"
		   "RuntimeServicesCode\0RuntimeServicesData\0Conventional\0Unusable\0"
		   "ACPIReclaim\0ACPIMemoryNVS\0MemoryMappedIO\0MemoryMappedIOPortSpace\0"
		   "PalCode\0Persistent\0Unaccepted\0", type);
}

void report_efi_map(struct json *j, const void *map, size_t size, size_t stride)
{
	size_t at;

	json_open(j, "efi", '[');
	for (at = 0; map && at + stride <= size; at += stride) {
		const efi_memory_desc_t *d = map + at;

		json_newline(j);
		json_open(j, NULL, '{');
		json_hex(j, "start", d->PhysicalStart);
		json_hex(j, "size", d->NumberOfPages << EFI_PAGE_SHIFT);
		json_string(j, "type", efi_memory_type_name(d->Type));
		json_hex(j, "attributes", d->Attribute);
		json_close(j, '}');
	}
	json_close(j, ']');
}

void report_stage(struct json *j, unsigned int stage)
{
	json_newline(j);
	json_open(j, NULL, '{');
	json_number(j, "number", stage);
	json_string(j, "name", boot_stage_name(stage));
}

void report_gop_modes(struct json *j, const struct gop_modes *modes)
{
	u32 i;

	json_open(j, "gop_modes", '[');
	for (i = 0; i < modes->nr; i++) {
		const struct gop_mode *m = &modes->mode[i];

		json_newline(j);
		json_open(j, NULL, '{');
		json_number(j, "mode", m->number);
		json_number(j, "width", m->width);
		json_number(j, "height", m->height);
		json_string(j, "format", nth("RGB\0BGR\0bit mask\0no framebuffer\0", m->format));
		json_bool(j, "on", m->number == modes->current);
		json_close(j, '}');
	}
	json_close(j, ']');
}

void report_variables(struct json *j, bool (*get)(void *ctx, const efi_char16_t *name, size_t *size, u8 *value), void *ctx)
{
	const char *name = "BootCurrent\0BootOrder\0BootNext\0Timeout\0SecureBoot\0SetupMode\0OsIndicationsSupported\0";

	json_open(j, "efi_variables", '{');
	for (; *name; name += strlen(name) + 1) {
		efi_char16_t wide[NAME_UNITS];
		char hex[2 * VALUE_SHOWN + 1] = "";
		u8 value[VALUE_SHOWN];
		size_t size = sizeof(value), i;

		for (i = 0; i <= strlen(name); i++)
			wide[i] = name[i];
		if (!get(ctx, wide, &size, value))
			continue;
		for (i = 0; i < size && i < sizeof(value); i++)
			snprintf(hex + 2 * i, 3, "%02x", value[i]);
		json_string(j, name, hex);
	}
	json_close(j, '}');
}
