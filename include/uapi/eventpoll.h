/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef UAPI_EVENTPOLL_H
#define UAPI_EVENTPOLL_H

#include <lib/types.h>

#define EPOLL_CLOEXEC	02000000

#define EPOLL_CTL_ADD	1
#define EPOLL_CTL_DEL	2
#define EPOLL_CTL_MOD	3

#define EPOLLEXCLUSIVE	(1u << 28)
#define EPOLLWAKEUP	(1u << 29)
#define EPOLLONESHOT	(1u << 30)
#define EPOLLET		(1u << 31)

struct epoll_event {
	u32	events;
	u64	data;
} __packed;

#endif
