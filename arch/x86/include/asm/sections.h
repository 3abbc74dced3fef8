/* SPDX-License-Identifier: BSD-2-Clause */
/* Boundaries of the kernel image, from vmlinux.lds.S: all page aligned unless noted. */
#ifndef ASM_SECTIONS_H
#define ASM_SECTIONS_H

extern char _text[], _etext[];			/* code */
extern char _sinittext[], _einittext[];		/* the last of it, that of the boot: see <kernel/initmem.h> */
extern char __rodata_start[], __rodata_end[];
extern char _sdata[], _edata[];			/* initialised data, end of what is loaded */
extern char __entry_text_start[], __entry_text_end[];	/* part of it, see <asm/pti.h> */
extern char __per_cpu_start[], __per_cpu_end[];	/* in .data, end not aligned: the boot CPU's copy */
extern char __per_cpu_entry_end[];		/* first part of it: what entries need */
extern char __per_cpu_template[];		/* in .bss: as it was loaded, after percpu_save() */
extern char __bss_start[], __bss_stop[];	/* cleared by the kernel, 8-byte aligned */
extern char __init_bss_start[], __init_bss_end[];	/* data of the boot: the end of .bss, and some that nobody clears */
extern char _end[];				/* after the early tables and stack, which nobody clears */
extern char init_stack_guard[], init_stack[], init_stack_end[];	/* guard is one page below the stack */
extern const char __ex_table_start[], __ex_table_end[];
extern const char __build_id_start[], __build_id_end[];	/* ELF note, 4-byte aligned */

#endif
