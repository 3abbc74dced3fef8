/* SPDX-License-Identifier: BSD-2-Clause */
/* The console drivers, each started by one call. See <kernel/console.h>. */
#ifndef KERNEL_TTY_H
#define KERNEL_TTY_H

#include <kernel/framebuffer.h>
#include <lib/types.h>

struct console_option;

/**
 * serial8250_console_start() - start one serial console
 * @opt: of kind CONSOLE_TTYS or CONSOLE_UART; ttyS4..7 are the 16550s found on PCI
 * Return: 0, or -1 when it is not there or started already.
 */
int serial8250_console_start(const struct console_option *opt);

/** serial8250_remap() - after paging_init(): UARTs in memory through a mapping of their own */
void serial8250_remap(void);

/**
 * i8042_console_init() - start the polled PS/2 keyboard as input console "kbd0", with the layout of keymap=
 * Ctrl-Alt-Del resets the machine from within its getc().
 * Return: 0, or -1 when there is no keyboard controller.
 */
int i8042_console_init(void);

/* ------------------------------------------------------------------- framebuffer */

struct font;

/* fbcon=font:NAME,rotate:N as on Linux */
struct fbcon_options {
	const struct font *font;	/* NULL: by the size of the screen */
	u8	rotate;			/* quarter turns clockwise */
	char	unknown[48];		/* a value with something we do not know, cut; empty: none */
};

/** fbcon_options_parse() - what the command line says; what is not understood changes nothing */
void fbcon_options_parse(const char *cmdline, struct fbcon_options *opt);

/**
 * fbcon_init() - start the text console "tty0" on a framebuffer
 * @fb: as framebuffer_describe() left it, base mapped; kept by reference: base may
 *      change later, and NULL makes the console silent
 * Clears the screen, save the rows of the strip (<kernel/strip.h>), and registers the console. Call once.
 * Return: 0, or -1 when the screen is too small for one character.
 */
int fbcon_init(struct framebuffer *fb, const struct fbcon_options *opt);

/* ---------------------------------------------------------------------- text screen */

/* Where a VGA shows text, and how much of it there can be (colour modes) */
#define VGA_TEXT_PHYS	0xb8000
#define VGA_TEXT_SIZE	0x8000

/** screen_is_vga_text() - whether boot_params speak of a VGA text screen */
bool screen_is_vga_text(const struct screen_info *si);

/**
 * vgacon_init() - start the text console "tty0" on a VGA text screen
 * @si:   from boot_params; anything at all may stand in it
 * @base: VGA_TEXT_PHYS, VGA_TEXT_SIZE bytes, mapped
 * @why:  set on failure to a sentence for the log
 * Goes on where the cursor is, below what is on the screen already. Call once.
 * Return: 0 or -1.
 */
int vgacon_init(const struct screen_info *si, volatile void *base, const char **why);

/** vgacon_remap() - the same screen, mapped elsewhere from now on */
void vgacon_remap(volatile void *base);

/* ------------------------------------------------------- the terminal on the screen */

/* What a program may ask for (TIOCGWINSZ) */
struct screen_size {
	u16	rows, cols;
};

/** screen_size() - false: there is no screen */
bool screen_size(struct screen_size *size);

/**
 * screen_write() - bytes of a program, as its line discipline made them: LF only moves down
 * Shown when the last time is 1/30 s ago. Context: a thread.
 */
void screen_write(const char *s, size_t n);

/**
 * screen_on_reply() - who gets what the terminal answers a program, as if it were typed
 * @reply: called from within screen_write(); must not print
 */
void screen_on_reply(void (*reply)(const char *s, size_t n));

/** screen_cursor_keys() - whether a program asked for ESC O from the arrows, not ESC [ */
bool screen_cursor_keys(void);

/** screen_scroll() - look back @half_screens, forward where negative. Context: any but NMI */
void screen_scroll(int half_screens);

/** screen_give_memory() - room for scrolling back and for the alternate screen; after mm_init(), before other CPUs run */
void screen_give_memory(u64 ram_bytes);

/** screen_threads_run() - after workqueue_init(): what is not shown at once is shown by a thread */
void screen_threads_run(void);

#endif
