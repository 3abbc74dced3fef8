/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_TASK_RUSAGE_H
#define KERNEL_TASK_RUSAGE_H

#include <kernel/signal_struct.h>

/** usage_to_rusage() - as programs see it */
void usage_to_rusage(const struct task_usage *usage, struct rusage *ru);

#endif
