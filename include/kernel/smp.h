/* SPDX-License-Identifier: BSD-2-Clause */
/* Messages from one CPU to another. */
#ifndef KERNEL_SMP_H
#define KERNEL_SMP_H

/** smp_init() - arch: this CPU, the boot CPU, can be sent messages; after irq_init() */
void smp_init(void);

/** smp_send_reschedule() - interrupt CPU @cpu, which then looks whether another thread is to run */
void smp_send_reschedule(unsigned int cpu);

#endif
