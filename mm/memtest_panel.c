/* SPDX-License-Identifier: BSD-2-Clause */
/* The memory test as one page: what memtest_now says, for somebody who looks on. */
#include "memtest_state.h"
#include <asm/page.h>
#include <kernel/picture.h>
#include <kernel/smp.h>
#include <kernel/timekeeping.h>
#include <lib/math64.h>
#include <lib/printf.h>
#include <lib/string.h>

#define BAR_WIDTH	56
#define CPU_ROWS	6		/* the rest shares one */
#define MAP_CELLS	64
#define ERROR_ROWS	4		/* the last of those kept */

static const char *const op_names[] = {
	[MEMTEST_FILL] = "writes", [MEMTEST_CHECK] = "reads", [MEMTEST_UP] = "inverts upwards",
	[MEMTEST_DOWN] = "inverts downwards", [MEMTEST_MOVE] = "moves blocks", [MEMTEST_WAIT] = "waits",
};

/* "1:02:03" */
static const char *clock_text(char text[24], u64 ns)
{
	u64 s = ns / NSEC_PER_SEC;

	snprintf(text, 24, "%llu:%02u:%02u", (unsigned long long)s / 3600, (unsigned int)(s / 60 % 60),
		 (unsigned int)(s % 60));
	return text;
}

static unsigned long long mb_a_second(u64 bytes, u64 ns)
{
	return ns ? mul_u64_u64_div_u64(bytes, 1000, ns) : 0;	/* 10^6 bytes, as the rate at the end */
}

static void draw_progress(u64 ns)
{
	u64 moved = __atomic_load_n(&memtest_now.moved, __ATOMIC_RELAXED), all = memtest_now.to_move;
	u64 left = moved < all ? all - moved : 0;
	char elapsed[24], remaining[24];

	picture_line("  pass %u of %u, pattern %s: %s%s", min(memtest_now.passes + 1, memtest_now.options.passes),
		     memtest_now.options.passes, memtest_now.pattern, op_names[memtest_now.pass.op],
		     memtest_now.own ? ", in the kernel's own memory" : "");
	picture_put("  ");
	picture_bar(BAR_WIDTH, moved, all);
	picture_line(" %3llu%%", (unsigned long long)(all ? mul_u64_u64_div_u64(min(moved, all), 100, all) : 0));
	picture_line("  elapsed %s, remaining %s, %llu MB/s", clock_text(elapsed, ns),
		     moved ? clock_text(remaining, mul_u64_u64_div_u64(ns, left, moved)) : "?",
		     mb_a_second(moved, ns));
	picture_line("  %llu of %llu KiB free are under test", (unsigned long long)memblock_total(&memtest_now.memory) >> 10,
		     (unsigned long long)memtest_now.free >> 10);
}

static void draw_cpus(u64 ns)
{
	unsigned int cpu, shown = 0, more = 0;
	u64 sum = 0;

	picture_line(" ");
	picture_line(PICTURE_HEAD "  CPU      MB done      MB/s  at" PICTURE_PLAIN);
	for_each_online_cpu(cpu) {
		u64 moved = memtest_now.cpu[cpu].moved;

		if (shown < CPU_ROWS) {
			picture_line("  %3u %12llu %9llu  %#llx", cpu, (unsigned long long)moved / 1000000,
				     mb_a_second(moved, ns), (unsigned long long)memtest_now.cpu[cpu].at);
			shown++;
		} else {
			sum += moved;
			more++;
		}
	}
	if (more)
		picture_line("  %u more %7llu %9llu", more, (unsigned long long)sum / 1000000, mb_a_second(sum, ns));
}

static bool overlaps(const struct memblock_type *type, phys_addr_t start, phys_addr_t end)
{
	unsigned int i;

	for (i = 0; i < type->cnt; i++)
		if (type->regions[i].base < end && start < type->regions[i].base + type->regions[i].size)
			return true;
	return false;
}

/* From 0 to the end of what is tested. */
static void draw_map(void)
{
	const struct memblock_region *last = &memtest_now.memory.regions[memtest_now.memory.cnt - 1];
	phys_addr_t end = last->base + last->size, cell = ALIGN(end / MAP_CELLS + 1, PAGE_SIZE), at;

	picture_line(" ");
	picture_line(PICTURE_HEAD "  memory, %llu KiB a cell: " PICTURE_GOOD "#" PICTURE_HEAD " under test, " PICTURE_BAD
		     "X" PICTURE_PLAIN PICTURE_HEAD " bad" PICTURE_PLAIN, (unsigned long long)cell >> 10);
	picture_put("  ");
	for (at = 0; at < end; at += cell)
		if (overlaps(&memtest_now.bad, at, at + cell))
			picture_put(PICTURE_BAD "X" PICTURE_PLAIN);
		else if (overlaps(&memtest_now.memory, at, at + cell))
			picture_put(PICTURE_GOOD "#" PICTURE_PLAIN);
		else
			picture_put("-");
	picture_line(" ");
}

static void draw_errors(void)
{
	unsigned long nr = memtest_now.nr_errors, kept = min(nr, (unsigned long)MEMTEST_REPORTS), i;
	char text[PICTURE_COLUMNS - 2];

	picture_line(" ");
	picture_line("%s  %lu errors" PICTURE_PLAIN, nr ? PICTURE_BAD : PICTURE_GOOD, nr);
	for (i = kept > ERROR_ROWS ? kept - ERROR_ROWS : 0; i < kept; i++) {
		const struct memtest_error *e = &memtest_now.errors[i];

		picture_line("  %#14llx %-7s expected %016llx, found %016llx", (unsigned long long)e->pa, e->pattern,
			     (unsigned long long)e->expected, (unsigned long long)e->found);
	}
	if (nr && memtest_option_text(text, sizeof(text)) < (int)sizeof(text))
		picture_line("  %s", text);
	else if (nr)
		picture_line("  many ranges; the memmap= word is printed at the end");
}

void memtest_draw(void)
{
	u64 ns = ktime_get() - memtest_now.start;
	unsigned long flags;

	picture_title("Lantern: memory test", "Esc ends it");
	draw_progress(ns);
	draw_cpus(ns);
	flags = spin_lock_irqsave(&memtest_now.lock);	/* the list of bad ranges moves when it grows */
	if (memtest_now.memory.cnt)
		draw_map();
	draw_errors();
	spin_unlock_irqrestore(&memtest_now.lock, flags);
	picture_show();
}
