// SPDX-License-Identifier: BSD-2-Clause
/* /proc: what there is to know of the machine and the kernel as a whole. */
#include <kernel/sysrq.h>
#include "internal.h"
#include <asm/setup.h>
#include <kernel/chrdev.h>
#include <kernel/irq.h>
#include <kernel/loadavg.h>
#include <kernel/smp.h>
#include <kernel/sysinfo.h>
#include <kernel/timekeeping.h>
#include <kernel/utsname.h>
#include <lib/string.h>
#include <mm/fail_nth.h>
#include <mm/mm.h>
#include <mm/page_alloc.h>

#define PROC_SUPER_MAGIC	0x9fa0
#define TICKS(cycles)		(cycles_to_ns(cycles) / (NSEC_PER_SEC / 100))

/* ---------------------------------------------------------------- memory */

static unsigned long kib(unsigned long pages)
{
	return pages * (PAGE_SIZE / 1024);
}

static int meminfo_show(struct seq_file *m, struct proc_file *pf)
{
	unsigned long free = kib(nr_free_pages()), files = kib(nr_file_pages());
	struct {
		const char	*name;
		unsigned long	kib;
	} rows[] = {
		{ "MemTotal", kib(totalram_pages()) }, { "MemFree", free }, { "MemAvailable", free },
		{ "Buffers", 0 }, { "Cached", files }, { "SwapCached", 0 }, { "Active", kib(nr_anon_pages()) },
		{ "Inactive", files }, { "Unevictable", files }, { "Mlocked", 0 }, { "SwapTotal", 0 }, { "SwapFree", 0 },
		{ "Dirty", 0 }, { "Writeback", 0 }, { "AnonPages", kib(nr_anon_pages()) }, { "Mapped", 0 },
		{ "Shmem", files }, { "PageTables", kib(nr_table_pages()) }, { "CommitLimit", kib(vm_commit_limit()) },
		{ "Committed_AS", kib(vm_committed_pages()) }, { "VmallocTotal", VMALLOC_SIZE >> 10 },
		{ "HugePages_Total", 0 }, { "HugePages_Free", 0 },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		bool count = !strncmp(rows[i].name, "HugePages", 9);

		seq_printf(m, "%s:%*s%8lu%s\n", rows[i].name, 15 - (int)strlen(rows[i].name), "", rows[i].kib,
			   count ? "" : " kB");
	}
	seq_puts(m, "Hugepagesize:       2048 kB\n");
	return 0;
}

#ifdef LANTERN_FAIL_NTH
static int show_slabinfo(struct seq_file *m, struct proc_file *pf)
{
	slabinfo_show(m);
	return 0;
}
#endif

/* ---------------------------------------------------------------- CPUs */

static void show_cpu_line(struct seq_file *m, const char *name, const struct cpu_stat *s)
{
	seq_printf(m, "%s %llu 0 %llu %llu 0 0 0 0 0 0\n", name,
		   (unsigned long long)TICKS(s->cycles - s->idle - s->system), (unsigned long long)TICKS(s->system),
		   (unsigned long long)TICKS(s->idle));
}

static void show_cpus(struct seq_file *m)
{
	struct cpu_stat s, sum = { 0 };
	unsigned int cpu;
	char name[16];

	for_each_online_cpu(cpu)
		if (cpu_stat(cpu, &s)) {
			sum.cycles += s.cycles;
			sum.idle += s.idle;
			sum.system += s.system;
		}
	show_cpu_line(m, "cpu ", &sum);
	for_each_online_cpu(cpu)
		if (cpu_stat(cpu, &s)) {
			snprintf(name, sizeof(name), "cpu%u", cpu);
			show_cpu_line(m, name, &s);
		}
}

static int stat_show(struct seq_file *m, struct proc_file *pf)
{
	unsigned int cpu, running = 0;

	show_cpus(m);
	for_each_online_cpu(cpu)
		running += nr_running(cpu);
	seq_printf(m, "intr %llu\nctxt %llu\nbtime %llu\nprocesses %llu\nprocs_running %u\nprocs_blocked 0\n",
		   (unsigned long long)irqs_total(), (unsigned long long)nr_context_switches(),
		   (unsigned long long)((ktime_get_real() - ktime_get()) / NSEC_PER_SEC),
		   (unsigned long long)total_forks(), running);
	return 0;
}

static int uptime_show(struct seq_file *m, struct proc_file *pf)
{
	u64 up = ktime_get() / (NSEC_PER_SEC / 100), idle = 0;
	struct cpu_stat s;
	unsigned int cpu;

	for_each_online_cpu(cpu)
		if (cpu_stat(cpu, &s))
			idle += TICKS(s.idle);
	seq_printf(m, "%llu.%02llu %llu.%02llu\n", (unsigned long long)up / 100, (unsigned long long)up % 100,
		   (unsigned long long)idle / 100, (unsigned long long)idle % 100);
	return 0;
}

