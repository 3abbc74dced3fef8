/* SPDX-License-Identifier: BSD-2-Clause */
/* Shared by the files of kernel/task/ and by nobody else. */
#ifndef KERNEL_TASK_INTERNAL_H
#define KERNEL_TASK_INTERNAL_H

#include <kernel/pid.h>
#include <kernel/spinlock.h>
#include <kernel/task.h>

extern struct list_head task_list;	/* all threads that have not been freed; tasks_lock */

#endif
