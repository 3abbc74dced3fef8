/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Saving and loading the registers of user programs: XSAVE where the CPU has it, else
 * FXSAVE (SDM 1, 13 and 10.5). Each CPU remembers whose registers it has, each thread
 * which CPU loaded its registers last: where both agree, nothing is to be loaded.
 */
#include <asm/fpu.h>
#include <asm/extable.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <asm/uaccess.h>
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

unsigned int fpu_state_size = FXSAVE_SIZE;
u64 fpu_xfeatures;			/* XCR0; 0: FXSAVE */
static bool has_xsaveopt;
static u32 mxcsr_mask = 0xffbf;		/* of a CPU that has no other */
static const struct fpu_state initial = { .fcw = 0x37f, .mxcsr = MXCSR_DEFAULT };	/* XSTATE_BV 0: all else as after reset */
static struct kmem_cache *fpu_cache;
static DEFINE_PER_CPU(struct task_struct *, fpu_owner);	/* whose registers this CPU has; NULL: nobody's; interrupts off */

static void xsetbv(u32 index, u64 value)
{
	__asm__ volatile("xsetbv" : : "c"(index), "a"((u32)value), "d"((u32)(value >> 32)));
}

static void save_registers(struct fpu_state *fpu)
{
	if (!fpu_xfeatures)
		__asm__ volatile("fxsave64 %0" : "=m"(*fpu) : : "memory");
	else if (has_xsaveopt)
		__asm__ volatile("xsaveopt64 %0" : "+m"(*fpu) : "a"(~0u), "d"(~0u) : "memory");
	else
		__asm__ volatile("xsave64 %0" : "+m"(*fpu) : "a"(~0u), "d"(~0u) : "memory");
}

static void load_registers(const struct fpu_state *fpu)
{
	if (fpu_xfeatures)
		__asm__ volatile("xrstor64 %0" : : "m"(*fpu), "a"(~0u), "d"(~0u) : "memory");
	else
		__asm__ volatile("fxrstor64 %0" : : "m"(*fpu) : "memory");
}

static void reset_state(struct fpu_state *fpu)
{
	memset(fpu, 0, fpu_state_size);
	fpu->fcw = initial.fcw;
	fpu->mxcsr = initial.mxcsr;
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
		fpu_xfeatures = offered & (XFEATURE_FPSSE | XFEATURE_AVX);
		if (fpu_xfeatures & XFEATURE_AVX && (offered & XFEATURE_AVX512) == XFEATURE_AVX512)
			fpu_xfeatures |= XFEATURE_AVX512;
		has_xsaveopt = cpuid_checked(0xd, 1).eax & CPUID_D1_EAX_XSAVEOPT;
	}
	fpu_cpu_init();
	find_mxcsr_mask();
	if (fpu_xfeatures)
		fpu_state_size = cpuid(0xd, 0).ebx;		/* for XCR0 as it is now */
	fpu_cache = kmem_cache_create("fpu", fpu_state_size, 64, NULL);
	if (!fpu_cache)
		panic("no memory for the registers of programs");
}

void fpu_cpu_init(void)
{
	write_cr0((read_cr0() & ~(X86_CR0_EM | X86_CR0_TS)) | X86_CR0_MP | X86_CR0_NE);
	write_cr4(read_cr4() | X86_CR4_OSFXSR | X86_CR4_OSXMMEXCPT | (fpu_xfeatures ? X86_CR4_OSXSAVE : 0));
	if (fpu_xfeatures)
		xsetbv(0, fpu_xfeatures);
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
	if (likely(!prev->thread.fpu_taken))
		save_registers(prev->thread.fpu);
}

/* Context: interrupts off */
static void load_as(struct task_struct *next, const struct fpu_state *fpu)
{
	load_registers(fpu);
	this_cpu_write(fpu_owner, next);
	next->thread.fpu_cpu = this_cpu_read(cpu_number);
}

void fpu_load(struct task_struct *next)
{
	if (this_cpu_read(fpu_owner) == next && next->thread.fpu_cpu == this_cpu_read(cpu_number))
		return;
	if (likely(!next->thread.fpu_taken))
		load_as(next, next->thread.fpu);
}

void fpu_copy_current(struct fpu_state *fpu)
{
	unsigned long flags = local_irq_save();

	save_registers(fpu);
	local_irq_restore(flags);
}

/* The page may have to be made first: another thread may run in between, and the instruction starts again. */
int fpu_save_user(void __user *at)
{
	int err = -EFAULT;

	if (unlikely(!access_ok(at, fpu_state_size)))
		return err;
	stac();
	__asm__ volatile("1: xsave64 (%2)\n"
			 "   xorl %0, %0\n"
			 "2:\n"
			 _ASM_EXTABLE("1b", "2b")
			 : "+r"(err) : "a"(~0u), "r"(at), "d"(~0u) : "memory");
	clac();
	return err;
}

int fpu_load_user(const void __user *at)
{
	int err = -EFAULT;

	if (unlikely(!access_ok(at, fpu_state_size)))
		return err;
	stac();
	__asm__ volatile("1: xrstor64 (%2)\n"
			 "   xorl %0, %0\n"
			 "2:\n"
			 _ASM_EXTABLE("1b", "2b")
			 : "+r"(err) : "a"(~0u), "r"(at), "d"(~0u) : "memory");
	clac();
	return err;
}

struct fpu_state *fpu_take_current(void)
{
	__atomic_store_n(&current->thread.fpu_taken, true, __ATOMIC_RELAXED);
	barrier();
	return current->thread.fpu;
}

/* SDM 1 13.8.1: XRSTOR faults on reserved bits of MXCSR and of the header. */
static void check(struct fpu_state *fpu)
{
	fpu->mxcsr &= mxcsr_mask;
	if (!fpu_xfeatures)
		return;
	fpu->xstate_bv &= fpu_xfeatures;
	fpu->xcomp_bv = 0;
	memset(fpu->header_reserved, 0, sizeof(fpu->header_reserved));
}

void fpu_give_current(void)
{
	unsigned long flags;

	check(current->thread.fpu);
	flags = local_irq_save();
	current->thread.fpu_taken = false;
	load_as(current, current->thread.fpu);
	local_irq_restore(flags);
}

void fpu_reset_current(void)
{
	unsigned long flags = local_irq_save();

	load_as(current, &initial);
	local_irq_restore(flags);
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
