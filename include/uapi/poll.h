/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UAPI_POLL_H
#define UAPI_POLL_H

#include <lib/types.h>

#define EPOLLIN		0x001u
#define EPOLLPRI	0x002u
#define EPOLLOUT	0x004u
#define EPOLLERR	0x008u
#define EPOLLHUP	0x010u
#define EPOLLNVAL	0x020u
#define EPOLLRDNORM	0x040u
#define EPOLLRDBAND	0x080u
#define EPOLLWRNORM	0x100u
#define EPOLLWRBAND	0x200u
#define EPOLLRDHUP	0x2000u

struct pollfd {
	int	fd;
	short	events, revents;
};

#endif
