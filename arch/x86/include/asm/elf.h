/* SPDX-License-Identifier: BSD-2-Clause */
/* What a program is told of the CPU at its start. */
#ifndef ASM_ELF_H
#define ASM_ELF_H

#include <asm/fpu.h>
#include <asm/processor.h>

#define ELF_PLATFORM	"x86_64"

#define HWCAP2_FSGSBASE	(1u << 1)

#define SIGFRAME_REST	(8 + 304 + 128 + 4 + 64)	/* bytes of a signal frame besides the FPU state, and to align that */

/** elf_hwcap() - AT_HWCAP: features of CPUID leaf 1 */
static inline u32 elf_hwcap(void)
{
	return cpuid(1, 0).edx;
}

static inline u32 elf_hwcap2(void)
{
	return read_cr4() & X86_CR4_FSGSBASE ? HWCAP2_FSGSBASE : 0;
}

/** elf_minsigstksz() - AT_MINSIGSTKSZ: bytes of stack that a signal takes */
static inline unsigned int elf_minsigstksz(void)
{
	return fpu_size() + SIGFRAME_REST;
}

#endif
