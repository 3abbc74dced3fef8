/* SPDX-License-Identifier: BSD-2-Clause */
/* The time line as text. Pure: boot_timeline.c knows where the numbers come from. */
#include <kernel/timeline.h>
#include <lib/stage.h>

#define BAR_COLUMNS	34

/* Not by ticks * 1000: what a loader wrote may be any number. */
static u64 ticks_to_us(const struct timeline *t, u64 ticks)
{
	return t->tsc_khz ? ticks / t->tsc_khz * 1000 + ticks % t->tsc_khz * 1000 / t->tsc_khz : ticks;
}

static u64 since_first(const struct timeline *t, u64 tsc)
{
	u64 first = t->trace->entry[0].tsc;

	return tsc > first ? ticks_to_us(t, tsc - first) : 0;
}

void timeline_stage(const struct timeline *t, unsigned int i, u64 *at, u64 *took)
{
	u64 end;

	*at = since_first(t, t->trace->entry[i].tsc);
	end = i + 1 < t->trace->nr_entries ? since_first(t, t->trace->entry[i + 1].tsc) : *at;
	*took = end > *at ? end - *at : 0;
}

void timeline_before(const struct timeline *t, const struct text_sink *out)
{
	const struct firmware_times *f = &t->firmware;

	if (f->reset_end)
		sink_printf(out, "before: firmware began at %llu us, started a program at %llu us (FPDT)\n",
			    (unsigned long long)f->reset_end / 1000, (unsigned long long)f->start_image / 1000);
	if (f->exit_boot_exit)
		sink_printf(out, "before: ExitBootServices from %llu to %llu us (FPDT)\n",
			    (unsigned long long)f->exit_boot_entry / 1000, (unsigned long long)f->exit_boot_exit / 1000);
	if (t->loader_init_us)
		sink_printf(out, "before: loader from %llu to %llu us (LoaderTimeInitUSec, -ExecUSec)\n",
			    (unsigned long long)t->loader_init_us, (unsigned long long)t->loader_exec_us);
	if (t->tsc_khz && t->trace->nr_entries && t->trace->entry[0].tsc)
		sink_printf(out, "before: our first instruction at %llu us (TSC, if it began at reset)\n",
			    (unsigned long long)ticks_to_us(t, t->trace->entry[0].tsc));
}

/* A stage shorter than a column has one nevertheless. */
static void bar(const struct text_sink *out, u64 at, u64 took, u64 all)
{
	char text[BAR_COLUMNS + 1];
	u64 unit = all / BAR_COLUMNS + 1;
	unsigned int i, from = min(at / unit, (u64)BAR_COLUMNS - 1), to = min((at + took) / unit, (u64)BAR_COLUMNS - 1);

	for (i = 0; i <= to; i++)
		text[i] = i < from ? ' ' : '#';
	text[i] = 0;
	sink_printf(out, " %s\n", text);
}

void timeline_chart(const struct timeline *t, const struct text_sink *out)
{
	unsigned int i, nr = t->trace->nr_entries;
	u64 all, at, took;

	if (!nr)
		return;
	if (!t->names_only) {
		timeline_before(t, out);
		sink_printf(out, "%-22s%11s %9s\n", "stage", t->tsc_khz ? "at us" : "at ticks", "took");
	}
	timeline_stage(t, nr - 1, &all, &took);
	for (i = 0; i < nr; i++) {
		unsigned int stage = t->trace->entry[i].stage;

		if (t->names_only) {
			sink_printf(out, "%2u %s\n", stage, boot_stage_name(stage));
			continue;
		}
		timeline_stage(t, i, &at, &took);
		sink_printf(out, "%2u %-20s%10llu %9llu", stage, boot_stage_name(stage),
			    (unsigned long long)at, (unsigned long long)took);
		bar(out, at, took, all);
	}
}
