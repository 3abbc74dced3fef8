/* SPDX-License-Identifier: BSD-2-Clause */
/* Monitor commands about the machine: map, regs, reboot, poweroff, crash. */
#include <asm/e820.h>
#include <asm/efi.h>
#include <asm/extable.h>
#include <asm/hw_irq.h>
#include <asm/init_64.h>
#include <asm/io.h>
#include <asm/irq_vectors.h>
#include <asm/processor.h>
#include <asm/smap.h>
#include <asm/traps.h>
#include <kernel/acpi.h>
#include <kernel/console.h>
#include <kernel/irq.h>
#include <kernel/monitor.h>
#include <kernel/panic.h>
#include <kernel/preempt.h>
#include <kernel/printk.h>
#include <kernel/reboot.h>
#include <kernel/smp.h>
#include <lib/string.h>
#include <mm/init.h>
#include <mm/membar.h>
#include <mm/page_alloc.h>

static int cmd_map(int argc, char **argv)
{
	e820_print();
	if (efi_enabled())
		efi_map_print();
	if (!monitor_after_panic())	/* whose locks nobody may ever let go of */
		mem_books_print();
	mem_bar_print();
	return 0;
}
MONITOR_SAFE_COMMAND(map, "", "physical memory: entries, totals, what uses it, a bar", cmd_map);

/* The registers as they are in this function: there is no interrupted context to show. */
static void capture_regs(struct pt_regs *r)
{
	__asm__ volatile("mov %%rax, %0; mov %%rbx, %1; mov %%rcx, %2; mov %%rdx, %3"
			 : "=m"(r->ax), "=m"(r->bx), "=m"(r->cx), "=m"(r->dx));
	__asm__ volatile("mov %%rsi, %0; mov %%rdi, %1; mov %%rbp, %2; mov %%rsp, %3"
			 : "=m"(r->si), "=m"(r->di), "=m"(r->bp), "=m"(r->sp));
	__asm__ volatile("mov %%r8, %0; mov %%r9, %1; mov %%r10, %2; mov %%r11, %3"
			 : "=m"(r->r8), "=m"(r->r9), "=m"(r->r10), "=m"(r->r11));
	__asm__ volatile("mov %%r12, %0; mov %%r13, %1; mov %%r14, %2; mov %%r15, %3"
			 : "=m"(r->r12), "=m"(r->r13), "=m"(r->r14), "=m"(r->r15));
	__asm__ volatile("mov %%cs, %0; mov %%ss, %1" : "=r"(r->cs), "=r"(r->ss));
	__asm__ volatile("pushfq; popq %0" : "=r"(r->flags));
	__asm__ volatile("lea 0(%%rip), %0" : "=r"(r->ip));
	r->orig_ax = 0;
}

static int cmd_regs(int argc, char **argv)
{
	struct pt_regs regs;
	struct desc_ptr gdt, idt;

	capture_regs(&regs);
	show_regs(&regs);
	sgdt(&gdt);
	sidt(&idt);
	printk("gdt %016llx limit %04x  idt %016llx limit %04x\n", (unsigned long long)gdt.address, gdt.size,
	       (unsigned long long)idt.address, idt.size);
	printk("gs base %016llx\n", (unsigned long long)rdmsr(MSR_GS_BASE));
	return 0;
}
MONITOR_SAFE_COMMAND(regs, "", "registers of this CPU", cmd_regs);

static int cmd_reboot(int argc, char **argv)
{
	printk("rebooting\n");
	machine_restart();
}
MONITOR_SAFE_COMMAND(reboot, "", "reset the machine", cmd_reboot);

static int cmd_poweroff(int argc, char **argv)
{
	printk("powering off\n");
	machine_poweroff();
	printk("poweroff: neither EFI nor ACPI switched the machine off\n");
	return 0;
}
MONITOR_SAFE_COMMAND(poweroff, "", "switch the machine off", cmd_poweroff);

static __noinline unsigned long overflow_stack(unsigned long depth)
{
	volatile u8 frame[256];

	frame[0] = depth;
	return (depth < ~0UL ? overflow_stack(depth + 1) : 0) + frame[0];
}

/* Inside printk(), and again when the panic tries this console once more. */
static void faulting_write(struct console *con, const char *s, size_t n)
{
	__asm__ volatile("ud2");
}

static struct console faulting_console = { .name = "crash", .write = faulting_write };

/* Writes past its frame, as a program with a bug does: upwards, one byte after the other. */
static __noinline void overflow_buffer(unsigned int n)
{
	char buffer[16];
	volatile char *p = buffer;

	for (; n; n--)
		*p++ = 'x';
}

#define USER_PAGE	0x400000UL	/* where programs are linked */
#define X86_RET		0xc3

