// SPDX-License-Identifier: BSD-2-Clause
/* /sys: the little of it that programs without devices look for. */
#include "internal.h"
#include <asm/pgtable_types.h>
#include <kernel/smp.h>
#include <kernel/sysinfo.h>
#include <mm/mm.h>

#define SYSFS_MAGIC	0x62656572

/* A set of CPUs as ranges: 0-3,6 */
static void show_set(struct seq_file *m, u64 set)
{
	const char *comma = "";
	unsigned int from, to;

	for (from = 0; from < 64; from = to + 1) {
		to = from;
		if (!(set >> from & 1))
			continue;
		while (to + 1 < 64 && set >> (to + 1) & 1)
			to++;
		seq_printf(m, from == to ? "%s%u" : "%s%u-%u", comma, from, to);
		comma = ",";
	}
	seq_putc(m, '\n');
}

static int online_show(struct seq_file *m, struct proc_file *pf)
{
	show_set(m, cpu_online_mask);
	return 0;
}

static int possible_show(struct seq_file *m, struct proc_file *pf)
{
	show_set(m, nr_cpu_ids < 64 ? (1ULL << nr_cpu_ids) - 1 : ~0ULL);
	return 0;
}

static int kernel_max_show(struct seq_file *m, struct proc_file *pf)
{
	seq_printf(m, "%u\n", NR_CPUS - 1);
	return 0;
}

static int hpage_size_show(struct seq_file *m, struct proc_file *pf)
{
	seq_printf(m, "%lu\n", PMD_SIZE);
	return 0;
}

static int thp_enabled_show(struct seq_file *m, struct proc_file *pf)
{
	seq_puts(m, transparent_hugepage ? "[always] madvise never\n" : "always [madvise] never\n");
	return 0;
}

#define READ(n, fn)	{ .name = n, .mode = 0444, .show = fn##_show }

static const struct proc_entry cpu_entries[] = {
	READ("kernel_max", kernel_max), READ("online", online), READ("possible", possible), READ("present", possible), { }
};
static const struct proc_entry system_entries[] = { { .name = "cpu", .mode = 0555, .children = cpu_entries }, { } };
static const struct proc_entry devices_entries[] = {
	{ .name = "system", .mode = 0555, .children = system_entries }, { }
};
static const struct proc_entry thp_entries[] = { READ("enabled", thp_enabled), READ("hpage_pmd_size", hpage_size), { } };
static const struct proc_entry mm_entries[] = {
	{ .name = "transparent_hugepage", .mode = 0555, .children = thp_entries }, { }
};
static const struct proc_entry kernel_entries[] = { { .name = "mm", .mode = 0555, .children = mm_entries }, { } };
static const struct proc_entry root_entries[] = {
	{ .name = "devices", .mode = 0555, .children = devices_entries },
	{ .name = "kernel", .mode = 0555, .children = kernel_entries },
	{ }
};
static const struct proc_entry root = { .name = "/", .mode = 0555, .children = root_entries };

static int fill_super(struct super_block *sb, const char *data)
{
	return proc_fill_super(sb, &root);
}

static struct file_system_type sysfs_type = {
	.name = "sysfs", .magic = SYSFS_MAGIC, .single = true, .fill_super = fill_super,
};

void sysfs_init(void)
{
	register_filesystem(&sysfs_type);
}
