/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The early kernel: from startup_64 to start_kernel. Functions marked "low"
 * run while the kernel is still at its physical address: they may use no
 * pointer from initialised data and must not printk.
 */
#ifndef ASM_SETUP_H
#define ASM_SETUP_H

#include <asm/page.h>
#include <asm/pgtable_types.h>
#include <asm/ptrace.h>
#include <boot/bootparam.h>

/* The checked copies every later part of the kernel reads; valid from start_kernel on. */
extern struct boot_params boot_params;
extern char boot_command_line[COMMAND_LINE_SIZE];

extern const unsigned long kernel_text_address;	/* virtual address of _text, readable while low */

/* Page tables by their names in the field; each is one 4 KiB table. */
extern u64 early_top_pgt[PTRS_PER_TABLE];
extern u64 level4_kernel_pgt[PTRS_PER_TABLE];
extern u64 level3_kernel_pgt[PTRS_PER_TABLE];
extern u64 level2_kernel_pgt[PTRS_PER_TABLE];
extern u64 level2_fixmap_pgt[PTRS_PER_TABLE];
extern u64 level1_fixmap_pgt[PTRS_PER_TABLE];
extern u64 early_dynamic_pgts[EARLY_DYNAMIC_PAGE_TABLES][PTRS_PER_TABLE];
extern u64 init_top_pgt[PTRS_PER_TABLE];

extern unsigned int pgtable_levels;	/* 4 or 5, as CR4.LA57 said on entry */

/**
 * startup_stages() - low: record STARTUP_64 with the time of the first instruction
 */
void startup_stages(u64 tsc);

/**
 * verify_cpu() - low: compare CPUID with what the kernel is compiled for
 * Clears XD_DISABLE on Intel CPUs where a firmware set it. What is missing is
 * remembered and reported by cpu_report_missing(), when a console can show it.
 */
void verify_cpu(void);

extern bool nx_was_hidden;	/* by the firmware, from the boot CPU; so it is from the others */

/** cpu_report_missing() - panic with the list if verify_cpu() missed anything */
void cpu_report_missing(void);

/**
 * __startup_64() - low: build early_top_pgt for this load address
 * Maps [_text, _end) at its virtual address and, for the moment of the switch,
 * at its physical one. Entries outside the image stay invalid, so that nothing
 * can speculate into memory that is not ours.
 * Return: physical address of early_top_pgt, for CR3.
 */
unsigned long __startup_64(void);

/** idt_setup_early() - low or high: load the 32 exception gates at the current address */
void idt_setup_early(void);

/** do_early_exception() - from the stubs of head_64.S; returns to resume */
void do_early_exception(struct pt_regs *regs, unsigned int vector);

/**
 * early_make_pgtable() - map the 2 MiB around a direct-map address
 * @address: faulting address
 * Uses the tables of early_dynamic_pgts; when all are used they are recycled,
 * and what they mapped faults in again. This is what early_ioremap() is elsewhere:
 * before paging_init() all of physical memory, the firmware's tables and the screen
 * too, is at __va(). What is no RAM goes on to ioremap() then.
 * Return: whether @address is in the direct map and is now mapped.
 */
bool early_make_pgtable(unsigned long address);

/** early_serial_puts() - low or high: polled COM1, bounded, for when nothing else works */
void early_serial_puts(const char *s);
void early_serial_put_hex(u64 v);

/** boot_deterministic() - "deterministic" on the command line: no random layout, no times in the output */
bool boot_deterministic(void);

/** print_hello() - the first line of output: name, version, build id */
void print_hello(void);

/**
 * screen_init() - a console on the framebuffer or text screen of boot_params, through the early direct map
 * Return: 0, or -1 when there is none.
 */
int screen_init(void);

/** screen_remap() - after paging_init(): the same screen through a mapping of its own */
void screen_remap(void);

void __noreturn x86_64_start_kernel(phys_addr_t bp);

/** setup_arch() - memory map, memblock, final page tables, firmware tables; start_kernel calls it */
void setup_arch(void);

/** arch_ram_bytes() - usable RAM in the memory map; after setup_arch() */
u64 arch_ram_bytes(void);

#endif
