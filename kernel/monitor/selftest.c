// SPDX-License-Identifier: BSD-2-Clause
/* The tests of <kernel/selftest.h>: which to run, and how they went. */
#include <kernel/selftest.h>
#include <asm/setup.h>
#include <kernel/monitor.h>
#include <kernel/printk.h>
#include <lib/cmdline.h>
#include <lib/string.h>

/* One array: the linker script puts the sections .selftests.* between these, sorted. */
extern const struct selftest __selftests_start[];
extern const struct selftest __selftests_end[];

static const struct selftest *running;
static unsigned int nr_checks, nr_failed;	/* of the one that runs; atomic */

void selftest_check(bool ok, const char *what)
{
	__atomic_fetch_add(&nr_checks, 1, __ATOMIC_RELAXED);
	if (ok)
		return;
	__atomic_fetch_add(&nr_failed, 1, __ATOMIC_RELAXED);
	printk("selftest %s: failed: %s\n", running->name, what);
}

static void run(const struct selftest *test)
{
	running = test;
	nr_checks = nr_failed = 0;
	test->run();
	printk("selftest %s: %u checks, %u failed\n", test->name, nr_checks, nr_failed);
}

void selftest_if_asked(void)
{
	const struct selftest *test;

	for (test = __selftests_start; test < __selftests_end; test++)
		if (cmdline_list_has(boot_command_line, "selftest", test->name))
			run(test);
}

static int cmd_selftest(int argc, char **argv)
{
	const struct selftest *test;

	for (test = __selftests_start; argc == 2 && test < __selftests_end; test++)
		if (!strcmp(argv[1], test->name)) {
			run(test);
			return 0;
		}
	printk("tests:");
	for (test = __selftests_start; test < __selftests_end; test++)
		printk(" %s", test->name);
	printk("\n");
	return argc == 1 ? 0 : -1;
}
MONITOR_COMMAND(selftest, "[NAME]", "try out a part of the kernel; without a name, list them", cmd_selftest);
