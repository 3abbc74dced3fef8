/* SPDX-License-Identifier: BSD-2-Clause */
/* Who gets which vector. */
#ifndef ASM_HW_IRQ_H
#define ASM_HW_IRQ_H

#include <asm/irq_vectors.h>
#include <asm/ptrace.h>
#include <lib/types.h>

typedef void (*system_vector_fn_t)(struct pt_regs *regs);

/**
 * set_system_vector() - who gets a vector from FIRST_SYSTEM_VECTOR on
 * @name: for the irq command; static
 * The EOI is sent before @fn runs, interrupts are off in it.
 */
void set_system_vector(unsigned int vector, const char *name, system_vector_fn_t fn);

/**
 * set_device_vector() - for interrupt controllers: @vector is line @irq of <kernel/irq.h>
 * new_device_vector() - give line @irq a vector that no line has. Return: the vector, -ENOSPC
 */
void set_device_vector(unsigned int vector, unsigned int irq);
int new_device_vector(unsigned int irq);

/** msi_message() - what a device has to write where to interrupt the boot CPU. Return: whether it can */
bool msi_message(unsigned int vector, u64 *address, u32 *data);

/** interrupted_regs() - of the code that the handler now running has interrupted; NULL outside of handlers */
const struct pt_regs *interrupted_regs(void);

/** do_interrupt() - from entry_64.S, interrupts off, ~vector in orig_ax */
void do_interrupt(struct pt_regs *regs);

#endif
