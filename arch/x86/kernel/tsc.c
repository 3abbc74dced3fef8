/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * How fast the time stamp counter runs. Asked for only when someone wants to
 * read a time, so a boot that prints none does not wait for an answer.
 */
#include <asm/io.h>
#include <asm/processor.h>
#include <asm/time.h>
#include <kernel/acpi.h>

#define PMTMR_HZ	3579545		/* ACPI 6.5, 4.8.3.3 */
#define PMTMR_MASK	0xffffff	/* 24 bits are always there */
#define PMTMR_TICKS	(PMTMR_HZ / 200)	/* 5 ms */

#define PIT_HZ		1193182
#define PIT_CH2		0x42
#define PIT_MODE	0x43
#define PIT_GATE	0x61
#define PIT_TICKS	(PIT_HZ / 200)

#define SPIN_LIMIT	2000000		/* a timer that stands still must not stop us */

/* CPUID.15H: crystal in ECX, ratio EBX / EAX. */
static u64 khz_from_cpuid(void)
{
	struct cpuid_regs r = cpuid_checked(0x15, 0);

	if (!r.eax || !r.ebx || !r.ecx)
		return 0;
	return (u64)r.ecx * r.ebx / r.eax / 1000;
}

static u64 khz_from_pmtmr(void)
{
	u16 port = acpi_pm_timer_port();
	u32 start, ticks = 0;
	u64 tsc;
	unsigned int i;

	if (!port)
		return 0;
	start = inl(port);
	tsc = rdtsc();
	for (i = 0; i < SPIN_LIMIT && ticks < PMTMR_TICKS; i++)
		ticks = (inl(port) - start) & PMTMR_MASK;
	if (ticks < PMTMR_TICKS)
		return 0;
	return (rdtsc() - tsc) * PMTMR_HZ / ticks / 1000;
}

/* Channel 2 counts down once, its output shows in bit 5 of port 61h. */
static u64 khz_from_pit(void)
{
	u64 tsc;
	unsigned int i;

	outb((inb(PIT_GATE) & ~0x02) | 0x01, PIT_GATE);
	outb(0xb0, PIT_MODE);
	outb(PIT_TICKS & 0xff, PIT_CH2);
	outb(PIT_TICKS >> 8, PIT_CH2);
	tsc = rdtsc();
	for (i = 0; i < SPIN_LIMIT && !(inb(PIT_GATE) & 0x20); i++)
		;
	/* an absent PIT answers at once or never */
	if (i < 10 || i == SPIN_LIMIT)
		return 0;
	return (rdtsc() - tsc) / 5;
}

unsigned int tsc_khz(void)
{
	static unsigned int khz;
	static bool known;

	if (!known) {
		u64 rate = khz_from_cpuid();

		if (!rate)
			rate = khz_from_pmtmr();
		if (!rate)
			rate = khz_from_pit();
		khz = rate;
		known = true;
	}
	return khz;
}

void delay_ms(unsigned int ms)
{
	u64 khz = tsc_khz(), start = rdtsc();
	unsigned int i;

	if (khz) {
		while (rdtsc() - start < ms * khz)
			cpu_relax();
		return;
	}
	for (; ms; ms--)
		for (i = 0; i < 1000; i++)
			outb(0, 0x80);		/* about a microsecond on an ISA-shaped bus */
}