static int cpuinfo_show(struct seq_file *m, struct proc_file *pf)
{
	unsigned int cpu;

	for_each_online_cpu(cpu)
		arch_show_cpuinfo(m, cpu);
	return 0;
}

static int interrupts_show(struct seq_file *m, struct proc_file *pf)
{
	arch_show_interrupts(m);
	return 0;
}

/* ---------------------------------------------------------------- the kernel */

static int version_show(struct seq_file *m, struct proc_file *pf)
{
	struct new_utsname name;

	get_utsname(&name);
	seq_printf(m, "%s version %s (lantern) %s\n", name.sysname, name.release, name.version);
	return 0;
}

static int cmdline_show(struct seq_file *m, struct proc_file *pf)
{
	seq_printf(m, "%s\n", boot_command_line);
	return 0;
}

static int loadavg_show(struct seq_file *m, struct proc_file *pf)
{
	unsigned int cpu, running = 0, i;
	unsigned long loads[3];

	get_avenrun(loads, 16);
	for_each_online_cpu(cpu)
		running += nr_running(cpu);
	for (i = 0; i < 3; i++)
		seq_printf(m, "%lu.%02lu ", loads[i] >> 16, (loads[i] & 0xffff) * 100 >> 16);
	seq_printf(m, "%u/%u %d\n", running, nr_threads_now(), last_pid_now());
	return 0;
}

static int filesystems_show(struct seq_file *m, struct proc_file *pf)
{
	struct file_system_type *type = NULL;

	while ((type = filesystem_next(type)))
		seq_printf(m, "nodev\t%s\n", type->name);
	return 0;
}

static int devices_show(struct seq_file *m, struct proc_file *pf)
{
	struct chrdev *dev = NULL;

	seq_puts(m, "Character devices:\n");
	while ((dev = chrdev_next(dev)))
		seq_printf(m, "%3u %s\n", dev->major, dev->name);
	seq_puts(m, "\nBlock devices:\n");
	return 0;
}

static int partitions_show(struct seq_file *m, struct proc_file *pf)
{
	seq_puts(m, "major minor  #blocks  name\n\n");
	return 0;
}

static int swaps_show(struct seq_file *m, struct proc_file *pf)
{
	seq_puts(m, "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n");
	return 0;
}

/* ---------------------------------------------------------------- the tree */

static int self_readlink(struct proc_file *pf, char *buf, size_t size)
{
	return snprintf(buf, size, "%d", current->tgid);
}

static int thread_self_readlink(struct proc_file *pf, char *buf, size_t size)
{
	return snprintf(buf, size, "%d/task/%d", current->tgid, current->pid);
}

static int mounts_readlink(struct proc_file *pf, char *buf, size_t size)
{
	return snprintf(buf, size, "self/mounts");
}

/* The first letter is that of Alt-SysRq. */
static int sysrq_trigger_write(struct proc_file *pf, char *text, size_t n)
{
	sysrq(text[0]);
	return 0;
}

static const struct proc_entry root_entries[] = {
	{ .name = "sysrq-trigger", .mode = 0200, .write = sysrq_trigger_write },
	{ .name = "boot", .mode = 0555, .children = proc_boot_entries },
	{ .name = "cmdline", .mode = 0444, .show = cmdline_show },
	{ .name = "cpuinfo", .mode = 0444, .show = cpuinfo_show },
	{ .name = "devices", .mode = 0444, .show = devices_show },
	{ .name = "filesystems", .mode = 0444, .show = filesystems_show },
	{ .name = "interrupts", .mode = 0444, .show = interrupts_show },
	{ .name = "loadavg", .mode = 0444, .show = loadavg_show },
	{ .name = "meminfo", .mode = 0444, .show = meminfo_show },
	{ .name = "mounts", .mode = 0777, .readlink = mounts_readlink },
	{ .name = "partitions", .mode = 0444, .show = partitions_show },
	{ .name = "self", .mode = 0777, .readlink = self_readlink },
#ifdef LANTERN_FAIL_NTH
	{ .name = "slabinfo", .mode = 0400, .show = show_slabinfo },
#endif
	{ .name = "stat", .mode = 0444, .show = stat_show },
	{ .name = "swaps", .mode = 0444, .show = swaps_show },
	{ .name = "sys", .mode = 0555, .children = proc_sys_entries },
	{ .name = "thread-self", .mode = 0777, .readlink = thread_self_readlink },
	{ .name = "uptime", .mode = 0444, .show = uptime_show },
	{ .name = "version", .mode = 0444, .show = version_show },
	{ }
};

static const struct proc_entry root = {
	.name = "/", .mode = 0555, .children = root_entries, .number = proc_pid_number, .next_number = proc_next_pid,
};

static int fill_super(struct super_block *sb, const char *data)
{
	return proc_fill_super(sb, &root);
}

static struct file_system_type proc_type = {
	.name = "proc", .magic = PROC_SUPER_MAGIC, .single = true, .fill_super = fill_super,
};

void proc_init(void)
{
	register_filesystem(&proc_type);
	sysfs_init();
}
