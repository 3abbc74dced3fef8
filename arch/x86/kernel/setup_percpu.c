/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The copies of .data..percpu. The boot CPU has used and changed the section when
 * the others get theirs, so it is kept as it was loaded.
 */
#include <asm/percpu.h>
#include <asm/idt.h>
#include <asm/pti.h>
#include <asm/sections.h>
#include <asm/stackprotector.h>
#include <kernel/initmem.h>
#include <lib/string.h>
#include <mm/page_alloc.h>
#include <uapi/errno.h>

unsigned long __per_cpu_offset[NR_CPUS];

static size_t section_size(void)
{
	return __per_cpu_end - __per_cpu_start;
}

void percpu_save(void)
{
	memcpy(__per_cpu_template, __per_cpu_start, section_size());
}

static void *__init copy_section(void)
{
	unsigned int order = 0;
	struct page *page;

	while (PAGE_SIZE << order < section_size())
		order++;
	page = alloc_pages(GFP_KERNEL, order);
	return page ? memcpy(page_address(page), __per_cpu_template, section_size()) : NULL;
}

int __init percpu_setup(unsigned int cpu)
{
	void *copy = copy_section();
	int err;

	if (!copy)
		return -ENOMEM;
	__per_cpu_offset[cpu] = (unsigned long)copy - (unsigned long)__per_cpu_start;
	*per_cpu_ptr(&cpu_number, cpu) = cpu;
	*per_cpu_ptr(&this_cpu_off, cpu) = __per_cpu_offset[cpu];
	stack_canary_prepare(__per_cpu_offset[cpu]);
	err = tss_prepare(__per_cpu_offset[cpu]);
	return err ? err : pti_cpu_prepare(__per_cpu_offset[cpu]);
}
