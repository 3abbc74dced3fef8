/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The end that says why. It runs on whatever is left: it allocates nothing, waits
 * for no lock, and expects to be interrupted by the next fault. Each time that
 * happens it tries less: first all is told, then the message alone, then only
 * what panic=N asks for is done.
 */
#include <asm/irqflags.h>
#include <asm/percpu.h>
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/traps.h>
#include <kernel/console.h>
#include <kernel/delay.h>
#include <kernel/handoff.h>
#include <kernel/init.h>
#include <kernel/monitor.h>
#include <kernel/panic.h>
#include <kernel/panic_save.h>
#include <kernel/printk.h>
#include <kernel/reboot.h>
#include <kernel/smp.h>
#include <kernel/stage.h>
#include <kernel/strip.h>
#include <lib/cmdline.h>
#include <lib/kstrtox.h>

#define MAX_DELAY_S	3600
#define MAX_MONITORS	3		/* each but the first after a fault in the one before, on what is left of the stack */
#define LAST_MESSAGES	10		/* with the report they fit 48 rows */

static u32 panic_cpu;			/* the CPU that panics + 1, the first to come; atomic */
static unsigned int nr_panics;		/* begun on it */

enum panic_step panic_begin(void)
{
	u32 nobody = 0, me;

	local_irq_save();		/* from here on we stay on this CPU */
	me = this_cpu_read(cpu_number) + 1;
	if (!__atomic_compare_exchange_n(&panic_cpu, &nobody, me, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST) &&
	    nobody != me)
		smp_stop_self();	/* another CPU tells already */
	if (nr_panics >= PANIC_GIVE_UP)
		panic_stop();		/* its words included, if they are not what faults */
	if (nr_panics++ == PANIC_TELL_ALL) {
		smp_send_stop();
		printk_panic(LAST_MESSAGES);
	} else {
		console_panic();
	}
	return nr_panics - 1;
}

/* panic=N: seconds until the reset, 0 for at once. Return: false when there is to be none. */
static bool reset_delay(unsigned int *seconds)
{
	const char *digits;
	char text[16];
	u64 n;

	if (cmdline_find_option(boot_command_line, "panic", text, sizeof(text)) < 0)
		return false;
	digits = text[0] == '-' ? text + 1 : text;
	if (kstrtou64(digits, 10, &n) || !n || n > MAX_DELAY_S)
		return false;
	*seconds = digits == text ? n : 0;
	return true;
}

void __noreturn panic_stop(void)
{
	static bool told, saved;
	static unsigned int nr_monitors;
	unsigned int seconds;
	bool reset = reset_delay(&seconds);

	if (!told) {
		told = true;
		console_init();		/* a boot that ends this early must still be heard */
		strip_stop(boot_stage_current());
		if (reset)
			printk("panic: reset in %u s\n", seconds);
		else
			printk("panic: stopped (panic=N on the command line resets after N seconds)\n");
	}
	console_panic_end();
	handoff_exit_failed();
	if (!saved) {
		saved = true;
		panic_save(boot_command_line);
	}
	if (nr_monitors++ < MAX_MONITORS)
		monitor_run_panic(reset ? seconds : ~0u);
	if (!reset)
		halt_forever();
	machine_restart();
}

void __noreturn panic(const char *fmt, ...)
{
	enum panic_step step = panic_begin();
	va_list args;

	printk(KERN_EMERG "panic: ");
	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
	printk("\n");
	if (step == PANIC_TELL_ALL)
		show_backtrace(0, (unsigned long)__builtin_frame_address(0));
	panic_stop();
}
