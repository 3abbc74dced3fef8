// SPDX-License-Identifier: BSD-2-Clause
/* /proc/boot: the boot this kernel came by, as the monitor commands of the same names show it. */
#include "internal.h"
#include <kernel/handoff.h>
#include <kernel/report.h>
#include <kernel/timeline.h>

static void write_to_file(void *ctx, const char *text, size_t len)
{
	seq_write(ctx, text, len);
}

static int show_by(struct seq_file *m, void (*emit)(const struct text_sink *out))
{
	emit(&(struct text_sink){ write_to_file, m });
	return 0;
}

static int handoff_show(struct seq_file *m, struct proc_file *pf)
{
	return show_by(m, handoff_emit);
}

static int report_show(struct seq_file *m, struct proc_file *pf)
{
	return show_by(m, boot_report_emit);
}

static int timeline_show(struct seq_file *m, struct proc_file *pf)
{
	return show_by(m, boot_timeline_emit);
}

/* The report has the addresses of the firmware's tables: for root. */
const struct proc_entry proc_boot_entries[] = {
	{ .name = "handoff", .mode = 0444, .show = handoff_show },
	{ .name = "report", .mode = 0400, .show = report_show },
	{ .name = "timeline", .mode = 0444, .show = timeline_show },
	{ }
};
