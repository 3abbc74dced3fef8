/* SPDX-License-Identifier: BSD-2-Clause */
/* Which CPU this is, in one or two lines (SDM 2A CPUID), and what each CPU switches on for itself. */
#include <asm/cpu.h>
#include <asm/idt.h>
#include <asm/mce.h>
#include <asm/processor.h>
#include <asm/smap.h>
#include <asm/speculation.h>
#include <kernel/printk.h>
#include <lib/printf.h>
#include <lib/string.h>

bool smap_on;

struct cpu_feature {
	u32	leaf;
	u8	reg;			/* 0 EAX .. 3 EDX, of subleaf 0 */
	u8	bit;
	char	name[10];
};

static const struct cpu_feature features[] = {
	{ 0x80000001, 3, 20, "nx" },	{ 0x80000001, 3, 26, "pdpe1gb" },
	{ 7, 2, 16, "la57" },		{ 1, 2, 17, "pcid" },
	{ 7, 1, 7, "smep" },		{ 7, 1, 20, "smap" },
	{ 7, 2, 2, "umip" },		{ 7, 1, 0, "fsgsbase" },
	{ 1, 2, 30, "rdrand" },		{ 7, 1, 18, "rdseed" },
	{ 1, 2, 21, "x2apic" },		{ 1, 2, 26, "xsave" },
	{ 7, 1, 5, "avx2" },		{ 7, 1, 9, "erms" },
	{ 0x80000007, 3, 8, "tsc_fixed" }, { 1, 2, 31, "guest" },
};

static void model_name(char name[49])
{
	struct cpuid_regs r;
	unsigned int i;
	char *p = name;

	memset(name, 0, 49);
	for (i = 0; i < 3; i++) {
		r = cpuid_checked(0x80000002 + i, 0);
		memcpy(name + 16 * i, &r, 16);
	}
	while (*p == ' ')
		p++;
	memmove(name, p, strlen(p) + 1);
}

void cpu_names(char vendor[13], char name[49])
{
	struct cpuid_regs r = cpuid(0, 0);

	memcpy(vendor, &r.ebx, 4);
	memcpy(vendor + 4, &r.edx, 4);
	memcpy(vendor + 8, &r.ecx, 4);
	vendor[12] = '\0';
	model_name(name);
}

void identify_cpu(void)
{
	u32 sig = cpuid_checked(1, 0).eax;
	char vendor[13], name[49], list[12 * ARRAY_SIZE(features)] = "";
	unsigned int i, n = 0;

	cpu_names(vendor, name);
	printk("cpu: %s \"%s\", family %u model %u stepping %u\n", vendor, name, x86_family(sig), x86_model(sig),
	       sig & 0xf);

	for (i = 0; i < ARRAY_SIZE(features); i++) {
		struct cpuid_regs f = cpuid_checked(features[i].leaf, 0);

		if ((&f.eax)[features[i].reg] & 1u << features[i].bit)
			n += snprintf(list + n, sizeof(list) - n, " %s", features[i].name);
	}
	printk("cpu: features%s\n", list);
}

/* Bits of CR4 that only take something away from user programs, and those of CPUID 7 that allow them. */
static const struct {
	u8	reg, bit;		/* CPUID.(7, 0): 1 EBX, 2 ECX */
	u32	cr4;
} protections[] = {
	{ 1, 7, X86_CR4_SMEP },		/* the kernel runs no code of a user page, SDM 3A 4.6 */
	{ 1, 20, X86_CR4_SMAP },	/* nor does it read or write one, but between STAC and CLAC */
	{ 2, 2, X86_CR4_UMIP },		/* SGDT and SIDT tell a user program nothing */
	{ 1, 0, X86_CR4_FSGSBASE },
};

static void enable_protections(void)
{
	struct cpuid_regs f = cpuid_checked(7, 0);
	unsigned long cr4 = read_cr4();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(protections); i++)
		if ((&f.eax)[protections[i].reg] & 1u << protections[i].bit)
			cr4 |= protections[i].cr4;
	write_cr4(cr4);
	smap_on = cr4 & X86_CR4_SMAP;
}

void cpu_init(void)
{
	tss_load();
	idt_load();
	enable_protections();
	speculation_cpu_init();
	mce_cpu_init();
}
