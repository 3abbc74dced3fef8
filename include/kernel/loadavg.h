/* SPDX-License-Identifier: BSD-2-Clause */
/* How many threads of programs want to run, on average. */
#ifndef KERNEL_LOADAVG_H
#define KERNEL_LOADAVG_H

/** loadavg_init() - from now on it is looked at every five seconds; once */
void loadavg_init(void);

/** get_avenrun() - averages of 1, 5 and 15 minutes, 1 << @shift being one thread */
void get_avenrun(unsigned long loads[3], unsigned int shift);

#endif
