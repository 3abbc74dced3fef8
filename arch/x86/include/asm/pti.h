/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Page-table isolation, where user mode could read what is mapped and not for it
 * (Meltdown). A process has two top-level tables, side by side: the kernel's, and behind
 * it that of user mode, which has the same lower half, and of the kernel what an entry
 * needs before it loads the other: the entry text, the IDT, and of each CPU the GDT, the
 * TSS, the exception stacks and struct entry_area.
 */
#ifndef ASM_PTI_H
#define ASM_PTI_H

#include <lib/types.h>

extern bool pti_on;		/* since pti_init() */

#define ENTRY_STACK_WORDS	64

#define USER_EXIT_PTI		1	/* by the tables of user mode */
#define USER_EXIT_VERW		2	/* buffers of the CPU are overwritten first */

/* Of each CPU: what entry_64.S reads with the tables of user mode loaded. Interrupts off */
struct entry_area {
	u64	kernel_cr3;		/* what an entry loads */
	u64	user_cr3;		/* what the next exit loads: with a flush, if there is something to flush */
	u64	user_cr3_keep;		/* what the exits after it load */
	u64	user_root;		/* the address in user_cr3. 0: without PTI, and before the first process */
	u64	user_exit;		/* a set of USER_EXIT_* */
	u64	sysret_end;		/* SYSRET leads to addresses below it. 0 with USER_EXIT_* */
	u64	verw_selector;
	u64	stack_top;		/* the end of stack[] */
	u64	stack[ENTRY_STACK_WORDS];	/* struct pt_regs of an entry, until it is on the thread's stack */
};

/* Variables in the page of each CPU that user mode's tables have */
#define DEFINE_PER_CPU_ENTRY(type, name)	__section(".data..percpu..entry") __typeof__(type) name

extern struct entry_area entry_area;	/* per CPU; tss.c */

/** pti_init() - boot CPU, in user_mode_init(): the tables' kernel half, and this CPU in it, if speculation_init() wants it */
void pti_init(void);

/** pti_cpu_prepare() - of the CPU whose this_cpu_off is @cpu_off; after tss_prepare(). Return: 0 or -ENOMEM */
int pti_cpu_prepare(unsigned long cpu_off);

/** pti_cpu_init() - this CPU keeps nothing of the kernel in its TLB when it goes to user mode */
void pti_cpu_init(void);

/** pti_set_kernel() - the kernel's half of @pgd, a top-level table of user mode */
void pti_set_kernel(u64 *pgd);

#endif
