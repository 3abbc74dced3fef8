/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_CPU_H
#define ASM_CPU_H

/** identify_cpu() - print vendor, model name, family, model, stepping and what matters to the kernel */
void identify_cpu(void);

#endif
