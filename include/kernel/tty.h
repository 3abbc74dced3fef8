/* SPDX-License-Identifier: BSD-2-Clause */
/* The console drivers, each started by one call. See <kernel/console.h>. */
#ifndef KERNEL_TTY_H
#define KERNEL_TTY_H

#include <kernel/framebuffer.h>
#include <lib/types.h>

/**
 * serial8250_console_init() - start the serial consoles the command line asks for
 * @cmdline: console=ttyS0..ttyS3[,SPEED], as on Linux, any number of them. Without
 *           any console= option: ttyS0 at 115200. Always 8N1; speeds are 50..115200,
 *           one that is not a divisor of 115200 is replaced by 115200.
 * Registers a console for each port that is there. Call once.
 * Return: number of consoles registered.
 */
int serial8250_console_init(const char *cmdline);

/**
 * i8042_console_init() - start the polled PS/2 keyboard as input console "kbd0"
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
