// SPDX-License-Identifier: BSD-2-Clause
/* Lines in the log for each system call of the threads that have TIF_SYSCALL_TRACE. */
#include <kernel/syscall.h>
#include <kernel/printk.h>
#include <kernel/sched.h>

static void print_call(unsigned long nr)
{
	const char *name = syscall_name(nr);

	if (name)
		printk("%s[%d] %s", current->comm, current->pid, name);
	else
		printk("%s[%d] syscall_%lu", current->comm, current->pid, nr);
}

void syscall_trace_enter(unsigned long nr, const sysarg_t args[6])
{
	print_call(nr);
	printk("(%#lx, %#lx, %#lx, %#lx, %#lx, %#lx) ...\n", args[0], args[1], args[2], args[3], args[4], args[5]);
}

void syscall_trace_exit(unsigned long nr, long result)
{
	print_call(nr);
	if (result < 0 && result >= -4095)
		printk(" = -1, error %ld\n", -result);
	else
		printk(" = %#lx\n", result);
}
