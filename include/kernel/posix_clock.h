/* SPDX-License-Identifier: BSD-2-Clause */
/* The clocks that programs name by CLOCK_... */
#ifndef KERNEL_POSIX_CLOCK_H
#define KERNEL_POSIX_CLOCK_H

#include <lib/types.h>
#include <uapi/time.h>

/** clock_is_timed() - whether one can sleep by it */
bool clock_is_timed(int id);

/** clock_expiry() - when clock @id (one that is timed) shows @ns, in terms of ktime_get(); the past is now */
u64 clock_expiry(int id, u64 ns);

/** get_timespec() - a valid one from user memory as ns; 0, -EFAULT, -EINVAL */
int get_timespec(u64 *ns, const struct timespec_user __user *uts);

/** put_timespec() - ns to user memory; 0, -EFAULT */
int put_timespec(u64 ns, struct timespec_user __user *uts);

#define NEVER	(~0ULL)			/* a time of ktime_get() that does not come */

/** timeout_expiry() - when a time from now on is over, of ktime_get(): NEVER for NULL, 0 for no time. 0, -EFAULT, -EINVAL */
int timeout_expiry(const struct timespec_user __user *uts, u64 *expires);

/**
 * sleep_until() - sleep until ktime_get() is @expires: 0; or a signal: -EINTR
 * Context: a thread that may sleep.
 */
int sleep_until(u64 expires);

#endif
