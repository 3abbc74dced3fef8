/* SPDX-License-Identifier: BSD-2-Clause */
/* The clocks that programs name by CLOCK_... */
#ifndef KERNEL_POSIX_CLOCK_H
#define KERNEL_POSIX_CLOCK_H

#include <lib/types.h>
#include <uapi/time.h>

/** get_timespec() - a valid one from user memory as ns; 0, -EFAULT, -EINVAL */
int get_timespec(u64 *ns, const struct timespec_user __user *uts);

/** put_timespec() - ns to user memory; 0, -EFAULT */
int put_timespec(u64 ns, struct timespec_user __user *uts);

#define NEVER	(~0ULL)			/* a time of ktime_get() that does not come */

/** timeout_expiry() - when a time from now on is over, of ktime_get(): NEVER for NULL, 0 for no time. 0, -EFAULT, -EINVAL */
int timeout_expiry(const struct timespec_user __user *uts, u64 *expires);

#endif
