/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * arch/x86/mm/tlb.c on a simulated CPU: a TLB that keeps everything as long as
 * SDM 3A 4.10 lets it, and registers that refuse what would be #GP. The model of
 * the tables says what each address must lead to.
 */
#include <tests/host/test.h>
#include <asm/processor-flags.h>

#define ASM_PERCPU_H
#define DEFINE_PER_CPU(type, name)	__typeof__(type) name
#define DECLARE_PER_CPU(type, name)	extern __typeof__(type) name
#define this_cpu_ptr(ptr)		(ptr)

#define KERNEL_SMP_H
static void on_each_cpu(void (*fn)(void *arg), void *arg)
{
	fn(arg);
}

#define ASM_PROCESSOR_H
struct cpuid_regs { u32 eax, ebx, ecx, edx; };
static struct cpuid_regs cpuid_checked(u32 leaf, u32 subleaf);
static unsigned long read_cr3(void);
static unsigned long read_cr4(void);
static void write_cr3(unsigned long v);
static void write_cr4(unsigned long v);
static void invlpg(unsigned long va);
static void invpcid(unsigned long type, u64 pcid, unsigned long va);
#include "arch/x86/mm/tlb.c"

bool pti_on;
struct entry_area entry_area;

#define NR_ROOTS	8		/* of the kernel, three others, and from PROCESS_ROOTS on two processes with two each */
#define PROCESS_ROOTS	4
#define NR_VAS		100		/* the first half is the kernel's: global, the same in all tables */
#define NR_GLOBAL	(NR_VAS / 2)
#define VA(i)		(0xffff800000000000 + (unsigned long)(i) * PAGE_SIZE)
#define ROOT(i)		((phys_addr_t)((i) + 1) << PAGE_SHIFT)

static unsigned int tables[NR_ROOTS][NR_VAS];	/* the frame each address leads to */
static unsigned long cr3, cr4;
static bool cpu_pcid, cpu_invpcid;

/* 0: not cached */
static unsigned int tlb[4096][NR_VAS], tlb_global[NR_VAS];
static unsigned int full_flushes, single_flushes;

static unsigned int pcid_now(void)
{
	return cr4 & X86_CR4_PCIDE ? cr3 & 0xfff : 0;
}

static struct cpuid_regs cpuid_checked(u32 leaf, u32 subleaf)
{
	struct cpuid_regs r = { 0 };

	assert_int_equal(subleaf, 0);
	if (leaf == 1 && cpu_pcid)
		r.ecx = 1u << 17;
	if (leaf == 7 && cpu_invpcid)
		r.ebx = 1u << 10;
	return r;
}

static unsigned long read_cr3(void)
{
	return cr3;
}

static unsigned long read_cr4(void)
{
	return cr4;
}

static void write_cr3(unsigned long v)
{
	bool keep = v >> 63;

	if (!(cr4 & X86_CR4_PCIDE))
		assert_int_equal(v & (1UL << 63 | 0xfff), 0);
	cr3 = v & ~(1UL << 63);
	if (!keep)
		memset(tlb[pcid_now()], 0, sizeof(tlb[0]));
}

static void drop_all(void)
{
	memset(tlb, 0, sizeof(tlb));
	memset(tlb_global, 0, sizeof(tlb_global));
	full_flushes++;
}

static void write_cr4(unsigned long v)
{
	if (v & ~cr4 & X86_CR4_PCIDE)
		assert_int_equal(cr3 & 0xfff, 0);
	if ((v ^ cr4) & X86_CR4_PGE || cr4 & ~v & X86_CR4_PCIDE)
		drop_all();
	cr4 = v;
}

static void invlpg(unsigned long va)
{
	unsigned int i = (va - VA(0)) / PAGE_SIZE;

	tlb[pcid_now()][i] = tlb_global[i] = 0;
	single_flushes++;
}

static void invpcid(unsigned long type, u64 pcid, unsigned long va)
{
	assert_true(cpu_invpcid);
	assert_int_equal(type, 2);
	assert_int_equal(pcid | va, 0);
	drop_all();
}

