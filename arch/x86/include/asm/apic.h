/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The local APIC of each CPU (SDM 3A 10): registers in memory (xAPIC), or in
 * MSRs (x2APIC) where firmware or hypervisor offer that.
 */
#ifndef ASM_APIC_H
#define ASM_APIC_H

#include <asm/io.h>
#include <asm/processor.h>

/* Registers, offsets in the page of the xAPIC; in x2APIC mode MSR 0x800 + offset / 16 */
#define APIC_ID		0x20
#define APIC_LVR	0x30		/* version */
#define APIC_TASKPRI	0x80
#define APIC_EOI	0xb0
#define APIC_SPIV	0xf0
#define APIC_ISR	0x100		/* 8 registers of 32 vectors */
#define APIC_IRR	0x200
#define APIC_ESR	0x280
#define APIC_LVTCMCI	0x2f0
#define APIC_ICR	0x300
#define APIC_ICR2	0x310		/* xAPIC only */
#define APIC_LVTT	0x320
#define APIC_LVTTHMR	0x330
#define APIC_LVTPC	0x340
#define APIC_LVT0	0x350
#define APIC_LVT1	0x360
#define APIC_LVTERR	0x370
#define APIC_TMICT	0x380
#define APIC_TMCCT	0x390
#define APIC_TDCR	0x3e0

#define APIC_SPIV_ENABLED	(1u << 8)

/* Local vector table and interrupt command register, SDM 3A 10.5.1 and 10.6.1 */
#define APIC_DM_FIXED		0x000
#define APIC_DM_NMI		0x400
#define APIC_DM_INIT		0x500
#define APIC_DM_STARTUP		0x600
#define APIC_DM_EXTINT		0x700
#define APIC_ICR_BUSY		(1u << 12)
#define APIC_INT_ASSERT		(1u << 14)
#define APIC_LVT_LOW_ACTIVE	(1u << 13)
#define APIC_LVT_LEVEL		(1u << 15)
#define APIC_LVT_MASKED		(1u << 16)
#define APIC_LVT_TIMER_PERIODIC	(1u << 17)
#define APIC_LVT_TIMER_TSCDEADLINE (1u << 18)

#define MSR_IA32_APIC_BASE	0x1b
#define APIC_BASE_BSP		_BITUL(8)
#define APIC_BASE_X2APIC	_BITUL(10)
#define APIC_BASE_ENABLE	_BITUL(11)
#define MSR_IA32_X2APIC(reg)	(0x800 + ((reg) >> 4))

extern volatile u8 *apic_page;		/* the xAPIC's registers; NULL without one, and in x2APIC mode */
extern bool x2apic_mode;

/** apic_present() - whether the CPUs use local APICs; after apic_init() */
static inline bool apic_present(void)
{
	return apic_page || x2apic_mode;
}

/* apic_read(), apic_write() - a register of this CPU's; only when apic_present() */
static inline u32 apic_read(u32 reg)
{
	return x2apic_mode ? rdmsr(MSR_IA32_X2APIC(reg)) : readl(apic_page + reg);
}

static inline void apic_write(u32 reg, u32 value)
{
	if (x2apic_mode)
		wrmsr(MSR_IA32_X2APIC(reg), value);
	else
		writel(value, apic_page + reg);
}

/** apic_eoi() - the handler of the interrupt in service with the highest priority is done */
static inline void apic_eoi(void)
{
	apic_write(APIC_EOI, 0);
}

/** apic_id() - of this CPU: 8 bits, or 32 in x2APIC mode */
u32 apic_id(void);

/**
 * apic_init() - boot CPU: choose the mode, map the registers, apic_cpu_init()
 * Return: whether there is a local APIC ("nolapic" and a CPU without one: no).
 * Context: once, after acpi_init() and mm_init(), interrupts off.
 */
bool apic_init(void);

/** apic_cpu_init() - this CPU's local APIC takes interrupts; the boot CPU's choices hold. Interrupts off */
void apic_cpu_init(void);

/** apic_icr_send() - an interrupt message to the CPU with APIC id @dest; waits, bounded, until it is out */
void apic_icr_send(u32 dest, u32 command);

/** apic_in_service() - whether this CPU took @vector from its local APIC and no EOI was sent for it */
bool apic_in_service(unsigned int vector);

#endif
