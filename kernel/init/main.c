/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * start_kernel: a flat list. Each line says what works after it.
 */
#include <asm/entry.h>
#include <asm/irqflags.h>
#include <asm/setup.h>
#include <asm/time.h>
#include <kernel/console.h>
#include <kernel/console_options.h>
#include <kernel/fork.h>
#include <kernel/framebuffer.h>
#include <kernel/fs.h>
#include <kernel/futex.h>
#include <kernel/handoff.h>
#include <kernel/init.h>
#include <kernel/initmem.h>
#include <kernel/input.h>
#include <kernel/interrupt.h>
#include <kernel/irq.h>
#include <kernel/kthread.h>
#include <kernel/loadavg.h>
#include <kernel/monitor.h>
#include <kernel/panic.h>
#include <kernel/panic_save.h>
#include <kernel/printk.h>
#include <kernel/random.h>
#include <kernel/rcupdate.h>
#include <kernel/report.h>
#include <kernel/sched.h>
#include <kernel/signal.h>
#include <kernel/smp.h>
#include <kernel/stage.h>
#include <kernel/task.h>
#include <kernel/stuck.h>
#include <kernel/syscall.h>
#include <kernel/sysinfo.h>
#include <kernel/timeline.h>
#include <kernel/tty.h>
#include <kernel/tty_struct.h>
#include <kernel/usb.h>
#include <kernel/workqueue.h>
#include <lib/cmdline.h>
#include <mm/init.h>
#include <mm/mm.h>

static bool __init start_console(const struct console_option *opt)
{
	switch (opt->kind) {
	case CONSOLE_UNKNOWN:
		boot_warn(STAGE_CONSOLE, "console '%s' is none of ours, ignored", opt->text);
		return false;
	case CONSOLE_NULL:
		return true;
	case CONSOLE_SCREEN:
		i8042_console_init();
		return !screen_init();
	default:
		if (opt->bad_mode)
			boot_warn(STAGE_CONSOLE, "console '%s': speed not understood, 115200n8 it is", opt->text);
		return !serial8250_console_start(opt);
	}
}

static bool __init start_consoles(const char *cmdline)
{
	struct console_option opt[CONSOLE_OPTIONS_MAX];
	unsigned int i, n = console_options_parse(cmdline, opt), started = 0;

	for (i = 0; i < n; i++)
		started += start_console(&opt[i]);
	return started;
}

/*
 * What the command line asks for; where it is mistaken, whatever the machine has.
 * When a panic calls this after the boot, all is done and no __init function called.
 */
void __ref console_init(void)
{
	static bool done;

	if (done)
		return;
	done = true;
	printk_setup(boot_command_line);
	boot_stage(STAGE_CONSOLE);
	if (cmdline_list_has(boot_command_line, "efi", "debug") ||
	    cmdline_find_option_bool(boot_command_line, "earlyprintk") ||
	    cmdline_find_option(boot_command_line, "earlyprintk", NULL, 0) > 0)
		stage_set_verbose(true);
	if (!start_consoles(boot_command_line) && start_consoles(""))
		boot_warn(STAGE_CONSOLE, "none of the consoles asked for is there");
	stage_stop_if_asked();
}

static void end_boot(enum boot_stage stage)
{
	boot_stage(stage);
	stage_print_times(tsc_khz());
	timeline_if_asked();
	report_if_asked();
	handoff_exit_if_asked();
	free_initmem();		/* what is marked __init is gone */
}

static void __noreturn run_monitor(void)
{
	end_boot(STAGE_MONITOR);
	monitor_run(boot_command_line);
}

/* Also the way to look at a machine whose initial RAM disk is not wanted. */
static bool monitor_is_wanted(void)
{
	return cmdline_find_option_bool(boot_command_line, "monitor") ||
	       cmdline_find_option(boot_command_line, "monitor.exec", NULL, 0) >= 0;
}

/* PID 1. When it returns, it does so into a program. */
static int init_thread(void *unused)
{
	end_boot(STAGE_INIT);
	loadavg_init();
	tty_start_input();	/* keys are for programs now */
	if (run_init(boot_command_line)) {
		boot_warn(STAGE_INIT, "no program could be started as PID 1");
		monitor_run(boot_command_line);
	}
	return 0;
}

/* The first thread that may sleep. */
static int __ref boot_thread(void *unused)
{
	if (cmdline_find_option_bool(boot_command_line, "deterministic"))
		input_settle();	/* what the thread of USB says comes at the same place each time */
	memtest_if_asked();	/* by the threads of all CPUs */
	syscall_trace_init(boot_command_line);
	boot_stage(STAGE_ROOTFS);
	tty_init();		/* /dev/console and its like */
	proc_init();
	if (!populate_rootfs() || monitor_is_wanted())	/* what the initramfs has is in / */
		run_monitor();
	if (user_mode_thread(init_thread, NULL, 1) != 1)
		panic("no memory for PID 1");
	return 0;
}

void __ref __noreturn start_kernel(void)
{
	boot_stage(STAGE_START_KERNEL);
	console_init();		/* printk is seen; before it, printk was only kept */
	cpu_report_missing();	/* the boot ends here on a CPU we are not compiled for */
	setup_arch();		/* memory map, memblock, final page tables, firmware tables */
	mm_init(boot_command_line, arch_ram_bytes());	/* alloc_pages; memblock allocates no more */
	screen_give_memory(arch_ram_bytes());	/* the screen scrolls back */
	mm_caches_init();	/* mm_alloc() */
	user_mode_init();	/* registers of programs can be kept */
	signals_init();		/* signals can be sent */
	futex_init();
	task_set_limits(arch_ram_bytes() / PAGE_SIZE);
	time_init();		/* ktime_get() and the delays; what is printed from here on has its time */
	panic_show_saved(boot_command_line);
	random_init();		/* get_random_bytes */
	sched_init();		/* threads can be made; they run once start_kernel() is done */
	softirq_init();
	rcu_init();		/* call_rcu */
	workqueue_init();	/* queue_work */
	vfs_init();		/* files can be made and opened */
	screen_threads_run();
	boot_stage(STAGE_INTERRUPTS);
	irq_init();		/* request_irq; interrupts are taken from here on */
	local_irq_enable();
	time_events_init();	/* timers, msleep */
	console_irq_init();	/* a key wakes the CPU */
	boot_stage(STAGE_CPUS);
	smp_init();		/* all CPUs run */
	stuck_init();		/* debug builds: one that hangs is told */
	usb_init();		/* USB keyboards, once the threads run */
	if (!kthread_run(boot_thread, NULL, "monitor"))
		panic("no memory for the first thread");
	cpu_idle_loop();	/* what this thread does from here on, when no other has anything to do */
}
