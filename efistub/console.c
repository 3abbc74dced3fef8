/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the stub says, on the firmware's text console, and the time line it
 * keeps. A machine may have no ConOut, and after ExitBootServices nobody has:
 * COM1 and the strip on the framebuffer remain.
 */
#include <asm/processor.h>
#include "stub.h"
#include <asm/setup.h>
#include <lib/cmdline.h>
#include <lib/printf.h>
#include <lib/stage.h>
#include <lib/string.h>
#include <lib/strip.h>
#include <lib/utf.h>

static void put_utf8(struct stub *s, const char *text, const char *end)
{
	efi_char16_t out[64];
	unsigned int n = 0;

	while (text < end) {
		u32 cp;

		text += utf8_decode(text, end, &cp);
		if (cp == '\n')
			out[n++] = '\r';
		out[n++] = cp > 0xffff ? UNICODE_REPLACEMENT : cp;
		if (n < ARRAY_SIZE(out) - 2 && text < end)
			continue;
		out[n] = 0;
		s->st->ConOut->OutputString(s->st->ConOut, out);
		n = 0;
	}
}

static void put_args(struct stub *s, const char *prefix, const char *fmt, va_list args, const char *suffix)
{
	char buf[256];
	int len = snprintf(buf, sizeof(buf), "%s", prefix);

	if (!s->st->ConOut && s->stage < STAGE_E820)
		return;
	len += vsnprintf(buf + len, sizeof(buf) - len, fmt, args);
	if (len < (int)sizeof(buf))
		len += snprintf(buf + len, sizeof(buf) - len, "%s", suffix);
	if (len > (int)sizeof(buf) - 1) {
		len = sizeof(buf) - 1;
		buf[len - 1] = '\n';
	}
	if (s->stage >= STAGE_E820 && s->stage <= STAGE_ENTER_KERNEL)
		early_serial_puts(buf), early_serial_puts("\r");
	else
		put_utf8(s, buf, buf + len);
}

void stub_printf(struct stub *s, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_args(s, "", fmt, args, "");
	va_end(args);
}

void stub_detail(struct stub *s, const char *fmt, ...)
{
	va_list args;

	if (!s->debug)
		return;
	va_start(args, fmt);
	put_args(s, "    ", fmt, args, "\n");
	va_end(args);
}

static void print_stage(struct stub *s, enum boot_stage stage)
{
	if (s->debug)
		stub_printf(s, "[%u %s]\n", stage, boot_stage_name(stage));
}

static void show_stage(struct stub *s, enum boot_stage stage, enum strip_state state)
{
	if (s->strip)
		strip_show(&s->screen, s->strip, stage, state);
}

/* stop=NAME: on purpose, with the number to be seen wherever it can be shown. */
static void stop_if_asked(struct stub *s, enum boot_stage stage)
{
	if (!s->stop[0] || strcmp(s->stop, boot_stage_name(stage)))
		return;
	show_stage(s, stage, STRIP_STOPPED);
	stub_printf(s, "lantern: stopped at %u %s\n", stage, s->stop);
	halt_forever();
}

void stub_stage_at(struct stub *s, enum boot_stage stage, u64 tsc)
{
	struct boot_trace *trace = s->handoff ? &s->handoff->trace : &s->early_trace;

	s->stage = stage;
	if (trace->nr_entries < BOOT_TRACE_MAX)
		trace->entry[trace->nr_entries++] = (struct boot_trace_entry){ .tsc = tsc, .stage = stage };
	show_stage(s, stage, STRIP_RUNS);
	print_stage(s, stage);
	stop_if_asked(s, stage);
}

void stub_stage(struct stub *s, enum boot_stage stage)
{
	stub_stage_at(s, stage, rdtsc());
}

void stub_stages_passed(struct stub *s)
{
	unsigned int i;

	for (i = 0; i < s->early_trace.nr_entries; i++) {
		print_stage(s, s->early_trace.entry[i].stage);
		stop_if_asked(s, s->early_trace.entry[i].stage);
	}
}

void stub_warn(struct stub *s, const char *fmt, ...)
{
	char prefix[64];
	va_list args;

	snprintf(prefix, sizeof(prefix), "lantern: warning %u %s: ", s->stage, boot_stage_name(s->stage));
	va_start(args, fmt);
	put_args(s, prefix, fmt, args, "\n");
	va_end(args);
}

const char *stub_status_name(efi_status_t status)
{
	switch (status) {
	case EFI_LOAD_ERROR:		return "EFI_LOAD_ERROR";
	case EFI_INVALID_PARAMETER:	return "EFI_INVALID_PARAMETER";
	case EFI_UNSUPPORTED:		return "EFI_UNSUPPORTED";
	case EFI_BAD_BUFFER_SIZE:	return "EFI_BAD_BUFFER_SIZE";
	case EFI_BUFFER_TOO_SMALL:	return "EFI_BUFFER_TOO_SMALL";
	case EFI_NOT_READY:		return "EFI_NOT_READY";
	case EFI_DEVICE_ERROR:		return "EFI_DEVICE_ERROR";
	case EFI_WRITE_PROTECTED:	return "EFI_WRITE_PROTECTED";
	case EFI_OUT_OF_RESOURCES:	return "EFI_OUT_OF_RESOURCES";
	case EFI_VOLUME_FULL:		return "EFI_VOLUME_FULL";
	case EFI_VOLUME_CORRUPTED:	return "EFI_VOLUME_CORRUPTED";
	case EFI_NOT_FOUND:		return "EFI_NOT_FOUND";
	case EFI_ACCESS_DENIED:		return "EFI_ACCESS_DENIED";
	case EFI_TIMEOUT:		return "EFI_TIMEOUT";
	case EFI_ABORTED:		return "EFI_ABORTED";
	case EFI_SECURITY_VIOLATION:	return "EFI_SECURITY_VIOLATION";
	case EFI_CRC_ERROR:		return "EFI_CRC_ERROR";
	}
	return "EFI status";
}

efi_status_t stub_fail(struct stub *s, efi_status_t status, const char *fmt, ...)
{
	char prefix[64], suffix[64];
	va_list args;

	show_stage(s, s->stage, STRIP_STOPPED);
	snprintf(prefix, sizeof(prefix), "lantern: error %u %s: ", s->stage, boot_stage_name(s->stage));
	snprintf(suffix, sizeof(suffix), ": %s (%#llx)\n", stub_status_name(status), (unsigned long long)status);
	va_start(args, fmt);
	put_args(s, prefix, fmt, args, suffix);
	va_end(args);
	return status;
}
