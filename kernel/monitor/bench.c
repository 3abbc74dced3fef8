/* SPDX-License-Identifier: BSD-2-Clause */
/* The monitor command bench: every row of <kernel/bench.h>, one line each. */
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <kernel/bench.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>

#define ROUNDS	1000
#define TRIES	5	/* the best counts: the first ones fill caches and lists */

/* One array: the linker script puts the sections .bench.* between these, sorted. */
extern const struct bench_row __bench_rows_start[];
extern const struct bench_row __bench_rows_end[];

/* The loop and the call that every row has, but for those that measure by themselves. */
static void run_nothing(unsigned int rounds)
{
	for (; rounds; rounds--)
		barrier();
}

static u64 best_of_tries(void (*run)(unsigned int rounds), const u64 *ticks)
{
	u64 best = ~0ULL, start, took;
	unsigned int i;

	for (i = 0; i < TRIES; i++) {
		unsigned long flags = local_irq_save();

		start = rdtsc();
		run(ROUNDS);
		took = rdtsc() - start;
		best = min(best, ticks ? *ticks : took);
		local_irq_restore(flags);
	}
	return best;
}

static int cmd_bench(int argc, char **argv)
{
	u64 nothing = best_of_tries(run_nothing, NULL);
	const struct bench_row *row;

	for (row = __bench_rows_start; row < __bench_rows_end; row++) {
		unsigned long long ticks;	/* of ROUNDS rounds */
		u64 took;

		if (row->prepare)
			row->prepare();
		took = best_of_tries(row->run, row->ticks);
		if (row->finish)
			row->finish();
		ticks = row->ticks ? took : took > nothing ? took - nothing : 0;
		printk("bench: %-32s %8llu.%02llu ticks\n", row->name, ticks / ROUNDS, ticks % ROUNDS * 100 / ROUNDS);
	}
	return 0;
}
MONITOR_COMMAND(bench, "", "what short operations cost, in ticks of the TSC", cmd_bench);

/* Under -icount shift=0 exactly 100: shows what a tick is. */
BENCH(_100_nops, "100 nop instructions", __asm__ volatile(".rept 100; nop; .endr"));
