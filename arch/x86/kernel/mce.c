/* SPDX-License-Identifier: BSD-2-Clause */
/* Machine checks: each bank of error registers belongs to a part of the CPU (SDM 3B 16.3). */
#include <asm/mce.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <kernel/printk.h>
#include <kernel/stage.h>

#define CPUID_1_EDX_MCE		(1u << 7)
#define CPUID_1_EDX_MCA		(1u << 14)

#define MSR_IA32_MCG_CAP	0x179
#define MSR_IA32_MCG_STATUS	0x17a
#define MSR_IA32_MCG_CTL	0x17b
#define MSR_IA32_MC_CTL(bank)	(0x400 + 4 * (bank))
#define MSR_IA32_MC_STATUS(bank) (0x401 + 4 * (bank))
#define MSR_IA32_MC_ADDR(bank)	(0x402 + 4 * (bank))

#define MCG_CAP_BANKS		0xff
#define MCG_CTL_P		_BITUL(8)
#define MCG_STATUS_RIPV		_BITUL(0)
#define MCG_STATUS_MCIP		_BITUL(2)
#define MCI_STATUS_VAL		_BITUL(63)
#define MCI_STATUS_UC		_BITUL(61)
#define MCI_STATUS_ADDRV	_BITUL(58)
#define MCI_STATUS_PCC		_BITUL(57)

static bool has_banks(void)
{
	u32 edx = cpuid_checked(1, 0).edx;

	return edx & CPUID_1_EDX_MCE && edx & CPUID_1_EDX_MCA;
}

/* Return: whether an error of the bank leaves the CPU in order. */
static bool report_bank(unsigned int bank, const char *when)
{
	u64 status = rdmsr(MSR_IA32_MC_STATUS(bank));

	if (!(status & MCI_STATUS_VAL))
		return true;
	boot_warn(boot_stage_current(), "machine check %s: CPU %lu bank %u status %#llx address %#llx%s%s", when,
		  this_cpu_read(cpu_number), bank, (unsigned long long)status,
		  (unsigned long long)(status & MCI_STATUS_ADDRV ? rdmsr(MSR_IA32_MC_ADDR(bank)) : 0),
		  status & MCI_STATUS_UC ? ", not corrected" : ", corrected",
		  status & MCI_STATUS_PCC ? ", state of the CPU is lost" : "");
	wrmsr(MSR_IA32_MC_STATUS(bank), 0);
	return !(status & (MCI_STATUS_UC | MCI_STATUS_PCC));
}

void mce_cpu_init(void)
{
	unsigned int bank, nr;
	u64 cap;

	if (!has_banks())
		return;
	cap = rdmsr(MSR_IA32_MCG_CAP);
	nr = cap & MCG_CAP_BANKS;
	if (cap & MCG_CTL_P)
		wrmsr(MSR_IA32_MCG_CTL, ~0ULL);
	for (bank = 0; bank < nr; bank++) {
		report_bank(bank, "before this boot");
		wrmsr(MSR_IA32_MC_CTL(bank), ~0ULL);
	}
	write_cr4(read_cr4() | X86_CR4_MCE);
}

bool mce_report(void)
{
	unsigned int bank, nr;
	bool in_order;
	u64 status;

	if (!has_banks())
		return false;
	status = rdmsr(MSR_IA32_MCG_STATUS);
	in_order = status & MCG_STATUS_RIPV;
	nr = rdmsr(MSR_IA32_MCG_CAP) & MCG_CAP_BANKS;
	for (bank = 0; bank < nr; bank++)
		in_order &= report_bank(bank, "now");
	wrmsr(MSR_IA32_MCG_STATUS, status & ~MCG_STATUS_MCIP);
	return in_order;
}
