/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Starting the other CPUs (SDM 3A 9.4). Each is told by INIT and SIPI to begin in
 * real mode at a page below 1 MiB, the trampoline, which brings it to long mode and
 * secondary_startup_64; there it finds itself in secondaries by its APIC id.
 */
#ifndef ASM_SMP_H
#define ASM_SMP_H

#include <asm/percpu.h>
#include <asm/processor.h>
#include <asm/ptrace.h>
#include <lib/types.h>

/* Written by the boot CPU, but for the steps from CPU_CALLED to CPU_ONLINE, which the CPU takes itself. */
enum cpu_state {
	CPU_ABSENT,
	CPU_CALLED,			/* INIT and SIPI are sent, or about to be */
	CPU_COMING,			/* it runs code of ours */
	CPU_ONLINE,
	CPU_LEFT_OUT,			/* it did not come in time, and was told to wait for SIPI again */
};

/* What a CPU needs before its first C function. */
struct secondary {
	u32		apic_id;
	u32		state;		/* enum cpu_state; atomic */
	u64		stack_end;
	u64		gs_base;	/* this_cpu_off */
	struct desc_ptr	gdt;
	/* not for trampoline_64.S */
	struct task_struct *idle;	/* whose stack it is */
	unsigned int	node;
	u32		signature;	/* CPUID.1:EAX, of a CPU that is online */
};

extern struct secondary secondaries[NR_CPUS];	/* by CPU number; 0 is the boot CPU */

/** start_secondary() - from secondary_startup_64: the rest of a CPU's start; on its own stack, interrupts off */
void __noreturn start_secondary(void);

/* ---- where they begin: arch/x86/kernel/trampoline.c */

/**
 * trampoline_borrow() - prepare two pages below 1 MiB for all CPUs to begin in
 * Return: physical address for SIPI, or 0 and in *@why what is missing.
 */
phys_addr_t trampoline_borrow(const char **why);

/** trampoline_return() - give them back as they were: no CPU is there any more, and none will come */
void trampoline_return(void);

extern const char trampoline_start[], trampoline_data[], trampoline_end[];	/* trampoline_64.S */
extern u64 secondary_cr3;

/* What the copy of the trampoline is told. */
struct trampoline_data {
	u32		gdtr_base;	/* with its limit before it, in trampoline_64.S */
	u32		entry;		/* physical address of the 64-bit part, and its selector behind */
	u16		entry_segment;
	u16		clear_xd_disable;	/* the CPUs hide NX: MSR_IA32_MISC_ENABLE is to be changed first */
	u32		efer, cr4, cr3;
} __packed;

/* ---- messages between CPUs: arch/x86/kernel/smp.c */

/** smp_ipi_init() - the vectors of the messages; once */
void smp_ipi_init(void);

/** smp_nmi() - whether an NMI was a message to this CPU: it has been obeyed */
bool smp_nmi(const struct pt_regs *regs);

#endif
