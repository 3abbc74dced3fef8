/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layout of lantern.efi. Linked at 0, so that link address, RVA and file offset
 * are the same number up to _image_end; every section starts a page, none is both
 * writable and executable. header.S reads the symbols defined here.
 *
 * The bzImage view of the same bytes: setup code is [0, _pm_start), the
 * protected-mode part starts at _pm_start with startup_32.
 */
#include <asm/debug-sections.h>
#include <boot/bootparam.h>
#include <boot/pe.h>
#include <generated/payload-size.h>
#include <lib/const.h>
#include "loader.h"

OUTPUT_FORMAT(elf64-x86-64)
OUTPUT_ARCH(i386:x86-64)
ENTRY(efi_pe_entry)

SECTIONS
{
	. = 0;
	.header : { KEEP(*(.header)) . = ALIGN(PE_SECTION_ALIGNMENT); }
	.setup : { KEEP(*(.setup)) KEEP(*(.setup.*)) . = ALIGN(PE_SECTION_ALIGNMENT); }
	.text : {
		_pm_start = .;
		KEEP(*(.head.text))
		. = ALIGN(16);
		KEEP(*(.handover.text))
		*(.text .text.*)
		. = ALIGN(PE_SECTION_ALIGNMENT);
	}
	.rodata : {
		*(.rodata .rodata.[!s]*)
		*(EXCLUDE_FILE(*efistub?*) .rodata.str*)
		. = ALIGN(PE_SECTION_ALIGNMENT);
	}
	.data : {
		QUAD(0)			/* never empty: not every firmware takes a section of size 0 */
		*(.data .data.*)
		_stub_words = .;
		*efistub?*(.rodata.str*)
		/* loader_check() is never where the stub is: its stack, before the copy has one, takes the place of the stub's words */
		check_stack_end = . & ~15;
		*(.bss .bss.* COMMON)	/* a few hundred bytes: raw size is virtual size */
		. = ALIGN(PE_SECTION_ALIGNMENT);
	}
	_image_end = .;
	/* Only read by who looks at the file: a page each in memory, but not in the file. */
	.sbat : { KEEP(*(.sbat)) . = ALIGN(PE_FILE_ALIGNMENT); }
	.compat : { KEEP(*(.compat)) . = ALIGN(PE_FILE_ALIGNMENT); }

	_setup_rva = ADDR(.setup);	_setup_size = SIZEOF(.setup);
	_text_rva = ADDR(.text);	_text_size = SIZEOF(.text);
	_rodata_rva = ADDR(.rodata);	_rodata_size = SIZEOF(.rodata);
	_sbat_raw = ADDR(.sbat);	_sbat_size = SIZEOF(.sbat);
	_compat_raw = ADDR(.compat);	_compat_size = SIZEOF(.compat);
	_sbat_rva = _image_end;		_compat_rva = _sbat_rva + PE_SECTION_ALIGNMENT;
	_data_rva = ADDR(.data);	_data_size = SIZEOF(.data);
	_initialized_size = SIZEOF(.rodata) + SIZEOF(.sbat) + SIZEOF(.compat) + SIZEOF(.data);
	_setup_sects = _pm_start / 512 - 1;
	_syssize = (_image_end - _pm_start) / 16;
	_image_size = _compat_rva + PE_SECTION_ALIGNMENT;
	_handover_offset = efi32_stub_entry - _pm_start;
	_loader_syssize = _syssize;	_loader_setup_sects = _setup_sects;	_loader_handover_offset = _handover_offset;	/* for the loader to tell */

	/*
	 * The loader's buffer (loader.h): the kernel at its start, then a copy of
	 * the protected-mode part and its workspace. The two never overlap, so
	 * decompression needs no margin.
	 */
	_loader_copy_size = _image_end - _pm_start;
	_loader_copy_qwords = _loader_copy_size / 8;
	_loader_offset = ALIGN(PAYLOAD_MEMORY_SIZE, SZ_4K);
	_init_size = ALIGN(_loader_offset + _loader_copy_size + LOADER_WORKSPACE, SZ_2M);

	/*
	 * Multiboot2 loads the whole file; then come its boot_params, then the buffer.
	 * A file that reaches into the buffer has them behind it (SAN=1).
	 */
	_multiboot2_buffer_end = ALIGN(_pm_start, SZ_2M) + _init_size;
	_multiboot2_params = ALIGN(_image_end, SZ_4K) + LOADER_MULTIBOOT2_SIZE <= ALIGN(_pm_start, SZ_2M) ?
			     ALIGN(_image_end, SZ_4K) : _multiboot2_buffer_end;
	_multiboot2_size = MAX(_multiboot2_buffer_end, _multiboot2_params + LOADER_MULTIBOOT2_SIZE);

	/* what 32-bit code cannot reach relative to its own place */
	_rva_stub32 = stub32_blob - efi32_stub_entry;
	_rva_payload = payload_blob - efi32_stub_entry;
	_rva_efi32_pe_entry = efi32_pe_entry;
	_rva_loader_entry = loader_entry - startup_32;
	_rva_boot_gdt = boot_gdt - startup_32;
	_rva_boot_gdt_descr = boot_gdt_descr - startup_32;
	_rva_check_stack_end = check_stack_end - startup_32;
	_rva_no_long_mode_text = no_long_mode_text - startup_32;
	_rva_moved = moved - startup_32;
	_rva_multiboot2_here = multiboot2_here - startup_32;
	_rva_multiboot2_params = _multiboot2_params - startup_32;

	/DISCARD/ : { *(.comment .note.* .eh_frame) }
	DEBUG_SECTIONS
	.got : { *(.got) *(.got.plt) *(.igot .igot.plt .iplt .plt) }
	.rela : { *(.rela.*) *(.rela) }
}

ASSERT(SIZEOF(.header) == PE_HEADERS_SIZE, "the header page holds the headers and nothing else")
ASSERT(setup_header_end == SETUP_HEADER_END, "the setup header has the size of protocol 2.15")
ASSERT(_setup_sects <= 63, "setup code must fit the loaders' 32 KiB")
ASSERT(startup_32 == _pm_start, "startup_32 is the first byte of the protected-mode part")
ASSERT(loader_startup_64 == _pm_start + 0x200, "the 64-bit entry point is at 0x200")
ASSERT(SIZEOF(.sbat) <= PE_SECTION_ALIGNMENT && SIZEOF(.compat) <= PE_SECTION_ALIGNMENT, "a page of memory each")
ASSERT(check_stack_end - _stub_words >= 2048, "the stack of loader_check()")
ASSERT(SIZEOF(.got) <= 24, "the boot part must not need a GOT")
ASSERT(SIZEOF(.rela) == 0, "the boot part must not need relocations")
ASSERT(efi64_stub_entry == _pm_start + _handover_offset + 0x200, "boot.rst: the 64-bit handover entry is 0x200 after the 32-bit one")
