// SPDX-License-Identifier: BSD-2-Clause
/* arch/x86/kernel/speculation.c: what is said of known CPUs, and model-specific registers that take it or not. */
#include "tests/host/test.h"

#include <asm/extable.h>
#include <asm/percpu.h>
#include <kernel/stage.h>

/* the registers of a CPU that is not this one */
static struct fake_msr { u32 nr; u64 value, writable; bool present; } msrs[2];
static unsigned int nr_warnings;

static struct fake_msr *find_msr(u32 nr)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(msrs); i++)
		if (msrs[i].nr == nr && msrs[i].present)
			return &msrs[i];
	return NULL;
}

static bool fake_rdmsr(u32 nr, u64 *value)
{
	struct fake_msr *m = find_msr(nr);

	if (m)
		*value = m->value;
	return m;
}

static bool fake_wrmsr(u32 nr, u64 value)
{
	struct fake_msr *m = find_msr(nr);

	if (m)
		m->value = (m->value & ~m->writable) | (value & m->writable);
	return m;
}

#define rdmsr_safe	fake_rdmsr
#define wrmsr_safe	fake_wrmsr
#undef this_cpu_read
#define this_cpu_read(var) 0UL
#include "arch/x86/kernel/speculation.c"

struct entry_area entry_area;
char boot_command_line[2048];
int printk(const char *fmt, ...) { return 0; }
enum boot_stage boot_stage_current(void) { return STAGE_PAGING; }
void boot_warn(enum boot_stage stage, const char *fmt, ...) { nr_warnings++; }

#define MD_CLEAR	(1u << 10)
#define IBRS_IBPB	(1u << 26)
#define STIBP		(1u << 27)
#define ARCH_CAP	(1u << 29)
#define SSBD		(1u << 31)
#define PATCHED		(IBRS_IBPB | STIBP | SSBD)
#define RTM		(1u << 11)
#define BHI_CTRL	(1u << 4)
#define AMD_IBPB	(1u << 12)
#define AMD_STIBP	(1u << 15)
#define AMD_SSBD	(1u << 24)
#define AUTO_IBRS	(1u << 8)

