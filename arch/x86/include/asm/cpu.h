/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_CPU_H
#define ASM_CPU_H

#include <lib/types.h>

/** x86_family(), x86_model() - out of CPUID.1 EAX, the extended parts added where they count (SDM 2A CPUID) */
static inline u32 x86_family(u32 sig)
{
	u32 family = sig >> 8 & 0xf;

	return family == 0xf ? family + (sig >> 20 & 0xff) : family;
}

static inline u32 x86_model(u32 sig)
{
	u32 model = sig >> 4 & 0xf;

	return x86_family(sig) == 6 || x86_family(sig) >= 0xf ? model | (sig >> 12 & 0xf0) : model;
}

/** cpu_names() - vendor and model name of this CPU as text */
void cpu_names(char vendor[13], char name[49]);

/** identify_cpu() - print vendor, model name, family, model, stepping and what matters to the kernel */
void identify_cpu(void);

/**
 * cpu_init() - what every CPU does for itself before it may take exceptions and interrupts
 * TSS, IDT, protections in CR4, speculation, machine checks. GDT and GS base are this CPU's
 * already, and tss_prepare() was called for it; interrupts are off.
 */
void cpu_init(void);

#endif
