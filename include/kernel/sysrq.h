/* SPDX-License-Identifier: BSD-2-Clause */
/* Orders that are obeyed whatever the kernel is busy with: Alt-SysRq and a letter. */
#ifndef KERNEL_SYSRQ_H
#define KERNEL_SYSRQ_H

/**
 * sysrq() - obey the order with @letter; one that is not known lists those that are
 * Context: any but NMI; takes no lock that the code it interrupted may hold.
 */
void sysrq(char letter);

#endif
