/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_INIT_H
#define KERNEL_INIT_H

/** start_kernel() - the architecture-independent kernel; the arch head calls it once, interrupts off */
void __attribute__((noreturn)) start_kernel(void);

/**
 * console_init() - start all consoles the machine has; what was printed before is shown then
 * Does nothing the second time. Context: early, or a panic before its time.
 */
void console_init(void);

/**
 * run_init() - become the first program: /init, or what init= and the usual places name
 * Return: 0: the way to user mode leads into it; an error when there is none that can be run.
 */
int run_init(const char *cmdline);

/* "0.1.0", and the first bytes of the ELF build id in hex */
extern const char lantern_version[];
const char *lantern_build_id(void);

#endif
