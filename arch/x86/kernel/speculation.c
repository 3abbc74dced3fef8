/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Weaknesses of speculative execution: tables that say who has which, what helps
 * against each, and how a CPU tells that it has the remedy. Where nothing is known,
 * a CPU is taken to have the weakness.
 *
 * What is set in a register is so from the start. The rest is done on the way out of
 * the kernel (entry_64.S, pti.c) and when a CPU goes from one user to another, here.
 * What would help and is not done is named.
 */
#include <asm/speculation.h>
#include <asm/cpu.h>
#include <asm/extable.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <asm/pti.h>
#include <asm/segment.h>
#include <asm/setup.h>
#include <kernel/initmem.h>
#include <kernel/printk.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <lib/printf.h>
#include <lib/string.h>

#define MSR_IA32_SPEC_CTRL		0x048
#define SPEC_CTRL_IBRS			_BITUL(0)
#define SPEC_CTRL_BHI_DIS_S		_BITUL(10)
#define MSR_IA32_PRED_CMD		0x049
#define PRED_CMD_IBPB			_BITUL(0)
#define MSR_IA32_ARCH_CAPABILITIES	0x10a
#define EFER_AIBRSE			_BITUL(21)	/* APM 2, 3.1.7 */

#define LEAF7_EBX_RTM			(1u << 11)
#define LEAF7_EDX_ARCH_CAPABILITIES	(1u << 29)

/* IA32_ARCH_CAPABILITIES: why a weakness is none */
#define ARCH_RDCL_NO			(1u << 0)
#define ARCH_IBRS_ALL			(1u << 1)
#define ARCH_SSB_NO			(1u << 4)
#define ARCH_MDS_NO			(1u << 5)
#define ARCH_TAA_NO			(1u << 8)
#define ARCH_MMIO_NO			(7u << 13)	/* SBDR_SSDP_NO, FBSDP_NO and PSDP_NO */
#define ARCH_BHI_NO			(1u << 20)
#define ARCH_RFDS_NO			(1u << 27)

#define EXT8_EBX_SSB_NO			(1u << 26)

#define SET(n)		(1u << (n))
#define OF_ALL		(SET(VENDOR_OTHER) | SET(VENDOR_INTEL) | SET(VENDOR_AMD) | SET(VENDOR_HYGON))
#define NOT_OF_AMD	(SET(VENDOR_OTHER) | SET(VENDOR_INTEL))
#define OF_INTEL	SET(VENDOR_INTEL)

static const struct {
	const char	*name;
	u8		vendors;	/* a set of enum cpu_vendor: whose CPUs have it */
	bool		listed;		/* only models[] below have it */
	u32		no;		/* with all of these in ARCH_CAPABILITIES, not this one; 0: no such promise */
	u32		remedies;	/* a set of enum cpu_remedy; spectre_v2 gets one more, see there */
} bugs[NR_CPU_BUGS] = {
	[BUG_SPECTRE_V2] = { "spectre_v2", OF_ALL, false, 0, SET(REMEDY_IBPB) | SET(REMEDY_STIBP) | SET(REMEDY_RSB_FILL) },
	[BUG_BHI] = { "bhi", NOT_OF_AMD, false, ARCH_BHI_NO, 0 },
	[BUG_SSB] = { "ssb", OF_ALL, false, ARCH_SSB_NO, SET(REMEDY_SSBD) },
	[BUG_MELTDOWN] = { "meltdown", NOT_OF_AMD, false, ARCH_RDCL_NO, SET(REMEDY_PTI) },
	[BUG_L1TF] = { "l1tf", NOT_OF_AMD, false, ARCH_RDCL_NO, SET(REMEDY_PTE_INVERSION) },
	[BUG_MDS] = { "mds", NOT_OF_AMD, false, ARCH_MDS_NO, SET(REMEDY_VERW) },
	[BUG_TAA] = { "taa", OF_INTEL, false, ARCH_TAA_NO, SET(REMEDY_VERW) },
	[BUG_MMIO] = { "mmio", OF_INTEL, true, ARCH_MMIO_NO, SET(REMEDY_VERW) },
	[BUG_RFDS] = { "rfds", OF_INTEL, true, ARCH_RFDS_NO, SET(REMEDY_VERW) },
};

struct feature { u8 word, bit; };

