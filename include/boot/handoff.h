/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a loader handed over, as it was before any of our code changed it. Stub
 * and loader keep it in a setup_data node of type SETUP_LANTERN_HANDOFF; the
 * kernel checks it against the rules below.
 */
#ifndef BOOT_HANDOFF_H
#define BOOT_HANDOFF_H

#define HANDOFF_VERSION		1

/* struct handoff_entry as head_64.S fills it */
#define HANDOFF_TSC		0
#define HANDOFF_FLAGS		8
#define HANDOFF_SP		16
#define HANDOFF_CR0		24
#define HANDOFF_CR4		32
#define HANDOFF_EFER		40
#define HANDOFF_BX		48
#define HANDOFF_DI		52
#define HANDOFF_BP		56
#define HANDOFF_CS		60
#define HANDOFF_DS		62
#define HANDOFF_ES		64
#define HANDOFF_SS		66

#ifndef __ASSEMBLY__
#include <boot/bootparam.h>

/* The CPU at our first instruction; 0 where a door does not say. */
struct handoff_entry {
	u64	tsc;
	u64	flags, sp, cr0, cr4, efer;
	u32	bx, di, bp;		/* of the 32-bit protocol */
	u16	cs, ds, es, ss;
	u32	unused;
} __packed;

struct handoff_record {
	u32	version;		/* HANDOFF_VERSION */
	u32	door;			/* enum boot_stage of the door: PE_ENTRY, HANDOVER, STARTUP_32, LOADER_64, MULTIBOOT2 */
	struct handoff_entry entry;
	u64	image, image_size;	/* where the firmware or the loader put lantern.efi, or its protected-mode part */
	u64	buffer;			/* init_size bytes from here are ours by the protocol; 0: not yet */
	u64	params;			/* where boot_params were; 0: none were given */
	/* of the setup header in our file, what the linker chose */
	u32	init_size, syssize, handover_offset;
	u32	setup_sects;
	struct boot_params given;
};

static_assert(offsetof(struct handoff_record, given) == 128, "no padding: 32-bit and 64-bit code share it");

static_assert(offsetof(struct handoff_entry, cr0) == HANDOFF_CR0, "head_64.S");
static_assert(offsetof(struct handoff_entry, bx) == HANDOFF_BX, "head_64.S");
static_assert(offsetof(struct handoff_entry, ss) == HANDOFF_SS, "head_64.S");

/*
 * The rules: number, symbol, the field's name, the rule, where it comes from.
 * Once published a number keeps its meaning.
 *
 *   1..9   setup header     10..29  pointers and ranges     30..39  e820 map
 *   40..49 CPU              50..69  UEFI
 */
