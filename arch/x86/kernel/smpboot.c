/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The other CPUs, started side by side: memory for all of them, INIT to all, SIPI
 * to all, and one wait for them together. Numbers follow the MADT, after the boot
 * CPU, which is 0. One that does not come is reported and left out.
 */
#include <asm/smp.h>
#include <asm/apic.h>
#include <asm/cpu.h>
#include <asm/entry.h>
#include <asm/init_64.h>
#include <asm/microcode.h>
#include <asm/segment.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <asm/tlb.h>
#include <kernel/acpi.h>
#include <kernel/delay.h>
#include <kernel/initmem.h>
#include <kernel/interrupt.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <kernel/sched.h>
#include <kernel/smp.h>
#include <kernel/stage.h>
#include <kernel/workqueue.h>
#include <lib/cmdline.h>
#include <lib/kstrtox.h>
#include <lib/string.h>
#include <mm/numa.h>
#include <mm/page_alloc.h>
#include <uapi/errno.h>

#define OLD_INIT_DELAY_MS	10		/* SDM 3A 9.4.4; only NetBurst and older need it */
#define SECOND_SIPI_US		200
#define ARRIVAL_LIMIT_NS	(2 * NSEC_PER_SEC)	/* without any CPU coming: a busy host may hold them back long */
#define RELAX_LOOPS		32		/* between two looks: a waiting CPU leaves the others their share */

static_assert(ACPI_MAX_CPUS == NR_CPUS, "the MADT's list fits");

struct secondary secondaries[NR_CPUS];
static unsigned int nr_not_wanted;	/* by maxcpus= or nosmp */

/* ---------------------------------------------------------------- the time stamp counters, compared */

static u64 last_tsc;			/* some CPU has read it; atomic */
static u64 max_warp;			/* ticks that a CPU read too little by; atomic */

static void store_max(u64 *max, u64 value)
{
	u64 old = __atomic_load_n(max, __ATOMIC_RELAXED);

	while (old < value &&
	       !__atomic_compare_exchange_n(max, &old, value, true, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED))
		;
}

/* What one CPU has read and told is in the past of who sees it: less than that means that the counters differ. */
static void compare_tsc(void)
{
	u64 seen = __atomic_load_n(&last_tsc, __ATOMIC_ACQUIRE), now;

	__asm__ volatile("lfence" : : : "memory");	/* RDTSC may run ahead (SDM 2B) */
	now = rdtsc();
	if (now < seen)
		store_max(&max_warp, seen - now);
	store_max(&last_tsc, now);
}

/* ---------------------------------------------------------------- on the CPU itself */

#define TSC_ROUNDS	64

/*
 * Others send messages to a CPU that is online, so its APIC is on before that;
 * flushes from before it was online it has not heard of, so its TLB is emptied after.
 */
