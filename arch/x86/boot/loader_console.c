/* SPDX-License-Identifier: BSD-2-Clause */
/* What the loader says: on COM1, on the VGA text screen where one was set up, and its stage on the framebuffer's strip. */
#include <asm/io.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include "loader.h"
#include <lib/printf.h>
#include <lib/string.h>
#include <lib/strip.h>

#define VGA_TEXT	0xb8000
#define VGA_ATTR	0x07

static struct {
	bool			verbose, text_screen, failed, debug_exit;
	unsigned int		cols, lines, x, y;
	struct boot_trace	*trace;
	enum boot_stage		stage;
	const struct screen_info *screen;
	void			*strip;		/* NULL while it is not mapped, or there is none */
	char			stop[24];	/* stop=: the name of a stage */
} con __section(".data");

void loader_console_init(const struct boot_params *params)
{
	const struct screen_info *si = &params->screen_info;

	con.screen = si;	/* first field of boot_params */
	con.text_screen = si->orig_video_isVGA == 1 || si->orig_video_isVGA == VIDEO_TYPE_VGAC;
	con.cols = si->orig_video_cols;
	con.lines = si->orig_video_lines;
	if (!con.cols || con.cols > 132 || !con.lines || con.lines > 60)
		con.text_screen = false;
	con.x = 0;
	con.y = con.lines ? con.lines - 1 : 0;
}

static void print_stage(enum boot_stage stage)
{
	loader_printf("[%u %s]\n", stage, boot_stage_name(stage));
}

void loader_set_verbose(bool on)
{
	unsigned int i;

	con.verbose = on;
	for (i = 0; on && i < con.trace->nr_entries; i++)
		print_stage(con.trace->entry[i].stage);
}

void loader_show_strip(const struct screen_info *si)
{
	u64 base = strip_base(si);
	unsigned int i;

	con.screen = si;
	con.strip = cpu_can_address(base + strip_size(si)) ? (void *)base : NULL;
	for (i = 0; con.strip && con.trace && i < con.trace->nr_entries; i++)
		strip_show(si, con.strip, con.trace->entry[i].stage, STRIP_RUNS);
}

static void show_stage(enum boot_stage stage, enum strip_state state)
{
	if (con.strip)
		strip_show(con.screen, con.strip, stage, state);
}

void loader_set_debug_exit(bool on)
{
	con.debug_exit = on;
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
	if (!con.failed && !con.strip && con.screen) {
		con.failed = true;
		if (loader_open_screen((const struct boot_params *)con.screen))
			loader_show_strip(con.screen);
	}
	show_stage(con.stage, STRIP_STOPPED);
	if (con.debug_exit)
		outb(0x12, 0xf4);	/* isa-debug-exit of QEMU: the boot failed, see kernel/handoff.h */
	halt_forever();
}

static void stop_if_asked(enum boot_stage stage)
{
	if (strcmp(con.stop, boot_stage_name(stage)))
		return;
	loader_printf("lantern: stopped at %u %s\n", stage, con.stop);
	show_stage(stage, STRIP_STOPPED);
	halt_forever();
}

void loader_stop_at(const char *name)
{
	unsigned int i;

	strscpy(con.stop, name, sizeof(con.stop));
	for (i = 0; i < con.trace->nr_entries; i++)
		stop_if_asked(con.trace->entry[i].stage);
}

void loader_stage_at(enum boot_stage stage, u64 tsc)
{
	con.stage = stage;
	if (con.trace && con.trace->nr_entries < BOOT_TRACE_MAX)
		con.trace->entry[con.trace->nr_entries++] = (struct boot_trace_entry){ .tsc = tsc, .stage = stage };
	if (con.verbose)
		print_stage(stage);
	show_stage(stage, STRIP_RUNS);
	stop_if_asked(stage);
}

void loader_stage(enum boot_stage stage)
{
	loader_stage_at(stage, rdtsc());
}
