/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages between CPUs, by their local APICs. What they are for is kernel/smp.c's business. */
#include <asm/smp.h>
#include <asm/apic.h>
#include <asm/hw_irq.h>
#include <asm/traps.h>
#include <kernel/delay.h>
#include <kernel/printk.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/stage.h>

#define STOP_WAIT_US	20000		/* for CPUs to take the interrupt; one that does not may have them off */
#define NMI_WAIT_US	2000000		/* nothing holds an NMI back, but a busy host may hold back the CPU */
#define POLL_US		10

static u64 stopping, stopped;		/* CPUs that shall stop, and that have; atomic */
static u64 show_backtrace_of;		/* CPUs that shall say where they are; atomic */

static void send_mask(u64 mask, u32 command)
{
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (mask & CPU_MASK(cpu))
			apic_icr_send(secondaries[cpu].apic_id, command);
}

static bool take_bit(u64 *mask)
{
	u64 me = CPU_MASK(smp_processor_id());

	return __atomic_load_n(mask, __ATOMIC_ACQUIRE) & me &&
	       __atomic_fetch_and(mask, ~me, __ATOMIC_ACQ_REL) & me;
}

void smp_send_call(u64 mask)
{
	send_mask(mask, APIC_DM_FIXED | CALL_FUNCTION_VECTOR);
}

static void call_interrupt(struct pt_regs *regs)
{
	smp_run_calls();
}

void smp_send_reschedule(unsigned int cpu)
{
	send_mask(CPU_MASK(cpu), APIC_DM_FIXED | RESCHEDULE_VECTOR);
}

static void reschedule_interrupt(struct pt_regs *regs)
{
	scheduler_ipi();
}

void smp_send_backtrace(unsigned int cpu)
{
	__atomic_fetch_or(&show_backtrace_of, CPU_MASK(cpu), __ATOMIC_RELEASE);
	send_mask(CPU_MASK(cpu), APIC_DM_NMI);
}

void __noreturn smp_stop_self(void)
{
	__atomic_fetch_or(&stopped, CPU_MASK(smp_processor_id()), __ATOMIC_RELEASE);
	halt_forever();
}

static void stop_interrupt(struct pt_regs *regs)
{
	smp_stop_self();
}

bool smp_nmi(const struct pt_regs *regs)
{
	if (__atomic_load_n(&stopping, __ATOMIC_ACQUIRE) & CPU_MASK(smp_processor_id()))
		smp_stop_self();
	if (!take_bit(&show_backtrace_of))
		return false;
	printk("CPU %u:\n", smp_processor_id());
	show_backtrace(regs->ip, regs->bp);
	return true;
}

/* Return: those of @mask that run on. */
static u64 wait_stopped(u64 mask, unsigned int us)
{
	u64 left;

	while ((left = mask & ~__atomic_load_n(&stopped, __ATOMIC_ACQUIRE)) && us) {
		udelay(POLL_US);
		us -= POLL_US;
	}
	return left;
}

void smp_send_stop(void)
{
	u64 me = CPU_MASK(smp_processor_id());
	u64 left = __atomic_exchange_n(&cpu_online_mask, me, __ATOMIC_ACQ_REL) & ~me;
	unsigned int cpu;

	if (!left)
		return;
	__atomic_fetch_or(&stopping, left, __ATOMIC_RELEASE);
	send_mask(left, APIC_DM_FIXED | STOP_VECTOR);
	left = wait_stopped(left, STOP_WAIT_US);
	send_mask(left, APIC_DM_NMI);
	left = wait_stopped(left, NMI_WAIT_US);
	for_each_possible_cpu(cpu)
		if (left & CPU_MASK(cpu))
			printk(KERN_EMERG "smp: CPU %u does not stop\n", cpu);
}

void smp_ipi_init(void)
{
	set_system_vector(CALL_FUNCTION_VECTOR, "calls of other CPUs", call_interrupt);
	set_system_vector(RESCHEDULE_VECTOR, "reschedule", reschedule_interrupt);
	set_system_vector(STOP_VECTOR, "stop", stop_interrupt);
}
