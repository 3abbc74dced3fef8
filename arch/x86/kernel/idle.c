/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Idle CPUs. HLT is right everywhere. MWAIT does the same without leaving for
 * the hypervisor, and lets the CPU choose deeper states, so it is for CPUs that
 * are no guests and that tell of C1 substates; only C1 is asked for, in which
 * TSC and local APIC timer run on.
 */
#include <asm/idle.h>
#include <asm/io.h>
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <kernel/stage.h>
#include <lib/cmdline.h>
#include <lib/string.h>

#define CPUID_1_ECX_MONITOR	(1u << 3)
#define CPUID_1_ECX_GUEST	(1u << 31)
#define MWAIT_C1		0x00	/* hint in EAX, SDM 2B MWAIT */

/* MONITOR wants an address; nobody writes to it. A line of its own, so that no neighbour ends the wait. */
static DEFINE_PER_CPU(u64, monitored) __aligned(64);

static void poll_idle(void)
{
	local_irq_enable();
	cpu_relax();
}

static void mwait_idle(void)
{
	__asm__ volatile("monitor" : : "a"(this_cpu_ptr(&monitored)), "c"(0), "d"(0) : "memory");
	__asm__ volatile("sti; mwait" : : "a"(MWAIT_C1), "c"(0) : "memory");
}

static const struct idle_kind {
	const char	*name;
	void		(*idle)(void);
} kinds[] = { { "halt", safe_halt }, { "mwait", mwait_idle }, { "poll", poll_idle } };

static const struct idle_kind *kind = &kinds[0];

static bool cpu_has_mwait(void)
{
	return cpuid_checked(1, 0).ecx & CPUID_1_ECX_MONITOR;
}

static bool mwait_is_better(void)
{
	return cpu_has_mwait() && !(cpuid_checked(1, 0).ecx & CPUID_1_ECX_GUEST) &&
	       cpuid_checked(5, 0).edx >> 4 & 0xf;
}

void idle_init(const char *cmdline)
{
	char name[16];
	unsigned int i;

	kind = &kinds[mwait_is_better()];
	if (cmdline_find_option(cmdline, "idle", name, sizeof(name)) < 0)
		return;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		if (strcmp(kinds[i].name, name))
			continue;
		if (kinds[i].idle != mwait_idle || cpu_has_mwait()) {
			kind = &kinds[i];
			return;
		}
	}
	boot_warn(STAGE_TIME, "idle=%s: this CPU cannot, %s is used", name, kind->name);
}

const char *idle_name(void)
{
	return kind->name;
}

void arch_cpu_idle(void)
{
	kind->idle();
}
