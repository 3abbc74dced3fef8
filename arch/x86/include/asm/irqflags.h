/* SPDX-License-Identifier: BSD-2-Clause */
/* Interrupts of this CPU: off, and back to what they were. */
#ifndef ASM_IRQFLAGS_H
#define ASM_IRQFLAGS_H

#include <lib/types.h>

/** local_irq_save() - interrupts off; returns RFLAGS for local_irq_restore() */
static inline unsigned long local_irq_save(void)
{
	unsigned long flags;

	__asm__ volatile("pushfq; popq %0; cli" : "=rm"(flags) : : "memory");
	return flags;
}

static inline void local_irq_restore(unsigned long flags)
{
	__asm__ volatile("pushq %0; popfq" : : "g"(flags) : "memory", "cc");
}

/** irqs_disabled() - whether this CPU takes no interrupts now */
static inline bool irqs_disabled(void)
{
	unsigned long flags;

	__asm__ volatile("pushfq; popq %0" : "=rm"(flags));
	return !(flags & 1ul << 9);
}

static inline void local_irq_enable(void)
{
	__asm__ volatile("sti" : : : "memory");
}

static inline void local_irq_disable(void)
{
	__asm__ volatile("cli" : : : "memory");
}

/**
 * safe_halt() - interrupts on and wait for one; they are on afterwards
 * Called with interrupts off, after a look at what is waited for: STI lets the
 * next instruction begin first, so an interrupt in between ends the wait.
 */
static inline void safe_halt(void)
{
	__asm__ volatile("sti; hlt" : : : "memory");
}

#endif
