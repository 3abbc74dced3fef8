/* SPDX-License-Identifier: BSD-2-Clause */
/* The end that says why. */
#include <asm/processor.h>
#include <asm/setup.h>
#include <asm/traps.h>
#include <kernel/console.h>
#include <kernel/delay.h>
#include <kernel/init.h>
#include <kernel/panic.h>
#include <kernel/printk.h>
#include <kernel/reboot.h>
#include <lib/cmdline.h>
#include <lib/kstrtox.h>

#define MAX_DELAY_S	3600

void __noreturn panic_stop(void)
{
	char text[16];
	u64 seconds = 0;

	console_init();		/* a boot that ends this early must still be heard */
	if (cmdline_find_option(boot_command_line, "panic", text, sizeof(text)) < 0 ||
	    kstrtou64(text, 10, &seconds) || !seconds || seconds > MAX_DELAY_S) {
		printk("panic: stopped (panic=N on the command line resets after N seconds)\n");
		halt_forever();
	}
	printk("panic: reset in %llu s\n", (unsigned long long)seconds);
	while (seconds--)
		mdelay(1000);
	machine_restart();
}

void __noreturn panic(const char *fmt, ...)
{
	va_list args;

	console_panic();
	printk(KERN_EMERG "panic: ");
	va_start(args, fmt);
	vprintk(fmt, args);
	va_end(args);
	printk("\n");
	show_backtrace(0, (unsigned long)__builtin_frame_address(0));
	panic_stop();
}
