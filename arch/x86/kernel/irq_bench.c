/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Rows of the bench: an interrupt, from the instruction before it to the one after, by
 * way of a handler in C, and of that the part to the handler's first statement.
 */
#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/irq_vectors.h>
#include <asm/processor.h>
#include <kernel/bench.h>

static u64 entered, to_handler;		/* TSC in the handler; sum of a run */

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

static void bench_entry(struct pt_regs *regs)
{
	entered = rdtsc();
}

static void prepare_entry(void)
{
	set_system_vector(BENCH_VECTOR, "bench", bench_entry);
}

static void run_entries(unsigned int rounds)
{
	u64 start;

	for (to_handler = 0; rounds && apic_present(); rounds--) {
		start = rdtsc();
		__asm__ volatile("int %0" : : "i"(BENCH_VECTOR) : "memory");
		to_handler += entered - start;
	}
}

BENCH_ROW(irq) = { .name = "interrupt and back", .run = run_interrupts, .prepare = prepare };
BENCH_ROW(irq_entry) = {
	.name = "interrupt to its C handler", .run = run_entries, .ticks = &to_handler, .prepare = prepare_entry,
};
