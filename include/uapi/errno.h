/* SPDX-License-Identifier: BSD-2-Clause */
/* Error numbers of the Linux ABI on x86-64, as far as something uses them. */
#ifndef UAPI_ERRNO_H
#define UAPI_ERRNO_H

#define EPERM	1
#define ENOENT	2
#define EINTR	4
#define EIO	5
#define ENOMEM	12
#define EFAULT	14
#define EEXIST	17
#define ENODEV	19
#define EINVAL	22
#define ENOSPC	28
#define ERANGE	34

#endif
