/* SPDX-License-Identifier: BSD-2-Clause */
/* Which process's tables each CPU has loaded, and flushes of what it knows of them. */
#include "tlb_state.h"
#include <asm/init_64.h>
#include <asm/irqflags.h>
#include <asm/processor.h>
#include <kernel/smp.h>
#include <mm/mm.h>

void load_own_pgtable(void)
{
	const struct mm_struct *mm = this_cpu_ptr(&tlb_state)->mm;

	if (mm)
		load_pgtable(__pa(mm->pgd), PCID_USER);
	else
		load_pgtable(kernel_pgtable.root, PCID_KERNEL);
}

/*
 * A CPU is in the mask before it can translate anything: who changed an entry before
 * it looked at the mask, and did not find the CPU, had changed it before the CPU read it.
 */
void switch_mm(struct mm_struct *mm)
{
	struct mm_struct *old = this_cpu_read(tlb_state.mm);
	u64 here = CPU_MASK(this_cpu_read(cpu_number));

	if (old == mm)
		return;
	if (old)
		__atomic_fetch_and(&old->cpu_mask, ~here, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&mm->cpu_mask, here, __ATOMIC_SEQ_CST);
	this_cpu_write(tlb_state.mm, mm);
	load_pgtable(__pa(mm->pgd), PCID_USER);
}

struct mm_flush {
	struct mm_struct *mm;
	unsigned long	start, end;	/* all: 0, 0 */
};

static void leave_here(void *arg)
{
	struct tlb_state *state = this_cpu_ptr(&tlb_state);
	struct mm_struct *mm = arg;

	if (state->mm != mm)
		return;
	__atomic_fetch_and(&mm->cpu_mask, ~CPU_MASK(this_cpu_read(cpu_number)), __ATOMIC_SEQ_CST);
	state->mm = NULL;
	load_own_pgtable();
	forget_pcid(PCID_USER);
}

/* Have each CPU of the mask of @mm do something, this one too. */
static void on_mm_cpus(struct mm_struct *mm, smp_call_func_t fn, void *arg)
{
	u64 mask = __atomic_load_n(&mm->cpu_mask, __ATOMIC_SEQ_CST), here;
	unsigned long flags;

	preempt_disable();
	here = CPU_MASK(this_cpu_read(cpu_number));
	if (mask & ~here)
		smp_call_function_many(mask & ~here, fn, arg, true);
	if (mask & here) {
		flags = local_irq_save();
		fn(arg);
		local_irq_restore(flags);
	}
	preempt_enable();
}

void leave_mm(struct mm_struct *mm)
{
	on_mm_cpus(mm, leave_here, mm);
}

/* The kernel's pages are global unless there is PTI, so what a load of CR3 drops is the process's alone. */
static void flush_mm_here(void *arg)
{
	const struct mm_flush *f = arg;
	unsigned long va;

	if (this_cpu_ptr(&tlb_state)->mm != f->mm)
		return;				/* it has switched since, and flushed */
	if ((read_cr3() & PTE_PFN_MASK) != __pa(f->mm->pgd)) {
		forget_pcid(PCID_USER);		/* in a call of the firmware */
	} else if (f->start == f->end) {
		forget_pcid(PCID_USER);
		load_pgtable(__pa(f->mm->pgd), PCID_USER);
	} else {
		for (va = f->start; va != f->end; va += PAGE_SIZE)
			invlpg(va);
		flush_user_tables();
	}
}

void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start, unsigned long end)
{
	struct mm_flush f = { mm, start, end };

	if (start >= end)
		return;
	if ((end - start) >> PAGE_SHIFT >= FLUSH_ALL_PAGES)
		f.start = f.end = 0;
	on_mm_cpus(mm, flush_mm_here, &f);
}

void flush_tlb_mm(struct mm_struct *mm)
{
	on_mm_cpus(mm, flush_mm_here, &(struct mm_flush){ mm, 0, 0 });
}
