/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Whether this CPU can run the kernel, asked before any mode switch, while a
 * message still reaches the screen. Runs on anything from a 386 on.
 */
#include <asm/processor-flags.h>
#include <asm/processor.h>
#include "setup.h"

#define CPUID_FEATURES		1
#define CPUID_EDX_TSC		(1u << 4)
#define CPUID_EXT_FEATURES	0x80000001
#define CPUID_EXT_EDX_LM	(1u << 29)

/* CPUID exists where EFLAGS.ID can be changed (SDM 1, 20.1.2). */
static bool has_cpuid(void)
{
	u32 before, after;

	__asm__ volatile("pushfl\n\t"
			 "pushfl\n\t"
			 "popl %0\n\t"
			 "movl %0, %1\n\t"
			 "xorl %2, %1\n\t"
			 "pushl %1\n\t"
			 "popfl\n\t"
			 "pushfl\n\t"
			 "popl %1\n\t"
			 "popfl"
			 : "=&r"(before), "=&r"(after) : "i"((u32)X86_EFLAGS_ID));
	return (before ^ after) & X86_EFLAGS_ID;
}

bool cpu_has_tsc(void)
{
	return has_cpuid() && cpuid_checked(CPUID_FEATURES, 0).edx & CPUID_EDX_TSC;
}

void validate_cpu(void)
{
	if (!has_cpuid())
		die("this CPU has no CPUID instruction; Lantern needs a 64-bit x86 CPU");
	if (!(cpuid_checked(CPUID_EXT_FEATURES, 0).edx & CPUID_EXT_EDX_LM))
		die("this CPU has no long mode; Lantern needs a 64-bit x86 CPU");
}
