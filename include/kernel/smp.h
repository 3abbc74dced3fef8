/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The CPUs: which there are, and how one has another do something.
 *
 * A CPU that waits for others in one of these functions does meanwhile what is
 * asked of itself, so two that call each other do not wait for ever, whether
 * interrupts are on or off. The one rule: nobody calls while holding a lock that
 * another CPU may be waiting for with interrupts off, for that one answers only
 * when it has the lock.
 */
#ifndef KERNEL_SMP_H
#define KERNEL_SMP_H

#include <asm/percpu.h>
#include <lib/types.h>

static_assert(NR_CPUS <= 64, "a set of CPUs is a u64");

#define CPU_MASK(cpu)	(1ULL << (cpu))

extern u64 cpu_online_mask;		/* CPUs that take calls; atomic */
extern unsigned int nr_cpu_ids;		/* highest number of a CPU with memory of its own, plus 1 */

/** smp_processor_id() - the CPU this runs on; good while the caller stays there */
static inline unsigned int smp_processor_id(void)
{
	return this_cpu_read(cpu_number);
}

static inline bool cpu_online(unsigned int cpu)
{
	return __atomic_load_n(&cpu_online_mask, __ATOMIC_ACQUIRE) & CPU_MASK(cpu);
}

/* Each number below nr_cpu_ids: per_cpu_ptr() is valid, the CPU need not be online. */
#define for_each_possible_cpu(cpu)	for ((cpu) = 0; (cpu) < nr_cpu_ids; (cpu)++)

#define for_each_online_cpu(cpu)	for_each_possible_cpu(cpu) if (!cpu_online(cpu)) ; else

/**
 * typedef smp_call_func_t - what a CPU does for another
 * Context: interrupts off, as in an interrupt handler; must not make calls itself.
 */
typedef void (*smp_call_func_t)(void *arg);

/**
 * smp_call_function_many() - have other CPUs call @fn(@arg), all at the same time
 * @mask: of CPUs; those that are not online, and this one, are left out
 * @wait: until all have done it; otherwise @arg must live on
 * A CPU that does not answer is told about, with a backtrace, every few seconds, and
 * after some of these it is a panic.
 * Context: any but NMI and an @fn.
 */
void smp_call_function_many(u64 mask, smp_call_func_t fn, void *arg, bool wait);

/** smp_call_function() - all others. smp_call_function_single() - one, not this one */
static inline void smp_call_function(smp_call_func_t fn, void *arg, bool wait)
{
	smp_call_function_many(~0ULL, fn, arg, wait);
}

static inline void smp_call_function_single(unsigned int cpu, smp_call_func_t fn, void *arg, bool wait)
{
	smp_call_function_many(CPU_MASK(cpu), fn, arg, wait);
}

/** on_each_cpu() - all CPUs, this one last, and wait for them */
void on_each_cpu(smp_call_func_t fn, void *arg);

/** smp_run_calls() - do what others ask of this CPU; interrupts off */
void smp_run_calls(void);

/* ---- arch */

/** smp_init() - start all CPUs; boot CPU, once, after irq_init() and time_init(), interrupts on */
void smp_init(void);

/** smp_send_call() - arch: make each CPU in @mask call smp_run_calls() soon */
void smp_send_call(u64 mask);

/** smp_send_reschedule() - interrupt CPU @cpu, which then looks whether another thread is to run */
void smp_send_reschedule(unsigned int cpu);

/** smp_send_backtrace() - arch: CPU @cpu prints where it is, if it takes NMIs */
void smp_send_backtrace(unsigned int cpu);

/**
 * smp_send_stop() - stop all other CPUs for good: by interrupt, then by NMI, which
 * nothing holds back; says which one does not stop even then
 * Only this CPU is online afterwards. Context: any; waits for no lock.
 */
void smp_send_stop(void);

/** smp_stop_self() - the end of a CPU that is not the one to go on */
void __noreturn smp_stop_self(void);

#endif
