/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the TLB may still hold, SDM 3A 4.10. A flush has two halves: flush_here()
 * does it on the CPU it runs on, and the public functions see to it that each
 * CPU runs it.
 */
#include <asm/tlb.h>
#include <asm/init_64.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <kernel/smp.h>
#include <mm/mm.h>

/*
 * From so many pages on, all is dropped instead. An INVLPG takes 100 to 200
 * cycles, so that 32 take some 5,000; for that about 150 entries can be filled
 * again from tables in the cache, more than what is used between two flushes.
 */
#define FLUSH_ALL_PAGES	32

#define CPUID_1_ECX_PCID	_BITUL(17)
#define CPUID_7_EBX_INVPCID	_BITUL(10)
#define CR3_NOFLUSH		_BITUL(63)	/* keep what is known under the PCID of this load */

#define INVPCID_ALL_AND_GLOBAL	2

struct tlb_state {
	phys_addr_t	root[NR_PCIDS];	/* by PCID: whose translations the TLB has; 0: none it may use */
	struct mm_struct *mm;		/* of PCID_USER; its cpu_mask has this CPU. NULL: none */
};

static DEFINE_PER_CPU(struct tlb_state, tlb_state);	/* interrupts off */
static bool has_pcid, has_invpcid;

void tlb_cpu_init(void)
{
	unsigned long cr4 = read_cr4() & ~(unsigned long)X86_CR4_PGE;

	has_pcid = cpuid_checked(1, 0).ecx & CPUID_1_ECX_PCID;
	has_invpcid = cpuid_checked(7, 0).ebx & CPUID_7_EBX_INVPCID;
	write_cr4(cr4);				/* drops what earlier tables made global */
	cr4 |= X86_CR4_PGE;
	write_cr4(cr4);
	/* 4.10.1: only in long mode, and only while bits 0 to 11 of CR3 are 0 */
	if (has_pcid)
		write_cr4(cr4 | X86_CR4_PCIDE);
	this_cpu_ptr(&tlb_state)->root[PCID_KERNEL] = read_cr3();
}

void load_pgtable(phys_addr_t root, enum pcid pcid)
{
	phys_addr_t *known = &this_cpu_ptr(&tlb_state)->root[pcid];
	bool keep = *known == root;

	if (!has_pcid) {
		write_cr3(root);
		return;
	}
	*known = root;
	write_cr3(root | pcid | (keep ? CR3_NOFLUSH : 0));
}

void load_own_pgtable(void)
{
	const struct mm_struct *mm = this_cpu_ptr(&tlb_state)->mm;

	if (mm)
		load_pgtable(__pa(mm->pgd), PCID_USER);
	else
		load_pgtable(kernel_pgtable.root, PCID_KERNEL);
}

void forget_pcid(enum pcid pcid)
{
	this_cpu_ptr(&tlb_state)->root[pcid] = 0;
}

/* ---------------------------------------------------------------- flushes */

struct flush {
	unsigned long	start, end;	/* all: 0, 0 */
};

/* 4.10.4.1: INVPCID of type 2, or a change of CR4.PGE, drops everything under every PCID. */
static void flush_all_here(void)
{
	unsigned long cr4;

	if (has_invpcid) {
		invpcid(INVPCID_ALL_AND_GLOBAL, 0, 0);
		return;
	}
	cr4 = read_cr4();
	write_cr4(cr4 & ~(unsigned long)X86_CR4_PGE);
	write_cr4(cr4);
}

/* INVLPG drops global translations, too; those of the kernel are all global. */
static void flush_here(void *arg)
{
	const struct flush *f = arg;
	unsigned long va;

	if (f->start == f->end) {
		flush_all_here();
		return;
	}
	for (va = f->start; va != f->end; va += PAGE_SIZE)
		invlpg(va);
}

void flush_tlb_local(void)
{
	flush_all_here();
}

void flush_tlb_kernel(void)
{
	on_each_cpu(flush_here, &(struct flush){ 0, 0 });
}

void flush_tlb_kernel_range(unsigned long start, unsigned long end)
{
	if (start == end)
		return;
	if ((end - start) >> PAGE_SHIFT >= FLUSH_ALL_PAGES)
		flush_tlb_kernel();
	else
		on_each_cpu(flush_here, &(struct flush){ start, end });
}

/* ---------------------------------------------------------------- processes */

/*
 * A CPU is in the mask before it can translate anything: who changed an entry before
 * it looked at the mask, and did not find the CPU, had changed it before the CPU read it.
 */
void switch_mm(struct mm_struct *mm)
{
	struct tlb_state *state = this_cpu_ptr(&tlb_state);
	u64 here = CPU_MASK(this_cpu_read(cpu_number));

	if (state->mm == mm)
		return;
	if (state->mm)
		__atomic_fetch_and(&state->mm->cpu_mask, ~here, __ATOMIC_SEQ_CST);
	__atomic_fetch_or(&mm->cpu_mask, here, __ATOMIC_SEQ_CST);
	state->mm = mm;
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

/* The kernel's pages are global, so what a load of CR3 drops is the process's alone. */
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
