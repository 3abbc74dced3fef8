/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Per-CPU variables. They live in .data..percpu; the base of %gs is the
 * distance from that section to the CPU's own copy. The boot CPU uses the
 * section itself, so its base is 0 and per-CPU data works from the first C
 * function on. Every other CPU gets a copy of the section as it was loaded.
 */
#ifndef ASM_PERCPU_H
#define ASM_PERCPU_H

#define DEFINE_PER_CPU(type, name)	__attribute__((section(".data..percpu"))) __typeof__(type) name
#define DECLARE_PER_CPU(type, name)	extern __typeof__(type) name

#define this_cpu_read(var) ({						\
	__typeof__(var) _v;						\
	__asm__ volatile("mov %%gs:%1, %0" : "=r"(_v) : "m"(var));	\
	_v; })
#define this_cpu_write(var, val) \
	__asm__ volatile("mov %1, %%gs:%0" : "=m"(var) : "r"((__typeof__(var))(val)))

/** this_cpu_add() - one instruction: right whatever interrupts it */
#define this_cpu_add(var, val) \
	__asm__ volatile("add%z0 %1, %%gs:%0" : "+m"(var) : "re"((__typeof__(var))(val)) : "cc")

#define NR_CPUS	64

/** this_cpu_seg() - this CPU's copy, addressed through %gs: for a path where each instruction counts */
#define this_cpu_seg(ptr)	((__typeof__(*(ptr)) __seg_gs *)(unsigned long)(ptr))

DECLARE_PER_CPU(unsigned long, cpu_number);	/* 0 is the boot CPU, below NR_CPUS */
DECLARE_PER_CPU(unsigned long, this_cpu_off);	/* the base of %gs: what to add to an address */

/** this_cpu_ptr() - this CPU's copy as a plain pointer; good while the caller stays on the CPU */
#define this_cpu_ptr(ptr) ((__typeof__(ptr))((unsigned long)(ptr) + this_cpu_read(this_cpu_off)))

extern unsigned long __per_cpu_offset[NR_CPUS];	/* this_cpu_off of each; of a CPU without a copy 0, as of the boot CPU */

/** per_cpu_ptr() - the copy of CPU @cpu, which is below nr_cpu_ids */
#define per_cpu_ptr(ptr, cpu) ((__typeof__(ptr))((unsigned long)(ptr) + __per_cpu_offset[cpu]))

/** percpu_save() - boot CPU: keep the section as it is, before anything in it is used */
void percpu_save(void);

/**
 * percpu_setup() - the copy of another CPU: number, canary, exception stacks, TSS, GDT
 * Memory is taken from the node this CPU takes it from.
 * Return: 0 or -ENOMEM; what was taken then is not given back.
 */
int percpu_setup(unsigned int cpu);

#endif
