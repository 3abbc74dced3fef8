/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages between CPUs, sent and received by their local APICs. */
#include <kernel/smp.h>
#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/percpu.h>
#include <kernel/sched.h>

static u32 cpu_apic_ids[NR_CPUS];	/* by CPU number */

static void reschedule_interrupt(struct pt_regs *regs)
{
	scheduler_ipi();
}

void smp_send_reschedule(unsigned int cpu)
{
	apic_icr_send(cpu_apic_ids[cpu], RESCHEDULE_VECTOR);
}

void smp_init(void)
{
	if (!apic_present())
		return;
	cpu_apic_ids[this_cpu_read(cpu_number)] = apic_id();
	set_system_vector(RESCHEDULE_VECTOR, "reschedule", reschedule_interrupt);
}
