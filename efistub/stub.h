/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The EFI stub: one struct that everything hangs on, and one function per step
 * of stub.c. The stub runs wherever the firmware put it, in the firmware's own
 * environment; it keeps no pointer in initialised data. Until exit_boot_services()
 * every step may fail: it prints the reason through stub_fail() and returns an
 * error, stub.c then frees what was taken and goes back to the firmware.
 */
#ifndef EFISTUB_STUB_H
#define EFISTUB_STUB_H

#include <boot/bootparam.h>
#include <boot/efi.h>
#include <boot/gop.h>
#include <boot/handoff.h>
#include <boot/stage.h>
#include "efi_e820.h"

struct payload_header;

/* What the kernel finds in one block of memory: boot_params and its lists. */
struct handoff {
	struct boot_params	params;
	char			cmdline[COMMAND_LINE_SIZE];
	struct setup_data	trace_node;
	struct boot_trace	trace;
	struct setup_data	record_node;
	struct handoff_record	record;
	struct setup_data	gop_node;
	struct gop_modes	gop;
	struct setup_data	seed_node;
	u8			seed[32];
};

struct stub {
	efi_handle_t		image;
	efi_system_table_t	*st;
	efi_loaded_image_t	*loaded;	/* of ourselves, or of the loader that handed over */
	const struct handoff_entry *entry;
	const struct boot_params *handed;	/* from the handover protocol, else NULL; hostile */

	/* read from the command line */
	bool			debug;		/* efi=debug: print every stage */
	bool			no_kaslr;	/* nokaslr or deterministic */
	bool			deterministic;
	bool			no_5level;
	bool			soft_reserve;

	char			stop[24];	/* stop=: the name of a stage */

	efi_graphics_output_t	*gop;		/* as gop.c last found them; NULL: no display */
	struct screen_info	screen;
	void			*strip;		/* framebuffer to show stages on, NULL: none */
	enum boot_stage		stage;
	struct handoff		*handoff;	/* AllocatePages, NULL until BOOT_PARAMS */
	struct boot_trace	early_trace;	/* until handoff exists */
	char			cmdline[COMMAND_LINE_SIZE];

	const struct payload_header *payload;
	u64			kernel_pa;	/* AllocatePages, 0 until PLACE */
	u64			kernel_pages;
	u64			kernel_va;
	bool			text_protected;	/* RO set through the memory attribute protocol */

	u64			initrd_pa;	/* AllocatePages, 0 when there is none or a loader brought it */
	u64			initrd_pages;

	u64			paging_pa;	/* AllocatePages below 4 GiB, for stub_enter_kernel(); 0: not needed */
	u64			paging_pages;

	/* one pool allocation: the map, scratch and e820 entries beyond the zero page */
	void			*map_pool;
	struct efi_memory_map	map;
	u64			map_capacity;	/* bytes */
	struct e820_change	*scratch;
	struct boot_e820_entry	*e820;
	unsigned int		e820_max;
};

#define HANDOFF_PAGES	((sizeof(struct handoff) + EFI_PAGE_SIZE - 1) / EFI_PAGE_SIZE)

/* console.c - words on ConOut; safe when there is no console at all */

/** stub_printf() - print through the firmware; UTF-8, '\n' becomes CR LF; 255 bytes at most */
void stub_printf(struct stub *s, const char *fmt, ...) __printf(2, 3);

/**
 * stub_stage() - enter @stage: time stamp, strip, and a line under efi=debug; stop=NAME ends here
 * stub_stage_at(): at the time given
 */
void stub_stage(struct stub *s, enum boot_stage stage);
void stub_stage_at(struct stub *s, enum boot_stage stage, u64 tsc);

/** stub_stages_passed() - the same for the stages before the command line was known */
void stub_stages_passed(struct stub *s);

/** stub_detail() - a line under efi=debug, indented below its stage */
void stub_detail(struct stub *s, const char *fmt, ...) __printf(2, 3);

/** stub_warn() - "lantern: warning NN name: ..." for the current stage */
void stub_warn(struct stub *s, const char *fmt, ...) __printf(2, 3);

/** stub_status_name() - "EFI_NOT_FOUND" */
const char *stub_status_name(efi_status_t status);

/** stub_fail() - "lantern: error NN name: ...: STATUS"; Return: @status */
efi_status_t stub_fail(struct stub *s, efi_status_t status, const char *fmt, ...) __printf(3, 4);

/* firmware.c - the loaded image, watchdog, memory, protocols */

efi_status_t stub_watchdog_off(struct stub *s);
efi_status_t stub_loaded_image(struct stub *s);

/** stub_locate() - first instance of a protocol, NULL when there is none */
void *stub_locate(struct stub *s, efi_guid_t guid);

/** stub_handle_protocol() - @guid of @handle, NULL when it has none or @handle is NULL */
void *stub_handle_protocol(struct stub *s, efi_handle_t handle, efi_guid_t guid);

/** stub_config_table() - a table of the EFI configuration table (4.6), NULL when absent */
void *stub_config_table(struct stub *s, efi_guid_t guid);

/** stub_file_path() - LoadedImage->FilePath as UTF-8, "" when there is none (NULL is legal) */
void stub_file_path(struct stub *s, char *path, size_t size);

/* file.c */

/**
 * stub_open() - open a file of the volume the image came from
 * @name: UTF-8, with slashes or backslashes; from the root of the volume when it
 *        starts with one, else from the folder of the image
 * Return: EFI_NOT_FOUND also when there is no file system to look in;
 *         EFI_INVALID_PARAMETER when @name is empty, too long or no text.
 */