/* CPUID and MSRs as machines show them; what is expected was written down from the makers' lists of affected CPUs. */
static const struct {
	const char	*name;
	struct cpu_facts facts;
	const char	*line;
} cpus[] = {
	{ "80586, in order", { VENDOR_INTEL, 5, 4, { 0 } }, "none of the known weaknesses" },
	{ "Atom N270, in order", { VENDOR_INTEL, 6, 0x1c, { 0 } }, "none of the known weaknesses" },
	{ "Core 2 Q6600", { VENDOR_INTEL, 6, 0x0f, { 0 } },
	  "spectre_v2, ssb, meltdown, l1tf, mds; on: RSB filling, PTI, PTE inversion; not done: retpolines; this CPU "
	  "has no IBPB, STIBP, SSBD, VERW" },
	{ "Core i7-4790, new microcode", { VENDOR_INTEL, 6, 0x3c, { 0, PATCHED | MD_CLEAR, 0, 0, 0, 0 } },
	  "spectre_v2, ssb, meltdown, l1tf, mds; on: RSB filling, IBPB, PTI, PTE inversion, VERW; not done: "
	  "retpolines, STIBP, SSBD" },
	{ "Xeon Gold 6130 (Skylake-SP, with TSX)",
	  { VENDOR_INTEL, 6, 0x55, { RTM, PATCHED | MD_CLEAR, 0, 0, 0, 0 } },
	  "spectre_v2, ssb, meltdown, l1tf, mds, taa, mmio; on: RSB filling, IBPB, PTI, PTE inversion, VERW; not done: "
	  "retpolines, STIBP, SSBD" },
	{ "Xeon Gold 6248 (Cascade Lake)",
	  { VENDOR_INTEL, 6, 0x55, { RTM, PATCHED | MD_CLEAR | ARCH_CAP, 0, 0, 0, 0xab } },
	  "spectre_v2, bhi, ssb, taa, mmio; on: eIBRS, RSB filling, IBPB, VERW; not done: BHB clearing, STIBP, SSBD" },
	{ "Xeon Platinum 8380 (Ice Lake-SP)",
	  { VENDOR_INTEL, 6, 0x6a, { 0, PATCHED | MD_CLEAR | ARCH_CAP, 0, 0, 0, 0x2016b | 1 << 17 } },
	  "spectre_v2, bhi, ssb, mmio; on: eIBRS, RSB filling, IBPB, VERW; not done: BHB clearing, STIBP, SSBD" },
	{ "Core i7-12700 (Alder Lake)",
	  { VENDOR_INTEL, 6, 0x97, { 0, PATCHED | MD_CLEAR | ARCH_CAP, BHI_CTRL, 0, 0, 0x1008e16b } },
	  "spectre_v2, bhi, ssb, rfds; on: eIBRS, BHI_DIS_S, RSB filling, IBPB, VERW; not done: STIBP, SSBD" },
	{ "Atom C3558 (Goldmont), old microcode", { VENDOR_INTEL, 6, 0x5f, { 0 } },
	  "spectre_v2, ssb, meltdown, rfds; on: RSB filling, PTI; not done: retpolines; this CPU has no IBPB, STIBP, "
	  "SSBD, VERW" },
	{ "Atom C2758 (Silvermont)", { VENDOR_INTEL, 6, 0x4d, { 0, IBRS_IBPB | STIBP | MD_CLEAR } },
	  "spectre_v2, meltdown, mds; on: RSB filling, IBPB, PTI, VERW; not done: retpolines, STIBP" },
	{ "an Intel CPU of tomorrow that promises all",
	  { VENDOR_INTEL, 6, 0xfe, { RTM, PATCHED | ARCH_CAP, BHI_CTRL, 0, 0, 0x0810e133 } },
	  "spectre_v2; on: eIBRS, RSB filling, IBPB; not done: STIBP" },
	{ "Ryzen 7 1700 (Zen)", { VENDOR_AMD, 0x17, 0x01, { 0, 0, 0, AMD_IBPB, 0, 0 } },
	  "spectre_v2, ssb; on: RSB filling, IBPB; not done: retpolines; this CPU has no STIBP, SSBD" },
	{ "EPYC 7702 (Zen 2)", { VENDOR_AMD, 0x17, 0x31, { 0, 0, 0, AMD_IBPB | AMD_STIBP | AMD_SSBD, 0, 0 } },
	  "spectre_v2, ssb; on: RSB filling, IBPB; not done: retpolines, STIBP, SSBD" },
	{ "EPYC 9654 (Zen 4)", { VENDOR_AMD, 0x19, 0x11, { 0, 0, 0, AMD_IBPB | AMD_STIBP | AMD_SSBD, AUTO_IBRS, 0 } },
	  "spectre_v2, ssb; on: AutoIBRS, RSB filling, IBPB; not done: STIBP, SSBD" },
	{ "an AMD CPU with SSB_NO", { VENDOR_AMD, 0x1a, 0x02, { 0, 0, 0, AMD_IBPB | AMD_STIBP | 1u << 26, AUTO_IBRS, 0 } },
	  "spectre_v2; on: AutoIBRS, RSB filling, IBPB; not done: STIBP" },
	{ "Hygon C86", { VENDOR_HYGON, 0x18, 0x01, { 0, 0, 0, AMD_IBPB, 0, 0 } },
	  "spectre_v2, ssb; on: RSB filling, IBPB; not done: retpolines; this CPU has no STIBP, SSBD" },
	{ "a CPU of nobody we know", { VENDOR_OTHER, 6, 0x97, { RTM } },
	  "spectre_v2, ssb, meltdown, l1tf, mds; on: RSB filling, PTI, PTE inversion; not done: retpolines; this CPU "
	  "has no IBPB, STIBP, SSBD, VERW" },
};

static void known_cpus(void **state)
{
	char line[256];

	for (unsigned int i = 0; i < ARRAY_SIZE(cpus); i++) {
		struct speculation s = speculation_choose(&cpus[i].facts);

		assert_int_equal(speculation_describe(&s, line, sizeof(line)), strlen(cpus[i].line));
		if (strcmp(line, cpus[i].line))
			fail_msg("%s:\n got %s\nnot %s", cpus[i].name, line, cpus[i].line);
	}
}