/* A CPU has a remedy that needs no feature, or one of its features. */
static const struct {
	const char	*name;
	u8		nr;
	struct feature	features[3];
} remedies[NR_CPU_REMEDIES] = {
	[REMEDY_EIBRS] = { "eIBRS", 1, { { ARCH_CAPABILITIES, 1 } } },
	[REMEDY_AUTO_IBRS] = { "AutoIBRS", 1, { { EXT21_EAX, 8 } } },
	[REMEDY_BHI_DIS_S] = { "BHI_DIS_S", 1, { { LEAF7_2_EDX, 4 } } },
	[REMEDY_RETPOLINE] = { "retpolines", 0, { } },
	[REMEDY_BHB_CLEAR] = { "BHB clearing", 0, { } },
	[REMEDY_RSB_FILL] = { "RSB filling", 0, { } },
	[REMEDY_IBPB] = { "IBPB", 2, { { LEAF7_EDX, 26 }, { EXT8_EBX, 12 } } },
	[REMEDY_STIBP] = { "STIBP", 2, { { LEAF7_EDX, 27 }, { EXT8_EBX, 15 } } },
	[REMEDY_SSBD] = { "SSBD", 3, { { LEAF7_EDX, 31 }, { EXT8_EBX, 24 }, { EXT8_EBX, 25 } } },
	[REMEDY_PTI] = { "PTI", 0, { } },
	[REMEDY_PTE_INVERSION] = { "PTE inversion", 0, { } },
	/* MD_CLEAR, FB_CLEAR, RFDS_CLEAR */
	[REMEDY_VERW] = { "VERW", 3, { { LEAF7_EDX, 10 }, { ARCH_CAPABILITIES, 17 }, { ARCH_CAPABILITIES, 28 } } },
};

#define REMEDIES_DONE	(SET(REMEDY_EIBRS) | SET(REMEDY_AUTO_IBRS) | SET(REMEDY_BHI_DIS_S) | SET(REMEDY_RSB_FILL) | \
			 SET(REMEDY_IBPB) | SET(REMEDY_PTI) | SET(REMEDY_PTE_INVERSION) | SET(REMEDY_VERW))

#define EVERYTHING	(SET(NR_CPU_BUGS) - 1)
#define IN_ORDER	EVERYTHING
#define SILVERMONT	(SET(BUG_SSB) | SET(BUG_L1TF))
#define GOLDMONT	(SET(BUG_L1TF) | SET(BUG_MDS))

/* Intel, family 6: what a model has not although no register says so, and what it has of the listed ones. */
static const struct {
	u8	model;
	u16	not, listed;		/* sets of enum cpu_bug */
} models[] = {
	{ 0x1c, IN_ORDER, 0 },		{ 0x26, IN_ORDER, 0 },		{ 0x27, IN_ORDER, 0 },
	{ 0x35, IN_ORDER, 0 },		{ 0x36, IN_ORDER, 0 },
	{ 0x37, SILVERMONT, 0 },	{ 0x4a, SILVERMONT, 0 },	{ 0x4c, SILVERMONT, 0 },
	{ 0x4d, SILVERMONT, 0 },	{ 0x5a, SILVERMONT, 0 },	{ 0x5d, SILVERMONT, 0 },
	{ 0x57, SILVERMONT, 0 },	{ 0x85, SILVERMONT, 0 },
	{ 0x5c, GOLDMONT, SET(BUG_RFDS) }, { 0x5f, GOLDMONT, SET(BUG_RFDS) }, { 0x7a, GOLDMONT, SET(BUG_RFDS) },
	{ 0x86, GOLDMONT, SET(BUG_MMIO) | SET(BUG_RFDS) },	/* Tremont */
	{ 0x96, GOLDMONT, SET(BUG_MMIO) | SET(BUG_RFDS) },
	{ 0x9c, GOLDMONT, SET(BUG_MMIO) | SET(BUG_RFDS) },
	{ 0x97, 0, SET(BUG_RFDS) },	{ 0x9a, 0, SET(BUG_RFDS) },	{ 0xbe, 0, SET(BUG_RFDS) },
	{ 0xb7, 0, SET(BUG_RFDS) },	{ 0xba, 0, SET(BUG_RFDS) },	{ 0xbf, 0, SET(BUG_RFDS) },
	{ 0x3f, 0, SET(BUG_MMIO) },	{ 0x4e, 0, SET(BUG_MMIO) },	{ 0x4f, 0, SET(BUG_MMIO) },
	{ 0x55, 0, SET(BUG_MMIO) },	{ 0x56, 0, SET(BUG_MMIO) },	{ 0x5e, 0, SET(BUG_MMIO) },
	{ 0x6a, 0, SET(BUG_MMIO) },	{ 0x6c, 0, SET(BUG_MMIO) },	{ 0x7e, 0, SET(BUG_MMIO) },
	{ 0x8a, 0, SET(BUG_MMIO) },	{ 0x8e, 0, SET(BUG_MMIO) },	{ 0x9e, 0, SET(BUG_MMIO) },
	{ 0xa5, 0, SET(BUG_MMIO) },	{ 0xa6, 0, SET(BUG_MMIO) },	{ 0xa7, 0, SET(BUG_MMIO) },
};

