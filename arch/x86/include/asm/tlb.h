/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TLB and the register that names the page tables. All of the kernel's own
 * pages are global: they stay in the TLB when other tables are loaded, whatever
 * their PCID, and go when they are flushed here.
 */
#ifndef ASM_TLB_H
#define ASM_TLB_H

#include <lib/types.h>

/* Process-context identifiers, SDM 3A 4.10.1: which tables a translation is from. */
enum pcid {
	PCID_KERNEL,			/* kernel_pgtable; must be 0: CR3 holds it when PCIDs are switched on */
	PCID_EFI,			/* the firmware's runtime services */
	PCID_USER,			/* the process this CPU has loaded */
	PCID_USER_MODE,			/* its tables for user mode, see <asm/pti.h>; not for load_pgtable() */
	NR_PCIDS
};

/**
 * tlb_cpu_init() - global pages and, where the CPU has them, PCIDs on this CPU
 * Context: once on each CPU, on its final tables; what was global before is flushed.
 */
void tlb_cpu_init(void);

/**
 * load_pgtable() - this CPU translates through the tables at @root from now on
 * @pcid: tables loaded under one identifier before are recognised, and what the
 *        TLB knows of them is kept; other tables take the identifier over
 * Without PCIDs everything that is not global is flushed.
 */
void load_pgtable(phys_addr_t root, enum pcid pcid);

/** load_own_pgtable() - back from other tables: those of the process that switch_mm() loaded here, or the kernel's */
void load_own_pgtable(void);

/** forget_pcid() - tables of @pcid have changed: the next load_pgtable() of them keeps nothing */
void forget_pcid(enum pcid pcid);

/**
 * flush_tlb_kernel() - drop all translations of every CPU, global ones too
 * flush_tlb_kernel_range() - those of [@start, @end), multiples of PAGE_SIZE, or all when that is quicker
 * Both are for tables that have changed already.
 * Context: as smp_call_function_many(): no lock held that a CPU waits for with interrupts off.
 */
void flush_tlb_kernel(void);
void flush_tlb_kernel_range(unsigned long start, unsigned long end);

struct mm_struct;

/**
 * switch_mm() - this CPU translates through the tables of @mm from now on
 * They stay loaded while kernel threads run, until another process is switched to
 * or leave_mm(). Context: interrupts off.
 */
void switch_mm(struct mm_struct *mm);

/**
 * leave_mm() - no CPU has the tables of @mm loaded any more, so that they can be freed
 * Context: no thread uses @mm; as smp_call_function_many().
 */
void leave_mm(struct mm_struct *mm);

/**
 * flush_tlb_mm_range() - on each CPU that has @mm loaded drop what it knows of [@start, @end), or
 * everything of @mm when that is quicker; for entries of 4 KiB and, where @start and @end are
 * multiples of 2 MiB too, of 2 MiB
 * flush_tlb_mm() - everything of @mm
 * For entries that have changed already. Context: as smp_call_function_many().
 */
void flush_tlb_mm_range(struct mm_struct *mm, unsigned long start, unsigned long end);
void flush_tlb_mm(struct mm_struct *mm);

/** flush_tlb_local() - flush_tlb_kernel() for this CPU alone */
void flush_tlb_local(void);

#endif
