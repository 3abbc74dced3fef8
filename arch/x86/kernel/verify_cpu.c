/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Does this CPU have what the kernel is compiled for? Runs before the first
 * instruction that could need an answer, and reports when there is a screen to
 * report on.
 */
#include <asm/processor.h>
#include <asm/setup.h>
#include <kernel/panic.h>
#include <kernel/stage.h>
#include <lib/printf.h>

enum cpuid_word { LEAF_1_EDX, LEAF_80000001_EDX, NR_WORDS };

struct required_feature {
	u8	word;		/* enum cpuid_word */
	u8	bit;
	char	name[6];
};

/* SDM 2A CPUID. Long mode is on, or we would not run; the rest is the baseline of x86-64. */
static const struct required_feature required[] = {
	{ LEAF_1_EDX, 0, "fpu" },	{ LEAF_1_EDX, 3, "pse" },
	{ LEAF_1_EDX, 4, "tsc" },	{ LEAF_1_EDX, 5, "msr" },
	{ LEAF_1_EDX, 6, "pae" },	{ LEAF_1_EDX, 8, "cx8" },
	{ LEAF_1_EDX, 13, "pge" },	{ LEAF_1_EDX, 15, "cmov" },
	{ LEAF_1_EDX, 24, "fxsr" },	{ LEAF_1_EDX, 25, "sse" },
	{ LEAF_1_EDX, 26, "sse2" },	{ LEAF_80000001_EDX, 20, "nx" },
	{ LEAF_80000001_EDX, 29, "lm" },
};

static u32 missing __section(".data");	/* bit n: required[n] */
bool nx_was_hidden __section(".data");

static bool vendor_is_intel(void)
{
	struct cpuid_regs r = cpuid(0, 0);

	return r.ebx == 0x756e6547 && r.edx == 0x49656e69 && r.ecx == 0x6c65746e;
}

/* Some firmware hides NX; the switch is a bit of Intel family 6 model 0xd and later (SDM 4, IA32_MISC_ENABLE). */
static void enable_nx(void)
{
	u32 eax = cpuid(1, 0).eax;
	unsigned int family = eax >> 8 & 0xf, model = (eax >> 4 & 0xf) | (eax >> 12 & 0xf0);
	u64 misc;

	if (!vendor_is_intel() || family < 6 || (family == 6 && model < 0xd))
		return;
	misc = rdmsr(MSR_IA32_MISC_ENABLE);
	nx_was_hidden = misc & MSR_IA32_MISC_ENABLE_XD_DISABLE;
	if (nx_was_hidden)
		wrmsr(MSR_IA32_MISC_ENABLE, misc & ~MSR_IA32_MISC_ENABLE_XD_DISABLE);
}

void verify_cpu(void)
{
	u32 word[NR_WORDS];
	unsigned int i;

	boot_stage(STAGE_VERIFY_CPU);
	if (!(cpuid_checked(0x80000001, 0).edx & 1u << 20))
		enable_nx();
	word[LEAF_1_EDX] = cpuid_checked(1, 0).edx;
	word[LEAF_80000001_EDX] = cpuid_checked(0x80000001, 0).edx;
	for (i = 0; i < ARRAY_SIZE(required); i++)
		if (!(word[required[i].word] & 1u << required[i].bit))
			missing |= 1u << i;
}

void cpu_report_missing(void)
{
	char list[128];
	unsigned int i, n = 0;

	if (!missing)
		return;
	for (i = 0; i < ARRAY_SIZE(required); i++)
		if (missing & 1u << i)
			n += snprintf(list + n, sizeof(list) - n, " %s", required[i].name);
	boot_panic(STAGE_VERIFY_CPU, "this CPU lacks what the kernel needs:%s", list);
}
