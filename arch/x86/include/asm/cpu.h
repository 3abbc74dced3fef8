/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_CPU_H
#define ASM_CPU_H

/** identify_cpu() - print vendor, model name, family, model, stepping and what matters to the kernel */
void identify_cpu(void);

/**
 * cpu_init() - what every CPU does for itself before it may take exceptions and interrupts
 * TSS, IDT, protections in CR4, machine checks. GDT and GS base are this CPU's
 * already, and tss_prepare() was called for it; interrupts are off.
 */
void cpu_init(void);

#endif
