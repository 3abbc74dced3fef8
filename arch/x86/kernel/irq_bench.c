/* SPDX-License-Identifier: BSD-2-Clause */
/* Row of the bench: an interrupt, from the instruction before it to the one after, by way of a handler in C. */
#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/irq_vectors.h>
#include <kernel/bench.h>

static void bench_interrupt(struct pt_regs *regs)
{
}

static void prepare(void)
{
	set_system_vector(BENCH_VECTOR, "bench", bench_interrupt);
}

/* Nothing is in service, so the EOI is spent and ends nothing; where there is no APIC to take it, nothing is measured. */
static void run_interrupts(unsigned int rounds)
{
	for (; rounds && apic_present(); rounds--)
		__asm__ volatile("int %0" : : "i"(BENCH_VECTOR) : "memory");
}

BENCH_ROW(irq) = { .name = "interrupt and back", .run = run_interrupts, .prepare = prepare };