static struct speculation chosen;

static bool has_remedy(const struct cpu_facts *facts, unsigned int remedy)
{
	unsigned int i;

	for (i = 0; i < remedies[remedy].nr; i++)
		if (facts->words[remedies[remedy].features[i].word] & 1u << remedies[remedy].features[i].bit)
			return true;
	return !remedies[remedy].nr;
}

/* What no bit that is in bugs[] says. */
static bool is_exempt(const struct cpu_facts *facts, unsigned int bug)
{
	unsigned int i;

	if (facts->vendor == VENDOR_INTEL && facts->family == 5)
		return true;		/* Pentium and Quark: in order */
	if (bug == BUG_BHI && !(facts->words[ARCH_CAPABILITIES] & ARCH_IBRS_ALL))
		return true;		/* a retpoline has no indirect branch that history could steer */
	if (bug == BUG_TAA && !(facts->words[LEAF7_EBX] & LEAF7_EBX_RTM))
		return true;
	if (bug == BUG_SSB && facts->words[EXT8_EBX] & EXT8_EBX_SSB_NO)
		return true;
	if (facts->vendor == VENDOR_INTEL && facts->family == 6)
		for (i = 0; i < ARRAY_SIZE(models); i++)
			if (models[i].model == facts->model)
				return models[i].not & SET(bug) || (bugs[bug].listed && !(models[i].listed & SET(bug)));
	return bugs[bug].listed;
}

static bool has_bug(const struct cpu_facts *facts, unsigned int bug)
{
	u32 no = bugs[bug].no;

	if (!(bugs[bug].vendors & SET(facts->vendor)) || is_exempt(facts, bug))
		return false;
	return !no || (facts->words[ARCH_CAPABILITIES] & no) != no;
}

/* Of the ways around a branch predictor the one that is no work; without any, no indirect branches. */
static u32 branch_remedy(const struct cpu_facts *facts)
{
	if (has_remedy(facts, REMEDY_AUTO_IBRS))
		return SET(REMEDY_AUTO_IBRS);
	return has_remedy(facts, REMEDY_EIBRS) ? SET(REMEDY_EIBRS) : SET(REMEDY_RETPOLINE);
}

static u32 history_remedy(const struct cpu_facts *facts)
{
	return has_remedy(facts, REMEDY_BHI_DIS_S) ? SET(REMEDY_BHI_DIS_S) : SET(REMEDY_BHB_CLEAR);
}

struct speculation speculation_choose(const struct cpu_facts *facts)
{
	struct speculation s = { 0 };
	u32 wanted = 0;
	unsigned int i;

	for (i = 0; i < NR_CPU_BUGS; i++)
		if (has_bug(facts, i)) {
			s.bugs |= SET(i);
			wanted |= bugs[i].remedies;
		}
	if (s.bugs & SET(BUG_SPECTRE_V2))
		wanted |= branch_remedy(facts);
	if (s.bugs & SET(BUG_BHI))
		wanted |= history_remedy(facts);
	for (i = 0; i < NR_CPU_REMEDIES; i++)
		if (wanted & SET(i) && !has_remedy(facts, i))
			s.missing |= SET(i);
	s.on = wanted & ~s.missing & REMEDIES_DONE;
	s.undone = wanted & ~s.missing & ~REMEDIES_DONE;
	return s;
}

static const char *bug_name(unsigned int bug)
{
	return bugs[bug].name;
}

static const char *remedy_name(unsigned int remedy)
{
	return remedies[remedy].name;
}

/* "; title a, b, c", nothing for an empty set. Return: the length of the line so far. */
static unsigned int add_set(char *line, unsigned int at, unsigned int size, const char *title, u32 set,
			    const char *(*name)(unsigned int n))
{
	const char *before = title;
	unsigned int i;

	for (i = 0; i < 32 && at < size; i++)
		if (set & SET(i)) {
			at += snprintf(line + at, size - at, "%s%s", before, name(i));
			before = ", ";
		}
	return min(at, size - 1);
}

unsigned int speculation_describe(const struct speculation *s, char *line, unsigned int size)
{
	unsigned int at = s->bugs ? 0 : snprintf(line, size, "none of the known weaknesses");

	at = add_set(line, at, size, "", s->bugs, bug_name);
	at = add_set(line, at, size, "; on: ", s->on, remedy_name);
	at = add_set(line, at, size, "; not done: ", s->undone, remedy_name);
	return add_set(line, at, size, "; this CPU has no ", s->missing, remedy_name);
}

