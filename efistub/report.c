/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * bootreport=\lantern.json: what is known before ExitBootServices, for machines
 * where nothing after it can be told. Nobody is stopped by a report that cannot
 * be written.
 */
#include "stub.h"
#include "../arch/x86/boot/decompress/payload.h"
#include <lib/boot_report.h>
#include <lib/cmdline.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <lib/utf.h>

#define PATH_SIZE	256

/* A file written in large pieces: each call of the firmware goes to the disk. */
struct report_file {
	efi_file_t	*file;
	efi_status_t	err;		/* the first one; nothing is written after it */
	UINTN		len;
	u8		buf[2048];
};

static void flush(struct report_file *f)
{
	UINTN n = f->len;

	f->len = 0;
	if (EFI_ERROR(f->err) || !n)
		return;
	f->err = f->file->Write(f->file, &n, f->buf);
}

static void emit(void *ctx, const char *text, size_t len)
{
	struct report_file *f = ctx;

	while (len--) {
		f->buf[f->len++] = *text++;
		if (f->len == sizeof(f->buf))
			flush(f);
	}
}

static bool get_variable(void *ctx, const efi_char16_t *name, size_t *size, u8 *value)
{
	efi_guid_t guid = GLOBAL_VARIABLE_GUID;
	struct stub *s = ctx;
	UINTN n = *size;

	if (EFI_ERROR(s->st->RuntimeServices->GetVariable((CHAR16 *)name, &guid, NULL, &n, value)))
		return false;
	*size = n;
	return true;
}

static void report_firmware(struct stub *s, struct json *j)
{
	const struct boot_params *params = &s->handoff->params;
	char vendor[64] = "";

	if (s->st->FirmwareVendor)
		utf16_to_utf8(s->st->FirmwareVendor, sizeof(vendor), vendor, sizeof(vendor), NULL);
	json_open(j, "firmware", '{');
	json_string(j, "kind", "uefi");
	report_uefi(j, vendor, s->st->FirmwareRevision, s->st->Hdr.Revision, 8 * sizeof(UINTN));
	report_loader(j, params->secure_boot, params->hdr.type_of_loader);
	json_close(j, '}');
	json_newline(j);
}

static void report_memory(struct stub *s, struct json *j)
{
	struct efi_memory_map map = { NULL };

	if (EFI_ERROR(stub_get_map(s, &map)))
		map.desc = NULL;
	json_open(j, "memory", '{');
	report_efi_map(j, map.desc, map.size, map.desc_size);
	json_close(j, '}');
	json_newline(j);
	if (map.desc)
		s->st->BootServices->FreePool((void *)map.desc);
}

static void report_stages(struct stub *s, struct json *j)
{
	const struct boot_trace *trace = &s->handoff->trace;
	u32 i;

	json_open(j, "stages", '[');
	for (i = 0; i < trace->nr_entries; i++) {
		report_stage(j, trace->entry[i].stage);
		if (!s->deterministic)
			json_hex(j, "tsc", trace->entry[i].tsc);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_newline(j);
}

static void write_report(struct stub *s, const struct text_sink *out)
{
	struct json j = { .out = out };
	char build[17];

	snprintf(build, sizeof(build), "%016llx", (unsigned long long)s->payload->build_id);
	report_begin(&j, "stub", false, build);
	json_string(&j, "door", s->handed ? "efi-handover" : "efi-pe-entry");
	json_newline(&j);
	report_firmware(s, &j);
	json_string(&j, "command_line", s->cmdline);
	json_newline(&j);
	report_memory(s, &j);
	report_stages(s, &j);
	report_gop_modes(&j, &s->handoff->gop);
	json_newline(&j);
	report_variables(&j, get_variable, s);
	report_end(&j);
}

static efi_status_t report_to(struct stub *s, const char *path)
{
	struct report_file f = { NULL };
	const struct text_sink out = { emit, &f };
	efi_status_t err;

	err = stub_create(s, path, &f.file);
	if (EFI_ERROR(err))
		return err;
	write_report(s, &out);
	flush(&f);
	if (EFI_ERROR(f.err))
		f.file->Delete(f.file);		/* half of it is no report */
	else
		f.err = f.file->Close(f.file);
	return f.err;
}

void stub_boot_report(struct stub *s)
{
	const char *line = s->cmdline;
	char path[PATH_SIZE];
	efi_status_t err;
	int len;

	while ((len = cmdline_next_option(&line, "bootreport", path, sizeof(path))) >= 0) {
		if (!strcmp(path, "serial"))
			continue;		/* the kernel's */
		if (s->stage != STAGE_BOOT_REPORT)
			stub_stage(s, STAGE_BOOT_REPORT);
		err = EFI_INVALID_PARAMETER;
		if (len < PATH_SIZE && (path[0] == '\\' || path[0] == '/'))
			err = report_to(s, path);
		if (EFI_ERROR(err))
			stub_warn(s, "bootreport=%.100s: %s (%#llx)", path,
				  err == EFI_INVALID_PARAMETER ? "no absolute path, or too long a one" :
				  err == EFI_UNSUPPORTED ? "a folder" : stub_status_name(err), (unsigned long long)err);
		else
			stub_detail(s, "%s", path);
	}
}
