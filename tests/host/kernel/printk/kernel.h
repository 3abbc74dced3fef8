/* SPDX-License-Identifier: BSD-2-Clause */
/* What the log and its consoles ask of the CPU and of the rest of the kernel; included before their .c files. */
#ifndef TESTS_HOST_KERNEL_PRINTK_KERNEL_H
#define TESTS_HOST_KERNEL_PRINTK_KERNEL_H

#define ASM_IO_H
#define ASM_IRQFLAGS_H
#define ASM_PROCESSOR_H
#define KERNEL_PREEMPT_H
static inline void preempt_disable(void) { }
static inline void preempt_enable(void) { }
#define ASM_PERCPU_H
#define this_cpu_read(var)	(var)
#define this_cpu_write(var, v)	((var) = (v))

static __thread unsigned long cpu_number;
static __thread bool interrupts_are_off;
static unsigned long long now;			/* the TSC */
static bool deterministic;

static inline void cpu_relax(void) { }
static inline unsigned long local_irq_save(void) { return interrupts_are_off ? 0 : 1 << 9; }
static inline void local_irq_restore(unsigned long flags) { (void)flags; }
static inline unsigned long long rdtsc(void) { return __atomic_fetch_add(&now, 1000, __ATOMIC_RELAXED); }

#include <kernel/printk.h>
#include <kernel/stage.h>
#include <asm/setup.h>
#include <asm/time.h>

bool boot_deterministic(void) { return deterministic; }
unsigned int tsc_khz(void) { return 1000; }	/* a tick is a microsecond */
enum boot_stage boot_stage_current(void) { return STAGE_MONITOR; }
u64 boot_stage_start(void) { return 0; }
void boot_warn(enum boot_stage stage, const char *fmt, ...) { printk(KERN_WARNING "warned of %u\n", stage); }

#endif
