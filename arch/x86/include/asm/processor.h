/* SPDX-License-Identifier: BSD-2-Clause */
/* Single instructions that C has no word for. */
#ifndef ASM_PROCESSOR_H
#define ASM_PROCESSOR_H

#include <asm/processor-flags.h>
#include <lib/types.h>

struct cpuid_regs { u32 eax, ebx, ecx, edx; };

/** cpuid() - SDM 2A CPUID; a @leaf the CPU does not have returns what the CPU likes */
static inline struct cpuid_regs cpuid(u32 leaf, u32 subleaf)
{
	struct cpuid_regs r;

	__asm__ volatile("cpuid" : "=a"(r.eax), "=b"(r.ebx), "=c"(r.ecx), "=d"(r.edx)
			 : "a"(leaf), "c"(subleaf));
	return r;
}

/** cpuid_checked() - cpuid(), or zeros when @leaf is above the CPU's last one of its kind */
static inline struct cpuid_regs cpuid_checked(u32 leaf, u32 subleaf)
{
	u32 last = cpuid(leaf & 0x80000000, 0).eax;

	if ((last ^ leaf) & 0x80000000 || leaf > last)
		return (struct cpuid_regs){ 0 };
	return cpuid(leaf, subleaf);
}

/** cpu_can_address() - whether the CPU can put a physical address on its bus */
static inline bool cpu_can_address(u64 address)
{
	unsigned int bits = cpuid_checked(0x80000008, 0).eax & 0xff;	/* CPUID: MAXPHYADDR */

	return address < 1ULL << (bits ? bits : 36);
}

/** initial_apic_id() - the number the firmware's tables know this CPU by (SDM 3A 11.4.6): 32 bits where CPUID has them */
static inline u32 initial_apic_id(void)
{
	struct cpuid_regs topology = cpuid_checked(0xb, 0);

	return topology.ebx ? topology.edx : cpuid_checked(1, 0).ebx >> 24;
}

static inline u64 rdtsc(void)
{
	u32 lo, hi;

	__asm__ volatile("rdtsc" : "=a"(lo), "=d"(hi));
	return (u64)hi << 32 | lo;
}

/** rdmsr() - #GP when the CPU has no such register */
static inline u64 rdmsr(u32 msr)
{
	u32 lo, hi;

	__asm__ volatile("rdmsr" : "=a"(lo), "=d"(hi) : "c"(msr));
	return (u64)hi << 32 | lo;
}

static inline void wrmsr(u32 msr, u64 value)
{
	__asm__ volatile("wrmsr" : : "c"(msr), "a"((u32)value), "d"((u32)(value >> 32)) : "memory");
}

#define DEFINE_READ_CR(nr)							\
static inline unsigned long read_cr##nr(void)					\
{										\
	unsigned long v;							\
	__asm__ volatile("mov %%cr" #nr ", %0" : "=r"(v) : : "memory");	\
	return v;								\
}
DEFINE_READ_CR(0)
DEFINE_READ_CR(2)
DEFINE_READ_CR(3)
DEFINE_READ_CR(4)
#undef DEFINE_READ_CR

static inline void write_cr0(unsigned long v) { __asm__ volatile("mov %0, %%cr0" : : "r"(v) : "memory"); }
static inline void write_cr3(unsigned long v) { __asm__ volatile("mov %0, %%cr3" : : "r"(v) : "memory"); }
static inline void write_cr4(unsigned long v) { __asm__ volatile("mov %0, %%cr4" : : "r"(v) : "memory"); }

/* Operand of LGDT, SGDT, LIDT and SIDT */
struct desc_ptr {
	u16	size;		/* bytes - 1 */
	u64	address;
} __packed;

static inline void lgdt(const struct desc_ptr *p) { __asm__ volatile("lgdt %0" : : "m"(*p)); }
static inline void lidt(const struct desc_ptr *p) { __asm__ volatile("lidt %0" : : "m"(*p)); }
static inline void sgdt(struct desc_ptr *p) { __asm__ volatile("sgdt %0" : "=m"(*p)); }
static inline void sidt(struct desc_ptr *p) { __asm__ volatile("sidt %0" : "=m"(*p)); }

/* Operand of INVPCID, SDM 2A */
struct invpcid_desc { u64 pcid, va; };

static inline void invpcid(unsigned long type, u64 pcid, unsigned long va)
{
	struct invpcid_desc desc = { pcid, va };

	__asm__ volatile("invpcid %0, %1" : : "m"(desc), "r"(type) : "memory");
}

static inline void invlpg(unsigned long va) { __asm__ volatile("invlpg (%0)" : : "r"(va) : "memory"); }

/** halt_forever() - stop this CPU for good, interrupts off */
static inline __noreturn void halt_forever(void)
{
	for (;;)
		__asm__ volatile("cli; hlt" : : : "memory");
}

#endif