/* What the CPU finds at an address, by the TLB where it knows it. */
static unsigned int access(unsigned int i)
{
	unsigned int *known = i < NR_GLOBAL && cr4 & X86_CR4_PGE ? &tlb_global[i] : &tlb[pcid_now()][i];

	if (!*known)
		*known = tables[(cr3 >> PAGE_SHIFT) - 1][i];
	return *known;
}

static unsigned int process;		/* that this CPU has, by its first root; 0: none */

static void reset_cpu(bool pcid, bool invpcid_too, bool pti)
{
	unsigned int i, root;

	memset(tlb, 0, sizeof(tlb));
	memset(tlb_global, 0, sizeof(tlb_global));
	memset(&tlb_state, 0, sizeof(tlb_state));
	memset(&entry_area, 0, sizeof(entry_area));
	process = 0;
	cpu_pcid = pcid;
	cpu_invpcid = invpcid_too;
	pti_on = pti;
	for (i = 0; i < NR_VAS; i++)
		for (root = 0; root < NR_ROOTS; root++)
			tables[root][i] = i < NR_GLOBAL ? i + 1 : 1000 * root + i;
	cr3 = ROOT(0);
	cr4 = X86_CR4_PGE;
	tlb_global[3] = 4711;		/* of the early tables */
	tlb_cpu_init();
	full_flushes = single_flushes = 0;
}

static void change_kernel_pages(void)
{
	unsigned int first = random_below(NR_GLOBAL), nr = random_below(NR_GLOBAL - first + 1), root, i;

	for (i = first; i < first + nr; i++)
		for (root = 0; root < NR_ROOTS; root++)
			tables[root][i] += NR_GLOBAL;
	if (one_in(10))
		flush_tlb_kernel();
	else
		flush_tlb_kernel_range(VA(first), VA(first + nr));
}

/* Tables 1 to 3 share the second identifier; those that are not loaded now change. */
static void change_other_tables(void)
{
	unsigned int root = 1 + random_below(PROCESS_ROOTS - 1);

	if ((cr3 & PAGE_MASK) == ROOT(root))
		return;
	tables[root][NR_GLOBAL + random_below(NR_GLOBAL)] += NR_GLOBAL;
	forget_pcid(PCID_EFI);
}

static void load_process(void)
{
	process = PROCESS_ROOTS + 2 * random_below(2);
	load_pgtable(ROOT(process), PCID_USER);
}

/* One may change that runs elsewhere; this CPU hears only of its own, which may be in a call of the firmware. */
static void change_process(void)
{
	unsigned int root = PROCESS_ROOTS + 2 * random_below(2), i = NR_GLOBAL + random_below(NR_VAS - NR_GLOBAL);

	tables[root][i] += NR_GLOBAL;
	tables[root + 1][i] += NR_GLOBAL;
	if (root != process)
		return;
	if ((cr3 & PAGE_MASK) != ROOT(root)) {
		forget_pcid(PCID_USER);
	} else if (one_in(2)) {
		invlpg(VA(i));
		flush_user_tables();
	} else {
		forget_pcid(PCID_USER);
		load_pgtable(ROOT(root), PCID_USER);
	}
}

/* What entry_64.S does on the way out and in. */
static void run_program(void)
{
	unsigned int n;

	if (!pti_on || !process || (cr3 & PAGE_MASK) != ROOT(process))
		return;
	write_cr3(entry_area.user_cr3);
	entry_area.user_cr3 = entry_area.user_cr3_keep;
	for (n = 0; n < 10; n++) {
		unsigned int i = random_below(NR_VAS);

		assert_int_equal(access(i), tables[process + 1][i]);
	}
	write_cr3(entry_area.kernel_cr3);
}

static void random_use(void)
{
	unsigned int n;

	for (n = 0; n < 200000; n++) {
		unsigned int root = random_below(PROCESS_ROOTS), i = random_below(NR_VAS);

		if (one_in(20))
			load_process();
		if (one_in(10))
			run_program();
		if (one_in(20))
			change_process();
		if (one_in(20))
			load_pgtable(ROOT(root), root ? PCID_EFI : PCID_KERNEL);
		if (one_in(50))
			change_kernel_pages();
		if (one_in(50))
			change_other_tables();
		assert_int_equal(access(i), tables[(cr3 >> PAGE_SHIFT) - 1][i]);
	}
}

