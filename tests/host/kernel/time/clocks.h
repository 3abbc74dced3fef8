/* SPDX-License-Identifier: BSD-2-Clause */
/* Clocks whose hands the test turns, and what was said about them. Included before the .c files under test. */
#ifndef TESTS_HOST_KERNEL_TIME_CLOCKS_H
#define TESTS_HOST_KERNEL_TIME_CLOCKS_H

#include "tests/host/test.h"

#define ASM_IRQFLAGS_H
static inline unsigned long local_irq_save(void) { return 0; }
static inline void local_irq_restore(unsigned long flags) { (void)flags; }

#include <boot/stage.h>

static char said[4096];

__attribute__((format(printf, 2, 3))) void boot_warn(enum boot_stage stage, const char *fmt, ...)
{
	size_t at = strlen(said);
	va_list args;

	(void)stage;
	va_start(args, fmt);
	vsnprintf(said + at, sizeof(said) - at, fmt, args);
	va_end(args);
}

#endif
