/* SPDX-License-Identifier: BSD-2-Clause */
/* Words in user memory that threads wait for. */
#ifndef KERNEL_FUTEX_H
#define KERNEL_FUTEX_H

#include <lib/types.h>

/**
 * futex_wake_user() - let @nr of those go on who wait for the word at @uaddr of this process
 * @shared: others may wait for it by another address
 * Return: how many there were, or -EFAULT.
 */
int futex_wake_user(u32 __user *uaddr, bool shared, int nr);

/** exit_robust_list() - this thread ends: mark the locks it holds, and wake who waits for them. Its mm is still there */
void exit_robust_list(void);

/** futex_init() - boot, once, after mm_init() */
void futex_init(void);

#endif