/* Whatever the bits: each remedy in one set only, none that nothing asks for, one way around the branch predictor. */
static void any_bits(void **state)
{
	const u32 branches = 1u << REMEDY_EIBRS | 1u << REMEDY_AUTO_IBRS | 1u << REMEDY_RETPOLINE;

	for (unsigned int i = 0; i < 20000; i++) {
		struct cpu_facts f = { random_below(4), random_below(32), random_below(256), { 0 } };
		struct speculation s;

		for (unsigned int w = 0; w < NR_CPU_WORDS; w++)
			f.words[w] = random64() & random64();
		s = speculation_choose(&f);
		assert_false((s.on & s.undone) | (s.on & s.missing) | (s.undone & s.missing));
		assert_int_equal(!s.bugs, !(s.on | s.undone | s.missing));
		assert_int_equal(__builtin_popcount((s.on | s.undone) & branches), s.bugs & 1u << BUG_SPECTRE_V2 ? 1 : 0);
		assert_false(s.missing & branches);
	}
}

static void a_short_line_is_cut_off(void **state)
{
	const u32 all = SET(NR_CPU_REMEDIES) - 1;
	struct speculation s = { EVERYTHING, all, all, all };

	for (unsigned int size = 1; size < 900; size++) {
		char *line = malloc(size);
		unsigned int len = speculation_describe(&s, line, size);

		assert_true(len < size);
		assert_int_equal(strlen(line), len);
		free(line);
	}
}

static void pti_is_a_choice(void **state)
{
	static const struct { const char *words; bool needed, on, undone; } choices[] = {
		{ "", false, false, false },		{ "", true, true, false },
		{ "pti=auto", false, false, false },	{ "pti=auto", true, true, false },
		{ "pti=on", false, true, false },	{ "nopti pti=on", true, true, false },
		{ "pti=off", false, false, false },	{ "pti=off", true, false, true },
		{ "nopti", true, false, true },		{ "pti=onward", false, false, false },
		{ "pti=a_word_too_long", true, true, false },
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(choices); i++) {
		struct speculation s = { .on = choices[i].needed ? SET(REMEDY_PTI) : 0 };

		speculation_obey(&s, choices[i].words);
		assert_int_equal(!!(s.on & SET(REMEDY_PTI)), choices[i].on);
		assert_int_equal(!!(s.undone & SET(REMEDY_PTI)), choices[i].undone);
	}
}

static void init_cpu_with(u32 on, u64 spec_ctrl_writable, bool has_spec_ctrl)
{
	chosen = (struct speculation){ .on = on };
	msrs[0] = (struct fake_msr){ 0x48, 4, spec_ctrl_writable, has_spec_ctrl };
	msrs[1] = (struct fake_msr){ 0xc0000080, 0xd01, ~0ULL, true };
	nr_warnings = 0;
	speculation_cpu_init();
}

static void every_cpu_is_told_and_watched(void **state)
{
	const u32 ibrs = 1u << REMEDY_EIBRS, bhi = 1u << REMEDY_BHI_DIS_S, amd = 1u << REMEDY_AUTO_IBRS;

	init_cpu_with(0, ~0ULL, true);
	assert_int_equal(msrs[0].value, 4);
	assert_int_equal(nr_warnings, 0);
	init_cpu_with(ibrs | bhi, ~0ULL, true);
	assert_int_equal(msrs[0].value, 4 | 1 | 0x400);		/* what stood there stays */
	init_cpu_with(amd, ~0ULL, false);
	assert_int_equal(msrs[1].value, 0xd01 | 1u << 21);
	assert_int_equal(nr_warnings, 0);
	init_cpu_with(ibrs | bhi, 1, true);			/* keeps one bit only */
	assert_int_equal(nr_warnings, 1);
	init_cpu_with(ibrs | bhi, ~0ULL, false);		/* #GP */
	assert_int_equal(nr_warnings, 2);
	assert_int_equal(entry_area.user_exit, 0);
	init_cpu_with(1u << REMEDY_VERW, ~0ULL, true);
	assert_int_equal(entry_area.user_exit, USER_EXIT_VERW);
	assert_int_equal(entry_area.verw_selector, 0x18);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(known_cpus),
		cmocka_unit_test(any_bits),
		cmocka_unit_test(a_short_line_is_cut_off),
		cmocka_unit_test(pti_is_a_choice),
		cmocka_unit_test(every_cpu_is_told_and_watched),
	};

	return cmocka_run_group_tests(tests, seed_random, NULL);
}
