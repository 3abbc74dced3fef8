/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Where the parts of a new program go, at random as Linux has it on x86-64: the
 * stack ends within the last 16 GiB, areas lie below it and its limit within 1 TiB,
 * a static PIE in 1 TiB from two thirds of the address space on, the heap up to
 * 32 MiB behind what it follows.
 */
#include <asm/pgtable_types.h>
#include <kernel/random.h>
#include <kernel/sched.h>
#include <mm/mm.h>

#define STACK_RND_BITS	22		/* pages: 16 GiB */
#define MMAP_RND_BITS	28		/* pages: 1 TiB */
#define BRK_RND_SIZE	0x02000000UL
#define MIN_STACK_GAP	(128UL << 20)	/* room for a stack, whatever its limit is */
#define MAX_STACK_GAP	(TASK_SIZE / 6 * 5)
#define DYN_BASE	(TASK_SIZE / 3 * 2)

#define ADDR_NO_RANDOMIZE	0x0040000u	/* personality(2) */

u32 randomize_va_space = 2;

static bool random_wanted(void)
{
	return randomize_va_space && !(current->personality & ADDR_NO_RANDOMIZE);
}

static unsigned long random_pages(unsigned int bits)
{
	return random_wanted() ? (get_random_u64() & ((1UL << bits) - 1)) << PAGE_SHIFT : 0;
}

unsigned long randomize_stack_top(void)
{
	return TASK_SIZE - random_pages(STACK_RND_BITS);
}

void arch_pick_mmap_layout(struct mm_struct *mm, unsigned long stack_top, unsigned long rlim_stack)
{
	unsigned long gap = min(max(rlim_stack, MIN_STACK_GAP), MAX_STACK_GAP) + STACK_GUARD_GAP;
	unsigned long top = TASK_SIZE - (PAGE_SIZE << STACK_RND_BITS);

	if (!random_wanted())
		top = stack_top;
	gap = ALIGN(gap, PAGE_SIZE);
	mm->mmap_base = ALIGN_DOWN(top - min(gap, top / 6 * 5), PAGE_SIZE) - random_pages(MMAP_RND_BITS);
}

unsigned long arch_randomize_brk(struct mm_struct *mm)
{
	unsigned long brk = ALIGN(mm->brk, PAGE_SIZE);

	if (randomize_va_space < 2 || !random_wanted())
		return brk;
	return brk + (get_random_u64() % BRK_RND_SIZE & PAGE_MASK);
}

unsigned long elf_dyn_base(void)
{
	return (DYN_BASE & PAGE_MASK) + random_pages(MMAP_RND_BITS);
}
