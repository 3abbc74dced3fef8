/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The monitor: a prompt on every console and a table of commands, which the
 * linker collects from wherever they are defined.
 */
#ifndef KERNEL_MONITOR_H
#define KERNEL_MONITOR_H

#include <lib/types.h>

#define MONITOR_PROMPT		"lantern> "
#define MONITOR_LINE_SIZE	256	/* bytes of a line with its NUL; more is refused */
#define MONITOR_MAX_ARGS	16	/* words of a line, the command included */

struct monitor_command {
	const char	*name;
	const char	*args;		/* "ADDR [LENGTH]", "" when there are none */
	const char	*help;		/* one line, no full stop */
	/* argv[0] is the name; argv[argc] is NULL; argv may be changed. 0, or -1 for a wrong
	 * call, after which the monitor prints how the command is used. */
	int		(*fn)(int argc, char **argv);
};

/**
 * MONITOR_COMMAND() - add a command
 * Example: MONITOR_COMMAND(pt, "ADDR", "show the page-table walk of an address", cmd_pt);
 * @name: an identifier, also the word typed
 */
#define MONITOR_COMMAND(_name, _args, _help, _fn) \
	static const struct monitor_command monitor_command_##_name \
	__used __aligned(8) __section(".monitor_cmds." #_name) = { \
		.name = #_name, .args = _args, .help = _help, .fn = _fn, \
	}

/**
 * monitor_run() - run what monitor.exec="a;b;c" on the command line says, then read commands
 * Never returns; halts the CPU when no console can deliver a key.
 */
void monitor_run(const char *cmdline) __noreturn;

#endif
