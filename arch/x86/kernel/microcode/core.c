/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Which microcode the CPU runs, which one the initrd has for it, and loading
 * that. The files are read by intel.c and amd.c. The update is copied: Intel
 * CPUs want it at a multiple of 16 bytes, and the other CPUs want it when the
 * initrd may be gone.
 */
#include <asm/microcode.h>
#include <asm/extable.h>
#include <asm/init_64.h>
#include <asm/page.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <kernel/initrd.h>
#include <kernel/printk.h>
#include <kernel/spinlock.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <lib/cpio.h>
#include <lib/printf.h>
#include <lib/string.h>
#include <mm/memblock.h>

#define CPUID_1_ECX_HYPERVISOR	(1u << 31)

#define MSR_IA32_PLATFORM_ID	0x17
#define PLATFORM_ID_SHIFT	50		/* 3 bits, SDM 3A 10.11.4 */
#define MSR_IA32_BIOS_UPDT_TRIG	0x79
#define MSR_IA32_BIOS_SIGN_ID	0x8b		/* AMD: Patch Level */
#define MSR_AMD64_PATCH_LOADER	0xc0010020

struct microcode_vendor {
	char	id[13];			/* CPUID.0, and the name of the file */
	u8	skip;			/* bytes of the update before what the CPU wants the address of */
	bool	every_thread;		/* both threads of a core load it, though one shows it to both */
	u32	msr;			/* that takes the address */
	bool	(*read_revision)(s64 *revision);
	void	(*find)(struct microcode_search *s, const u8 *data, u64 size);
};

/* What the boot CPU has loaded; set by it alone. */
static struct {
	const struct microcode_vendor *vendor;
	u32	signature, platform;
	u8	*data;			/* NULL: nothing */
	u32	size;
	s64	revision;
} loaded;

static struct spinlock load_lock;	/* two threads of a core never load at the same time, SDM 3A 10.11.6.3 */

/* CPUID puts the revision into the register, SDM 3A 10.11.7.1. */
static bool intel_read_revision(s64 *revision)
{
	u64 value = 0;
	bool ok = wrmsr_safe(MSR_IA32_BIOS_SIGN_ID, 0);

	cpuid(1, 0);
	ok &= rdmsr_safe(MSR_IA32_BIOS_SIGN_ID, &value);
	*revision = (s32)(value >> 32);
	return ok;
}

static bool amd_read_revision(s64 *revision)
{
	u64 value;
	bool ok = rdmsr_safe(MSR_IA32_BIOS_SIGN_ID, &value);

	*revision = (u32)value;
	return ok;
}

static const struct microcode_vendor vendors[] = {
	{ "GenuineIntel", INTEL_MICROCODE_HEADER_SIZE, false, MSR_IA32_BIOS_UPDT_TRIG, intel_read_revision,
	  microcode_intel_find },
	{ "AuthenticAMD", 0, true, MSR_AMD64_PATCH_LOADER, amd_read_revision, microcode_amd_find },
};

static const struct microcode_vendor *find_vendor(void)
{
	struct cpuid_regs r = cpuid(0, 0);
	u32 id[3] = { r.ebx, r.edx, r.ecx };

	for (unsigned int i = 0; i < ARRAY_SIZE(vendors); i++)
		if (!memcmp(id, vendors[i].id, sizeof(id)))
			return &vendors[i];
	return NULL;
}

static u32 platform_bit(void)
{
	u64 id;

	return rdmsr_safe(MSR_IA32_PLATFORM_ID, &id) ? 1u << (id >> PLATFORM_ID_SHIFT & 7) : 0;
}

static bool find_file(const char *vendor, struct cpio_entry *file)
{
	struct cpio_reader reader = { .data = boot_data_map(initrd.start, initrd.size), .size = initrd.size };
	char path[64];
	bool found;

	if (!initrd.size || !reader.data)
		return false;
	snprintf(path, sizeof(path), "kernel/x86/microcode/%s.bin", vendor);
	found = cpio_find(&reader, path, file);
	if (reader.error)
		boot_warn(STAGE_MICROCODE, "initrd is damaged at byte %llu: %s; no microcode from there on",
			  (unsigned long long)reader.pos, reader.error);
	return found;
}