#define HANDOFF_RULES(R) \
	R( 1, SENTINEL,		"sentinel",		"is 0: of the file, only the setup header goes into boot_params", "boot.rst, 32-bit protocol; zero-page.rst") \
	R( 2, BOOT_FLAG,	"hdr.boot_flag",	"is 0xaa55, or cleared with what was aux_device_info", "boot.rst, boot_flag") \
	R( 3, MAGIC,		"hdr.header",		"is HdrS, 0x53726448", "boot.rst, header") \
	R( 4, HEADER_COPY,	"hdr",			"is copied from the file as it is where it is not the loader's to fill", "boot.rst, Details of Header Fields") \
	R( 5, LOADER_TYPE,	"hdr.type_of_loader",	"is the loader's number, or 0xff without one", "boot.rst, type_of_loader") \
	R( 6, LOADFLAGS,	"hdr.loadflags",	"has LOADED_HIGH but for the 64-bit protocol, and no bit that is not defined", "boot.rst, loadflags") \
	R( 7, RESERVED,		"reserved bytes",	"are 0: boot_params are cleared before they are filled", "boot.rst, 32-bit protocol") \
	\
	R(10, PARAMS_RAM,	"boot_params",		"lie in RAM", "boot.rst, 64-bit protocol") \
	R(11, PARAMS_BUFFER,	"boot_params",		"lie outside the init_size bytes of the kernel", "boot.rst, init_size") \
	R(12, CMDLINE_RAM,	"hdr.cmd_line_ptr",	"points into RAM", "boot.rst, cmd_line_ptr") \
	R(13, CMDLINE_BUFFER,	"hdr.cmd_line_ptr",	"points outside the init_size bytes of the kernel", "boot.rst, init_size") \
	R(14, CMDLINE_LENGTH,	"command line",		"ends within hdr.cmdline_size bytes", "boot.rst, cmdline_size") \
	R(15, INITRD_RAM,	"hdr.ramdisk_image",	"lies in RAM, all of it", "boot.rst, ramdisk_image") \
	R(16, INITRD_BUFFER,	"hdr.ramdisk_image",	"lies outside the init_size bytes of the kernel", "boot.rst, init_size") \
	R(17, INITRD_HALF,	"hdr.ramdisk_size",	"and ramdisk_image are both 0 or neither", "boot.rst, ramdisk_image") \
	R(18, SETUP_DATA,	"hdr.setup_data",	"is a list that ends, of nodes in memory", "boot.rst, setup_data") \
	R(19, SETUP_DATA_RAM,	"setup_data",		"lies in RAM", "boot.rst, setup_data") \
	R(20, RSDP,		"acpi_rsdp_addr",	"is 0 or the address of an RSDP", "zero-page.rst; ACPI 6.5, 5.2.5") \
	R(21, SCREEN,		"screen_info",		"describes a screen that can exist", "zero-page.rst, screen_info") \
	R(22, DISJOINT,		"boot_params",		"command line, initrd and setup_data do not overlap", "boot.rst") \
	\
	R(30, E820_COUNT,	"e820_entries",		"is 128 at most, and not 0", "zero-page.rst, e820_table") \
	R(31, E820_EMPTY,	"e820_table",		"has no entry without size", "ACPI 6.5, 15.4") \
	R(32, E820_WRAP,	"e820_table",		"has no entry that ends beyond 2^64", "ACPI 6.5, 15.4") \
	R(33, E820_OVERLAP,	"e820_table",		"has no two entries that overlap", "ACPI 6.5, 15.4") \
	R(34, E820_TYPE,	"e820_table",		"has types that are defined", "ACPI 6.5, table 15.4") \
	R(35, E820_RAM,		"e820_table",		"has RAM", "ACPI 6.5, 15.4") \
	R(36, E820_BUFFER,	"e820_table",		"calls the init_size bytes of the kernel RAM", "boot.rst, init_size") \
	\
	R(40, CPU_INTERRUPTS,	"EFLAGS.IF",		"is 0: interrupts are disabled", "boot.rst, 32-bit and 64-bit protocol") \
	R(41, CPU_CODE,		"CS",			"is __BOOT_CS, 0x10", "boot.rst, 32-bit and 64-bit protocol") \
	R(42, CPU_DATA,		"DS, ES, SS",		"are __BOOT_DS, 0x18", "boot.rst, 32-bit and 64-bit protocol") \
	R(43, CPU_PAGING,	"CR0",			"has PE, and PG in the 64-bit protocol only", "boot.rst, 32-bit and 64-bit protocol") \
	R(44, CPU_REGISTERS,	"EBP, EDI, EBX",	"are 0", "boot.rst, 32-bit protocol") \
	\
	R(50, EFI_STACK,	"RSP",			"is 8 more than a multiple of 16 at the entry point", "UEFI 2.10, 2.3.4.2") \
	R(51, EFI_DIRECTION,	"EFLAGS.DF",		"is 0", "UEFI 2.10, 2.3.4") \
	R(52, EFI_STRIDE,	"efi_info.efi_memdesc_size", "is 40 or more, and divides the size of the map", "UEFI 2.10, 7.2.3") \
	R(53, EFI_EMPTY,	"EFI memory map",	"has no descriptor without pages", "UEFI 2.10, 7.2.3") \
	R(54, EFI_WRAP,		"EFI memory map",	"has no descriptor that ends beyond 2^64", "UEFI 2.10, 7.2.3") \
	R(55, EFI_OVERLAP,	"EFI memory map",	"has no two descriptors that overlap", "UEFI 2.10, 7.2.3") \
	R(56, EFI_ALIGNMENT,	"EFI memory map",	"has descriptors that begin at a page", "UEFI 2.10, 7.2.3") \
	R(57, EFI_IMAGE,	"EFI memory map",	"covers our image, as LoaderCode or LoaderData", "UEFI 2.10, 7.1 and 7.4.1") \
	R(58, EFI_TYPE,		"EFI memory map",	"has types that are defined", "UEFI 2.10, table 7.6") \
	R(59, EFI_ATTRIBUTES,	"EFI memory map",	"has no attribute bit that is not defined", "UEFI 2.10, 7.2.3") \
	R(60, EFI_RUNTIME,	"EFI memory map",	"marks memory of runtime services EFI_MEMORY_RUNTIME", "UEFI 2.10, 7.2.3") \
	R(61, EFI_CRC,		"EFI system table",	"has the CRC32 that its header says", "UEFI 2.10, 4.2") \
	R(62, EFI_SIGNATURE,	"efi_info.efi_loader_signature", "is 0, EL32 or EL64", "zero-page.rst, efi_info")

enum handoff_rule {
#define HANDOFF_RULE_ENUM(nr, sym, field, rule, source)	HANDOFF_##sym = nr,
	HANDOFF_RULES(HANDOFF_RULE_ENUM)
#undef HANDOFF_RULE_ENUM
};

#endif /* __ASSEMBLY__ */
#endif