efi_status_t stub_open(struct stub *s, const char *name, efi_file_t **file);

/** stub_create() - a new file in the place of one of that name; named as for stub_open(), EFI_UNSUPPORTED for a folder */
efi_status_t stub_create(struct stub *s, const char *name, efi_file_t **file);

/** stub_file_size() - in bytes; EFI_UNSUPPORTED for a folder */
efi_status_t stub_file_size(efi_file_t *file, u64 *size);

/**
 * stub_read() - read until the end of the file or of the buffer
 * @size:  in: room in @buf, out: bytes read
 * @chunk: bytes asked for at once; some FAT drivers fail on large reads
 */
efi_status_t stub_read(efi_file_t *file, void *buf, size_t *size, size_t chunk);

/**
 * stub_read_beside() - read a small file, named as for stub_open()
 * @size: in: room in @buf, out: bytes read
 * Return: EFI_BUFFER_TOO_SMALL for a larger file, of which *@size bytes are in
 *         @buf; else as stub_open().
 */
efi_status_t stub_read_beside(struct stub *s, const char *name, void *buf, size_t *size);

/* cmdline.c */
efi_status_t stub_command_line(struct stub *s);

/* handoff.c */
efi_status_t stub_boot_params(struct stub *s);

/** stub_check_handed() - what a loader handed over has a setup header, or a message says not */
efi_status_t stub_check_handed(struct stub *s);

/** stub_handed_ptr() - a 64-bit field that the zero page keeps in two halves */
u64 stub_handed_ptr(struct stub *s, u32 low, u32 high);

/* random.c */

/**
 * stub_random() - fill @buf from the RNG protocol, else from RDRAND
 * Retries a protocol that is not ready. Return: false when there is no source.
 */
bool stub_random(struct stub *s, void *buf, size_t size);
efi_status_t stub_random_seed(struct stub *s);

/* place.c */
efi_status_t stub_payload(struct stub *s);
efi_status_t stub_place(struct stub *s);
efi_status_t stub_decompress(struct stub *s);
efi_status_t stub_verify(struct stub *s);
efi_status_t stub_relocate(struct stub *s);
efi_status_t stub_protect(struct stub *s);

/** stub_unprotect() - take back what stub_protect() did, before the pages are freed */
void stub_unprotect(struct stub *s);

/* initrd.c */
efi_status_t stub_initrd(struct stub *s);

/* gop.c, tables.c */

/** stub_screen() - look for the framebuffer, so that stages show from the first one on */
void stub_screen(struct stub *s);
efi_status_t stub_graphics(struct stub *s);
efi_status_t stub_firmware_tables(struct stub *s);
efi_status_t stub_secure_boot(struct stub *s);

/** stub_secure_boot_on() - whether the firmware, or shim for it, checks what it starts; works at any stage */
bool stub_secure_boot_on(struct stub *s);

/** stub_boot_report() - report.c: write the files that bootreport= names; no failure stops the boot */
void stub_boot_report(struct stub *s);

/** stub_gdb() - gdb.c: show a waiting debugger where image and kernel are; nothing without "gdb" */
void stub_gdb(struct stub *s);

/* la57.c, or ia32/main.c */

/** stub_paging() - prepare the switch to the paging mode the kernel starts with */
efi_status_t stub_paging(struct stub *s);

/** stub_enter_kernel() - after ExitBootServices: make that switch and jump to startup_64 at @entry */
void __noreturn stub_enter_kernel(struct stub *s, u64 entry);

/** stub_cpu_check() - ia32/main.c only: a message and EFI_UNSUPPORTED without long mode */
efi_status_t stub_cpu_check(struct stub *s);

/* memmap.c */

/**
 * stub_get_map() - the memory map into a pool buffer of its own
 * @map->desc must be freed with FreePool. For use before the final map only.
 * Prints nothing; the caller knows what the map was for.
 */
efi_status_t stub_get_map(struct stub *s, struct efi_memory_map *map);

/** stub_map_has_ram() - whether a map holds any RAM; STUB_NO_RAM is what to say if not */
bool stub_map_has_ram(const struct efi_memory_map *map);
#define STUB_NO_RAM	"the firmware's memory map holds no RAM"

efi_status_t stub_memory_map(struct stub *s);
efi_status_t stub_exit_boot(struct stub *s);

/** stub_e820() - after ExitBootServices: fill the e820 table of boot_params; cannot fail */
void stub_e820(struct stub *s);

/* entry.S: leave for the kernel, see there */
void __noreturn efi_enter_kernel(u64 entry, struct boot_params *params);

/* stub.c */

/**
 * stub_main() - all of the stub
 * @handed:  boot_params of a loader, NULL when the firmware started us
 * @payload: the compressed kernel, wherever this image was put
 * @entry:   the CPU at our first instruction; stays
 * Return: only when it failed, everything freed and the reason printed.
 */
efi_status_t stub_main(efi_handle_t image, efi_system_table_t *st, const struct boot_params *handed,
		       const struct payload_header *payload, const struct handoff_entry *entry);

/** stub_handover() - the same for a loader that cannot take control back; ends it instead */
void __noreturn stub_handover(efi_handle_t image, efi_system_table_t *st, const struct boot_params *handed,
			      const struct payload_header *payload, const struct handoff_entry *entry);

/* entry64.c: called by efi_pe_entry and efi64_stub_entry */
efi_status_t efi_main(efi_handle_t image, efi_system_table_t *st, u64 tsc, u64 flags, u64 sp);
void __noreturn efi_handover(efi_handle_t image, efi_system_table_t *st, const struct boot_params *handed, u64 tsc);

#endif
