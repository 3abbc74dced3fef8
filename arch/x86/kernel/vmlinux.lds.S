/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Layout of the kernel image. startup_64 is its first byte; each change of page
 * protection starts a page; what is loaded ends at _edata, then comes memory
 * the kernel clears (.bss) and memory it fills itself (.bss..noclear).
 */
#include <asm/debug-sections.h>
#include <asm/pvh.h>

OUTPUT_FORMAT(elf64-x86-64)
OUTPUT_ARCH(i386:x86-64)
ENTRY(startup_64)

/* Where a loader of ELF files puts a section: KERNEL_LINK_ADDR is LOAD_PHYSICAL_ADDR. */
#define PHYS(section)	AT(ADDR(section) - __START_KERNEL_map)

PHDRS
{
	text PT_LOAD FLAGS(5);
	rodata PT_LOAD FLAGS(4);
	data PT_LOAD FLAGS(6);
	note PT_NOTE FLAGS(4);
}

SECTIONS
{
	. = KERNEL_LINK_ADDR;
	.text : PHYS(.text) {
		_text = .;
		KEEP(*(.head.text))
		. = PVH_ENTRY_OFFSET;
		KEEP(*(.head.pvh))
		*(.text .text.* .ref.text)
		. = ALIGN(PAGE_SIZE);
		__entry_text_start = .;
		*(.entry.text)
		. = ALIGN(PAGE_SIZE);
		__entry_text_end = .;
		_sinittext = .;			/* free after the boot */
		*(.init.text)
		. = ALIGN(PAGE_SIZE);
		_einittext = .;
		_etext = .;
	} :text = 0xcccccccc

	.rodata : PHYS(.rodata) {
		__rodata_start = .;
		*(.rodata .rodata.*)
		. = ALIGN(8);
		*(.sys_call_table)
		__monitor_cmds_start = .;
		KEEP(*(SORT(.monitor_cmds.*)))
		__monitor_cmds_end = .;
		__bench_rows_start = .;
		KEEP(*(SORT(.bench.*)))
		__bench_rows_end = .;
		__selftests_start = .;
		KEEP(*(SORT(.selftests.*)))
		__selftests_end = .;
		__ex_table_start = .;
		KEEP(*(__ex_table))
		__ex_table_end = .;
	} :rodata
	.notes : PHYS(.notes) {
		__build_id_start = .;
		KEEP(*(.note.gnu.build-id))
		__build_id_end = .;
		KEEP(*(.note.Xen))
		*(.note.*)
	} :rodata :note
	/* consumed by the loader, kept so that a debugger and a second loader can read it */
	.relr.dyn : PHYS(.relr.dyn) ALIGN(8) {
		__relr_start = .;
		*(.relr.dyn)
		__relr_end = .;
	} :rodata
	.ksyms : PHYS(.ksyms) ALIGN(8) {
		__ksyms_start = .;
		KEEP(*(.ksyms))
		__ksyms_end = .;
	} :rodata
	.klines : PHYS(.klines) ALIGN(8) {
		__klines_start = .;
		KEEP(*(.klines))
		__klines_end = .;
		. = ALIGN(PAGE_SIZE);
		__rodata_end = .;
	} :rodata

	.data : PHYS(.data) ALIGN(PAGE_SIZE) {
		_sdata = .;
#ifdef LANTERN_SAN
		__init_array_start = .;
		KEEP(*(SORT(.init_array.*) .init_array))
		__init_array_end = .;
		*(.fini_array .fini_array.*)
#endif
		*(.data .data.rel .data.rel.* .data.[a-zA-Z]*)
		. = ALIGN(PAGE_SIZE);
		__per_cpu_start = .;
		*(.data..percpu..entry)
		. = ALIGN(PAGE_SIZE);
		__per_cpu_entry_end = .;
		*(.data..percpu)
		__per_cpu_end = .;
		. = ALIGN(PAGE_SIZE);
		_edata = .;
	} :data

	.bss : PHYS(.bss) ALIGN(PAGE_SIZE) {
		__bss_start = .;
		*(.bss .bss.[a-zA-Z]* COMMON)
		. = ALIGN(PAGE_SIZE);
		__init_bss_start = .;		/* free after the boot */
		*(.bss..init)
		. = ALIGN(64);
		__per_cpu_template = .;
		. += __per_cpu_end - __per_cpu_start;
		. = ALIGN(8);
		__bss_stop = .;
		. = ALIGN(PAGE_SIZE);
		*(.bss..noclear.init)
		. = ALIGN(PAGE_SIZE);
		__init_bss_end = .;
		*(.bss..noclear)
		. = ALIGN(PAGE_SIZE);
#ifdef LANTERN_SAN
		kasan_image_shadow = .;	/* a byte for eight, its own included */
		. = ALIGN(. + (. - _text) / 7 + PAGE_SIZE, PAGE_SIZE);
		kasan_image_shadow_end = .;
#endif
		_end = .;
	} :data

	.got : PHYS(.got) { *(.got) *(.got.plt) *(.plt) *(.plt.got) *(.dynbss) } :data
	.rela.dyn : PHYS(.rela.dyn) { *(.rela.*) *(.rela) } :data

	/DISCARD/ : {
		*(.interp .dynamic .dynsym .dynstr .hash .gnu.hash .gnu.version*)
		*(.eh_frame .comment .note.GNU-stack .sframe)
	}

	DEBUG_SECTIONS
}

ASSERT(SIZEOF(.rela.dyn) == 0, "the kernel may hold RELR relocations only")
ASSERT(SIZEOF(.got) <= 24, "the kernel must not need a GOT")
ASSERT(startup_64 == _text, "startup_64 must be the first byte of the image")
ASSERT(pvh_start == _text + PVH_ENTRY_OFFSET, "pvh_start must be where the ELF note says")
ASSERT(_end - _text <= KERNEL_IMAGE_SIZE - LOAD_PHYSICAL_ADDR, "kernel too large")
#ifdef LANTERN_SAN
ASSERT(_end - _text <= 0x1000000, "kasan_init_64.c has tables for the shadow of 16 MiB")
#endif
