/* SPDX-License-Identifier: BSD-2-Clause */
#ifndef KERNEL_EVENTPOLL_H
#define KERNEL_EVENTPOLL_H

#include <kernel/fs.h>

void eventpoll_release_file(struct file *file);

/** eventpoll_release() - @file has no reference left: no epoll instance watches it any more. May sleep */
static inline void eventpoll_release(struct file *file)
{
	if (unlikely(file->f_ep))
		eventpoll_release_file(file);
}

#endif