static void nothing_stale_is_ever_used(void **state)
{
	unsigned int kind;

	for (kind = 0; kind < 8; kind++) {
		reset_cpu(kind & 1, kind & 2, kind & 4);
		assert_int_equal(access(3), 4);
		assert_int_equal(!!(cr4 & X86_CR4_PCIDE), kind & 1);
		assert_int_equal(!!(cr4 & X86_CR4_PGE), !pti_on);	/* with it nothing of the kernel is global */
		random_use();
		assert_true(full_flushes && (pti_on || single_flushes));
	}
}

static void what_is_known_survives_a_switch_and_back(void **state)
{
	reset_cpu(true, true, false);
	access(NR_GLOBAL + 1);
	load_pgtable(ROOT(1), PCID_EFI);
	access(NR_GLOBAL + 2);
	load_pgtable(ROOT(0), PCID_KERNEL);
	assert_int_not_equal(tlb[PCID_KERNEL][NR_GLOBAL + 1], 0);
	assert_int_not_equal(tlb[PCID_EFI][NR_GLOBAL + 2], 0);
	load_pgtable(ROOT(2), PCID_EFI);
	assert_int_equal(tlb[PCID_EFI][NR_GLOBAL + 2], 0);
	assert_int_equal(full_flushes, 0);
}

/* What entries and exits load: user mode's tables are flushed once after each change, and never without one. */
static void exits_flush_once(void **state)
{
	const u64 noflush = 1UL << 63, known = (ROOT(1) + PAGE_SIZE) | PCID_USER_MODE | noflush;

	reset_cpu(true, true, true);
	load_pgtable(ROOT(1), PCID_USER);
	assert_true(entry_area.kernel_cr3 == (ROOT(1) | PCID_USER | noflush));
	assert_true(entry_area.user_root == ROOT(1) + PAGE_SIZE);
	assert_true(entry_area.user_cr3 == (known & ~noflush) && entry_area.user_cr3_keep == known);
	entry_area.user_cr3 = entry_area.user_cr3_keep;		/* an exit */
	load_pgtable(ROOT(2), PCID_EFI);
	load_pgtable(ROOT(1), PCID_USER);
	assert_true(entry_area.user_cr3 == known);
	forget_pcid(PCID_USER);
	load_pgtable(ROOT(1), PCID_USER);
	assert_true(entry_area.user_cr3 == (known & ~noflush));
	load_pgtable(ROOT(1), PCID_USER);			/* the flush has not been yet */
	assert_true(entry_area.user_cr3 == (known & ~noflush));
	reset_cpu(false, false, true);
	load_pgtable(ROOT(1), PCID_USER);
	assert_true(entry_area.kernel_cr3 == ROOT(1) && entry_area.user_cr3_keep == ROOT(1) + PAGE_SIZE);
}

static void small_ranges_go_page_by_page(void **state)
{
	reset_cpu(false, false, false);
	flush_tlb_kernel_range(VA(5), VA(5));
	assert_int_equal(full_flushes + single_flushes, 0);
	flush_tlb_kernel_range(VA(5), VA(5 + FLUSH_ALL_PAGES - 1));
	assert_int_equal(single_flushes, FLUSH_ALL_PAGES - 1);
	assert_int_equal(full_flushes, 0);
	flush_tlb_kernel_range(VA(5), VA(5 + FLUSH_ALL_PAGES));
	assert_int_equal(single_flushes, FLUSH_ALL_PAGES - 1);
	assert_int_not_equal(full_flushes, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_stale_is_ever_used),
		cmocka_unit_test(what_is_known_survives_a_switch_and_back),
		cmocka_unit_test(exits_flush_once),
		cmocka_unit_test(small_ranges_go_page_by_page),
	};

	return cmocka_run_group_tests_name("arch/x86/mm/tlb", tests, seed_random, NULL);
}
