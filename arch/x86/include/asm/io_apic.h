/* SPDX-License-Identifier: BSD-2-Clause */
/* I/O APICs (Intel 82093AA data sheet): the lines of the machine, by global system interrupt. */
#ifndef ASM_IO_APIC_H
#define ASM_IO_APIC_H

#include <kernel/irq.h>

extern const struct irq_chip io_apic_chip;

/** io_apic_init() - map and mask those of the MADT. Return: how many can be used. After apic_init() */
unsigned int io_apic_init(void);

/** io_apic_has() - whether one of them has line @irq */
bool io_apic_has(unsigned int irq);

#endif
