/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Exception table: pairs (instruction that may fault, where to go on if it
 * does), as 32-bit distances from the entry itself so that no relocation is
 * needed. The label stands exactly on the faulting instruction.
 */
#ifndef ASM_EXTABLE_H
#define ASM_EXTABLE_H

#ifdef __ASSEMBLY__
#define _ASM_EXTABLE(from, to)			\
	.pushsection "__ex_table", "a";		\
	.balign 4;				\
	.long (from) - .;			\
	.long (to) - .;				\
	.popsection
#else
#include <lib/types.h>
#include <asm/processor.h>
#include <asm/ptrace.h>

#define _ASM_EXTABLE(from, to)			\
	".pushsection \"__ex_table\", \"a\"\n"	\
	".balign 4\n"				\
	".long (" from ") - .\n"		\
	".long (" to ") - .\n"			\
	".popsection\n"

struct exception_table_entry {
	s32	insn;		/* from this field to the instruction */
	s32	fixup;		/* from this field to where it goes on */
};

/**
 * fixup_exception() - let the faulting code go on where its table entry says
 * Return: whether @regs->ip had an entry; ip is then changed.
 */
bool fixup_exception(struct pt_regs *regs);

/** read_nofault() - read 8 bytes at any address; false instead of a fault */
static inline bool read_nofault(const void *addr, u64 *value)
{
	u64 v = 0;
	bool ok = false;

	__asm__ volatile("1: mov %2, %0\n"
			 "   movb $1, %1\n"
			 "2:\n"
			 _ASM_EXTABLE("1b", "2b")
			 : "+r"(v), "+q"(ok) : "m"(*(const u64 *)addr));
	*value = v;
	return ok;
}

/** write_nofault() - write 8 bytes at any address; false instead of a fault */
static inline bool write_nofault(void *addr, u64 value)
{
	bool ok = false;

	__asm__ volatile("1: mov %2, %1\n"
			 "   movb $1, %0\n"
			 "2:\n"
			 _ASM_EXTABLE("1b", "2b")
			 : "+q"(ok), "=m"(*(u64 *)addr) : "r"(value));
	return ok;
}

/** rdmsr_safe() - false when the CPU has no such register */
static inline bool rdmsr_safe(u32 msr, u64 *value)
{
	u32 lo = 0, hi = 0;
	bool ok = false;

	__asm__ volatile("1: rdmsr\n"
			 "   movb $1, %2\n"
			 "2:\n"
			 _ASM_EXTABLE("1b", "2b")
			 : "+a"(lo), "+d"(hi), "+q"(ok) : "c"(msr));
	*value = (u64)hi << 32 | lo;
	return ok;
}

/** wrmsr_safe() - false when the CPU has no such register, or takes no such value */
static inline bool wrmsr_safe(u32 msr, u64 value)
{
	bool ok = false;

	__asm__ volatile("1: wrmsr\n"
			 "   movb $1, %0\n"
			 "2:\n"
			 _ASM_EXTABLE("1b", "2b")
			 : "+q"(ok) : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
	return ok;
}
#endif
#endif
