/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What user mode's tables have of the kernel's half, and who uses them. The tables
 * below their top-level entries are shared by all processes; they change only before
 * the first one is made. entry_64.S and tlb.c do the switching.
 */
#include <asm/pti.h>
#include <asm/entry.h>
#include <asm/idt.h>
#include <asm/init_64.h>
#include <asm/percpu.h>
#include <asm/pte.h>
#include <asm/processor.h>
#include <asm/sections.h>
#include <asm/speculation.h>
#include <kernel/initmem.h>
#include <kernel/panic.h>
#include <uapi/errno.h>

bool pti_on;

static struct pgtable user_tables;	/* the kernel's half, of which all top-level tables of user mode have a copy */

/* The frames the kernel has there, with the same rights or fewer. */
static int __init show(unsigned long start, unsigned long size, u64 prot)
{
	struct pgtable_path path;
	unsigned long va;
	int err = 0;

	for (va = start; va < start + size && !err; va += PAGE_SIZE) {
		pgtable_lookup(&kernel_pgtable, va, &path);
		err = !path.leaf_level ? -EFAULT : pgtable_map(&user_tables, va, path.pa, PAGE_SIZE,
							      prot & ~_PAGE_GLOBAL) ? -ENOMEM : 0;
	}
	return err;
}

int __init pti_cpu_prepare(unsigned long cpu_off)
{
	struct entry_area *area = (struct entry_area *)((unsigned long)&entry_area + cpu_off);
	unsigned int i;
	int err;

	if (!pti_on)
		return 0;
	area->stack_top = (unsigned long)(area->stack + ENTRY_STACK_WORDS);
	area->user_exit |= USER_EXIT_PTI;
	tss_set_entry_stack(cpu_off, area->stack_top);
	err = show((unsigned long)__per_cpu_start + cpu_off, __per_cpu_entry_end - __per_cpu_start, PAGE_KERNEL);
	for (i = IST_DF; i < NR_IST && !err; i++)
		err = show(ist_stack_start(cpu_off, i), IST_STACK_SIZE, PAGE_KERNEL);
	return err;
}

void pti_cpu_init(void)
{
	if (pti_on)
		write_cr4(read_cr4() & ~(unsigned long)X86_CR4_PGE);
}

void pti_set_kernel(u64 *pgd)
{
	const u64 *from = table_of(user_tables.root);
	unsigned int i;

	for (i = KERNEL_PGD_START; i < PTRS_PER_TABLE; i++)
		pgd[i] = from[i];
}

void __init pti_init(void)
{
	pti_on = speculation_wants(REMEDY_PTI);
	if (!pti_on)
		return;
	user_tables = kernel_pgtable;
	user_tables.max_leaf = 1;
	user_tables.root = kernel_pgtable.alloc();
	if (!user_tables.root ||
	    show((unsigned long)__entry_text_start, __entry_text_end - __entry_text_start, PAGE_KERNEL_ROX) ||
	    show(idt_address(), PAGE_SIZE, PAGE_KERNEL_RO) || pti_cpu_prepare(this_cpu_read(this_cpu_off)))
		panic("no memory for the page tables of user mode");
}
