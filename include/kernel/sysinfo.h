/* SPDX-License-Identifier: BSD-2-Clause */
/* What /proc and sysinfo() ask of the parts of the kernel. */
#ifndef KERNEL_SYSINFO_H
#define KERNEL_SYSINFO_H

#include <lib/types.h>

struct seq_file;

/** arch_show_cpuinfo() - the lines of /proc/cpuinfo for one CPU; arch_show_interrupts(): /proc/interrupts */
void arch_show_cpuinfo(struct seq_file *m, unsigned int cpu);
void arch_show_interrupts(struct seq_file *m);

/** irqs_total() - interrupts taken since boot, by all CPUs */
u64 irqs_total(void);

/** nr_context_switches() - by all CPUs; total_forks() - threads of programs made so far */
u64 nr_context_switches(void);
u64 total_forks(void);

/** nr_threads_now() - all there are, those of the kernel too; last_pid_now() - the number given out last */
unsigned int nr_threads_now(void);
int last_pid_now(void);

/** proc_init(), sysfs_init() - mount(2) knows them; after vfs_init() */
void proc_init(void);
void sysfs_init(void);

#endif
