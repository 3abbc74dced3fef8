/* SPDX-License-Identifier: BSD-2-Clause */
/* panic.save=efi: the end of the log outlives a panic in EFI variables, for the next boot to show. */
#ifndef KERNEL_PANIC_SAVE_H
#define KERNEL_PANIC_SAVE_H

/**
 * panic_save() - keep the end of the log, if @cmdline says panic.save=efi
 * Context: a panic, all else done: the firmware may fault or never return.
 */
void panic_save(const char *cmdline);

/** panic_show_saved() - with panic.save=efi: show what an earlier boot kept, once, and forget it */
void panic_show_saved(const char *cmdline);

#endif
