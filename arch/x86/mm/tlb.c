/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the TLB may still hold, SDM 3A 4.10. A flush has two halves: flush_here()
 * does it on the CPU it runs on, and the public functions see to it that each
 * CPU runs it.
 */
#include <asm/tlb.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <asm/pti.h>
#include <kernel/smp.h>
#include "tlb_state.h"

#define CPUID_1_ECX_PCID	_BITUL(17)
#define CPUID_7_EBX_INVPCID	_BITUL(10)
#define CR3_NOFLUSH		_BITUL(63)	/* keep what is known under the PCID of this load */

#define INVPCID_ALL_AND_GLOBAL	2

DEFINE_PER_CPU(struct tlb_state, tlb_state);
static bool has_pcid, has_invpcid;

void tlb_cpu_init(void)
{
	unsigned long cr4 = read_cr4() & ~(unsigned long)X86_CR4_PGE;

	has_pcid = cpuid_checked(1, 0).ecx & CPUID_1_ECX_PCID;
	has_invpcid = cpuid_checked(7, 0).ebx & CPUID_7_EBX_INVPCID;
	write_cr4(cr4);				/* drops what earlier tables made global */
	if (!pti_on)
		cr4 |= X86_CR4_PGE;
	write_cr4(cr4);
	/* 4.10.1: only in long mode, and only while bits 0 to 11 of CR3 are 0 */
	if (has_pcid)
		write_cr4(cr4 | X86_CR4_PCIDE);
	this_cpu_ptr(&tlb_state)->root[PCID_KERNEL] = read_cr3();
}

void flush_user_tables(void)
{
	struct entry_area *area = this_cpu_ptr(&entry_area);

	area->user_cr3 = area->user_cr3_keep & ~CR3_NOFLUSH;
}

static __inline_always void load(phys_addr_t root, enum pcid pcid)
{
	phys_addr_t *known;
	bool keep;

	if (!has_pcid) {
		write_cr3(root);
		return;
	}
	known = &this_cpu_ptr(&tlb_state)->root[pcid];
	keep = *known == root;
	*known = root;
	write_cr3(root | pcid | (keep ? CR3_NOFLUSH : 0));
}

/* And what entries and exits load. User mode's tables keep what is known under their PCID if the kernel's do. */
static __noinline void load_with_user_tables(phys_addr_t root)
{
	struct entry_area *area = this_cpu_ptr(&entry_area);
	phys_addr_t user = root + PAGE_SIZE;

	area->kernel_cr3 = root | (has_pcid ? PCID_USER | CR3_NOFLUSH : 0);
	area->user_cr3_keep = user | (has_pcid ? PCID_USER_MODE | CR3_NOFLUSH : 0);
	if (!has_pcid || this_cpu_ptr(&tlb_state)->root[PCID_USER] != root)
		flush_user_tables();
	area->user_root = user;
	load(root, PCID_USER);
}

void load_pgtable(phys_addr_t root, enum pcid pcid)
{
	if (pti_on && pcid == PCID_USER)
		load_with_user_tables(root);
	else
		load(root, pcid);
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
	write_cr4(cr4 ^ X86_CR4_PGE);
	write_cr4(cr4);
}

/* INVLPG drops global translations, too; those of the kernel are all global, or with PTI known under several PCIDs. */
static void flush_here(void *arg)
{
	const struct flush *f = arg;
	unsigned long va;

	if (f->start == f->end || pti_on) {
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
