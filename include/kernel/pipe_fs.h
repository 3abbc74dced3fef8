/* SPDX-License-Identifier: BSD-2-Clause */
/* Pipes and FIFOs: a ring of bytes in pages that are there while something is in them. */
#ifndef KERNEL_PIPE_FS_H
#define KERNEL_PIPE_FS_H

#include <kernel/mutex.h>
#include <kernel/wait.h>

#define PIPE_BUF	4096u		/* bytes that are written in one piece or not at all */
#define PIPE_DEF_PAGES	16u
#define PIPE_MAX_SIZE	(1u << 20)	/* bytes that F_SETPIPE_SZ gives to who is not root */

struct file;

struct pipe_inode_info {
	struct mutex	mutex;		/* all below, unless said otherwise */
	u32		tail, head;	/* bytes read and written since it was empty last */
	u32		size;		/* bytes it holds, a power of two, pages at least */
	u32		readers, writers;	/* open files that may */
	u32		r_counter, w_counter;	/* those ever opened: open() of a FIFO waits for a change */
	u32		users;		/* open files; inode_lock() */
	char		**pages;	/* size / PAGE_SIZE of them; NULL: not there */
	char		*def_pages[PIPE_DEF_PAGES];
	struct wait_queue_head rd_wait, wr_wait;	/* who waits for bytes, for room */
};

/** get_pipe_info() - the pipe of @file, NULL: it is none */
struct pipe_inode_info *get_pipe_info(struct file *file);

/** create_pipe_files() - both ends of a new pipe; @flags: O_NONBLOCK. Return: 0 or -Exxx */
int create_pipe_files(struct file *files[2], int flags);

/* ---- for splice(): with pipe->mutex held */

/**
 * pipe_wait_bytes() - until there is something in it; pipe_wait_room() - until PIPE_BUF bytes fit or it is empty
 * Return: 0; -EAGAIN (@nonblock), -ERESTARTSYS; of room -EPIPE when nobody will read.
 * 1 when there are no bytes and nobody will write any.
 */
int pipe_wait_bytes(struct pipe_inode_info *pipe, bool nonblock);
int pipe_wait_room(struct pipe_inode_info *pipe, bool nonblock);

/** pipe_peek() - bytes that lie together, @skip bytes behind the first; *@n: how many, 0 at the end */
const char *pipe_peek(struct pipe_inode_info *pipe, u32 skip, size_t *n);

/** pipe_consume() - the first @n bytes have been read */
void pipe_consume(struct pipe_inode_info *pipe, size_t n);

/** pipe_put() - @n bytes into it, as far as they fit. Return: bytes, or -ENOMEM */
ssize_t pipe_put(struct pipe_inode_info *pipe, const char *from, size_t n);

/** pipe_resize() - F_SETPIPE_SZ. Return: the size it has now, or -Exxx */
long pipe_resize(struct file *file, unsigned long size);

#endif
