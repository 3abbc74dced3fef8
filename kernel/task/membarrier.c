// SPDX-License-Identifier: BSD-2-Clause
/*
 * membarrier(): all running threads of a process, or of all, pass a memory barrier. So
 * the side of an algorithm that is taken often needs none of its own.
 *
 * A thread that does not run at the time has passed the barrier of the switch, and
 * passes another one before it runs; the others are interrupted.
 */
#include <asm/processor.h>
#include <kernel/rcupdate.h>
#include <kernel/rseq.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/syscall.h>
#include <mm/mm.h>
#include <uapi/errno.h>

#define MEMBARRIER_CMD_QUERY				0
#define MEMBARRIER_CMD_GLOBAL				0x01
#define MEMBARRIER_CMD_GLOBAL_EXPEDITED			0x02
#define MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED	0x04
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED		0x08
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED	0x10
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE	0x20
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE 0x40
#define MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ		0x80
#define MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ	0x100
#define MEMBARRIER_CMD_ALL				0x1ff

#define MEMBARRIER_CMD_FLAG_CPU				1u	/* with ..._RSEQ: one CPU alone */

/* The commands a process has to register for, by that: 1 << 4 registers for 1 << 3, and so on. */
#define REGISTER_CMDS	(MEMBARRIER_CMD_REGISTER_GLOBAL_EXPEDITED | MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED | \
			 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_SYNC_CORE | \
			 MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED_RSEQ)

/* Interrupt and return order memory; what the CPU has fetched of changed code is dropped by CPUID, SDM 3A 9.3. */
static void barrier_here(void *cmd)
{
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	if (cmd == (void *)MEMBARRIER_CMD_PRIVATE_EXPEDITED_SYNC_CORE)
		cpuid(0, 0);
	if (cmd == (void *)MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ && current->mm)
		rseq_preempted(current);
}

static int barrier_private(unsigned long cmd, u64 cpus)
{
	/* its threads that run now are where their memory is loaded */
	u64 mask;

	if (!(__atomic_load_n(&current->mm->membarrier, __ATOMIC_RELAXED) & cmd << 1))
		return -EPERM;
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	mask = __atomic_load_n(&current->mm->cpu_mask, __ATOMIC_SEQ_CST) & cpus;
	preempt_disable();
	smp_call_function_many(mask & ~CPU_MASK(this_cpu_read(cpu_number)), barrier_here, (void *)cmd, true);
	preempt_enable();
	__atomic_thread_fence(__ATOMIC_SEQ_CST);
	return 0;
}

/* GLOBAL waits until each CPU has switched or slept; GLOBAL_EXPEDITED interrupts all, whoever has registered. */
SYSCALL_DEFINE3(membarrier, int, cmd, unsigned int, flags, int, cpu)
{
	bool one_cpu = cmd == MEMBARRIER_CMD_PRIVATE_EXPEDITED_RSEQ && flags == MEMBARRIER_CMD_FLAG_CPU;

	if (flags && !one_cpu)
		return -EINVAL;
	if (cmd == MEMBARRIER_CMD_QUERY)
		return MEMBARRIER_CMD_ALL;
	if (cmd == MEMBARRIER_CMD_GLOBAL) {
		synchronize_rcu();
		return 0;
	}
	if (cmd == MEMBARRIER_CMD_GLOBAL_EXPEDITED) {
		on_each_cpu(barrier_here, NULL);
		return 0;
	}
	if (cmd <= 0 || cmd & (cmd - 1) || cmd & ~MEMBARRIER_CMD_ALL)
		return -EINVAL;
	if (cmd & REGISTER_CMDS) {
		__atomic_fetch_or(&current->mm->membarrier, cmd, __ATOMIC_RELAXED);
		return 0;
	}
	return barrier_private(cmd, one_cpu && cpu >= 0 ? (cpu < NR_CPUS ? CPU_MASK(cpu) : 0) : ~0ULL);
}
