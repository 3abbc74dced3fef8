/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The loader: what stands between a boot loader that knows the Linux/x86 boot
 * protocol and the kernel's startup_64. It runs without firmware, on memory the
 * protocol promises: init_size bytes from where the kernel is to go.
 *
 *   out                                              out + init_size
 *    | kernel, memory_size bytes | ... | copy of lantern.efi's | workspace |
 *    |                           |     | protected-mode part   |           |
 */
#ifndef BOOT_LOADER_H
#define BOOT_LOADER_H

#include <asm/pgtable_types.h>
#include <lib/const.h>

/* The workspace, from _image_end up; nothing of it is in the file. */
#define LOADER_STACK_SIZE	_AC(0x4000, UL)
#define LOADER_PGTABLE32_SIZE	IDENT_MAP_32_SIZE	/* startup_32 */
#define LOADER_LA57_SIZE	_AC(0x2000, UL)		/* see <asm/la57.h> */
#define LOADER_TRACE_SIZE	_AC(0x1000, UL)
#define LOADER_HANDOFF_SIZE	_AC(0x2000, UL)
#define LOADER_CMDLINE_SIZE	_AC(0x1000, UL)
#define LOADER_POOL_PAGES	_AC(48, UL)
#define LOADER_POOL_SIZE	(LOADER_POOL_PAGES * 0x1000)

#define LOADER_PGTABLE32	LOADER_STACK_SIZE	/* offsets from _image_end */
#define LOADER_LA57		(LOADER_PGTABLE32 + LOADER_PGTABLE32_SIZE)
#define LOADER_TRACE		(LOADER_LA57 + LOADER_LA57_SIZE)
#define LOADER_HANDOFF		(LOADER_TRACE + LOADER_TRACE_SIZE)
#define LOADER_CMDLINE		(LOADER_HANDOFF + LOADER_HANDOFF_SIZE)
#define LOADER_POOL		(LOADER_CMDLINE + LOADER_CMDLINE_SIZE)
#define LOADER_WORKSPACE	(LOADER_POOL + LOADER_POOL_SIZE)

#define LOADER_MULTIBOOT2_SIZE	_AC(0xb000, UL)		/* boot_params and what does not fit into them */

#ifndef __ASSEMBLY__
#include <boot/bootparam.h>
#include <lib/stage.h>

/* How the boot loader came in. */
enum loader_door { LOADER_DOOR_32, LOADER_DOOR_64, LOADER_DOOR_MULTIBOOT2 };

extern char _pm_start[], _image_end[];		/* of the copy that runs */

/* head_64.S: gates for the 32 exceptions, 16 bytes apart */
extern const char loader_idt_handlers[32][16];

/**
 * loader_check() - before the loader moves: is [@out, @out + init_size) free?
 * Stops with a numbered message when boot_params, command line or initrd lie
 * inside, because moving would destroy them.
 * Return: @door, or LOADER_DOOR_MULTIBOOT2 when that is what is behind it.
 */
enum loader_door loader_check(struct boot_params *params, u64 out, enum loader_door door);

/**
 * multiboot2_convert() - fill boot_params that multiboot2_entry left almost empty
 * Return: whether they were; otherwise nothing has changed.
 */
bool multiboot2_convert(struct boot_params *params);

/**
 * loader_main() - from the moved copy: everything up to the kernel's entry
 * Return: physical address of the kernel's startup_64.
 */
u64 loader_main(struct boot_params *params, u64 out, enum loader_door door);

/* head_64.S: the CPU as the boot loader left it; numbers of the linker, for struct handoff_record */
extern const struct handoff_entry loader_entry;
struct loader_link {
	u32	init_size, syssize, handover_offset, setup_sects;
};
extern const struct loader_link loader_link;
extern const u64 loader_loaded_at;	/* startup_32 where the boot loader put it */

/* loader_console.c: serial line and VGA text screen, whichever exist */
void loader_console_init(const struct boot_params *params);
void loader_printf(const char *fmt, ...) __printf(1, 2);


/** loader_open_screen() - all is lost: map the framebuffer, so that the stage can be seen, at the cost of whatever follows the image; false where that is no RAM */
bool loader_open_screen(const struct boot_params *params);

/** loader_set_verbose() - print stages, those passed too, and details from now on (efi=debug, earlyprintk) */
void loader_set_verbose(bool on);

/** loader_show_strip() - show stages on the framebuffer from now on; it is mapped, or a page fault will map it */
void loader_show_strip(const struct screen_info *si);

/** loader_stop_at() - stop=@name: stop at that stage, at once when it is behind us */
void loader_stop_at(const char *name);

/** loader_set_debug_exit() - handoff=exit: a failure is told to QEMU's isa-debug-exit */
void loader_set_debug_exit(bool on);

/** loader_set_trace() - record stages in @trace from now on */
void loader_set_trace(struct boot_trace *trace);

/** loader_stage() - enter @stage now; loader_stage_at(): at the time given */
void loader_stage(enum boot_stage stage);
void loader_stage_at(enum boot_stage stage, u64 tsc);

/** loader_fail() - numbered message, then stop */
void __noreturn loader_fail(const char *fmt, ...) __printf(1, 2);
void loader_warn(const char *fmt, ...) __printf(1, 2);

/** loader_detail() - a line under the stage, printed with stages only */
void loader_detail(const char *fmt, ...) __printf(1, 2);

/** loader_cmdline() - the command line, at most COMMAND_LINE_SIZE bytes, terminated; "" for none */
const char *loader_cmdline(void);

/* loader_place.c */

/**
 * loader_place() - physical address for the kernel
 * @size: bytes, @random: 0 for @out, else any number
 * Chooses among all free places in the e820 map at multiples of 2 MiB; keeps
 * clear of boot_params, command line, initrd, setup_data, the running loader,
 * mem= and memmap= ranges. @out when there is no other.
 */
u64 loader_place(const struct boot_params *params, u64 out, u64 size, u64 random);

/* ident_map.c */

/** ident_map_init() - load page tables that show the loader, @params and the command line at @cmdline */
void ident_map_init(const struct boot_params *params, u64 cmdline);

/** ident_map_add() - show [@start, @end); stops with a message when tables run out */
void ident_map_add(u64 start, u64 end);

/** loader_exception() - from head_64.S: page faults extend the map, all else stops */
struct loader_regs {
	u64 r15, r14, r13, r12, bp, bx, r11, r10, r9, r8, ax, cx, dx, si, di;
	u64 vector, error_code, ip, cs, flags, sp, ss;
};
void loader_exception(struct loader_regs *regs);
void loader_idt_init(void);

#endif
#endif
