/* SPDX-License-Identifier: BSD-2-Clause */
/* /proc/cpuinfo: all CPUs are taken to be like the one that is asked, but for their numbers. */
#include <asm/cpu.h>
#include <asm/processor.h>
#include <asm/time.h>
#include <kernel/seq_file.h>
#include <kernel/smp.h>
#include <kernel/sysinfo.h>
#include <lib/string.h>

/* Names that programs look for, by CPUID leaf (subleaf 0), register (0 EAX .. 3 EDX) and bit; in this order. */
static const struct flag_word {
	u32	leaf;
	u8	reg;
	const char *names;		/* from bit 0 on, separated by spaces; "-" has none */
} words[] = {
	{ 1, 3, "fpu vme de pse tsc msr pae mce cx8 apic - sep mtrr pge mca cmov pat pse36 pn clflush - dts acpi mmx "
		"fxsr sse sse2 ss ht tm ia64 pbe" },
	{ 0x80000001, 3, "- - - - - - - - - - - syscall - - - - - - - mp nx - mmxext - - fxsr_opt pdpe1gb rdtscp - lm "
			 "3dnowext 3dnow" },
	{ 1, 2, "pni pclmulqdq dtes64 monitor ds_cpl vmx smx est tm2 ssse3 cid sdbg fma cx16 xtpr pdcm - pcid dca sse4_1 "
		"sse4_2 x2apic movbe popcnt tsc_deadline_timer aes xsave - avx f16c rdrand hypervisor" },
	{ 0x80000001, 2, "lahf_lm cmp_legacy svm extapic cr8_legacy abm sse4a misalignsse 3dnowprefetch osvw ibs xop skinit "
			 "wdt - lwp fma4 tce - nodeid_msr - tbm topoext perfctr_core perfctr_nb - bpext ptsc perfctr_llc "
			 "mwaitx" },
	{ 7, 1, "fsgsbase tsc_adjust sgx bmi1 hle avx2 - smep bmi2 erms invpcid rtm cqm - mpx rdt_a avx512f avx512dq rdseed "
		"adx smap avx512ifma - clflushopt clwb intel_pt avx512pf avx512er avx512cd sha_ni avx512bw avx512vl" },
	{ 7, 2, "prefetchwt1 avx512vbmi umip pku ospke waitpkg avx512_vbmi2 - gfni vaes vpclmulqdq avx512_vnni avx512_bitalg "
		"tme avx512_vpopcntdq - la57 - - - - - rdpid - - cldemote - movdiri movdir64b enqcmd" },
};

static void show_flags(struct seq_file *m)
{
	unsigned int i, bit;

	for (i = 0; i < ARRAY_SIZE(words); i++) {
		struct cpuid_regs r = cpuid_checked(words[i].leaf, 0);
		u32 set = (&r.eax)[words[i].reg];
		const char *at = words[i].names;

		for (bit = 0; *at; bit++) {
			const char *end = strchr(at, ' ');
			size_t len = end ? (size_t)(end - at) : strlen(at);

			if (set >> bit & 1 && *at != '-') {
				seq_putc(m, ' ');
				seq_write(m, at, len);
			}
			at += len + (end != NULL);
		}
	}
}

void arch_show_cpuinfo(struct seq_file *m, unsigned int cpu)
{
	u32 sig = cpuid_checked(1, 0).eax, sizes = cpuid_checked(0x80000008, 0).eax;
	char vendor[13], name[49];
	unsigned int mhz = tsc_khz() / 1000, rest = tsc_khz() % 1000;

	cpu_names(vendor, name);
	seq_printf(m, "processor\t: %u\nvendor_id\t: %s\ncpu family\t: %u\nmodel\t\t: %u\nmodel name\t: %s\nstepping\t: %u\n",
		   cpu, vendor, x86_family(sig), x86_model(sig), name, sig & 0xf);
	seq_printf(m, "cpu MHz\t\t: %u.%03u\ncache size\t: %u KB\nphysical id\t: %u\nsiblings\t: 1\ncore id\t\t: 0\n", mhz, rest,
		   cpuid_checked(0x80000006, 0).ecx >> 16, cpu);
	seq_printf(m, "cpu cores\t: 1\nfpu\t\t: yes\nfpu_exception\t: yes\ncpuid level\t: %u\nwp\t\t: yes\nflags\t\t:", cpuid(0, 0).eax);
	show_flags(m);
	seq_printf(m, "\nbogomips\t: %u.%02u\nclflush size\t: %u\ncache_alignment\t: 64\n", 2 * tsc_khz() / 1000,
		   2 * tsc_khz() % 1000 / 10, (cpuid_checked(1, 0).ebx >> 8 & 0xff) * 8);
	seq_printf(m, "address sizes\t: %u bits physical, %u bits virtual\npower management:\n\n", sizes & 0xff,
		   sizes >> 8 & 0xff);
}