/* The kernel writes to a user page as it should, then runs or reads it as it should not. */
static void misuse_user_page(bool run)
{
	volatile u8 *user = (volatile u8 *)USER_PAGE;
	struct page *page = alloc_pages(GFP_KERNEL, 0);

	if (!page)
		return;
	if (!pgtable_map(&kernel_pgtable, USER_PAGE, PFN_PHYS(page_to_pfn(page)), PAGE_SIZE,
			 (PAGE_KERNEL_ROX & ~_PAGE_GLOBAL) | _PAGE_RW | _PAGE_USER)) {
		stac();
		*user = X86_RET;
		clac();
		if (run)
			((void (*)(void))USER_PAGE)();
		else
			(void)*user;
		printk("crash: this CPU does not mind\n");
		pgtable_unmap(&kernel_pgtable, USER_PAGE, PAGE_SIZE);
		invlpg(USER_PAGE);
	}
	__free_pages(page, 0);
}

/* The carry of the PM timer, every 2.3 s, pulls the SCI and nobody lets go of it. */
static bool unclaimed(unsigned int irq, void *data)
{
	return false;
}

static void start_storm(void)
{
	unsigned int irq = acpi_sci_irq();

	if (!irq || request_irq(irq, unclaimed, "storm", NULL) || !acpi_pm_timer_irq_enable())
		printk("crash: no line to pull\n");
}

static void panic_here(void *unused)
{
	panic("asked for at the monitor, on CPU %u", smp_processor_id());
}

static void hang_here(void *unused)
{
	for (;;)
		cpu_relax();
}

#define SINGLE_STEP()	__asm__ volatile("pushfq; orq $0x100, (%%rsp); popfq; nop" : : : "memory", "cc")

/* In an interrupt: two faults that are mended, one that is told and goes on, and one that is the end. */
static void nested_faults(struct pt_regs *regs)
{
	volatile unsigned long page_0 = 0x10;
	u64 value;
	bool page_fault = !read_nofault((const u64 *)page_0, &value);
	bool protection = !read_nofault((const u64 *)(page_0 << 59), &value);	/* not canonical */

	printk("crash: mended #PF %s, #GP %s\n", page_fault ? "yes" : "no", protection ? "yes" : "no");
	SINGLE_STEP();
	*(volatile u64 *)page_0 = 1;
}

static void nest_faults(void)
{
	set_system_vector(BENCH_VECTOR, "crash", nested_faults);
	__asm__ volatile("int %0" : : "i"(BENCH_VECTOR) : "memory");
}

/* Interrupts come, other threads do not. */
static __noinline void __noreturn keep_cpu(void)
{
	preempt_disable();
	for (;;)
		cpu_relax();
}

/* On another CPU than this one, if there is one. */
static void on_other_cpu(smp_call_func_t fn, bool wait)
{
	unsigned int cpu;

	preempt_disable();
	for_each_online_cpu(cpu)
		if (cpu != smp_processor_id()) {
			smp_call_function_single(cpu, fn, NULL, wait);
			break;
		}
	preempt_enable();
}

static int cmd_crash(int argc, char **argv)
{
	const char *how = argc == 2 ? argv[1] : "";
	volatile unsigned long zero = 0;

	if (!strcmp(how, "ud"))
		__asm__ volatile("ud2");
	else if (!strcmp(how, "pf"))
		*(volatile u64 *)(zero + 0x10) = 1;
	else if (!strcmp(how, "rodata"))
		*(volatile char *)(unsigned long)cmd_crash = 1;
	else if (!strcmp(how, "gp"))
		*(volatile u64 *)0x8000000000000000 = 1;
	else if (!strcmp(how, "de"))
		__asm__ volatile("xorl %%ecx, %%ecx; divl %%ecx" : : : "eax", "ecx", "edx", "cc");
	else if (!strcmp(how, "bp"))
		__asm__ volatile("int3");
	else if (!strcmp(how, "db"))
		SINGLE_STEP();
	else if (!strcmp(how, "nested"))
		nest_faults();
	else if (!strcmp(how, "mc"))
		__asm__ volatile("int $18");
	else if (!strcmp(how, "int"))
		__asm__ volatile("int $0x99");		/* a vector nobody has */
	else if (!strcmp(how, "spurious"))	/* what the PICs send for a line that let go too early */
		__asm__ volatile("int %0; int %1" : : "i"(PIC_VECTOR(7)), "i"(PIC_VECTOR(15)));
	else if (!strcmp(how, "smep") || !strcmp(how, "smap"))
		misuse_user_page(!strcmp(how, "smep"));
	else if (!strcmp(how, "canary"))
		overflow_buffer(64);
	else if (!strcmp(how, "storm"))
		start_storm();
	else if (!strcmp(how, "stack"))
		printk("%lu\n", overflow_stack(0));
	else if (!strcmp(how, "console"))
		register_console(&faulting_console);
	else if (!strcmp(how, "other"))
		on_other_cpu(panic_here, true);
	else if (!strcmp(how, "hang"))		/* interrupts off */
		on_other_cpu(hang_here, false);
	else if (!strcmp(how, "keep"))
		keep_cpu();
	else if (!strcmp(how, "panic"))
		panic("asked for at the monitor");
	else
		return -1;
	return 0;
}
MONITOR_COMMAND(crash, "HOW",
		"fault on purpose: ud pf rodata gp de bp db nested mc int spurious smep smap canary storm stack console other hang keep panic",
		cmd_crash);
