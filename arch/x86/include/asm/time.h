/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_TIME_H
#define ASM_TIME_H

#include <lib/types.h>

/**
 * tsc_khz() - rate of the time stamp counter
 * From CPUID leaf 15H, else measured against the ACPI PM timer or the PIT for
 * a few milliseconds on the first call. 0 when the machine has none of them.
 */
unsigned int tsc_khz(void);

/** delay_ms() - wait, also when nothing can be measured (then by counting port writes, roughly) */
void delay_ms(unsigned int ms);

#endif
