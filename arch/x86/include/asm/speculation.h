/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What a CPU does ahead of time can tell one program of another. Which of these
 * weaknesses a CPU has, and what helps, follows from CPUID, from its model and
 * from IA32_ARCH_CAPABILITIES (SDM 4, table 2-2; AMD APM 2, 3.2.8 and 3.2.9).
 */
#ifndef ASM_SPECULATION_H
#define ASM_SPECULATION_H

#include <asm/percpu.h>
#include <lib/types.h>

enum cpu_vendor { VENDOR_OTHER, VENDOR_INTEL, VENDOR_AMD, VENDOR_HYGON };

/* Where a feature has its bit */
enum cpu_word {
	LEAF7_EBX, LEAF7_EDX,		/* CPUID.(7, 0) */
	LEAF7_2_EDX,			/* CPUID.(7, 2) */
	EXT8_EBX,			/* CPUID.80000008h */
	EXT21_EAX,			/* CPUID.80000021h */
	ARCH_CAPABILITIES,		/* low half of the MSR, 0 where there is none */
	NR_CPU_WORDS
};

struct cpu_facts {
	enum cpu_vendor	vendor;
	u32		family, model;	/* extended ones added */
	u32		words[NR_CPU_WORDS];
};

enum cpu_bug {
	BUG_SPECTRE_V2,			/* branch target injection */
	BUG_BHI,			/* the same by branch history */
	BUG_SSB,			/* speculative store bypass */
	BUG_MELTDOWN,			/* rogue data cache load */
	BUG_L1TF,			/* L1 terminal fault */
	BUG_MDS,			/* microarchitectural data sampling */
	BUG_TAA,			/* TSX asynchronous abort */
	BUG_MMIO,			/* stale data of processor MMIO */
	BUG_RFDS,			/* register file data sampling */
	NR_CPU_BUGS
};

enum cpu_remedy {
	/* in a register of the CPU */
	REMEDY_EIBRS, REMEDY_AUTO_IBRS, REMEDY_BHI_DIS_S,
	/* for the way to and from user programs, and between them */
	REMEDY_RETPOLINE, REMEDY_BHB_CLEAR, REMEDY_RSB_FILL, REMEDY_IBPB, REMEDY_STIBP, REMEDY_SSBD, REMEDY_PTI,
	REMEDY_PTE_INVERSION, REMEDY_VERW,
	NR_CPU_REMEDIES
};

/* Sets: bit n is the one with that number. */
struct speculation {
	u32	bugs;			/* enum cpu_bug */
	u32	on;			/* enum cpu_remedy: what helps from now on */
	u32	undone;			/* what would help and is not done */
	u32	missing;		/* what would help, but this CPU (or its microcode) does not have it */
};

/** speculation_choose() - which weaknesses apply and what helps; looks at nothing but @facts */
struct speculation speculation_choose(const struct cpu_facts *facts);

/**
 * speculation_describe() - all of it in one line without an end of line
 * Return: its length, less than @size; what does not fit is cut off.
 */
unsigned int speculation_describe(const struct speculation *s, char *line, unsigned int size);

/** speculation_obey() - pti=on, pti=off and nopti of @cmdline */
void speculation_obey(struct speculation *s, const char *cmdline);

/** speculation_wants() - whether a remedy is on; after speculation_init() */
bool speculation_wants(enum cpu_remedy remedy);

DECLARE_PER_CPU(u32, speculation_user);		/* whose programs this CPU predicts the branches of */

/** speculation_switch() - this CPU runs programs of another @user from here on. Preemption off */
void speculation_switch(u32 user);

/** speculation_init() - boot CPU: find the facts, choose, speculation_cpu_init(), print the line; after microcode */
void speculation_init(void);

/**
 * speculation_cpu_init() - switch on for this CPU what the boot CPU has chosen
 * A CPU that does not take it is reported. Nothing happens before speculation_init().
 */
void speculation_cpu_init(void);

#endif
