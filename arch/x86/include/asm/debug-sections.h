/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * For linker scripts: where debug information and the ELF tables go. Orphan
 * sections are errors, so every script that keeps them for gdb must name them.
 */
#ifndef ASM_DEBUG_SECTIONS_H
#define ASM_DEBUG_SECTIONS_H

#define DEBUG_SECTIONS						\
	.debug_info 0 : { *(.debug_info) }			\
	.debug_abbrev 0 : { *(.debug_abbrev) }			\
	.debug_line 0 : { *(.debug_line) }			\
	.debug_line_str 0 : { *(.debug_line_str) }		\
	.debug_str 0 : { *(.debug_str) }			\
	.debug_aranges 0 : { *(.debug_aranges) }		\
	.debug_rnglists 0 : { *(.debug_rnglists) }		\
	.debug_loclists 0 : { *(.debug_loclists) }		\
	.debug_frame 0 : { *(.debug_frame) }			\
	.symtab 0 : { *(.symtab) }				\
	.strtab 0 : { *(.strtab) }				\
	.shstrtab 0 : { *(.shstrtab) }

#endif
