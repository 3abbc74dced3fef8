// SPDX-License-Identifier: BSD-2-Clause
/*
 * The monitor command panel: CPUs, memory and interrupts on one page, drawn again
 * each second until a key is typed. Rates are those of the time since the last
 * picture. Where nobody sits at a terminal, it is printed once, over a tenth of a second.
 */
#include <kernel/irq.h>
#include <kernel/monitor.h>
#include <kernel/sched.h>
#include <kernel/picture.h>
#include <kernel/smp.h>
#include <kernel/timekeeping.h>
#include <lib/math64.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/page.h>

#define PERIOD_NS	NSEC_PER_SEC
#define ONCE_NS		(100 * NSEC_PER_MSEC)
#define CPU_ROWS	8		/* the rest shares one */
#define BAR_WIDTH	28
#define MAX_SOURCES	16		/* of interrupts; those without any are not shown */

struct sample {
	u64		ns;
	struct cpu_stat	cpu[NR_CPUS];	/* cycles 0: the CPU does not run */
	u64		cpu_irqs[NR_CPUS];
	u32		nr_sources;
	struct irq_source source[MAX_SOURCES];
};

static struct sample now, before;

/* ---------------------------------------------------------------- taking it */

static void note_source(const struct irq_source *source)
{
	if (source->count && now.nr_sources < MAX_SOURCES)
		now.source[now.nr_sources++] = *source;
}

static void take_sample(void)
{
	unsigned int cpu;

	before = now;
	memset(&now, 0, sizeof(now));
	now.ns = ktime_get();
	for_each_online_cpu(cpu) {
		cpu_stat(cpu, &now.cpu[cpu]);
		now.cpu_irqs[cpu] = irq_count_of_cpu(cpu);
	}
	irq_each_source(note_source);
}

static u64 a_second(u64 count)
{
	u64 ns = now.ns - before.ns;

	return ns ? mul_u64_u64_div_u64(count, NSEC_PER_SEC, ns) : 0;
}

/* In tenths of a percent. */
static unsigned int busy(unsigned int cpu)
{
	u64 all = now.cpu[cpu].cycles - before.cpu[cpu].cycles;
	u64 idle = min(now.cpu[cpu].idle - before.cpu[cpu].idle, all);

	return all ? mul_u64_u64_div_u64(all - idle, 1000, all) : 0;
}

/* ---------------------------------------------------------------- showing it */

static void show_cpu(unsigned int cpu)
{
	unsigned int b = busy(cpu);

	picture_put("%5u  ", cpu);
	picture_bar(BAR_WIDTH, b, 1000);
	picture_line("%5u.%u%% %8u %14llu", b / 10, b % 10, now.cpu[cpu].nr_running,
		    (unsigned long long)a_second(now.cpu_irqs[cpu] - before.cpu_irqs[cpu]));
}

static void show_cpus(void)
{
	unsigned int cpu, shown = 0, rest = 0, sum = 0;

	picture_line(PICTURE_HEAD "  CPU  busy                             ready threads   interrupts/s" PICTURE_PLAIN);
	for_each_online_cpu(cpu) {
		if (shown < CPU_ROWS) {
			show_cpu(cpu);
			shown++;
		} else {
			sum += busy(cpu);
			rest++;
		}
	}
	if (rest)
		picture_line("  %u more, busy %u.%u%% on average", rest, sum / rest / 10, sum / rest % 10);
}

static unsigned long long kib(u64 pages)
{
	return pages << (PAGE_SHIFT - 10);
}

static void show_memory(void)
{
	struct mem_totals t;

	mem_books_totals(&t);
	picture_line(" ");
	picture_line(PICTURE_HEAD "  memory in use" PICTURE_PLAIN);
	picture_put("       ");
	picture_bar(BAR_WIDTH, t.ram - t.free, t.ram);
	picture_line("  %llu of %llu KiB", kib(t.ram - t.free), kib(t.ram));
	picture_line("       reserved %llu KiB, allocated %llu", kib(t.reserved), kib(t.allocated));
	picture_line("       free %llu, of it not touched yet %llu", kib(t.free), kib(t.deferred));
}

static u32 count_before(unsigned int vector)
{
	u32 i;

	for (i = 0; i < before.nr_sources; i++)
		if (before.source[i].vector == vector)
			return before.source[i].count;
	return 0;
}

static void show_interrupts(void)
{
	const struct irq_source *s;

	picture_line(" ");
	picture_line(PICTURE_HEAD "  interrupts                        total     a second" PICTURE_PLAIN);
	for (s = now.source; s < now.source + now.nr_sources && picture_rows_left() > 1; s++)
		picture_line("  %-26s %12u %12llu", s->name, s->count,
			    (unsigned long long)a_second(s->count - count_before(s->vector)));
}

static void show_picture(void)
{
	char right[32];
	u64 s = now.ns / NSEC_PER_SEC;

	snprintf(right, sizeof(right), "up %llu:%02u:%02u", (unsigned long long)s / 3600, (unsigned int)(s / 60 % 60),
		 (unsigned int)(s % 60));
	picture_title("Lantern: CPUs, memory, interrupts; any key ends it", right);
	show_cpus();
	show_memory();
	show_interrupts();
	picture_show();
}

static int cmd_panel(int argc, char **argv)
{
	bool full = monitor_full_screen();

	if (argc != 1)
		return -1;
	picture_begin(full);
	take_sample();
	do {
		if (monitor_key(full ? PERIOD_NS : ONCE_NS) >= 0 && full)
			break;
		take_sample();
		show_picture();
	} while (full);
	picture_end();
	return 0;
}
MONITOR_COMMAND(panel, "", "CPUs, memory, interrupts as they are now, each second; any key ends it", cmd_panel);
