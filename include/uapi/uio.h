/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UAPI_UIO_H
#define UAPI_UIO_H

#include <lib/types.h>

struct iovec {
	void	*iov_base;
	size_t	iov_len;
};

#define UIO_MAXIOV	1024

/* preadv2(), pwritev2() */
#define RWF_HIPRI	0x01
#define RWF_DSYNC	0x02
#define RWF_SYNC	0x04
#define RWF_NOWAIT	0x08
#define RWF_APPEND	0x10

#endif
