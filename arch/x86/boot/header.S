/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The first page of lantern.efi: DOS and PE32+ headers for UEFI, and the setup
 * header for everything that starts Linux. One named field per line; every
 * number comes from the linker, from a header or from the assembler.
 */
#include <asm/page.h>
#include <boot/bootparam.h>
#include <boot/multiboot2.h>
#include <boot/pe.h>
#include <generated/version.h>

	.section .header, "a", @progbits
header:
dos_header:
	.word	IMAGE_DOS_SIGNATURE
	.org	header + 0x38
	.long	LINUX_PE_MAGIC
	.long	pe_header - header		/* 0x3c, where the PE header is */

pe_header:
	.long	IMAGE_NT_SIGNATURE
coff_header:
	.word	IMAGE_FILE_MACHINE_AMD64	/* Machine */
	.word	(section_table_end - section_table) / 40	/* NumberOfSections */
	.long	0				/* TimeDateStamp */
	.long	0				/* PointerToSymbolTable */
	.long	0				/* NumberOfSymbols */
	.word	section_table - optional_header	/* SizeOfOptionalHeader */
	.word	IMAGE_FILE_EXECUTABLE_IMAGE | IMAGE_FILE_LINE_NUMS_STRIPPED | IMAGE_FILE_DEBUG_STRIPPED

optional_header:
	.word	IMAGE_NT_OPTIONAL_HDR64_MAGIC
	.byte	2, 40				/* linker version */
	.long	_text_size			/* SizeOfCode */
	.long	_initialized_size		/* SizeOfInitializedData */
	.long	0				/* SizeOfUninitializedData */
	.long	efi_pe_entry			/* AddressOfEntryPoint */
	.long	_text_rva			/* BaseOfCode */
	.quad	0				/* ImageBase: anywhere */
	.long	PE_SECTION_ALIGNMENT
	.long	PE_FILE_ALIGNMENT
	.word	0, 0				/* operating system version */
	.word	LINUX_EFISTUB_MAJOR_VERSION	/* image version */
	.word	LINUX_EFISTUB_MINOR_VERSION
	.word	0, 0				/* subsystem version */
	.long	0				/* Win32VersionValue */
	.long	_image_size			/* SizeOfImage */
	.long	PE_HEADERS_SIZE			/* SizeOfHeaders */
	.long	0				/* CheckSum */
	.word	IMAGE_SUBSYSTEM_EFI_APPLICATION
	.word	IMAGE_DLLCHARACTERISTICS_NX_COMPAT
	.quad	0, 0, 0, 0			/* stack and heap reserve and commit */
	.long	0				/* LoaderFlags */
	.long	(section_table - data_directories) / 8	/* NumberOfRvaAndSizes */
data_directories:
	.quad	0				/* Export */
	.quad	0				/* Import */
	.quad	0				/* Resource */
	.quad	0				/* Exception */
	.quad	0				/* Certificate, filled in by sbsign */
	.quad	0				/* BaseRelocation: none needed, but the slot must exist */

.macro	PE_SECTION name:req size:req rva:req raw:req flags:req
	.ascii	"\name"
	.org	section_start + 8, 0
	.long	\size				/* VirtualSize */
	.long	\rva				/* VirtualAddress */
	.long	\size				/* SizeOfRawData */
	.long	\raw				/* PointerToRawData */
	.long	0, 0				/* relocations, line numbers */
	.word	0, 0
	.long	\flags
	section_start = .
.endm

section_table:
	section_start = .
	PE_SECTION ".setup",  _setup_size,  _setup_rva,  _setup_rva,  IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_DISCARDABLE | IMAGE_SCN_MEM_READ
	PE_SECTION ".text",   _text_size,   _text_rva,   _text_rva,   IMAGE_SCN_CNT_CODE | IMAGE_SCN_MEM_EXECUTE | IMAGE_SCN_MEM_READ
	PE_SECTION ".rodata", _rodata_size, _rodata_rva, _rodata_rva, IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ
	PE_SECTION ".data",   _data_size,   _data_rva,   _data_rva,   IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ | IMAGE_SCN_MEM_WRITE
	PE_SECTION ".sbat",   _sbat_size,   _sbat_rva,   _sbat_raw,   IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_READ
	PE_SECTION ".compat", _compat_size, _compat_rva, _compat_raw, IMAGE_SCN_CNT_INITIALIZED_DATA | IMAGE_SCN_MEM_DISCARDABLE | IMAGE_SCN_MEM_READ
section_table_end:

/*
 * The setup header (boot.rst). A door that is not open is not advertised: no
 * bit of xloadflags is set until its entry point exists.
 */
	.org	header + 0x1ef
	.byte	0xff				/* sentinel: a loader must not copy it */
	.org	header + SETUP_HEADER_OFFSET
