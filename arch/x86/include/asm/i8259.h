/* SPDX-License-Identifier: BSD-2-Clause */
/* The PC's two 8259A interrupt controllers (Intel 8259A data sheet): lines 0 to 15 at PIC_VECTOR(). */
#ifndef ASM_I8259_H
#define ASM_I8259_H

#include <kernel/irq.h>

extern const struct irq_chip i8259_chip;

/** i8259_init() - move the vectors away from the exceptions, mask all lines. Return: whether there is a PIC */
bool i8259_init(void);

/**
 * i8259_is_spurious() - whether an interrupt at PIC_VECTOR(@line) was none
 * Lines 7 and 15 are reported when a request goes away before the CPU asks which
 * it was. The EOI that the first controller needs after one of the second is sent.
 */
bool i8259_is_spurious(unsigned int line);

#endif
