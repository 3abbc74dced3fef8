/* SPDX-License-Identifier: BSD-2-Clause */
/* Control registers, EFLAGS and EFER by their names in SDM 3A 2.3, 2.5 and 2.2.1. */
#ifndef ASM_PROCESSOR_FLAGS_H
#define ASM_PROCESSOR_FLAGS_H

#include <lib/const.h>

#define X86_CR0_PE	_BITUL(0)
#define X86_CR0_MP	_BITUL(1)
#define X86_CR0_EM	_BITUL(2)
#define X86_CR0_TS	_BITUL(3)
#define X86_CR0_ET	_BITUL(4)
#define X86_CR0_NE	_BITUL(5)
#define X86_CR0_WP	_BITUL(16)
#define X86_CR0_AM	_BITUL(18)
#define X86_CR0_PG	_BITUL(31)
/* What the kernel runs with */
#define CR0_STATE	(X86_CR0_PE | X86_CR0_MP | X86_CR0_ET | X86_CR0_NE | \
			 X86_CR0_WP | X86_CR0_AM | X86_CR0_PG)

#define X86_CR4_DE	_BITUL(3)
#define X86_CR4_PSE	_BITUL(4)
#define X86_CR4_PAE	_BITUL(5)
#define X86_CR4_MCE	_BITUL(6)
#define X86_CR4_PGE	_BITUL(7)
#define X86_CR4_OSFXSR	_BITUL(9)
#define X86_CR4_OSXMMEXCPT _BITUL(10)
#define X86_CR4_UMIP	_BITUL(11)
#define X86_CR4_LA57	_BITUL(12)
#define X86_CR4_FSGSBASE _BITUL(16)
#define X86_CR4_PCIDE	_BITUL(17)
#define X86_CR4_OSXSAVE	_BITUL(18)
#define X86_CR4_SMEP	_BITUL(20)
#define X86_CR4_SMAP	_BITUL(21)

#define X86_EFLAGS_FIXED _BITUL(1)
#define X86_EFLAGS_TF	_BITUL(8)
#define X86_EFLAGS_IF	_BITUL(9)
#define X86_EFLAGS_DF	_BITUL(10)
#define X86_EFLAGS_OF	_BITUL(11)
#define X86_EFLAGS_IOPL	(_AC(3, UL) << 12)
#define X86_EFLAGS_NT	_BITUL(14)
#define X86_EFLAGS_RF	_BITUL(16)
#define X86_EFLAGS_AC	_BITUL(18)
#define X86_EFLAGS_ID	_BITUL(21)

#define MSR_EFER		0xc0000080
#define MSR_STAR		0xc0000081
#define MSR_LSTAR		0xc0000082
#define MSR_CSTAR		0xc0000083
#define MSR_SYSCALL_MASK	0xc0000084
#define MSR_FS_BASE		0xc0000100
#define MSR_GS_BASE		0xc0000101
#define MSR_KERNEL_GS_BASE	0xc0000102
#define MSR_IA32_MISC_ENABLE	0x000001a0
#define MSR_IA32_MISC_ENABLE_XD_DISABLE	_BITUL(34)
#define MSR_IA32_CR_PAT		0x00000277

#define _EFER_SCE	0
#define _EFER_LME	8
#define _EFER_LMA	10
#define _EFER_NX	11
#define EFER_SCE	_BITUL(_EFER_SCE)
#define EFER_LME	_BITUL(_EFER_LME)
#define EFER_LMA	_BITUL(_EFER_LMA)
#define EFER_NX		_BITUL(_EFER_NX)

#endif
