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

/* Pixel rows that fbcon leaves alone at the top of the screen, times fbcon_scale(). */
#define FBCON_TOP_ROWS	16

/**
 * fbcon_init() - start the text console "tty0" on a framebuffer
 * @fb: as framebuffer_describe() left it, base mapped; kept by reference: base may
 *      change later, and NULL makes the console silent
 * Paints the screen, save the top margin, and registers the console. Call once.
 * fbcon_init_margin(): with @top_rows instead of FBCON_TOP_ROWS.
 * Return: 0, or -1 when the screen is too small for one character.
 */
int fbcon_init(struct framebuffer *fb);
int fbcon_init_margin(struct framebuffer *fb, u32 top_rows);

/** fbcon_scale() - screen pixels per font pixel, 1 or more; 0 before fbcon_init() */
u32 fbcon_scale(void);

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

#endif
