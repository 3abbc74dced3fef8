/* SPDX-License-Identifier: BSD-2-Clause */
/* The boot report, member by member. What needs registers or firmware is in arch/x86/kernel/report.c. */
#include <asm/setup.h>
#include <kernel/acpi.h>
#include <kernel/handoff.h>
#include <kernel/init.h>
#include <kernel/monitor.h>
#include <kernel/pci.h>
#include <kernel/printk.h>
#include <kernel/report.h>
#include <kernel/stage.h>
#include <kernel/timeline.h>
#include <lib/boot_report.h>
#include <lib/cmdline.h>
#include <lib/printf.h>
#include <lib/string.h>

static void report_stages(struct json *j)
{
	struct timeline t;
	unsigned int i;
	u64 at, took;

	boot_timeline(&t);
	json_open(j, "stages", '[');
	for (i = 0; i < t.trace->nr_entries; i++) {
		timeline_stage(&t, i, &at, &took);
		report_stage(j, t.trace->entry[i].stage);
		if (!t.names_only && t.tsc_khz) {
			json_number(j, "at_us", at);
			json_number(j, "took_us", took);
		}
		json_close(j, '}');
	}
	json_close(j, ']');
	json_newline(j);
	json_open(j, "before", '{');
	if (!t.names_only) {
		json_number(j, "firmware_start_ns", t.firmware.reset_end);
		json_number(j, "firmware_program_ns", t.firmware.start_image);
		json_number(j, "loader_init_us", t.loader_init_us);
		json_number(j, "loader_exec_us", t.loader_exec_us);
	}
	json_close(j, '}');
}

struct line {
	char	text[400];
	size_t	len;
};

static void emit_line(void *ctx, const char *text, size_t len)
{
	struct line *line = ctx;

	len = min(len, sizeof(line->text) - 1 - line->len);
	memcpy(line->text + line->len, text, len);
	line->len += len;
	line->text[line->len] = 0;
}

static void report_handoff(struct json *j)
{
	const struct handoff_findings *f = handoff_findings();
	struct line line;
	const struct text_sink sink = { emit_line, &line };
	unsigned int i;

	json_open(j, "handoff", '{');
	json_bool(j, "checked", f);
	json_open(j, "findings", '[');
	for (i = 0; f && i < f->nr; i++) {
		json_newline(j);
		json_open(j, NULL, '{');
		json_number(j, "rule", f->finding[i].rule);
		json_hex(j, "value", f->finding[i].value);
		line.len = 0;
		handoff_describe(&f->finding[i], &sink);
		json_string(j, "text", line.text);
		json_close(j, '}');
	}
	json_close(j, ']');
	json_close(j, '}');
}

static void report_acpi_table(const struct acpi_header *h, phys_addr_t pa, void *ctx)
{
	struct json *j = ctx;
	char signature[5] = { 0 };

	memcpy(signature, h->signature, 4);
	json_open(j, NULL, '{');
	json_string(j, "signature", signature);
	json_hex(j, "address", pa);
	json_number(j, "length", h->length);
	json_close(j, '}');
}

static void report_pci(struct json *j)
{
	const struct pci_device *d;
	char text[32];

	pci_scan();
	json_open(j, "pci", '[');
	for (d = pci_next(NULL); d; d = pci_next(d)) {
		json_newline(j);
		json_open(j, NULL, '{');
		snprintf(text, sizeof(text), "%04x:%02x:%02x.%u", d->f.segment, d->f.bus, d->f.device, d->f.function);
		json_string(j, "address", text);
		snprintf(text, sizeof(text), "%04x:%04x", d->vendor, d->device);
		json_string(j, "id", text);
		snprintf(text, sizeof(text), "%06x", d->class);
		json_string(j, "class", text);
		json_close(j, '}');
	}
	json_close(j, ']');
}

void boot_report_emit(const struct text_sink *out)
{
	struct json j = { .out = out };

	report_begin(&j, "kernel", true, lantern_build_id());
	json_string(&j, "door", boot_stage_name(boot_stage_first()));
	json_newline(&j);
	report_firmware(&j);
	json_newline(&j);
	json_string(&j, "command_line", boot_command_line);
	json_newline(&j);
	report_cpu(&j);
	json_newline(&j);
	report_memory(&j);
	json_newline(&j);
	report_stages(&j);
	json_newline(&j);
	report_handoff(&j);
	json_newline(&j);
	report_screen(&j);
	json_newline(&j);
	report_gop(&j);
	json_newline(&j);
	json_open(&j, "acpi", '[');
	acpi_for_each_table(report_acpi_table, &j);
	json_close(&j, ']');
	json_newline(&j);
	report_efi_variables(&j);
	json_newline(&j);
	report_pci(&j);
	report_end(&j);
}

static bool started_by_stub(void)
{
	return boot_stage_first() == STAGE_PE_ENTRY || boot_stage_first() == STAGE_HANDOVER;
}

void report_if_asked(void)
{
	char path[2];

	if (!started_by_stub() && cmdline_find_option(boot_command_line, "bootreport", path, sizeof(path)) > 0 &&
	    (path[0] == '\\' || path[0] == '/'))
		boot_warn(STAGE_BOOT_REPORT, "bootreport=: only UEFI firmware writes a file, and this boot was without it");
	if (!cmdline_list_has(boot_command_line, "bootreport", "serial"))
		return;
	printk("report: begin\n");
	boot_report_emit(&log_sink);
	printk("report: end\n");
}

static int cmd_report(int argc, char **argv)
{
	if (argc > 1)
		return -1;
	boot_report_emit(&log_sink);
	return 0;
}
MONITOR_COMMAND(report, "", "all that is known of this boot, as JSON", cmd_report);
