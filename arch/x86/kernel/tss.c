/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The TSS of each CPU, of which 64-bit mode uses the stack pointers only, and
 * the stacks for exceptions that may come when the current stack is no good.
 */
#include <asm/entry.h>
#include <asm/idt.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/pgtable_types.h>
#include <asm/pti.h>
#include <asm/segment.h>
#include <asm/traps.h>
#include <mm/kasan.h>
#include <mm/memblock.h>
#include <mm/vmalloc.h>
#include <uapi/errno.h>

/* SDM 3A 8.7 */
struct tss {
	u32	reserved0;
	u64	rsp[3];
	u64	reserved1;
	u64	ist[7];			/* ist[n - 1] is what a gate calls n */
	u64	reserved2;
	u16	reserved3, iomap_base;
} __packed;

static_assert(sizeof(struct tss) == 104, "SDM 3A figure 8-11");

/* What lies above the frame of an exception, for paranoid_entry of entry_64.S. */
struct ist_base {
	u64	gs_base;		/* of the CPU the stack belongs to */
	u64	pad;			/* the CPU aligns its frame to 16 bytes */
};

static DEFINE_PER_CPU_ENTRY(struct tss, cpu_tss) __aligned(16);
DEFINE_PER_CPU_ENTRY(struct entry_area, entry_area);

/*
 * The mapping ends below a page that is not mapped, and so does the one before
 * it: each stack has a guard page. The boot CPU needs its stacks before there is
 * a page allocator.
 */
static void *stack_alloc(void)
{
	phys_addr_t pa;

	if (!memblock.limit)
		return vmalloc(IST_STACK_SIZE);
	pa = memblock_phys_alloc(IST_STACK_SIZE, PAGE_SIZE, MEM_DATA);
	return pa ? ioremap(pa, IST_STACK_SIZE, _PAGE_CACHE_WB) : NULL;
}

DEFINE_PER_CPU(unsigned long, kernel_stack_top);	/* for SYSCALL, which does not look into the TSS */
DEFINE_PER_CPU_ENTRY(unsigned long, user_stack_scratch);

void set_kernel_stack(unsigned long top)
{
	if (!pti_on)
		this_cpu_write(cpu_tss.rsp[0], top);
	this_cpu_write(kernel_stack_top, top);
}

static struct tss *tss_of(unsigned long cpu_off)
{
	return (struct tss *)((unsigned long)&cpu_tss + cpu_off);
}

int tss_prepare(unsigned long cpu_off)
{
	struct tss *tss = tss_of(cpu_off);
	u64 *gdt = (u64 *)((unsigned long)gdt_page + cpu_off), base = (unsigned long)tss;
	unsigned int i;

	for (i = IST_DF; i < NR_IST; i++) {
		u8 *stack = stack_alloc();
		struct ist_base *bottom = (struct ist_base *)(stack + IST_STACK_SIZE) - 1;

		if (!stack || !kasan_vmalloc(stack, IST_STACK_SIZE))
			return -ENOMEM;		/* what was allocated stays in the TSS, and unused */
		bottom->gs_base = cpu_off;
		tss->ist[i - 1] = (unsigned long)bottom;
	}
	tss->iomap_base = sizeof(*tss);
	/* a system descriptor of 16 bytes: available 64-bit TSS, SDM 3A 8.2.3 */
	gdt[GDT_ENTRY_TSS] = (sizeof(*tss) - 1) | (base & 0xffffff) << 16 | 0x89UL << 40 | (base >> 24 & 0xff) << 56;
	gdt[GDT_ENTRY_TSS + 1] = base >> 32;
	gdt[GDT_ENTRY_CPU] = GDT_DESC_LIMIT | *(unsigned long *)((unsigned long)&cpu_number + cpu_off);
	return 0;
}

unsigned long ist_stack_start(unsigned long cpu_off, enum ist ist)
{
	return tss_of(cpu_off)->ist[ist - 1] + sizeof(struct ist_base) - IST_STACK_SIZE;
}

void tss_set_entry_stack(unsigned long cpu_off, unsigned long top)
{
	tss_of(cpu_off)->rsp[0] = top;
}

void tss_load(void)
{
	__asm__ volatile("ltr %w0" : : "r"(GDT_ENTRY_TSS * 8));
}

unsigned long ist_stack_end(unsigned long sp)
{
	const struct tss *tss = tss_of(this_cpu_read(this_cpu_off));
	unsigned int i;

	for (i = IST_DF; i < NR_IST; i++) {
		unsigned long end = tss->ist[i - 1] + sizeof(struct ist_base);

		if (end - sp <= IST_STACK_SIZE && sp < end)
			return end;
	}
	return 0;
}
