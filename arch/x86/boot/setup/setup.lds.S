/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layout of the 16-bit setup code, one flat segment linked at its offset behind
 * the header page. setup.bin ends with the signature; BSS follows it in memory.
 */
#include <asm/debug-sections.h>
#include "setup.h"
#include <boot/bootparam.h>

OUTPUT_FORMAT(elf32-i386)
OUTPUT_ARCH(i386)
ENTRY(start_of_setup)

SECTIONS
{
	loaded_setup_header = SETUP_HEADER_OFFSET;

	. = SETUP_CODE_START;
	.text : { KEEP(*(.entry.text)) *(.text .text.*) }
	.rodata : { *(.rodata .rodata.*) }
	.data : { *(.data .data.*) . = ALIGN(4); setup_signature = .; LONG(SETUP_SIGNATURE) }
	setup_bin_end = .;
	. = ALIGN(16);
	.bss (NOLOAD) : { __bss_start = .; *(.bss .bss.* COMMON) . = ALIGN(16); }
	_end = .;

	/DISCARD/ : { *(.comment .note.* .eh_frame) }
	DEBUG_SECTIONS
	.got : { *(.got) *(.got.plt) *(.igot .igot.plt .iplt .plt) }
	.rel : { *(.rel.*) *(.rel) }
}

ASSERT(start_of_setup == SETUP_CODE_START, "the header jumps to the first byte of the setup code")
ASSERT(setup_bin_end - SETUP_CODE_START <= 12 * 1024, "the setup code has outgrown its 12 KiB")
ASSERT(_end + 2 * SETUP_STACK_SIZE <= 0x8000, "setup, BSS, some heap and a stack must fit the loaders' 32 KiB")
ASSERT(SIZEOF(.got) == 0 || SIZEOF(.got) == 12, "16-bit code must not need a GOT")
ASSERT(SIZEOF(.rel) == 0, "16-bit code must not need relocations")
