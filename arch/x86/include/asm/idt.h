/* SPDX-License-Identifier: BSD-2-Clause */
/* The full IDT and the TSS, which has the stacks its gates ask for. */
#ifndef ASM_IDT_H
#define ASM_IDT_H

#include <lib/types.h>

/* Stacks as gates count them: 0 means no switch. */
enum ist { IST_DF = 1, IST_NMI, IST_DB, IST_MC, NR_IST };

/* bytes; the page below is not mapped */
#ifdef LANTERN_SAN
#define IST_STACK_SIZE	32768
#else
#define IST_STACK_SIZE	8192
#endif

/** idt_address() - of the IDT of all CPUs, one page */
unsigned long idt_address(void);

/** idt_setup() - fill in the IDT of all CPUs; once, before the first idt_load() */
void idt_setup(void);

/** idt_load() - this CPU uses it from now on; its TSS is loaded already */
void idt_load(void);

/**
 * tss_prepare() - give a CPU its exception stacks, its TSS and the descriptor for it
 * @cpu_off: this_cpu_off of that CPU, whose per-CPU data is copied already
 * Return: 0 or -ENOMEM. Context: after paging_init(), the CPU need not run.
 */
int tss_prepare(unsigned long cpu_off);

/** ist_stack_start() - of an exception stack that tss_prepare() has made for a CPU */
unsigned long ist_stack_start(unsigned long cpu_off, enum ist ist);

/** tss_set_entry_stack() - entries from user mode begin at @top, and not on the thread's stack */
void tss_set_entry_stack(unsigned long cpu_off, unsigned long top);

/** tss_load() - this CPU's task register; its GDT is loaded and tss_prepare() was called for it */
void tss_load(void);

#endif