setup_header:
	.byte	_setup_sects			/* setup_sects */
	.word	0				/* root_flags */
	.long	_syssize			/* syssize */
	.word	0				/* ram_size */
	.word	0xffff				/* vid_mode: normal */
	.word	0				/* root_dev */
	.word	BOOT_FLAG_MAGIC			/* boot_flag */
	.org	header + 0x200
	.byte	0xeb, setup_header_end - 1f	/* jmp to the code after the header */
1:	.long	SETUP_HEADER_MAGIC
	.word	BOOT_PROTOCOL_VERSION
	.long	0				/* realmode_swtch */
	.word	0				/* start_sys_seg */
	.word	kernel_version - header - 0x200	/* kernel_version */
	.byte	0				/* type_of_loader */
	.byte	LOADED_HIGH			/* loadflags */
	.word	0				/* setup_move_size */
	.long	0x100000			/* code32_start */
	.long	0, 0				/* ramdisk_image, ramdisk_size */
	.long	0				/* bootsect_kludge */
	.word	0				/* heap_end_ptr */
	.byte	0, 0				/* ext_loader_ver, ext_loader_type */
	.long	0				/* cmd_line_ptr */
	.long	0x7fffffff			/* initrd_addr_max */
	.long	KERNEL_ALIGN			/* kernel_alignment */
	.byte	1				/* relocatable_kernel */
	.byte	21				/* min_alignment: log2 of KERNEL_ALIGN */
	.word	XLF_KERNEL_64 | XLF_CAN_BE_LOADED_ABOVE_4G | XLF_EFI_HANDOVER_32 | XLF_EFI_HANDOVER_64 | XLF_5LEVEL | XLF_5LEVEL_ENABLED
	.long	COMMAND_LINE_SIZE - 1		/* cmdline_size */
	.long	0				/* hardware_subarch: PC */
	.quad	0				/* hardware_subarch_data */
	.long	0, 0				/* payload_offset, payload_length: no ELF inside */
	.quad	0				/* setup_data */
	.quad	LOAD_PHYSICAL_ADDR		/* pref_address */
	.long	_init_size			/* init_size: nobody may put an initrd here */
	.long	_handover_offset		/* handover_offset */
	.long	0				/* kernel_info_offset */
	.globl	setup_header_end		/* the linker script checks where this is */
setup_header_end:
	.code16
	jmp	start_of_setup
	.code64

/*
 * Multiboot2: the file is loaded as it is, at its start in a range that has
 * room for the loader's buffer behind it (boot/multiboot2.c).
 */
	.balign 8
multiboot2_header:
	.long	MULTIBOOT2_HEADER_MAGIC
	.long	MULTIBOOT2_ARCHITECTURE_I386
	.long	multiboot2_header_end - multiboot2_header
	.long	-(MULTIBOOT2_HEADER_MAGIC + MULTIBOOT2_ARCHITECTURE_I386 + (multiboot2_header_end - multiboot2_header))
	.word	MULTIBOOT2_HEADER_TAG_ADDRESS, 0
	.long	24
	.long	LOAD_PHYSICAL_ADDR + multiboot2_header	/* header_addr */
	.long	LOAD_PHYSICAL_ADDR		/* load_addr */
	.long	LOAD_PHYSICAL_ADDR + _image_end	/* load_end_addr */
	.long	LOAD_PHYSICAL_ADDR + _multiboot2_size	/* bss_end_addr */
	.word	MULTIBOOT2_HEADER_TAG_ENTRY_ADDRESS, 0
	.long	12
	.long	LOAD_PHYSICAL_ADDR + multiboot2_entry
	.balign 8
	.word	MULTIBOOT2_HEADER_TAG_FRAMEBUFFER, MULTIBOOT2_HEADER_TAG_OPTIONAL
	.long	20
	.long	0, 0, 0				/* any size, any depth */
	.balign 8
	.word	MULTIBOOT2_HEADER_TAG_RELOCATABLE, 0
	.long	24
	.long	LOAD_PHYSICAL_ADDR, 0xffffffff	/* min_addr, max_addr */
	.long	KERNEL_ALIGN
	.long	MULTIBOOT2_LOAD_PREFERENCE_LOW
	.word	MULTIBOOT2_HEADER_TAG_END, 0
	.long	8
multiboot2_header_end:

	.section .sbat, "a", @progbits
	.ascii	"sbat,1,SBAT Version,sbat,1,https://github.com/rhboot/shim/blob/main/SBAT.md\n"
	.ascii	"lantern,1,Lantern,lantern,", LANTERN_VERSION, ",https://lantern.invalid/\n"

	.section .setup, "ax", @progbits
start_of_setup:
	.incbin "setup/setup.bin"		/* real mode; see setup/entry.S */
/* Read by loaders out of the file; in memory BSS of the setup code may lie over it. */
kernel_version:
	.ascii	"Lantern ", LANTERN_VERSION, "\0"