static enum cpu_vendor find_vendor(void)
{
	static const struct { char name[13]; enum cpu_vendor vendor; } vendors[] = {
		{ "GenuineIntel", VENDOR_INTEL }, { "AuthenticAMD", VENDOR_AMD }, { "HygonGenuine", VENDOR_HYGON },
	};
	struct cpuid_regs r = cpuid(0, 0);
	u32 name[3] = { r.ebx, r.edx, r.ecx };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(vendors); i++)
		if (!memcmp(name, vendors[i].name, sizeof(name)))
			return vendors[i].vendor;
	return VENDOR_OTHER;
}

/* Stays after the boot for the sake of its entry in the exception table. */
static __noinline u64 arch_capabilities(void)
{
	u64 value;

	return rdmsr_safe(MSR_IA32_ARCH_CAPABILITIES, &value) ? value : 0;
}

static void __init find_facts(struct cpu_facts *facts)
{
	u32 sig = cpuid_checked(1, 0).eax;
	struct cpuid_regs leaf7 = cpuid_checked(7, 0);

	facts->vendor = find_vendor();
	facts->family = x86_family(sig);
	facts->model = x86_model(sig);
	facts->words[LEAF7_EBX] = leaf7.ebx;
	facts->words[LEAF7_EDX] = leaf7.edx;
	facts->words[LEAF7_2_EDX] = leaf7.eax >= 2 ? cpuid(7, 2).edx : 0;
	facts->words[EXT8_EBX] = cpuid_checked(0x80000008, 0).ebx;
	facts->words[EXT21_EAX] = cpuid_checked(0x80000021, 0).eax;
	facts->words[ARCH_CAPABILITIES] = leaf7.edx & LEAF7_EDX_ARCH_CAPABILITIES ? arch_capabilities() : 0;
}

/* Return: whether the CPU has the register and keeps @bits in it. */
static bool set_bits(u32 msr, u64 bits)
{
	u64 value;

	return rdmsr_safe(msr, &value) && wrmsr_safe(msr, value | bits) && rdmsr_safe(msr, &value) &&
	       (value & bits) == bits;
}

static const struct {
	enum cpu_remedy	remedy;
	u32		msr;
	u64		bits;
} switches[] = {
	{ REMEDY_EIBRS, MSR_IA32_SPEC_CTRL, SPEC_CTRL_IBRS },
	{ REMEDY_BHI_DIS_S, MSR_IA32_SPEC_CTRL, SPEC_CTRL_BHI_DIS_S },
	{ REMEDY_AUTO_IBRS, MSR_EFER, EFER_AIBRSE },
};

void speculation_cpu_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(switches); i++) {
		const char *name = remedies[switches[i].remedy].name;

		if (chosen.on & SET(switches[i].remedy) && !set_bits(switches[i].msr, switches[i].bits))
			boot_warn(boot_stage_current(), "CPU %lu does not take %s", this_cpu_read(cpu_number), name);
	}
	if (chosen.on & SET(REMEDY_VERW)) {
		this_cpu_ptr(&entry_area)->verw_selector = __KERNEL_DS;
		this_cpu_ptr(&entry_area)->user_exit |= USER_EXIT_VERW;
	}
}

bool speculation_wants(enum cpu_remedy remedy)
{
	return chosen.on & SET(remedy);
}

/* 32 return addresses, as many as a CPU remembers, that lead nowhere. */
static void fill_rsb(void)
{
	unsigned long n = 16;

	__asm__ volatile("1: call 2f\n\tint3\n2: call 3f\n\tint3\n3: dec %0\n\tjnz 1b\n\tadd $256, %%rsp\n\tlfence"
			 : "+r"(n) : : "memory", "cc");
}

DEFINE_PER_CPU(u32, speculation_user);

void speculation_switch(u32 user)
{
	this_cpu_write(speculation_user, user);
	if (speculation_wants(REMEDY_RSB_FILL))
		fill_rsb();
	if (speculation_wants(REMEDY_IBPB))
		wrmsr(MSR_IA32_PRED_CMD, PRED_CMD_IBPB);
}

/* Linux's words: pti=on|off|auto and nopti; the last pti= counts. */
void speculation_obey(struct speculation *s, const char *cmdline)
{
	char word[8] = "";
	bool off = cmdline_find_option_bool(cmdline, "nopti");

	cmdline_find_option(cmdline, "pti", word, sizeof(word));
	if (!strcmp(word, "on")) {
		s->on |= SET(REMEDY_PTI);
	} else if ((off || !strcmp(word, "off")) && s->on & SET(REMEDY_PTI)) {
		s->on &= ~SET(REMEDY_PTI);
		s->undone |= SET(REMEDY_PTI);
	}
}

void __init speculation_init(void)
{
	struct cpu_facts facts;
	char line[256];

	find_facts(&facts);
	chosen = speculation_choose(&facts);
	speculation_obey(&chosen, boot_command_line);
	speculation_describe(&chosen, line, sizeof(line));
	printk("speculation: %s\n", line);
	speculation_cpu_init();
}