void __noreturn start_secondary(void)
{
	struct secondary *me = &secondaries[smp_processor_id()];
	u32 coming = CPU_COMING;
	unsigned int i;

	paging_cpu_init();
	cpu_init();
	microcode_load_cpu();		/* faults can be told, and nothing has asked what the CPU can do */
	user_mode_cpu_init();
	apic_cpu_init();
	apic_timer_cpu_init();
	page_alloc_set_node(me->node);
	me->signature = cpuid(1, 0).eax;
	for (i = 0; i < TSC_ROUNDS; i++)
		compare_tsc();
	__atomic_fetch_or(&cpu_online_mask, CPU_MASK(smp_processor_id()), __ATOMIC_ACQ_REL);
	flush_tlb_local();
	if (!__atomic_compare_exchange_n(&me->state, &coming, CPU_ONLINE, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		halt_forever();		/* too late: an INIT is on its way here */
	sched_cpu_init(me->idle);
	softirq_cpu_start();
	workqueue_cpu_start();
	cpu_idle_loop();
}

/* ---------------------------------------------------------------- on the boot CPU: who, and with what memory */

static unsigned int __init cpus_wanted(void)
{
	char text[16];
	u64 n;

	if (cmdline_find_option_bool(boot_command_line, "nosmp"))
		return 1;
	if (cmdline_find_option(boot_command_line, "maxcpus", text, sizeof(text)) < 0)
		return NR_CPUS;
	if (kstrtou64(text, 10, &n)) {
		boot_warn(boot_stage_current(), "maxcpus=%s is no number, ignored", text);
		return NR_CPUS;
	}
	return min(max(n, (u64)1), (u64)NR_CPUS);
}

/* Without x2APIC a message carries 8 bits of an id, and 255 means all CPUs. */
static bool __init can_reach(u32 apic_id)
{
	if (x2apic_mode || apic_id < 0xff)
		return true;
	boot_warn(boot_stage_current(), "the CPU with APIC id %u needs x2APIC, left out", apic_id);
	return false;
}

/* Return: how many CPUs there are to be, the boot CPU included. */
static unsigned int __init list_cpus(void)
{
	const struct acpi_madt *madt = acpi_madt();
	unsigned int i, nr = 1, wanted = cpus_wanted();

	secondaries[0].apic_id = initial_apic_id();
	secondaries[0].node = numa_node_of_apic(initial_apic_id());
	secondaries[0].signature = cpuid(1, 0).eax;
	secondaries[0].state = CPU_ONLINE;
	if (!apic_present())
		return 1;
	if (!apic_timer_in_use()) {	/* HPET and PIT interrupt the boot CPU alone: sleeps on others would not end */
		if (madt->nr_cpus > 1 && wanted > 1)
			boot_warn(boot_stage_current(), "without timers of local APICs the other CPUs are left out");
		return 1;
	}
	for (i = 0; i < madt->nr_cpus; i++) {
		u32 id = madt->cpus[i].apic_id;

		if (id == secondaries[0].apic_id || !can_reach(id))
			continue;
		if (nr >= wanted) {
			nr_not_wanted++;
			continue;
		}
		secondaries[nr].apic_id = id;
		secondaries[nr++].node = numa_node_of_apic(id);
	}
	return nr;
}

/* All of it comes from the CPU's own node, if that has some. */
static int __init prepare(unsigned int cpu)
{
	struct secondary *s = &secondaries[cpu];
	int err;

	page_alloc_set_node(s->node);
	err = percpu_setup(cpu);
	s->idle = err ? NULL : idle_task_create(cpu);
	err = !s->idle || softirq_cpu_prepare(cpu) || workqueue_cpu_prepare(cpu);
	page_alloc_set_node(secondaries[0].node);
	if (err)
		return -ENOMEM;
	s->stack_end = (unsigned long)s->idle->stack + THREAD_SIZE;
	s->gs_base = __per_cpu_offset[cpu];
	s->gdt = (struct desc_ptr){ sizeof(gdt_page) - 1, (unsigned long)per_cpu_ptr(&gdt_page, cpu) };
	return 0;
}

/* Return: how many CPUs have what they need. */
static unsigned int __init prepare_all(unsigned int nr)
{
	unsigned int cpu;

	for (cpu = 1; cpu < nr; cpu++) {
		if (prepare(cpu)) {
			boot_warn(boot_stage_current(), "no memory for more than %u CPUs", cpu);
			break;
		}
		nr_cpu_ids = cpu + 1;
		__atomic_store_n(&secondaries[cpu].state, CPU_CALLED, __ATOMIC_RELEASE);
	}
	return cpu;
}

/* ---------------------------------------------------------------- calling them */

static void __init send_to(enum cpu_state state, u32 command)
{
	unsigned int cpu;

	for (cpu = 1; cpu < nr_cpu_ids; cpu++)
		if (__atomic_load_n(&secondaries[cpu].state, __ATOMIC_ACQUIRE) == state)
			apic_icr_send(secondaries[cpu].apic_id, command);
}

static unsigned int count(enum cpu_state state)
{
	unsigned int cpu, nr = 0;

	for (cpu = 1; cpu < nr_cpu_ids; cpu++)
		nr += __atomic_load_n(&secondaries[cpu].state, __ATOMIC_ACQUIRE) == state;
	return nr;
}

/* Until all are online, or for @ns since the last one came. The boot CPU's counter is compared meanwhile. */
static bool __init wait_for_all(u64 ns)
{
	unsigned int i, came = 0, nr;
	u64 since = ktime_get();

	while ((nr = count(CPU_ONLINE)) + 1 < nr_cpu_ids) {
		if (nr != came)
			since = ktime_get();
		else if (ktime_get() - since > ns)
			return false;
		came = nr;
		for (i = 0; i < RELAX_LOOPS; i++)
			cpu_relax();
		compare_tsc();
	}
	return true;
}

/* Family 15 of Intel: the last that must be given time after INIT. */
static bool __init needs_init_delay(void)
{
	return cpuid(0, 0).ebx == 0x756e6547 && (cpuid(1, 0).eax >> 8 & 0xf) == 0xf;	/* "Genu" */
}

static bool __init call_all(phys_addr_t start)
{
	u32 sipi = APIC_INT_ASSERT | APIC_DM_STARTUP | start >> PAGE_SHIFT;

	send_to(CPU_CALLED, APIC_INT_ASSERT | APIC_DM_INIT);
	if (needs_init_delay())
		mdelay(OLD_INIT_DELAY_MS);
	send_to(CPU_CALLED, sipi);
	if (wait_for_all(SECOND_SIPI_US * NSEC_PER_USEC))
		return true;
	send_to(CPU_CALLED, sipi);		/* the first may have been lost (9.4.4) */
	return wait_for_all(ARRIVAL_LIMIT_NS);
}

/* INIT has it wait for a SIPI again, wherever it is. */
static void __init leave_out(unsigned int cpu)
{
	struct secondary *s = &secondaries[cpu];
	u32 state = __atomic_exchange_n(&s->state, CPU_LEFT_OUT, __ATOMIC_ACQ_REL);

	if (state == CPU_ONLINE) {		/* in the last moment */
		__atomic_store_n(&s->state, CPU_ONLINE, __ATOMIC_RELEASE);
		return;
	}
	apic_icr_send(s->apic_id, APIC_INT_ASSERT | APIC_DM_INIT);
	__atomic_fetch_and(&cpu_online_mask, ~CPU_MASK(cpu), __ATOMIC_ACQ_REL);
	boot_warn(boot_stage_current(), "CPU %u with APIC id %u %s, left out", cpu, s->apic_id,
		  state == CPU_CALLED ? "does not answer" : "stops on its way");
}

static void __init start_all(void)
{
	const char *why;
	phys_addr_t start = trampoline_borrow(&why);
	unsigned int cpu;

	if (!start) {
		boot_warn(boot_stage_current(), "the other CPUs cannot be started: %s", why);
		return;
	}
	if (!call_all(start))
		for (cpu = 1; cpu < nr_cpu_ids; cpu++)
			if (__atomic_load_n(&secondaries[cpu].state, __ATOMIC_ACQUIRE) != CPU_ONLINE)
				leave_out(cpu);
	trampoline_return();
	if (max_warp)
		tsc_differs(max_warp);
}

void __init smp_init(void)
{
	u64 start = ktime_get();
	unsigned int nr;

	smp_ipi_init();
	if (prepare_all(list_cpus()) > 1)
		start_all();
	nr = 1 + count(CPU_ONLINE);
	if (boot_deterministic())
		printk("smp: %u CPU%s\n", nr, nr == 1 ? "" : "s");
	else
		printk("smp: %u CPU%s in %llu us\n", nr, nr == 1 ? "" : "s",
		       (unsigned long long)((ktime_get() - start) / NSEC_PER_USEC));
}

/* ---------------------------------------------------------------- the monitor */

static const char *const state_names[] = {
	[CPU_ABSENT] = "absent", [CPU_CALLED] = "called", [CPU_COMING] = "coming", [CPU_ONLINE] = "online",
	[CPU_LEFT_OUT] = "left out",
};

/* SDM 2A CPUID, table 3-8 */
static void print_cpu(unsigned int cpu)
{
	const struct secondary *s = &secondaries[cpu];
	u32 family = s->signature >> 8 & 0xf, model = s->signature >> 4 & 0xf;

	if (family == 6 || family == 0xf)
		model |= s->signature >> 12 & 0xf0;
	if (family == 0xf)
		family += s->signature >> 20 & 0xff;
	printk("%3u %10u %4u %-8s", cpu, s->apic_id, s->node,
	       s->state == CPU_ONLINE && !cpu_online(cpu) ? "stopped" : state_names[s->state]);
	if (s->signature)
		printk(" %6u %5u %8u", family, model, s->signature & 0xf);
	printk("\n");
}

static int cmd_cpus(int argc, char **argv)
{
	unsigned int cpu;

	printk("cpu    APIC id node state    family model stepping\n");
	for_each_possible_cpu(cpu)
		print_cpu(cpu);
	if (tsc_khz())
		printk("TSC %u.%03u MHz\n", tsc_khz() / 1000, tsc_khz() % 1000);
	if (nr_not_wanted)
		printk("%u more not started: nosmp or maxcpus\n", nr_not_wanted);
	return 0;
}
MONITOR_SAFE_COMMAND(cpus, "", "processors: number, APIC id, node, state, model", cmd_cpus);
