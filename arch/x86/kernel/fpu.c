/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Saving and loading the registers of user programs: XSAVE where the CPU has it, else
 * FXSAVE (SDM 1, 13 and 10.5). Each CPU remembers whose registers it has, each thread
 * which CPU loaded its registers last: where both agree, nothing is to be loaded.
 */
#include <asm/fpu.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <kernel/initmem.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/sched.h>
#include <lib/string.h>
#include <mm/slab.h>

#define CPUID_1_ECX_XSAVE	_BITUL(26)
#define CPUID_D1_EAX_XSAVEOPT	_BITUL(0)

/* XCR0, SDM 1 13.3: AVX-512 comes whole or not at all */
#define XFEATURE_FPSSE	3UL
#define XFEATURE_AVX	4UL
#define XFEATURE_AVX512	0xe0UL

static unsigned int state_size = FXSAVE_SIZE;
static u64 features;			/* XCR0; 0: FXSAVE */
static bool has_xsaveopt;
static u32 mxcsr_mask = 0xffbf;		/* of a CPU that has no other */
static struct kmem_cache *fpu_cache;
static DEFINE_PER_CPU(struct task_struct *, fpu_owner);	/* whose registers this CPU has; NULL: nobody's; interrupts off */

unsigned int fpu_size(void)
{
	return state_size;
}

u64 fpu_features(void)
{
	return features;
}

static void xsetbv(u32 index, u64 value)
{
	__asm__ volatile("xsetbv" : : "c"(index), "a"((u32)value), "d"((u32)(value >> 32)));
}

static void save_registers(struct fpu_state *fpu)
{
	if (!features)
		__asm__ volatile("fxsave64 %0" : "=m"(*fpu) : : "memory");
	else if (has_xsaveopt)
		__asm__ volatile("xsaveopt64 %0" : "+m"(*fpu) : "a"(~0u), "d"(~0u) : "memory");
	else
		__asm__ volatile("xsave64 %0" : "+m"(*fpu) : "a"(~0u), "d"(~0u) : "memory");
}

static void load_registers(const struct fpu_state *fpu)
{
	if (features)
		__asm__ volatile("xrstor64 %0" : : "m"(*fpu), "a"(~0u), "d"(~0u) : "memory");
	else
		__asm__ volatile("fxrstor64 %0" : : "m"(*fpu) : "memory");
}

static void reset_state(struct fpu_state *fpu)
{
	memset(fpu, 0, state_size);
	fpu->fcw = 0x37f;
	fpu->mxcsr = MXCSR_DEFAULT;
}

/* SDM 1 11.6.6: what the CPU itself says, if it says anything. */
static void __init find_mxcsr_mask(void)
{
	static struct fpu_state area;

	__asm__ volatile("fxsave64 %0" : "=m"(area) : : "memory");
	if (area.mxcsr_mask)
		mxcsr_mask = area.mxcsr_mask;
}

void __init fpu_init(void)
{
	u64 offered = cpuid_checked(0xd, 0).eax;

	if (cpuid_checked(1, 0).ecx & CPUID_1_ECX_XSAVE) {
		features = offered & (XFEATURE_FPSSE | XFEATURE_AVX);
		if (features & XFEATURE_AVX && (offered & XFEATURE_AVX512) == XFEATURE_AVX512)
			features |= XFEATURE_AVX512;
		has_xsaveopt = cpuid_checked(0xd, 1).eax & CPUID_D1_EAX_XSAVEOPT;
	}
	fpu_cpu_init();
	find_mxcsr_mask();
	if (features)
		state_size = cpuid(0xd, 0).ebx;		/* for XCR0 as it is now */
	fpu_cache = kmem_cache_create("fpu", state_size, 64, NULL);
	if (!fpu_cache)
		panic("no memory for the registers of programs");
}

void fpu_cpu_init(void)
{
	write_cr0((read_cr0() & ~(X86_CR0_EM | X86_CR0_TS)) | X86_CR0_MP | X86_CR0_NE);
	write_cr4(read_cr4() | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | (features ? X86_CR4_OSXSAVE : 0));
	if (features)
		xsetbv(0, features);
	__asm__ volatile("fninit");
}

struct fpu_state *fpu_alloc(void)
{
	struct fpu_state *fpu = kmem_cache_alloc(fpu_cache, GFP_KERNEL);

	if (fpu)
		reset_state(fpu);
	return fpu;
}

void fpu_free(struct fpu_state *fpu)
{
	kmem_cache_free(fpu_cache, fpu);
}

void fpu_save(struct task_struct *prev)
{
	save_registers(prev->thread.fpu);
}

void fpu_load(struct task_struct *next)
{
	u32 cpu = this_cpu_read(cpu_number);

	if (this_cpu_read(fpu_owner) == next && next->thread.fpu_cpu == cpu)
		return;
	load_registers(next->thread.fpu);
	this_cpu_write(fpu_owner, next);
	next->thread.fpu_cpu = cpu;
}

void fpu_copy_current(struct fpu_state *fpu)
{
	unsigned long flags = local_irq_save();

	save_registers(fpu);
	local_irq_restore(flags);
}

void fpu_set_current(void)
{
	unsigned long flags = local_irq_save();

	this_cpu_write(fpu_owner, NULL);
	fpu_load(current);
	local_irq_restore(flags);
}

void fpu_reset_current(void)
{
	unsigned long flags = local_irq_save();

	reset_state(current->thread.fpu);
	this_cpu_write(fpu_owner, NULL);
	fpu_load(current);
	local_irq_restore(flags);
}

/* SDM 1 13.8.1: XRSTOR faults on reserved bits of MXCSR and of the header. */
void fpu_check(struct fpu_state *fpu)
{
	fpu->mxcsr &= mxcsr_mask;
	if (!features)
		return;
	fpu->xstate_bv &= features;
	fpu->xcomp_bv = 0;
	memset(fpu->header_reserved, 0, sizeof(fpu->header_reserved));
}

void fpu_lend(void)
{
	if (current->thread.fpu)
		fpu_save(current);
	this_cpu_write(fpu_owner, NULL);
}

void fpu_take_back(void)
{
	if (current->thread.fpu)
		fpu_load(current);
}
