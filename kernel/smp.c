/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Calls between CPUs. A CPU makes one call at a time, of one or of many others;
 * so each has one place to write down what it wants, and a set of those who want
 * something of it. There are no lists, and nothing is allocated.
 */
#include <kernel/smp.h>
#include <asm/io.h>
#include <asm/irqflags.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <kernel/timekeeping.h>
#include <mm/kasan.h>

/* A CPU that has its interrupts off for so long hangs. With every access checked all is many times slower. */
#define PATIENCE_NS	((KASAN ? 20 : 4) * NSEC_PER_SEC)
#define MAX_REPORTS	5			/* then it does not come back, and what waits for it never ends */
#define WAITS_PER_LOOK	1024			/* at the clock */

struct call {
	smp_call_func_t	fn;
	void		*arg;
	bool		wait;		/* until it is done, not merely begun */
	u64		waiting;	/* CPUs that the above is for; atomic */
};

static DEFINE_PER_CPU(struct call, call);	/* the one this CPU makes */
static DEFINE_PER_CPU(u64, callers);		/* CPUs whose call this one has to do; atomic */

u64 cpu_online_mask = CPU_MASK(0);
unsigned int nr_cpu_ids = 1;

void smp_run_calls(void)
{
	u64 me = CPU_MASK(smp_processor_id()), from;

	if (!this_cpu_read(callers))		/* who waits in a loop takes the line only when there is something in it */
		return;
	from = __atomic_exchange_n(this_cpu_ptr(&callers), 0, __ATOMIC_ACQUIRE);
	for (; from; from &= from - 1) {
		struct call *c = per_cpu_ptr(&call, __builtin_ctzll(from)), todo = *c;

		if (!todo.wait)
			__atomic_fetch_and(&c->waiting, ~me, __ATOMIC_RELEASE);
		todo.fn(todo.arg);
		if (todo.wait)
			__atomic_fetch_and(&c->waiting, ~me, __ATOMIC_RELEASE);
	}
}

static void report_silent(u64 mask, unsigned int nr)
{
	unsigned int cpu;

	if (nr > MAX_REPORTS)
		panic("CPU %u does not answer CPU %u, which cannot go on without it", (unsigned int)__builtin_ctzll(mask),
		      smp_processor_id());
	for_each_possible_cpu(cpu)
		if (mask & CPU_MASK(cpu)) {
			boot_warn(boot_stage_current(), "CPU %u does not answer CPU %u, and hangs", cpu,
				  smp_processor_id());
			smp_send_backtrace(cpu);
		}
}

/* Until the call is done, or begun if nobody waits for more; CPUs that were stopped meanwhile are not waited for. */
static void wait_for(struct call *c)
{
	u64 since = 0, mask, now;
	unsigned int i, reports = 0;

	for (i = 1; (mask = __atomic_load_n(&c->waiting, __ATOMIC_ACQUIRE) &
			    __atomic_load_n(&cpu_online_mask, __ATOMIC_RELAXED)); i++) {
		smp_run_calls();
		cpu_relax();
		if (i % WAITS_PER_LOOK)
			continue;
		now = ktime_get();
		if (!since)
			since = now;
		if (now - since > PATIENCE_NS) {
			report_silent(mask, ++reports);
			since = now;
		}
	}
}

static void send(u64 mask)
{
	u64 me = CPU_MASK(smp_processor_id()), silent = 0;
	unsigned int cpu;

	for_each_possible_cpu(cpu)
		if (mask & CPU_MASK(cpu) &&
		    !__atomic_fetch_or(per_cpu_ptr(&callers, cpu), me, __ATOMIC_ACQ_REL))
			silent |= CPU_MASK(cpu);	/* no interrupt is on its way there */
	smp_send_call(silent);
}

void smp_call_function_many(u64 mask, smp_call_func_t fn, void *arg, bool wait)
{
	unsigned long flags = local_irq_save();		/* no handler may want our place meanwhile */
	struct call *c = this_cpu_ptr(&call);

	mask &= __atomic_load_n(&cpu_online_mask, __ATOMIC_ACQUIRE) & ~CPU_MASK(smp_processor_id());
	if (mask) {
		wait_for(c);		/* an earlier one that was not waited for */
		c->fn = fn;
		c->arg = arg;
		c->wait = wait;
		__atomic_store_n(&c->waiting, mask, __ATOMIC_RELEASE);
		send(mask);
		if (wait)
			wait_for(c);
	}
	local_irq_restore(flags);
}

void on_each_cpu(smp_call_func_t fn, void *arg)
{
	unsigned long flags = local_irq_save();

	smp_call_function(fn, arg, true);
	fn(arg);
	local_irq_restore(flags);
}
