/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The canary: a number that functions with buffers put between them and their
 * return address, and look at before they return. Each CPU has its own.
 */
#ifndef ASM_STACKPROTECTOR_H
#define ASM_STACKPROTECTOR_H

#include <lib/types.h>

/**
 * stack_canary_init() - boot CPU: a number nobody can guess, once the loader's random seed is known
 * With "deterministic" it is always the same. The caller never returns.
 */
void stack_canary_init(void);

/** stack_canary_new() - a number for a new thread; switch_to() makes it that of the CPU. Context: any */
u64 stack_canary_new(void);

/** stack_canary_current() - that of the thread that runs on this CPU */
u64 stack_canary_current(void);

/** stack_canary_prepare() - a number for the CPU with @cpu_off, before it runs C code */
void stack_canary_prepare(unsigned long cpu_off);

#endif
