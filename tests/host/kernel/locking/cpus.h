/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Threads as CPUs: each has its own copy of per-CPU variables, and a waiting loop
 * lets another run, as there may be fewer CPUs than threads. Included before the
 * .c files under test.
 */
#ifndef TESTS_HOST_KERNEL_LOCKING_CPUS_H
#define TESTS_HOST_KERNEL_LOCKING_CPUS_H

#include "tests/host/test.h"
#include <pthread.h>
#include <sched.h>

#define ASM_IO_H
static inline void cpu_relax(void) { sched_yield(); }

#define ASM_IRQFLAGS_H
static __thread bool interrupts_are_off;
static inline unsigned long local_irq_save(void)
{
	unsigned long flags = interrupts_are_off ? 0 : 1 << 9;

	interrupts_are_off = true;
	return flags;
}
static inline void local_irq_restore(unsigned long flags) { interrupts_are_off = !flags; }

#define ASM_PERCPU_H
#define NR_CPUS	64
#define DEFINE_PER_CPU(type, name)	__thread __typeof__(type) name
#define this_cpu_ptr(ptr)		(ptr)
#define per_cpu_ptr(ptr, cpu)		((void)(cpu), (ptr))
#define this_cpu_read(var)		(var)
#define this_cpu_write(var, val)	((var) = (val))
static __thread unsigned long cpu_number;

#define ASM_PREEMPT_H
static __thread unsigned int count = 1u << 31 | 1;
static inline unsigned int preempt_count_raw(void) { return count; }
static inline void preempt_count_add(unsigned int n) { count += n; }
static inline void preempt_count_sub(unsigned int n) { count -= n; }
static inline void preempt_count_and(unsigned int mask) { count &= mask; }
static inline void preempt_count_or(unsigned int mask) { count |= mask; }
static inline bool preempt_count_dec_and_test(void) { return !--count; }
void preempt_schedule(void);
void preempt_schedule(void) { }

/* Run @fn on CPUs 0 to @nr - 1; each gets its number. */
static inline void run_cpus(unsigned int nr, void *(*fn)(void *cpu))
{
	pthread_t thread[NR_CPUS];

	for (unsigned long i = 0; i < nr; i++)
		pthread_create(&thread[i], NULL, fn, (void *)i);
	for (unsigned int i = 0; i < nr; i++)
		pthread_join(thread[i], NULL);
}

#endif
