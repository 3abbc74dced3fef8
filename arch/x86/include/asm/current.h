/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef ASM_CURRENT_H
#define ASM_CURRENT_H

#include <asm/percpu.h>

struct task_struct;

DECLARE_PER_CPU(struct task_struct *, current_task);

/** current - the thread that runs this code, whatever CPU it is on */
#define current	this_cpu_read(current_task)

#endif
