/* SPDX-License-Identifier: BSD-2-Clause */
/* Machine checks: what the hardware says of its own errors (SDM 3B 16). */
#ifndef ASM_MCE_H
#define ASM_MCE_H

#include <lib/types.h>

/** mce_cpu_init() - this CPU reports all errors; those kept from before the boot are printed and cleared */
void mce_cpu_init(void);

/**
 * mce_report() - print the errors of this CPU's banks
 * Return: whether what was interrupted can go on. Context: #MC.
 */
bool mce_report(void);

#endif
