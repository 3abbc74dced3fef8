/* SPDX-License-Identifier: BSD-2-Clause */
/* Where the numbers of the time line come from, and who can ask for it. */
#include <asm/efi.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <kernel/acpi.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <kernel/timeline.h>
#include <lib/cmdline.h>
#include <lib/kstrtox.h>

static void emit_to_log(void *ctx, const char *text, size_t len)
{
	printk("%.*s", (int)len, text);
}

const struct text_sink log_sink = { .emit = emit_to_log };

/* systemd.io/BOOT_LOADER_INTERFACE: microseconds as decimal digits in UTF-16. */
static u64 loader_time(const efi_char16_t *name)
{
	efi_guid_t guid = LOADER_INTERFACE_GUID;
	efi_char16_t value[24] = { 0 };
	size_t size = sizeof(value) - sizeof(value[0]), i;
	char digits[24];
	u64 us;

	if (efi_get_variable(name, &guid, NULL, &size, value))
		return 0;
	for (i = 0; i < ARRAY_SIZE(value); i++)
		digits[i] = value[i] < 0x80 ? value[i] : '?';
	return kstrtou64(digits, 10, &us) ? 0 : us;
}

void boot_timeline(struct timeline *t)
{
	*t = (struct timeline){
		.trace = boot_trace(), .tsc_khz = tsc_khz(), .names_only = boot_deterministic(),
		.firmware = *acpi_firmware_times(),
	};
	if (t->names_only || !efi_runtime_enabled())
		return;
	t->loader_init_us = loader_time(L"LoaderTimeInitUSec");
	t->loader_exec_us = loader_time(L"LoaderTimeExecUSec");
}

void boot_timeline_emit(const struct text_sink *out)
{
	struct timeline t;

	boot_timeline(&t);
	timeline_chart(&t, out);
}

void timeline_if_asked(void)
{
	if (cmdline_find_option_bool(boot_command_line, "timeline"))
		boot_timeline_emit(&log_sink);
}

static int cmd_timeline(int argc, char **argv)
{
	if (argc > 1)
		return -1;
	boot_timeline_emit(&log_sink);
	return 0;
}
MONITOR_COMMAND(timeline, "", "when each stage of the boot began, as a chart", cmd_timeline);
