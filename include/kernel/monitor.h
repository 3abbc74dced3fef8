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
	bool		safe;		/* also after a panic: takes no lock, allocates nothing, waits for nobody */
};

/**
 * MONITOR_COMMAND() - add a command
 * Example: MONITOR_COMMAND(pt, "ADDR", "show the page-table walk of an address", cmd_pt);
 * @name: an identifier, also the word typed
 * MONITOR_SAFE_COMMAND() - one that works after a panic, too
 */
#define MONITOR_COMMAND(_name, _args, _help, _fn)	__MONITOR_COMMAND(_name, _args, _help, _fn, false)
#define MONITOR_SAFE_COMMAND(_name, _args, _help, _fn)	__MONITOR_COMMAND(_name, _args, _help, _fn, true)

#define __MONITOR_COMMAND(_name, _args, _help, _fn, _safe) \
	static const struct monitor_command monitor_command_##_name \
	__used __aligned(8) __section(".monitor_cmds." #_name) = { \
		.name = #_name, .args = _args, .help = _help, .fn = _fn, .safe = _safe, \
	}

#define KEY_ESC		0x1b
#define KEY_SEQUENCE	0x100		/* a key that sends more than a character, such as an arrow */

/**
 * monitor_run() - run what monitor.exec="a;b;c" on the command line says, then read commands
 * Never returns; halts the CPU when no console can deliver a key.
 */
void monitor_run(const char *cmdline) __noreturn;

/**
 * monitor_run_panic() - read commands after a panic, polling the keys: those that are safe
 * @seconds: come back when nobody has typed for so long; ~0u: never, unless no console can deliver a key
 * Context: interrupts off, the other CPUs stopped.
 */
void monitor_run_panic(unsigned int seconds);

/** monitor_after_panic() - whether a command runs in the monitor of a panic: it must not take locks */
bool monitor_after_panic(void);

/**
 * monitor_interrupted() - whether Ctrl-C was typed since the command began
 * For commands that take long; those that only print end by themselves. Context: the thread of the command.
 */
bool monitor_interrupted(void);

/**
 * monitor_key() - the next key typed within @ns
 * Return: a byte, KEY_ESC for Esc alone, KEY_SEQUENCE, or -1. Context: the thread of the command, or
 * one it waits for.
 */
int monitor_key(u64 ns);

struct monitor_size {
	unsigned int	rows, cols;	/* 1 or more */
};

/** monitor_terminal() - whether the last key came from a terminal, and how large it is; asks it */
bool monitor_terminal(struct monitor_size *size);

/**
 * monitor_full_screen() - whether a command may draw over the screen: it was typed, at a terminal of
 * 80 columns and 24 rows or more
 */
bool monitor_full_screen(void);

#endif
