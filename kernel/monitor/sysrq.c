// SPDX-License-Identifier: BSD-2-Clause
/* SysRq: the table of its letters, which are Linux's, and the monitor command that is them without a keyboard. */
#include <kernel/sysrq.h>
#include <asm/hw_irq.h>
#include <asm/traps.h>
#include <kernel/monitor.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/reboot.h>
#include <kernel/smp.h>
#include <kernel/task.h>
#include <mm/init.h>

/* Of the CPU that was interrupted the registers, of each other where it is. */
static void show_registers(void)
{
	const struct pt_regs *regs;
	unsigned int cpu, me;

	preempt_disable();
	me = smp_processor_id();
	regs = interrupted_regs();
	printk("CPU %u\n", me);
	if (regs) {
		show_regs(regs);
		show_backtrace(regs->ip, regs->bp);
	} else {
		show_backtrace(0, (unsigned long)__builtin_frame_address(0));
	}
	for_each_online_cpu(cpu)
		if (cpu != me)
			smp_send_backtrace(cpu);
	preempt_enable();
}

static void crash(void)
{
	panic("asked for by SysRq");
}

static void poweroff(void)
{
	machine_poweroff();
	printk("sysrq: nothing switched the machine off\n");
}

static const struct order {
	char		letter;
	const char	*what;
	void		(*fn)(void);
} orders[] = {
	{ 'b', "reset the machine", machine_restart },
	{ 'c', "panic", crash },
	{ 'm', "memory", mem_books_print },
	{ 'o', "switch off", poweroff },
	{ 'p', "registers, and where each CPU is", show_registers },
	{ 't', "threads", threads_print },
};

static void list_orders(void)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(orders); i++)
		printk("sysrq: %c  %s\n", orders[i].letter, orders[i].what);
}

void sysrq(char letter)
{
	for (unsigned int i = 0; i < ARRAY_SIZE(orders); i++)
		if (orders[i].letter == letter) {
			printk("sysrq: %s\n", orders[i].what);
			orders[i].fn();
			return;
		}
	list_orders();
}

static int cmd_sysrq(int argc, char **argv)
{
	if (argc > 2 || (argc == 2 && argv[1][1]))
		return -1;
	sysrq(argc == 2 ? argv[1][0] : 'h');
	return 0;
}
MONITOR_COMMAND(sysrq, "[LETTER]", "what Alt-SysRq and a letter do, or do it", cmd_sysrq);
