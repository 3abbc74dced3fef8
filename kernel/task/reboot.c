// SPDX-License-Identifier: BSD-2-Clause
/* reboot(): the end of it all, as programs ask for it; and Ctrl-Alt-Del. */
#include <kernel/reboot.h>
#include <asm/irqflags.h>
#include <asm/uaccess.h>
#include <kernel/cred.h>
#include <kernel/mutex.h>
#include <kernel/printk.h>
#include <kernel/signal.h>
#include <kernel/smp.h>
#include <kernel/syscall.h>
#include <kernel/task.h>
#include <uapi/reboot.h>
#include "internal.h"

static DEFINE_MUTEX(reboot_mutex);
static bool cad_restarts = true;	/* Ctrl-Alt-Del resets at once; else PID 1 gets SIGINT */

void ctrl_alt_del(void)
{
	struct task_struct *init = cad_restarts ? NULL : get_task_by_pid(1);

	if (!init) {
		printk("Ctrl-Alt-Del: rebooting\n");
		machine_restart();
	}
	send_sig_info(SIGINT, SEND_SIG_PRIV, init, true);
	put_task_struct(init);
}

static void __noreturn halt(void)
{
	printk("System halted\n");
	smp_send_stop();
	smp_stop_self();
}

static bool is_magic(unsigned int magic1, unsigned int magic2)
{
	return magic1 == LINUX_REBOOT_MAGIC1 &&
	       (magic2 == LINUX_REBOOT_MAGIC2 || magic2 == LINUX_REBOOT_MAGIC2A || magic2 == LINUX_REBOOT_MAGIC2B ||
		magic2 == LINUX_REBOOT_MAGIC2C);
}

static int restart_with_command(const char __user *arg)
{
	char command[256];
	long len = strncpy_from_user(command, arg, sizeof(command) - 1);

	if (len < 0)
		return len;
	command[min(len, (long)sizeof(command) - 1)] = '\0';
	printk("Restarting system with command '%s'\n", command);
	machine_restart();
}

SYSCALL_DEFINE4(reboot, unsigned int, magic1, unsigned int, magic2, unsigned int, cmd, const char __user *, arg)
{
	int err = 0;

	if (!capable(CAP_SYS_BOOT))
		return -EPERM;
	if (!is_magic(magic1, magic2))
		return -EINVAL;
	mutex_lock(&reboot_mutex);
	switch (cmd) {
	case LINUX_REBOOT_CMD_CAD_ON:
	case LINUX_REBOOT_CMD_CAD_OFF:
		cad_restarts = cmd == LINUX_REBOOT_CMD_CAD_ON;
		break;
	case LINUX_REBOOT_CMD_RESTART:
		printk("Restarting system\n");
		machine_restart();
	case LINUX_REBOOT_CMD_RESTART2:
		err = restart_with_command(arg);
		break;
	case LINUX_REBOOT_CMD_POWER_OFF:
		printk("Power down\n");
		machine_poweroff();
		halt();
	case LINUX_REBOOT_CMD_HALT:
		halt();
	default:
		err = -EINVAL;
	}
	mutex_unlock(&reboot_mutex);
	return err;
}
SYSCALL_PARTIAL(reboot, "no kexec, no suspend");
