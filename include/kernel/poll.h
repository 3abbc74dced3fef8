/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Waiting for files to become ready. A file's poll() says what can be done now
 * without waiting (EPOLL...), and names, by poll_wait(), each queue that is woken
 * when that changes. It sleeps on nothing.
 */
#ifndef KERNEL_POLL_H
#define KERNEL_POLL_H

#include <kernel/wait.h>
#include <uapi/poll.h>

struct file;

/* Of who waits for several files: what to do with each queue. NULL instead of it: only ask. */
struct poll_table {
	void	(*queue)(struct poll_table *pt, struct file *file, struct wait_queue_head *wq);
	u32	events;			/* those that are of interest */
};

#define EPOLL_DEFAULT	(EPOLLIN | EPOLLOUT | EPOLLRDNORM | EPOLLWRNORM)	/* a file that never makes anyone wait */

static inline void poll_wait(struct file *file, struct wait_queue_head *wq, struct poll_table *pt)
{
	if (pt && pt->queue)
		pt->queue(pt, file, wq);
}

/** vfs_poll() - what can be done with @file now; @pt NULL: only ask */
u32 vfs_poll(struct file *file, struct poll_table *pt);

#endif
