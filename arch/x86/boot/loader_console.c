/* SPDX-License-Identifier: BSD-2-Clause */
/* What the loader says: on COM1, and on the VGA text screen where one was set up. */
#include <asm/processor.h>
#include <asm/setup.h>
#include "loader.h"
#include <lib/printf.h>

#define VGA_TEXT	0xb8000
#define VGA_ATTR	0x07

static struct {
	bool			verbose, text_screen;
	unsigned int		cols, lines, x, y;
	struct boot_trace	*trace;
	enum boot_stage		stage;
} con __section(".data");

void loader_console_init(const struct boot_params *params)
{
	const struct screen_info *si = &params->screen_info;

	con.text_screen = si->orig_video_isVGA == 1 || si->orig_video_isVGA == VIDEO_TYPE_VGAC;
	con.cols = si->orig_video_cols;
	con.lines = si->orig_video_lines;
	if (!con.cols || con.cols > 132 || !con.lines || con.lines > 60)
		con.text_screen = false;
	con.x = 0;
	con.y = con.lines ? con.lines - 1 : 0;
}

void loader_set_verbose(bool on)
{
	con.verbose = on;
}

void loader_set_trace(struct boot_trace *trace)
{
	con.trace = trace;
}

static void scroll(u16 *screen)
{
	unsigned int i, cells = con.cols * con.lines;

	for (i = 0; i < cells; i++)
		screen[i] = i < cells - con.cols ? screen[i + con.cols] : VGA_ATTR << 8 | ' ';
}

static void screen_putc(char c)
{
	u16 *screen = (u16 *)VGA_TEXT;

	if (c == '\n' || con.x == con.cols) {
		con.x = 0;
		if (con.y == con.lines - 1)
			scroll(screen);
		else
			con.y++;
	}
	if (c != '\n')
		screen[con.y * con.cols + con.x++] = VGA_ATTR << 8 | (u8)c;
}

static void put(const char *text)
{
	char crlf[2] = { 0 };

	for (; *text; text++) {
		if (con.text_screen)
			screen_putc(*text);
		if (*text == '\n')
			early_serial_puts("\r");
		crlf[0] = *text;
		early_serial_puts(crlf);
	}
}

static void put_args(const char *kind, const char *fmt, va_list args)
{
	char buf[256];
	int len = 0;

	if (kind)
		len = snprintf(buf, sizeof(buf), "lantern: %s %u %s: ", kind, con.stage, boot_stage_name(con.stage));
	vsnprintf(buf + len, sizeof(buf) - len, fmt, args);
	put(buf);
	if (kind)
		put("\n");
}

void loader_printf(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_args(NULL, fmt, args);
	va_end(args);
}

void loader_detail(const char *fmt, ...)
{
	va_list args;

	if (!con.verbose)
		return;
	put("    ");
	va_start(args, fmt);
	put_args(NULL, fmt, args);
	va_end(args);
	put("\n");
}

void loader_warn(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_args("warning", fmt, args);
	va_end(args);
}

void __noreturn loader_fail(const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	put_args("error", fmt, args);
	va_end(args);
	halt_forever();
}

void loader_stage_at(enum boot_stage stage, u64 tsc)
{
	con.stage = stage;
	if (con.trace && con.trace->nr_entries < BOOT_TRACE_MAX)
		con.trace->entry[con.trace->nr_entries++] = (struct boot_trace_entry){ .tsc = tsc, .stage = stage };
	if (con.verbose)
		loader_printf("[%u %s]\n", stage, boot_stage_name(stage));
}

void loader_stage(enum boot_stage stage)
{
	loader_stage_at(stage, rdtsc());
}