/* Every byte of the copy was written, so that no page fault comes while the CPU reads it. */
static bool keep_patch(const struct microcode_vendor *vendor, const struct microcode_search *s)
{
	u8 *copy = memblock_alloc(s->newest.size, PAGE_SIZE, MEM_DATA);

	if (!copy)
		return false;
	memcpy(copy, s->newest.data, s->newest.size);
	loaded.vendor = vendor;
	loaded.signature = s->signature;
	loaded.platform = s->platform;
	loaded.size = s->newest.size;
	loaded.revision = s->newest.revision;
	loaded.data = copy;
	return true;
}

/* Zen keeps translations of the update's pages that are its own and not the page tables'. */
static void forget_pages(const u8 *data, u32 size)
{
	for (u32 i = 0; i < size; i += PAGE_SIZE)
		invlpg((unsigned long)data + i);
}

/* Return: the revision the CPU runs after that. */
static s64 load(void)
{
	const struct microcode_vendor *vendor = loaded.vendor;
	unsigned long flags = spin_lock_irqsave(&load_lock);
	s64 revision;

	if (vendor->read_revision(&revision) &&
	    (revision < loaded.revision || (vendor->every_thread && revision == loaded.revision))) {
		wrmsr_safe(vendor->msr, (unsigned long)loaded.data + vendor->skip);
		forget_pages(loaded.data, loaded.size);
		vendor->read_revision(&revision);
	}
	spin_unlock_irqrestore(&load_lock, flags);
	return revision;
}

bool microcode_load_cpu(void)
{
	s64 revision;

	if (!loaded.data)
		return true;
	if (cpuid(1, 0).eax != loaded.signature || platform_bit() != loaded.platform) {
		boot_warn(STAGE_MICROCODE, "CPU %lu has signature %#x, not the boot CPU's: no microcode loaded",
			  this_cpu_read(cpu_number), cpuid(1, 0).eax);
		return false;
	}
	revision = load();
	if (revision >= loaded.revision)
		return true;
	boot_warn(STAGE_MICROCODE, "CPU %lu did not take revision %#x, it runs %#x", this_cpu_read(cpu_number),
		  (u32)loaded.revision, (u32)revision);
	return false;
}

/* What becomes of an update for this CPU, in words. */
static const char *load_newest(const struct microcode_vendor *vendor, const struct microcode_search *s, s64 running)
{
	if (s->newest.revision <= running)
		return "not newer";
	if (cpuid(1, 0).ecx & CPUID_1_ECX_HYPERVISOR)
		return "not loaded under a hypervisor";
	if (!keep_patch(vendor, s))
		return "no memory to load it";
	if (microcode_load_cpu())
		return "loaded";
	loaded.data = NULL;		/* the other CPUs need not try */
	return "not loaded";
}

void microcode_init(void)
{
	const struct microcode_vendor *vendor = find_vendor();
	struct microcode_search s = { 0 };
	struct cpio_entry file;
	const char *outcome;
	s64 running;

	boot_stage(STAGE_MICROCODE);
	if (!vendor || !vendor->read_revision(&running))
		return;
	if (cmdline_find_option_bool(boot_command_line, "dis_ucode_ldr")) {
		printk("microcode: revision %#x, none loaded (dis_ucode_ldr)\n", (u32)running);
		return;
	}
	if (!find_file(vendor->id, &file)) {
		printk("microcode: revision %#x\n", (u32)running);
		return;
	}
	s.signature = cpuid(1, 0).eax;
	s.platform = platform_bit();
	vendor->find(&s, file.data, file.size);
	if (s.fault)
		boot_warn(STAGE_MICROCODE, "%s.bin is damaged at byte %llu: %s; not used from there on", vendor->id,
			  (unsigned long long)s.fault_at, s.fault);
	if (!s.newest.data) {
		printk("microcode: revision %#x, file has none for CPU %#x\n", (u32)running, s.signature);
		return;
	}
	outcome = load_newest(vendor, &s, running);
	printk("microcode: revision %#x, file has %#x of %04x-%02x-%02x for CPU %#x: %s\n", (u32)running,
	       (u32)s.newest.revision, s.newest.date & 0xffff, s.newest.date >> 24, s.newest.date >> 16 & 0xff,
	       s.signature, outcome);
}
